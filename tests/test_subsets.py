"""Frames of any of the declared tables: what they show, and what they say of a table that is not there."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import dfns_frames as dff
from dfns_frames._api.tables import TABLES
from tests.conftest import WHEN, assignment, read, token


def some(*names: str) -> dff.Frames:
    """Make frames of some tables, with rows where a list of tokens has them."""
    full = read(token(1, assignment()), token(2))
    return dff.Frames({name: full.arrow(name) if name in full else TABLES[name].empty() for name in names})


SUBSETS: dict[tuple[str, ...], str] = {
    (): "what is",
    ("tokens",): "the tokens",
    ("users", "user_assignments"): "the users",
    ("sources",): "what is",
    ("permissions", "sources", "drift"): "the permissions",
}


@pytest.mark.parametrize("names", SUBSETS, ids=lambda names: "+".join(names) or "none")
def test_any_of_the_tables_can_be_held(names: tuple[str, ...], tmp_path: Path) -> None:
    """Shown, copied, and written to Parquet and CSV; what is there is there, and no more."""
    frames = some(*names)
    assert [*frames] == sorted(names, key=list(TABLES).index)
    assert all(name in repr(frames) and name in frames._repr_html_() for name in names)
    assert repr(frames).startswith(f"Frames of {SUBSETS[names]} visible")
    assert frames == pickle.loads(pickle.dumps(frames))  # noqa: S301 - ours
    assert [len(frame) for frame in frames.values()] == [frames.arrow(name).num_rows for name in frames]
    assert frames.fetched_at.tzinfo
    frames.to_csv(tmp_path / "csv")
    assert dff.read(frames.to_parquet(tmp_path / "parquet")) == frames


def test_a_table_that_is_not_there_names_what_gives_it() -> None:
    """Source, method and operation, wherever it is asked for; it is an error of ours and a KeyError."""
    frames = some("users")
    ways = r"'tokens' .*GET /auth/pats \(`Client\(\)\.pats\(\)`\), or GET /auth/service-accounts"
    asked: list[Any] = [
        lambda: frames.arrow("tokens"),
        lambda: frames["tokens"],
        lambda: frames.filter([]),
        lambda: dff.measures.creation_over_time(frames),
        lambda: dff.measures.capabilities(frames),
    ]
    for ask in asked:
        with pytest.raises(dff.MissingTableError, match=ways) as caught:
            ask()
        assert isinstance(caught.value, KeyError)
    with pytest.raises(AttributeError, match=ways):
        frames.tokens  # noqa: B018
    with pytest.raises(dff.MissingTableError, match="Permissions:Read"):
        some("tokens").arrow("permissions")
    with pytest.raises(dff.MissingTableError, match="'token_operations'"):
        dff.measures.capabilities(some("tokens"))
    assert frames.get("tokens") is None
    assert "tokens" not in frames
    assert not hasattr(frames, "tokens")


def test_a_chart_without_its_table_says_so() -> None:
    """As the measure that it draws does."""
    with pytest.raises(dff.MissingTableError, match="GET /auth/pats"):
        some("users").plot.creation_over_time()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: table.drop_columns(["name"]), "'tokens': the column 'name' is missing"),
        (
            lambda table: table.set_column(4, "name", pa.array([1, 2])),
            "the column 'name' must be string, not int64",
        ),
        (lambda table: table.append_column("team", pa.array(["a", "b"])), "the column 'team' is unknown"),
        (lambda table: table.append_column("name", table["name"]), "stands there twice"),
    ],
)
def test_a_table_that_is_not_the_declared_one(change: Any, message: str) -> None:
    """The column that is missing, unknown or of another type is named."""
    table = read(token(1), token(2)).arrow("tokens")
    with pytest.raises(dff.ConfigurationError, match=message):
        dff.Frames({"tokens": change(table)})


def test_columns_in_another_order_are_put_into_the_declared_one() -> None:
    """Their names tell them apart."""
    table = read(token(1), token(2)).arrow("tokens")
    frames = dff.Frames({"tokens": table.select(table.column_names[::-1])})
    assert frames.arrow("tokens").equals(table)


def test_what_would_be_lost_in_a_join_is_refused() -> None:
    """Tokens with and without their permissions: of a token in both, the permissions might go unseen."""
    full = dff.read({"items": [token(1)]}, fetched_at=WHEN)
    for parts in ([full, some("tokens")], [some("tokens"), full]):
        with pytest.raises(dff.ConfigurationError, match="'tokens' without 'token_assignments'"):
            dff.concat(parts)
    assert [*dff.concat([some("users"), full])] == sorted([*full, "users"], key=list(TABLES).index)
