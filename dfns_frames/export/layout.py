"""How wide and high the cells are, and how many pages a sheet is across."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames.export.cells import widest
from dfns_frames.export.sheet import Sheet
from dfns_frames.export.text import is_text

# A4 landscape between its margins, at 96 pixels an inch; Excel resizes A4 to Letter by itself.
_PAGE = (11.69 - 0.8) * 96
_LEAST_SCALE = 0.62  # what is printed smaller than 60 % cannot be read; fonts differ by some percent
ROOM = _PAGE / _LEAST_SCALE
_NARROWEST, _WIDEST = 9.0, 48.0  # characters
_LEAST_TEXT = 12.0
_TIME_WIDTH, _DAY_WIDTH = 20.0, 11.0
_BUTTON = 3  # what the filter's button covers of a header
_ROWS_ON_SCREEN_PAGE = 36
LINE = 15.0  # points
_LINES_AT_MOST = 27  # the highest row that there is has 409 points


@dataclass(frozen=True)
class Layout:
    """How a sheet is laid out.

    Parameters
    ----------
    widths
        For each column, in characters.
    wrapped
        The columns whose texts are wrapped.
    across
        How many pages a sheet is wide, each at 60 % of its size at least.
    area
        How many rows (the header included) and columns are printed; None if all are.
    """

    widths: dict[int, float]
    wrapped: frozenset[int]
    across: int = 1
    area: tuple[int, int] | None = None


def laid_out(sheet: Sheet) -> Layout:
    """Return a layout in which the sheet can be read on the screen and on paper."""
    fixed, natural, texts = _natural(sheet)
    if sheet.for_screen:
        widths = natural | fixed
        rows = min(sheet.blocks[0].cells.num_rows, _ROWS_ON_SCREEN_PAGE)
        return Layout(widths, frozenset(), area=(1 + rows, _fitting(widths)))
    widths = _fitted(natural, set(texts) - set(fixed), ROOM - _pixels(fixed)) | fixed
    wrapped = {i for i, length in texts.items() if length > widths[i]}
    wrapped |= {i for i, name in _names(sheet) if name in sheet.wrapped}
    wrapped -= {i for i, name in _names(sheet) if name in sheet.clipped}
    printed = {i: width for i, width in widths.items() if i < (sheet.printed_columns or len(widths))}
    return Layout(widths, frozenset(wrapped), max(1, math.ceil(_pixels(printed) / ROOM)))


def _names(sheet: Sheet) -> list[tuple[int, str]]:
    return [(i, name) for block in sheet.blocks for i, name in enumerate(block.cells.column_names)]


def _natural(sheet: Sheet) -> tuple[dict[int, float], dict[int, float], dict[int, int]]:
    """Return the widths that are given, those that the cells ask for, and the longest text of each column."""
    fixed: dict[int, float] = {}
    natural: dict[int, float] = {}
    texts: dict[int, int] = {}
    for block in sheet.blocks:
        for i, (name, column) in enumerate(zip(block.cells.column_names, block.cells.columns, strict=True)):
            if name in sheet.widths:
                fixed[i] = max(fixed.get(i, 0), sheet.widths[name])
            least = _NARROWEST
            if pa.types.is_timestamp(column.type):
                least = _DAY_WIDTH if name in sheet.dates else _TIME_WIDTH
            elif is_text(column.type):
                texts[i] = max(texts.get(i, 0), widest(column) + 2)
            wanted = min(max(least, _header_width(name), texts.get(i, 0)), _WIDEST)
            natural[i] = max(natural.get(i, 0), wanted)
    return fixed, {i: width for i, width in natural.items() if i not in fixed}, texts


def _header_width(name: str) -> float:
    """Return the width at which a header breaks between its words only, in two lines or so."""
    return max(*map(len, name.split(" ")), len(name) / 2) + _BUTTON


def _pixels(widths: dict[int, float]) -> float:
    return sum(7 * width + 5 for width in widths.values())


def _fitted(widths: dict[int, float], flexible: set[int], room: float) -> dict[int, float]:
    """Make the widest columns equally narrower until the sheet fits on a page's width."""
    most = _WIDEST
    while _pixels(widths) > room and most > _LEAST_TEXT:
        most -= 1
        widths = {i: min(width, most) if i in flexible else width for i, width in widths.items()}
    return widths


def _fitting(widths: dict[int, float]) -> int:
    """Return how many columns fit on a page, from the left."""
    reach = np.cumsum([7 * widths[i] + 5 for i in range(len(widths))])
    return max(1, int((reach <= ROOM).sum()))


def heights(sheet: Sheet, layout: Layout) -> dict[int, float]:
    """Return the heights of rows whose texts are wrapped: not every program finds them itself."""
    found: dict[int, float] = {}
    for block in sheet.blocks:
        names = block.cells.column_names
        header = max(_lines(len(name) + _BUTTON, layout.widths[i]) for i, name in enumerate(names))
        lines = np.ones(block.cells.num_rows, dtype=np.int64)
        for i, column in enumerate(block.cells.columns):
            if i in layout.wrapped and is_text(column.type):
                lines = np.maximum(lines, _lines_of(column, layout.widths[i]))
        lines = np.minimum(np.concatenate([[header], lines]), _LINES_AT_MOST)
        found |= {block.row + int(row): float(lines[row] * LINE) for row in np.flatnonzero(lines > 1)}
    return found


def _lines(length: float, width: float) -> int:
    return 1 + int(length / (1.1 * width))


def _lines_of(column: pa.ChunkedArray, width: float) -> Any:
    """Return how many lines each text needs."""
    texts = pc.fill_null(column.cast(pa.string()), "")
    # Halfway between characters and bytes, because what takes three bytes is mostly two characters wide.
    lengths = pc.add(pc.utf8_length(texts), pc.binary_length(texts)).to_numpy() / 2
    return 1 + (lengths / (1.1 * width)).astype(np.int64) + pc.count_substring(texts, "\n").to_numpy()
