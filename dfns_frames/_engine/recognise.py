"""Which source a saved response is of: by the fields of the first item that is like any."""

from __future__ import annotations

import contextlib
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, KeysView
from itertools import islice
from typing import Any, NamedTuple

from dfns_frames._api.vocabulary import Source
from dfns_frames._engine.parsing import scan
from dfns_frames._engine.shape import Shape, parse_path, shape_of
from dfns_frames._hidden import Body

_OPENING = 1 << 20  # bytes in which the first item should end; if it does not, more are looked at
_MOST = 1_000  # items that are looked at, for one that is like anything
_COMMA = re.compile(r"\s*,\s*")


class _Fit(NamedTuple):
    """How well an item fits a source: how many of its fields it has, and how many required ones it lacks."""

    found: int
    lacks: int


def recognise(body: Body, sources: Iterable[Source]) -> Source | None:
    """Return the source that a response is most likely of; None if it lists nothing that could tell.

    That is the one of which the first item has most fields, and lacks fewest of those that are required.

    Parameters
    ----------
    body
        The response, or the bare list of its items.
    sources
        The declarations to choose from; of equal ones the first.
    """
    return _nearest(_fits(body, sources))


def recognise_other(body: Body, source: Source, sources: Iterable[Source]) -> Source | None:
    """Return the source that a response is clearly of, instead of the one that it is read as.

    An item that is merely damaged is no reason: it must have all that the other one requires. A shape of
    which only the id is published fits much else, so there the id must be that of such items.

    Parameters
    ----------
    body
        The response, or the bare list of its items.
    source
        The declaration that it is read by.
    sources
        All declarations.
    """
    fits = _fits(body, sources)
    best = _nearest(fits)
    if best is None or best is source or fits[best].lacks or shape_of_items(best).is_open:
        return None
    same_id = source.item_id.partition("|")[0] == best.item_id
    return None if source in fits and not fits[source].lacks and same_id else best


def shape_of_items(source: Source) -> Shape:
    """Return the shape of the items that a source lists."""
    (name, *_) = parse_path(source.rows.at)[0].names
    return shape_of(source).fields[name].item or shape_of(source)


def _nearest(fits: dict[Source, _Fit]) -> Source | None:
    return max(fits, key=lambda source: fits[source].found - fits[source].lacks, default=None)


def _fits(body: Body, sources: Iterable[Source]) -> dict[Source, _Fit]:
    """Return how well the first item of which any source has a field fits each that has one."""
    fits: dict[Source, _Fit] = {}
    by_name: dict[str, list[Source]] = defaultdict(list)
    for source in sources:
        by_name[parse_path(source.rows.at)[0].names[0]].append(source)
    for name, choice in by_name.items():
        for item in _items(body, name):
            found = {source: _fit(item.keys(), shape_of_items(source)) for source in choice}
            known = {source: fit for source, fit in found.items() if fit.found}
            if known:
                fits |= known
                break
    return fits


def _fit(keys: KeysView[str], shape: Shape) -> _Fit:
    found = shape.fields.keys() & keys
    return _Fit(len(found), sum(found.isdisjoint(names) for names in shape.required.values()))


def _items(body: Body, name: str) -> Iterator[dict[str, Any]]:
    """Iterate over the objects at the beginning of the list of this name."""
    begin = re.compile(rf'\s*(?:\{{.*?"{re.escape(name)}"\s*:\s*)?\[\s*', re.DOTALL)
    size, is_any = _OPENING, False
    while True:
        text = body.data[:size].decode("utf-8-sig", "ignore")
        found = begin.match(text)
        for item in islice(_elements(text, found.end()), _MOST) if found else ():
            is_any = True
            if isinstance(item, dict):
                yield item
        if is_any or size >= len(body.data):
            return
        size <<= 4


def _elements(text: str, place: int) -> Iterator[Any]:
    """Iterate over a list's elements, from the place where these begin, as far as they are whole."""
    with contextlib.suppress(ValueError, RecursionError, StopIteration):
        while True:
            item, place = scan(text, place)
            yield item
            comma = _COMMA.match(text, place)
            if not comma:
                return
            place = comma.end()
