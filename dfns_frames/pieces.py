"""Cutting a response body into shorter ones that hold the same items, to be read side by side."""

from __future__ import annotations

import math
import re

import pyarrow as pa

from dfns_frames.schema import Body, Endpoint, Table
from dfns_frames.validate import NEXT_PAGE

_SIZE = 8 << 20  # bytes; smaller pieces cost more Python, larger ones more memory
_CORES = 8  # with more, each waits for Python's lock and holds its piece in memory meanwhile
_OPENING = 4096  # bytes in which the first item has to begin
_SPACE = rb"[ \t\r\n]*"


def spans(body: Body, endpoint: Endpoint, size: int | None = None) -> list[tuple[int, int]]:
    """Find where a body can be cut between items; returns where each piece begins and ends.

    An item begins with the field that the first item begins with: what is looked for is ``},{"thatField":``.
    No text of valid JSON can hold these bytes, since its quotes are escaped. A body that is not valid, or a
    place that is in another array, makes for a piece that is not valid; so if each of the pieces is read as
    one object in which no key comes twice, the whole would be read as the same items. Only the array of an
    undeclared field of the list's object can pass for the items: whoever lets such fields pass must look for
    that (`Census` does). A page token must stand behind the items, in the last piece, for one that comes
    twice to be noticed.

    Parameters
    ----------
    body
        The response body.
    endpoint
        The declaration of what it lists.
    size
        About how many bytes a piece is to have.
    """
    size = size or _SIZE
    outer, *inner = endpoint.tables
    end = len(body.data)
    listed = b'"%b"' % str(outer.json).encode()
    opening = _spaced(b"", rb"\{", _before(), listed, b":", rb"\[", rb"\{", rb'"(\w+)"', b":")
    first = opening.match(body.data[:_OPENING])
    if first is None or end < 2 * size or first[1].decode() in _names(inner):
        return [(0, end)]
    between = _spaced(rb"\}", b"(,)", rb"\{", b'"%b"' % first[1], b":")
    count = cores() * math.ceil(end / size / cores())  # as many for each core
    found, start = [], 0
    for number in range(1, count):
        place = between.search(body.data, max(start, end * number // count))
        if place is None:
            break
        found.append((start, place.start(1)))
        start = place.end(1)
    return [*found, (start, end)]


def piece(body: Body, span: tuple[int, int], endpoint: Endpoint) -> Body:
    """Return one piece as a body of its own; what is around the items stays with the first and the last."""
    start, end = span
    opening = b'{"%b":[' % str(endpoint.tables[0].json).encode() if start else b""
    closing = b"]}" if end < len(body.data) else b""
    return Body(b"".join((opening, memoryview(body.data)[start:end], closing)))


def cores() -> int:
    """Return how many pieces are read at a time."""
    return min(pa.cpu_count(), _CORES)


def _spaced(*tokens: bytes) -> re.Pattern[bytes]:
    """Compile a pattern of JSON's tokens, with its white space between them."""
    return re.compile(_SPACE.join(tokens))


def _before() -> bytes:
    """Return a pattern of plain fields that stand before the items, such as a count; never a page token."""
    name, value = rb'"(?!%b")[^"\\]*"' % NEXT_PAGE.encode(), rb'(?:"[^"\\]*"|[-+.\w]+)'
    return b"(?:%b)*" % _SPACE.join((name, b":", value, b",", b""))


def _names(tables: list[Table]) -> set[str | None]:
    """Return the names of the fields that objects in these tables' arrays have."""
    return {name for table in tables for name in (table.json, *(column.json for column in table.fields))}
