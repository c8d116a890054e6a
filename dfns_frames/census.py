"""What a body holds beyond what is declared, for the reading that lets it pass."""

from __future__ import annotations

from collections import Counter
from typing import Any

from dfns_frames.drift import Drift
from dfns_frames.parsing import parse, parse_unrepeated, type_name
from dfns_frames.pieces import piece, spans
from dfns_frames.schema import Body, Endpoint
from dfns_frames.validate import NEXT_PAGE, declared_fields, note_repeated, note_unknown

CHUNK = 1 << 16  # bytes; what is made of so many stays in the processor's cache and takes hardly any memory


class Census:
    """Counts the undeclared fields of one body, as `check` would report them.

    Arrow's reader passes over such fields without a word, so the standard library parses the same bytes
    once more. The body is parsed in chunks, and each is dropped as soon as its keys are known. That is exact
    only if each cut is between two items, and no key of the list's object is in two chunks; `take` tells.

    Parameters
    ----------
    endpoint
        The declaration.
    chunk
        About how many bytes to parse at a time; None for each body, or piece of one, as a whole.
    """

    def __init__(self, endpoint: Endpoint, *, chunk: int | None = CHUNK) -> None:
        self._endpoint = endpoint
        self._chunk = chunk
        self._drift = Drift()
        self._repeated: Counter[str] = Counter()
        self._around: dict[str, str] = {}
        self._levels: list[tuple[str, set[str | None], str | None]] = []
        path = ""
        for depth, table in enumerate(endpoint.tables):
            path = f"{path}{table.json}[]"
            below = endpoint.tables[depth + 1 :]
            if not table.element:
                self._levels.append(
                    (path, declared_fields(endpoint.tables[depth:]), below[0].json if below else None)
                )
            path += "."

    def take(self, body: Body, *, is_last: bool = True) -> bool:
        """Count what a body holds that Arrow's reader has taken; False if the two may differ.

        Parameters
        ----------
        body
            The body, or one piece of it.
        is_last
            Whether it is the last piece.
        """
        found = spans(body, self._endpoint, self._chunk) if self._chunk else [(0, len(body.data))]
        for number, span in enumerate(found, start=1):
            chunk = piece(body, span, self._endpoint)
            document = parse_unrepeated(chunk.data) or parse(chunk.data, self._repeated)
            if not self._take(document, is_last=is_last and number == len(found)):
                return False
        return True

    def _take(self, document: Any, *, is_last: bool) -> bool:
        listed = str(self._endpoint.tables[0].json)
        if not isinstance(document, dict):  # nested too deeply for the standard library, or a number like NaN
            return False
        # A chunk that is not the last ends in its object's last array, which must be that of the items.
        if not is_last and next(reversed(document)) != listed:
            return False
        around = {key: type_name(held) for key, held in document.items() if key not in (listed, NEXT_PAGE)}
        if not self._around.keys().isdisjoint(around):
            return False
        self._around |= around
        rows = document[listed]
        for path, known, inner in self._levels:
            for (key, kind), count in _unknown(rows, known).items():
                note_unknown(self._drift, path, key, kind, count)
            rows = [below for row in rows for below in row.get(inner) or ()]
        return True

    def drift(self) -> Drift:
        """Return what was counted."""
        for key, kind in self._around.items():
            note_unknown(self._drift, "", key, kind)
        note_repeated(self._repeated, self._drift)
        return self._drift


def _unknown(rows: list[dict[str, Any]], known: set[str | None]) -> Counter[tuple[str, str]]:
    """Count the fields of objects that are not known, by their names and types.

    Most objects have the same fields, so which of them are unknown is found out once for each such set.
    """
    counted: Counter[tuple[str, str]] = Counter()
    shapes: dict[tuple[str, ...], list[str]] = {}
    for row in rows:
        shape = tuple(row)
        unknown = shapes.get(shape)
        if unknown is None:
            unknown = shapes[shape] = [key for key in shape if key not in known]
        for key in unknown:
            counted[key, type_name(row[key])] += 1
    return counted
