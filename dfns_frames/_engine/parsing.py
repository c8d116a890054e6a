"""JSON text, parsed by the standard library in such a way that nothing in it does harm."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from typing import Any

from dfns_frames.errors import ResponseError

_WHOLE = re.compile(r"-?\d+")
_LARGEST = 1 << 63


class Number(str):
    """The text of a number: a huge one must not be computed before it is wanted."""

    __slots__ = ()


class Twice(dict[str, Any]):
    """An object that holds a key more than once; the last one counts."""

    def __init__(self, pairs: list[tuple[str, Any]]) -> None:
        super().__init__(pairs)
        self.counts = Counter(key for key, _ in pairs)


ABSENT = object()  # stands for a field that is not there
_TYPE_NAMES: dict[type, str] = {
    dict: "an object",
    Twice: "an object",
    list: "an array",
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
    Number: "a number",
    type(None): "null",
    object: "nothing",
}


def type_name(value: object) -> str:
    """Return what JSON calls the type of a parsed value."""
    return _TYPE_NAMES[type(value)]


def whole(value: Number) -> int | None:
    """Return a whole number of 64 bits; None if it is another one."""
    if len(value) > 20 or not _WHOLE.fullmatch(value) or not -_LARGEST <= int(value) < _LARGEST:
        return None
    return int(value)


def number(value: Number) -> float | None:
    """Return a number of 64 bits; None if it is beyond these."""
    return float(value) if math.isfinite(float(value)) else None


def refuse(name: str) -> None:
    """Refuse NaN and infinity, which Python takes for JSON."""
    raise ValueError(f"{name} is not a JSON value")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    return made if len(made) == len(pairs) else Twice(pairs)


def parse(data: bytes, items: str, *, saved: bool) -> Any:
    """Parse a body; what is not JSON comes back as the `ResponseError` to raise.

    Parameters
    ----------
    data
        The body.
    items
        What it should list, for messages.
    saved
        Whether it was saved by somebody, who could save it otherwise.
    """
    try:
        return json.loads(
            data.decode("utf-8-sig"),
            object_pairs_hook=_object,
            parse_int=Number,
            parse_float=Number,
            parse_constant=refuse,
        )
    except UnicodeDecodeError as error:
        hint = "; it looks like UTF-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:4] else ""
        advice = ": save it again as UTF-8" if saved else ""
        message = f"the response is not valid UTF-8 (byte {error.start:,}){hint}{advice}"
    except RecursionError:
        message = f"the response is nested too deeply to be a list of {items}"
    except json.JSONDecodeError as error:
        message = _explain(error, items)
    except ValueError as error:  # of `refuse`
        message = f"the response is not JSON: {error}"
    return ResponseError(message)


def _explain(error: json.JSONDecodeError, items: str) -> str:
    text = error.doc.strip()
    if not text:
        return f"the response is empty; a list of {items} was expected"
    if text.startswith("<"):
        return "the response is HTML or XML, not JSON; a proxy or login page may have answered instead"
    if error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated"):
        return f"the response ends in the middle of its JSON, after {len(error.doc):,} characters: truncated"
    return f"the response is not JSON: {error.msg} (line {error.lineno:,}, column {error.colno:,})"
