"""Asking a question: its text, the tables that it reads, and the facts and arguments that it is given.

A question is a file of SQL, in words that DuckDB and Spark share, and goes to either as it stands. It reads
tables whose names begin with ``dfns_``: those of the snapshots, with the columns `org`, `caller` and `look`
of the folder that they are in; other questions (`looks`, `sightings`, …); the facts below; and `asked`, one
row with the arguments, of which those that were not given are missing. A *look* is one source in one
snapshot: what it answered one caller at one time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from dfns_frames._api.catalogue import operations_table, usability
from dfns_frames._api.sources import SOURCES
from dfns_frames._api.tables import TABLES
from dfns_frames._api.vocabulary import TIME, Source
from dfns_frames._archive.layout import Snapshot, snapshots, unquoted
from dfns_frames._facts.contents import FULL_ADMINISTRATOR

PREFIX = "dfns_"
KEYS = ("org", "caller", "look")
"""The columns that the names of a snapshot's folders give; as they are written there."""


@dataclass(frozen=True)
class Question:
    """One question, and what it reads.

    Parameters
    ----------
    name
        Of its file.
    tables
        The tables of the snapshots.
    after
        The questions whose answers it reads, each after those that it reads itself.
    facts
        What it reads of `facts`.
    """

    name: str
    tables: tuple[str, ...]
    after: tuple[str, ...] = ()
    facts: tuple[str, ...] = ("known_sources",)


@dataclass(frozen=True)
class Wanted:
    """Which snapshots a question is about; None stands for all.

    Parameters
    ----------
    org, caller
        Whose, as written in the names of folders.
    snapshots
        Which of these, each as `snapshot_name` writes it.
    """

    org: str | None = None
    caller: str | None = None
    snapshots: frozenset[str] | None = None


def snapshot_name(org: str, caller: str, look: str) -> str:
    """Return what tells one snapshot from all others: what its folders say."""
    return f"{org}/{caller}/{look}"


class Engine(Protocol):
    """What runs questions over the snapshots of a folder."""

    def ask(self, folder: str, question: Question, wanted: Wanted, given: Mapping[str, pa.Table]) -> pa.Table:
        """Return the answer.

        Parameters
        ----------
        folder
            The archive.
        question
            What is asked.
        wanted
            Of which snapshots.
        given
            Facts and arguments, by name.
        """
        ...


LIFETIMES = Question("lifetimes", ("sources", "rejected", "tokens"), ("looks", "sightings"))
HOLDERS = Question(
    "holders",
    ("sources", "rejected", "tokens", "token_assignments", "token_operations", "permissions"),
    ("looks", "sightings", "absences"),
    ("known_sources", "catalogue", "usability", "full_administrators"),
)
WHOSE = Question("whose", ("sources",), facts=())
# Which snapshots to read for another question.
NEAREST = Question("nearest", ("sources", "rejected"), ("looks",))
NEEDED = Question("needed", ("sources", "rejected", "token_assignments", "user_assignments"), ("looks",))


def wanted_of(folder: Path, wanted: Wanted) -> list[Snapshot]:
    """Return the snapshots that a question is about, of a folder that this machine can list."""
    org, caller = (text and unquoted(text) for text in (wanted.org, wanted.caller))
    found = snapshots(folder, org, caller)
    if wanted.snapshots is None:
        return found
    return [each for each in found if _name(each) in wanted.snapshots]


def _name(snapshot: Snapshot) -> str:
    org, caller, look = (part.partition("=")[2] for part in snapshot.path.parts[-3:])
    return snapshot_name(org, caller, look)


@cache
def text_of(name: str) -> str:
    """Return the SQL of a question."""
    return files("dfns_frames._archive").joinpath("questions", f"{name}.sql").read_text(encoding="utf-8")


@cache
def columns_of(name: str) -> pa.Schema:
    """Return the columns of a table of the snapshots as questions see it: texts for categories, and keys."""
    plain = [
        pa.field(each.name, pa.string() if pa.types.is_dictionary(each.type) else each.type)
        for each in TABLES[name].arrow_schema
        if each.name not in KEYS
    ]
    return pa.schema([*plain, *(pa.field(key, pa.string()) for key in KEYS)])


def given_to(
    question: Question,
    more: Mapping[str, pa.Table] | None = None,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    moment: datetime | None = None,
    category: str | None = None,
) -> dict[str, pa.Table]:
    """Return the facts that a question reads, and its arguments as a table of one row, each with its type."""
    times = {"since": since, "until": until, "moment": moment}
    arguments = {name: pa.array([value], TIME) for name, value in times.items()}
    asked = pa.table({**arguments, "category": pa.array([category], pa.string())})
    return {**{name: _FACTS[name]() for name in question.facts}, **(more or {}), "asked": asked}


def _known_sources() -> pa.Table:
    listing = {item_table(source): path for path, source in SOURCES.items()}
    rows = [
        {
            "source": path,
            "per_caller": source.scope == "caller",
            # Of a list whose items hold tokens, a rejected item's id is not a token's.
            "holds_tokens": item_table(source) != "tokens",
            # The source that lists what it is asked for one by one.
            "around": listing[source.each[0]] if source.each else None,
        }
        for path, source in SOURCES.items()
    ]
    return pa.Table.from_pylist(rows)


def item_table(source: Source) -> str | None:
    """Return the table that holds the id of a source's items as its own."""
    path = f"{source.rows.at}.{source.item_id}"
    found = [(table, column) for table, column, origin in source.origins() if origin == path]
    return next((table for table, column in found if TABLES[table].ids == (column,)), None)


def _catalogue() -> pa.Table:
    columns = ("operation", "category", "severity")
    return pa.table({name: operations_table()[name].cast(pa.string()) for name in columns})


def _usability() -> pa.Table:
    """Return the pairs of kind and operation that cannot be used, or where that is unknown."""
    rows = [
        {"kind": kind, "operation": operation, "usable": usability(kind, operation)}
        for kind in _KINDS
        for operation in operations_table()["operation"].to_pylist()
        if usability(kind, operation) != "yes"
    ]
    return pa.Table.from_pylist(rows)


def _full_administrators() -> pa.Table:
    return pa.table({"permission_name": sorted(FULL_ADMINISTRATOR)})


_KINDS: Sequence[str] = ("Pat", "ServiceAccount")
_FACTS = {
    "known_sources": _known_sources,
    "catalogue": _catalogue,
    "usability": _usability,
    "full_administrators": _full_administrators,
}
