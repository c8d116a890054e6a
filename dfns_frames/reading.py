"""From response bodies to tables, in three steps, each only if the one before refused the body.

1. strict: Arrow's reader, by the declaration, and nothing else in the body;
2. loose: the same, but undeclared fields pass, and a census names them;
3. explain: the standard library's parser, each item checked; names all that is wrong. `skip_invalid` is here.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.json

from dfns_frames.census import CHUNK, Census
from dfns_frames.drift import Drift
from dfns_frames.errors import DfnsFramesError, ResponseError
from dfns_frames.flatten import build, read_columns
from dfns_frames.pieces import cores, piece, spans
from dfns_frames.repeats import join_pages
from dfns_frames.schema import Body, Endpoint, Kind
from dfns_frames.validate import NEXT_PAGE, check

MAX_BODY = 2**31 - 2  # the fast reader counts the bytes of a block in 32 bits

_BOM = b"\xef\xbb\xbf"


class Reader:
    """Takes the response bodies of one endpoint, page by page, and makes its tables of them.

    Parameters
    ----------
    endpoint
        The declaration.
    skip_invalid
        Set items that do not fit the declaration aside instead of raising.

    Attributes
    ----------
    item_count
        How many items the bodies listed so far, rejected ones included; once `finish` has joined the pages,
        one that several pages list counts once.
    next_page
        The page token with which the last body ended; None if it was the last page.
    rejected
        Rows of the table of that name.
    """

    def __init__(self, endpoint: Endpoint, *, skip_invalid: bool = False) -> None:
        self.endpoint = endpoint
        self.skip_invalid = skip_invalid
        self.item_count = 0
        self.next_page: str | None = None
        self.rejected: list[dict[str, Any]] = []
        self._size = 0
        self._page_sizes: list[int] = []
        self._parts: list[_Part] = []
        self._drift = Drift()

    def add(self, body: Body) -> None:
        """Read one more body.

        Raises
        ------
        ResponseError
            It is not a token list.
        SchemaError
            Items do not fit the declaration.
        """
        self._size += len(body.data)
        if self._size > MAX_BODY:
            raise ResponseError(
                f"the response has {self._size:,} bytes; at most {MAX_BODY:,} can be read at once"
            )
        parts = _read(body, self.endpoint)
        if parts is not None:
            self._take(parts)
        elif (loose := _read_loose(body, self.endpoint)) is not None:
            parts, unknown = loose
            self._drift.add(unknown)
            self._take(parts)
        else:
            error = self._add_checked(body)
            if error:
                raise error

    def _add_checked(self, body: Body) -> DfnsFramesError | None:
        checked = check(body, self.endpoint, first_item=self.item_count, skip_invalid=self.skip_invalid)
        if checked.error:
            return checked.error
        parts = _read(checked.body, self.endpoint)
        if parts is None:
            return ResponseError("the response could not be read, although each of its tokens fits")
        self._drift.add(checked.drift)
        self._take(parts)
        self.rejected += [{"source": self.endpoint.path, **row} for row in checked.rejected]
        self.item_count += len(checked.rejected)
        return None

    def _take(self, parts: list[_Part]) -> None:
        self._parts += parts
        self._page_sizes.append(sum(part.item_count for part in parts))
        self.next_page = parts[-1].next_page
        for part in parts:
            self.item_count += part.item_count
            self._drift.add(part.drift)

    def finish(self) -> tuple[dict[str, pa.Table], list[dict[str, Any]]]:
        """Return the endpoint's tables, and the rows of the table `drift`."""
        parts, self._parts = self._parts, []
        read = sum(self._page_sizes)
        tables = build([part.columns for part in parts], read, self.endpoint)
        tables = join_pages(tables, self._page_sizes, self.endpoint, self._drift)
        self.item_count -= read - tables[self.endpoint.tables[0].name].num_rows
        drift = [
            {"source": self.endpoint.path, "what": what, "path": path, "detail": detail, "count": count}
            for (what, path, detail), count in sorted(self._drift.items())
        ]
        return tables, drift


@dataclass(frozen=True)
class _Part:
    """What was read of one body, or of a piece of one."""

    columns: list[dict[str, pa.Array]]
    drift: Drift
    item_count: int
    next_page: str | None


def _read(
    body: Body, endpoint: Endpoint, census: Census | None = None, *, cut: bool = True
) -> list[_Part] | None:
    """Read one body, its pieces side by side; None if one of them is refused.

    With a census undeclared fields pass, and the census takes each piece that the reader took.
    """
    if body.data.startswith(_BOM):
        body = Body(body.data[len(_BOM) :])
    found = spans(body, endpoint) if cut else [(0, len(body.data))]
    if len(found) == 1:
        return _alone(body, endpoint, census)
    loose = census is not None
    parts = []
    threads = ThreadPoolExecutor(cores())
    try:
        read = threads.map(lambda span: _read_piece(piece(body, span, endpoint), endpoint, loose), found)
        for span, part in zip(found, read, strict=True):
            # Counted here and not in the threads, whose stacks may be too small for what is deeply nested.
            if part is None or (
                census and not census.take(piece(body, span, endpoint), is_last=span is found[-1])
            ):
                return None
            parts.append(part)
    except RuntimeError:  # no thread can be started: none are left to this process, or Python is ending
        return _alone(body, endpoint, census)
    finally:
        threads.shutdown(cancel_futures=True)
    return parts


def _read_loose(body: Body, endpoint: Endpoint) -> tuple[list[_Part], Drift] | None:
    """Read one body in which undeclared fields pass, and count these; None if anything else is wrong."""
    # An undeclared array that looks like the items spoils the cuts; without them it does no harm.
    for cut in (True, False):
        census = Census(endpoint, chunk=CHUNK if cut else None)
        parts = _read(body, endpoint, census, cut=cut)
        if parts is not None:
            return parts, census.drift()
    return None


def _alone(body: Body, endpoint: Endpoint, census: Census | None) -> list[_Part] | None:
    part = _read_piece(body, endpoint, census is not None)
    return [part] if part and (census is None or census.take(body)) else None


def _read_piece(body: Body, endpoint: Endpoint, loose: bool) -> _Part | None:
    """Read a body, or a piece of one, with Arrow's reader; None if that refuses it, for whatever reason."""
    # The reader dies on a body of `null`, and accepts some bytes that are not UTF-8.
    if not body.data[:4096].lstrip(b" \t\r\n").startswith(b"{"):
        return None
    if len(body.data) > MAX_BODY or not _is_utf8(body):
        return None
    try:
        table = pyarrow.json.read_json(
            pa.BufferReader(body.data),
            read_options=pyarrow.json.ReadOptions(block_size=len(body.data) + 1),
            parse_options=pyarrow.json.ParseOptions(
                explicit_schema=_reading_schema(endpoint),
                # Without line breaks one pass less is needed, which would look for where the object ends.
                newlines_in_values=b"\n" in body.data or b"\r" in body.data,
                # Never "infer": a field of many nested arrays would end the process.
                unexpected_field_behavior="ignore" if loose else "error",
            ),
        )
    except pa.ArrowException:
        return None
    if table.num_rows != 1:  # `{…}{…}` reads as two
        return None
    items = table.column(str(endpoint.tables[0].json)).chunk(0).flatten()
    drift = Drift()
    columns = read_columns(items, endpoint, drift)
    return _Part(columns, drift, len(items), table.column(NEXT_PAGE)[0].as_py() or None)


def _is_utf8(body: Body) -> bool:
    """Tell whether bytes are valid UTF-8, without decoding them into an object."""
    offsets = pa.py_buffer(np.array([0, len(body.data)], dtype=np.int32))
    try:
        pa.Array.from_buffers(pa.binary(), 1, [None, offsets, pa.py_buffer(body.data)]).cast(pa.string())
    except pa.ArrowInvalid:
        return False
    return True


@cache
def _reading_schema(endpoint: Endpoint) -> pa.Schema:
    """Return the schema by which Arrow reads a whole body as one row."""
    nested: list[pa.Field] = []
    for table in reversed(endpoint.tables):
        element = pa.string()
        if not table.element:
            fields = [
                pa.field(
                    column.json,
                    pa.bool_() if column.kind is Kind.FLAG else pa.string(),
                    nullable=not column.required,
                )
                for column in table.fields
            ]
            secret = [pa.field(table.secret, pa.string())] if table.secret else []
            element = pa.struct([*fields, *secret, *nested])
        rows = pa.list_(pa.field("item", element, nullable=False))
        nested = [pa.field(table.json, rows, nullable=not table.required)]
    return pa.schema([*nested, pa.field(NEXT_PAGE, pa.string())])
