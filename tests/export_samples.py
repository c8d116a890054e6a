"""Frames to export, and the programs that open them."""

from __future__ import annotations

import csv
import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import strategies as st

import dfns_frames as dff
from tests.conftest import read, token

SUFFIXES = (".xlsx", ".csv", ".md", ".json")
HOSTILE = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("=+-@;\t\r\n\x00\"' \uff1d,"))
)


def named(*names: str) -> dff.Frames:
    """Read tokens of these names."""
    return read(*(token(number, name=name) for number, name in enumerate(names, start=1)))


def convert(path: Path, to: str, folder: Path) -> Path:
    """Let LibreOffice open a file and save it as another kind."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice is not installed: apt-get install libreoffice-calc")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [office, profile, "--headless", "--convert-to", to, "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    return folder / f"{path.stem}.{to}"


def with_openpyxl(path: Path) -> dict[str, list[list[Any]]]:
    """Return the cells of each sheet, as openpyxl reads them."""
    book = openpyxl.load_workbook(path)
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book}


def cells(path: Path) -> list[list[Any]]:
    """Return what a file holds, the header first; of JSON the keys are the header."""
    if path.suffix == ".xlsx":
        sheet = openpyxl.load_workbook(path)["Data"]
        return [[cell.value for cell in row] for row in sheet.iter_rows()]
    if path.suffix == ".csv":
        with path.open(newline="", encoding="utf-8") as file:
            return list(csv.reader(file))
    if path.suffix == ".json":
        rows = json.loads(path.read_bytes(), parse_constant=lambda name: pytest.fail(name))
        return [list(rows[0]) if rows else [], *(list(row.values()) for row in rows)]
    header, _, *lines = path.read_text(encoding="utf-8").split("\n")[:-1]
    return [[shown(cell) for cell in line[2:-2].split(" | ")] for line in (header, *lines)]


def shown(markdown: str) -> str:
    """Return what a reader of Markdown sees: escapes taken away, entities as what they stand for."""
    return html.unescape(re.sub(r"\\([\\`*\[\]{}|~$^_.:])", r"\1", markdown)).replace("\u2060", "")


def written(frame: Any, folder: Path, suffix: str = ".xlsx") -> list[list[Any]]:
    return cells(dff.write(frame, folder / f"a{suffix}", overwrite=True))
