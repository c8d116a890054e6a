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

import pyarrow as pa

from dfns_frames._api.vocabulary import Source
from dfns_frames._engine.census import note_unknown
from dfns_frames._engine.parsing import ABSENT, Number, Twice, number, parse, type_name, whole
from dfns_frames._engine.shape import OTHER, Shape, Type, is_unwanted, parse_path, schema_of, shape_of
from dfns_frames._hidden import Body
from dfns_frames.drift import Drift
from dfns_frames.errors import DfnsFramesError, Problem, ResponseError, SchemaError
from dfns_frames.parsing import clean, shorten

MOST_PROBLEMS = 100_000  # each takes some hundred times the room of what is wrong
_NUMBERS = {Type.WHOLE: whole, Type.NUMBER: number}


class _FullError(Exception):
    """More is wrong than a report has room for."""


@dataclass
class Explained:
    """What explaining one body gave.

    Attributes
    ----------
    error
        Why nothing can be made of it; to be raised by the caller. None if all is well.
    root
        The response as Arrow would read it, with the declared fields of valid items only.
    drift
        How often each (what, path, detail) was met.
    rejected
        Rows of the table of that name.
    item_count
        How many items the body listed, rejected ones included.
    """

    error: DfnsFramesError | None = None
    root: pa.StructArray | None = None
    drift: Drift = field(default_factory=Drift)
    rejected: list[dict[str, Any]] = field(default_factory=list)
    item_count: int = 0


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
    explained.error = _not_a_list(document, source, listed)
    if explained.error:
        return explained
    items, document[listed] = document[listed], []
    around = _Fitting(explained.drift)
    root = around.fit(document, shape_of(source), "")
    root[listed], problems = _fit_items(items, source, listed, first_item, explained)
    problems += [Problem(None, None, *problem) for problem in around.problems]
    if around.problems or len(problems) >= MOST_PROBLEMS or (problems and not skip_invalid):
        explained.error = SchemaError(_summary(problems, len(items), source), problems)
        return explained
    explained.item_count = len(items)
    explained.root = pa.array([root], pa.struct(list(schema_of(source, "explained"))))
    return explained


class _Fitting:
    """Holds a value against the declaration; what does not fit is in `problems`: path, expected, found."""

    def __init__(self, drift: Drift) -> None:
        self.drift = drift
        self.problems: list[tuple[str, str, str]] = []

    def fit(self, value: Any, shape: Shape, path: str) -> Any:
        """Return the declared part of a value, as Arrow is to hold it."""
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
        read = _NUMBERS.get(shape.type)
        if read and isinstance(value, Number) and (found := read(value)) is not None:
            return found
        return self._refuse(path, shape, value)

    def _object(self, value: dict[str, Any], shape: Shape, path: str) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for name, inner in shape.fields.items():
            raw = value.get(name, ABSENT)
            where = f"{path}.{name}" if path else name
            group = shape.required.get(name)
            if raw is not None and raw is not ABSENT and not is_unwanted(inner):
                made[name] = self.fit(raw, inner, where)
                if isinstance(value, Twice) and value.counts[name] > 1:
                    self.drift.note("duplicate key", _pattern(where), "the last one counts")
            elif group and all(value.get(each) is None for each in group):
                self._refuse(where, inner, raw)
        if not value.keys() <= shape.fields.keys() and note_unknown(value, shape, _pattern(path), self.drift):
            made[OTHER] = True
        return made

    def _refuse(self, path: str, shape: Shape, value: object) -> None:
        if len(self.problems) == MOST_PROBLEMS:
            raise _FullError
        self.problems.append((path, shape.type.value, type_name(value)))


def _not_a_list(document: Any, source: Source, listed: str) -> ResponseError | None:
    """Return what is wrong with a parsed body that does not list anything."""
    if isinstance(document, ResponseError):
        return document
    if not isinstance(document, dict):
        shape = type_name(document)
    elif isinstance(items := document.get(listed, ABSENT), list):
        return None
    elif "error" in document or "message" in document:
        shape = "an error report of the API"
    else:
        shape = f"an object whose {listed!r} is {type_name(items)}"
    return ResponseError(
        f"the response is JSON but not a list of {source.items}: "
        f"expected an object with an array {listed!r}, found {shape}"
    )


def _fit_items(
    items: list[Any], source: Source, listed: str, first_item: int, explained: Explained
) -> tuple[list[Any], list[Problem]]:
    """Return the valid items' declared parts, and everything that is wrong with the others."""
    good: list[Any] = []
    problems: list[Problem] = []
    shape = shape_of(source).fields[listed].item or Shape(Type.OBJECT)
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
        report = "; ".join(str(problem) for problem in found)
        text = clean(json.dumps(_declared(item, shape), ensure_ascii=False))
        explained.rejected.append({"item_no": item_no, "item_id": item_id, "problems": report, "text": text})
        if len(problems) >= MOST_PROBLEMS:
            break
    return good, problems


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
