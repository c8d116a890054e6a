"""A grid of cells: one row per holder, one column per operation, coloured by how bad it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dfns_frames._api.catalogue import SEVERITIES, UNKNOWN
from dfns_frames._facts.dtypes import TEXT
from dfns_frames._facts.holdings import domain_of
from dfns_frames._facts.provenance import plural
from dfns_frames.plot import canvas
from dfns_frames.plot.colors import FAINT, INK, PAPER, REFUSED_HATCH, SEVERITY, UNKNOWN_HATCH, UNLISTED_HATCH
from dfns_frames.plot.layout import pixels, slot_size
from dfns_frames.plot.text import drawable, style

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.axes import Axes

LOWEST_WITH_NAMES = 4.2  # inches
FEWEST_COLUMNS = 8  # that share the width, so that a single one is no wall
DIM = "#6b6b6b"
NOT_HELD, UNLISTED, REFUSED = 0, len(SEVERITIES) + 1, len(SEVERITIES) + 2
_HATCHES = {SEVERITIES.index(UNKNOWN) + 1: UNKNOWN_HATCH, UNLISTED: UNLISTED_HATCH, REFUSED: REFUSED_HATCH}


@dataclass(frozen=True)
class Matrix:
    """What is drawn: one row per holder, one column per operation.

    Parameters
    ----------
    names, ends, totals
        The rows' names, what stands after them, and how many operations each has, drawn or not.
    operations
        The columns' operations.
    cells
        `NOT_HELD`, the severity's place counted from 1 where held, `UNLISTED` or `REFUSED`.
    """

    names: list[str]
    ends: list[str]
    totals: list[str]
    operations: list[str]
    cells: npt.NDArray[np.int64]

    def reordered(self, order: list[int]) -> Matrix:
        """Return the same rows in another order."""
        names, ends, totals = (
            [texts[row] for row in order] for texts in (self.names, self.ends, self.totals)
        )
        return Matrix(names, ends, totals, self.operations, self.cells[order])


def draw(ax: Axes, matrix: Matrix) -> None:
    """Draw the cells, and name rows and columns."""
    from matplotlib.colors import ListedColormap

    rows, columns = matrix.cells.shape
    colors = [PAPER, *(SEVERITY[name] for name in SEVERITIES), PAPER, PAPER]
    if columns:
        ax.pcolormesh(
            matrix.cells, cmap=ListedColormap(colors), vmin=-0.5, vmax=len(colors) - 0.5, edgecolors=FAINT,
            linewidth=0.4, shading="flat", antialiased=True,
        )  # fmt: skip
    for value, pattern in _HATCHES.items():
        hatch(ax, matrix.cells == value, pattern)
    ax.set_xlim(0, max(columns, FEWEST_COLUMNS))
    ax.set_ylim(rows, 0)
    for spine in ax.spines.values():
        spine.set(visible=True, color=FAINT)
    canvas.labels(ax, "y", np.arange(rows) + 0.5, matrix.names, ends=matrix.ends)
    for row, total in enumerate(matrix.totals):
        ax.annotate(
            total, (max(columns, 1), row + 0.5), xytext=(3, 0), textcoords="offset points", va="center",
            annotation_clip=False, **style(total, size=canvas.points(ax, canvas.SMALL), color=canvas.ink(ax)),
        )  # fmt: skip
    _name_columns(ax, matrix.operations)
    ax.tick_params(axis="both", length=0)


def hatch(ax: Axes, where: npt.NDArray[np.bool_], pattern: str, color: str = DIM) -> None:
    """Hatch some cells: what is unknown must not look like what is not held."""
    from matplotlib.collections import PolyCollection

    squares = [[(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)] for y, x in np.argwhere(where)]
    if squares:
        ax.add_collection(
            PolyCollection(squares, facecolors="none", edgecolors=color, hatch=pattern, linewidths=0.0)
        )


def has_names(ax: Axes) -> bool:
    """Return whether there is room for names below the columns."""
    return slot_size(ax)[1] >= pixels(ax, LOWEST_WITH_NAMES)


def _name_columns(ax: Axes, operations: list[str]) -> None:
    """Name every operation where there is room, else the domains, as far as they are wide enough."""
    if not has_names(ax):
        ax.set_xticks([])
        canvas.axis_label(ax, "x", f"{len(operations):,} {plural(len(operations), 'operation')}, by name")
        return
    across = slot_size(ax)[0] * 0.6 / max(len(operations), FEWEST_COLUMNS)
    line = pixels(ax, canvas.points(ax, canvas.SMALL) / 72) * 1.15
    domains = pd.Series([domain_of(name) for name in operations], dtype=TEXT)
    begins = np.flatnonzero((domains != domains.shift()).to_numpy())
    for begin in begins[1:]:
        ax.axvline(begin, color=INK, linewidth=0.7, linestyle="-", marker="")
    if across >= line:
        at, names = np.arange(len(operations)) + 0.5, operations
    else:
        ends = np.append(begins[1:], len(operations))
        wide = (ends - begins) * across >= line
        at, names = ((begins + ends) / 2)[wide], list(domains.iloc[begins[wide]])
    canvas.labels(ax, "x", at, map(drawable, names), size=canvas.SMALL, rotation=90, ha="center", va="top")


def explain(ax: Axes, matrix: Matrix) -> None:
    """Say above the Axes what colours and hatches stand for."""
    used = [name for place, name in enumerate(SEVERITIES) if (matrix.cells == place + 1).any()]
    swatches = [canvas.swatch(SEVERITY[name], UNKNOWN_HATCH if name == UNKNOWN else "") for name in used]
    names = ["held, effect unknown" if name == UNKNOWN else name for name in used]
    for value, pattern, meaning in (
        (REFUSED, REFUSED_HATCH, "held, but refused to this kind of token"),
        (UNLISTED, UNLISTED_HATCH, "unknown: not listed by the API"),
        (NOT_HELD, "", "not held"),
    ):
        if (matrix.cells == value).any():
            swatches.append(canvas.swatch(PAPER, pattern))
            names.append(meaning)
    canvas.legend(ax, swatches, names, title="severity of what is held (this project's judgement)")
