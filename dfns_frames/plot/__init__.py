"""Charts of `Frames`, one a method of ``pats.plot``; matplotlib is imported when one is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from dfns_frames._hints import did_you_mean
from dfns_frames.measures.options import check_frames
from dfns_frames.plot.access import AccessCharts
from dfns_frames.plot.times import TimeCharts

if TYPE_CHECKING:
    from dfns_frames._facts.tables import Tables

__all__ = ["Plot"]


class Plot(TimeCharts, AccessCharts):
    """The charts, as ``pats.plot``; each draws what the function of the same name in `measures` returns.

    Every chart takes ``ax`` (Axes to draw into; without it a new figure is made), returns the Axes it drew
    into, and neither shows nor saves. Its caption names source, number of tokens and time of the snapshot.
    In a grid a chart keeps to its cell. Drawn into the same Axes again, it replaces the chart before. Axes
    that share a scale (``sharex=True``) get one that fits all their charts, or an error if there is none.

    Parameters
    ----------
    frames
        Tokens from ``GET /auth/pats``.
    """

    def __init__(self, frames: Tables) -> None:
        check_frames(frames)
        self._frames = frames

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        charts = [each for each in dir(self) if not each.startswith("_")]
        hint = did_you_mean(name, charts)
        raise AttributeError(f"there is no chart {name!r}.{hint} There are: {', '.join(charts)}.")

    def __repr__(self) -> str:
        return f"Charts: {', '.join(name for name in dir(self) if not name.startswith('_'))}"
