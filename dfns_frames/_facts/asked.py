"""What was asked for, in words: what frames are of, and which sources did not come."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa

from dfns_frames._api.sources import SOURCES
from dfns_frames._api.tables import TABLES
from dfns_frames._engine.drift import shorten
from dfns_frames._facts.tables import Tables

_READ = ("ok", "incomplete", None)  # files that earlier versions wrote may lack the status
_NAMES = {next(iter(source.tables)): (source.item, source.items) for source in reversed(SOURCES.values())}
"""What a row of a table is, in the singular and the plural, of those whose rows are listed items."""


def held(tables: Tables, name: str) -> pa.Table:
    """Return a table, without rows where frames do not hold it."""
    return tables.arrow(name) if name in tables else TABLES[name].empty()


def nouns(tables: Tables) -> list[str]:
    """Return what frames are of: tokens, users, policies and so on, as far as their tables are here."""
    return [_NAMES[name][1] for name in tables if name in _NAMES]


def subject(tables: Tables) -> str:
    """Return what frames are of, as the subject of a sentence; "what is" where they hold no listed items."""
    found = [f"the {noun}" if number == 0 else noun for number, noun in enumerate(nouns(tables))]
    return listed(found) or "what is"


def title(tables: Tables) -> str:
    """Return what frames are of, as the beginning of a line."""
    text = subject(tables).removeprefix("the ")
    return text[0].upper() + text[1:]


def counted(tables: Tables) -> str:
    """Return how many tokens there are; where there is no table of them, how many of everything else."""
    names = [name for name in tables if name in _NAMES]
    if "tokens" in names:
        names = ["tokens"]
    return listed([count(tables.arrow(name).num_rows, *_NAMES[name]) for name in names]) or "nothing listed"


def count(number: int, one: str, many: str) -> str:
    """Return a number of things."""
    return f"{number:,} {one if number == 1 else many}"


def listed(words: list[str]) -> str:
    """Return words as a list in a sentence."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def asked(tables: Tables) -> list[dict[str, Any]]:
    """Return the sources that were asked, a mapping each; columns that are not there are None."""
    names = [column.name for column in TABLES["sources"].columns]
    return [dict.fromkeys(names) | row for row in held(tables, "sources").to_pylist()]


def not_read(rows: Iterable[dict[str, Any]]) -> list[str]:
    """Say for each source that did not come what is missing, and what would help.

    Parameters
    ----------
    rows
        Sources that were asked. One that was not asked is not missed; nor is one that its caller could read
        at another time.
    """
    rows = list(rows)
    came = {(row["source"], row.get("caller")) for row in rows if row["status"] in _READ}
    callers = {row.get("caller") for row in rows}
    return [
        _not_read(row, f" by {shorten(row['caller'])}" if len(callers) > 1 and row.get("caller") else "")
        for row in rows
        if row["status"] not in _READ and (row["source"], row.get("caller")) not in came
    ]


def is_read(row: dict[str, Any]) -> bool:
    """Tell whether a source came, if not whole."""
    return row["status"] in _READ


def items_of(row: dict[str, Any]) -> tuple[str, str]:
    """Return what a source lists, in the singular and the plural."""
    source = SOURCES.get(row["source"])
    return (source.item, source.items) if source else ("item", "items")


def _not_read(row: dict[str, Any], by: str) -> str:
    detail = " ".join(shorten(row.get("detail") or "").split())
    reasons = {
        "forbidden": f"needs {row['needs_operation']}" if row.get("needs_operation") else "forbidden",
        "unavailable": "unavailable, this organisation does not have them",
        "failed": f"failed{detail and f', {detail}'}",
        "skipped": f"skipped, {detail or 'as it needs another list that did not come'}",
    }
    return f"{items_of(row)[1]} not read{by}: {reasons.get(row['status'], str(row['status']))}"
