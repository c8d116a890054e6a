"""Calendar periods in UTC, numbered, so that gaps can be filled by counting."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from dfns_frames._facts.codes import Ints
from dfns_frames.measures.options import Freq

Times = npt.NDArray[np.datetime64]

NAMES: dict[Freq, str] = {"D": "day", "W": "week", "MS": "month", "QS": "quarter", "YS": "year"}
_MONTHS: dict[Freq, int] = {"MS": 1, "QS": 3, "YS": 12}
_FROM_MONDAY = 3  # 1970-01-01, from which numpy counts, was a Thursday


def period_numbers(times: Any, freq: Freq) -> Ints:
    """Return the number of the period that each time falls in; weeks begin on Monday."""
    times = np.asarray(times, dtype="datetime64[us]")
    if freq in _MONTHS:
        return times.astype("datetime64[M]").astype(np.int64) // _MONTHS[freq]
    days = times.astype("datetime64[D]").astype(np.int64)
    return days if freq == "D" else (days + _FROM_MONDAY) // 7


def period_starts(numbers: Any, freq: Freq) -> Times:
    """Return when each numbered period begins."""
    numbers = np.asarray(numbers, dtype=np.int64)
    if freq in _MONTHS:
        starts = (numbers * _MONTHS[freq]).astype("datetime64[M]")
    else:
        starts = (numbers if freq == "D" else numbers * 7 - _FROM_MONDAY).astype("datetime64[D]")
    return starts.astype("datetime64[us]")
