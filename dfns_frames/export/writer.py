"""The workbook's writer: all that is known here of xlsxturbo."""

from __future__ import annotations

import tempfile
from typing import IO, TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from dfns_frames._api.catalogue import UNKNOWN
from dfns_frames._facts.palette import ACTIVE, DARK, FOUND, INACTIVE, INK, INK_ON_DARK, OTHERS, SEVERITY
from dfns_frames.export.layout import Layout, heights, laid_out
from dfns_frames.export.paper import Page, set_up
from dfns_frames.export.sheet import Block, Chart, Sheet

if TYPE_CHECKING:
    from xlsxturbo.types import ChartOptions, ColumnFormat, ConditionalFormat, HeaderFormat, SheetOptions

_TIME, _DAY = "yyyy-mm-dd hh:mm:ss", "yyyy-mm-dd"
_FLAG = '"TRUE";"TRUE";"FALSE"'  # LibreOffice shows 1 and 0 otherwise; Excel always shows these
_GAP = "_)"  # as wide as a bracket, or a number touches the text in the next column
_STYLE = "Light9"
_HEADER: HeaderFormat = {
    "bold": True,
    "font_size": 10,
    "bg_color": ACTIVE,
    "font_color": INK_ON_DARK,
    "wrap_text": True,
    "align_vertical": "top",
}
# Charts and tables take them in this order. Charts of states draw active, not active, unknown.
_ACCENTS = (ACTIVE, INACTIVE, OTHERS, *(SEVERITY[name] for name in ("high", "medium", "low")))
_LINE: ColumnFormat = {"border_bottom": "thin", "border_color": OTHERS}  # below each row, on paper too
_ROW_HEIGHT = 20  # pixels
_IN_MEMORY = 1 << 26
_SEVERITIES = {text: color for name, color in SEVERITY.items() for text in (name, f"at least {name}")} | FOUND
_ANSWERS = {
    "yes": INACTIVE,
    UNKNOWN: OTHERS,
    # How a rule went, and what became of a finding; what is in order has no colour.
    "findings": SEVERITY["medium"],
    "partly": SEVERITY["low"],
    "not evaluated": OTHERS,
    "new": INACTIVE,
}


def write(sheets: list[Sheet], file: IO[bytes], *, streaming: bool, header: str = "") -> None:
    """Write sheets as one workbook.

    Parameters
    ----------
    sheets
        In the order of their tabs.
    file
        An open binary file.
    streaming
        Hold one row at a time, not all: without tables, colours and charts, which need all of them.
    header
        Stands above each page on paper.
    """
    import xlsxturbo

    layouts = [laid_out(sheet) for sheet in sheets]
    frames = [
        (_frame(block), sheet.name, _options(sheet, layout, number, streaming=streaming))
        for sheet, layout in zip(sheets, layouts, strict=True)
        for number, block in enumerate(sheet.blocks)
    ]
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as draft:
        xlsxturbo.dfs_to_xlsx(frames, draft, constant_memory=streaming, compression_level=1)
        pages = [_page(sheet, layout, header) for sheet, layout in zip(sheets, layouts, strict=True)]
        set_up(draft, file, pages, _ACCENTS)


def _frame(block: Block) -> pd.DataFrame:
    # As Arrow types, because there integers with missing values stay integers, and those of more than
    # 15 digits are written as texts.
    frame = block.cells.to_pandas(types_mapper=pd.ArrowDtype)
    for column, numbers in block.numbers.items():
        texts = block.cells.column(column).to_pylist()
        mixed = [text if number is None else number for number, text in zip(numbers, texts, strict=True)]
        frame[frame.columns[column]] = pd.Series(mixed, dtype=object)
    return frame


def _options(sheet: Sheet, layout: Layout, number: int, *, streaming: bool) -> SheetOptions:
    block = sheet.blocks[number]
    options: SheetOptions = {"startrow": block.row, "column_formats": _formats(sheet, layout, block)}
    if streaming or not block.cells.num_rows:
        options |= {"header_format": _HEADER, "autofilter": len(sheet.blocks) == 1}
    else:
        options |= {"table_style": _STYLE, "table_name": _table_name(sheet, number)}
        options |= {"conditional_formats": _colors(sheet, block)}
        # A table's header takes no format, and not every program shows its style.
        options["cells"] = _header(block)
    if number == 0:
        options["column_widths"] = layout.widths
        if len(sheet.blocks) == 1:
            options["freeze_panes"] = (1, sheet.frozen_columns)
        if not streaming:
            options["row_heights"] = heights(sheet, layout)
            options["charts"] = {
                f"{_letters(chart.column)}{chart.rows.start + 1}": _chart(sheet, chart)
                for chart in sheet.charts
            }
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
    # Neither a cell's name (A1, R1C1) nor one with a space. Two titles that users chose may differ by what no
    # such name can hold, so those are told apart by what is left out.
    plain = "".join(each if each.isascii() and each.isalnum() else f"_{ord(each):x}" for each in sheet.name)
    return f"table_{plain.lower()}_{number}"


def _formats(sheet: Sheet, layout: Layout, block: Block) -> dict[str, Any]:
    formats: dict[str, Any] = {}
    for i, (name, kind) in enumerate(zip(block.cells.column_names, block.cells.schema.types, strict=True)):
        # A format of every cell takes as long to write as the cell; on the screen there are grid lines.
        made: dict[str, Any] = {} if sheet.for_screen else dict(_LINE)
        if pa.types.is_timestamp(kind):
            made["num_format"] = _DAY if name in sheet.dates else _TIME
        elif pa.types.is_boolean(kind):
            made |= {"num_format": _FLAG, "align_horizontal": "center"}
        elif pa.types.is_date(kind):
            made["num_format"] = _DAY
        elif name in sheet.shares:
            made["num_format"] = f"0 %{_GAP}"
        elif pa.types.is_integer(kind) and not sheet.for_screen:
            made["num_format"] = f"0{_GAP}"
        if i in layout.wrapped:
            made["wrap_text"] = True
        if layout.wrapped:
            made["align_vertical"] = "top"
        # The writer takes an asterisk for "any characters", so formats of other columns would be hit.
        if made and "*" not in name:
            formats[name] = made
    return formats


def _colors(sheet: Sheet, block: Block) -> dict[str, list[ConditionalFormat]]:
    """Colour cells by what they say, so that sorting and filtering keep the colours right."""
    severities, answers = (
        [_colored(text, color, INK_ON_DARK if color in DARK else INK) for text, color in colors.items()]
        for colors in (_SEVERITIES, _ANSWERS)
    )
    return {
        name: severities if name in sheet.severities else answers
        for name in block.cells.column_names
        if name in sheet.severities | sheet.answers
    }


def _colored(text: str, color: str, ink: str) -> ConditionalFormat:
    return {
        "type": "cell",
        "criteria": "equal_to",
        "value": text,
        "format": {"bg_color": color, "font_color": ink},
    }


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
        "width": chart.width,
        "height": (len(chart.rows) - 1) * _ROW_HEIGHT,
    }


def _page(sheet: Sheet, layout: Layout, header: str) -> Page:
    titles = ("$1:$1",) if len(sheet.blocks) == 1 else ()
    if layout.across > 1 and sheet.frozen_columns:
        titles = (f"$A:${_letters(sheet.frozen_columns - 1)}", *titles)
    if layout.area is None:
        area = ""
        if sheet.printed_columns:
            last = _letters(sheet.printed_columns - 1)
            area = f"$A$1:${last}${sheet.blocks[0].cells.num_rows + 1}"
        return Page(sheet.name, header, layout.across, area=area, titles=titles, breaks=sheet.breaks)
    rows, columns = layout.area
    cells = sheet.blocks[0].cells
    what = f"{sheet.for_screen} Printed: {rows - 1:,} of {cells.num_rows:,} rows"
    if columns < cells.num_columns:
        what += f" and {columns:,} of {cells.num_columns:,} columns"
    area = f"$A$1:${_letters(columns - 1)}${rows}"
    return Page(sheet.name, f"{what}.", one=True, area=area)
