"""How a workbook prints, and its colours: what its writer cannot say is put into the finished file.

A workbook is a zip archive of XML files. The writer has no page setup, so the few elements of it are inserted
here while the archive is copied, in the order that the schema (ECMA-376, CT_Worksheet) asks for; Excel
repairs a file in which they stand elsewhere.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO
from xml.sax.saxutils import escape, quoteattr

_CHUNK = 1 << 20
_TAIL = 1 << 16  # what follows a sheet's cells: margins, and references to drawings and tables
_LEVEL = 2  # the cells are compressed a second time; higher levels take three times as long for 10 % less
_MARGINS = '<pageMargins left="0.4" right="0.4" top="0.75" bottom="0.6" header="0.3" footer="0.3"/>'
_A4 = 9
_LAST_COLUMN = 16_383
_HEADER_UNITS = 255
_SHEET = re.compile(r"xl/worksheets/sheet(\d+)\.xml")


@dataclass(frozen=True)
class Page:
    """How a sheet prints: landscape, as wide as the paper, its header on each page, and pages numbered.

    Parameters
    ----------
    sheet
        The sheet's name.
    header
        Stands above each page; empty if nothing does.
    across
        How many pages it is wide.
    one
        Whether it is one page in all.
    area
        The cells to print, such as ``$A$1:$C$9``; empty for all of them.
    titles
        The rows and columns that each page repeats, such as ``$1:$1``.
    breaks
        The rows, from 0, that begin a new page.
    """

    sheet: str
    header: str = ""
    across: int = 1
    one: bool = False
    area: str = ""
    titles: tuple[str, ...] = ()
    breaks: tuple[int, ...] = ()


def set_up(source: IO[bytes], target: IO[bytes], pages: list[Page], accents: tuple[str, ...]) -> None:
    """Copy a workbook, and set up its pages.

    Parameters
    ----------
    source, target
        The workbook, and where the copy goes; open binary files.
    pages
        One for each sheet, in the order of the tabs.
    accents
        Colours, as ``#rrggbb``, that tables and the series of charts take one after the other.
    """
    with (
        zipfile.ZipFile(source) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as new,
    ):
        for member in old.infolist():
            sheet = _SHEET.fullmatch(member.filename)
            with (
                old.open(member) as read,
                new.open(member.filename, "w", force_zip64=member.file_size > _CHUNK << 10) as written,
            ):
                if sheet:
                    _copy_sheet(read, written, pages[int(sheet[1]) - 1])
                elif member.filename == "xl/workbook.xml":
                    written.write(_name_areas(read.read().decode(), pages).encode())
                elif member.filename == "xl/theme/theme1.xml":
                    written.write(_color(read.read().decode(), accents).encode())
                else:
                    while data := read.read(_CHUNK):
                        written.write(data)


def _copy_sheet(read: IO[bytes], written: IO[bytes], page: Page) -> None:
    """Copy a sheet of any size; what is inserted goes into its first and its last part."""
    start = read.read(_CHUNK)
    written_so_far = _insert_before(start, b"<dimension ", b'<sheetPr><pageSetUpPr fitToPage="1"/></sheetPr>')
    end = b""
    for part in _parts(written_so_far, read):
        # The last part may be shorter than what follows the cells, so some of the one before is kept.
        data = end + part
        written.write(data[:-_TAIL])
        end = data[-_TAIL:]
    before, margins, after = end.rpartition(b"<pageMargins ")
    if not margins:
        raise ValueError("the workbook's writer made a sheet without margins")
    rest = after[after.index(b"/>") + 2 :]
    written.write(before + _elements(page).encode() + rest)


def _parts(first: bytes, read: IO[bytes]) -> Iterator[bytes]:
    yield first
    while data := read.read(_CHUNK):
        yield data


def _insert_before(xml: bytes, place: bytes, inserted: bytes) -> bytes:
    before, found, after = xml.partition(place)
    if not found or b"<sheetPr" in before:
        raise ValueError("the workbook's writer made a sheet of another form")
    return before + inserted + found + after


def _elements(page: Page) -> str:
    """Return the elements from margins to breaks, in the schema's order."""
    setup = (
        f'<pageSetup paperSize="{_A4}" orientation="landscape" fitToWidth="{page.across}" '
        f'fitToHeight="{int(page.one)}"/>'
    )
    shown = page.header.encode("utf-16-le")[: 2 * (_HEADER_UNITS - 60)].decode("utf-16-le", "ignore")
    header = f"<oddHeader>{escape('&L' + shown.replace('&', '&&'))}</oddHeader>" if shown else ""
    footer = f"<oddFooter>{escape('&L&A&CPage &P of &N&R&F')}</oddFooter>"
    breaks = "".join(f'<brk id="{row}" max="{_LAST_COLUMN}" man="1"/>' for row in page.breaks)
    if breaks:
        count = len(page.breaks)
        breaks = f'<rowBreaks count="{count}" manualBreakCount="{count}">{breaks}</rowBreaks>'
    return f"{_MARGINS}{setup}<headerFooter>{header}{footer}</headerFooter>{breaks}"


def _name_areas(workbook: str, pages: list[Page]) -> str:
    """Name what each sheet prints and repeats, beside the names that there may be."""
    names = []
    for number, page in enumerate(pages):
        for name, areas in (("Print_Area", (page.area,) if page.area else ()), ("Print_Titles", page.titles)):
            if areas:
                sheet = "'" + page.sheet.replace("'", "''") + "'"
                what = escape(",".join(f"{sheet}!{area}" for area in areas))
                names.append(f'<definedName name={quoteattr(f"_xlnm.{name}")} localSheetId="{number}">{what}')
    xml = "".join(f"{name}</definedName>" for name in names)
    if not xml:
        return workbook
    if "<definedNames>" in workbook:
        return workbook.replace("</definedNames>", f"{xml}</definedNames>", 1)
    return workbook.replace("</sheets>", f"</sheets><definedNames>{xml}</definedNames>", 1)


def _color(theme: str, accents: tuple[str, ...]) -> str:
    for number, color in enumerate(accents, start=1):
        one = rf'(<a:accent{number}><a:srgbClr val=")[0-9A-Fa-f]{{6}}'
        theme = re.sub(one, rf"\g<1>{color.removeprefix('#').upper()}", theme)
    return theme
