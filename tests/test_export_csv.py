"""CSV: safe to open, complete, and the same numbers."""

from __future__ import annotations

import codecs
import csv
import logging
import re
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dfns_frames as dff
from tests.export_samples import HOSTILE, convert, named


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_one_file_a_table_and_a_readme(demo_pats: dff.Frames, tmp_path: Path) -> None:
    """Each table, whatever its size, becomes a file of its name, with all columns."""
    folder = demo_pats.to_csv(tmp_path / "out")
    assert {path.name for path in folder.iterdir()} == {*(f"{name}.csv" for name in demo_pats), "README.txt"}
    for name in demo_pats:
        frame = pd.read_csv(folder / f"{name}.csv", keep_default_na=False, dtype=str)
        assert list(frame.columns) == list(demo_pats[name].columns)
        assert len(frame) == len(demo_pats[name])


def test_cells_equal_the_frames(demo_pats: dff.Frames, tmp_path: Path) -> None:
    """Read back by the standard library, every cell of the demo organisation says what the frame says."""
    folder = demo_pats.to_csv(tmp_path / "out", sanitize=False)
    for name in demo_pats:
        expected = [
            {column: as_text(value) for column, value in row.items()}
            for row in demo_pats[name].astype(object).to_dict("records")
        ]
        assert rows_of(folder / f"{name}.csv") == expected


def as_text(value: Any) -> str:
    if value is pd.NA or value is None or value is pd.NaT or value != value:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, pd.Timestamp):
        return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return str(value)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+1", "'+1"),
        ("-1", "'-1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\uff1d1", "'\uff1d1"),
        ("\uff0b1", "'\uff0b1"),
        ("\uff0d1", "'\uff0d1"),
        ("\uff20x", "'\uff20x"),
        ("  =1", "'  =1"),
        ("\u00a0=1", "'\u00a0=1"),
        ("\ufeff=1", "'\ufeff=1"),
        ("\x00=1", "'\ufffd=1"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("\nx", "'\nx"),
        ("\t=1", "'\t'=1"),
        ('"=1"', '\'"=1"'),
        ("a;=1", "a;'=1"),
        ("a\n\n=1", "a\n\n'=1"),
        ("a-b=c", "a-b=c"),
        ("it's, fine", "it's, fine"),
        ("", ""),
    ],
)
def test_formulas_are_defused(name: str, written: str, tmp_path: Path) -> None:
    """What a spreadsheet would run begins with an apostrophe; all else is as it was."""
    folder = named(name).to_csv(tmp_path / "out")
    assert [row["name"] for row in rows_of(folder / "tokens.csv")] == [written]


@given(names=st.lists(HOSTILE, max_size=5))
@settings(max_examples=150, deadline=None)
def test_no_cell_runs(tmp_path_factory: pytest.TempPathFactory, names: list[str]) -> None:
    """No cell begins a formula: neither as written, nor split at semicolons, tabs and line breaks."""
    folder = named(*names).to_csv(tmp_path_factory.getbasetemp() / "csv", overwrite=True)
    rows = rows_of(folder / "tokens.csv")
    assert len(rows) == len(names)
    for row in rows:
        pieces = re.split(r"[;\t\r\n]", row["name"])
        assert not row["name"].startswith(("\t", "\r", "\n"))
        assert not any(
            piece.strip(' "\ufeff').startswith(tuple("=+-@\uff1d\uff0b\uff0d\uff20")) for piece in pieces
        )


@given(names=st.lists(HOSTILE, max_size=5))
@settings(max_examples=150, deadline=None)
def test_machines_get_the_texts_as_they_are(
    tmp_path_factory: pytest.TempPathFactory, names: list[str]
) -> None:
    """With sanitize=False every text comes back unchanged, lone carriage returns included."""
    names = [name.replace("\x00", "") for name in names]  # the standard library's reader drops these
    folder = named(*names).to_csv(tmp_path_factory.getbasetemp() / "csv", sanitize=False, overwrite=True)
    assert [row["name"] for row in rows_of(folder / "tokens.csv")] == names


def test_missing_differs_from_empty(tmp_path: Path) -> None:
    """A missing id is an empty field, an empty name a pair of quotes; lines end as RFC 4180 has it."""
    folder = named("").to_csv(tmp_path / "out")
    header, line, end = (folder / "tokens.csv").read_bytes().split(b"\r\n")
    assert header.startswith(b'"source","caller","token_no","token_id","name"')
    assert line == (
        b'"/auth/pats","us-1",0,"to-1","","Pat",true,"2026-03-01T09:30:00.000000Z","or-1","us-1",,'
        b'"cred-1","SHA256:1",false,0,0'
    )
    assert end == b""


def test_changes_are_counted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """README.txt and the log say in how many cells what was changed; nothing is said where nothing was."""
    with caplog.at_level(logging.INFO, logger="dfns_frames"):
        folder = named("=1", "=2", "a\x07", "fine").to_csv(tmp_path / "out")
    readme = (folder / "README.txt").read_text(encoding="utf-8")
    assert "tokens, name: apostrophe before a formula in 2 cells" in readme
    assert "tokens, name: control characters shown as U+FFFD in 1 cell" in readme
    assert len(caplog.records) == 2
    harmless = named("fine").to_csv(tmp_path / "harmless")
    assert "Changed:\nnothing\n" in (harmless / "README.txt").read_text(encoding="utf-8")


def test_encoding(tmp_path: Path) -> None:
    """utf-8-sig begins with one byte order mark; other encodings work; an unknown one is named."""
    pats = named("Grüße 😀")
    data = (pats.to_csv(tmp_path / "excel", encoding="utf-8-sig") / "tokens.csv").read_bytes()
    assert data.startswith(codecs.BOM_UTF8)
    assert data.count(codecs.BOM_UTF8) == 1
    wide = (pats.to_csv(tmp_path / "wide", encoding="utf-16") / "tokens.csv").read_text(encoding="utf-16")
    assert "Grüße 😀" in wide
    with pytest.raises(dff.ConfigurationError, match="no encoding 'utf-9'"):
        pats.to_csv(tmp_path / "none", encoding="utf-9")
    with pytest.raises(dff.ConfigurationError, match="no encoding 'hex'"):
        pats.to_csv(tmp_path / "none", encoding="hex")
    with pytest.raises(dff.ConfigurationError, match="iso8859-1 cannot encode '😀'; use encoding="):
        pats.to_csv(tmp_path / "none", encoding="latin-1")
    assert not (tmp_path / "none").exists()


def test_libreoffice_shows_every_token_on_one_row(tmp_path: Path) -> None:
    """LibreOffice reads the file into as many rows as there are tokens, and none of them is a formula."""
    pats = named("=1+1", "a\rb", "a\nb", 'quo"te', "a,b;=2+3", "\x00", "plain")
    folder = pats.to_csv(tmp_path / "out")
    sheet = openpyxl.load_workbook(convert(folder / "tokens.csv", "xlsx", tmp_path)).active
    assert sheet.max_row == 1 + len(pats.tokens)
    assert not [cell.coordinate for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
