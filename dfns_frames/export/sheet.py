"""The vocabulary that a workbook is described in: sheets, the blocks of cells on them, charts, paper."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pyarrow as pa

from dfns_frames.export.columns import Numbers

ROWS_AT_MOST = 1_048_576  # of a sheet, its header included
COLUMNS_AT_MOST = 16_384


@dataclass(frozen=True)
class Block:
    """Cells under a header, as a table of texts, numbers, flags, dates and times without a zone.

    Parameters
    ----------
    cells
        The cells; the column names are the header.
    row
        The header's row on the sheet, from 0.
    numbers
        Of columns of several kinds (by position), which `cells` has as texts: their numbers and flags.
    """

    cells: pa.Table
    row: int = 0
    numbers: Mapping[int, Numbers] = field(default_factory=dict)

    @property
    def below(self) -> int:
        """The first row that is free again, one left empty."""
        return self.row + self.cells.num_rows + 2

    def part(self, start: int, rows: int) -> Block:
        """Return some of the rows, under the same header."""
        numbers = {column: values[start : start + rows] for column, values in self.numbers.items()}
        return replace(self, cells=self.cells.slice(start, rows), numbers=numbers)


@dataclass(frozen=True)
class Chart:
    """A chart of some of a block's columns, as stacked columns.

    Parameters
    ----------
    title
        What it shows.
    block
        Where its numbers stand; the first column has the categories.
    columns
        The positions of the columns to draw.
    rows
        Which rows it covers, from 0.
    values
        What the numbers count.
    column
        The position of the column where its left edge is.
    width
        In pixels.
    """

    title: str
    block: Block
    columns: tuple[int, ...]
    rows: range
    values: str
    column: int = 0
    width: int = 500


@dataclass(frozen=True)
class Sheet:
    """One sheet: its blocks, one below the other, and charts.

    Parameters
    ----------
    name
        On its tab.
    blocks
        At least one.
    charts
        Drawn between them.
    frozen_columns
        How many stay in view; the header does where there is one block.
    wrapped
        Columns whose texts are wrapped.
    clipped
        Columns whose texts may be cut where the next column begins.
    shares
        Columns whose numbers are parts of 1.
    dates
        Columns of times that show the day only.
    severities
        Columns that are coloured by the severity that they name.
    answers
        Columns of yes and unknown, which are told apart.
    widths
        Widths of columns, in characters, that do not follow from the texts.
    breaks
        Rows, from 0, that begin a new page on paper.
    printed_columns
        How many columns are printed, from the left; 0 for all.
    for_screen
        Why only its beginning is printed, on one page; empty for a sheet that is printed whole.
    """

    name: str
    blocks: tuple[Block, ...]
    charts: tuple[Chart, ...] = ()
    frozen_columns: int = 0
    wrapped: frozenset[str] = frozenset()
    clipped: frozenset[str] = frozenset()
    shares: frozenset[str] = frozenset()
    dates: frozenset[str] = frozenset()
    severities: frozenset[str] = frozenset()
    answers: frozenset[str] = frozenset()
    widths: Mapping[str, float] = field(default_factory=dict)
    breaks: tuple[int, ...] = ()
    printed_columns: int = 0
    for_screen: str = ""

    def pages(self) -> list[Sheet]:
        """Return the sheet, or as many as its rows need: ``Operations``, ``Operations (2)`` and so on."""
        block = self.blocks[0]
        room = ROWS_AT_MOST - 1
        if len(self.blocks) > 1 or block.cells.num_rows <= room:
            return [self]
        return [
            replace(self, name=page_name(self.name, start // room + 1), blocks=(block.part(start, room),))
            for start in range(0, block.cells.num_rows, room)
        ]


def page_name(name: str, number: int) -> str:
    """Return the name of a sheet's page, the first being the sheet itself; 31 UTF-16 units at most."""
    if number == 1:
        return name
    suffix = f" ({number})"
    room = 2 * (31 - len(suffix))
    return name.encode("utf-16-le")[:room].decode("utf-16-le", "ignore") + suffix
