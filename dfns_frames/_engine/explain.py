"""The step that explains: the standard library's parser, and each item held against the declaration.

It names every problem and everything unknown, and hands on a body that holds declared fields only; so
there is one engine that builds tables, and this one that explains. Whatever is wrong comes back as a value
and is raised by the caller, whose locals hold nothing of the response: a traceback that shows locals must
not show a secret.
"""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import dataclass, field
from typing import Any

from dfns_frames._api.vocabulary import Source
from dfns_frames._engine.census import note_unknown
from dfns_frames._engine.parsing import (
    ABSENT,
    Number,
    Twice,
    clean,
    number,
    parse,
    shorten,
    type_name,
    whole,
)
from dfns_frames._engine.shape import OTHER, Shape, Type, is_unwanted, parse_path, shape_of
from dfns_frames._hidden import Body
from dfns_frames.drift import Drift
from dfns_frames.errors import DfnsFramesError, Problem, ResponseError, SchemaError

MOST_PROBLEMS = 100_000  # each takes some hundred times the room of what is wrong


class _FullError(Exception):
    """More is wrong than a report has room for."""


@dataclass
class Explained:
    """What explaining one body gave.

    Attributes
    ----------
    error
        Why nothing can be made of it; to be raised by the caller. None if all is well.
    body
        The body again, with the declared fields of valid items only.
    drift
        How often each (what, path, detail) was met.
    rejected
        Rows of the table of that name.
    item_count
        How many items the body listed, rejected ones included.
    """

    error: DfnsFramesError | None = None
    body: Body = field(default_factory=lambda: Body(b""))
    drift: Drift = field(default_factory=Drift)
    rejected: list[dict[str, Any]] = field(default_factory=list)
    item_count: int = 0


class _Fitting:
    """Holds one item against the declaration; what does not fit is in `problems`: path, expected, found."""

    def __init__(self, drift: Drift) -> None:
        self.drift = drift
        self.problems: list[tuple[str, str, str]] = []

    def refuse(self, path: str, expected: str, value: object) -> None:
        """Note one problem."""
        if len(self.problems) == MOST_PROBLEMS:
            raise _FullError
        self.problems.append((path, expected, type_name(value)))

    def fit(self, value: Any, shape: Shape, path: str) -> Any:
        """Return the declared part of a value, as Arrow is to read it."""
        if shape.type is Type.OBJECT and isinstance(value, dict):
            return self._object(value, shape, path)
        if shape.item and isinstance(value, list):
            return [self.fit(each, shape.item, f"{path}[{n}]") for n, each in enumerate(value)]
        if shape.type is Type.SECRET:  # whatever it holds, and of whatever type
            return "returned" if value or isinstance(value, Number) else None
        if shape.type is Type.TEXT and type(value) is str:
            text = clean(value)
            if text != value:
                self.drift.note("invalid text", _pattern(path), "" if shape.is_private else shorten(text))
            return text
        if shape.type is Type.FLAG and isinstance(value, bool):
            return value
        if isinstance(value, Number) and (found := _number(value, shape)) is not None:
            return found
        self.refuse(path, shape.type.value, value)
        return None

    def _object(self, value: dict[str, Any], shape: Shape, path: str) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, inner in shape.fields.items():
            raw = value.get(name, ABSENT)
            if raw is not None and raw is not ABSENT:
                if not is_unwanted(inner):
                    made[name] = self.fit(raw, inner, f"{path}.{name}")
            elif name in shape.required and all(value.get(each) is None for each in shape.required[name]):
                self.refuse(f"{path}.{name}", inner.type.value, raw)
        if isinstance(value, Twice):
            _note_repeated(value, shape, path, self.drift)
        if not value.keys() <= shape.fields.keys() and note_unknown(value, shape, _pattern(path), self.drift):
            made[OTHER] = True
        return made


def explain(
    body: Body, source: Source, *, first_item: int = 0, skip_invalid: bool = False, saved: bool = False
) -> Explained:
    """Hold one body against the declaration, and reduce it to what is declared.

    Parameters
    ----------
    body
        The response body.
    source
        The declaration that it should fit.
    first_item
        Number of the body's first item, when earlier pages came before it.
    skip_invalid
        Set items that do not fit aside instead of failing.
    saved
        Whether somebody saved it, perhaps without the object around the items.
    """
    explained = Explained()
    listed = parse_path(source.rows.at)[0].names[0]
    document = parse(body.data, source.items, saved=saved)
    if isinstance(document, list) and saved:  # items without their envelope, as `jq .items` leaves them
        document = {listed: document}
    items = _items(document, source, listed, explained)
    if explained.error:
        return explained
    good, problems = _fit_items(items, source, first_item, explained)
    next_page = document.get(source.next_page)
    if not isinstance(next_page, str | None) or isinstance(next_page, Number):
        problems.append(Problem(None, None, source.next_page, "text", type_name(next_page)))
    beyond_items = len(problems) >= MOST_PROBLEMS or any(problem.item is None for problem in problems)
    if beyond_items or (problems and not skip_invalid):
        explained.error = SchemaError(_summary(problems, len(items), source), problems)
        return explained
    note_unknown(document, shape_of(source), "", explained.drift)
    if isinstance(document, Twice):
        _note_repeated(document, shape_of(source), "", explained.drift)
    explained.item_count = len(items)
    envelope = {listed: good, source.next_page: next_page and clean(next_page)}
    explained.body = Body(json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode())
    return explained


def _items(document: Any, source: Source, listed: str, explained: Explained) -> list[Any]:
    """Return the listed items of a parsed body; another shape sets `explained.error`."""
    if isinstance(document, ResponseError):
        explained.error = document
        return []
    if not isinstance(document, dict):
        shape = type_name(document)
    elif isinstance(items := document.get(listed, ABSENT), list):
        return items
    elif "error" in document or "message" in document:
        shape = "an error report of the API"
    else:
        shape = f"an object whose {listed!r} is {type_name(items)}"
    explained.error = ResponseError(
        f"the response is JSON but not a list of {source.items}: "
        f"expected an object with an array {listed!r}, found {shape}"
    )
    return []


def _fit_items(
    items: list[Any], source: Source, first_item: int, explained: Explained
) -> tuple[list[Any], list[Problem]]:
    """Return the valid items' declared parts, and everything that is wrong with the others."""
    good: list[Any] = []
    problems: list[Problem] = []
    listed = parse_path(source.rows.at)[0].names[0]
    shape = shape_of(source).fields[listed].item
    assert shape is not None  # noqa: S101 - the items are an array
    for item_no, item in enumerate(items, start=first_item):
        fitting = _Fitting(explained.drift)
        fitted = None
        with contextlib.suppress(_FullError):
            fitted = fitting.fit(item, shape, f"{listed}[{item_no}]")
        if not fitting.problems:
            good.append(fitted)
            continue
        item_id = _id_of(item, source)
        found = [Problem(item_no, item_id, *problem) for problem in fitting.problems]
        problems += found
        explained.rejected.append(
            {
                "item_no": item_no,
                "item_id": item_id,
                "problems": "; ".join(str(problem) for problem in found),
                "text": clean(json.dumps(_declared(item, shape), ensure_ascii=False)),
            }
        )
        if len(problems) >= MOST_PROBLEMS:
            break
    return good, problems


def _number(value: Number, shape: Shape) -> int | float | None:
    if shape.type is Type.WHOLE:
        return whole(value)
    return number(value) if shape.type is Type.NUMBER else None


def _note_repeated(value: Twice, shape: Shape, path: str, drift: Drift) -> None:
    """Note the declared keys that an object holds more than once."""
    for name, count in value.counts.items():
        if count > 1 and name in shape.fields and not is_unwanted(shape.fields[name]):
            where = f"{_pattern(path)}.{name}" if path else name
            drift.note("duplicate key", where, "the last one counts")


def _id_of(item: Any, source: Source) -> str | None:
    """Return the id of an item that does not fit, as far as it can be read."""
    for step in parse_path(source.item_id):
        fields = item if isinstance(item, dict) else {}
        item = next((fields[name] for name in step.names if fields.get(name) is not None), None)
    return shorten(item) if type(item) is str else None


def _declared(value: Any, shape: Shape) -> Any:
    """Return the declared values of an item that does not fit; anything else as the name of its type."""
    if shape.type is Type.OBJECT and isinstance(value, dict):
        return {
            name: _declared(value[name], inner)
            for name, inner in shape.fields.items()
            if name in value and not is_unwanted(inner)
        }
    if shape.item and isinstance(value, list):
        return [_declared(each, shape.item) for each in value]
    shown = isinstance(value, str | bool | None) and not shape.is_private
    return value if shown else f"<{type_name(value)}>"


def _pattern(path: str) -> str:
    return re.sub(r"\[\d+\]", "[]", path)


def _summary(problems: list[Problem], item_count: int, source: Source) -> str:
    bad = len({problem.item for problem in problems if problem.item is not None})
    full = len(problems) >= MOST_PROBLEMS
    advice = (
        f"That is too much to be a list of {source.items} in the documented shape:"
        if full
        else "Pass skip_invalid=True to set them aside and read the rest:"
    )
    return (
        f"{'at least ' * full}{bad:,} of {item_count:,} listed {source.items} do not fit the documented "
        f"shape ({len(problems):,} problem{'s' * (len(problems) != 1)}); nothing was read. {advice}"
    )
