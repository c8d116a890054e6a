"""Which fields of a response are not declared: what Arrow passes over in silence, named and counted."""

from __future__ import annotations

import json
from json.decoder import WHITESPACE  # type: ignore[attr-defined]  # not in the stubs
from typing import Any

from dfns_frames._api.vocabulary import Source
from dfns_frames._engine.parsing import Number, refuse, type_name
from dfns_frames._engine.shape import Shape, Type, parse_path, shape_of
from dfns_frames._engine.walk import Refused
from dfns_frames._hidden import Body
from dfns_frames.drift import Drift
from dfns_frames.parsing import shorten

_decoder: Any = json.JSONDecoder(parse_int=Number, parse_float=Number, parse_constant=refuse)
_scan = _decoder.scan_once  # has no type, but reads one value, wherever it stands


def census(body: Body, source: Source, drift: Drift) -> None:
    """Note every field of a response that is not declared, by path and type.

    Item by item, so that no more than one is held as Python's objects: all of them would take five times the
    room of the body. The body has been read before, so its JSON is known to be valid and to fit.

    Raises
    ------
    Refused
        It holds NaN, is nested too deeply, or a column has to know of a field that is not declared.
    """
    text = body.data.decode()
    shape = shape_of(source)
    (listed,) = parse_path(source.rows.at)[0].names
    around: dict[str, Any] = {}
    try:
        place = _next(text, _next(text, 0) + 1)
        while text[place] != "}":
            key, place = _scan(text, place)
            place = _next(text, _next(text, place) + 1)
            if key == listed and text[place] == "[":
                around[key] = None
                place = _look_at_items(text, place, shape.fields[listed], listed, drift)
            else:
                around[key], place = _scan(text, place)
            place = _next(text, place)
            place = _next(text, place + 1) if text[place] == "," else place
    except (ValueError, RecursionError, StopIteration, IndexError):
        raise Refused from None
    note_unknown(around, shape, "", drift)


def _look_at_items(text: str, place: int, shape: Shape, path: str, drift: Drift) -> int:
    """Look at each element of an array that begins at a place; returns where it ends."""
    place = _next(text, place + 1)
    while text[place] != "]":
        item, place = _scan(text, place)
        if shape.item:
            _look(item, shape.item, f"{path}[]", drift)
        place = _next(text, place)
        place = _next(text, place + 1) if text[place] == "," else place
    return place + 1


def _look(value: Any, shape: Shape, path: str, drift: Drift) -> None:
    if shape.type is Type.ARRAY and shape.item:
        for element in value:
            _look(element, shape.item, f"{path}[]", drift)
        return
    if not value.keys() <= shape.fields.keys() and note_unknown(value, shape, path, drift):
        raise Refused
    for name, inner in shape.branches:
        if value.get(name):
            _look(value[name], inner, f"{path}.{name}", drift)


def note_unknown(value: dict[str, Any], shape: Shape, path: str, drift: Drift) -> bool:
    """Note the fields of an object that are not declared; tells whether a column has to know of them."""
    unknown = value.keys() - shape.fields.keys()
    if not shape.is_open:
        for key in unknown:
            where = f"{path}.{shorten(key)}" if path else shorten(key)
            drift.note("unknown field", where, type_name(value[key]))
    return bool(unknown) and shape.is_watched


def _next(text: str, place: int) -> int:
    """Return where white space ends."""
    return WHITESPACE.match(text, place).end()
