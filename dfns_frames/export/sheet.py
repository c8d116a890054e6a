"""The vocabulary that a workbook is described in: sheets, the blocks of cells on them, charts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import pyarrow as pa

ROWS_AT_MOST = 1_048_576  # of a sheet, its header included


@dataclass(frozen=True)
class Block:
    """Cells under a header, as a table of texts, numbers, flags and times without a zone.

    Parameters
    ----------
    cells
        The cells; the column names are the header.
    row
        The header's row on the sheet, from 0.
    """

    cells: pa.Table
    row: int = 0

    @property
    def below(self) -> int:
        """The first row that is free again, one left empty."""
        return self.row + self.cells.num_rows + 2


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
    """

    title: str
    block: Block
    columns: tuple[int, ...]
    rows: range
    values: str


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
    shares
        Columns whose numbers are parts of 1.
    widths
        Widths of columns, in characters, that do not follow from the texts.
    """

    name: str
    blocks: tuple[Block, ...]
    charts: tuple[Chart, ...] = ()
    frozen_columns: int = 0
    wrapped: frozenset[str] = frozenset()
    shares: frozenset[str] = frozenset()
    widths: dict[str, float] = field(default_factory=dict)

    def pages(self) -> list[Sheet]:
        """Return the sheet, or as many as its rows need: ``Operations``, ``Operations (2)`` and so on."""
        cells = self.blocks[0].cells
        room = ROWS_AT_MOST - 1
        if len(self.blocks) > 1 or cells.num_rows <= room:
            return [self]
        return [
            replace(
                self,
                name=self.name if start == 0 else f"{self.name} ({start // room + 1})",
                blocks=(Block(cells.slice(start, room)),),
            )
            for start in range(0, cells.num_rows, room)
        ]
