"""From response bodies to tables, in three steps, each of which is taken only if the one before refused.

``strict``: Arrow's reader, which refuses a body that holds anything undeclared. ``loose``: the same, which
passes over what is undeclared, and a census that names it. ``explain``: the standard library's parser, and
each item held against the declaration.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._api.vocabulary import Source
from dfns_frames._engine.arrow import MAX_BODY, is_safe, read_object
from dfns_frames._engine.build import build
from dfns_frames._engine.census import census
from dfns_frames._engine.explain import explain
from dfns_frames._engine.pieces import SIZE, cores, piece, spans
from dfns_frames._engine.shape import schema_of
from dfns_frames._engine.walk import Place, Refused, keep, walk
from dfns_frames._hidden import Body
from dfns_frames.drift import Drift
from dfns_frames.errors import DfnsFramesError, ResponseError
from dfns_frames.parsing import shorten

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
    """

    tables: dict[str, pa.Table]
    drift: list[dict[str, Any]]
    rejected: list[dict[str, Any]]
    item_count: int
    next_page: str | None


@dataclass
class _Part:
    """What was read of one body, or of a piece of one."""

    places: list[Place]
    ids: pa.Array
    drift: Drift
    next_page: str | None
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
    item_count
        How many items the bodies listed so far.
    next_page
        The page token with which the last body ended; None if it was the last page.
    """

    def __init__(
        self,
        source: Source,
        *,
        skip_invalid: bool = False,
        saved: bool = False,
        steps: Iterable[str] = STEPS,
        piece_size: int = SIZE,
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
        values = dict(given or {})
        parts = self._read(body, [step for step in self._steps if step != "explain"], values)
        if parts is None:
            error = self._explain(body, values)
            if error:
                raise error
        else:
            self._take(parts, values)
            self.item_count += sum(len(part.ids) for part in parts)

    def finish(self, constants: Mapping[str, str | None] | None = None) -> Reading:
        """Return what was read.

        Parameters
        ----------
        constants
            Column ← value that is the same in every row, besides those that the source itself knows.
        """
        parts, self._parts = self._parts, []
        self._drop_repeated(parts)
        fixed: dict[str, str | None] = {**self.source.constants, **(constants or {})}
        tables = build(self.source, [part.places for part in parts], fixed)
        drift = [
            {"what": what, "path": path, "detail": detail, "count": count, **fixed}
            for (what, path, detail), count in sorted(self._drift.items())
        ]
        rejected = [{**row, **fixed} for row in self._rejected]
        return Reading(tables, drift, rejected, self.item_count, self.next_page)

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
        self.item_count += explained.item_count
        return None

    def _take(self, parts: list[_Part], given: dict[str, str]) -> None:
        for part in parts:
            part.body_no, part.listing = self._bodies, tuple(sorted(given.items()))
            self._drift.add(part.drift)
        self._bodies += 1
        self._parts += parts
        self.next_page = parts[-1].next_page

    def _read(self, body: Body, steps: list[str], given: dict[str, str]) -> list[_Part] | None:
        """Read one body, its pieces side by side; None if one of them is refused."""
        if body.data.startswith(_BOM):
            body = Body(body.data[len(_BOM) :])

        def read(span: tuple[int, int]) -> _Part | None:
            return _read_piece(piece(body, span, self.source), self.source, steps, given)

        found = spans(body, self.source, self._piece_size)
        if len(found) == 1:
            part = read(found[0])
            return [part] if part else None
        parts = []
        threads = ThreadPoolExecutor(cores())
        try:
            for part in threads.map(read, found):
                if part is None:
                    return None
                parts.append(part)
        except RuntimeError:  # no thread can be started: none are left to this process, or Python is ending
            part = read((0, len(body.data)))
            return [part] if part else None
        finally:
            threads.shutdown(cancel_futures=True)
        return parts

    def _drop_repeated(self, parts: list[_Part]) -> None:
        """Of an item that several pages of a listing list, keep the last; note every id that is repeated."""
        path = f"{next(self.source.places())[0]}.{self.source.item_id.replace('?', '')}"
        for listing in dict.fromkeys(part.listing for part in parts):
            pages = [part for part in parts if part.listing == listing]
            encoded = pa.concat_arrays([part.ids for part in pages]).dictionary_encode()
            if len(encoded.dictionary) == len(encoded) - encoded.null_count:
                continue
            counted = pc.value_counts(encoded.drop_null())
            for item_id, count in zip(*(half.to_pylist() for half in counted.flatten()), strict=True):
                if count > 1:
                    self._drift.note("repeated id", path, shorten(item_id), count)
            body_no = np.repeat([part.body_no for part in pages], [len(part.ids) for part in pages])
            codes = encoded.indices.fill_null(len(encoded.dictionary)).to_numpy()
            last = np.zeros(len(encoded.dictionary) + 1, dtype=np.int64)
            np.maximum.at(last, codes, body_no)
            kept = (last[codes] == body_no) | (codes == len(encoded.dictionary))
            for part, mask in zip(
                pages, np.split(kept, np.cumsum([len(p.ids) for p in pages])[:-1]), strict=True
            ):
                keep(self.source, part.places, mask)
            self.item_count -= int(np.count_nonzero(~kept))


def _read_piece(body: Body, source: Source, steps: list[str], given: dict[str, str]) -> _Part | None:
    """Read a body, or a piece of one, by the first step that takes it; None if none does."""
    if not is_safe(body):
        return None
    for step in steps:
        found = read_object(body, schema_of(source, step), ignore=step == "loose")
        if found is None:
            continue
        try:
            part = _to_part(found, source, given, Drift())
            if step == "loose":
                census(body, source, part.drift)
        except Refused:
            continue
        return part
    return None


def _to_part(root: pa.StructArray, source: Source, given: dict[str, str], drift: Drift) -> _Part:
    places, ids = walk(source, root, given, drift)
    return _Part(places, ids, drift, root.field(source.next_page)[0].as_py() or None)
