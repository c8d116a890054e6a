"""Charts of when tokens were created."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dfns_frames import measures
from dfns_frames.measures.periods import NAMES
from dfns_frames.plot import canvas
from dfns_frames.plot.colors import ACTIVE, GROUPS, INACTIVE, INK, OTHERS, PARTIAL_HATCH
from dfns_frames.plot.layout import pixels, slot_size
from dfns_frames.times import as_utc

if TYPE_CHECKING:
    from datetime import datetime

    from matplotlib.axes import Axes

    from dfns_frames.measures.options import Freq, Split
    from dfns_frames.schema import Tables

_PERIODS_AT_MOST = 400
_EDGED_BARS = 120  # more bars are so narrow that they would be all edge
_DOTTED_LINE = 60  # more dots would merge
_OTHERS = "all others"
_EMPTY = "No token with a creation date is visible to the caller."
_DELETED = "Deleted tokens are in no listing and not counted."
_STATES = {True: "active today", False: "inactive today"}


def creation_over_time(
    frames: Tables, *, ax: Axes | None, freq: Freq, by: Split, as_of: datetime | str | None
) -> Axes:
    """Draw the tokens created in each period, stacked, and their running total."""
    frame = measures.creation_over_time(frames, freq=freq, by=by, as_of=as_of)
    ax = canvas.start(ax)
    dated = frame[frame["period_start"].notna()]
    title = f"Tokens created per {NAMES[freq]}, by {'state today' if by == 'is_active' else by}"
    if dated.empty:
        canvas.nothing(ax, _EMPTY)
        return canvas.finish(ax, frames, title, left_out(frames, frame, as_of))
    created = _table(dated, by)
    partial = dated.drop_duplicates("period_start").set_index("period_start")["is_partial"]
    total = created.sum(axis=1).cumsum()
    created, cut = _window(created, partial)
    partial = partial.loc[created.index]
    colors = [ACTIVE, INACTIVE] if by == "is_active" else [*GROUPS]
    bars = _stacked(ax, created, colors)
    hatched = _mark_partial(ax, partial, freq)
    canvas.axis_label(ax, "y", "tokens created")
    _time_axis(ax, pd.DatetimeIndex(created.index), freq)
    line = _running_total(ax, total.loc[created.index])
    canvas.legend(ax, [*bars.values(), line], [*bars, "all so far (right-hand axis)"])
    return canvas.finish(ax, frames, title, f"{hatched}{_DELETED}", cut, left_out(frames, frame, as_of))


def creation_and_survival(
    frames: Tables, *, ax: Axes | None, freq: Freq, as_of: datetime | str | None
) -> Axes:
    """Draw the tokens created up to each period, and those of them that are active today."""
    frame = measures.creation_and_survival(frames, freq=freq, as_of=as_of)
    ax = canvas.start(ax)
    title = f"All tokens created up to each {NAMES[freq]}, and those of them still active today"
    dated = frame[frame["period_start"].notna()].set_index("period_start")
    if dated.empty:
        canvas.nothing(ax, _EMPTY)
        return canvas.finish(ax, frames, title, left_out(frames, frame, as_of))
    active = dated["cumulative_active"].astype("int64")
    stacked = pd.DataFrame(
        {_STATES[True]: active, _STATES[False]: dated["cumulative_created"].astype("int64") - active}
    )
    shown = stacked.iloc[_recent(stacked, dated["is_partial"])]
    bars = _stacked(ax, shown, [ACTIVE, INACTIVE], width=1.0)
    partial = dated.loc[shown.index, "is_partial"]
    hatched = _mark_partial(ax, partial, freq)
    canvas.axis_label(ax, "y", "tokens created so far")
    _time_axis(ax, pd.DatetimeIndex(shown.index), freq)
    canvas.legend(ax, list(bars.values()), list(bars))
    past = "Which tokens were active then is not known: the state is that of the snapshot."
    return canvas.finish(ax, frames, title, f"{past} {hatched}{_DELETED}", left_out(frames, frame, as_of))


def left_out(frames: Tables, frame: pd.DataFrame, as_of: datetime | str | None) -> str:
    """Say how many tokens a chart of dates leaves out, and why."""
    notes = []
    later = frames.arrow("tokens").num_rows - int(frame["created"].sum())
    if as_of is not None:
        tokens = f", without {later:,} {canvas.plural(later, 'token')} created later" if later else ""
        notes.append(f"As of {as_utc(as_of, 'as_of'):%Y-%m-%d %H:%M} UTC{tokens}.")
    undated = int(frame.loc[frame.iloc[:, 0].isna(), "created"].sum())
    if undated:
        tokens = canvas.plural(undated, "token")
        notes.append(f"Not drawn: {undated:,} {tokens} without a readable creation date.")
    return " ".join(notes)


def _table(dated: pd.DataFrame, by: Split) -> pd.DataFrame:
    """Return a column a group, the smallest groups as one where colours run out."""
    names = list(dated[by].drop_duplicates())
    created = dated.pivot(index="period_start", columns=by, values="created").reindex(columns=names)
    created.columns = pd.Index([_STATES[name] if by == "is_active" else str(name) for name in names])
    if len(names) <= len(GROUPS):
        return created
    kept = created.iloc[:, : len(GROUPS) - 1].copy()
    kept[_OTHERS] = created.iloc[:, len(GROUPS) - 1 :].sum(axis=1)
    return kept


def _recent(frame: pd.DataFrame, partial: pd.Series) -> slice:
    """Return which periods can be told apart: the last ones up to today's."""
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
    return shown, f"Bars not drawn: {before:,} tokens created earlier, {after:,} dated later."


def _stacked(ax: Axes, frame: pd.DataFrame, colors: list[str], width: float = 0.9) -> dict[str, Any]:
    """Draw a bar a period, a colour a column; return what stands for each in a legend."""
    edge = 0.4 if len(frame) <= _EDGED_BARS and width < 1 else 0.0
    bars = {}
    base = np.zeros(len(frame), dtype=np.int64)
    for name, color in zip(frame, colors, strict=False):
        heights = frame[name].to_numpy()
        some = np.flatnonzero(heights)
        shade = OTHERS if name == _OTHERS else color
        ax.bar(
            some, heights[some], width=width if edge else 1.0, bottom=base[some], linewidth=edge,
            edgecolor=INK, color=shade, label=str(name),
        )  # fmt: skip
        bars[str(name)] = canvas.swatch(shade)
        base = base + heights
    ax.set_ylim(0, max(base.max() * 1.08, 1))
    canvas.counts(ax, "y")
    canvas.gridlines(ax, "y")
    return bars


def _mark_partial(ax: Axes, partial: pd.Series, freq: Freq) -> str:
    """Hatch the period that is not over, whether it has bars or not."""
    for at in np.flatnonzero(partial):
        ax.axvspan(
            at - 0.5, at + 0.5, facecolor="none", edgecolor=INK, hatch=PARTIAL_HATCH, linewidth=0.0,
            alpha=0.45, zorder=3, label="not over",
        )  # fmt: skip
    return f"Hatched: this {NAMES[freq]} is not over. " if partial.any() else ""


def _running_total(ax: Axes, total: pd.Series) -> Any:
    right = ax.twinx()
    right.set_zorder(ax.get_zorder() + 1)
    canvas.bare(right)
    right.patch.set_visible(False)
    for side, spine in right.spines.items():
        spine.set_visible(side == "right")
    (line,) = right.plot(
        np.arange(len(total)), total.to_numpy(), color=INK, linewidth=1.3, linestyle="-",
        marker="o" if len(total) <= _DOTTED_LINE else "", markersize=3.0,
        markerfacecolor="white", markeredgecolor=INK, markeredgewidth=0.8, drawstyle="default",
    )  # fmt: skip
    right.set_ylim(0, total.max() * 1.08)
    canvas.counts(right, "y")
    canvas.axis_label(right, "y", "all tokens so far")
    right.set_xlim(ax.get_xlim())
    return line


def _time_axis(ax: Axes, starts: pd.DatetimeIndex, freq: Freq) -> None:
    """Name as many periods as there is room for, from January on where years begin."""
    few = max(2, int(slot_size(ax)[0] * 0.6 / pixels(ax, 0.34)))
    steps = {"MS": (1, 2, 3, 6, 12, 24, 60, 120), "QS": (1, 2, 4, 8, 20, 40)}.get(
        freq, (1, 2, 5, 10, 25, 50, 100)
    )
    step = next((step for step in steps if len(starts) <= few * step), steps[-1])
    january = np.flatnonzero((starts.month == 1) & (starts.day == 1))
    first = int(january[0]) % step if len(january) and freq in ("MS", "QS") else 0
    at = range(first, len(starts), step)
    form = {"MS": "%Y-%m", "QS": "%Y-%m", "YS": "%Y"}.get(freq, "%Y-%m-%d")
    ax.set_xlim(-0.7, len(starts) - 0.3)
    canvas.labels(
        ax, "x", at, [f"{starts[i]:{form}}" for i in at], rotation=45, ha="right", rotation_mode="anchor"
    )
    ax.tick_params(axis="x", length=3)
    canvas.axis_label(ax, "x", f"{NAMES[freq]} of creation, UTC")
