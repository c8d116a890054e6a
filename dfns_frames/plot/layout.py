"""Where Axes go so that what stands around them is neither cut off nor over a neighbour.

Matplotlib's own layout engines warn, or give up, when a label is wider than the figure, and belong to the
figure, which may be the user's. So each chart measures what it drew and moves its own Axes only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Bbox

PADDING = 0.1  # inches around everything
_GAP = 0.06  # inches between title, Axes and caption
_SMALLEST = 0.12  # of the room, for the Axes themselves
_SPARE = 0.08
_ROUNDS = 3  # moving the Axes changes their ticks, so measure again


def slot(ax: Axes) -> Bbox:
    """Return the part of the figure that belongs to the Axes, as fractions.

    Of Axes in a grid: their cell with the gap to the left, where labels stand, and half the gaps above and
    below. Of Axes placed freely: the place that they were given.
    """
    from matplotlib.transforms import Bbox

    spec = ax.get_subplotspec()
    if spec is None:
        return ax.get_position(original=True)
    grid = spec.get_gridspec()
    bottoms, tops, lefts, rights = grid.get_grid_positions(figure_of(ax))
    whole = not hasattr(grid, "get_topmost_subplotspec") or grid.get_topmost_subplotspec() is spec
    rows, columns = spec.rowspan, spec.colspan
    edges = (0.0, 0.0, 1.0, 1.0) if whole else (lefts[0], bottoms[-1], rights[-1], tops[0])
    x0 = rights[columns.start - 1] if columns.start else edges[0]
    x1 = rights[columns.stop - 1] if columns.stop < len(rights) else edges[2]
    y0 = (bottoms[rows.stop - 1] + tops[rows.stop]) / 2 if rows.stop < len(tops) else edges[1]
    y1 = (tops[rows.start] + bottoms[rows.start - 1]) / 2 if rows.start else edges[3]
    return Bbox.from_extents(x0, y0, x1, y1)


def figure_of(ax: Axes) -> Any:
    """Return the figure, or the part of one, that the Axes stand in."""
    return ax.get_figure(root=False)


def whole_figure(ax: Axes) -> Any:
    """Return the figure that is drawn and saved as one."""
    return ax.get_figure(root=True)


def slot_size(ax: Axes) -> tuple[float, float]:
    """Return width and height of the Axes' part of the figure in pixels, padding left out."""
    box, part = figure_of(ax).bbox, slot(ax)
    around = 2 * pixels(ax, PADDING)
    return part.width * box.width - around, part.height * box.height - around


def pixels(ax: Axes, inches: float) -> float:
    """Return a length in pixels."""
    return float(inches * whole_figure(ax).dpi)


def fit(ax: Axes, head: Any, foot: Any) -> None:
    """Move the Axes between title and caption, so that their labels stay within their part of the figure."""
    figure = figure_of(ax)
    room = slot(ax).transformed(figure.transSubfigure)
    pad, gap = pixels(ax, PADDING), pixels(ax, _GAP)
    over = head.get_window_extent().height + gap
    under = foot.get_window_extent().height + gap
    renderer = whole_figure(ax)._get_renderer()
    # What spans the whole width anyway says nothing about the room that labels need beside the Axes.
    legend: Any = ax.get_legend()
    wide = [head, foot, *([legend] if legend else [])]
    for _ in range(_ROUNDS):
        box = ax.get_window_extent()
        narrow = _extent(ax, renderer, without=wide)
        around = [narrow, *([legend.get_tightbbox(renderer)] if legend else [])]
        # Letters are a little wider, or narrower, at another resolution: beside the Axes, and turned below.
        left, right = (1 + _SPARE) * (box.x0 - narrow.x0), (1 + _SPARE) * (narrow.x1 - box.x1)
        below = (1 + _SPARE) * (box.y0 - min(part.y0 for part in around))
        above = max(part.y1 for part in around) - box.y1
        _place(
            ax,
            _between(room.x0 + pad + left, room.x1 - pad - right, room.width),
            _between(room.y0 + pad + under + below, room.y1 - pad - over - above, room.height),
        )


def _extent(ax: Axes, renderer: Any, *, without: list[Any]) -> Bbox:
    """Return what the Axes and their twins cover, some of their artists left out."""
    from matplotlib.transforms import Bbox

    for artist in without:
        artist.set_in_layout(False)
    boxes = [twin.get_tightbbox(renderer) for twin in twins(ax)]
    for artist in without:
        artist.set_in_layout(True)
    return Bbox.union([ax.get_window_extent(), *(box for box in boxes if box is not None)])


def twins(ax: Any) -> list[Any]:
    """Return the Axes and those that share their place."""
    return list(ax._twinned_axes.get_siblings(ax))


def _between(low: float, high: float, room: float) -> tuple[float, float]:
    """Return both ends, apart by a smallest share of the room."""
    return low, max(high, low + room * _SMALLEST)


def _place(ax: Axes, across: tuple[float, float], up: tuple[float, float]) -> None:
    from matplotlib.transforms import Bbox

    figure = figure_of(ax)
    box = Bbox.from_extents(across[0], up[0], across[1], up[1]).transformed(figure.transSubfigure.inverted())
    for twin in twins(ax):
        twin.set_position(box, which="active")
        # Kept when tight_layout() or subplots_adjust() moves the figure's other Axes.
        twin.set_axes_locator(_Place(box, ax.get_subplotspec()))
        twin.set_in_layout(figure.get_layout_engine() is None)


@dataclass(frozen=True)
class _Place:
    """Tells matplotlib where Axes are, and tight_layout() that they are part of the grid."""

    box: Bbox
    spec: Any

    def __call__(self, _ax: Axes, _renderer: Any) -> Bbox:
        return self.box

    def get_subplotspec(self) -> Any:
        """Return the cell of the grid."""
        return self.spec
