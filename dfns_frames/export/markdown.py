"""Markdown: a table in which no text is markup."""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames.export.columns import Values
from dfns_frames.export.text import show_controls

# A backslash takes a character's meaning away. Plain text that becomes a link loses its dot or colon to one;
# an at sign and a number sign need an invisible character (a word joiner) behind them.
_MARKUP = re.compile(r"[\\`*\[\]{}|~$^]|(?<!\w)_|_(?!\w)")
_LINKS = re.compile(r"((?:https?|ftp|mailto|xmpp)(?=:)|www(?=\.))", re.IGNORECASE)
_MENTIONS = re.compile(r"(@(?=\w)|#(?=\d))")
_BREAKS = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_BREAK = "⏎"


def markdown(found: list[Values]) -> tuple[list[str], dict[tuple[str, str], int]]:
    """Return the lines of a table, and what was changed, by column and kind, in how many cells."""
    if not found:
        return ["This table has no columns."], {}
    changes: dict[tuple[str, str], int] = {}
    cells = []
    for each in found:
        texts, shown = _texts(each.array)
        if shown:
            changes[each.name, "control characters shown as U+FFFD"] = shown
        cells.append(texts)
    lines = [_header(each) for each in found]
    rules = ["---:" if _is_number(each.array.type) else "---" for each in found]
    return [_row(lines), _row(rules), *map(_row, zip(*cells, strict=True))], changes


def escaped(text: str) -> str:
    """Return Markdown that shows a text as it is: no markup, no link, no mention, on one line."""
    text = _MARKUP.sub(r"\\\g<0>", text)
    text = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    text = _LINKS.sub(r"\1" + r"\\", text)
    text = _MENTIONS.sub(r"\1&NoBreak;", text)
    return _BREAKS.sub(_BREAK, text)


def _header(values: Values) -> str:
    name = show_controls(pa.array([values.name]))[0].as_py()
    kind = values.array.type
    unit = "UTC" if pa.types.is_timestamp(kind) and kind.tz else values.unit
    return escaped(f"{name} ({unit})" if unit else name)


def _texts(array: pa.Array) -> tuple[list[str], int]:
    """Return the cells of a column, and of how many the control characters were changed."""
    if pa.types.is_timestamp(array.type):
        return [_time(text) for text in pc.strftime(array, format="%Y-%m-%d %H:%M:%S").to_pylist()], 0
    if not pa.types.is_string(array.type):
        return [text or "" for text in array.cast(pa.string()).to_pylist()], 0
    shown = show_controls(array)
    count = pc.sum(pc.not_equal(array, shown)).as_py() or 0
    return [escaped(text or "") for text in shown.to_pylist()], count


def _time(text: str | None) -> str:
    """Leave out fractions of a second that are nothing."""
    whole, dot, fraction = (text or "").partition(".")
    fraction = fraction.rstrip("0")
    return whole + dot + fraction if fraction else whole


def _is_number(kind: pa.DataType) -> bool:
    return pa.types.is_integer(kind) or pa.types.is_floating(kind)


def _row(cells: list[str] | tuple[str, ...]) -> str:
    return f"| {' | '.join(cells)} |"
