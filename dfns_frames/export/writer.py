"""The workbook's writer: all that is known here of xlsxturbo."""

from __future__ import annotations

from typing import IO, TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from dfns_frames.export.cells import widest
from dfns_frames.export.sheet import Block, Chart, Sheet

if TYPE_CHECKING:
    from xlsxturbo.types import ChartOptions, HeaderFormat, SheetOptions

_TIME = "yyyy-mm-dd hh:mm:ss"
_STYLE = "Light9"
_WIDTHS = (9.0, 48.0)
_TIME_WIDTH = 21.0
_HEADER: HeaderFormat = {
    "bold": True,
    "bg_color": "#1F4E78",
    "font_color": "#FFFFFF",
    "wrap_text": True,
    "align_vertical": "top",
}
_ROW_HEIGHT = 20  # pixels
_LINE_HEIGHT = 15.0  # points
_LINES_AT_MOST = 20


def write(sheets: list[Sheet], file: IO[bytes], *, streaming: bool) -> None:
    """Write sheets as one workbook.

    Parameters
    ----------
    sheets
        In the order of their tabs.
    file
        An open binary file.
    streaming
        Hold one row at a time, not all: without tables and charts, which need all of them.
    """
    import xlsxturbo

    frames = [
        (_frame(block), sheet.name, _options(sheet, number, streaming=streaming))
        for sheet in sheets
        for number, block in enumerate(sheet.blocks)
    ]
    xlsxturbo.dfs_to_xlsx(frames, file, constant_memory=streaming)


def _frame(block: Block) -> pd.DataFrame:
    # As Arrow types, because there integers with missing values stay integers, and those of more than
    # 15 digits are written as texts.
    return block.cells.to_pandas(types_mapper=pd.ArrowDtype)


def _options(sheet: Sheet, number: int, *, streaming: bool) -> SheetOptions:
    block = sheet.blocks[number]
    options: SheetOptions = {"startrow": block.row, "column_formats": _formats(sheet, block)}
    if streaming or not block.cells.num_rows:
        options |= {"header_format": _HEADER, "autofilter": len(sheet.blocks) == 1}
    else:
        options |= {"table_style": _STYLE, "table_name": _table_name(sheet, number)}
        # A table's header takes no format, and not every program shows its style.
        options["cells"] = _header(block)
    if number == 0:
        widths = _widths(sheet)
        options["column_widths"] = widths
        if len(sheet.blocks) == 1:
            options["freeze_panes"] = (1, sheet.frozen_columns)
        if not streaming:
            options["row_heights"] = _heights(sheet, widths)
            options["charts"] = {f"A{chart.rows.start + 1}": _chart(sheet, chart) for chart in sheet.charts}
    return options


def _header(block: Block) -> dict[str, Any]:
    return {
        f"{_letters(i)}{block.row + 1}": {"value": name, "format": _HEADER}
        for i, name in enumerate(block.cells.column_names)
    }


def _letters(column: int) -> str:
    """Return the name of a column, counted from 0: A, B and so on, AA after Z."""
    first, last = divmod(column, 26)
    return (_letters(first - 1) if first else "") + chr(ord("A") + last)


def _table_name(sheet: Sheet, number: int) -> str:
    # Neither a cell's name (A1, R1C1) nor one with a space.
    return f"table_{sheet.name}_{number}".replace(" (", "_").replace(")", "").lower()


def _formats(sheet: Sheet, block: Block) -> dict[str, Any]:
    formats: dict[str, Any] = {}
    for name, kind in zip(block.cells.column_names, block.cells.schema.types, strict=True):
        if pa.types.is_timestamp(kind):
            formats[name] = {"num_format": _TIME}
        elif name in sheet.shares:
            formats[name] = {"num_format": "0 %"}
        elif name in sheet.wrapped:
            formats[name] = {"wrap_text": True, "align_vertical": "top"}
        elif sheet.wrapped:
            formats[name] = {"align_vertical": "top"}
    return formats


def _widths(sheet: Sheet) -> dict[int, float]:
    """Return the widths, in characters: of headers with their filter button, and of texts."""
    widths: dict[int, float] = {}
    for block in sheet.blocks:
        for i, (name, column) in enumerate(zip(block.cells.column_names, block.cells.columns, strict=True)):
            least = _TIME_WIDTH if pa.types.is_timestamp(column.type) else _WIDTHS[0]
            wanted = min(max(least, len(name) + 4, widest(column) + 2), _WIDTHS[1])
            widths[i] = max(widths.get(i, 0), sheet.widths.get(name, wanted))
    return widths


def _heights(sheet: Sheet, widths: dict[int, float]) -> dict[int, float]:
    """Return the heights of rows whose texts are wrapped: not every program finds them itself."""
    heights: dict[int, float] = {}
    for block in sheet.blocks:
        names = block.cells.column_names
        wrapped = [i for i, name in enumerate(names) if name in sheet.wrapped]
        lines = {block.row: max(_lines(name, widths[i] - 3) for i, name in enumerate(names))}
        for i in wrapped:
            for row, text in enumerate(block.cells.column(i).to_pylist(), start=block.row + 1):
                lines[row] = _lines(text or "", widths[i])
        heights |= {row: count * _LINE_HEIGHT for row, count in lines.items() if count > 1}
    return heights


def _lines(text: str, width: float) -> int:
    return min(1 + int(len(text) / (1.1 * width)), _LINES_AT_MOST)


def _chart(sheet: Sheet, chart: Chart) -> ChartOptions:
    def cells(column: int) -> str:
        letter = _letters(column)
        first, last = chart.block.row + 2, chart.block.row + 1 + chart.block.cells.num_rows
        return f"'{sheet.name}'!${letter}${first}:${letter}${last}"

    return {
        "type": "column_stacked",
        "title": chart.title,
        "categories": cells(0),
        "series": [
            {"values": cells(column), "name": chart.block.cells.column_names[column]}
            for column in chart.columns
        ],
        "y_axis_name": chart.values,
        "show_legend": len(chart.columns) > 1,
        "legend_position": "top",
        "width": 500,
        "height": (len(chart.rows) - 1) * _ROW_HEIGHT,
    }
