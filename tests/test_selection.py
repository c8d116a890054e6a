"""Which tokens `filter` keeps: functions, masks of every kind and order, and ids."""

import copy
import pickle
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dfns_frames as dff
from tests.conftest import assignment, read, token

Make = Callable[[pd.DataFrame], Any]

OWNERS = pd.DataFrame({"linked_user_id": ["us-1", "us-2"], "team": ["treasury", "ops"]})


def frames() -> dff.Frames:
    """Make four tokens in another order than that of their names; the first and the third are active."""
    made = [
        token(n, assignment("A"), name=name, isActive=n % 2 == 1, linkedUserId=f"us-{2 - n % 2}")
        for n, name in enumerate("dabc", start=1)
    ]
    return read(*made)


def kept(pats: dff.Frames, which: Any) -> list[str]:
    return pats.filter(which).tokens["token_id"].tolist()


# Each means the active tokens, to-1 and to-3.
MASKS: dict[str, Make] = {
    "column": lambda t: t["is_active"],
    "compared": lambda t: t["linked_user_id"] == "us-1",
    "computed of several": lambda t: (t["token_no"] < 3) & t["is_active"],
    "computed by numpy": lambda t: np.logical_and(t["token_no"] < 3, t["is_active"]),
    "inverted": lambda t: ~(t["linked_user_id"] == "us-2"),
    "text": lambda t: t["name"].str.contains("[bd]"),
    "text, starting so": lambda t: t["name"].str.startswith("d") | t["name"].str.startswith("b"),
    "mapped": lambda t: t["linked_user_id"].map({"us-1": True, "us-2": False}),
    "mapped, some missing": lambda t: t["linked_user_id"].map({"us-1": True}),
    "applied": lambda t: t["linked_user_id"].apply(lambda user: user == "us-1"),
    "by rows": lambda t: t.apply(lambda row: row["linked_user_id"] == "us-1", axis=1),
    "filled": lambda t: t["is_active"].fillna(False),
    "plain": lambda t: t["is_active"].astype(bool),
    "objects": lambda t: t["is_active"].astype(object),
    "Arrow's": lambda t: t["is_active"].astype(pd.ArrowDtype(pa.bool_())),
    "categorical": lambda t: t["is_active"].astype("category"),
    "isin": lambda t: t["linked_user_id"].isin(["us-1"]),
    "dates": lambda t: (t["date_created"].dt.year == 2026) & t["is_active"],
    "missing": lambda t: t["linked_app_id"].isna() & t["is_active"],
    "a new column": lambda t: t.assign(mine=t["token_no"] % 2).eval("mine == 0"),
    "a copy": lambda t: t.copy()["is_active"],
    "a deep copy": lambda t: copy.deepcopy(t)["is_active"],
    "some columns": lambda t: t[["is_active", "name"]]["is_active"],
    "renamed": lambda t: t.rename(columns={"is_active": "on"})["on"],
    "other dtypes": lambda t: t.convert_dtypes()["is_active"],
    "groups": lambda t: t.groupby("linked_user_id")["token_no"].transform("max") == 2,
    "ranks": lambda t: t["token_no"].rank().isin([1, 3]),
    "where": lambda t: t["is_active"].where(t["token_no"] >= 0, False),
    "bins": lambda t: pd.cut(t["token_no"] % 2, [-1, 0, 1]) == pd.Interval(-1, 0),
    "with the index": lambda t: pd.Series(t["is_active"].to_numpy(dtype=bool), index=t.index),
    "sorted": lambda t: t["is_active"].sort_values(),
    "of sorted rows": lambda t: t.sort_values("name")["is_active"],
    "of rows in reverse": lambda t: t.iloc[::-1]["is_active"],
    "of rows sorted there and back": lambda t: t.sort_values("name").sort_index()["is_active"],
    "of shuffled rows": lambda t: t.sample(frac=1, random_state=1)["is_active"],
    "by id": lambda t: t.set_index("token_id")["is_active"],
    "by id, sorted": lambda t: t.sort_values("name").set_index("token_id")["is_active"],
    "by id, numbered anew": lambda t: (
        t.sort_values("name", ignore_index=True).set_index("token_id")["linked_user_id"] == "us-1"
    ),
    "by id, some left out": lambda t: t[t["is_active"]].set_index("token_id")["is_active"],
    "by id, categorical": lambda t: t.astype({"token_id": "category"}).set_index("token_id")["is_active"],
    "by id, of groups": lambda t: t.groupby("token_id")["is_active"].any(),
    "merged, by id": lambda t: t.merge(OWNERS).set_index("token_id")["team"] == "treasury",
    "array": lambda t: t["is_active"].to_numpy(dtype=bool),
    "array of objects": lambda t: np.array([True, None, True, np.nan], dtype=object),
    "masked array": lambda t: np.ma.array([True, True, True, False], mask=[0, 1, 0, 0]),
    "numpy's where": lambda t: np.where(t["linked_user_id"] == "us-1", True, False),
    "index": lambda t: t.index.isin([0, 2]),
    "an extension array": lambda t: t["is_active"].array,
    "list": lambda t: [True, False, True, False],
    "list with missing": lambda t: [True, None, True, pd.NA],
    "list of numpy's": lambda t: [np.True_, np.False_, np.True_, np.False_],
    "Arrow": lambda t: pa.array([True, None, True, False]),
    "Arrow, chunked": lambda t: pa.chunked_array([[True, None], [True, False]]),
    "a Series that somebody wrote down": lambda t: pd.Series([True, pd.NA, True, False], dtype="boolean"),
    "and as objects": lambda t: pd.Series([True, None, True, float("nan")], dtype=object),
    "ids": lambda t: ["to-3", "to-1"],
    "ids of a column": lambda t: t.loc[t["is_active"], "token_id"],
    "ids of rows numbered anew": lambda t: (
        t.sort_values("name", ignore_index=True).query("is_active").token_id
    ),
    "ids twice": lambda t: ["to-3", "to-1", "to-3"],
    "ids and missing": lambda t: ["to-3", None, "to-1", float("nan")],
    "a set of ids": lambda t: {"to-1", "to-3"},
    "a generator of ids": lambda t: (name for name in ("to-3", "to-1")),
    "an index of ids": lambda t: pd.Index(["to-1", "to-3"]),
    "an array of ids": lambda t: np.array(["to-1", "to-3"]),
    "Arrow's ids": lambda t: pa.array(["to-1", "to-3"]),
}


@pytest.mark.parametrize("name", MASKS)
def test_a_mask_means_the_tokens_that_it_was_made_of(name: str) -> None:
    """Whatever pandas did to it on the way, passed itself or returned by a function."""
    pats = frames()
    assert kept(pats, MASKS[name](pats.tokens)) == ["to-1", "to-3"]
    assert kept(pats, MASKS[name]) == ["to-1", "to-3"]


# Each has a new index, and so may be of another order.
NUMBERED_ANEW: dict[str, Make] = {
    "sorted": lambda t: t.sort_values("name", ignore_index=True)["is_active"],
    "sorted and computed": lambda t: t.sort_values("name", ignore_index=True).eval("token_no < 2"),
    "sorted and combined": lambda t: (
        lambda s: (s["linked_user_id"] == "us-1") & (s["name"].str.contains("d"))
    )(t.sort_values("name", ignore_index=True)),
    "sorted, then numbered": lambda t: t.sort_values("name").reset_index(drop=True)["is_active"],
    "in reverse": lambda t: t.iloc[::-1].reset_index(drop=True)["is_active"],
    "index kept as a column": lambda t: t.sort_values("name").reset_index()["is_active"],
    "by another index": lambda t: t.set_index("name").sort_index().reset_index()["is_active"],
    "shuffled": lambda t: t.sample(frac=1, random_state=1, ignore_index=True)["is_active"],
    "values sorted": lambda t: t["is_active"].sort_values(ignore_index=True),
    "stacked": lambda t: pd.concat([t[t["is_active"]], t[~t["is_active"]]], ignore_index=True)["is_active"],
    "merged": lambda t: t.sort_values("name").merge(OWNERS, how="left")["team"] == "treasury",
    "merged, by the other": lambda t: t.merge(OWNERS, how="outer", sort=True)["team"].eq("treasury"),
    "merged in order": lambda t: t.merge(OWNERS, how="left")["team"] == "treasury",
    "read from elsewhere": lambda t: pd.Series([True, False, True, False], name="keep"),
}


@pytest.mark.parametrize("name", NUMBERED_ANEW)
def test_a_mask_of_unknown_order_is_refused(name: str) -> None:
    """Its index equals that of `tokens` and says nothing; the error names what works instead."""
    pats = frames()
    for which in (NUMBERED_ANEW[name](pats.tokens), NUMBERED_ANEW[name]):
        with pytest.raises(ValueError, match=r"another order.*lambda t.*t\.token_id\[mask\].*to_numpy"):
            pats.filter(which)


def test_the_ways_that_the_error_names_work() -> None:
    """A function, ids, a mask that carries ids, and an array."""
    pats = frames()
    s = pats.tokens.sort_values("name", ignore_index=True)
    mask = s["is_active"]
    assert kept(pats, lambda t: t.is_active) == kept(pats, s.token_id[mask]) == ["to-1", "to-3"]
    assert kept(pats, s.set_index("token_id").is_active) == ["to-1", "to-3"]
    assert kept(pats, pats.tokens["is_active"].reset_index(drop=True).to_numpy()) == ["to-1", "to-3"]


def test_a_mask_of_other_frames_is_refused() -> None:
    """Even of as many tokens, under as plain an index."""
    pats, other = frames(), read(*(token(n) for n in (7, 8, 9, 5)))
    with pytest.raises(ValueError, match="another order"):
        pats.filter(other.tokens["is_active"])
    part = pats.filter(["to-1", "to-2"])
    with pytest.raises(ValueError, match="4 values for 2 tokens"):
        part.filter(pats.tokens["is_active"])
    assert kept(part, part.tokens["is_active"]) == ["to-1"]
    with pytest.raises(KeyError, match="to-4"):
        part.filter(pats.tokens.set_index("token_id")["is_active"])


@pytest.mark.parametrize("table", ["token_assignments", "token_operations"])
def test_a_mask_of_another_table_says_what_to_pass(table: str) -> None:
    """Its rows are not tokens; their ids are, even where there are as many rows as tokens."""
    pats = read(token(1, assignment("A", operations=["Wallets:Read"])), token(2))
    both = read(*(token(n, assignment("A", operations=["Wallets:Read"])) for n in (1, 2)))
    for each in (pats, both):
        rows = each[table]
        for mask in (rows["permission_name"] == "A", rows["permission_name"].notna(), rows.index == 0):
            if isinstance(mask, pd.Series):
                with pytest.raises(ValueError, match=rf"of `{table}`.*rows\.token_id\[mask\].*lambda"):
                    each.filter(mask)
        mask = rows["permission_name"] == "A"
        assert kept(each, rows.token_id[mask]) == rows["token_id"].astype(object).tolist()


def test_a_mask_of_a_table_without_tokens_is_refused() -> None:
    """Sources have no token ids to name."""
    pats = read(token(1))
    with pytest.raises(ValueError, match="of `sources`, whose rows are not tokens; pass a function"):
        pats.filter(pats.sources["status"] == "ok")


@pytest.mark.parametrize(
    "measure", [dff.measures.operations_per_token, dff.measures.token_ages], ids=lambda m: m.__name__
)
@pytest.mark.parametrize("count", [0, 1, 2, 5])
def test_masks_of_measures_that_list_tokens_fit(measure: Any, count: int) -> None:
    """They are matched by label, in whatever order the measure has them, the same as `tokens` included."""
    for step in (1, -1):
        pats = read(
            *(
                token(n, *([assignment("A")] if n % 2 else []), dateCreated=f"2026-01-0{n}T00:00:00Z")
                for n in range(1, count + 1)[::step]
            )
        )
        frame = measure(pats)
        for mask in (frame["name"].str.contains("[135]"), frame["token_id"].isin(["to-1", "to-3", "to-5"])):
            assert sorted(kept(pats, mask)) == [f"to-{n}" for n in range(1, count + 1, 2)]


def test_a_mask_of_a_part_of_the_rows_is_refused() -> None:
    """As in pandas; the message gives the ids as the way."""
    pats = frames()
    tokens = pats.tokens
    with pytest.raises(ValueError, match=r"2 values for 4 tokens.*t\.token_id\[mask\]"):
        pats.filter(tokens[tokens["is_active"]]["is_active"])
    with pytest.raises(ValueError, match="4 tokens"):
        pats.filter(pd.Series([True] * 4, index=[0, 1, 2, 2]))
    with pytest.raises(ValueError, match="4 tokens"):
        pats.filter(tokens["is_active"].iloc[:0])


@pytest.mark.parametrize(
    ("which", "error", "message"),
    [
        ([0, 2], TypeError, r"not numbers.*token_id\.iloc"),
        (np.array([1.0, 0.0]), TypeError, "not numbers"),
        (pd.Series([1, 0, 1, 0]), TypeError, "not numbers"),
        ([True, "to-1"], TypeError, "mixed"),
        ([b"to-1"], TypeError, "bytes"),
        ([pd.Timestamp("2026-01-01")], TypeError, "datetime"),
        (np.array([[True, False, True, False]]), TypeError, "one dimension"),
        (np.bool_(True), TypeError, "lambda"),
        ({"to-1": False}, TypeError, "not dict"),
        (lambda t: True, TypeError, "not bool"),
        (lambda t: t, TypeError, "not DataFrame"),
        (lambda t: None, TypeError, "not NoneType"),
        (lambda t: "to-9", KeyError, "to-9"),
        ([True, False], ValueError, "2 values for 4 tokens"),
        (pa.array([True]), ValueError, "1 values for 4 tokens"),
        (pd.Series([True, False], index=["to-1", "to-9"]), KeyError, "to-9"),
        (pd.Series([True, False], index=["to-1", "to-1"]), ValueError, "both true and false for 'to-1'"),
        (pd.Series([True] * 4, index=[0.5, 1.5, 2.5, 3.5]), ValueError, "neither row labels"),
        (
            pd.Series([True] * 4, index=pd.MultiIndex.from_product([["a", "b"], [1, 2]])),
            ValueError,
            "neither row labels",
        ),
        ([f"to-{n}" for n in range(100, 110)], KeyError, "and 5 more"),
    ],
)
def test_what_means_no_tokens_is_refused(which: Any, error: type[Exception], message: str) -> None:
    """What is neither a mask nor ids, or fits no token, is never ignored."""
    with pytest.raises(error, match=message):
        frames().filter(which)


def test_a_missing_id_names_no_token() -> None:
    """It is left out, unless some tokens have none: then it is not known which are meant."""
    pats = read(token(1), token(2, tokenId=""))
    assert pats.filter(lambda t: t["token_id"].isna()).tokens["name"].tolist() == ["token 2"]
    for which in (pats.tokens["token_id"], pats.tokens.set_index("token_id")["is_active"]):
        with pytest.raises(ValueError, match=r"missing.*1 tokens"):
            pats.filter(which)
    assert kept(pats, pats.tokens.set_index("token_id")["is_active"].mask(np.array([False, True]))) == [
        "to-1"
    ]


@pytest.mark.parametrize("nothing", [[], pd.Series(dtype=object), [None], np.array([], dtype=object), set()])
def test_no_ids_keep_no_tokens(nothing: Any) -> None:
    """Nothing named is nothing kept."""
    assert kept(frames(), nothing) == []
    assert kept(read(), nothing) == []


def test_nothing_known_is_nothing_kept() -> None:
    """A mask that is missing throughout keeps nothing, whatever dtype pandas gave it."""
    pats = frames()
    assert kept(pats, pats.tokens["linked_user_id"].map({"us-9": True})) == []
    assert kept(pats, pats.tokens["linked_app_id"].map({"ap-9": True})) == []
    assert kept(pats, pd.Series([pd.NA] * 4, dtype="boolean")) == []


def test_empty_frames_take_empty_masks() -> None:
    """Frames without tokens can be filtered by a mask, a function and no ids."""
    empty = read()
    masks: list[Any] = [empty.tokens["is_active"], lambda t: t.is_active, [], np.array([], dtype=bool)]
    assert all(empty.filter(which) == empty for which in masks)


def test_masks_of_one_access_fit_the_next() -> None:
    """Each access hands out another DataFrame; all are of the same rows, from whichever thread."""
    pats = frames()
    first, second = pats.tokens, pats["tokens"]
    assert first is not second
    assert kept(pats, first["is_active"] & second["is_active"]) == ["to-1", "to-3"]


def test_frames_from_a_pickle_take_their_own_masks() -> None:
    """Not those of the frames that they are a copy of."""
    pats = frames()
    other = pickle.loads(pickle.dumps(pats))  # noqa: S301
    assert kept(other, other.tokens["is_active"]) == ["to-1", "to-3"]
    with pytest.raises(ValueError, match="another order"):
        other.filter(pats.tokens["is_active"])


@settings(deadline=None, max_examples=50)
@given(st.permutations(range(5)), st.lists(st.sampled_from([True, False, None]), min_size=5, max_size=5))
def test_labels_and_ids_mean_the_same_tokens_in_any_order(order: list[int], flags: list[bool | None]) -> None:
    """However the rows are turned, a mask by label, one by id, a function and the ids agree."""
    pats = read(*(token(n) for n in range(5)))
    wanted = [f"to-{n}" for n, flag in enumerate(flags) if flag]
    tokens = pats.tokens
    tokens["keep"] = pd.array(flags, dtype="boolean")
    turned = tokens.iloc[order]
    assert kept(pats, turned["keep"]) == wanted
    assert kept(pats, turned["keep"].astype(object)) == wanted
    assert kept(pats, turned.set_index("token_id")["keep"]) == wanted
    assert kept(pats, turned["token_id"][turned["keep"].fillna(False).astype(bool)]) == wanted
    assert kept(pats, lambda t: t.assign(keep=pd.array(flags, dtype="boolean")).iloc[order]["keep"]) == wanted
