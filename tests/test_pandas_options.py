"""Every option of pandas gives what the default gives: tables, measures, workbook, CSV."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest
from python_calamine import CalamineWorkbook

import dfns_frames as dff
from tests.conftest import WHEN, assignment, token
from tests.organisations import QUESTIONS

OPTIONS = [
    ("future.infer_string", False),
    ("future.infer_string", True),
    ("mode.string_storage", "python"),
    ("mode.string_storage", "pyarrow"),
    ("mode.copy_on_write", False),
    ("mode.copy_on_write", True),
    ("mode.chained_assignment", "raise"),
    ("future.no_silent_downcasting", True),
    ("future.distinguish_nan_and_na", True),
    ("future.python_scalars", True),
]

# As texts, which a missing value must never become.
NAMES_OF_NOTHING = {"None", "nan", "NaN", "NA", "<NA>", "NaT", "null"}
NOTHING = {"linkedUserId": "", "linkedAppId": "", "credId": "", "publicKey": "", "dateCreated": ""}
UNLISTED = {"permissionId": "pm-x", "permissionName": "Unlisted", "assignmentId": ""}
ITEMS = [
    token(1, assignment(), assignment("Readers", operations=["Wallets:Read"])),
    token(2, assignment("Admins", operations=["Auth:Users:Create", "Made:Up"]), isActive=False),
    token(3, **NOTHING),
    token(4, assignment("", permissionId=""), **NOTHING),
    token(5, assignment("ManagedFullAdminAccess"), linkedUserId="us-2", dateCreated="2024-02-29T12:00:00Z"),
    token(6, UNLISTED, linkedUserId="us-2"),
    token(7, assignment(operations=[]), name="", linkedUserId=""),
]


@contextmanager
def option(name: str, value: Any) -> Iterator[None]:
    """Set an option of pandas; one that this version has no longer, or so by default, changes nothing."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas 3 deprecates those that are past
        try:
            before = pd.get_option(name)
        except pd.errors.OptionError:
            pytest.skip(f"this version of pandas has no {name}")
        if before is value:
            pytest.skip(f"{name} is {value} by default")
        pd.set_option(name, value)
    try:
        yield
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            pd.set_option(name, before)


def made() -> dict[str, dff.Frames]:
    """Make frames in every way there is."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # drift and an overlap, which are on purpose
        whole = dff.read({"items": ITEMS}, fetched_at=WHEN)
        joined = dff.concat([whole, dff.read({"items": ITEMS[2:4]}, fetched_at="2026-03-03T08:00:00Z")])
    return {
        "whole": whole,
        "joined": joined,
        "filtered": whole.filter(~whole.tokens["is_active"]),
        "without owners": whole.filter(["to-3", "to-4", "to-7"]),
        "none": dff.read({"items": []}, fetched_at=WHEN),
    }


def shown(frame: pd.DataFrame) -> list[Any]:
    """Return a table's columns, dtypes and values as plain values; what is missing as None."""
    dtypes = [str(dtype) for dtype in frame.dtypes]
    inner = [str(dtype.categories.dtype) for dtype in frame.dtypes if isinstance(dtype, pd.CategoricalDtype)]
    rows = frame.astype(object).to_numpy().tolist()
    return [list(frame.columns), dtypes, inner, *([plain(cell) for cell in row] for row in rows)]


def plain(cell: Any) -> Any:
    return cell if isinstance(cell, tuple) else None if pd.isna(cell) else cell


def everything(frames: dff.Frames) -> dict[str, Any]:
    """Return all that comes out of frames, as plain values."""
    out: dict[str, Any] = {name: shown(frames[name]) for name in frames}
    for name in sorted(set(dff.measures.__all__) - set(QUESTIONS)):
        out[f"measures.{name}"] = shown(getattr(dff.measures, name)(frames))
    for of in ("owners", "permissions", "tokens"):
        try:
            out[f"concentration of {of}"] = shown(dff.measures.concentration(frames, of=of))
        except (ValueError, TypeError) as error:
            out[f"concentration of {of}"] = str(error)
    with TemporaryDirectory() as folder:
        book = CalamineWorkbook.from_path(frames.to_excel(Path(folder) / "pats.xlsx"))
        for title in book.sheet_names:
            out[f"sheet {title}"] = book.get_sheet_by_name(title).to_python()
        for file in sorted(frames.to_csv(Path(folder) / "csv").iterdir()):
            out[file.name] = file.read_bytes()
    return out


@cache
def by_default() -> dict[str, dict[str, Any]]:
    return {name: everything(frames) for name, frames in made().items()}


@pytest.mark.parametrize(("name", "value"), OPTIONS)
def test_an_option_of_pandas_changes_nothing(name: str, value: Any) -> None:
    """Neither a value nor a dtype, of all that is read, measured or written."""
    expected = by_default()
    with option(name, value):
        for way, frames in made().items():
            found = everything(frames)
            assert found.keys() == expected[way].keys()
            for output, content in expected[way].items():
                assert found[output] == content, (way, output)


def test_what_is_missing_is_no_text() -> None:
    """No owner is called "None" or "nan", in no table, measure, sheet or file."""
    for way, outputs in by_default().items():
        for output, content in outputs.items():
            if isinstance(content, bytes):
                texts = set(content.decode().replace('"', "").replace("\r\n", ",").split(","))
            else:
                texts = {text for row in content for text in (row if isinstance(row, list) else [row])}
            assert not texts & NAMES_OF_NOTHING, (way, output)


def test_tokens_without_owner_are_no_owner() -> None:
    """Their concentration is that of nobody: with one owner, it is not shared with one called nan."""
    items = [token(1, assignment()), token(2, assignment(), linkedUserId="")]
    for value in (True, False):
        with option("future.infer_string", value):
            pats = dff.read({"items": items}, fetched_at=WHEN)
            assert pats.tokens["linked_user_id"].isna().tolist() == [False, True]
            owners = dff.measures.concentration(pats, of="owners")
            assert "nan" not in owners.astype(object).to_numpy().ravel().tolist()


def test_an_option_may_be_set_before_the_import() -> None:
    """As a notebook's first cell does: the dtype of text is the same."""
    code = (
        "import pandas as pd; pd.set_option('future.infer_string', False)\n"
        "import dfns_frames as dff\n"
        f"pats = dff.read({{'items': {ITEMS!r}}}, fetched_at={WHEN!r})\n"
        "owners = pats.tokens['linked_user_id']\n"
        "print(owners.isna().sum(), sorted(set(owners.dropna())), owners.dtype)\n"
    )
    ran = subprocess.run(
        [sys.executable, "-W", "ignore::UserWarning", "-c", code], capture_output=True, text=True, check=True
    )
    assert ran.stdout.startswith("3 ['us-1', 'us-2'] str")
