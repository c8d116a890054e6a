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
from tests.export_samples import HOSTILE, convert, named

SHEETS = {"Tokens": "tokens", "Assignments": "token_assignments", "Operations": "token_operations"}
JUDGED = {"Tokens": ["worst_severity"], "Assignments": [], "Operations": ["category", "severity"]}


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


def with_openpyxl(path: Path) -> dict[str, list[list[Any]]]:
    book = openpyxl.load_workbook(path)
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


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


@pytest.mark.parametrize("reader", [with_openpyxl, with_calamine])
def test_cells_equal_the_frames(demo_pats: dff.Frames, reader: Any, tmp_path: Path) -> None:
    """Two independent readers find every cell as the frame has it; times say that they are UTC."""
    sheets = reader(demo_pats.to_excel(tmp_path / "pats.xlsx"))
    for sheet, table in SHEETS.items():
        header, *rows = sheets[sheet]
        frame = demo_pats[table]
        times = {c for c in frame if isinstance(frame[c].dtype, pd.DatetimeTZDtype)}
        assert (
            header == [f"{column} (UTC)" if column in times else column for column in frame] + JUDGED[sheet]
        )
        assert len(rows) == len(frame)
        for row, wanted in zip(rows, expected(frame), strict=True):
            assert all(map(same, row[: len(wanted)], wanted)), (row, wanted)


@example(names=["_x0041_", "http://a.example", "=1+1", "a\rb", "\uffff\x00", " padded ", "1e5", "TRUE", "NA"])
@given(names=st.lists(HOSTILE, min_size=1, max_size=5))
@settings(max_examples=80, deadline=None)
def test_hostile_names_are_texts(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    """Whatever a token is called, its cell is that text, and no sheet has a formula or a link."""
    pats = read(
        *(token(i, assignment(name, permissionId=f"pm-{i}"), name=name) for i, name in enumerate(names))
    )
    path = pats.to_excel(tmp_path_factory.getbasetemp() / "hostile.xlsx", overwrite=True)
    wanted = [normalised(name) or None for name in names]
    assert [row[3] for row in with_openpyxl(path)["Tokens"][1:]] == wanted
    assert [row[3] for row in with_calamine(path)["Tokens"][1:]] == wanted
    assert [row[5] for row in with_openpyxl(path)["Assignments"][1:]] == wanted
    with zipfile.ZipFile(path) as members:
        sheets = [members.read(name) for name in members.namelist() if name.startswith("xl/worksheets/")]
    assert not any(b"<f>" in sheet or b"<f " in sheet or b"<hyperlink" in sheet for sheet in sheets)


def test_no_secret(tmp_path: Path) -> None:
    """The value of accessToken is in no member of the archive."""
    path = read(token(accessToken="SECRET-VALUE")).to_excel(tmp_path / "a.xlsx")
    with zipfile.ZipFile(path) as members:
        assert not [name for name in members.namelist() if b"SECRET-VALUE" in members.read(name)]


def test_tables_filters_and_panes(demo_pats: dff.Frames, tmp_path: Path) -> None:
    """Sheets are real tables over all their cells, with a frozen header, and dates in ISO order."""
    book = openpyxl.load_workbook(demo_pats.to_excel(tmp_path / "a.xlsx"))
    assert book.sheetnames == ["README", "Summary", "Tokens", "Assignments", "Operations", "Matrix", "Drift"]
    for name in set(book.sheetnames) - {"Summary"}:
        sheet = book[name]
        (table,) = sheet.tables.values()
        assert table.ref == sheet.dimensions
        assert table.autoFilter.ref == sheet.dimensions
        assert sheet.auto_filter.ref is None  # two filters on the same cells make Excel repair the file
        assert [column.name for column in table.tableColumns] == [cell.value for cell in sheet[1]]
    assert book["Tokens"].freeze_panes == "B2"
    assert book["Operations"].freeze_panes == "A2"
    assert book["Matrix"].freeze_panes == "B2"
    assert book["Tokens"]["G2"].number_format == "yyyy-mm-dd hh:mm:ss"
    assert book["Tokens"].column_dimensions["G"].width > 19  # else a date shows as #####


def test_summary_is_what_the_measures_say(demo_pats: dff.Frames, tmp_path: Path) -> None:
    """Figures equal counts made with pandas, and the charts draw the cells that hold the measures."""
    path = demo_pats.to_excel(tmp_path / "a.xlsx")
    cells = with_openpyxl(path)["Summary"]
    figures = {row[0]: row[1] for row in cells[1 : cells.index([None] * 5)]}
    tokens, assignments = demo_pats.tokens, demo_pats.token_assignments
    assert figures["tokens"] == len(tokens)
    assert figures["active"] == tokens.is_active.sum()
    assert figures["not active"] == (~tokens.is_active).sum()
    assert figures["without any permission"] == len(set(tokens.token_no) - set(assignments.token_no))
    assert (
        figures["with unknown operations"]
        == assignments[assignments.operation_count.isna()].token_no.nunique()
    )
    assert figures["different permissions"] == assignments.permission_id.nunique()
    assert figures["different operations"] == demo_pats.token_operations.operation.nunique()
    for kind, count in tokens.kind.value_counts().items():
        assert figures[f"of kind {kind}"] == count
    months = cells[next(i for i, row in enumerate(cells) if row[0] == "month") + 1 :]
    created = tokens.date_created.dt.strftime("%Y-%m").value_counts()
    assert {row[0].removesuffix(" (so far)"): row[1] for row in months if row[1]} == created.to_dict()
    assert months[-1][2] == len(tokens)
    charts = openpyxl.load_workbook(path)["Summary"]._charts
    drawn = [series.val.numRef.f for chart in charts for series in chart.series]
    first = len(cells) - len(months) + 1
    assert drawn[-1] == f"Summary!$B${first}:$B${len(cells)}"
    assert len(drawn) == 6


def test_summary_counts_tokens_by_what_they_can_do(demo_pats: dff.Frames, tmp_path: Path) -> None:
    """By the worst of their operations, and by the sensitive ones; the same as pandas counts."""
    cells = with_openpyxl(demo_pats.to_excel(tmp_path / "a.xlsx"))["Summary"]
    held = demo_pats.token_operations.merge(dff.operations(), on="operation", how="left")
    full = demo_pats.token_assignments["permission_name"].isin(
        ["ManagedFullAdminAccess", "DfnsFullAdminAccess"]
    )
    full_tokens = set(demo_pats.token_assignments.loc[full, "token_no"])
    for label, column, value in [
        ("critical", "severity", "critical"),
        ("move funds", "category", "move_funds"),
        ("export keys", "category", "export_keys"),
    ]:
        holders = set(held.loc[held[column] == value, "token_no"]) | full_tokens
        active = set(demo_pats.tokens.loc[demo_pats.tokens.is_active, "token_no"])
        (row,) = [row for row in cells if row[0] == label]
        assert row[1:4] == [len(holders & active), len(holders - active), len(holders)]
    start = cells.index(["worst severity", "active", "not active", "tokens", None]) + 1
    labels = ["critical", "high", "medium", "low", "none", "unknown", "no operations"]
    assert [row[0] for row in cells[start : start + 7]] == labels
    assert sum(row[3] for row in cells[start : start + 7]) == len(demo_pats.tokens)


def test_operations_and_tokens_say_how_severe(tmp_path: Path) -> None:
    """Each operation with its category, each token with its worst; README says whose judgement that is."""
    unknown = assignment("Odd")
    del unknown["operations"]
    with pytest.warns(dff.DriftWarning):
        pats = read(
            token(1, assignment(operations=["Wallets:Read", "Wallets:Transfers:Create"])),
            token(2, assignment(operations=["Made:Up"])),
            token(3, unknown),
            token(4),
        )
    sheets = with_openpyxl(pats.filter(["to-1", "to-2", "to-4"]).to_excel(tmp_path / "a.xlsx"))
    header, *rows = sheets["Operations"]
    catalogue = dff.operations().set_index("operation")
    assert header[-2:] == ["category", "severity"]
    assert [row[-2:] for row in rows] == [
        catalogue.loc["Wallets:Read", ["category", "severity"]].tolist(),
        catalogue.loc["Wallets:Transfers:Create", ["category", "severity"]].tolist(),
        ["unknown", "unknown"],
    ]
    header, *rows = sheets["Tokens"]
    assert header[-1] == "worst_severity"
    assert [row[-1] for row in rows] == ["critical", "unknown", None]
    described = {(row[0], row[1]): row[2] for row in sheets["README"]}
    assert "judgement" in described["Tokens", "worst_severity"]
    assert "judgement" in described["Operations", "severity"]


def test_matrix_marks_what_is_listed(tmp_path: Path) -> None:
    """X where listed, empty where not, ? where the API listed no operations."""
    unknown = assignment("Odd")
    del unknown["operations"]
    pats = read(token(1, assignment(operations=["Wallets:Read"])), token(2, unknown), token(3))
    header, *rows = with_openpyxl(pats.to_excel(tmp_path / "a.xlsx"))["Matrix"]
    assert header == ["name", "token_id", "Wallets:Read"]
    assert [row[2] for row in rows] == ["x", "?", None]


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
    assert list(sheets) == ["README", "Summary", "Tokens", "Assignments", "Operations"]
    assert sheets["Tokens"][0][:3] == ["source", "token_no", "token_id"]
    assert len(sheets["Tokens"]) == 1
    assert not openpyxl.load_workbook(path)["Summary"]._charts


def test_readme_says_what_is_not_here(tmp_path: Path) -> None:
    """Incomplete sources, filtered frames and changed texts are named."""
    pats = dff.read({"items": [token(1, name="a\x07\r\nb"), token(2)], "nextPageToken": "more"})
    rows = with_openpyxl(pats.filter("to-1").to_excel(tmp_path / "a.xlsx"))["README"]
    text = "\n".join(str(row[2]) for row in rows)
    assert "INCOMPLETE" in text
    assert "(1 of the 2 that were read)" in text
    assert "Tokens, name: control characters shown as U+FFFD in 1 cells" in text
    assert "Tokens, name: line breaks made line feeds in 1 cells" in text
    assert "caller's own tokens only" in text


def test_long_texts_are_shortened_visibly(tmp_path: Path) -> None:
    """A cell holds 32,767 UTF-16 units and 254 lines; README counts what was cut."""
    names = ["x" * 32_767, "x" * 32_768, "\U0001f600" * 16_384, "\n" * 300]
    sheets = with_openpyxl(named(*names).to_excel(tmp_path / "a.xlsx"))
    cells = [row[3] for row in sheets["Tokens"][1:]]
    assert cells[0] == names[0]
    assert cells[1].startswith("x" * 32_000)
    assert cells[1].endswith(f" … (+{32_768 - cells[1].count('x'):,} characters)")
    assert all(len(cell.encode("utf-16-le")) <= 2 * 32_767 for cell in cells)
    assert cells[2].count("\U0001f600") > 16_000
    assert cells[3].count("\n") == 253
    text = "\n".join(str(row[2]) for row in sheets["README"])
    assert "Tokens, name: shortened to what a cell holds in 3 cells" in text


def test_frames_that_are_passed(tmp_path: Path) -> None:
    """Findings and changes of any dtype become sheets of their own, whatever their columns hold."""
    findings = pd.DataFrame(
        {
            "rule": ["=A1", "b"],
            "Rule": pd.Categorical(["high", None]),
            "evidence": [["x", "y"], []],
            "when": [pd.Timestamp("2026-01-01T00:00:00+05:00"), pd.NaT],
            "count": [1.5, None],
            "big": [2**60 + 1, 7],
            "age": pd.to_timedelta([400, None], unit="D"),
            "mixed": [1, "a"],
        },
        index=pd.Index(["f1", "f2"], name="finding"),
    )
    path = named("a").to_excel(tmp_path / "a.xlsx", findings=findings, changes=findings.iloc[:0])
    header, first, second = with_openpyxl(path)["Findings"]
    assert header == ["finding", "rule", "Rule (2)", "evidence", "when (UTC)", "count", "big", "age", "mixed"]
    assert first[:4] == ["f1", "=A1", "high", "x, y"]
    assert first[4] == pd.Timestamp("2025-12-31 19:00").to_pydatetime()
    assert first[5:] == [1.5, str(2**60 + 1), 400, "1"]
    assert second == ["f2", "b", None, None, None, None, 7, None, "a"]
    assert with_openpyxl(path)["Changes"] == [header]


def test_more_rows_than_a_sheet_holds_go_on_on_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No row is lost where a table needs several sheets, and README names them."""
    monkeypatch.setattr(sheet_module, "ROWS_AT_MOST", 4)
    pats = read(token(1, *(assignment(f"p{i}", operations=["Wallets:Read"]) for i in range(7))))
    sheets = with_openpyxl(pats.to_excel(tmp_path / "a.xlsx"))
    pages = [sheets[name] for name in ("Operations", "Operations (2)", "Operations (3)")]
    assert [len(page) for page in pages] == [4, 4, 2]
    assert [row[2] for page in pages for row in page[1:]] == list(range(7))
    assert len({str(page[0]) for page in pages}) == 1
    assert "Operations (3)" in [row[1] for row in sheets["README"]]


def test_large_workbooks_have_filters_and_say_so(
    demo_pats: dff.Frames, tmp_path: Path, monkeypatch: Any
) -> None:
    """Above a size there are no tables and charts, but the same cells, filters and frozen headers."""
    small = with_openpyxl(demo_pats.to_excel(tmp_path / "small.xlsx"))
    monkeypatch.setattr(workbook_module, "CELLS_AT_MOST", 1000)
    path = demo_pats.to_excel(tmp_path / "large.xlsx")
    book = openpyxl.load_workbook(path)
    assert book["Operations"].auto_filter.ref == book["Operations"].dimensions
    assert not book["Operations"].tables
    assert book["Operations"].freeze_panes == "A2"
    large = with_openpyxl(path)
    assert any("not tables" in str(row[2]) for row in large["README"])
    del large["README"], small["README"]
    assert large == small


def test_libreoffice_prints_it(demo_pats: dff.Frames, tmp_path: Path) -> None:
    """LibreOffice opens the workbook and prints it."""
    path = demo_pats.to_excel(tmp_path / "a.xlsx")
    assert convert(path, "pdf", tmp_path).read_bytes().startswith(b"%PDF")


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
    with pytest.raises(TypeError, match="findings takes a DataFrame, not list"):
        pats.to_excel(tmp_path / "b.xlsx", findings=[])
    assert [file.name for file in tmp_path.iterdir()] == ["a.xlsx"]


def test_times_before_1900_and_missing_ones(tmp_path: Path) -> None:
    """Times for which a workbook has no number are texts; the summary counts them all the same."""
    pats = read(token(1, dateCreated="1850-03-01T00:00:00Z"), token(2))
    table = pats.arrow("tokens")
    missing = table.set_column(6, table.field(6), pa.array([None, None], type=table.field(6).type))
    tables = {name: pats.arrow(name) for name in pats} | {"tokens": missing}
    assert with_openpyxl(pats.to_excel(tmp_path / "a.xlsx"))["Tokens"][1][6] == "1850-03-01 00:00:00"
    summary = with_openpyxl(dff.Frames(tables).to_excel(tmp_path / "b.xlsx"))["Summary"]
    assert ["date missing", 2, None, None, None] in summary
