"""Tokens that are listed more than once, and ids by which tables join."""

from __future__ import annotations

import itertools
import warnings
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dfns_frames as dff
from dfns_frames._api.tables import TABLES
from tests import naive
from tests.conftest import WHEN, assignment, read, token
from tests.test_hostile_input import flattened

OVERLAP, REPEAT = "overlapping pages", "repeated id"


def noted(frames: dff.Frames) -> list[tuple[str, str, int]]:
    return [(row["what"], row["detail"], row["count"]) for row in frames.arrow("drift").to_pylist()]


def test_a_token_on_two_pages_is_one() -> None:
    """As the last page lists it; positions, counts and categories are those of what stays."""
    first = [token(1, assignment("Old")), token(2, assignment("Old"))]
    second = [token(2, assignment("New"), name="renamed", kind="ServiceAccount"), token(3)]
    with pytest.warns(dff.DriftWarning, match=OVERLAP):
        frames = dff.read([{"items": first}, {"items": second}], fetched_at=WHEN)
    assert noted(frames) == [(OVERLAP, "to-2", 2)]
    whole = read(first[0], *second)
    for name in ("tokens", "token_assignments", "token_operations"):
        assert frames.arrow(name).equals(whole.arrow(name)), name
    assert frames.sources["item_count"].tolist() == [3]
    assert " that were read)" not in repr(frames)


def test_an_id_twice_on_one_page_is_two_rows() -> None:
    """Which of them is right cannot be known; both stay, and are noted."""
    with pytest.warns(dff.DriftWarning, match=REPEAT):
        frames = read(token(1), token(2), token(1, name="again"))
    assert frames.tokens["name"].tolist() == ["token 1", "token 2", "again"]
    assert noted(frames) == [(REPEAT, "to-1", 2)]
    assert frames.drift["path"].tolist() == ["items[].tokenId"]
    assert frames.sources["item_count"].tolist() == [3]


def test_both_at_once() -> None:
    """An id that the last page lists twice stays there twice."""
    pages = [{"items": [token(1), token(2)]}, {"items": [token(1, name="b"), token(1, name="c")]}]
    with pytest.warns(dff.DriftWarning):
        frames = dff.read(pages)
    assert frames.tokens["name"].tolist() == ["token 2", "b", "c"]
    assert noted(frames) == [(OVERLAP, "to-1", 3), (REPEAT, "to-1", 2)]


def test_tokens_without_id_are_not_the_same() -> None:
    """However many pages list one."""
    frames = dff.read([{"items": [token(tokenId="")]}, {"items": [token(tokenId=""), token(tokenId="")]}])
    assert len(frames.tokens) == 3
    assert frames.arrow("drift").num_rows == 0


def test_what_was_set_aside_is_counted_besides() -> None:
    """Items add up: kept, joined and rejected."""
    pages = [{"items": [token(1), 5]}, {"items": [token(1), token(2)]}]
    with pytest.warns(dff.DriftWarning, match=OVERLAP):
        frames = dff.read(pages, skip_invalid=True)
    source = frames.sources.iloc[0]
    assert (len(frames.tokens), source["item_count"], source["rejected_count"]) == (2, 3, 1)


@given(st.lists(st.lists(st.integers(0, 4), max_size=4), min_size=1, max_size=4))
def test_pages_hold_what_a_plain_reading_holds(numbers: list[list[int]]) -> None:
    """For any pages: the rows of the last page that lists an id, in the order of the listing."""
    pages: list[list[dict[str, Any]]] = [
        [token(n, assignment(f"of page {page}"), name=f"{page}") for n in listed]
        for page, listed in enumerate(numbers)
    ]
    last = {item["tokenId"]: page for page, items in enumerate(pages) for item in items}
    kept = [item for page, items in enumerate(pages) for item in items if last[item["tokenId"]] == page]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dff.DriftWarning)
        frames = dff.read([{"items": items} for items in pages])
    assert flattened(frames) == naive.tables(kept)


def test_a_column_of_several_tables_has_one_arrow_type() -> None:
    """In the declarations, in Arrow, and so in Parquet: what joins has one type."""
    frames = read(token(1, assignment()))
    schemas = [*(table.arrow_schema for table in TABLES.values()), *(frames.arrow(n).schema for n in frames)]
    types: dict[str, set[pa.DataType]] = {}
    for field in itertools.chain(*schemas):
        types.setdefault(field.name, set()).add(field.type)
    # Whatever an identity is called, its ids join with those of any other table.
    for name in ("token_id", "linked_user_id", "linked_app_id", "user_id", "group_id", "change_requested_by"):
        types["identity_id"] |= types[name]
    # Of one finding whether it was, of a rule how many were: neither joins.
    assert {name for name, several in types.items() if len(several) > 1} == {"accepted"}


def files(frames: dff.Frames, tmp_path: Path) -> dict[str, Path]:
    folder = frames.to_parquet(tmp_path / "pats")
    return {
        name: next(
            path
            for path in folder.rglob("*.parquet")
            if name in path.relative_to(folder).parts or path.stem == name
        )
        for name in frames
    }


def test_polars_and_duckdb_join_on_ids(tmp_path: Path) -> None:
    """The Arrow tables and the Parquet files, with missing ids and with ids of one side only."""
    frames = read(
        token(1, assignment("A"), assignment("B")),
        token(2),
        token(tokenId="", name="none"),
        token(3, assignment("A")),
    )
    tokens, operations = frames.arrow("tokens"), frames.arrow("token_operations")
    expected = frames.tokens.merge(frames.token_operations, on="token_id")
    paths = files(frames, tmp_path)
    for left, right in (
        (pl.from_arrow(tokens), pl.from_arrow(operations)),
        (pl.read_parquet(paths["tokens"]), pl.read_parquet(paths["token_operations"])),
    ):
        assert isinstance(left, pl.DataFrame)
        assert isinstance(right, pl.DataFrame)
        joined = left.join(right, on="token_id")
        assert joined.height == len(expected) == 6
        assert left.join(right, on=["source", "token_no"]).height == 6
        assert left.filter(pl.col("token_id") == "to-1").height == 1
    assert duckdb.sql("select count(*) from tokens join operations using (token_id)").fetchall() == [(6,)]
    query = f"select count(*) from '{paths['tokens']}' join '{paths['token_operations']}' using (token_id)"  # noqa: S608 - ours
    assert duckdb.sql(query).fetchall() == [(6,)]


def test_a_token_id_is_text_in_pandas() -> None:
    """Only Arrow's tables need the one type; a DataFrame's ids are as they were."""
    frames = read(token(1, assignment()))
    assert frames.tokens["token_id"].dtype == frames.tokens["name"].dtype
    assert frames.arrow("tokens").schema.field("token_id").type == pa.dictionary(pa.int32(), pa.string())
    rejected = dff.read({"items": [token(isActive=3)]}, skip_invalid=True).rejected
    assert rejected["item_id"].dtype == frames.tokens["name"].dtype
    assert rejected["item_id"].tolist() == ["to-1"]
