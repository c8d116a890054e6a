"""From response bodies to tables, in three steps, each of which is taken only if the one before refused.

``strict``: Arrow's reader, which refuses a body that holds anything undeclared. ``loose``: the same, which
passes over what is undeclared, and a census that names it. ``explain``: the standard library's parser, and
each item held against the declaration.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from dfns_frames._api.vocabulary import Source
from dfns_frames._engine.arrow import MAX_BODY, is_safe, read_object
from dfns_frames._engine.build import build
from dfns_frames._engine.census import CHUNK, Census
from dfns_frames._engine.drift import Drift, shorten
from dfns_frames._engine.explain import explain
from dfns_frames._engine.pieces import cores, piece, spans
from dfns_frames._engine.shape import schema_of
from dfns_frames._engine.walk import Place, Refused, keep, walk
from dfns_frames._hidden import Body
from dfns_frames.errors import DfnsFramesError, ResponseError

STEPS = ("strict", "loose", "explain")

_BOM = b"\xef\xbb\xbf"


@dataclass(frozen=True)
class Reading:
    """What was read of one source.

    Attributes
    ----------
    tables
        Its tables by name.
    drift, rejected
        Rows of the tables of that name.
    item_count
        How many items it listed; rejected ones count, ones that a later page lists again do not.
    next_page
        The page token with which the last body ended; None if it was the last page.
    body_count, body_sha256
        How many bodies were read, and the digest of all, one after the other, in hexadecimal.
    """

    tables: dict[str, pa.Table]
    drift: list[dict[str, Any]]
    rejected: list[dict[str, Any]]
    item_count: int
    next_page: str | None
    body_count: int
    body_sha256: str


@dataclass
class _Part:
    """What was read of one body, or of a piece of one."""

    places: list[Place]
    ids: pa.Array
    drift: Drift
    next_page: str | None
    is_loose: bool
    body_no: int = 0
    listing: tuple[tuple[str, str], ...] = ()


class Reader:
    """Takes the response bodies of one source, page by page, and makes its tables of them.

    Parameters
    ----------
    source
        The declaration.
    skip_invalid
        Set items that do not fit the declaration aside instead of raising.
    saved
        Whether somebody saved the bodies: then a list without the object around it is read too.
    steps
        Which ways of reading to try, in this order.
    piece_size
        About how many bytes to read at a time, of a body of twice as many.

    Attributes
    ----------
    item_count, next_page
        As in a `Reading`, of the bodies so far.
    """

    def __init__(
        self,
        source: Source,
        *,
        skip_invalid: bool = False,
        saved: bool = False,
        steps: Iterable[str] = STEPS,
        piece_size: int | None = None,
    ) -> None:
        self.source = source
        self.item_count = 0
        self.next_page: str | None = None
        self._skip_invalid = skip_invalid
        self._saved = saved
        self._steps = tuple(steps)
        self._piece_size = piece_size
        self._size = 0
        self._bodies = 0
        self._digest = hashlib.sha256()
        self._parts: list[_Part] = []
        self._rejected: list[dict[str, Any]] = []
        self._drift = Drift()

    def add(self, body: Body, given: Mapping[str, str] | None = None) -> None:
        """Read one more body.

        Parameters
        ----------
        body
            The bytes of the response.
        given
            The values that it was asked for with, of a source that has a listing for each of something.
            Bodies that were asked for with the same values are pages of one listing.

        Raises
        ------
        ResponseError
            It is not the documented list.
        SchemaError
            Items do not fit the declaration.
        """
        self._size += len(body.data)
        if self._size > MAX_BODY:
            raise ResponseError(
                f"the response has {self._size:,} bytes; at most {MAX_BODY:,} can be read at once"
            )
        self._digest.update(body.data)
        values = dict(given or {})
        parts = self._read(body, values)
        if parts is None:
            error = self._explain(body, values)
            if error:
                raise error
        else:
            self._take(parts, values)

    def latest(self, table: str, column: str) -> pa.ChunkedArray:
        """Return what the last body has in a column of a table that the source feeds."""
        places = [rows.into and rows.into.name for _, rows in self.source.places()]
        return pa.chunked_array(
            [
                part.places[places.index(table)].columns[column]
                for part in self._parts
                if part.body_no == self._bodies - 1
            ]
        )

    def finish(self, constants: Mapping[str, str | None] | None = None) -> Reading:
        """Return what was read.

        Parameters
        ----------
        constants
            Column ← value that is the same in every row, besides those that the source itself knows.
        """
        parts, self._parts = self._parts, []
        self._drop_repeated(parts)
        fixed = {**self.source.constants, **(constants or {})}
        tables = build(self.source, [part.places for part in parts], fixed)
        drift = [
            {"what": what, "path": path, "detail": detail, "count": count, **fixed}
            for (what, path, detail), count in sorted(self._drift.items())
        ]
        rejected = [{**row, "rejected_no": number, **fixed} for number, row in enumerate(self._rejected)]
        digest = self._digest.hexdigest()
        return Reading(tables, drift, rejected, self.item_count, self.next_page, self._bodies, digest)

    def _explain(self, body: Body, given: dict[str, str]) -> DfnsFramesError | None:
        if "explain" not in self._steps:
            return ResponseError(f"the response is refused by {' and '.join(self._steps)} reading")
        explained = explain(
            body,
            self.source,
            first_item=self.item_count,
            skip_invalid=self._skip_invalid,
            saved=self._saved,
        )
        if explained.root is None:
            return explained.error
        self._take([_to_part(explained.root, self.source, given, explained.drift)], given)
        self._rejected += explained.rejected
        self.item_count += len(explained.rejected)
        return None

    def _take(self, parts: list[_Part], given: dict[str, str]) -> None:
        for part in parts:
            part.body_no, part.listing = self._bodies, tuple(sorted(given.items()))
            self._drift.add(part.drift)
            self.item_count += len(part.ids)
        self._bodies += 1
        self._parts += parts
        self.next_page = parts[-1].next_page

    def _read(self, body: Body, given: dict[str, str]) -> list[_Part] | None:
        """Read one body without explaining it, in pieces if it is long; None if that is refused."""
        if body.data.startswith(_BOM):
            body = Body(body.data[len(_BOM) :])
        cut = spans(body, self.source, self._piece_size)
        parts = self._read_spans(body, cut, Census(self.source), given)
        if parts is None and (len(cut) > 1 or len(body.data) > CHUNK):
            # An unknown array whose elements begin as the items do spoils the cuts, and does no harm without.
            whole = [(0, len(body.data))]
            parts = self._read_spans(body, whole, Census(self.source, chunk=None), given)
        return parts

    def _read_spans(
        self, body: Body, cut: list[tuple[int, int]], census: Census, given: dict[str, str]
    ) -> list[_Part] | None:
        """Read one body, its pieces side by side; None if one of them is refused."""

        def read(span: tuple[int, int]) -> _Part | None:
            return _read_piece(piece(body, span, self.source), self.source, self._steps, given)

        parts = []
        threads = ThreadPoolExecutor(cores()) if len(cut) > 1 else None
        try:
            for span, part in zip(cut, threads.map(read, cut) if threads else map(read, cut), strict=True):
                # Counted here, not in the threads: their stacks may be too small for what is deeply nested.
                if part is None or (
                    part.is_loose and not census.take(piece(body, span, self.source), is_last=span is cut[-1])
                ):
                    return None
                parts.append(part)
        except RuntimeError:  # no thread can be started: none are left to this process, or Python is ending
            return None
        finally:
            if threads:
                threads.shutdown(cancel_futures=True)
        parts[-1].drift.add(census.drift())
        return parts

    def _drop_repeated(self, parts: list[_Part]) -> None:
        """Keep an item that several pages of a listing list once, as the last of them has it.

        A listing that changes while its pages are fetched shows some items twice. An id that one page lists
        twice is another matter: which of the two is right cannot be known, so both stay. Both are noted.
        """
        path = f"{next(self.source.places())[0]}.{self.source.item_id.replace('?', '')}"
        for listing in dict.fromkeys(part.listing for part in parts):
            pages = [part for part in parts if part.listing == listing]
            encoded = pa.concat_arrays([part.ids for part in pages]).dictionary_encode()
            count = len(encoded.dictionary)
            if count == len(encoded) - encoded.null_count:
                continue
            sizes = [len(part.ids) for part in pages]
            body_no = np.repeat([part.body_no for part in pages], sizes)
            codes = encoded.indices.fill_null(count).to_numpy()  # `count` stands for no id
            last = np.zeros(count + 1, dtype=np.int64)
            np.maximum.at(last, codes, body_no)
            kept = (last[codes] == body_no) | (codes == count)
            times, stay = (np.bincount(each, minlength=count)[:count] for each in (codes, codes[kept]))
            for what, counts in (
                ("overlapping pages", np.where(stay < times, times, 0)),
                ("repeated id", np.where(stay > 1, stay, 0)),
            ):
                for code in np.flatnonzero(counts):
                    item_id = encoded.dictionary[int(code)].as_py()
                    self._drift.note(what, path, shorten(item_id), int(counts[code]))
            if not kept.all():
                for part, mask in zip(pages, np.split(kept, np.cumsum(sizes)[:-1]), strict=True):
                    keep(self.source, part.places, mask)
                self.item_count -= int(np.count_nonzero(~kept))


def _read_piece(body: Body, source: Source, steps: Iterable[str], given: dict[str, str]) -> _Part | None:
    """Read a body, or a piece of one, by the first step that takes it; None if none does."""
    if not is_safe(body):
        return None
    for step in (step for step in steps if step != "explain"):
        found = read_object(body, schema_of(source, step), ignore=step == "loose")
        if found is None:
            continue
        with contextlib.suppress(Refused):
            return _to_part(found, source, given, Drift(), is_loose=step == "loose")
    return None


def _to_part(
    root: pa.StructArray, source: Source, given: dict[str, str], drift: Drift, *, is_loose: bool = False
) -> _Part:
    places, ids = walk(source, root, given, drift)
    return _Part(places, ids, drift, root.field(source.next_page)[0].as_py() or None, is_loose)
