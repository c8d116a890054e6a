"""Cutting a response body into shorter ones that hold the same items, to be read side by side."""

from __future__ import annotations

import math
import re

import pyarrow as pa

from dfns_frames._api.vocabulary import Source
from dfns_frames._engine.shape import Shape, parse_path, shape_of
from dfns_frames._hidden import Body

SIZE = 8 << 20  # bytes; smaller pieces cost more Python, larger ones more memory
_CORES = 8  # with more, each waits for Python's lock and holds its piece in memory meanwhile
_OPENING = 4096  # bytes in which the first item has to begin


def spans(body: Body, source: Source, size: int = SIZE) -> list[tuple[int, int]]:
    """Find where a body can be cut between items; returns where each piece begins and ends.

    An item begins with the field that the first item begins with: what is looked for is ``},{"thatField":``.
    No text of valid JSON can hold these bytes, since its quotes are escaped. A body that is not valid, or a
    place that is in another array, makes for a piece that is not valid; so if each of the pieces is read as
    one object in which no key comes twice, the whole would be read as the same items. What else the list's
    object holds must stand behind the items, in the last piece, for a key that comes twice to be noticed.

    Parameters
    ----------
    body
        The response body.
    source
        The declaration of what it lists.
    size
        About how long a piece should be, in bytes.
    """
    whole = len(body.data)
    opening = _spaced(b"", rb"\{", _listed(source), b":", rb"\[", rb"\{", rb'"(\w+)"', b":")
    first = opening.match(body.data[:_OPENING]) if whole >= 2 * size else None
    if first is None or first[1].decode() in _names_inside(shape_of(source)):
        return [(0, whole)]
    between = _spaced(rb"\}", b"(,)", rb"\{", b'"%b"' % first[1], b":")
    count = cores() * math.ceil(whole / size / cores())  # as many for each core
    found, start = [], 0
    for number in range(1, count):
        place = between.search(body.data, max(start, whole * number // count))
        if place is None:
            break
        found.append((start, place.start(1)))
        start = place.end(1)
    return [*found, (start, whole)]


def piece(body: Body, span: tuple[int, int], source: Source) -> Body:
    """Return one piece as a body of its own; what is around the items stays with the first and the last."""
    start, end = span
    if (start, end) == (0, len(body.data)):
        return body
    opening = b"{%b:[" % _listed(source) if start else b""
    closing = b"]}" if end < len(body.data) else b""
    return Body(b"".join((opening, memoryview(body.data)[start:end], closing)))


def cores() -> int:
    """Return how many pieces are read at a time."""
    return min(pa.cpu_count(), _CORES)


def _listed(source: Source) -> bytes:
    (step,) = parse_path(source.rows.at)
    return b'"%b"' % step.names[0].encode()


def _spaced(*tokens: bytes) -> re.Pattern[bytes]:
    """Compile a pattern of JSON's tokens, with its white space between them."""
    return re.compile(rb"[ \t\r\n]*".join(tokens))


def _names_inside(shape: Shape, depth: int = 0) -> set[str]:
    """Return the names of the fields that objects in arrays inside the items have."""
    inner = [*shape.fields.values(), *([shape.item] if shape.item else [])]
    depth += shape.item is not None
    return {name for each in inner for name in _names_inside(each, depth)} | (
        shape.fields.keys() if depth > 1 else set()
    )
