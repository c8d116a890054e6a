"""Charts of when tokens were created."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dfns_frames import measures
from dfns_frames.measures.periods import NAMES
from dfns_frames.plot import canvas
from dfns_frames.plot.colors import ACTIVE, GROUPS, INACTIVE, INK, OTHERS, PARTIAL_HATCH

if TYPE_CHECKING:
    from datetime import datetime

    from matplotlib.axes import Axes

    from dfns_frames.schema import Tables

_PERIODS_AT_MOST = 400
_OTHERS = "all others"


def creation_over_time(
    frames: Tables, *, ax: Axes | None, freq: str, by: str, as_of: datetime | None
) -> Axes:
    """Draw the tokens created in each period, stacked, and their running total."""
    frame = measures.creation_over_time(frames, freq=freq, by=by, as_of=as_of)
    ax = canvas.start(ax)
    dated = frame[frame["period_start"].notna()]
    title = f"Tokens created per {NAMES[freq]} (UTC), by {by.replace('_', ' ')}"
    if dated.empty:
        canvas.nothing(ax, "No token with a creation date is visible to the caller.")
        return canvas.finish(ax, frames, title, _undated(frame))
    created, partial = _table(dated, by)
    shown, cut = _window(created, partial)
    total = created.sum(axis=1).cumsum().loc[shown.index]
    bars = _stacked(ax, shown, partial.loc[shown.index], by)
    line = _running_total(ax, total)
    canvas.counts(ax, "y")
    canvas.gridlines(ax, "y")
    canvas.axis_label(ax, "y", "tokens created")
    _time_axis(ax, shown.index)
    canvas.legend(ax, [*bars.values(), line], [*bars, "all so far (right)"])
    hatched = f"Hatched: a {NAMES[freq]} that is not over. " * bool(partial.loc[shown.index].any())
    deleted = "Deleted tokens are in no listing and not counted."
    return canvas.finish(ax, frames, title, f"{hatched}{deleted}", cut, _undated(frame))


def _table(dated: pd.DataFrame, by: str) -> tuple[pd.DataFrame, pd.Series]:
    """Return a column a group, the smallest groups as one, and which periods are not over."""
    created = dated.pivot(index="period_start", columns=by, values="created")
    groups = list(dated[by].drop_duplicates())
    created = created[groups]
    partial = dated.drop_duplicates("period_start").set_index("period_start")["is_partial"]
    if len(groups) > len(GROUPS):
        kept = created.iloc[:, : len(GROUPS) - 1].copy()
        kept.columns = kept.columns.astype("str")
        kept[_OTHERS] = created.iloc[:, len(GROUPS) - 1 :].sum(axis=1)
        created = kept
    return created, partial


def _window(created: pd.DataFrame, partial: pd.Series) -> tuple[pd.DataFrame, str]:
    """Return the periods that can be told apart, and what was left out."""
    if len(created) <= _PERIODS_AT_MOST:
        return created, ""
    end = int(partial.to_numpy().argmax()) + 1 if partial.any() else len(created)
    shown = created.iloc[max(0, end - _PERIODS_AT_MOST) : end]
    before = int(created.loc[: shown.index[0]].iloc[:-1].to_numpy().sum())
    after = int(created.to_numpy().sum() - shown.to_numpy().sum()) - before
    return shown, f"Not drawn: {before:,} tokens created earlier, {after:,} dated later."


def _stacked(ax: Axes, created: pd.DataFrame, partial: pd.Series, by: str) -> dict[str, Any]:
    at = np.arange(len(created))
    colors = [ACTIVE, INACTIVE] if by == "is_active" else [*GROUPS]
    edge = 0.4 if len(created) <= 120 else 0.0
    bars = {}
    base = np.zeros(len(created))
    for name, color in zip(created, colors, strict=False):
        heights = created[name].to_numpy()
        label = (
            {True: "active today", False: "inactive today"}.get(name, str(name))
            if by == "is_active"
            else name
        )
        drawn = ax.bar(
            at, heights, width=0.9 if edge else 1.0, bottom=base, linewidth=edge, edgecolor=INK,
            color=OTHERS if name == _OTHERS else color,
        )  # fmt: skip
        for bar in np.asarray(drawn.patches, dtype=object)[partial.to_numpy()]:
            bar.set(hatch=PARTIAL_HATCH, alpha=0.65)
        bars[label] = drawn
        base += heights
    ax.set_ylim(0, max(base.max() * 1.08, 1))
    return bars


def _running_total(ax: Axes, total: pd.Series) -> Any:
    right = ax.twinx()
    right.set_zorder(ax.get_zorder() + 1)
    right.patch.set_visible(False)
    for side, spine in right.spines.items():
        spine.set(visible=side == "right", color=canvas.ink(ax), linewidth=0.8)
    right.tick_params(axis="y", color=canvas.ink(ax), labelcolor=canvas.ink(ax))
    (line,) = right.plot(
        np.arange(len(total)), total.to_numpy(), color=INK, linewidth=1.4, linestyle="-",
        marker="o" if len(total) <= 60 else "", markersize=2.5,
        markerfacecolor="white", markeredgewidth=0.8, drawstyle="default",
    )  # fmt: skip
    right.set_ylim(0, total.max() * 1.08)
    canvas.counts(right, "y")
    canvas.axis_label(right, "y", "all tokens so far")
    return line


def _time_axis(ax: Axes, starts: pd.Index) -> None:
    """Name some of the periods, evenly spaced: the years once there are many."""
    ax.set_xlim(-0.7, len(starts) - 0.3)
    step = -(-len(starts) // 10)
    at = list(range(0, len(starts), step))
    form = (
        "%Y"
        if step >= 12 and (starts.month == 1).all()
        else "%Y-%m-%d"
        if (starts.day != 1).any()
        else "%Y-%m"
    )
    canvas.labels(
        ax, "x", at, [f"{starts[i]:{form}}" for i in at], rotation=45, ha="right", rotation_mode="anchor"
    )
    canvas.axis_label(ax, "x", "period in which it was created (its first day, UTC)")


def _undated(frame: pd.DataFrame) -> str:
    count = int(frame.loc[frame["period_start"].isna(), "created"].sum())
    return (
        f"Not drawn: {count:,} {canvas.plural(count, 'token')} without a readable creation date."
        if count
        else ""
    )
