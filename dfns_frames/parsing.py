"""JSON text, parsed by the standard library in such a way that nothing in it does harm."""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

import numpy as np

from dfns_frames.errors import ResponseError
from dfns_frames.unpack import nature

_SHOWN = 200  # characters of a strange text that a report keeps
_SURROGATE = re.compile("[\ud800-\udfff]")


class _Number:
    """Stands for any number: none is declared, and a huge one must not be computed."""


class Absent:
    """Stands for a field that is not there."""


ABSENT = Absent()
_NUMBER = _Number()
_TYPE_NAMES: dict[type, str] = {
    dict: "an object",
    list: "an array",
    str: "text",
    bool: "true or false",
    _Number: "a number",
    type(None): "null",
    Absent: "nothing",
}


def parse(data: bytes, repeated: Counter[str]) -> Any:
    """Parse a body; if it is not JSON, return the `ResponseError` to raise.

    Parameters
    ----------
    data
        The body.
    repeated
        Keys that an object holds more than once are counted here; the last one counts.
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
            parse_int=_number,
            parse_float=_number,
            parse_constant=_no_constant,
        )
    except UnicodeDecodeError as error:
        message = _no_text(data, error.start)
    except RecursionError:
        message = "the response is nested too deeply to be a token list"
    except json.JSONDecodeError as error:
        message = _no_text(data, error.pos) if _is_binary(data) else _no_json(error)
    except ValueError as error:  # of `_no_constant`
        message = f"the response is not JSON: {error}"
    return ResponseError(message)


def parse_unrepeated(data: bytes) -> Any:
    """Parse a body in which no object holds a key twice; None if one does, or may, and if it is not JSON.

    This takes less time than `parse`, which looks at the keys of each object.
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
            parse_int=_number,
            parse_float=_number,
            parse_constant=_no_constant,
        )
    except (ValueError, RecursionError):
        return None
    return document if fields == np.count_nonzero(before == ord('"')) else None


def type_name(value: object) -> str:
    """Return what JSON calls the type of a parsed value."""
    return _TYPE_NAMES[type(value)]


def clean(text: str) -> str:
    """Return a text with its lone surrogates, which no UTF-8 can hold, replaced by U+FFFD."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def shorten(text: str) -> str:
    """Return a text for a report: cleaned, and cut visibly if it is long."""
    text = clean(text)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(text):,} characters)"


def _number(_: str) -> _Number:
    return _NUMBER


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON value")


def _is_binary(data: bytes) -> bool:
    """Tell whether bytes that happen to be valid UTF-8 are anything but text."""
    start = data[:64].strip()
    has_controls = min(start.translate(None, b"\t\n\r\f"), default=32) < 32
    return 0 in data[:4] or (has_controls and start[:1] not in (b"{", b"["))


def _no_text(data: bytes, position: int) -> str:
    what = nature(data)
    advice = "unpack it first" if "compressed" in what else "save it again as UTF-8"
    return f"the response is not valid UTF-8 (byte {position:,}){what and f'; {what}'}: {advice}"


def _no_json(error: json.JSONDecodeError) -> str:
    text = error.doc.strip()
    if not text:
        return "the response is empty; a token list was expected"
    if text.startswith("<"):
        return "the response is HTML or XML, not JSON; a proxy or login page may have answered instead"
    if error.pos >= len(error.doc.rstrip()) or error.msg.startswith("Unterminated"):
        return f"the response ends in the middle of its JSON, after {len(error.doc):,} characters: truncated"
    advice = ""
    if error.msg == "Extra data" and text[0] in "{[" and text[error.pos - len(text)] in "{[":
        advice = "; it holds several documents: if they are pages of one list, save each by itself"
    elif text[:2] in ("{'", "[{") and "'" in text[:4]:
        advice = "; it looks like a printed Python dict: write it with json.dump()"
    return f"the response is not JSON: {error.msg} (line {error.lineno:,}, column {error.colno:,}){advice}"
