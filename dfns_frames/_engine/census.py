"""What a body holds beyond what is declared: what Arrow passes over in silence, named and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container
from typing import Any

from dfns_frames._api.vocabulary import Source
from dfns_frames._engine.drift import Drift
from dfns_frames._engine.parsing import parse, parse_unrepeated, type_name
from dfns_frames._engine.pieces import piece, spans
from dfns_frames._engine.shape import Shape, Type, parse_path, shape_of
from dfns_frames._hidden import Body

CHUNK = 1 << 16  # bytes; what is made of so many stays in the processor's cache and takes hardly any memory


class Census:
    """Counts the undeclared fields of one body, as `explain` would report them.

    The standard library parses the bytes that Arrow has read once more. It does so in chunks, and each is
    dropped as soon as its keys are known. That is exact only if each cut is between two items, and no key of
    the list's object is in two chunks; `take` tells.

    Parameters
    ----------
    source
        The declaration.
    chunk
        About how many bytes to parse at a time; None for each body, or piece of one, as a whole.
    """

    def __init__(self, source: Source, *, chunk: int | None = CHUNK) -> None:
        self._source = source
        self._chunk = chunk
        self._shape = shape_of(source)
        (self._listed,) = parse_path(source.rows.at)[0].names
        self._drift = Drift()
        self._repeated: Counter[str] = Counter()
        self._around: dict[str, str] = {}

    def take(self, body: Body, *, is_last: bool = True) -> bool:
        """Count what a body holds that Arrow's reader has taken; False if the two may differ.

        Parameters
        ----------
        body
            The body, or one piece of it.
        is_last
            Whether it is the last piece.
        """
        found = spans(body, self._source, self._chunk) if self._chunk else [(0, len(body.data))]
        for number, span in enumerate(found, start=1):
            chunk = piece(body, span, self._source)
            document = parse_unrepeated(chunk.data) or parse(chunk.data, "list", self._repeated, saved=False)
            if not self._take(document, is_last=is_last and number == len(found)):
                return False
        return True

    def _take(self, document: Any, *, is_last: bool) -> bool:
        if not isinstance(document, dict):  # nested too deeply for the standard library, or a number like NaN
            return False
        # A chunk that is not the last ends in its object's last array, which must be that of the items.
        if not is_last and next(reversed(document)) != self._listed:
            return False
        around = {key: type_name(held) for key, held in document.items() if key not in self._shape.fields}
        if not self._around.keys().isdisjoint(around):
            return False
        self._around |= around
        item = self._shape.fields[self._listed].item
        return item is None or self._look(document[self._listed], item, f"{self._listed}[]")

    def _look(self, objects: list[Any], shape: Shape, path: str) -> bool:
        """Look at all objects of one place, and then at those inside them; False if a column has to know."""
        if shape.type is not Type.OBJECT:
            return True
        for (key, kind), count in _unknown(objects, shape.fields).items():
            if shape.is_watched:
                return False
            if not shape.is_open:
                self._drift.note_unknown(path, key, kind, count)
        for name, inner in shape.branches:
            held = [each[name] for each in objects if each.get(name)]
            if inner.item:
                held = [element for array in held for element in array]
            if not self._look(held, inner.item or inner, f"{path}.{name}{'[]' * bool(inner.item)}"):
                return False
        return True

    def drift(self) -> Drift:
        """Return what was counted."""
        for key, kind in self._around.items():
            self._drift.note_unknown("", key, kind)
        self._drift.note_repeated(self._repeated)
        return self._drift


def _unknown(objects: list[dict[str, Any]], known: Container[str]) -> Counter[tuple[str, str]]:
    """Count the fields of objects that are not known, by their names and types.

    Most objects have the same fields, so which of them are unknown is found out once for each such set.
    """
    counted: Counter[tuple[str, str]] = Counter()
    shapes: dict[tuple[str, ...], list[str]] = {}
    for each in objects:
        shape = tuple(each)
        unknown = shapes.get(shape)
        if unknown is None:
            unknown = shapes[shape] = [key for key in shape if key not in known]
        for key in unknown:
            counted[key, type_name(each[key])] += 1
    return counted
