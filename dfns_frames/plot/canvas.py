"""What every chart shares: its Axes, title, caption, and a layout in which nothing is cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow.compute as pc

from dfns_frames.plot.colors import FAINT, INK, INK_ON_DARK, PAPER
from dfns_frames.plot.layout import PADDING, fit, pixels, slot, slot_width
from dfns_frames.plot.text import drawable, fitted, style, wrapped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.axes import Axes

    from dfns_frames.schema import Tables

TITLE, LABEL, TICK, SMALL = 11.0, 9.0, 8.5, 7.5
_LABEL_SHARE = 0.36  # of the width, at most, for names beside the Axes


def start(ax: Axes | None, *, width: float = 8.0, height: float = 4.5) -> Axes:
    """Return the Axes to draw into: the user's, or those of a new figure of this size in inches."""
    if ax is None:
        from matplotlib import pyplot

        figure = pyplot.figure(figsize=(width, height), facecolor=PAPER, edgecolor=PAPER, layout="none")
        ax = figure.add_axes((0, 0, 1, 1))
    ax.set_facecolor(PAPER)
    ax.grid(False)
    ax.set_axisbelow(True)
    for side, spine in ax.spines.items():
        spine.set(visible=side in ("left", "bottom"), color=ink(ax), linewidth=0.8)
    ax.tick_params(axis="both", which="both", color=ink(ax), labelcolor=ink(ax), labelsize=TICK)
    return ax


def ink(ax: Axes) -> str:
    """Return the colour for text outside the Axes, readable on the figure as it is."""
    from matplotlib.colors import to_rgba

    red, green, blue, alpha = to_rgba(ax.get_figure(root=True).get_facecolor())
    return INK_ON_DARK if alpha > 0 and 0.3 * red + 0.6 * green + 0.1 * blue < 0.5 else INK


def labels(
    ax: Axes,
    axis: str,
    at: Sequence[float],
    texts: Sequence[str | None],
    *,
    size: float = TICK,
    **options: Any,
) -> None:
    """Name positions along "x" or "y"; what does not fit is shortened in the middle."""
    room = slot_width(ax) * _LABEL_SHARE * (0.6 if axis == "x" else 1)
    shown = fitted(ax, [drawable(text) for text in texts], size=size, width=room)
    set_ticks = ax.set_yticks if axis == "y" else ax.set_xticks
    set_ticks(list(at), shown, **style(*shown, size=size, color=ink(ax)), **options)


def counts(ax: Axes, axis: str, *, at_most: int = 6) -> None:
    """Number an axis of counts: whole numbers, thousands separated."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    which = ax.yaxis if axis == "y" else ax.xaxis
    which.set_major_locator(MaxNLocator(nbins=at_most, integer=True, min_n_ticks=1))
    which.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    plain_ticks(ax, axis)


def plain_ticks(ax: Axes, axis: str) -> None:
    """Draw an axis's own numbers in the usual font."""
    ax.tick_params(axis=axis, labelfontfamily=style(size=TICK, color=INK)["family"][0], labelsize=TICK)


def gridlines(ax: Axes, axis: str) -> None:
    """Draw faint lines across, for reading values off."""
    ax.grid(True, axis=axis, color=FAINT, linewidth=0.6, linestyle="-", alpha=1.0)


def axis_label(ax: Axes, axis: str, text: str) -> None:
    """Say what an axis shows."""
    which = ax.set_ylabel if axis == "y" else ax.set_xlabel
    which(text, labelpad=4.0, **style(text, size=LABEL, color=ink(ax)))


def write(ax: Axes, x: float, y: float, text: str, *, size: float = SMALL, **options: Any) -> Any:
    """Write a drawable text inside the Axes."""
    color = options.pop("color", INK)
    return ax.text(x, y, text, **{**style(text, size=size, color=color), **options})


def legend(
    ax: Axes, handles: Sequence[Any], names: Sequence[str], *, title: str = "", columns: int = 4
) -> None:
    """Explain colours, in a row above the Axes."""
    shown = fitted(ax, [drawable(name) for name in names], size=SMALL, width=slot_width(ax) / 4)
    box = ax.legend(
        list(handles), shown, title=title or None, loc="lower left", bbox_to_anchor=(0, 1), frameon=False,
        ncols=_columns(ax, shown, columns), borderaxespad=0.2, borderpad=0.2, columnspacing=1.2,
        handlelength=1.4, handletextpad=0.5, labelspacing=0.3, alignment="left", fontsize=SMALL,
    )  # fmt: skip
    for text in [*box.get_texts(), box.get_title()]:
        text.update(style(text.get_text(), size=SMALL, color=ink(ax)))


def _columns(ax: Axes, names: Sequence[str], at_most: int) -> int:
    longest = max(map(len, names), default=1)
    room = slot_width(ax) * 0.75 / (SMALL * pixels(ax, 1 / 72))
    return max(1, min(at_most, len(names), int(room / (longest * 0.62 + 4))))


def nothing(ax: Axes, why: str) -> None:
    """Say in otherwise empty Axes why nothing is drawn."""
    ax.set_xticks([])
    ax.set_yticks([])
    ax.set(xlim=(0, 1), ylim=(0, 1))
    for spine in ax.spines.values():
        spine.set(visible=True, color=FAINT)
    text = wrapped(ax, why, size=LABEL, width=slot_width(ax) * 0.8)
    write(ax, 0.5, 0.5, text, size=LABEL, ha="center", va="center")


def finish(ax: Axes, frames: Tables, title: str, *notes: str) -> Axes:
    """Add title and caption, then make room for everything that stands outside the Axes."""
    figure, room = ax.get_figure(root=False), slot(ax)
    across, up = pixels(ax, PADDING) / figure.bbox.width, pixels(ax, PADDING) / figure.bbox.height
    caption = "\n".join([*filter(None, notes), provenance(frames)])
    head, foot = (
        ax.text(
            room.x0 + across, y, shown, va=va, linespacing=1.2, transform=figure.transSubfigure,
            **style(shown, size=size, color=ink(ax)),
        )
        for shown, size, y, va in (
            (wrapped(ax, title, size=TITLE, width=slot_width(ax)), TITLE, room.y1 - up, "top"),
            (wrapped(ax, caption, size=SMALL, width=slot_width(ax)), SMALL, room.y0 + up, "bottom"),
        )
    )  # fmt: skip
    fit(ax, head, foot)
    return ax


def provenance(frames: Tables) -> str:
    """Say where the data came from, when, and what it leaves out."""
    sources = frames.arrow("sources").to_pylist()
    listed = sum((row["item_count"] or 0) - (row["rejected_count"] or 0) for row in sources)
    count = frames.arrow("tokens").num_rows
    part = f" of the {listed:,} read" if count != listed else ""
    names = ", ".join(sorted({f"GET {row['source']}" for row in sources})) or "no source"
    text = (
        f"Source: {drawable(names)}; {count:,} {plural(count, 'token')}{part}, visible to the caller; "
        f"snapshot {frames.fetched_at:%Y-%m-%d %H:%M} UTC."
    )
    troubles = sorted({row["status"] for row in sources if row["status"] != "ok"})
    rejected = pc.sum(frames.arrow("sources")["rejected_count"]).as_py() or 0
    if troubles:
        text += f" NOT ALL: a source is {', '.join(map(drawable, troubles))}."
    if rejected:
        text += f" {rejected:,} invalid {plural(rejected, 'token')} set aside."
    return text


def plural(count: int, noun: str) -> str:
    """Return the noun as it stands after a number."""
    return noun if count == 1 else f"{noun}s"


def height_of(rows: int) -> float:
    """Return how many inches high a figure with this many named rows is."""
    return max(2.6, min(14.0, 1.7 + 0.24 * rows))


def of_how_many(shown: int, there_are: int, noun: str) -> str:
    """Say that a chart shows the first rows only; nothing if it shows all."""
    return f"The first {shown:,} of {there_are:,} {plural(there_are, noun)}." if shown < there_are else ""


def values(ax: Axes, lengths: Any, texts: Sequence[str]) -> None:
    """Write the values at the ends of horizontal bars, the first bar on top, on an axis of counts."""
    longest = max(float(max(lengths)), 1.0)
    ax.set_ylim(len(texts) - 0.4, -0.6)
    ax.set_xlim(0, longest * 1.02)
    for y, (length, text) in enumerate(zip(lengths, texts, strict=True)):
        ax.annotate(
            text, (length, y), xytext=(3, 0), textcoords="offset points", va="center", ha="left",
            annotation_clip=False, **style(text, size=SMALL, color=ink(ax)),
        )  # fmt: skip
    counts(ax, "x")
    gridlines(ax, "x")
