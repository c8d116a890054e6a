"""Dates on an axis, in matplotlib's own units: what the user adds at a date stands where it belongs."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from dfns_frames.measures.periods import NAMES, period_numbers, period_starts
from dfns_frames.plot import canvas
from dfns_frames.plot.guest import limit
from dfns_frames.plot.layout import slot_size
from dfns_frames.plot.text import Ruler

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    from matplotlib.axes import Axes

    from dfns_frames.measures.options import Freq
    from dfns_frames.measures.periods import Times

_MARGIN = 0.015  # of the span, on both sides
_LABELS_SHARE = 0.6  # of the width, which labels may fill without touching
_ENDS = np.array(["0001-01-01T00:00", "9999-12-31T23:59"], dtype="datetime64[us]")
# Steps between labels, from the shortest. A unit's numbers count from 1970, in which January is month 0; the
# third number makes weeks begin on Monday, and round years be those of the calendar.
_STEPS = (
    *(("D", step, 3) for step in (1, 2, 7, 14)),
    *(("M", step, 0) for step in (1, 2, 3, 6)),
    *(("Y", step, 1970) for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)),
)
_FEWEST_DAYS = {"D": 7, "W": 28, "MS": 181, "QS": 365, "YS": 1461}
_SHORTEST = {"D": ("D", 1), "W": ("D", 7), "MS": ("M", 1), "QS": ("M", 3), "YS": ("Y", 1)}


def spans(starts: pd.DatetimeIndex, freq: Freq) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return where on the axis each period begins, and where it ends."""
    begins = starts.tz_localize(None).to_numpy()
    # Not by adding a length: months differ, and pandas knows no time after the year 9999.
    ends = period_starts(period_numbers(begins, freq) + 1, freq)
    return _places(begins), _places(ends)


def date_axis(ax: Axes, low: float, high: float, freq: Freq) -> None:
    """Let the x axis go from one time to another, with as many dates named as there is room for."""
    ax.xaxis_date(UTC)
    # One period alone would be one block from edge to edge; before it there is nothing, which is true.
    earliest, latest = _places(_ENDS)
    low, high = limit(ax, "x", max(min(low, high - _FEWEST_DAYS[freq]), earliest), high)
    margin = _MARGIN * (high - low)
    # Matplotlib's locators fail beyond the years that datetime knows.
    ax.set_xlim(max(low - margin, earliest), min(high + margin, latest))
    times, texts = _marks(ax, low, high, freq)
    canvas.labels(ax, "x", _places(times), texts)
    ax.tick_params(axis="x", length=3)
    canvas.axis_label(ax, "x", f"{NAMES[freq]} of creation, UTC")


def _marks(ax: Axes, low: float, high: float, freq: Freq) -> tuple[Times, list[str]]:
    """Return the times that are named, and how: by the shortest steps whose names do not touch."""
    ruler, room = Ruler(ax, canvas.points(ax, canvas.TICK)), slot_size(ax)[0] * _LABELS_SHARE
    begin, end = _time(low), _time(high)
    shortest = [(unit, step) for unit, step, _ in _STEPS].index(_SHORTEST[freq])
    for unit, step, origin in _STEPS[shortest:]:
        marks = _multiples(begin, end, unit, step, origin)
        texts = [str(text) for text in np.datetime_as_string(marks, unit=cast("Any", unit))]
        if len(texts) and len(texts) * ruler.width(texts[0]) <= room:
            return marks, texts
    return marks[:1], texts[:1]


def _multiples(begin: Any, end: Any, unit: str, step: int, origin: int) -> Times:
    """Return the starts of every so many units within a time; its first unit if none of them lies in it."""
    first, last = (int(time.astype(f"datetime64[{unit}]").astype(np.int64)) + origin for time in (begin, end))
    numbers = np.arange(-(-first // step) * step, last + 1, step) - origin
    marks = numbers.astype(f"datetime64[{unit}]").astype("datetime64[us]")
    marks = marks[(marks >= begin) & (marks < end)]
    return marks if len(marks) else np.array([begin])


def _places(times: Times) -> npt.NDArray[np.float64]:
    """Return where times are on the axis."""
    from matplotlib import dates

    return np.asarray(dates.date2num(times))  # type: ignore[no-untyped-call]


def _time(place: float) -> Any:
    """Return the time at a place on the axis; matplotlib's own function ends with the year 9999."""
    from matplotlib import dates

    epoch = np.array([dates.get_epoch()], dtype="datetime64[us]")  # type: ignore[no-untyped-call]
    return (epoch + np.timedelta64(round(place * 86_400), "s"))[0]
