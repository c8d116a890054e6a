"""The charts of an archive, as ``archive.plot``; matplotlib is imported when one is drawn."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dfns_frames._archive.comparing.frame import APPEARED, CHANGED, DISAPPEARED, UNTOLD
from dfns_frames._archive.layout import snapshots
from dfns_frames._facts.provenance import plural
from dfns_frames._facts.times import as_utc, beginning
from dfns_frames.measures.options import Freq, check_choice
from dfns_frames.measures.periods import NAMES, period_numbers, period_starts
from dfns_frames.plot import canvas
from dfns_frames.plot.colors import ACTIVE, INACTIVE, INK, SEVERITY
from dfns_frames.plot.guest import CHANGES, DATES, limit
from dfns_frames.plot.timeline import date_axis, spans

if TYPE_CHECKING:
    from datetime import date, datetime

    import numpy.typing as npt
    from matplotlib.axes import Axes

    from dfns_frames._archive.past import Past

    Places = npt.NDArray[np.float64]

_COLORS = {APPEARED: ACTIVE, CHANGED: SEVERITY["medium"], DISAPPEARED: INACTIVE}
_EDGED, _DOTTED = 160, 60  # more bars are so narrow that they would be all edge; more dots would merge
_SECONDS = "%Y-%m-%d %H:%M:%S"


class ArchivePlot:
    """The charts of an archive.

    Parameters
    ----------
    past
        The archive.
    place
        Where it is.
    """

    def __init__(self, past: Past, place: str) -> None:
        self._past = past
        self._place = place

    def changes(
        self,
        since: date | str | None = None,
        until: date | str | None = None,
        org: str | None = None,
        caller: str | None = None,
        *,
        freq: Freq = "W",
        ax: Axes | None = None,
    ) -> Axes:
        """Draw how much appeared, changed and disappeared in each week.

        Parameters
        ----------
        since, until, org, caller
            As in :meth:`Archive.changes`.
        freq
            Length of a period, UTC: ``"D"``, ``"W"`` (from Monday), ``"MS"``, ``"QS"`` or ``"YS"``.
        ax
            Axes to draw into; without it a new figure is made.

        Returns
        -------
        matplotlib.axes.Axes
            One bar per period, as wide as the period is long. It counts the changes that a snapshot of that
            period was the first to show. Each dot on the axis is a snapshot: a period without one shows no
            change, whatever happened. (An archive that only Spark can read has no dots.)

        Raises
        ------
        ConfigurationError
            An option is out of range.

        Examples
        --------
        >>> archive = dff.demo.archive("demo-archive")  # doctest: +SKIP
        >>> archive.plot.changes(freq="MS").figure.savefig("changes.png")  # doctest: +SKIP
        """
        check_choice("freq", freq, Freq)
        changes = self._past.changes(since, until, org, caller)
        return draw(changes, self._looks(since, until, org, caller), freq, ax)

    def _looks(
        self, since: date | str | None, until: date | str | None, org: str | None, caller: str | None
    ) -> list[datetime] | None:
        """List when snapshots were taken, after one moment, up to the other; None if only Spark can."""
        if "://" in self._place:
            return None
        times = [each.look for each in snapshots(Path(self._place), org, caller)]
        begin = None if since is None else beginning(since, "since")
        end = None if until is None else as_utc(until, "until")
        return [time for time in times if (begin is None or time > begin) and (end is None or time <= end)]


def draw(changes: pd.DataFrame, looks: list[datetime] | None, freq: Freq, ax: Axes | None) -> Axes:
    """Draw changes by the snapshot that shows them, and mark the snapshots: without one, none can be seen."""
    ax = canvas.start(ax, DATES, CHANGES)
    title = f"Changes per {NAMES[freq]}"
    known = changes[changes["change"] != UNTOLD]
    open_ = len(changes) - len(known)
    notes = [
        "A change counts in the period of the snapshot that shows it; it happened since the one before.",
        f"Not drawn: {open_:,} {plural(open_, 'thing')} that the last snapshot leaves open." * bool(open_),
    ]
    if known.empty:
        canvas.nothing(ax, "No snapshot in this time." if looks == [] else "No snapshot shows a change.")
        many = "" if looks is None else f"; {len(looks):,} {plural(len(looks), 'snapshot')} in this time"
        notes.append(f"Source: the archive{many}.")
        return canvas.titled(ax, title, " ".join(filter(None, notes)))
    counts = _counts(known, looks or [], freq)
    begins, ends = spans(pd.DatetimeIndex(counts.index), freq)
    handles = _stacked(ax, counts, begins, ends)
    date_axis(ax, begins[0], ends[-1], freq)
    if looks:
        handles["snapshot"] = _mark(ax, looks)
    canvas.axis_label(ax, "y", "changes")
    canvas.axis_label(ax, "x", f"{NAMES[freq]} of the snapshot that shows it, UTC")
    canvas.legend(ax, list(handles.values()), list(handles))
    first, last = known["after"].min(), known["by"].max()
    source = f"Source: the archive; {len(known):,} {plural(len(known), 'change')} between snapshots"
    notes.append(f"{source} from {first:{_SECONDS}} to {last:{_SECONDS}} UTC.")
    return canvas.titled(ax, title, " ".join(filter(None, notes)))


def _counts(known: pd.DataFrame, looks: list[datetime], freq: Freq) -> pd.DataFrame:
    """Return how many changes of each sort each period has, those with a snapshot that shows none too."""
    numbers = period_numbers(known["by"].dt.tz_localize(None).to_numpy(), freq)
    times = np.array([look.replace(tzinfo=None) for look in looks], dtype="datetime64[us]")
    reach = np.concatenate([numbers, period_numbers(times, freq)])
    every = np.arange(reach.min(), reach.max() + 1)
    table = pd.crosstab(numbers, known["change"].astype(str).to_numpy())
    table = table.reindex(index=every, columns=list(_COLORS), fill_value=0)
    table.index = pd.DatetimeIndex(period_starts(every, freq), tz="UTC")
    return table


def _stacked(ax: Axes, counts: pd.DataFrame, begins: Places, ends: Places) -> dict[str, Any]:
    """Draw a bar a period; return what stands for each colour in a legend."""
    below, handles = np.zeros(len(counts)), {}
    for name, color in _COLORS.items():
        heights = counts[name].to_numpy(dtype=float)
        some = np.flatnonzero(heights)
        ax.bar(
            begins[some], heights[some], (ends - begins)[some], bottom=below[some], align="edge", color=color,
            edgecolor=INK, linewidth=0.4 if len(counts) <= _EDGED else 0.0,
        )  # fmt: skip
        below += heights
        handles[name] = canvas.swatch(color)
    limit(ax, "y", 0, below.max() * 1.05)
    canvas.counts(ax, "y")
    canvas.gridlines(ax, "y")
    return handles


def _mark(ax: Axes, looks: list[datetime]) -> Any:
    """Mark the snapshots along the axis, by dots as long as they can be told apart."""
    marker = "o" if len(looks) <= _DOTTED else "|"
    (marks,) = ax.plot(
        np.array([look.replace(tzinfo=None) for look in looks], dtype="datetime64[us]"),
        np.zeros(len(looks)), linestyle="", marker=marker, markersize=4.0, markerfacecolor="white",
        markeredgecolor=INK, markeredgewidth=0.8, clip_on=False, zorder=3,
    )  # fmt: skip
    return marks
