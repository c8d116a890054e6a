"""Frames to export, and the programs that open them."""

from __future__ import annotations

import shutil
import subprocess
import warnings
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

import dfns_frames as dff
from dfns_frames.demo.org import bodies

HOSTILE = st.text(
    st.one_of(st.characters(exclude_categories=["Cs"]), st.sampled_from("=+-@;\t\r\n\x00\"' \uff1d,"))
)


def token(name: str, **fields: Any) -> dict[str, Any]:
    """Return one token as the API lists it."""
    return {
        "tokenId": "to-1",
        "name": name,
        "kind": "Pat",
        "isActive": True,
        "dateCreated": "2026-03-01T09:30:00.123Z",
        "orgId": "or-1",
        "linkedUserId": "us-1",
        "linkedAppId": "",
        "credId": "cr-1",
        "publicKey": "SHA256:x",
        "permissionAssignments": [],
    } | fields


def read(*names: str) -> dff.Frames:
    return dff.read({"items": [token(name) for name in names]}, fetched_at="2026-03-02T00:00:00Z")


def demo() -> dff.Frames:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dff.DriftWarning)
        return dff.read(next(iter(bodies().values())), fetched_at="2026-10-19T07:30:00Z")


def convert(path: Path, to: str, folder: Path) -> Path:
    """Let LibreOffice open a file and save it as another kind."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("LibreOffice is not installed: apt-get install libreoffice-calc")
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    command = [office, profile, "--headless", "--convert-to", to, "--outdir", str(folder), str(path)]
    subprocess.run(command, check=True, capture_output=True, timeout=180)  # noqa: S603 - our own files
    return folder / f"{path.stem}.{to}"
