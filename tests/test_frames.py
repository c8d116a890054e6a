"""The container: access, filter, display, copies; and joining several."""

import contextlib
import copy
import pickle
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import dfns_frames as dff
from tests.conftest import assignment, read, token

PANDAS_3 = int(pd.__version__.split(".")[0]) >= 3


@pytest.fixture
def three() -> dff.Frames:
    return read(
        token(1, assignment("A")),
        token(2, assignment("B"), assignment("C", operations=["Wallets:Read"]), isActive=False),
        token(3),
    )


def test_a_mapping_of_tables(three: dff.Frames) -> None:
    """Tables are items, attributes and completions."""
    assert list(three) == ["tokens", "token_assignments", "token_operations", "sources", "drift", "rejected"]
    pd.testing.assert_frame_equal(three["tokens"], three.tokens)
    assert dict(three.items()).keys() == set(three)
    assert set(three) <= set(dir(three))
    assert isinstance(three.arrow("tokens"), pa.Table)


def test_a_wrong_name_suggests_the_nearest(three: dff.Frames) -> None:
    """The error names what exists."""
    with pytest.raises(AttributeError, match=r"mean 'tokens'.*token_assignments"):
        three.token  # noqa: B018
    with pytest.raises(KeyError, match="token_operations"):
        three["operations"]


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("tokns", "Did you mean 'tokens'"),
        ("fliter", "Did you mean 'filter'"),
        ("to_exel", "Did you mean 'to_excel'"),
        ("to_markdown", r'dff\.write\(pats\.tokens, "tokens\.md"\)'),
        ("groupby", r"take one, such as `pats\.tokens`"),
        ("nothing_like_it", "Tables: tokens, "),
    ],
)
def test_an_attribute_that_is_not_there_says_what_is(three: dff.Frames, name: str, hint: str) -> None:
    """A misspelt name suggests the right one; what DataFrames can do, and Frames cannot, names the way."""
    with pytest.raises(AttributeError, match=hint):
        getattr(three, name)
    assert not hasattr(three, name)
    assert not hasattr(three, "_repr_latex_")


@pytest.mark.parametrize("key", [0, ["tokens"], None, pd.Series([True])])
def test_only_names_are_keys(three: dff.Frames, key: Any) -> None:
    """A mask in square brackets is told of `filter`."""
    with pytest.raises(KeyError, match="filter"):
        three[key]


def test_keys_complete_in_ipython(three: dff.Frames) -> None:
    """`pats['` offers the tables."""
    ipython = pytest.importorskip("IPython.core.completer")
    completer = ipython.IPCompleter(namespace={"pats": three})
    completer.use_jedi = False
    with ipython.provisionalcompleter():
        found = {each.text.strip("'\"]") for each in completer.completions("pats['", 6)}
    assert {"tokens", "token_operations"} <= found


def test_a_misspelt_chart_suggests_the_nearest(three: dff.Frames) -> None:
    """So do charts, which are listed."""
    with pytest.raises(AttributeError, match=r"Did you mean 'token_ages'.*permission_spread"):
        three.plot.tokenages  # noqa: B018
    assert not hasattr(three.plot, "_repr_html_")
    assert pickle.loads(pickle.dumps(three.plot)).token_ages  # noqa: S301


@pytest.mark.parametrize(
    "wrong", [pd.DataFrame({"a": [1]}), {"tokens": pd.DataFrame()}, [], None, "pats.json"]
)
def test_frames_of_something_else_say_how_they_are_made(three: dff.Frames, wrong: Any) -> None:
    """`Frames(df)` and `Frames(pats)` name the ways to Frames, and to a file."""
    for given in (wrong, three):
        with pytest.raises(TypeError, match=r"dff\.read.*dff\.write"):
            dff.Frames(given)


def test_frames_of_an_unknown_table_are_refused(three: dff.Frames) -> None:
    """A table under a wrong name would be lost without a word."""
    with pytest.raises(dff.ConfigurationError, match="token; there are: tokens"):
        dff.Frames({"token": three.arrow("tokens")})


@pytest.mark.parametrize("name", ["tokens", "plot", "filter", "fetched_at", "new", "_tables"])
def test_nothing_of_frames_can_be_overwritten(three: dff.Frames, name: str) -> None:
    """An assignment that charts and exports would ignore is refused, with the two ways to do it."""
    before = three.tokens
    with pytest.raises(AttributeError, match=r"cannot set.*pats\.filter.*dff\.write"):
        setattr(three, name, before)
    with pytest.raises(AttributeError, match=r"cannot delete.*pats\.filter.*dff\.write"):
        delattr(three, name)
    pd.testing.assert_frame_equal(three.tokens, before)


def test_items_cannot_be_assigned(three: dff.Frames) -> None:
    """Nor by their key."""
    with pytest.raises(TypeError, match=r"cannot set 'tokens'.*pats\.filter.*dff\.write"):
        three["tokens"] = three.tokens
    with pytest.raises(TypeError, match=r"cannot delete 'tokens'.*pats\.filter"):
        del three["tokens"]


def test_what_is_exported_is_what_was_read(three: dff.Frames, tmp_path: Path) -> None:
    """Columns dropped and rows left out in a DataFrame of one's own change no file; none is accepted back."""
    tokens = three.tokens
    tokens = tokens[tokens["is_active"]].drop(columns="public_key")
    with pytest.raises(AttributeError, match="cannot set 'tokens'"):
        three.tokens = tokens
    lines = (three.to_csv(tmp_path / "csv") / "tokens.csv").read_text().splitlines()
    assert len(lines) == 4
    assert "public_key" in lines[0]


def test_a_change_in_place_is_lost_and_pandas_says_so(three: dff.Frames) -> None:
    """`pats.tokens["x"] = 1` changes a DataFrame that nobody keeps; pandas 3 warns of it by itself."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        three.tokens["x"] = 1
        three["tokens"].loc[0, "name"] = "mine"
    if PANDAS_3:
        assert [each.category.__name__ for each in caught] == ["ChainedAssignmentError"] * 2
    assert "x" not in three.tokens
    assert three.tokens["name"].tolist() == ["token 1", "token 2", "token 3"]


WRITES = {
    "loc": lambda frame, name: frame.loc.__setitem__((0, name), frame[name].iloc[-1]),
    "iat": lambda frame, name: frame.iat.__setitem__((0, frame.columns.get_loc(name)), frame[name].iloc[-1]),
    "array": lambda frame, name: frame[name].array.__setitem__(0, frame[name].iloc[-1]),
    "values": lambda frame, name: frame[name].values.__setitem__(0, frame[name].iloc[-1]),
    "to_numpy": lambda frame, name: frame[name].to_numpy().__setitem__(0, frame[name].iloc[-1]),
    "drop": lambda frame, name: frame.drop(columns=name, inplace=True),
}


@pytest.mark.filterwarnings("ignore")  # pandas has views on some of these
@pytest.mark.parametrize("write", WRITES)
def test_each_access_hands_out_a_dataframe_of_its_own(write: str) -> None:
    """Whatever is written, and through whichever array, no later DataFrame, chart or export has it."""
    pats = read(token(1, assignment("A")), token(2, assignment("B"), isActive=False, accessToken="secret"))
    before = {name: pats[name] for name in pats}
    arrow = [pats.arrow(name).to_pylist() for name in pats]
    for name, kept in before.items():
        for column in kept.columns if len(kept) else ():
            mine = pats[name]
            with contextlib.suppress(ValueError, TypeError):  # pandas made it read-only
                WRITES[write](mine, column)
            pd.testing.assert_frame_equal(pats[name], kept)
    assert [pats.arrow(name).to_pylist() for name in pats] == arrow


def test_the_names_of_an_index_are_the_users_own(three: dff.Frames) -> None:
    """Naming the index, or other labels for it, stay in the user's DataFrame."""
    mine = three.tokens
    mine.index.name, mine.columns.name = "row", "field"
    mine.attrs["note"] = "mine"
    later = three.tokens
    assert (later.index.name, later.columns.name, "note" in later.attrs) == (None, None, False)
    assert isinstance(later.index, pd.RangeIndex)


def test_dataframes_go_on_to_other_libraries(three: dff.Frames, tmp_path: Path) -> None:
    """What a DataFrame says of its table hinders no writer, and no comparison."""
    import polars as pl

    path = tmp_path / "tokens.parquet"
    three.tokens.to_parquet(path)
    assert pd.read_parquet(path)["token_id"].tolist() == three.tokens["token_id"].tolist()
    assert pl.from_pandas(three.tokens).height == 3


def test_dataframes_belong_to_the_user(three: dff.Frames) -> None:
    """They can be changed, and what is drawn or exported from the Arrow tables does not change with them."""
    before = [three.arrow(name).to_pylist() for name in three]
    tokens, operations = three.tokens, three.token_operations
    tokens.loc[0, "token_no"] = 9
    tokens.loc[0, "name"] = "mine"
    tokens.loc[0, "is_active"] = False
    tokens.loc[0, "operation_count"] = 99
    operations.loc[0, "operation"] = operations["operation"].iloc[-1]
    assert tokens.loc[0, ["token_no", "name", "operation_count"]].tolist() == [9, "mine", 99]
    assert [three.arrow(name).to_pylist() for name in three] == before
    assert three.filter("to-1").tokens["name"].tolist() == ["token 1"]


def test_columns_of_many_categories_can_be_written_to() -> None:
    """Their codes are as wide as Arrow's, which must not be shared."""
    many = dff.read({"items": [token(n, assignment()) for n in range(1 << 15)]})
    before = many.arrow("token_assignments")["token_id"][0].as_py()
    mine = many.token_assignments
    mine.loc[0, "token_id"] = "to-9"
    assert mine["token_id"].iloc[0] == "to-9"
    assert many.arrow("token_assignments")["token_id"][0].as_py() == before == "to-0"


@pytest.mark.parametrize(
    "which",
    [
        lambda f: f.tokens["is_active"],
        lambda f: f.tokens["is_active"].sort_values(),
        lambda f: f.tokens["is_active"].to_numpy(dtype=bool),
        lambda f: [True, False, True],
        lambda f: ["to-1", "to-3"],
        lambda f: f.tokens.loc[f.tokens.is_active, "token_id"],
        lambda f: (name for name in ("to-3", "to-1")),
    ],
)
def test_filter(three: dff.Frames, which: Any) -> None:
    """A mask or ids keep tokens; child rows follow, categories shrink, positions and sources stay."""
    kept = three.filter(which(three))
    assert kept.tokens["token_id"].tolist() == ["to-1", "to-3"]
    assert kept.tokens["token_no"].tolist() == [0, 2]
    assert kept.token_assignments["permission_name"].tolist() == ["A"]
    assert kept.token_operations["permission_name"].cat.categories.tolist() == ["A"]
    assert len(kept.sources) == 1
    assert "2 of the 3" in repr(kept)


def test_filter_takes_missing_as_no(three: dff.Frames) -> None:
    """As in pandas, a missing flag does not select."""
    assert len(three.filter(pd.Series([True, pd.NA, False], dtype="boolean")).tokens) == 1


def test_filter_on_nothing() -> None:
    """Frames without tokens can be filtered by an empty mask and by no ids."""
    empty = read()
    assert empty.filter(empty.tokens["is_active"]) == empty
    assert empty.filter([]) == empty


@pytest.mark.parametrize(
    ("which", "error", "message"),
    [
        ("to-9", KeyError, "to-9"),
        (["to-1", "to-9"], KeyError, "to-9"),
        (np.array([True]), ValueError, "3 tokens"),
        (pd.Series([True] * 3, index=[7, 8, 9]), ValueError, "index"),
        (pd.DataFrame(), TypeError, "mask or token ids, not DataFrame"),
        (None, TypeError, "not NoneType"),
        (b"to-1", TypeError, "not bytes"),
    ],
)
def test_filter_refuses_what_does_not_fit(
    three: dff.Frames, which: Any, error: type[Exception], message: str
) -> None:
    """An id that is not there, or a mask of other frames, is never ignored."""
    with pytest.raises(error, match=message):
        three.filter(which)


def test_display_shows_source_time_and_rows_and_escapes() -> None:
    """Text and HTML say what is there, from where and when, and what a row is."""
    frames = dff.read({"items": [token(1, assignment())]}, fetched_at="2026-03-02T08:00:00Z")
    for shown in (repr(frames), frames._repr_html_()):
        for part in ("/auth/pats", "2026-03-02 08:00:00 UTC", "token_operations", "one access token"):
            assert part in shown
    path_like = frames.arrow("sources").to_pandas().assign(url="<script>")
    tables = {name: frames.arrow(name) for name in frames}
    tables["sources"] = pa.Table.from_pandas(path_like, schema=frames.arrow("sources").schema)
    assert "<script>" not in dff.Frames(tables)._repr_html_()


def test_copies_and_pickles(three: dff.Frames) -> None:
    """A copy is equal, and as unchangeable."""
    for other in (copy.copy(three), copy.deepcopy(three), pickle.loads(pickle.dumps(three))):  # noqa: S301
        assert other == three
        assert other.tokens.loc[0, "name"] == "token 1"
        assert other.filter(lambda t: t.is_active).tokens["token_id"].tolist() == ["to-1", "to-3"]
        with pytest.raises(AttributeError, match="cannot set"):
            other.tokens = three.tokens
    assert three != read(token(1))
    assert three != "frames"


def test_concat_counts_positions_anew(three: dff.Frames) -> None:
    """Tokens of several callers follow each other, numbered through, with their child rows."""
    other = read(
        token(4, assignment("D"), linkedUserId="us-2"), token(5, assignment("E"), linkedUserId="us-2")
    )
    joined = dff.concat([three.filter(["to-2", "to-3"]), other])
    assert joined.tokens["token_id"].tolist() == ["to-2", "to-3", "to-4", "to-5"]
    assert joined.tokens["token_no"].tolist() == [0, 1, 2, 3]
    assert joined.token_assignments["token_no"].tolist() == [0, 0, 2, 3]
    assert joined.token_operations["permission_name"].cat.categories.tolist() == ["B", "C", "D", "E"]
    assert len(joined.sources) == 2
    caption = " ".join(text.get_text() for text in joined.plot.permission_spread().texts)
    for shown in (repr(joined), joined._repr_html_(), caption):
        assert "visible to the callers of 2 lists" in " ".join(shown.split())


def test_concat_keeps_an_equal_token_once(three: dff.Frames) -> None:
    """Frames joined with themselves are the same tokens, whatever the order of assignments."""
    turned = read(
        token(3),
        token(1, assignment("A")),
        token(2, assignment("C", operations=["Wallets:Read"]), assignment("B"), isActive=False),
    )
    joined = dff.concat([three, turned])
    for name in ("tokens", "token_assignments", "token_operations"):
        assert joined.arrow(name) == three.arrow(name)


@pytest.mark.parametrize("newer_first", [True, False])
def test_concat_keeps_the_later_of_two_that_differ(newer_first: bool) -> None:
    """Where inputs disagree about a token, the one fetched later counts, child rows and all; it says so."""
    older = read(token(1, assignment("A")), token(2, linkedUserId="us-2"), fetched_at="2026-01-01T00:00:00Z")
    newer = read(token(1, assignment("B")), fetched_at="2026-02-01T00:00:00Z")
    with pytest.warns(dff.DriftWarning, match="to-1"):
        joined = dff.concat([newer, older] if newer_first else [older, newer])
    assert sorted(joined.tokens["token_id"]) == ["to-1", "to-2"]
    assert joined.token_assignments["permission_name"].tolist() == ["B"]
    assert joined.drift["what"].tolist() == ["differing token"]
    assert joined.drift["detail"].tolist() == ["to-1"]


def test_concat_keeps_tokens_without_an_id_and_repeats_within_one_input() -> None:
    """Only the same id in two inputs is the same token."""
    with pytest.warns(dff.DriftWarning, match="repeated id"):
        frames = read(token(1), token(1), token(2, tokenId=""))
    joined = dff.concat([frames, read(token(3, tokenId=""))])
    assert len(joined.tokens) == 4


def test_concat_refuses_what_is_no_frames() -> None:
    """Nothing, or something else, cannot be joined."""
    with pytest.raises(ValueError, match="at least one"):
        dff.concat([])
    with pytest.raises(TypeError, match="a list"):
        dff.concat(read(token(1)))
    with pytest.raises(TypeError, match="read"):
        dff.concat([{"items": []}])  # type: ignore[list-item]


def test_the_catalogue() -> None:
    """Every operation has a class and severity; successors are operations; the parts make up the name."""
    catalogue = dff.operations()
    assert catalogue["operation"].is_unique
    assert len(catalogue) == 240
    assert set(catalogue["status"]) == {"current", "legacy_accepted", "legacy_old"}
    successors = catalogue["successor"].dropna().astype("str")
    assert set(successors) <= set(catalogue.loc[catalogue["status"] == "current", "operation"])
    names = catalogue["resource"].astype("str") + ":" + catalogue["action"].astype("str")
    assert (names == catalogue["operation"].astype("str")).all()
    assert catalogue.drop(columns="successor").notna().all(axis=None)
    severe = catalogue.loc[catalogue["severity"] >= "high", "severity"]
    assert set(severe) == {"high", "critical"}
    assert catalogue["severity"].max() == "critical"
