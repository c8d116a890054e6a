"""JSON text, parsed by the standard library in such a way that nothing in it does harm."""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from typing import Any

import numpy as np

from dfns_frames._unpack import nature
from dfns_frames.errors import ResponseError

_WHOLE = re.compile(r"-?\d+")
_LARGEST = 1 << 63


class Number(str):
    """The text of a number: a huge one must not be computed before it is wanted."""

    __slots__ = ()


ABSENT = object()  # stands for a field that is not there
_SOME = Number("0")
_TYPE_NAMES: dict[type, str] = {
    dict: "an object",
    list: "an array",
    str: "text",
    bool: "true or false",
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


def _refuse(name: str) -> None:
    """Refuse NaN and infinity, which Python takes for JSON."""
    raise ValueError(f"{name} is not a JSON value")


_decoder: Any = json.JSONDecoder(parse_int=Number, parse_float=Number, parse_constant=_refuse)
scan = _decoder.scan_once  # reads one value of a text, from a place; returns it and where it ends


def parse(data: bytes, listing: str, repeated: Counter[str], *, saved: bool) -> Any:
    """Parse a body; what is not JSON comes back as the `ResponseError` to raise.

    Parameters
    ----------
    data
        The body.
    listing
        What it should be, for messages: ``token list``.
    repeated
        Keys that an object holds more than once are counted here; the last one counts.
    saved
        Whether it was saved by somebody, who could save it otherwise.
    """

    def pairs(found: list[tuple[str, Any]]) -> dict[str, Any]:
        made = dict(found)
        if len(made) != len(found):
            repeated.update(key for key, times in Counter(key for key, _ in found).items() if times > 1)
        return made

    try:
        return json.loads(
            data.decode("utf-8-sig"),
            object_pairs_hook=pairs,
            parse_int=Number,
            parse_float=Number,
            parse_constant=_refuse,
        )
    except UnicodeDecodeError as error:
        message = _no_text(data, error.start, saved)
    except RecursionError:
        message = f"the response is nested too deeply to be a {listing}"
    except json.JSONDecodeError as error:
        message = _no_text(data, error.pos, saved) if _is_binary(data) else _no_json(error, listing, saved)
    except ValueError as error:  # of `_refuse`
        message = f"the response is not JSON: {error}"
    return ResponseError(message)


def parse_unrepeated(data: bytes) -> Any:
    """Parse a body in which no object holds a key twice; None if one does, or may, and if it is not JSON.

    This takes less time than `parse`, which looks at the keys of each object. Of a number only is known that
    it is one.
    """
    # In valid JSON with no space before a colon each key ends with `":`. Texts may hold these two characters
    # as well; so there are at least as many of them as keys, and as many as all objects have fields only if
    # no key comes twice.
    signs = np.frombuffer(data, dtype=np.uint8)
    before = signs[:-1][signs[1:] == ord(":")]
    if (before <= ord(" ")).any():
        return None
    fields = 0

    def count(made: dict[str, Any]) -> dict[str, Any]:
        nonlocal fields
        fields += len(made)
        return made

    try:
        document = json.loads(
            data.decode(),
            object_hook=count,
            parse_int=_some_number,
            parse_float=_some_number,
            parse_constant=_refuse,
        )
    except (ValueError, RecursionError):
        return None
    return document if fields == np.count_nonzero(before == ord('"')) else None


def _some_number(_: str) -> Number:
    return _SOME


def _is_binary(data: bytes) -> bool:
    """Tell whether bytes that happen to be valid UTF-8 are anything but text."""
    start = data[:64].strip()
    has_controls = min(start.translate(None, b"\t\n\r\f"), default=32) < 32
    return 0 in data[:4] or (has_controls and start[:1] not in (b"{", b"["))


def _no_text(data: bytes, position: int, saved: bool) -> str:
    what = nature(data)
    advice = ": unpack it first" if "compressed" in what else ": save it again as UTF-8"
    return f"the response is not valid UTF-8 (byte {position:,}){what and f'; {what}'}{advice * saved}"


def _no_json(error: json.JSONDecodeError, listing: str, saved: bool) -> str:
    text = error.doc.strip()
    if not text:
        return f"the response is empty; a {listing} was expected"
    if text.startswith("<"):
        return "the response is HTML or XML, not JSON; a proxy or login page may have answered instead"
    if error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated"):
        return f"the response ends in the middle of its JSON, after {len(error.doc):,} characters: truncated"
    advice = ""
    if error.msg == "Extra data" and text[0] in "{[" and text[error.pos - len(text)] in "{[":
        advice = "; it holds several documents: if they are pages of one list, save each separately"
    elif text[:2] in ("{'", "[{") and "'" in text[:4]:
        advice = "; it looks like a printed Python dict: write it with json.dump()"
    where = f"line {error.lineno:,}, column {error.colno:,}"
    return f"the response is not JSON: {error.msg} ({where}){advice * saved}"
