"""The workbook: its cells equal the frames, and nothing in it runs."""

from __future__ import annotations

import re
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

import dfns_frames as dff
from dfns_frames.export import sheet as sheet_module
from dfns_frames.export import workbook as workbook_module
from tests.conftest import assignment, read, token
from tests.export_samples import HOSTILE, named, with_openpyxl

SHEETS = {
    "Tokens": "tokens",
    "Operations": "token_operations",
    "Assignments": "token_assignments",
    "Sources": "sources",
    "Drift": "drift",
}


def expected(frame: pd.DataFrame) -> list[list[Any]]:
    """Return what cells are to hold: times as naive UTC, missing and empty as None."""
    rows = []
    for row in frame.astype(object).itertuples(index=False, name=None):
        cells: list[Any] = []
        for value in row:
            if value is pd.NA or value is None or value is pd.NaT or value != value or value == "":
                cells.append(None)
            elif isinstance(value, pd.Timestamp):
                cells.append(value.tz_convert("UTC").tz_localize(None).to_pydatetime())
            elif isinstance(value, str):
                cells.append(normalised(value))
            else:
                cells.append(value)
        rows.append(cells)
    return rows


def normalised(text: str) -> str:
    """Return a text as documented: line feeds for line breaks, U+FFFD for control characters."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]", "\ufffd", text)


def with_calamine(path: Path) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_path(path)
    return {
        name: [
            [None if value == "" else value for value in row]
            for row in book.get_sheet_by_name(name).to_python()
        ]
        for name in book.sheet_names
    }


def same(cell: Any, value: Any) -> bool:
    """Compare, where a workbook has days and their fractions as numbers."""
    if hasattr(value, "year"):
        found = cell if hasattr(cell, "hour") else pd.Timestamp(cell).to_pydatetime()
        return bool(abs(found - value) < timedelta(milliseconds=1))
    return (type(cell) is type(value) and cell == value) or (isinstance(cell, float) and cell == value)


def column(rows: list[list[Any]], name: str) -> list[Any]:
    """Return the cells below a header."""
    return [row[rows[0].index(name)] for row in rows[1:]]


@pytest.mark.parametrize("reader", [with_openpyxl, with_calamine])
def test_cells_equal_the_frames(demo_pats: dff.Frames, demo_book: Path, reader: Any) -> None:
    """Two independent readers find every cell as the frame has it; times say that they are UTC."""
    sheets = reader(demo_book)
    order = dff.measures.capabilities(demo_pats).index
    names = {"is_active": "active", "date_created": "created (UTC)", "fetched_at": "fetched_at (UTC)"}
    names |= {"operation_count": "operations listed", "assignment_count": "assignments"}
    names |= {"finished_at": "finished_at (UTC)"}
    for sheet, table in SHEETS.items():
        frame = demo_pats[table].loc[order] if sheet == "Tokens" else demo_pats[table]
        for name, wanted in zip(map(str, frame), zip(*expected(frame), strict=True), strict=True):
            if (sheet, name) in {("Tokens", "linked_user_id"), ("Operations", "source")}:
                continue  # the one is the owner, the other stands in Tokens
            found = column(sheets[sheet], names.get(name, name) if sheet in ("Tokens", "Sources") else name)
            assert len(found) == len(wanted)
            assert all(map(same, found, wanted)), (sheet, name)


@example(names=["_x0041_", "http://a.example", "=1+1", "a\rb", "\uffff\x00", " padded ", "1e5", "TRUE", "NA"])
@given(names=st.lists(HOSTILE, min_size=1, max_size=5))
@settings(max_examples=40, deadline=None)
def test_hostile_names_are_texts(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    """Whatever a token is called, its cell is that text, and no sheet has a formula or a link."""
    pats = read(
        *(token(i, assignment(name, permissionId=f"pm-{i}"), name=name) for i, name in enumerate(names))
    )
    path = pats.to_excel(tmp_path_factory.getbasetemp() / "hostile.xlsx", overwrite=True)
    wanted = [normalised(name) or None for name in names]
    for sheets in (with_openpyxl(path), with_calamine(path)):
        assert column(sheets["Tokens"], "name") == wanted
        assert column(sheets["Assignments"], "name") == wanted
        assert column(sheets["Assignments"], "permission_name") == wanted
    with zipfile.ZipFile(path) as members:
        parts = [members.read(name) for name in members.namelist() if name.startswith("xl/worksheets/")]
    assert not any(b"<f>" in part or b"<f " in part or b"<hyperlink" in part for part in parts)


def test_no_secret(tmp_path: Path) -> None:
    """The value of accessToken is in no member of the archive."""
    path = read(token(accessToken="SECRET-VALUE")).to_excel(tmp_path / "a.xlsx")
    with zipfile.ZipFile(path) as members:
        assert not [name for name in members.namelist() if b"SECRET-VALUE" in members.read(name)]


def test_tables_filters_and_panes(demo_book: Path) -> None:
    """Sheets are real tables over all their cells, with a frozen header, and dates in ISO order."""
    book = openpyxl.load_workbook(demo_book)
    assert book.sheetnames == [
        "Summary", "Tokens", "Operations", "Assignments", "Matrix", "Sources", "Drift", "README"
    ]  # fmt: skip
    for name in set(book.sheetnames) - {"Summary"}:
        sheet = book[name]
        (table,) = sheet.tables.values()
        assert table.ref == sheet.dimensions
        assert table.autoFilter.ref == sheet.dimensions
        assert sheet.auto_filter.ref is None  # two filters on the same cells make Excel repair the file
        assert [each.name for each in table.tableColumns] == [cell.value for cell in sheet[1]]
    for name in ("Tokens", "Operations", "Matrix"):
        assert book[name].freeze_panes == "B2"
        assert book[name]["A1"].value == "name"
    assert book["README"].freeze_panes == "A2"
    (created,) = [cell for cell in book["Tokens"][1] if cell.value == "created (UTC)"]
    assert book["Tokens"][f"{created.column_letter}2"].number_format == "yyyy-mm-dd"
    (fetched,) = [cell for cell in book["Sources"][1] if cell.value == "fetched_at (UTC)"]
    assert book["Sources"][f"{fetched.column_letter}2"].number_format == "yyyy-mm-dd hh:mm:ss"
    # Neighbours of one width stand under the first of them.
    groups = [each for each in book["Sources"].column_dimensions.values() if each.min <= fetched.column]
    assert groups[-1].width > 19  # else a date shows as #####


def test_tokens_begin_with_what_a_reviewer_reads(demo_pats: dff.Frames, demo_book: Path) -> None:
    """Name, owner, active, age, worst, the classes; the worst first, then the oldest; ids last."""
    header, *rows = with_openpyxl(demo_book)["Tokens"]
    classes = ["move funds", "approve", "grant access", "change policies"]
    classes += ["export keys", "manage keys", "manage identities", "send data out"]
    first = ["name", "owner", "active", "age (days)", "worst severity", *classes, "full administrator"]
    assert header[: len(first) + 2] == [*first, "permissions", "created (UTC)"]
    able = dff.measures.capabilities(demo_pats)
    assert [row[0] for row in rows] == list(able["name"])
    assert [row[3] for row in rows] == list(able["age_days"])
    for number, name in enumerate(able.loc[:, "move_funds":"egress"], start=5):
        assert [row[number] for row in rows] == [None if each == "no" else each for each in able[name]]
    assert [row[13] == "yes" for row in rows] == list(able["holds_everything"])
    names = demo_pats.token_assignments.groupby("token_id", observed=True)["permission_name"].unique()
    for row in rows:
        assert (row[14] or "") == ", ".join(names.get(row[header.index("token_id")], []))


def test_a_lower_bound_says_at_least(tmp_path: Path) -> None:
    """Where something is unknown the worst says so, in Tokens and in the Summary that counts it."""
    unknown = assignment("Odd")
    del unknown["operations"]
    pats = read(token(1, assignment(operations=["Wallets:Create"]), unknown), token(2, unknown))
    sheets = with_openpyxl(pats.to_excel(tmp_path / "a.xlsx"))
    assert column(sheets["Tokens"], "worst severity") == ["at least low", "unknown"]
    assert column(sheets["Tokens"], "move funds") == ["unknown", "unknown"]
    (row,) = [row for row in sheets["Summary"] if row[0] == "at least low"]
    assert row[1:4] == [1, 0, 1]


def filtered(rows: list[list[Any]], how: str) -> list[list[Any]]:
    """Filter Tokens as a sentence of the Summary says."""
    name, wanted = re.fullmatch(r"(.*?) [=≥] (.*?)(?: \(those not.*)?", how).groups()
    at = rows[0].index(name)
    if "≥" in how:
        return [row for row in rows[1:] if row[at] is not None and row[at] >= int(wanted)]
    if wanted == "TRUE or FALSE":
        return rows[1:]
    return [row for row in rows[1:] if row[at] == (None if wanted == "(Blanks)" else wanted)]


def test_what_the_summary_counts_can_be_listed(demo_pats: dff.Frames, demo_book: Path) -> None:
    """Each figure is the number of rows that the filter beside it leaves, split by active."""
    sheets = with_openpyxl(demo_book)
    tokens, checked = sheets["Tokens"], 0
    active = tokens[0].index("active")
    for row in sheets["Summary"]:
        if (row[6] and " = " in row[6]) or (row[6] and " ≥ " in row[6]):
            found = filtered(tokens, row[6])
            assert row[3] == len(found), row
            assert row[1] == sum(each[active] for each in found), row
            assert row[1] + row[2] == row[3]
            if "those not known" in row[6]:
                unknown = filtered(tokens, row[6].split(" = ")[0] + " = unknown")
                assert row[4] == sum(each[active] for each in unknown), row
            else:
                assert row[4] == pytest.approx(row[3] / len(demo_pats.tokens))
            assert row[5]
            checked += 1
    assert checked >= 22


def test_the_summary_agrees_with_the_measures(demo_pats: dff.Frames, demo_book: Path) -> None:
    """Permissions and months are counted as pandas counts them, and the charts draw those cells."""
    cells = with_openpyxl(demo_book)["Summary"]
    months = cells[next(i for i, row in enumerate(cells) if row[0] == "month") + 1 :]
    created = demo_pats.tokens.date_created.dt.strftime("%Y-%m").value_counts()
    assert {row[0].removesuffix(" (so far)"): row[3] for row in months if row[3]} == created.to_dict()
    assert months[-1][4] == len(demo_pats.tokens)
    start = next(i for i, row in enumerate(cells) if row[0] == "permission") + 1
    spread = dff.measures.permission_spread(demo_pats).head(15)
    assert [row[:4] for row in cells[start : start + 15]] == spread[
        ["permission_name", "tokens_active", "tokens_inactive", "token_count"]
    ].to_numpy().tolist()
    charts = openpyxl.load_workbook(demo_book)["Summary"]._charts
    drawn = [series.val.numRef.f for chart in charts for series in chart.series]
    first = len(cells) - len(months) + 1
    assert drawn[-1] == f"Summary!$C${first}:$C${len(cells)}"
    assert len(drawn) == 7


def test_operations_say_whose_they_are_and_how_severe(tmp_path: Path) -> None:
    """Each with its token's name, its category in the words of the charts, and whether it is refused."""
    operations = ["Wallets:Read", "Webhooks:Create", "Auth:Pats:Create", "Made:Up"]
    with pytest.warns(dff.DriftWarning):
        pats = read(token(1, assignment(operations=operations), name="ci", isActive=False))
    sheets = with_openpyxl(pats.to_excel(tmp_path / "a.xlsx"))
    rows = sheets["Operations"]
    assert column(rows, "name") == ["ci"] * 4
    assert column(rows, "active") == [False] * 4
    assert column(rows, "category") == ["read", "send data out", "manage identities", "unknown"]
    assert column(rows, "usable") == ["yes", "yes", "no", "yes"]
    catalogue = dff.operations().set_index("operation")["severity"]
    assert column(rows, "severity")[:2] == [catalogue["Wallets:Read"], catalogue["Webhooks:Create"]]
    described = {(row[0], row[1]): row[2] for row in sheets["README"]}
    assert "judgement" in described["Tokens", "worst severity"]
    assert "judgement" in described["Operations", "severity"]
    header = [*sheets["Tokens"][0], *rows[0], *sheets["Assignments"][0]]
    plain = [name.removesuffix(" (UTC)") for name in header]
    assert set(plain) <= {name for sheet, name in described if sheet in SHEETS}


def test_the_matrix_marks_what_is_held(tmp_path: Path) -> None:
    """All of it for full administrators; ? where it is unknown, in brackets what is refused."""
    unknown = assignment("Odd")
    del unknown["operations"]
    pats = read(
        token(1, assignment(operations=["Wallets:Read", "Auth:Pats:Create"])),
        token(2, unknown),
        token(3),
        token(4, assignment("ManagedFullAdminAccess", operations=["Keys:Read"]), unknown),
    )
    header, *rows = with_openpyxl(pats.to_excel(tmp_path / "a.xlsx"))["Matrix"]
    assert header == ["name", "token_id", "Auth:Pats:Create", "Keys:Read", "Wallets:Read"]
    assert {row[1]: row[2:] for row in rows} == {
        "to-4": ["(x)", "x", "x"],
        "to-1": ["(x)", None, "x"],
        "to-2": ["?", "?", "?"],
        "to-3": [None, None, None],
    }
    assert rows[0][1] == "to-4"


def test_a_large_matrix_is_left_out_and_readme_says_so(tmp_path: Path) -> None:
    """Beyond what can be looked at there is no Matrix."""
    operations = [f"Made:Up{i}" for i in range(1001)]
    with pytest.warns(dff.DriftWarning):
        pats = read(token(1, assignment(operations=operations)))
    sheets = with_openpyxl(pats.to_excel(tmp_path / "a.xlsx"))
    assert "Matrix" not in sheets
    assert ["Sheet", "Matrix", "left out: 1 tokens by 1,001 operations is too much to look at"] in sheets[
        "README"
    ]


def test_empty_frames_make_a_workbook(tmp_path: Path) -> None:
    """Without tokens all sheets are there, with their headers."""
    path = read().to_excel(tmp_path / "a.xlsx")
    sheets = with_openpyxl(path)
    assert list(sheets) == ["Summary", "Tokens", "Operations", "Assignments", "Sources", "README"]
    assert sheets["Tokens"][0][:3] == ["name", "owner", "active"]
    assert len(sheets["Tokens"]) == 1
    assert not openpyxl.load_workbook(path)["Summary"]._charts


def test_readme_says_what_is_not_here(tmp_path: Path) -> None:
    """Incomplete sources, filtered frames and changed texts are named."""
    pats = dff.read({"items": [token(1, name="a\x07\r\nb"), token(2)], "nextPageToken": "more"})
    rows = with_openpyxl(pats.filter("to-1").to_excel(tmp_path / "a.xlsx"))["README"]
    text = "\n".join(str(row[2]) for row in rows)
    assert "INCOMPLETE" in text
    assert "(1 of the 2 that were read)" in text
    assert "Tokens, name: control characters shown as U+FFFD in 1 cell" in text
    assert "Tokens, name: line breaks changed to line feeds in 1 cell" in text
    assert "caller's own tokens only" in text


def test_long_texts_are_shortened_visibly(tmp_path: Path) -> None:
    """A cell holds 32,767 UTF-16 units and 254 lines; README counts what was cut."""
    names = ["x" * 32_767, "x" * 32_768, "\U0001f600" * 16_384, "\n" * 300]
    sheets = with_openpyxl(named(*names).to_excel(tmp_path / "a.xlsx"))
    cells = column(sheets["Tokens"], "name")
    assert cells[0] == names[0]
    assert cells[1].startswith("x" * 32_000)
    assert cells[1].endswith(f" … (+{32_768 - cells[1].count('x'):,} characters)")
    assert all(len(cell.encode("utf-16-le")) <= 2 * 32_767 for cell in cells)
    assert cells[2].count("\U0001f600") > 16_000
    assert cells[3].count("\n") == 253
    text = "\n".join(str(row[2]) for row in sheets["README"])
    assert "Tokens, name: text shortened to what a cell holds in 3 cells" in text


def test_more_rows_than_a_sheet_holds_go_on_on_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No row is lost where a table needs several sheets, and README names them."""
    monkeypatch.setattr(sheet_module, "ROWS_AT_MOST", 4)
    pats = read(token(1, *(assignment(f"p{i}", operations=["Wallets:Read"]) for i in range(7))))
    sheets = with_openpyxl(pats.to_excel(tmp_path / "a.xlsx"))
    pages = [sheets[name] for name in ("Operations", "Operations (2)", "Operations (3)")]
    assert [len(page) for page in pages] == [4, 4, 2]
    assert [number for page in pages for number in column(page, "assignment_no")] == list(range(7))
    assert len({str(page[0]) for page in pages}) == 1
    assert "Operations (3)" in [row[1] for row in sheets["README"]]


def test_large_workbooks_have_filters_and_say_so(
    demo_pats: dff.Frames, demo_book: Path, tmp_path: Path, monkeypatch: Any
) -> None:
    """Above a size there are no tables and charts, but the same cells, filters and frozen headers."""
    small = with_openpyxl(demo_book)
    monkeypatch.setattr(workbook_module, "CELLS_AT_MOST", 1000)
    path = demo_pats.to_excel(tmp_path / "large.xlsx")
    book = openpyxl.load_workbook(path)
    assert book["Operations"].auto_filter.ref == book["Operations"].dimensions
    assert not book["Operations"].tables
    assert book["Operations"].freeze_panes == "B2"
    assert book["Operations"].print_area == "'Operations'!$A$1:$H$37"
    large = with_openpyxl(path)
    assert any("no tables" in str(row[2]) for row in large["README"])
    del large["README"], small["README"]
    assert large == small


def test_refusals(tmp_path: Path) -> None:
    """An existing file, another suffix and a folder are refused; nothing is left behind."""
    pats = named("a")
    path = pats.to_excel(tmp_path / "a.xlsx")
    with pytest.raises(FileExistsError, match="overwrite=True"):
        pats.to_excel(path)
    assert pats.to_excel(path, overwrite=True) == path
    with pytest.raises(dff.ConfigurationError, match=r"\.xlsx"):
        pats.to_excel(tmp_path / "a.xls")
    with pytest.raises(IsADirectoryError):
        pats.to_excel(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["a.xlsx"]


def test_the_ends_of_time(tmp_path: Path) -> None:
    """The years 1 and 9999 are written, and the very last moment does not become the year 10000."""
    pats = read(
        token(1, dateCreated="0001-01-01T00:00:00Z"), token(2, dateCreated="9999-12-31T23:59:59.999999Z")
    )
    sheets = with_openpyxl(pats.to_excel(tmp_path / "a.xlsx"))
    first, last = column(sheets["Tokens"], "created (UTC)")
    assert first == "0001-01-01 00:00:00"
    assert last.year == 9999
    years = {str(row[0]).split(" ")[0]: row[3] for row in sheets["Summary"]}
    assert years["0001"] == years["9999"] == 1


def test_times_before_1900_and_missing_ones(tmp_path: Path) -> None:
    """Times for which a workbook has no number are texts; the summary counts them all the same."""
    pats = read(token(1, dateCreated="1850-03-01T00:00:00Z"), token(2))
    table = pats.arrow("tokens")
    at = table.column_names.index("date_created")
    missing = table.set_column(at, table.field(at), pa.nulls(2, table.field(at).type))
    tables = {name: pats.arrow(name) for name in pats} | {"tokens": missing}
    sheets = with_openpyxl(pats.to_excel(tmp_path / "a.xlsx"))
    assert "1850-03-01 00:00:00" in column(sheets["Tokens"], "created (UTC)")
    summary = with_openpyxl(dff.Frames(tables).to_excel(tmp_path / "b.xlsx"))["Summary"]
    assert ["date missing", 2, 0, 2, None] in [row[:5] for row in summary]
