"""From one response, as Arrow read it, to columns: place by place, in the pre-order of the declaration."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._api.vocabulary import DICTIONARY, Field, Kind, Rows, Source
from dfns_frames._engine.drift import Drift, shorten
from dfns_frames._engine.shape import Step, parse_path
from dfns_frames._engine.values import (
    are_distinct,
    blank_to_null,
    constant,
    distinct_per,
    reencode,
    to_column,
)


class Refused(Exception):  # noqa: N818 - not an error: another step reads the body
    """What was read does not fit the declaration; why, `explain` finds out."""


@dataclass(slots=True)
class Place:
    """What a piece of a response holds at one place of the declaration.

    Attributes
    ----------
    columns
        The columns that are read from its elements' own fields.
    lengths
        How many of its elements each element around it holds; missing where the place is absent.
    """

    columns: dict[str, pa.Array]
    lengths: pa.Array


def walk(
    source: Source, root: pa.StructArray, given: dict[str, str], drift: Drift
) -> tuple[list[Place], pa.Array]:
    """Read all places of a response; returns them, and the ids of the listed items.

    Parameters
    ----------
    source
        The declaration.
    root
        The response: one object.
    given
        The values that it was asked for with.
    drift
        Unknown and repeated values, and texts that are no timestamps, are added here.
    """
    places: list[Place] = []
    waiting = [(source.rows, root, "")]
    while waiting:
        rows, around, path = waiting.pop()
        path += rows.at.replace("?", "")
        elements, lengths = _enter(rows, around)
        if not places:
            ids = blank_to_null(_follow(parse_path(source.item_id), elements))
        if _is_key(rows):
            elements, lengths = _drop_repeated(elements, lengths, path, drift)
        places.append(Place(_columns(rows, elements, given, path, drift), lengths))
        waiting += [(inner, elements, f"{path}.") for inner in reversed(rows.inner)]
    return places, ids


def _enter(rows: Rows, around: pa.StructArray) -> tuple[pa.Array, pa.Array]:
    """Return the elements of a place, and how many of them each element around it holds."""
    found = _follow(parse_path(rows.at), around)
    if rows.at.endswith("[]"):
        lengths = pc.list_value_length(found).cast(pa.int64())
        elements = found.flatten()
        if elements.null_count:
            raise Refused
        return elements, lengths
    # An object is an array of one element, or of none.
    lengths = pc.if_else(found.is_valid(), 1, pa.scalar(None, pa.int64()))
    return found.drop_null() if found.null_count else found, lengths


def _follow(path: tuple[Step, ...], values: pa.Array) -> pa.Array:
    """Return what stands at a path below each element; refuses elements without what has to be there.

    `struct_field` applies the nulls of the object around a field, so that a field is null there too: if it is
    null in more places, then it is absent where its object is not.
    """
    for step in path:
        found, *others = (pc.struct_field(values, [values.type.get_field_index(name)]) for name in step.names)
        if others:
            found = pc.coalesce(found, *others)
        if not step.optional and found.null_count != values.null_count:
            raise Refused
        values = found
    return values


def _columns(
    rows: Rows, elements: pa.Array, given: dict[str, str], where: str, drift: Drift
) -> dict[str, pa.Array]:
    """Return the columns of a place that are not handed down, counted or numbered."""
    columns: dict[str, pa.Array] = {}
    if rows.into is None:
        return columns
    for name, read in rows.fields.items():
        column = rows.into[name]
        if isinstance(read, Field):
            columns[name] = read.by(_follow(parse_path(read.path), elements)).cast(column.kind.arrow)
            continue
        path = f"{where}.{read.replace('?', '')}" if read else where
        values = _follow(parse_path(read), elements)
        if column.kind is Kind.NUMBER and pc.all(pc.is_finite(values)).as_py() is False:
            raise Refused  # Arrow reads NaN, and what is too large for a number as infinite
        columns[name] = to_column(column, values, path, drift)
    fixed = {**rows.const, **{name: given[wanted] for name, wanted in rows.given.items()}}
    for name, value in fixed.items():
        columns[name] = constant(value, len(elements), rows.into[name].kind)
    return columns


def _is_key(rows: Rows) -> bool:
    """Tell whether the elements are values that may stand once only in each array."""
    return rows.into is not None and any(not rows.fields.get(name, "no") for name in rows.into.key)


def _drop_repeated(
    elements: pa.Array, lengths: pa.Array, where: str, drift: Drift
) -> tuple[pa.Array, pa.Array]:
    """Keep the first of equal elements of each array, and note the others; returns them as categories."""
    encoded = elements.dictionary_encode()
    codes, counts = encoded.indices.to_numpy(), lengths.fill_null(0).to_numpy()
    if are_distinct(counts, codes, len(encoded.dictionary)):
        return encoded, lengths
    kept = distinct_per(counts, codes, len(encoded.dictionary))
    pairs = np.repeat(np.arange(len(counts)) * len(encoded.dictionary), counts) + codes
    _, first = np.unique(pairs, return_index=True)
    repeated = np.ones(len(codes), dtype=bool)
    repeated[first] = False
    counted = pc.value_counts(elements.filter(pa.array(repeated)))
    for text, count in zip(*(part.to_pylist() for part in counted.flatten()), strict=True):
        drift.note("repeated value", where, shorten(text), count)
    absent = lengths.is_null().to_numpy(zero_copy_only=False)
    return encoded.filter(pa.array(~repeated)), pa.array(kept, mask=absent)


def keep(source: Source, places: list[Place], mask: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> None:
    """Keep some of the listed items, and what is inside them."""
    masks: dict[Rows, np.ndarray[tuple[int], np.dtype[np.bool_]]] = {}
    around = {inner: rows for _, rows in source.places() for inner in rows.inner}
    for (_, rows), place in zip(source.places(), places, strict=True):
        if rows in around:
            outer = masks[around[rows]]
            masks[rows] = np.repeat(outer, place.lengths.fill_null(0).to_numpy())
            place.lengths = place.lengths.filter(pa.array(outer))
        else:
            masks[rows] = mask
            place.lengths = pa.array([int(np.count_nonzero(mask))])
        for name, values in place.columns.items():
            kept = values.filter(pa.array(masks[rows]))
            place.columns[name] = reencode(kept) if kept.type == DICTIONARY else kept
