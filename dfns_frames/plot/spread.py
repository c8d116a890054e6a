"""Charts of how permissions are spread over tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

from dfns_frames import measures
from dfns_frames._facts.provenance import percent, plural
from dfns_frames.measures.options import check_count
from dfns_frames.plot import canvas
from dfns_frames.plot.canvas import STATES
from dfns_frames.plot.colors import ACTIVE, FAINT, INACTIVE, INK
from dfns_frames.plot.guest import NAMES, TOKENS, UNUSED
from dfns_frames.plot.layout import pixels, slot_size
from dfns_frames.plot.text import drawable, style

if TYPE_CHECKING:
    from collections.abc import Sequence

    import numpy.typing as npt
    import pandas as pd
    from matplotlib.axes import Axes

    from dfns_frames._facts.tables import Tables

_NONE = "no permission at all"
_OTHERS = "other permissions"
_PERMISSIONS_AT_MOST = 18
_DOT_ROW, _AROUND = 0.2, 1.6  # inches: a row of dots, and what stands above and below
_FEWEST_COLUMNS = 6  # that share the width, so that a single one is no wall
_MOST_FOR_DOTS = 0.6  # of the height


def permission_spread(frames: Tables, *, top: int = 30, ax: Axes | None = None) -> Axes:
    """Draw how many tokens hold each permission, active and inactive ones apart.

    Parameters
    ----------
    top
        How many permissions to draw at most; those that most tokens hold come first.
    ax
        Axes to draw into; without it a new figure is made.

    Returns
    -------
    matplotlib.axes.Axes
        One bar per permission. A token counts once, however often the permission is assigned to it.

    Raises
    ------
    ConfigurationError
        An option is out of range.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> pats = dff.demo.client().pats()
    >>> ax = pats.plot.permission_spread(top=10)
    >>> len(ax.get_yticks())
    10
    """
    top = check_count("top", top)
    frame = measures.permission_spread(frames)
    ax = canvas.start(ax, TOKENS, NAMES, height=canvas.height_of(min(top, len(frame))))
    shown = frame.head(canvas.rows_that_fit(ax, top))
    title = "Tokens that hold each permission"
    if shown.empty:
        canvas.nothing(ax, "No token visible to the caller holds a permission.")
        return canvas.finish(ax, frames, title)
    at = np.arange(len(shown))
    active, inactive = shown["tokens_active"].to_numpy(), shown["tokens_inactive"].to_numpy()
    for lengths, left, color, name in (
        (active, np.zeros_like(active), ACTIVE, STATES[True]),
        (inactive, active, INACTIVE, STATES[False]),
    ):
        ax.barh(at, lengths, left=left, height=0.72, color=color, edgecolor=INK, linewidth=0.4, label=name)
    canvas.labels(ax, "y", at, map(drawable, shown["permission_name"]))
    texts = [f"{row.token_count:,} ({percent(row.share)})" for row in shown.itertuples()]
    canvas.values(ax, shown["token_count"], texts, texts)
    tokens = frames.arrow("tokens").num_rows
    canvas.axis_label(ax, "x", f"tokens that hold it (share of all {tokens:,})")
    canvas.legend(ax, [canvas.swatch(ACTIVE), canvas.swatch(INACTIVE)], list(STATES.values()))
    several = "A token with several permissions counts once in each."
    cut = canvas.of_how_many(len(shown), len(frame), "permission")
    return canvas.finish(ax, frames, title, f"{several} {cut}")


def permission_combinations(frames: Tables, *, top: int = 25, ax: Axes | None = None) -> Axes:
    """Draw which permissions occur together in tokens, as an UpSet chart.

    Parameters
    ----------
    top
        How many combinations to draw at most; those that most tokens hold come first.
    ax
        Axes to draw into; without it a new figure is made.

    Returns
    -------
    matplotlib.axes.Axes
        Axes that frame two others, bars over dots (``ax.child_axes``). One column per exact combination.

    Raises
    ------
    ConfigurationError
        An option is out of range.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> pats = dff.demo.client().pats()
    >>> ax = pats.plot.permission_combinations(top=10)
    >>> bars, dots = ax.child_axes
    >>> bars.get_ylabel()
    'tokens'
    """
    top = check_count("top", top)
    frame = measures.permission_combinations(frames)
    ax = canvas.start(ax, UNUSED, UNUSED, width=9.0, height=7.8)
    title = "Tokens by the exact combination of permissions that they hold"
    if frame.empty:
        canvas.nothing(ax, "No token is visible to the caller.")
        return canvas.finish(ax, frames, title)
    across, up = (length / pixels(ax, 1) for length in slot_size(ax))
    shown = frame.head(max(1, min(top, int(across * 0.6 / 0.22))))
    room = max(up - _AROUND, 0.5)
    rows, dots = _dots(shown, max(2, min(_PERMISSIONS_AT_MOST, int(room * _MOST_FOR_DOTS / _DOT_ROW))))
    ax.set_axis_off()
    share = max(0.25, min(_MOST_FOR_DOTS, len(rows) * _DOT_ROW / room))
    gap = pixels(ax, 2 * canvas.points(ax, canvas.TICK) / 72) / (0.7 * slot_size(ax)[1])
    bars, matrix = ax.inset_axes((0, share + gap, 1, 1 - gap - share)), ax.inset_axes((0, 0, 1, share))
    for part in (bars, matrix):
        canvas.bare(part, ax)
        part.set_xlim(-0.6, max(len(shown), _FEWEST_COLUMNS) - 0.4)
    _draw_bars(bars, shown, 1.8 * canvas.points(ax, canvas.SMALL) / 72 / (room * (1 - gap - share)))
    _draw_dots(matrix, ax, rows, dots)
    swatches = [canvas.swatch(ACTIVE), canvas.swatch(INACTIVE)]
    canvas.legend(ax, swatches, list(STATES.values()))
    rest = int(frame["token_count"].iloc[len(shown) :].sum())
    cut = canvas.of_how_many(len(shown), len(frame), "combination")
    more = f" The others are held by {rest:,} {plural(rest, 'token')} in all." if rest else ""
    return canvas.finish(ax, frames, title, f"Every token is in one column. {cut}{more}")


def _dots(shown: pd.DataFrame, at_most: int) -> tuple[list[str], npt.NDArray[np.bool_]]:
    """Return the rows' names, the most held permissions first, and which column has a dot in which row."""
    sizes: dict[tuple[str, str], int] = {}
    for row in shown.itertuples():
        for key in _permissions(row):
            sizes[key] = sizes.get(key, 0) + cast("int", row.token_count)
    ranked = sorted(sizes, key=lambda key: (-sizes[key], key[0], key[1] or ""))
    kept = ranked if len(ranked) <= at_most else ranked[: at_most - 1]
    place = {key: number for number, key in enumerate(kept)}
    dots = np.zeros((len(kept) + (len(kept) < len(ranked)), len(shown)), dtype=bool)
    for column, row in enumerate(shown.itertuples()):
        for key in _permissions(row):
            dots[place.get(key, len(kept)), column] = True
    others = [f"{len(ranked) - len(kept):,} {_OTHERS}"] if len(kept) < len(ranked) else []
    names = [drawable(name) for name, _ in kept] + others
    if not dots.any(axis=0).all():
        names, dots = [*names, _NONE], np.vstack([dots, ~dots.any(axis=0)])
    return names, dots


def _permissions(row: Any) -> list[tuple[str, str]]:
    """Return the names and ids of the permissions of one combination."""
    return list(zip(row.permission_names, row.permission_ids, strict=True))


def _draw_bars(bars: Axes, shown: pd.DataFrame, headroom: float) -> None:
    at = np.arange(len(shown))
    active, inactive = shown["tokens_active"].to_numpy(), shown["tokens_inactive"].to_numpy()
    bars.bar(at, active, width=0.7, color=ACTIVE, edgecolor=INK, linewidth=0.4, label=STATES[True])
    bars.bar(
        at,
        inactive,
        bottom=active,
        width=0.7,
        color=INACTIVE,
        edgecolor=INK,
        linewidth=0.4,
        label=STATES[False],
    )
    for column, count in enumerate(shown["token_count"]):
        canvas.write(bars, column, count, f"{count:,}", ha="center", va="bottom", color=INK)
    bars.set_ylim(0, max(shown["token_count"].max(), 1) * (1 + headroom))
    bars.set_xticks([])
    canvas.counts(bars, "y", at_most=3)
    canvas.gridlines(bars, "y")
    size = canvas.points(bars, canvas.LABEL)
    bars.set_ylabel("tokens", labelpad=4.0, **style("tokens", size=size, color=canvas.ink(bars)))


def _draw_dots(matrix: Axes, ax: Axes, rows: Sequence[str], dots: npt.NDArray[np.bool_]) -> None:
    up, across = np.nonzero(np.ones_like(dots))
    held = dots[up, across]
    size = min(60.0, (0.5 * slot_size(ax)[1] * 0.5 / pixels(ax, 1 / 72) / max(len(rows), 4)) ** 2)
    matrix.scatter(across[~held], up[~held], s=size, color=FAINT, linewidths=0.0, marker="o")
    for column in range(dots.shape[1]):
        places = np.flatnonzero(dots[:, column])
        matrix.plot([column] * 2, [places[0], places[-1]], color=INK, linewidth=1.6, linestyle="-", marker="")
    matrix.scatter(across[held], up[held], s=size, color=INK, linewidths=0.0, marker="o", zorder=3)
    matrix.set_ylim(len(rows) - 0.4, -0.6)
    matrix.set_xticks([])
    canvas.labels(matrix, "y", range(len(rows)), rows)
    matrix.tick_params(axis="y", length=0)
    for spine in matrix.spines.values():
        spine.set_visible(False)
