"""The workbook on paper: pages that can be read, the colours of the charts, a file that Excel takes."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from xml.etree import ElementTree

import openpyxl
import pandas as pd
from openpyxl.utils import range_boundaries

import dfns_frames as dff
from dfns_frames._facts import palette as palette
from tests.demo_frames import organisation
from tests.export_samples import convert

PAGE = (11.69 - 0.8) * 96  # pixels of a page's width at full size


def test_it_prints_on_few_pages_that_can_be_read(demo_book: Path) -> None:
    """Landscape, one page wide at 60 % or more, headers repeated, pages numbered, charts begin pages."""
    book = openpyxl.load_workbook(demo_book)
    for sheet in book:
        setup = sheet.page_setup
        assert (setup.orientation, setup.fitToWidth) == ("landscape", 1)
        assert sheet.sheet_properties.pageSetUpPr.fitToPage
        assert "&P" in sheet.oddFooter.center.text
        assert "2026-10-19" in sheet.oddHeader.left.text or "for the screen" in sheet.oddHeader.left.text
        widths = [
            dimension.width
            for dimension in sheet.column_dimensions.values()
            for _ in range(dimension.min, dimension.max + 1)
        ]
        if sheet.title in ("Operations", "Matrix"):
            assert setup.fitToHeight == 1
            *first, last_column, last_row = range_boundaries(sheet.print_area.split("!")[1])
            assert first == [1, 1]
            assert sum(widths[:last_column]) * 7 * 0.6 <= PAGE
            assert last_row < 40
            assert "is for the screen. Printed: 36 of" in sheet.oddHeader.left.text
        else:
            assert setup.fitToHeight == 0
            area = sheet.print_area
            last_column = range_boundaries(area.split("!")[1])[2] if area else len(widths)
            assert sum(widths[:last_column]) * 7 * 0.6 <= PAGE, sheet.title
            assert sheet.print_title_rows == (None if sheet.title == "Summary" else "$1:$1")
    charts = [chart.anchor._from.row for chart in book["Summary"]._charts]
    assert [mark.id for mark in book["Summary"].row_breaks.brk] == [row - 1 for row in charts]


def test_ids_are_beside_what_is_printed(tmp_path: Path) -> None:
    """What only filters and formulas need stands at the right, is not printed, and makes no header high."""
    org = organisation("platform-lead")
    book = openpyxl.load_workbook(org.to_excel(tmp_path / "a.xlsx"))
    for title in ("Who can", "Tokens", "Users", "Permissions", "Policies"):
        sheet = book[title]
        last = range_boundaries(sheet.print_area.split("!")[1])[2]
        names = [str(cell.value) for cell in sheet[1]]
        assert not [name for name in names[:last] if name.endswith("_id")]
        assert {"Who can": "identity_id", "Tokens": "token_id"}.get(title, "source") in names[last:]
        assert (sheet.row_dimensions[1].height or 15) <= 45, title


def test_numbers_and_flags_keep_off_the_text_beside_them(demo_book: Path) -> None:
    """At the right edge a number would touch the next column's text."""
    sheet = openpyxl.load_workbook(demo_book)["Tokens"]
    cells = {str(name.value): cell for name, cell in zip(sheet[1], sheet[2], strict=True)}
    assert cells["age (days)"].number_format == "0_)"
    assert cells["active"].alignment.horizontal == "center"


def test_libreoffice_prints_it(demo_book: Path, tmp_path: Path) -> None:
    """LibreOffice prints the demo's workbook on fewer than 40 pages."""
    printed = convert(demo_book, "pdf", tmp_path).read_bytes()
    assert 10 < len(re.findall(rb"/Type\s*/Page\b", printed)) < 40


def test_a_wide_sheet_goes_on_beside_itself(tmp_path: Path) -> None:
    """More columns than a page holds at 60 % print on several pages across, each with the first columns."""
    wide = pd.DataFrame([["x" * 40] * 60])
    book = openpyxl.load_workbook(dff.write(wide, tmp_path / "a.xlsx"))
    assert book["Data"].page_setup.fitToWidth > 2
    assert book["Data"].page_setup.fitToHeight == 0


def test_the_parts_of_a_sheet_stand_in_the_order_of_the_schema(demo_pats: dff.Frames, tmp_path: Path) -> None:
    """Excel repairs a file whose elements stand elsewhere, so those of every sheet are checked."""
    order = "sheetPr dimension sheetViews sheetFormatPr cols sheetData autoFilter conditionalFormatting"
    order += " pageMargins pageSetup headerFooter rowBreaks drawing tableParts"
    sheets = {"Wide & <odd> it's": pd.DataFrame([range(300)] * 2_000)}
    with zipfile.ZipFile(demo_pats.to_excel(tmp_path / "a.xlsx", sheets=sheets)) as members:
        for name in members.namelist():
            tree = ElementTree.fromstring(members.read(name))  # noqa: S314 - our own
            if name.startswith("xl/worksheets/sheet"):
                found = [child.tag.partition("}")[2] for child in tree]
                places = [order.split().index(tag) for tag in found]
                assert places == sorted(places), name
                assert {"sheetPr", "pageSetup", "headerFooter"} <= set(found)
        workbook = members.read("xl/workbook.xml").decode()
    assert workbook.index("</sheets>") < workbook.index("<definedNames>") < workbook.index("<calcPr")
    assert "'Wide &amp; &lt;odd&gt; it''s'!$1:$1" in workbook


def test_one_palette(demo_book: Path) -> None:
    """Severities have the charts' colours, and charts take theirs from the same palette."""
    book = openpyxl.load_workbook(demo_book)
    for name in ("Tokens", "Operations"):
        colors = {
            rule.formula[0].strip('"'): rule.dxf.fill.bgColor.rgb
            for cells in book[name].conditional_formatting
            for rule in cells.rules
        }
        for severity, color in palette.SEVERITY.items():
            assert colors[f"at least {severity}"] == f"FF{color[1:].upper()}"
            assert severity == "unknown" or colors[severity] == f"FF{color[1:].upper()}"
    with zipfile.ZipFile(demo_book) as members:
        theme = members.read("xl/theme/theme1.xml").decode()
    assert f'<a:accent1><a:srgbClr val="{palette.ACTIVE[1:].upper()}"/>' in theme
    assert f'<a:accent2><a:srgbClr val="{palette.INACTIVE[1:].upper()}"/>' in theme
