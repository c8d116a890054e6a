"""The charts of an archive, as ``archive.plot``; matplotlib is imported when one is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dfns_frames._archive.comparing.frame import APPEARED, CHANGED, DISAPPEARED, UNTOLD
from dfns_frames._facts.provenance import plural
from dfns_frames.measures.options import Freq, check_choice
from dfns_frames.measures.periods import NAMES, period_numbers, period_starts
from dfns_frames.plot import canvas
from dfns_frames.plot.colors import ACTIVE, INACTIVE, INK, SEVERITY
from dfns_frames.plot.guest import CHANGES, DATES, limit
from dfns_frames.plot.timeline import date_axis, spans

if TYPE_CHECKING:
    from datetime import date

    from matplotlib.axes import Axes

    from dfns_frames._archive.past import Past

_COLORS = {APPEARED: ACTIVE, CHANGED: SEVERITY["medium"], DISAPPEARED: INACTIVE}
_SECONDS = "%Y-%m-%d %H:%M:%S"


class ArchivePlot:
    """The charts of an archive.

    Parameters
    ----------
    past
        The archive.
    """

    def __init__(self, past: Past) -> None:
        self._past = past

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
            period was the first to show.

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
        return draw(self._past.changes(since, until, org, caller), freq, ax)


def draw(changes: pd.DataFrame, freq: Freq, ax: Axes | None) -> Axes:
    """Draw changes, by the snapshot that shows them."""
    ax = canvas.start(ax, DATES, CHANGES)
    title = f"Changes per {NAMES[freq]}"
    known = changes[changes["change"] != UNTOLD]
    open_ = len(changes) - len(known)
    notes = [
        "A change counts in the period of the snapshot that shows it; it happened since the one before.",
        f"Not drawn: {open_:,} {plural(open_, 'thing')} that the last snapshot leaves open." * bool(open_),
    ]
    if known.empty:
        canvas.nothing(ax, "No snapshot shows a change.")
        return canvas.titled(ax, title, " ".join(filter(None, notes)))
    counts = _counts(known, freq)
    begins, ends = spans(pd.DatetimeIndex(counts.index), freq)
    below = np.zeros(len(counts))
    for name, color in _COLORS.items():
        heights = counts[name].to_numpy(dtype=float)
        ax.bar(
            begins,
            heights,
            ends - begins,
            bottom=below,
            align="edge",
            color=color,
            edgecolor=INK,
            linewidth=0.4,
        )
        below += heights
    canvas.axis_label(ax, "y", "changes")
    limit(ax, "y", 0, below.max() * 1.05)
    canvas.counts(ax, "y")
    canvas.gridlines(ax, "y")
    date_axis(ax, begins[0], ends[-1], freq)
    canvas.axis_label(ax, "x", f"{NAMES[freq]} of the snapshot that shows it, UTC")
    canvas.legend(ax, [canvas.swatch(color) for color in _COLORS.values()], list(_COLORS))
    first, last = known["after"].min(), known["by"].max()
    source = f"Source: the archive; {len(known):,} {plural(len(known), 'change')} between snapshots"
    notes.append(f"{source} from {first:{_SECONDS}} to {last:{_SECONDS}} UTC.")
    return canvas.titled(ax, title, " ".join(filter(None, notes)))


def _counts(known: pd.DataFrame, freq: Freq) -> pd.DataFrame:
    """Return how many changes of each sort each period has, those without any between others too."""
    numbers = period_numbers(known["by"].dt.tz_localize(None).to_numpy(), freq)
    every = np.arange(numbers.min(), numbers.max() + 1)
    table = pd.crosstab(numbers, known["change"].astype(str).to_numpy())
    table = table.reindex(index=every, columns=list(_COLORS), fill_value=0)
    table.index = pd.DatetimeIndex(period_starts(every, freq), tz="UTC")
    return table
