"""Make `Frames` of what a reader took in, and warn about what is odd."""

from __future__ import annotations

import os
import sys
import warnings
from datetime import datetime
from pathlib import Path
from typing import Any

from dfns_frames._api.readings import DRIFT, REJECTED, SOURCES
from dfns_frames._engine.reader import Reader
from dfns_frames.errors import DriftWarning
from dfns_frames.frames.container import Frames
from dfns_frames.frames.jupyter import calm_warnings
from dfns_frames.frames.making import caller_of, organisation_of, with_caller

_DRIFT_SHOWN = 5


def to_frames(
    reader: Reader,
    *,
    url: str,
    fetched_at: datetime,
    basis: str,
    caller: str | None = None,
    quiet: bool = False,
    **more: Any,
) -> Frames:
    """Make frames of what a reader took in, and warn about what drifted.

    Parameters
    ----------
    reader
        The reader, which has taken every page.
    url
        The address that was asked, or the file that was read.
    fetched_at
        When the response was made.
    basis
        What that time rests on: ``response`` (its own Date header), ``file date``, ``given`` or ``clock``.
    caller
        The name that the user gave whoever asked.
    quiet
        Leave the warning to whoever makes these frames a part of larger ones.
    **more
        Further columns of `sources` that only an answer of the API has.
    """
    reading = reader.finish()
    listed = {
        "source_no": 0,
        "source": reader.source.path,
        "url": url,
        "fetched_at": fetched_at,
        "fetched_at_basis": basis,
        "status": "incomplete" if reading.next_page else "ok",
        "item_count": reading.item_count,
        "rejected_count": len(reading.rejected),
        "needs_operation": reader.source.operation,
        "org_id": organisation_of(reading.tables),
        "body_sha256": reading.body_sha256,
        **more,
    }
    tables = {
        **reading.tables,
        "sources": SOURCES.from_rows([listed]),
        "drift": DRIFT.from_rows(reading.drift),
        "rejected": REJECTED.from_rows(reading.rejected),
    }
    frames = Frames(with_caller(tables, caller or caller_of(tables)))
    if not quiet:
        warn_of_drift(frames)
    return frames


def warn_of_drift(frames: Frames) -> None:
    """Warn if responses hold something unexpected."""
    drift = frames.arrow("drift").to_pylist()
    if drift:
        warn(_drift_message(drift))


def warn(message: str | Warning, category: type[Warning] = DriftWarning) -> None:
    """Warn at the first line of the caller that is not this package's; a Warning is of its own category."""
    own = str(Path(__file__).parents[1]) + os.sep
    level, frame = 2, sys._getframe(1)
    while frame.f_back and frame.f_code.co_filename.startswith(own):
        frame, level = frame.f_back, level + 1
    calm_warnings()
    warnings.warn(message, category, stacklevel=level)


def _drift_message(drift: list[dict[str, Any]]) -> str:
    lines = []
    for row in drift:
        often = "once" if row["count"] == 1 else f"{row['count']:,} times"
        lines.append(f"{row['what']} at {row['path']}: {row['detail']!r} ({often})")
    more = [f"and {len(lines) - _DRIFT_SHOWN:,} more"] if len(lines) > _DRIFT_SHOWN else []
    listed = "\n  ".join([*lines[:_DRIFT_SHOWN], *more])
    return f"the response holds something unexpected; all of it is listed in .drift:\n  {listed}"
