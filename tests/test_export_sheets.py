"""Sheets that users pass: their titles, and what they hold."""

from __future__ import annotations

import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

import dfns_frames as dff
from tests.export_samples import named, with_openpyxl


def test_frames_that_are_passed(tmp_path: Path) -> None:
    """DataFrames become sheets behind the Summary, whatever their columns hold."""
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
    changes = findings.iloc[:0]
    path = named("a").to_excel(tmp_path / "a.xlsx", sheets={"My findings": findings, "Changes": changes})
    header, first, second = with_openpyxl(path)["My findings"]
    assert header[:6] == ["finding", "rule", "Rule (2)", "evidence", "when (UTC)", "count"]
    assert header[6:] == ["big", "age (days)", "mixed"]
    assert list(with_openpyxl(path))[:4] == ["Summary", "My findings", "Changes", "Tokens"]
    assert first[:4] == ["f1", "=A1", "high", "x, y"]
    assert first[4] == pd.Timestamp("2025-12-31 19:00").to_pydatetime()
    assert first[5:] == [1.5, str(2**60 + 1), 400, 1]
    assert second == ["f2", "b", None, None, None, None, 7, None, "a"]
    assert with_openpyxl(path)["Changes"] == [header]


TITLES = {
    "": "it is empty",
    "  ": "it is empty",
    "x" * 32: "at most 31",
    "\U0001f600" * 16: "it has 32 characters; at most 31",
    **{f"a{character}b": "it contains" for character in "[]:*?/\\"},
    "'a": "apostrophe",
    "a'": "apostrophe",
    "History": "'History' is taken",
    "history": "'History' is taken",
    "a\nb": "cannot be shown",
    **dict.fromkeys(("summary", "TOKENS", "Operations", "Assignments", "matrix", "Sources"), "is taken"),
    **dict.fromkeys(("Rejected", "drift", "ReadMe", "Operations (2)"), "is taken"),
}


@pytest.mark.parametrize("title", TITLES)
def test_titles_that_no_sheet_can_have(title: str, tmp_path: Path) -> None:
    """A title that is taken or that workbooks forbid is refused, with the rule, and nothing is written."""
    with pytest.raises(dff.ConfigurationError, match=re.escape(TITLES[title])) as caught:
        named("a").to_excel(tmp_path / "a.xlsx", sheets={title: pd.DataFrame({"a": [1]})})
    assert repr(title) in str(caught.value)
    assert not list(tmp_path.iterdir())


def test_sheets_that_are_none(tmp_path: Path) -> None:
    """What is no mapping of text to DataFrame is refused with the title; titles differ by more than case."""
    frame = pd.DataFrame({"a": [1]})
    pats, path = named("a"), tmp_path / "a.xlsx"
    for sheets, message in [
        ([frame], "takes a mapping of title to DataFrame"),
        (frame, "takes a mapping of title to DataFrame"),
        ({1: frame}, "1 cannot be the title of a sheet: it must be text, not int"),
        ({"Found": [1]}, "the sheet 'Found' takes a DataFrame, not list"),
        ({"Found": frame, "FOUND": frame}, "'Found' is passed too"),
    ]:
        with pytest.raises(dff.ConfigurationError, match=message):
            pats.to_excel(path, sheets=sheets)
    longest = "x" * 31
    pats.to_excel(path, sheets={longest: frame, "Größe & Co. 'x' y": frame["a"], "\U0001f600" * 15: frame})
    assert longest in openpyxl.load_workbook(path).sheetnames
