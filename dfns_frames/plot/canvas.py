"""What every chart shares: its Axes, title, caption, and labels in which nothing is cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dfns_frames._facts.provenance import caption, plural
from dfns_frames.plot.colors import FAINT, INK, INK_ON_DARK, PAPER
from dfns_frames.plot.guest import is_shared, limit, receive, remember
from dfns_frames.plot.layout import PADDING, figure_of, fit, pixels, slot, slot_size, twins, whole_figure
from dfns_frames.plot.text import BASE_FONT, Ruler, drawable, fitted, style, wrapped

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from matplotlib.axes import Axes

    from dfns_frames._facts.tables import Tables

TITLE, LABEL, TICK, SMALL = 11.0, 9.0, 8.5, 7.5
# Inches of room below which letters shrink, and how far.
_ROOMY, _SMALLEST_SCALE, _SCALE = (3.4, 3.0), 0.4, "_dfns_frames_scale"
STATES = {True: "active at snapshot", False: "inactive at snapshot"}
# Names beside the Axes, or below them, have at most a share of the width, or height: a larger one of a small
# figure.
_NAMES_SHARE, _NAMES_BELOW, _NAMES_SHARE_NARROW, _NAMES_ENOUGH = 0.25, 0.24, 0.36, 1.7  # the last in inches
_LEGEND_ROWS = 3
_ROW, _AROUND_ROWS = 0.24, 1.8  # inches: a named row, and what stands above and below the rows
_NARROW, _AROUND_MORE = 5.0, 0.35
_TIGHTEST_ROW = 0.17
_FEWEST_ROWS = 2
_TEXT_SHARE, _LINE = 0.92, 1.2  # of the width, for title and caption; of the size, a line of theirs


def start(ax: Axes | None, x: str, y: str, *, width: float = 8.0, height: float = 4.5) -> Axes:
    """Return the Axes to draw into: the user's, or those of a new figure of this size in inches.

    Parameters
    ----------
    ax
        The user's Axes, if there are any.
    x, y
        What the axes show, one of the kinds of `guest`.
    width, height
        Of a new figure, in inches.
    """
    if ax is None:
        ax = _new_axes(width, height)
    receive(ax, x, y)
    across, up = (length / pixels(ax, 1) for length in slot_size(ax))
    setattr(ax, _SCALE, max(_SMALLEST_SCALE, min(1.0, across / _ROOMY[0], up / _ROOMY[1])))
    bare(ax)
    return ax


def points(ax: Axes, size: float) -> float:
    """Return a size of letters, smaller where a chart has so little room that words would leave it none."""
    return size * float(getattr(ax, _SCALE, 1.0))


def _new_axes(width: float, height: float) -> Axes:
    """Make a figure with Axes, on white paper that stays white when a dark style is in use."""
    from matplotlib import pyplot, rcParams
    from matplotlib.patches import Rectangle

    figure = pyplot.figure(figsize=(width, height), facecolor=PAPER, edgecolor=PAPER, layout="none")
    if rcParams["savefig.facecolor"] != "auto":
        # Such a style paints the figure anew when it is saved, dark words on dark.
        paper = Rectangle((0, 0), 1, 1, transform=figure.transFigure, facecolor=PAPER, linewidth=0.0)
        figure.add_artist(paper).set_zorder(-1)
    return figure.add_axes((0, 0, 1, 1))


def bare(ax: Axes, within: Axes | None = None) -> None:
    """Give Axes the look of this package, with letters as large as those of the Axes that they stand in."""
    if within is not None:
        setattr(ax, _SCALE, points(within, 1.0))
    ax.set_facecolor(PAPER)
    if (ax.get_xscale(), ax.get_yscale()) != ("linear", "linear"):
        ax.set_xscale("linear")
        ax.set_yscale("linear")
    ax.minorticks_off()
    ax.grid(False)
    ax.set_axisbelow(True)
    for side, spine in ax.spines.items():
        spine.set(visible=side in ("left", "bottom"), color=ink(ax), linewidth=0.8)
    for axis in ("x", "y"):
        ax.tick_params(
            axis=axis, which="both", color=ink(ax), labelcolor=ink(ax), labelsize=points(ax, TICK),
            direction="out", length=3.5, width=0.8, pad=3.5, labelfontfamily=BASE_FONT,
        )  # fmt: skip
    ax.tick_params(bottom=True, top=False, left=True, right=False)


def ink(ax: Axes) -> str:
    """Return the colour for text outside the Axes, readable on the figure as it is."""
    from matplotlib.colors import to_rgba

    red, green, blue, alpha = to_rgba(whole_figure(ax).get_facecolor())
    return INK_ON_DARK if alpha > 0 and 0.3 * red + 0.6 * green + 0.1 * blue < 0.5 else INK


def height_of(rows: int) -> float:
    """Return how many inches high a figure with this many named rows is."""
    return max(2.8, min(14.0, _AROUND_ROWS + _ROW * rows))


def rows_that_fit(ax: Axes, wanted: int, *, below: float = 0.0) -> int:
    """Return how many named rows there is room for, at most those wanted, some inches below left free."""
    across, up = (length / pixels(ax, 1) for length in slot_size(ax))
    # Where there is little width, legend and caption take more lines.
    inches = up - below - points(ax, _AROUND_ROWS + max(0.0, _NARROW - across) * _AROUND_MORE)
    return min(wanted, max(_FEWEST_ROWS, int(inches / points(ax, _TIGHTEST_ROW))))


def inches_more(ax: Axes, note: str) -> float:
    """Return how many inches a note below the Axes is higher than one line."""
    size = points(ax, SMALL)
    shown = wrapped(ax, note, size=size, width=slot_size(ax)[0] * _TEXT_SHARE)
    return shown.count("\n") * size * _LINE / 72


def labels(
    ax: Axes,
    axis: str,
    at: Iterable[float],
    texts: Iterable[str],
    *,
    size: float = TICK,
    ends: Sequence[str] = (),
    share: float | None = None,
    **options: Any,
) -> None:
    """Write drawable texts along "x" or "y"; what does not fit is shortened in the middle, `ends` apart.

    Texts get at most that share of the width beside the Axes, or of the height below them.
    """
    across, up = slot_size(ax)
    length, least = (across, _NAMES_SHARE) if axis == "y" else (up, _NAMES_BELOW)
    room = max(length * (share or least), min(length * _NAMES_SHARE_NARROW, pixels(ax, _NAMES_ENOUGH)))
    size = points(ax, size)
    widest = max(map(Ruler(ax, size).width, ends), default=0.0)
    shown = fitted(ax, list(texts), size=size, width=max(room - widest, room / 3))
    shown = [f"{text}{end}" for text, end in zip(shown, ends, strict=True)] if ends else shown
    set_ticks = ax.set_yticks if axis == "y" else ax.set_xticks
    set_ticks(list(at), shown, **style(*shown, size=size, color=ink(ax)), **options)


def counts(ax: Axes, axis: str, *, at_most: int = 6) -> None:
    """Write an axis of counts, whose limits are set, as whole numbers, thousands separated."""
    from matplotlib.ticker import MaxNLocator

    across, up = slot_size(ax)
    room = int(across * 0.5 / pixels(ax, 0.5) if axis == "x" else up * 0.5 / pixels(ax, 0.25))
    locator = MaxNLocator(nbins=max(1, min(at_most, room)), integer=True, min_n_ticks=1)
    low, high = sorted(ax.get_ylim() if axis == "y" else ax.get_xlim())
    at = [tick for tick in locator.tick_values(low, high) if low <= tick <= high]
    labels(ax, axis, at, [f"{tick:,.0f}" for tick in at])


def shares(ax: Axes, axis: str) -> None:
    """Mark an axis from 0 % to 100 %."""
    ticks = [0, 0.25, 0.5, 0.75, 1]
    limit(ax, axis, 0, 1.02)
    labels(ax, axis, ticks, [f"{tick:.0%}" for tick in ticks])


def gridlines(ax: Axes, axis: str) -> None:
    """Draw faint lines across, for reading values off."""
    ax.grid(True, axis=axis, color=FAINT, linewidth=0.6, linestyle="-", alpha=1.0)  # type: ignore[arg-type]


def axis_label(ax: Axes, axis: str, text: str) -> None:
    """Say what an axis shows."""
    size, (across, up) = points(ax, LABEL), slot_size(ax)
    shown = wrapped(ax, text, size=size, width=0.6 * (up if axis == "y" else across))
    which = ax.set_ylabel if axis == "y" else ax.set_xlabel
    which(shown, labelpad=4.0, **style(shown, size=size, color=ink(ax)))


def write(ax: Axes, x: float, y: float, text: str, *, size: float = SMALL, **options: Any) -> Any:
    """Write a drawable text inside the Axes."""
    return ax.text(x, y, text, **{**style(text, size=points(ax, size), color=INK), **options})


def values(ax: Axes, lengths: Iterable[float], texts: Sequence[str], brief: Sequence[str]) -> None:
    """Write the values at the ends of horizontal bars, the first bar on top, on an axis of counts.

    The brief texts stand in where there is no room for the others.
    """
    lengths = list(lengths)
    ax.set_ylim(len(texts) - 0.4, -0.6)
    limit(ax, "x", 0, max(*lengths, 1) * 1.02)
    size, room = points(ax, SMALL), slot_size(ax)[0] * 0.3
    widest = max(map(Ruler(ax, size).width, texts))
    shown = texts if widest <= room else fitted(ax, brief, size=size, width=room)
    # On a dark figure a text may stand half on the white Axes, half beside them.
    box = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.8} if ink(ax) != INK else None
    for y, (length, text) in enumerate(zip(lengths, shown, strict=True)):
        ax.annotate(
            text, (length, y), xytext=(3, 0), textcoords="offset points", va="center", ha="left",
            annotation_clip=False, bbox=box, **style(text, size=size, color=INK),
        )  # fmt: skip
    counts(ax, "x")
    gridlines(ax, "x")


def legend(ax: Axes, handles: Sequence[Any], names: Sequence[str], *, title: str = "") -> None:
    """Explain colours above the Axes, in as many columns as there is room for."""
    from matplotlib.transforms import blended_transform_factory

    size, room = points(ax, SMALL), slot_size(ax)[0]
    beside = pixels(ax, size * 4 / 72)
    width = room * 0.95 / -(-len(names) // _LEGEND_ROWS) - beside
    shown = fitted(ax, [drawable(name) for name in names], size=size, width=width)
    ruler = Ruler(ax, size)
    widest = max(map(ruler.width, shown)) + beside
    box = ax.legend(
        list(handles), shown, title=title or None, loc="lower left", frameon=False, borderaxespad=0.3,
        bbox_to_anchor=(slot(ax).x0 + pixels(ax, PADDING) / figure_of(ax).bbox.width, 1.0),
        bbox_transform=blended_transform_factory(figure_of(ax).transSubfigure, ax.transAxes),
        ncols=max(1, min(len(shown), int(room / widest))), borderpad=0.0, columnspacing=1.2,
        handlelength=1.4, handletextpad=0.5, labelspacing=0.3, alignment="left", fontsize=size,
    )  # fmt: skip
    for text in [*box.get_texts(), box.get_title()]:
        text.update(style(text.get_text(), size=size, color=INK))
    if ink(ax) != INK:  # black lines would not show on a dark figure
        box.get_frame().set(facecolor=PAPER, edgecolor="none", alpha=1.0)
        box.set_frame_on(True)


def swatch(facecolor: str, hatch: str = "", *, edgecolor: str = INK, linewidth: float = 0.4) -> Any:
    """Return a patch that stands for a colour in a legend."""
    from matplotlib.patches import Patch

    return Patch(facecolor=facecolor, edgecolor=edgecolor, linewidth=linewidth, hatch=hatch)


def nothing(ax: Axes, why: str) -> None:
    """Say in otherwise empty Axes why nothing is drawn."""
    ax.xaxis.set_visible(False)
    ax.yaxis.set_visible(False)
    # What is shared is only hidden, not emptied: other Axes keep their ticks.
    if not is_shared(ax, "x"):
        ax.set(xticks=[], xlim=(0, 1))
    if not is_shared(ax, "y"):
        ax.set(yticks=[], ylim=(0, 1))
    for spine in ax.spines.values():
        spine.set(visible=True, color=FAINT)
    text = wrapped(ax, why, size=points(ax, LABEL), width=slot_size(ax)[0] * 0.8)
    write(ax, 0.5, 0.5, text, size=LABEL, ha="center", va="center", transform=ax.transAxes)


def finish(ax: Axes, frames: Tables, title: str, *notes: str) -> Axes:
    """Add title and caption, then make room for everything that stands outside the Axes."""
    return titled(ax, title, "\n".join([*filter(None, notes), caption(frames, drawable)]))


def titled(ax: Axes, title: str, below: str) -> Axes:
    """Add a title and whatever stands below, then make room for everything that stands outside the Axes."""
    room, figure, width = slot(ax), figure_of(ax), slot_size(ax)[0] * _TEXT_SHARE
    across, up = pixels(ax, PADDING) / figure.bbox.width, pixels(ax, PADDING) / figure.bbox.height
    texts = []
    for text, nominal, y, va in ((title, TITLE, room.y1 - up, "top"), (below, SMALL, room.y0 + up, "bottom")):
        size = points(ax, nominal)
        shown = wrapped(ax, text, size=size, width=width)
        look = style(shown, size=size, color=ink(ax))
        place = {"transform": figure.transSubfigure, "va": va, "linespacing": _LINE}
        texts.append(ax.text(room.x0 + across, y, shown, **place, **look))
    head, foot = texts
    fit(ax, head, foot)
    if _shorten_labels(ax, foot):
        fit(ax, head, foot)
    remember(ax, head, foot)
    return ax


def _shorten_labels(ax: Axes, foot: Any) -> bool:
    """Break what is said along the y axis where it is longer than that; return whether that was so."""
    long = []
    for twin in twins(ax):
        label, box = twin.yaxis.label, twin.get_window_extent()
        if label.get_text() and label.get_window_extent().height > box.height:
            # Beside the ticks of the x axis there is room down to the caption.
            height = box.y1 - foot.get_window_extent().y1
            text = wrapped(ax, " ".join(label.get_text().split()), size=label.get_fontsize(), width=height)
            label.set(text=text, y=1.0, ha="right")
            long.append(label)
    return bool(long)


def of_how_many(shown: int, there_are: int, noun: str) -> str:
    """Say that a chart shows the first rows only; nothing if it shows all."""
    return (
        f"Shown: the first {shown:,} of {there_are:,} {plural(there_are, noun)}." if shown < there_are else ""
    )
