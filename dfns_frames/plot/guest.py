"""Good manners in the user's figure: a chart replaces the one before it, and keeps to the scale it shares."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dfns_frames.errors import ConfigurationError
from dfns_frames.plot.layout import figure_of, fit, twins

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# What an axis shows. Axes that share one share its scale, so it must be the same in both.
DATES, TOKENS, OPERATIONS, DAYS, SHARES = "dates", "tokens", "operations", "days", "shares"
FINDINGS, CHANGES = "findings", "changes"
NAMES = "names"
UNUSED = ""
_NUMBERS = (TOKENS, OPERATIONS, DAYS, FINDINGS, CHANGES)
_AXES = ("x", "y")
_MARGIN = 0.05  # of the span of the user's own data
_RECORD = "_dfns_frames_chart"


@dataclass
class Chart:
    """What a chart drew into Axes.

    Parameters
    ----------
    kinds
        What the x and the y axis show.
    there
        What stood in the Axes before.
    artists
        What the chart added to them.
    limits
        From where to where the chart itself would have each axis go, whatever it is shared with.
    twin
        Axes with a scale of their own in the same place.
    texts
        Title and caption, once the chart is finished.
    """

    kinds: dict[str, str]
    there: list[Any] = field(default_factory=list)
    artists: list[Any] = field(default_factory=list)
    limits: dict[str, tuple[float, float]] = field(default_factory=dict)
    twin: Any = None
    texts: tuple[Any, ...] = ()

    @property
    def stands(self) -> bool:
        """Whether the chart is still there: ax.clear() takes it away without a word to us."""
        return all(text.axes is not None for text in self.texts)


def receive(ax: Any, x: str, y: str) -> None:
    """Make Axes of the user's ready for a chart: take away one drawn before, and check what they share.

    Raises
    ------
    TypeError
        These are no Axes.
    ConfigurationError
        They share an axis with Axes that show something else, or cannot hold a chart.
    """
    if not hasattr(ax, "spines") or not hasattr(ax, "get_shared_x_axes"):
        raise TypeError(f"ax takes one of matplotlib's Axes, such as axes[0], not {type(ax).__name__}")
    if ax.name != "rectilinear":
        raise ConfigurationError(f"ax has a {ax.name} projection; a chart needs ordinary Axes")
    if ax.get_figure(root=True) is None:
        raise ConfigurationError("ax was removed from its figure; pass Axes that are in one")
    _forget(ax)
    if len(twins(ax)) > 1 and not (ax.xaxis.get_visible() and ax.yaxis.get_visible()):
        raise ConfigurationError("ax was made by twinx() or twiny(); pass the Axes that it is a twin of")
    kinds = {"x": x, "y": y}
    for axis, kind in kinds.items():
        _check_shared(ax, axis, kind)
    setattr(ax, _RECORD, Chart(kinds, _parts(ax)))


def chart_in(ax: Any) -> Chart | None:
    """Return the chart that was drawn into Axes, if it is still there or being drawn."""
    record: Chart | None = getattr(ax, _RECORD, None)
    return record if record is not None and record.stands else None


def add_twin(ax: Axes) -> Axes:
    """Return Axes in the same place with a scale of their own on the right.

    Raises
    ------
    ConfigurationError
        There is one already.
    """
    record = chart_in(ax)
    if len(twins(ax)) > 1 or record is None:
        raise ConfigurationError(
            "this chart draws its running total on a right-hand axis, and ax has one already; pass other Axes"
        )
    right = record.twin = ax.twinx()
    setattr(right, _RECORD, record)
    return right


def limit(ax: Axes, axis: str, low: float, high: float) -> tuple[float, float]:
    """Set the limits of an axis, wide enough for all the Axes that share it; return them."""
    record = chart_in(ax)
    if record is not None and record.twin is not ax:
        record.limits[axis] = (low, high)
    spans = [(low, high), *(span for other in _others(ax, axis) if (span := _span(other, axis)))]
    limits = min(start for start, _ in spans), max(end for _, end in spans)
    (ax.set_ylim if axis == "y" else ax.set_xlim)(*limits)
    return limits


def remember(ax: Axes, head: Any, foot: Any) -> None:
    """Note what a finished chart consists of, and arrange anew the charts whose scale has changed with it."""
    record = chart_in(ax)
    if record is not None:
        record.texts = head, foot
        record.artists = [part for part in _parts(ax) if not any(part is old for old in record.there)]
        record.there = []
    others = [other for axis in _AXES for other in _others(ax, axis)]
    for other in dict.fromkeys(others):
        drawn = chart_in(other)
        if drawn is not None and drawn.texts and drawn.twin is not other:
            fit(other, *drawn.texts)


def _parts(ax: Any) -> list[Any]:
    """Return what stands in Axes; containers first, since removing one removes its bars."""
    return [*ax.containers, *ax.get_children()]


def _forget(ax: Any) -> None:
    """Take away what a chart before this one left in the Axes, so that nothing of it stays behind."""
    record: Chart | None = getattr(ax, _RECORD, None)
    if record is None or record.twin is ax:
        return
    if record.twin is not None and record.twin in figure_of(ax).axes:
        record.twin.remove()
    for artist in record.artists:
        if any(artist is part for part in _parts(ax)):
            artist.remove()
    # Where labels were measured from decides, to the pixel, where the Axes end up.
    ax.set_axes_locator(None)
    ax.set_position(ax.get_position(original=True), which="active")
    ax.set_axis_on()
    for axis, name in ((ax.xaxis, "x"), (ax.yaxis, "y")):
        axis.set_visible(True)
        if is_shared(ax, name):
            axis.set_label_text("")
        else:
            axis.clear()
    delattr(ax, _RECORD)


def _others(ax: Any, axis: str, *, drawn: bool = True) -> list[Any]:
    """Return the other Axes that share an axis; those with something drawn in them, or all."""
    shared = ax.get_shared_x_axes() if axis == "x" else ax.get_shared_y_axes()
    own = getattr(chart_in(ax), "twin", None)
    others = [other for other in shared.get_siblings(ax) if other is not ax and other is not own]
    return [other for other in others if not drawn or other.has_data()]


def is_shared(ax: Axes, axis: str) -> bool:
    """Return whether other Axes have the same scale."""
    return bool(_others(ax, axis, drawn=False))


def _check_shared(ax: Any, axis: str, kind: str) -> None:
    """Refuse an axis whose scale, or whose names, would be false for other Axes."""
    if kind == NAMES and is_shared(ax, axis):
        raise ConfigurationError(
            f"ax shares its {axis} axis with other Axes, and this chart writes names along it, which would "
            f"stand beside the others' data too; make the Axes with share{axis}=False"
        )
    for other in _others(ax, axis):
        shown = _kind(other, axis)
        if kind != UNUSED and shown != kind and not (shown == "numbers" and kind in _NUMBERS):
            raise ConfigurationError(
                f"ax shares its {axis} axis with Axes that show {shown} along it, and this chart shows "
                f"{kind}; make the Axes with share{axis}=False"
            )


def _kind(ax: Any, axis: str) -> str:
    """Return what is drawn along an axis, by us or by the user."""
    record = chart_in(ax)
    if record is not None:
        return record.kinds[axis]
    from datetime import datetime

    from matplotlib.dates import DateConverter
    from matplotlib.units import registry

    converter = (ax.xaxis if axis == "x" else ax.yaxis).get_converter()
    if converter is None:
        return "numbers"
    # What stands for dates depends on `date.converter`, and pandas registers converters of its own.
    dates = isinstance(converter, (DateConverter, type(registry[datetime])))
    return DATES if dates else "names or other units"


def _span(ax: Any, axis: str) -> tuple[float, float] | None:
    """Return from where to where Axes need a shared axis to go; None if they do not say."""
    record = chart_in(ax)
    if record is not None:
        return record.limits.get(axis)
    low, high = sorted(ax.dataLim.intervalx if axis == "x" else ax.dataLim.intervaly)
    if not abs(low) < float("inf") > abs(high):
        return None
    margin = _MARGIN * (high - low)
    return float(low - margin), float(high + margin)
