"""The container: access, filter, display, copies; and joining several."""

import copy
import pickle
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

import dfns_frames as dff
from tests.conftest import assignment, read, token


@pytest.fixture
def three() -> dff.Frames:
    return read(
        token(1, assignment("A")),
        token(2, assignment("B"), assignment("C", operations=["Wallets:Read"]), isActive=False),
        token(3),
    )


def test_a_mapping_of_tables(three: dff.Frames) -> None:
    """Tables are items, attributes and completions; each is made once."""
    assert list(three) == ["tokens", "token_assignments", "token_operations", "sources", "drift", "rejected"]
    assert three["tokens"] is three.tokens
    assert set(three) <= set(dir(three))
    assert isinstance(three.arrow("tokens"), pa.Table)


def test_a_wrong_name_suggests_the_nearest(three: dff.Frames) -> None:
    """The error names what exists."""
    with pytest.raises(AttributeError, match=r"mean 'tokens'.*token_assignments"):
        three.token  # noqa: B018
    with pytest.raises(KeyError, match="token_operations"):
        three["operations"]


def test_dataframes_belong_to_the_user(three: dff.Frames) -> None:
    """They can be changed, and what is drawn or exported from the Arrow tables does not change with them."""
    before = [three.arrow(name).to_pylist() for name in three]
    three.tokens.loc[0, "token_no"] = 9
    three.tokens.loc[0, "name"] = "mine"
    three.tokens.loc[0, "is_active"] = False
    three.tokens.loc[0, "operation_count"] = 99
    three.token_operations.loc[0, "operation"] = three.token_operations["operation"].iloc[-1]
    assert three.tokens.loc[0, ["token_no", "name", "operation_count"]].tolist() == [9, "mine", 99]
    assert [three.arrow(name).to_pylist() for name in three] == before
    assert three.filter("to-1").tokens["name"].tolist() == ["token 1"]


def test_columns_of_many_categories_can_be_written_to() -> None:
    """Their codes are as wide as Arrow's, which must not be shared."""
    many = dff.read({"items": [token(n, assignment()) for n in range(1 << 15)]})
    before = many.arrow("token_assignments")["token_id"][0].as_py()
    many.token_assignments.loc[0, "token_id"] = "to-9"
    assert many.token_assignments["token_id"].iloc[0] == "to-9"
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
    """A copy is equal and has DataFrames of its own."""
    three.tokens.loc[0, "name"] = "mine"
    for other in (copy.copy(three), copy.deepcopy(three), pickle.loads(pickle.dumps(three))):  # noqa: S301
        assert other == three
        assert other.tokens.loc[0, "name"] == "token 1"
    assert three != read(token(1))
    assert three != "frames"


def test_concat_counts_positions_anew(three: dff.Frames) -> None:
    """Tokens of several callers follow each other, numbered through, with their child rows."""
    other = read(token(4, assignment("D")), token(5, assignment("E")))
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
        token(2, assignment("C", operations=["Wallets:Read"]), assignment("B"), isActive=False),
    )
    joined = dff.concat([three, turned])
    for name in ("tokens", "token_assignments", "token_operations"):
        assert joined.arrow(name) == three.arrow(name)


@pytest.mark.parametrize("newer_first", [True, False])
def test_concat_keeps_the_later_of_two_that_differ(newer_first: bool) -> None:
    """Where inputs disagree about a token, the one fetched later counts, child rows and all; it says so."""
    older = read(token(1, assignment("A")), token(2), fetched_at="2026-01-01T00:00:00Z")
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
