"""A table on standard output, in the form that its reader needs; names in it are written by strangers."""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from dfns_frames.cli.terminal import say, visible
from dfns_frames.export.markdown import escaped
from dfns_frames.export.text import defuse, show_controls

if TYPE_CHECKING:
    import pandas as pd

FOR_PROGRAMS = ("csv", "json", "jsonl")

_CELL_WIDTH = 40  # on a terminal, which would wrap what is longer; elsewhere nothing is cut

# What steers a terminal or turns the direction of writing, beyond what the exports replace.
_STEERING = re.compile("[\x7f-\x9f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def show(frame: pd.DataFrame, form: str) -> None:
    """Print a frame as a table, csv, json, jsonl or markdown."""
    text = render(frame, form)
    if text:  # of no rows, jsonl has no lines
        say(text)


def render(frame: pd.DataFrame, form: str) -> str:
    """Return the text of a frame in one of those forms."""
    names = [str(name) for name in frame.columns]
    columns = [_values(frame.iloc[:, i]) for i in range(frame.shape[1])]
    rows = list(zip(*columns, strict=True))
    if form == "csv":
        return _csv(names, columns)
    if form == "markdown":
        return _markdown(names, rows)
    if form == "table":
        return _aligned(names, rows)
    # All but ASCII is escaped: nothing in it steers a terminal, and every program reads it back.
    objects = [json.dumps(dict(zip(names, row, strict=True))) for row in rows]
    if form == "jsonl":
        return "\n".join(objects)
    return "[\n  " + ",\n  ".join(objects) + "\n]" if objects else "[]"


def _values(column: pd.Series[Any]) -> list[Any]:
    """Return a column as values that JSON has too, missing as None."""
    return [
        None if missing else _json_value(value)
        for value, missing in zip(column.tolist(), column.isna(), strict=True)
    ]


def _json_value(value: Any) -> Any:
    return value.isoformat().replace("+00:00", "Z") if isinstance(value, datetime) else value


def _csv(names: list[str], columns: list[list[Any]]) -> str:
    written = [
        _sanitized(values) if any(isinstance(value, str) for value in values) else values
        for values in columns
    ]
    rows = [names, *zip(*written, strict=True)]
    return "\n".join(",".join(map(_csv_cell, row)) for row in rows)


def _sanitized(texts: list[str | None]) -> list[str | None]:
    shown = defuse(show_controls(pa.array(texts, pa.string()))).to_pylist()
    return [text and _STEERING.sub("\N{REPLACEMENT CHARACTER}", text) for text in shown]


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        return str(value)
    return '"' + value.replace('"', '""') + '"'


def _markdown(names: list[str], rows: Sequence[Sequence[Any]]) -> str:
    lines = [names, ["---"] * len(names), *([escaped(visible(_words(cell))) for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _aligned(names: list[str], rows: Sequence[Sequence[Any]]) -> str:
    limit = _CELL_WIDTH if sys.stdout.isatty() else None
    cells = [names, *([_cut(visible(_words(cell)), limit) for cell in row] for row in rows)]
    widths = [max(map(_width, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(
            cell + " " * (width - _width(cell)) for cell, width in zip(row, widths, strict=True)
        ).rstrip()
        for row in cells
    )


def _words(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _cut(text: str, limit: int | None) -> str:
    if limit is None or _width(text) <= limit:
        return text
    while _width(text) >= limit:
        text = text[:-1]
    return f"{text}…"


def _width(text: str) -> int:
    """Return how many columns a text takes: East Asian letters two, accents that combine none."""
    if text.isascii():
        return len(text)
    return sum(
        0 if unicodedata.combining(letter) else 1 + (unicodedata.east_asian_width(letter) in "WF")
        for letter in text
    )
