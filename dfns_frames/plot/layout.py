"""Where Axes go so that what stands around them is neither cut off nor over a neighbour.

Matplotlib's own layout engines warn, or give up, when a label is wider than the figure, and belong to the
figure, which may be the user's. So each chart measures what it drew and moves its own Axes only.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.transforms import Bbox

PADDING = 0.08  # inches around everything
_GAP = 0.06  # inches between title, Axes and caption
_SMALLEST = 0.12  # of the room, for the Axes themselves
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
    bottoms, tops, lefts, rights = grid.get_grid_positions(ax.get_figure(root=False))
    whole = not hasattr(grid, "get_topmost_subplotspec") or grid.get_topmost_subplotspec() is spec
    rows, columns = spec.rowspan, spec.colspan
    edges = (0.0, 0.0, 1.0, 1.0) if whole else (lefts[0], bottoms[-1], rights[-1], tops[0])
    x0 = rights[columns.start - 1] if columns.start else edges[0]
    x1 = rights[columns.stop - 1] if columns.stop < len(rights) else edges[2]
    y0 = (bottoms[rows.stop - 1] + tops[rows.stop]) / 2 if rows.stop < len(tops) else edges[1]
    y1 = (tops[rows.start] + bottoms[rows.start - 1]) / 2 if rows.start else edges[3]
    return Bbox.from_extents(x0, y0, x1, y1)


def slot_width(ax: Axes) -> float:
    """Return how many pixels wide the Axes' part of the figure is, padding left out."""
    return slot(ax).width * ax.get_figure(root=False).bbox.width - 2 * pixels(ax, PADDING)


def pixels(ax: Axes, inches: float) -> float:
    """Return a length in pixels."""
    return inches * ax.get_figure(root=True).dpi


def fit(ax: Axes, head: Any, foot: Any) -> None:
    """Move the Axes between title and caption, so that their labels stay within their part of the figure."""
    figure = ax.get_figure(root=False)
    renderer = ax.get_figure(root=True).canvas.get_renderer()
    room = slot(ax).transformed(figure.transSubfigure)
    pad, gap = pixels(ax, PADDING), pixels(ax, _GAP)
    over = head.get_window_extent(renderer).height + gap
    under = foot.get_window_extent(renderer).height + gap
    for text in (head, foot):
        text.set_in_layout(False)
    for _ in range(_ROUNDS):
        box, around = ax.get_window_extent(renderer), _extent(ax, renderer)
        _place(
            ax,
            _between(room.x0 + pad + box.x0 - around.x0, room.x1 - pad - around.x1 + box.x1, room.width),
            _between(
                room.y0 + pad + under + box.y0 - around.y0,
                room.y1 - pad - over - around.y1 + box.y1,
                room.height,
            ),
        )
    for text in (head, foot):
        text.set_in_layout(True)


def _extent(ax: Axes, renderer: Any) -> Bbox:
    from matplotlib.transforms import Bbox

    twins = ax._twinned_axes.get_siblings(ax)  # type: ignore[attr-defined]
    boxes = [twin.get_tightbbox(renderer) for twin in twins]
    return Bbox.union([ax.get_window_extent(renderer), *(box for box in boxes if box is not None)])


def _between(low: float, high: float, room: float) -> tuple[float, float]:
    """Return both ends, apart by a smallest share of the room."""
    return low, max(high, low + room * _SMALLEST)


def _place(ax: Axes, across: tuple[float, float], up: tuple[float, float]) -> None:
    from matplotlib.transforms import Bbox

    figure = ax.get_figure(root=False)
    box = Bbox.from_extents(across[0], up[0], across[1], up[1]).transformed(figure.transSubfigure.inverted())
    for twin in ax._twinned_axes.get_siblings(ax):  # type: ignore[attr-defined]
        twin.set_position(box, which="active")
        # Kept when tight_layout() or subplots_adjust() moves the figure's other Axes.
        twin.set_axes_locator(partial(_located, box))
        twin.set_in_layout(figure.get_layout_engine() is None)


def _located(box: Bbox, _ax: Axes, _renderer: Any) -> Bbox:
    return box
