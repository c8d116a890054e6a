"""The workbook (being built)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from dfns_frames.export.files import StrPath
from dfns_frames.schema import Tables


def to_excel(
    tables: Tables, path: StrPath, *, findings: Any = None, changes: Any = None, overwrite: bool = False
) -> Path:
    """Write a workbook."""
    raise NotImplementedError
