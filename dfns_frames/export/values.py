"""Single values of any kind, as the text or the JSON that says the same."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

_DEEPEST = 50  # of lists in lists; what is deeper, or holds itself, is an ellipsis
_ELLIPSIS = "…"
EXACT = 2**53  # up to here every integer is a number in JSON, whoever reads it


def plain(value: Any) -> Any:
    """Return numpy's and Arrow's scalars as Python's own, and what is missing as None."""
    if isinstance(value, pa.Scalar):
        value = value.as_py()
    if isinstance(value, np.datetime64 | np.timedelta64):
        return None if np.isnat(value) else _numpy_time(value)
    if isinstance(value, np.ndarray) and value.ndim == 0:
        value = value[()]
    if isinstance(value, np.bool_ | np.integer | np.float64):
        value = value.item()
    if isinstance(value, float | np.floating) and value != value:
        return None
    if value is pd.NaT or value is pd.NA or (isinstance(value, Decimal) and value.is_nan()):
        return None
    return value


def _numpy_time(value: np.datetime64 | np.timedelta64) -> Any:
    try:
        return pd.Timestamp(value) if isinstance(value, np.datetime64) else pd.Timedelta(value)
    except ValueError:  # months, years, and what lies beyond pandas' range
        return str(value)


def as_text(value: Any, ancestors: tuple[int, ...] = ()) -> str | None:
    """Return the text that says what a value is; None if it is missing."""
    value = plain(value)
    if value is None:
        return None
    if isinstance(value, str):
        return without_surrogates(str.__str__(value))  # the text of a subclass too, such as an enum's
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, bytes | bytearray | memoryview):
        return _bytes(bytes(value))
    if isinstance(value, dt.datetime):
        return _timestamp(value)
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if _holds_others(value):
        if id(value) in ancestors or len(ancestors) > _DEEPEST:
            return _ELLIPSIS
        return _joined(value, (*ancestors, id(value)))
    return without_surrogates(_digits(value) if isinstance(value, int) else str(value))


def as_json(value: Any, ancestors: tuple[int, ...] = ()) -> Any:
    """Return what JSON can hold of a value: lists and objects stay, the rest becomes a text if need be."""
    value = plain(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) <= EXACT:
        return int(value)
    if isinstance(value, float) and math.isfinite(value):
        return float(value)
    if isinstance(value, dt.timedelta):
        return _duration(value)
    if not _holds_others(value) or isinstance(value, bytes | bytearray | memoryview | str):
        return as_text(value)
    if id(value) in ancestors or len(ancestors) > _DEEPEST:
        return _ELLIPSIS
    ancestors = (*ancestors, id(value))
    if isinstance(value, Mapping):
        keys = told_apart([as_text(key) or "" for key in value])
        return dict(zip(keys, (as_json(each, ancestors) for each in value.values()), strict=True))
    return [as_json(each, ancestors) for each in _ordered(value)]


def without_surrogates(text: str) -> str:
    """Put U+FFFD in the place of half characters, which no file can hold."""
    if text.isascii():
        return text
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def told_apart(names: list[str], *, case: bool = True) -> list[str]:
    """Give a number to names that occur again: ``a``, ``a (2)``.

    Without `case`, names that differ by upper and lower case only are the same.
    """
    taken: set[str] = set()
    result = []
    for name in names:
        number, candidate = 1, name
        while (key := candidate if case else candidate.casefold()) in taken:
            number += 1
            candidate = f"{name} ({number})"
        taken.add(key)
        result.append(candidate)
    return result


def _holds_others(value: Any) -> bool:
    return isinstance(value, Collection | pd.Series) and not isinstance(value, pd.DataFrame)


def _joined(value: Any, ancestors: tuple[int, ...]) -> str:
    """Return ``1, 2`` of a list and ``key: value`` of a mapping; lists within others are in brackets."""
    if isinstance(value, Mapping):
        pairs = [f"{as_text(key)}: {_inner(each, ancestors)}" for key, each in value.items()]
        return ", ".join(pairs)
    return ", ".join(_inner(each, ancestors) for each in _ordered(value))


def _inner(value: Any, ancestors: tuple[int, ...]) -> str:
    text = as_text(value, ancestors)
    if text is None:
        return "none"
    if isinstance(value, Mapping):
        return f"{{{text}}}"
    return f"[{text}]" if _holds_others(value) and not isinstance(value, str | bytes) else text


def _ordered(value: Any) -> list[Any]:
    """Return the elements; of a set in the order of their texts, which is the same in every run."""
    if isinstance(value, set | frozenset):
        return sorted(value, key=lambda each: as_text(each) or "")
    return list(value)


def _bytes(value: bytes) -> str:
    """Return text where the bytes are text that can be shown, hexadecimal digits otherwise."""
    try:
        text = value.decode()
    except UnicodeDecodeError:
        return value.hex()
    return text if text.isprintable() else value.hex()


def _timestamp(value: dt.datetime) -> str:
    """Return ISO 8601: in UTC with a Z where the zone is known."""
    if value.tzinfo is None:
        return value.isoformat()
    try:
        return value.astimezone(dt.UTC).replace(tzinfo=None).isoformat() + "Z"
    except (OverflowError, ValueError):  # at the ends of what a datetime can hold
        return value.isoformat()


def _duration(value: dt.timedelta) -> str:
    try:
        return pd.Timedelta(value).isoformat()
    except ValueError:  # beyond some centuries
        return str(value)


def _digits(value: int) -> str:
    try:
        return str(value)
    except ValueError:  # Python refuses more than 4,300 digits
        return hex(value)
