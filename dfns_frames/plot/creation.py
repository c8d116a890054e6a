"""Charts of when tokens were created."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dfns_frames import measures
from dfns_frames._facts.provenance import plural
from dfns_frames._facts.times import as_utc
from dfns_frames.measures.periods import NAMES
from dfns_frames.plot import canvas
from dfns_frames.plot.canvas import STATES
from dfns_frames.plot.colors import ACTIVE, GROUPS, INACTIVE, INK, OTHERS, PAPER, PARTIAL_HATCH
from dfns_frames.plot.guest import DATES, TOKENS, add_twin, limit
from dfns_frames.plot.timeline import date_axis, spans

if TYPE_CHECKING:
    from datetime import datetime

    import numpy.typing as npt
    from matplotlib.axes import Axes

    from dfns_frames._facts.tables import Tables
    from dfns_frames.measures.options import Freq, Split

    Places = npt.NDArray[np.float64]

_PERIODS_AT_MOST = 400
_EDGED_BARS, _EDGE = 160, 0.5  # more bars are so narrow that they would be all edge
_DOTTED_LINE = 60  # more dots would merge
_OTHERS = "all others"
_EMPTY = "No token with a creation date is visible to the caller."
DELETED = "Deleted tokens are not counted: the API no longer lists them."

_SPLITS = {"is_active": "state at snapshot", "org_id": "organisation"}


def creation_over_time(
    frames: Tables,
    *,
    freq: Freq = "MS",
    by: Split = "kind",
    as_of: datetime | str | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how many tokens were created in each period, and the running total as a line.

    Only tokens that still exist are counted: the API does not list deleted ones.

    Parameters
    ----------
    freq
        Length of a period, UTC: ``"D"``, ``"W"`` (from Monday), ``"MS"``, ``"QS"`` or ``"YS"``.
    by
        What to stack: ``"kind"``, ``"is_active"``, ``"source"``, ``"caller"`` (who asked) or ``"org_id"``
        (organisation); tokens without it are ``"unknown"``.
    as_of
        Leave out tokens created later than this, a datetime or RFC 3339 text in UTC; a date alone is the
        end of that day. Defaults to when the tokens were fetched, and then nothing is left out. Whether a
        token was active is always as at snapshot.
    ax
        Axes to draw into; without it a new figure is made.

    Returns
    -------
    matplotlib.axes.Axes
        One bar per period, as wide as the period lasts, with dates on the x axis: ``ax.axvline`` takes a
        timestamp. The running total has an axis of its own, on the right.

    Raises
    ------
    ConfigurationError
        An option is out of range.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> pats = dff.demo.client().pats()
    >>> pats.plot.creation_over_time(freq="QS")
    <Axes: xlabel='quarter of creation, UTC', ylabel='tokens created'>
    """
    frame = measures.creation_over_time(frames, freq=freq, by=by, as_of=as_of)
    ax = canvas.start(ax, DATES, TOKENS)
    dated = frame[frame["period_start"].notna()]
    title = f"Tokens created per {NAMES[freq]}, by {_SPLITS.get(by, by)}"
    if dated.empty:
        canvas.nothing(ax, _EMPTY)
        return canvas.finish(ax, frames, title, left_out(frames, frame, as_of))
    created = _table(dated, by)
    partial = dated.drop_duplicates("period_start").set_index("period_start")["is_partial"]
    total = created.sum(axis=1).cumsum()
    created, cut = _window(created, partial)
    partial = partial.loc[created.index]
    total = total.loc[created.index]
    begins, ends = spans(pd.DatetimeIndex(created.index), freq)
    colors = [ACTIVE, INACTIVE] if by == "is_active" else [*GROUPS]
    edge = _EDGE if len(created) <= _EDGED_BARS else 0.0
    bars = _stacked(ax, created, begins, ends, colors, edge)
    hatched = _mark_partial(ax, partial, begins, ends, freq)
    canvas.axis_label(ax, "y", "tokens created")
    date_axis(ax, begins[0], ends[-1], freq)
    line = _running_total(ax, ends, total)
    canvas.legend(ax, [*bars.values(), line], [*bars, "all that still exist (right-hand axis)"])
    return canvas.finish(ax, frames, title, f"{hatched}{DELETED}", cut, left_out(frames, frame, as_of))


def creation_and_survival(
    frames: Tables, *, freq: Freq = "MS", as_of: datetime | str | None = None, ax: Axes | None = None
) -> Axes:
    """Draw the tokens created up to each period, and how many of them were active at snapshot.

    This is not the history of active tokens: one list does not tell which were active earlier.

    Parameters
    ----------
    freq
        Length of a period, UTC: ``"D"``, ``"W"`` (from Monday), ``"MS"``, ``"QS"`` or ``"YS"``.
    as_of
        Leave out tokens created later than this, a datetime or RFC 3339 text in UTC; a date alone is the
        end of that day. Defaults to when the tokens were fetched, and then nothing is left out. Whether a
        token was active is always as at snapshot.
    ax
        Axes to draw into; without it a new figure is made.

    Returns
    -------
    matplotlib.axes.Axes
        One bar per period, of the tokens created up to its end, with dates on the x axis. The dark part
        stands for tokens that were active at snapshot.

    Raises
    ------
    ConfigurationError
        An option is out of range.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> pats = dff.demo.client().pats()
    >>> pats.plot.creation_and_survival()
    <Axes: xlabel='month of creation, UTC', ylabel='tokens created so far'>
    """
    frame = measures.creation_and_survival(frames, freq=freq, as_of=as_of)
    ax = canvas.start(ax, DATES, TOKENS)
    title = f"Tokens created up to each {NAMES[freq]}, and how many of them were active at snapshot"
    dated = frame[frame["period_start"].notna()].set_index("period_start")
    if dated.empty:
        canvas.nothing(ax, _EMPTY)
        return canvas.finish(ax, frames, title, left_out(frames, frame, as_of))
    active = dated["cumulative_active"].astype("int64")
    stacked = pd.DataFrame(
        {STATES[True]: active, STATES[False]: dated["cumulative_created"].astype("int64") - active}
    )
    shown = stacked.iloc[_recent(stacked, dated["is_partial"])]
    begins, ends = spans(pd.DatetimeIndex(shown.index), freq)
    bars = _stacked(ax, shown, begins, ends, [ACTIVE, INACTIVE], 0.0)
    hatched = _mark_partial(ax, dated.loc[shown.index, "is_partial"], begins, ends, freq)
    canvas.axis_label(ax, "y", "tokens created so far")
    date_axis(ax, begins[0], ends[-1], freq)
    canvas.legend(ax, list(bars.values()), list(bars))
    past = "Colours show which tokens are active in this snapshot; no list says which were active earlier."
    later = int(stacked.iloc[-1].sum() - shown.iloc[-1].sum())
    cut = f"Not drawn: {later:,} {plural(later, 'token')} dated later." if later else ""
    note = f"{past} {hatched}{DELETED}"
    return canvas.finish(ax, frames, title, note, cut, left_out(frames, frame, as_of))


def left_out(frames: Tables, frame: pd.DataFrame, as_of: datetime | str | None) -> str:
    """Say how many tokens a chart of dates leaves out, and why."""
    notes = []
    later = frames.arrow("tokens").num_rows - int(frame["created"].sum())
    if as_of is not None:
        tokens = f", without {later:,} {plural(later, 'token')} created later" if later else ""
        notes.append(f"As of {as_utc(as_of, 'as_of'):%Y-%m-%d %H:%M} UTC{tokens}.")
    undated = int(frame.loc[frame.iloc[:, 0].isna(), "created"].sum())
    if undated:
        tokens = plural(undated, "token")
        notes.append(f"Not drawn: {undated:,} {tokens} without a readable creation date.")
    return " ".join(notes)


def _table(dated: pd.DataFrame, by: Split) -> pd.DataFrame:
    """Return a column a group, the smallest groups as one where colours run out."""
    names = list(dated[by].drop_duplicates())
    created = dated.pivot(index="period_start", columns=by, values="created").reindex(columns=names)
    created.columns = pd.Index([STATES[name] if by == "is_active" else str(name) for name in names])
    if len(names) <= len(GROUPS):
        return created
    kept = created.iloc[:, : len(GROUPS) - 1].copy()
    kept[_OTHERS] = created.iloc[:, len(GROUPS) - 1 :].sum(axis=1)
    return kept


def _recent(frame: pd.DataFrame, partial: pd.Series) -> slice:
    """Return which periods can be told apart: the last ones up to the snapshot's."""
    if len(frame) <= _PERIODS_AT_MOST:
        return slice(None)
    end = int(partial.to_numpy().argmax()) + 1 if partial.any() else len(frame)
    return slice(max(0, end - _PERIODS_AT_MOST), max(end, _PERIODS_AT_MOST))


def _window(created: pd.DataFrame, partial: pd.Series) -> tuple[pd.DataFrame, str]:
    """Return the periods that are drawn, and what was left out."""
    drawn = _recent(created, partial)
    shown, before = created.iloc[drawn], int(created.iloc[: drawn.start or 0].to_numpy().sum())
    after = int(created.to_numpy().sum() - shown.to_numpy().sum()) - before
    if not before + after:
        return shown, ""
    tokens = plural(before, "token")
    return shown, f"Bars not drawn: {before:,} {tokens} created earlier, {after:,} dated later."


def _stacked(
    ax: Axes, frame: pd.DataFrame, begins: Places, ends: Places, colors: list[str], edge: float
) -> dict[str, Any]:
    """Draw a bar a period, a colour a column; return what stands for each in a legend."""
    bars = {}
    base = np.zeros(len(frame), dtype=np.int64)
    for name, color in zip(frame, colors, strict=False):
        heights = frame[name].to_numpy()
        some = np.flatnonzero(heights)
        shade = OTHERS if name == _OTHERS else color
        ax.bar(
            begins[some], heights[some], width=(ends - begins)[some], bottom=base[some], align="edge",
            linewidth=edge, edgecolor=PAPER, color=shade, label=str(name),
        )  # fmt: skip
        bars[str(name)] = canvas.swatch(shade)
        base = base + heights
    limit(ax, "y", 0, max(base.max() * 1.08, 1))
    canvas.counts(ax, "y")
    canvas.gridlines(ax, "y")
    return bars


def _mark_partial(ax: Axes, partial: pd.Series, begins: Places, ends: Places, freq: Freq) -> str:
    """Hatch the period that is not over, whether it has bars or not."""
    for at in np.flatnonzero(partial):
        ax.axvspan(
            begins[at], ends[at], facecolor="none", edgecolor=INK, hatch=PARTIAL_HATCH, linewidth=0.0,
            alpha=0.45, zorder=3, label="not over",
        )  # fmt: skip
    return f"Hatched: this {NAMES[freq]} is not over. " if partial.any() else ""


def _running_total(ax: Axes, ends: Places, total: pd.Series) -> Any:
    """Draw how many there are up to each period's end, on an axis of its own on the right."""
    right = add_twin(ax)
    right.set_zorder(ax.get_zorder() + 1)
    canvas.bare(right, ax)
    right.tick_params(axis="y", left=False, right=True)
    right.patch.set_visible(False)
    for side, spine in right.spines.items():
        spine.set_visible(side == "right")
    (line,) = right.plot(
        ends, total.to_numpy(), color=INK, linewidth=1.3, linestyle="-",
        marker="o" if len(total) <= _DOTTED_LINE else "", markersize=3.0,
        markerfacecolor="white", markeredgecolor=INK, markeredgewidth=0.8, drawstyle="default",
    )  # fmt: skip
    limit(right, "y", 0, total.max() * 1.08)
    canvas.counts(right, "y")
    canvas.axis_label(right, "y", "all that still exist")
    return line
