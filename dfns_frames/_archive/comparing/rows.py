"""From two sides that were matched to rows: what appeared, disappeared, changed, and what cannot be told."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._api.sources import SOURCES
from dfns_frames._api.tables import TABLES
from dfns_frames._archive.comparing.about import about
from dfns_frames._archive.comparing.frame import (
    APPEARED,
    CHANGED,
    DISAPPEARED,
    SCHEMA,
    SOURCE_OBJECT,
    UNTOLD,
    object_of,
)
from dfns_frames._archive.comparing.frame import (
    rows as rows_with,
)
from dfns_frames._archive.comparing.match import as_told, differing, fields_of, parent_of
from dfns_frames._archive.comparing.severity import Severities
from dfns_frames._archive.comparing.sides import INCOMPLETE, SIDES
from dfns_frames._archive.comparing.tables import is_open
from dfns_frames._facts.codes import flags

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dfns_frames._archive.comparing.sides import Look, Series
    from dfns_frames._archive.comparing.tables import Comparison
    from dfns_frames._facts.codes import Ints

LISTED, NOT_LISTED, SET_ASIDE, LEFT_OUT = "listed", "not listed", "set aside", "left out by a filter"
_GONE = (DISAPPEARED, APPEARED)
_WORDS = ("", INCOMPLETE, SET_ASIDE, LEFT_OUT)
_TIMES = ("after", "by")
_NAME = "permission_name"
_SWITCHES = frozenset({"is_active", "in_effect"})
_OWNERS = {"tokens": "linked_user_id"}
"""Where an item holds another table's rows: the column of these that says in which item they are."""


def rows_of(comparison: Comparison) -> Iterator[pa.Table]:
    """Iterate over the rows, table by table."""
    severities = Severities(comparison.pair.sides[1].frames, comparison.parts[1])
    yield _sources(comparison)
    for name in comparison.matchings:
        for side in (0, 1):
            yield from _on_one_side(comparison, name, side, severities)
        yield from _changed(comparison, name, severities)
        if is_open(name):
            yield _unlisted(comparison, name)
        if parent_of(name) is None:
            yield from _items_set_aside(comparison, name)
    if "tokens" in comparison.matchings:
        yield _hidden(comparison)


def _sources(comparison: Comparison) -> pa.Table:
    """Return a row for each source that one side knows less about than the other."""
    rows = []
    for series in comparison.pair.series:
        old, new = (side.look(series) for side in comparison.pair.sides)
        if old.status == new.status or not (old.is_read or new.is_read):
            continue
        rows.append(
            {
                "change": UNTOLD,
                "object": SOURCE_OBJECT,
                "name": series[0],
                "owner_id": series[1],
                "field": "status",
                "old": old.status,
                "new": new.status,
                "after": old.at,
                "by": new.at,
            }
        )
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _on_one_side(comparison: Comparison, name: str, side: int, severities: Severities) -> Iterator[pa.Table]:
    """Iterate over the rows of what only one side lists: it came, it went, or the other cannot tell."""
    matching, part = comparison.matchings[name], comparison.parts[side][name]
    rows = np.flatnonzero((matching.key[side] >= 0) & ~matching.is_matched[side])
    parent = parent_of(name)
    if parent is None:
        rows, why = _told_by_the_other(comparison, name, side, rows)
    else:
        # What is inside something comes and goes with it. And of an assignment whose operations the other
        # side does not list, nothing here is known to be new.
        around = comparison.matchings[parent]
        keys = np.append(around.key[side], -1)[part.parent[rows]]
        rows = rows[~around.exceeds(side)[keys] & ~comparison.unlisted(1 - side, parent)[keys]]
        why = np.zeros(len(rows), dtype=np.int64)
    sure, unsure = rows[why == 0], rows[why > 0]
    if len(sure):
        made = _columns(comparison, name, side, sure)
        made["severity"] = np.array(severities.of(name, sure), dtype=object) if side else "none"
        if _NAME in fields_of(name):  # what is assigned is best known by its name
            made["field"] = _NAME
            made[SIDES[side]] = as_told(part.table[_NAME].take(pa.array(sure)))
        yield rows_with(len(sure), {**made, "change": _GONE[side]})
    if len(unsure):
        made = _columns(comparison, name, side, unsure)
        made |= {"change": UNTOLD, "field": _named(made, LISTED), SIDES[side]: LISTED}
        yield rows_with(len(unsure), {**made, SIDES[1 - side]: np.array(_WORDS, dtype=object)[why[why > 0]]})


def _told_by_the_other(comparison: Comparison, name: str, side: int, rows: Ints) -> tuple[Ints, Ints]:
    """Return the rows whose source the other side read, and for each why that cannot tell, or 0."""
    pair, part = comparison.pair, comparison.parts[side][name]
    other = pair.sides[1 - side]
    looks = [other.look(series) for series in pair.series]
    rows = rows[np.array([look.is_read for look in looks], dtype=bool)[part.series[rows]]]
    open_ = [_WORDS.index(INCOMPLETE) * (look.status == INCOMPLETE) for look in looks]
    why = np.array(open_, dtype=np.int64)[part.series[rows]]
    for number, (series, look) in enumerate(zip(pair.series, looks, strict=True)):
        here = np.flatnonzero(part.series[rows] == number)
        if not len(here):
            continue
        why[here[_may_be_unasked(comparison, name, 1 - side, series, part.table, rows[here])]] = 1
        if look.set_aside or look.nameless:
            why[here[_may_be_aside(part.table, name, series, look, rows[here])]] = _WORDS.index(SET_ASIDE)
    if name == "tokens":
        ids = part.table["token_id"].take(pa.array(rows))
        hidden = _is_in(ids, other.frames.was_listed) | other.hides
        why[hidden] = _WORDS.index(LEFT_OUT)
    return rows, why


def _may_be_unasked(
    comparison: Comparison, name: str, other: int, series: Series, table: pa.Table, rows: Ints
) -> Any:
    """Tell which rows the other side may not have asked for: those of another group or permission."""
    each = SOURCES[series[0]].each
    if each is None or each[0] in comparison.parts[other]:
        return np.zeros(len(rows), dtype=bool)
    asked = comparison.parts[other][name].table[each[1]].cast(pa.string()).unique().drop_null().to_pylist()
    return ~_is_in(table[each[1]].take(pa.array(rows)), frozenset(asked))


def _may_be_aside(table: pa.Table, name: str, series: Series, look: Look, rows: Ints) -> Any:
    """Tell which rows may be among what the other side set aside."""
    column = _item_id(name, series[0]) or _OWNERS.get(name)
    if look.nameless or column is None:
        return np.ones(len(rows), dtype=bool)
    values = table[column].take(pa.array(rows))
    return _is_in(values, look.set_aside) | np.asarray(values.is_null().to_numpy(), dtype=bool)


@cache
def _item_id(name: str, path: str) -> str | None:
    """Return the column of a table that holds the id of a source's item."""
    source = SOURCES[path]
    item = f"{source.rows.at}.{source.item_id}"
    return next((column for table, column, at in source.origins() if (table, at) == (name, item)), None)


def _is_in(values: pa.ChunkedArray, ids: frozenset[str]) -> Any:
    found = pc.is_in(values.cast(pa.string()), value_set=pa.array(sorted(ids), pa.string()))
    return np.asarray(found.to_numpy(), dtype=bool)


def _changed(comparison: Comparison, name: str, severities: Severities) -> Iterator[pa.Table]:
    """Iterate over the rows of fields that differ."""
    matching = comparison.matchings[name]
    tables = [parts[name].table for parts in comparison.parts]
    for column in fields_of(name):
        old, new = differing(name, column, matching, tables[0], tables[1])
        if not len(old):
            continue
        made = _columns(comparison, name, 1, new)
        made |= {"change": CHANGED, "field": _named(made, column)}
        made["after"] = _columns(comparison, name, 0, old)["after"]
        made |= {
            side: as_told(table[column].take(pa.array(rows)))
            for side, table, rows in zip(SIDES, tables, (old, new), strict=True)
        }
        severity = np.full(len(new), "none", dtype=object)
        if column in _SWITCHES:
            on = flags(tables[1], column)[new] & ~flags(tables[0], column)[old]
            severity[on] = severities.of(name, new[on])
        yield rows_with(len(new), {**made, "severity": severity})


def _unlisted(comparison: Comparison, name: str) -> pa.Table:
    """Return a row for each assignment whose operations only one side lists."""
    matching = comparison.matchings[name]
    old, new = (comparison.unlisted(side, name) for side in (0, 1))
    keys = matching.is_shared & (old != new)
    rows = np.flatnonzero(keys[matching.key[1]])
    rows = rows[np.unique(matching.key[1][rows], return_index=True)[1]]
    there = old[matching.key[1][rows]]
    made = _columns(comparison, name, 1, rows) | {"change": UNTOLD, "field": "operations"}
    made["old"] = np.where(there, NOT_LISTED, LISTED)
    made["new"] = np.where(there, LISTED, NOT_LISTED)
    return rows_with(len(rows), made)


def _items_set_aside(comparison: Comparison, name: str) -> Iterator[pa.Table]:
    """Iterate over rows of items that one side set aside and the other does not list, or lists besides."""
    pair, ids = comparison.pair, TABLES[name].ids
    for series in pair.series:
        if series[0] not in SOURCES or (_item_id(name, series[0]),) != ids:
            continue
        looks = [side.look(series) for side in pair.sides]
        if not all(look.is_read for look in looks):
            continue
        for side in (0, 1):
            only = looks[side].set_aside - looks[1 - side].set_aside
            other = comparison.parts[1 - side][name].table[ids[0]].cast(pa.string())
            matching = comparison.matchings[name]
            # Those that only the other side lists have rows already; say so of all others.
            known = (matching.key[1 - side] >= 0) & ~matching.is_matched[1 - side]
            listed = {*other.filter(pa.array(known)).to_pylist()}
            there = {*other.to_pylist()} | (
                pair.sides[1 - side].frames.was_listed if name == "tokens" else set()
            )
            word = INCOMPLETE if looks[1 - side].status == INCOMPLETE else NOT_LISTED
            rows = [
                {
                    ids[0]: each,
                    "change": UNTOLD,
                    "object": object_of(name),
                    "field": LISTED,
                    SIDES[side]: SET_ASIDE,
                    SIDES[1 - side]: LISTED if each in there else word,
                    "after": looks[0].at,
                    "by": looks[1].at,
                }
                for each in sorted(only - listed)
            ]
            yield pa.Table.from_pylist(rows, schema=SCHEMA)


def _hidden(comparison: Comparison) -> pa.Table:
    """Return a row for each token that one side's filter left out and that the other does not list."""
    sides = comparison.pair.sides
    listed = [
        {*parts["tokens"].table["token_id"].cast(pa.string()).to_pylist()} for parts in comparison.parts
    ]
    rows = []
    for side in (0, 1):
        other = sides[1 - side]
        if not any(look.is_read for look in other.looks.values()):
            continue
        only = sides[side].frames.was_listed - other.frames.was_listed - listed[0] - listed[1]
        rows += [
            {
                "token_id": each,
                "change": UNTOLD,
                "object": object_of("tokens"),
                "field": LISTED,
                SIDES[side]: LEFT_OUT,
                SIDES[1 - side]: NOT_LISTED,
            }
            for each in sorted(only)
        ]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _columns(comparison: Comparison, name: str, side: int, rows: Ints) -> dict[str, Any]:
    """Return what rows of one side are about, and between which two times they changed."""
    part = comparison.parts[side][name]
    own = part.listed_at[part.item[rows]]
    other = comparison.looked[1 - side][part.series[rows]]
    made = about(comparison.parts[side], name, rows)
    return made | {"object": object_of(name), _TIMES[side]: own, _TIMES[1 - side]: other}


def _named(made: dict[str, Any], word: str) -> Any:
    """Say which of a thing's parts is meant, where its ids do not."""
    return pc.binary_join_element_wise(made["field"], word, ": ") if "field" in made else word
