"""Joined frames of several organisations: whose each row is, and what is here of each by itself."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._api.tables import JUDGED
from dfns_frames._facts.keys import item_rows, items_of
from dfns_frames._facts.lists import LISTS, lists_of, note_lists
from dfns_frames._facts.presence import grouped, kept, table
from dfns_frames._facts.provenance import note_join
from dfns_frames._facts.tables import compact

if TYPE_CHECKING:
    from dfns_frames._facts.codes import Ints
    from dfns_frames._facts.tables import Tables

_READINGS = ("sources", "drift", "rejected")


@dataclass(frozen=True, eq=False)
class Part:
    """What frames hold of one organisation.

    Parameters
    ----------
    tables
        Its rows, with the keys that they have in the frames.
    fetched_at
        When the newest of its lists was fetched.
    was_listed
        Tokens that a filter left out of the frames.
    """

    tables: Mapping[str, pa.Table]
    fetched_at: datetime
    was_listed: frozenset[str]

    def __iter__(self) -> Iterator[str]:
        return iter(self.tables)

    def arrow(self, name: str) -> pa.Table:
        """Return one table."""
        return self.tables[name]


@dataclass(frozen=True)
class _Places:
    """Where everything belongs.

    Parameters
    ----------
    organisations
        Their ids, in order.
    rows
        By table of listed items, the number of each row's organisation.
    lists
        The numbers of the organisations that each row of `sources` lists something of.
    homeless
        The paths of lists of which nothing says whose they are.
    """

    organisations: list[str]
    rows: Mapping[str, Ints]
    lists: list[set[int]]
    homeless: list[str]


def organisations(frames: Tables) -> list[str]:
    """Return the ids of the organisations that tokens, users and lists belong to."""
    return _places(frames).organisations


def homeless(frames: Tables) -> list[str]:
    """Return the paths of lists that may be of any of several organisations, as nothing says of which."""
    return _places(frames).homeless if len(organisations(frames)) > 1 else []


@kept
def _places(frames: Tables) -> _Places:
    listed = table(frames, "sources")
    of_list = dict(
        zip(listed["source_no"].to_pylist(), listed["org_id"].cast(pa.string()).to_pylist(), strict=True)
    )
    columns = [table(frames, name)["org_id"].cast(pa.string()).unique() for name in ("tokens", "users")]
    few = sorted({*of_list.values()}.union(*(column.to_pylist() for column in columns)) - {None, ""})
    if len(few) < 2:  # as most frames: then nobody asks which row is whose
        return _Places(few, {}, [], [])
    found: dict[str, list[str | None]] = {}
    named: dict[int, set[str]] = {}
    homeless = set()
    for name in frames:
        if items_of(name) != name or name in _READINGS or name in JUDGED:
            continue
        items, numbers = frames.arrow(name), lists_of(frames, name).tolist()
        own = items["org_id"].cast(pa.string()).to_pylist() if "org_id" in items.column_names else []
        own = own or [None] * len(numbers)
        found[name] = [org or of_list.get(number) or None for org, number in zip(own, numbers, strict=True)]
        for org, number, source in zip(found[name], numbers, items["source"].to_pylist(), strict=True):
            if org:
                named.setdefault(number, set()).add(org)
            else:
                homeless.add(source)
    known = sorted({org for org in of_list.values() if org}.union(*named.values()))
    number_of: dict[str | None, int] = {org: number for number, org in enumerate(known)}
    lists = []
    for number, source in zip(of_list, listed["source"].to_pylist(), strict=True):
        own = [org for org in [of_list[number]] if org]
        lists.append({number_of[org] for org in named.get(number, set()).union(own)})
        if not lists[-1]:
            homeless.add(source)
    rows = {name: np.array([number_of.get(org, -1) for org in orgs], int) for name, orgs in found.items()}
    return _Places(known, rows, lists, sorted(homeless))


@kept
def by_organisation(frames: Tables) -> dict[str, Tables]:
    """Return what frames hold of each organisation by itself.

    Where they are of one, or where nothing says whose some of the lists are, there is nothing to tell apart:
    then it is empty.
    """
    places = _places(frames)
    if len(places.organisations) < 2 or places.homeless:
        return {}
    cut = {
        name: _cut(frames, name, places) for name in frames if name not in _READINGS and name not in JUDGED
    }
    sources = table(frames, "sources")
    parts: dict[str, Tables] = {}
    for number, org in enumerate(places.organisations):
        own = sources.filter(pa.array([number in each for each in places.lists], pa.bool_()))
        held = {name: pieces[number] for name, pieces in cut.items()}
        newest = pc.max(own["fetched_at"]).as_py() or frames.fetched_at
        was_listed = frozenset(getattr(frames, "was_listed", ()))
        parts[org] = Part({**held, "sources": compact(own)}, newest, was_listed)
    return parts


def _cut(frames: Tables, name: str, places: _Places) -> list[pa.Table]:
    """Return the rows of a table that are of each organisation, in their order."""
    whole, items = frames.arrow(name), items_of(name)
    of_item = places.rows[items]
    of_row = of_item if items == name else np.append(of_item, -1)[item_rows(frames, name)]
    # Rows are brought in the order of their organisations once, and then cut, as there may be thousands.
    order, starts = grouped(of_row, len(places.organisations))
    sorted_rows = whole.take(pa.array(order))
    lists = lists_of(frames, name)[order] if LISTS in (whole.schema.metadata or {}) else None
    pieces = []
    for begin, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
        piece = compact(sorted_rows.slice(begin, end - begin))
        if lists is not None:
            piece = note_lists(piece, lists[begin:end])
        pieces.append(note_join(piece, [whole]) if name == "tokens" else piece)
    return pieces
