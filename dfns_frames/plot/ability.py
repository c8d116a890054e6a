"""The chart of who can do something, in which way and past which gate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dfns_frames import measures
from dfns_frames._api.catalogue import CATEGORIES
from dfns_frames._api.sources import SOURCES
from dfns_frames._api.ways import WAYS
from dfns_frames._facts.abilities import ALONE_UNKNOWN
from dfns_frames._facts.dtypes import TEXT
from dfns_frames._facts.policies import BLOCKED, GATES, ITSELF, NONE, OPEN, OTHERS, SOMETIMES, UNKNOWN_GATE
from dfns_frames._facts.presence import statuses
from dfns_frames._facts.provenance import plural
from dfns_frames._facts.unread import unread_line
from dfns_frames.measures.asking import deeds_of, named
from dfns_frames.measures.options import check_count
from dfns_frames.plot import canvas
from dfns_frames.plot import colors as color
from dfns_frames.plot.cells import DIM, FEWEST_COLUMNS, has_names, hatch
from dfns_frames.plot.guest import NAMES
from dfns_frames.plot.layout import pixels, slot_size
from dfns_frames.plot.text import drawable

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.axes import Axes

    from dfns_frames._facts.tables import Tables

_COLUMN, _BESIDE, _BELOW = 0.34, 4.2, 1.7  # inches: a way; what stands beside and below them
_NARROWEST, _WIDEST = 8.0, 10.0  # inches: a notebook shows wider figures shrunk, letters and all
_NAMES, _ROOM = 0.36, 0.5  # at most, for names beside and below; of the width, for the cells
_OFF_HATCH = "---"
_COLORS = {
    OPEN: color.SEVERITY["critical"],
    NONE: color.SEVERITY["high"],
    ITSELF: color.SEVERITY["medium"],
    SOMETIMES: color.SEVERITY["low"],
    OTHERS: color.INACTIVE,
    BLOCKED: color.OTHERS,
    UNKNOWN_GATE: color.PAPER,
}
"""The colour of each gate: the darker, the less stands in the way."""

_MEANINGS = {
    OPEN: "not covered by any kind of policy: alone",
    NONE: "none: alone",
    ITSELF: "approval by itself: alone",
    SOMETIMES: "sometimes a policy: sometimes alone",
    OTHERS: "approval by others",
    BLOCKED: "blocked",
    UNKNOWN_GATE: "unknown",
}
_TITLES = {
    None: ", how, and what stands in the way",
    True: " alone, or might, and how",
    False: ", how, and what stands in the way",
}
_NOBODY = {None: "can {}", True: "can {} alone", False: "needs others to {}"}
_LEFT_OUT = {
    None: "",
    True: "Left out: what is known not to work alone.",
    False: "Left out: what works alone, or might.",
}
_KINDS = {"token": " (token)", "user": " (user)", "service_account": " (account)", "application": " (app)"}
_ABSENT, _UNSURE, _OFF = -1, len(GATES), 2 * len(GATES)
"""What cells hold beside the place of a gate: no such way; that place and `_UNSURE` where it is not certain
that the holder can go it, or needs nobody; `_OFF` where the holder is inactive."""


@dataclass(frozen=True)
class _Grid:
    """What is drawn: one row per identity, one column per way.

    Parameters
    ----------
    names, ends
        The rows' names, and what stands after them.
    columns
        The columns' names.
    cells
        What stands in each way of each identity.
    """

    names: list[str]
    ends: list[str]
    columns: list[str]
    cells: npt.NDArray[np.int64]


def who_can(
    frames: Tables,
    what: str = "move_funds",
    *,
    alone: bool | None = None,
    top: int = 30,
    ax: Axes | None = None,
) -> Axes:
    """Draw who can do something, in which way, and what stands in the way; those who need nobody come first.

    Parameters
    ----------
    what
        A category of operations, a way or an operation, as in ``pats.who_can``.
    alone
        True leaves out those who are certain to be stopped, False draws only those; None, the default, draws
        all.
    top
        How many identities to draw at most.
    ax
        Axes to draw into; without it a new figure is made.

    Returns
    -------
    matplotlib.axes.Axes
        One row per token, user or service account, one column per way. The darker a cell, the less stands
        in the way; a crossed cell is not certain, because something was not read or not listed. The caption
        names what was not read.

    Raises
    ------
    ConfigurationError
        An option is out of range, or `what` is unknown.
    KeyError
        Neither tokens nor users were read.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> pats = dff.demo.client("treasury").pats()
    >>> ax = pats.plot.who_can("move_funds", top=5)
    >>> [label.get_text() for label in ax.get_xticklabels()][:2]
    ['transfer', 'deposit to an exchange']
    """
    frame = measures.who_can(frames, what, alone)
    top, able = check_count("top", top), _words(what)
    grid = _grid(frame, [deed.name for deed in deeds_of(frames, what)])
    there_are, ways = grid.cells.shape
    ax = canvas.start(
        ax, NAMES, NAMES, width=max(_NARROWEST, min(_WIDEST, _BESIDE + _COLUMN * ways)),
        height=canvas.height_of(min(top, there_are)) + _BELOW,
    )  # fmt: skip
    title = f"Who can {able}{_TITLES[alone]}"
    # The caption names those that were asked in vain.
    unread = unread_line(frames, [path for path in SOURCES if not statuses(frames, path)])
    if frame.empty:
        canvas.nothing(ax, f"Nobody visible to the caller {_NOBODY[alone].format(able)}.")
        return canvas.finish(ax, frames, title, unread)
    rows = canvas.rows_that_fit(ax, top, below=_BELOW if has_names(ax) else 0.0)
    columns = _columns_that_fit(ax, ways)
    shown = _Grid(grid.names[:rows], grid.ends[:rows], grid.columns[:columns], grid.cells[:rows, :columns])
    _draw(ax, shown)
    _explain(ax, shown.cells)
    cut = f"Shown: the first {rows:,} of {there_are:,} identities. " if rows < there_are else ""
    hidden = f"Columns: {columns:,} of {ways:,}. " if columns < ways else ""
    return canvas.finish(ax, frames, title, f"{cut}{hidden}{_LEFT_OUT[alone]}".strip(), unread)


def _words(what: str) -> str:
    """Return what is asked for as the end of "who can …"."""
    name = named(what)
    if name in CATEGORIES:
        return CATEGORIES[name].label
    return name.replace("_", " ") if name in WAYS else f"use {drawable(what.strip())}"


def _grid(frame: pd.DataFrame, ways: list[str]) -> _Grid:
    """Arrange the rows of `measures.who_can`: who comes first there has the first row."""
    kind, owner = frame["identity_kind"].astype(TEXT), frame["owner_name"].fillna(frame["owner_id"])
    # Tokens without an id are told apart by their names.
    key = kind + "\0" + frame["identity_id"].fillna("") + "\0" + frame["name"].fillna("")
    identity, first = np.unique(pd.factorize(key)[0], return_index=True)
    held = [way for way in ways if (frame["way"] == way).any()]
    columns = [*held, *([None] if frame["way"].isna().any() else [])]
    column = {way: place for place, way in enumerate(columns)}
    place = np.array([column[None if pd.isna(way) else way] for way in frame["way"]], dtype=np.int64)
    cells = np.full((len(identity), len(columns)), _ABSENT)
    unsure = (frame["alone"].cat.codes == ALONE_UNKNOWN).to_numpy()
    value = frame["gate"].cat.codes.to_numpy() + _UNSURE * unsure
    off = (~frame["active"]).fillna(False).to_numpy(dtype=bool)
    cells[pd.factorize(key)[0], place] = np.where(off, _OFF, value)
    return _Grid(
        [
            drawable(name) if pd.isna(whose) else f"{drawable(name)}, {drawable(whose)}"
            for name, whose in zip(frame["name"].iloc[first], owner.iloc[first], strict=True)
        ],
        [_KINDS[each] for each in kind.iloc[first]],
        [_column(way) for way in columns],
        cells,
    )


def _column(way: str | None) -> str:
    if way is None:
        return "unlisted operations"
    return way.replace("_", " ") if way in WAYS else drawable(way)


def _columns_that_fit(ax: Axes, wanted: int) -> int:
    """Return how many columns can have a name each; where there are no names, all can be drawn."""
    line = pixels(ax, canvas.points(ax, canvas.SMALL) / 72) * 1.15
    return min(wanted, max(1, int(slot_size(ax)[0] * _ROOM / line))) if has_names(ax) else wanted


def _draw(ax: Axes, grid: _Grid) -> None:
    """Draw the cells, and name rows and columns."""
    from matplotlib.colors import ListedColormap

    rows, columns = grid.cells.shape
    # Nothing, the gates, the gates where it is not certain, and inactive; the last two are hatched.
    colors = [color.PAPER, *(_COLORS[gate] for gate in range(_UNSURE)), *[color.PAPER] * (_UNSURE + 1)]
    ax.pcolormesh(
        grid.cells, cmap=ListedColormap(colors), vmin=-1.5, vmax=len(colors) - 1.5, edgecolors=color.FAINT,
        linewidth=0.4, shading="flat", antialiased=True,
    )  # fmt: skip
    for gate in range(len(GATES)):
        hatch(ax, grid.cells == gate + _UNSURE, color.UNKNOWN_HATCH, _crossed(gate))
    hatch(ax, grid.cells == _OFF, _OFF_HATCH)
    ax.set_xlim(0, max(columns, FEWEST_COLUMNS))
    ax.set_ylim(rows, 0)
    for spine in ax.spines.values():
        spine.set(visible=True, color=color.FAINT)
    canvas.labels(ax, "y", np.arange(rows) + 0.5, grid.names, ends=grid.ends, share=_NAMES)
    if has_names(ax):
        at = np.arange(columns) + 0.5
        look: dict[str, Any] = {"rotation": 90, "ha": "center", "va": "top"}
        canvas.labels(ax, "x", at, grid.columns, size=canvas.SMALL, share=_NAMES, **look)
    else:
        ax.set_xticks([])
        canvas.axis_label(ax, "x", f"{columns:,} {plural(columns, 'way')}")
    ax.tick_params(axis="both", length=0)


def _crossed(gate: int) -> str:
    """Return the colour of the crosses where a gate stands that is not certain to be all."""
    return DIM if gate == UNKNOWN_GATE else _COLORS[gate]


def _explain(ax: Axes, cells: npt.NDArray[np.int64]) -> None:
    """Say above the Axes what colours and crosses stand for."""
    swatches: list[Any] = []
    meanings: list[str] = []
    for gate, meaning in _MEANINGS.items():
        if (cells == gate).any():
            swatches.append(canvas.swatch(_COLORS[gate]))
            meanings.append(meaning)
    for gate, meaning in _MEANINGS.items():
        if (cells == gate + _UNSURE).any():
            swatches.append(canvas.swatch(color.PAPER, color.UNKNOWN_HATCH, edgecolor=_crossed(gate)))
            meanings.append(meaning if gate == UNKNOWN_GATE else f"{meaning.partition(':')[0]}, not certain")
    if (cells == _OFF).any():
        swatches.append(canvas.swatch(color.PAPER, _OFF_HATCH, edgecolor=DIM))
        meanings.append("inactive")
    canvas.legend(ax, swatches, meanings, title="what stands in the way: the darker, the less")
