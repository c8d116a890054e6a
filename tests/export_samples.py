"""Frames to export, and the programs that open them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import strategies as st

import dfns_frames as dff
from tests.conftest import read, token

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
