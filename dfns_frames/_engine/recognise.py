"""Which source a saved response is of: by the fields of the first item it lists."""

from __future__ import annotations

import re
from collections.abc import Iterable

from dfns_frames._api.vocabulary import Source
from dfns_frames._engine.parsing import scan
from dfns_frames._engine.shape import Shape, parse_path, shape_of
from dfns_frames._hidden import Body

_OPENING = 1 << 20  # bytes in which the first item has to end


def recognise(body: Body, sources: Iterable[Source]) -> Source | None:
    """Return the source that a response is most likely of; None if it lists nothing that could tell.

    A source of which the first item has every required field comes before one of which it has not; then the
    one of which it has more fields.

    Parameters
    ----------
    body
        The response, or the bare list of its items.
    sources
        The declarations to choose from; of equal ones the first.
    """
    text = body.data[:_OPENING].decode("utf-8-sig", "ignore")
    best: tuple[tuple[bool, int], Source] | None = None
    for source in sources:
        name = parse_path(source.rows.at)[0].names[0]
        begin = re.compile(rf'\s*(?:\{{.*?"{re.escape(name)}"\s*:\s*)?\[\s*(?=\{{)', re.DOTALL).match(text)
        shape = shape_of(source).fields[name].item
        if begin is None or shape is None:
            continue
        try:
            item, _ = scan(text, begin.end())
        except (ValueError, RecursionError, StopIteration):
            continue
        fit = _fit(item.keys(), shape)
        if fit[1] and (best is None or fit > best[0]):
            best = (fit, source)
    return best[1] if best else None


def _fit(keys: Iterable[str], shape: Shape) -> tuple[bool, int]:
    found = shape.fields.keys() & keys
    return all(found & {*names} for names in shape.required.values()), len(found)
