"""Charts of which operations come together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dfns_frames.dtypes import TEXT
from dfns_frames.measures.holdings import SEVERITIES, UNKNOWN, domain_of
from dfns_frames.measures.matrices import permission_rows, token_groups, with_operations
from dfns_frames.plot import canvas
from dfns_frames.plot.colors import FAINT, INK, PAPER, SEVERITY, UNKNOWN_HATCH, UNLISTED_HATCH
from dfns_frames.plot.layout import pixels, slot_size
from dfns_frames.plot.text import drawable, style

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.axes import Axes

    from dfns_frames.schema import Tables

_COLUMN, _BESIDE, _BELOW = 0.16, 4.6, 1.9  # inches: an operation; what stands beside and below them
_LOWEST_WITH_NAMES = 4.2  # inches
_TIMES = "\N{MULTIPLICATION SIGN}"
_NOT_HELD, _UNLISTED = 0, len(SEVERITIES) + 1


@dataclass(frozen=True)
class Matrix:
    """What is drawn: a row a holder, a column an operation.

    Parameters
    ----------
    names, totals
        The rows' names, and how many operations each has, drawn or not.
    operations
        The columns' operations.
    cells
        0 where not held, the severity's place counted from 1 where held, the last where unknown.
    """

    names: list[str]
    totals: list[str]
    operations: list[str]
    cells: npt.NDArray[np.int64]

    def reordered(self, order: list[int]) -> Matrix:
        """Return the same rows in another order."""
        names, totals = ([texts[row] for row in order] for texts in (self.names, self.totals))
        return Matrix(names, totals, self.operations, self.cells[order])


def operation_matrix(frames: Tables, *, ax: Axes | None, top: int, top_operations: int) -> Axes:
    """Draw which operations tokens hold; tokens that can do the same are one row."""
    rows, held = token_groups(frames)
    shown = rows.head(max(top, 0))
    names = [
        f"{drawable(name)} ({_TIMES}{count:,})" if count > 1 else drawable(name)
        for name, count in zip(shown["name"], shown["token_count"], strict=True)
    ]
    title = "Operations of tokens, those that can do the same as one row"
    candidates = with_operations(shown.assign(row=range(len(shown)), label=names), held)
    return _chart(frames, candidates, len(rows), ax, title, (top, top_operations, "row", True))


def permission_matrix(frames: Tables, *, ax: Axes | None, top: int, top_operations: int) -> Axes:
    """Draw which operations each permission contains."""
    rows, held = permission_rows(frames)
    shown = rows.head(max(top, 0))
    names = [
        f"{drawable(name)} ({count:,} {canvas.plural(count, 'token')})"
        for name, count in zip(shown["permission_name"], shown["token_count"], strict=True)
    ]
    title = "Operations that each permission contains, as far as tokens show it"
    candidates = with_operations(shown.assign(row=range(len(shown)), label=names), held)
    return _chart(frames, candidates, len(rows), ax, title, (top, top_operations, "permission", False))


def _chart(
    frames: Tables, frame: pd.DataFrame, there_are: int, ax: Axes | None, title: str,
    options: tuple[int, int, str, bool],
) -> Axes:  # fmt: skip
    top, top_operations, noun, side_by_side = options
    rows = frame.drop_duplicates("row").set_index("row")
    width = _BESIDE + _COLUMN * min(top_operations, frame["operation"].nunique())
    ax = canvas.start(
        ax, width=max(8.0, min(16.5, width)), height=canvas.height_of(min(top, len(rows))) + _BELOW
    )
    below = _BELOW if _has_names(ax) else 0.0
    shown = rows.head(canvas.rows_that_fit(ax, top, below=below))
    held = frame[frame["operation"].notna() & (frame["row"] < len(shown))]
    cut = canvas.of_how_many(len(shown), there_are, noun)
    if held.empty:
        canvas.nothing(ax, _why_nothing(shown))
        return canvas.finish(ax, frames, title, cut)
    matrix = _matrix(held, shown, canvas.at_least_one(top_operations))
    if side_by_side:
        matrix = matrix.reordered(_similar(matrix.cells))
    _draw(ax, matrix)
    _explain(ax, matrix)
    columns, operations = len(matrix.operations), held["operation"].nunique()
    drawn = f" Columns: {columns:,} of their {operations:,} operations." if columns < operations else ""
    everything = " A full administrator holds every column." if shown["holds_everything"].any() else ""
    note = f"{cut}{drawn} Numbers on the right: operations in all.{everything}"
    return canvas.finish(ax, frames, title, note.strip())


def _why_nothing(rows: pd.DataFrame) -> str:
    """Say why no operation is drawn: what is not listed may be held all the same."""
    if rows.empty:
        return "Nothing visible to the caller holds an operation."
    if rows["holds_everything"].any():
        return "The API listed no operation. Full administrators can do everything; of others it is unknown."
    if not rows["is_complete"].all():
        return "The API listed no operation: what can be done is unknown."
    return "Nothing visible to the caller holds an operation."


def _matrix(held: pd.DataFrame, shown: pd.DataFrame, top_operations: int) -> Matrix:
    codes = held["operation"].cat.codes.to_numpy()
    names: Any = held["operation"].cat.categories.to_numpy(dtype=object)
    weights = np.bincount(codes, weights=held["token_count"].to_numpy(), minlength=len(names))
    severities = np.full(len(names), -1, dtype=np.int64)
    severities[codes] = held["severity"].cat.set_categories(SEVERITIES).cat.codes.to_numpy()
    # The unknown comes right after the high: it is in no catalogue, which is no sign of harmlessness.
    alarm = np.where(severities == SEVERITIES.index(UNKNOWN), 1.5, severities)
    # What full administrators alone hold comes last: of them it is known anyway.
    rare = np.ones(len(names), dtype=bool)
    rare[codes[~held["holds_everything"].to_numpy()]] = False
    ranked = sorted(
        np.flatnonzero(weights), key=lambda code: (rare[code], alarm[code], -weights[code], names[code])
    )
    kept = sorted(ranked[:top_operations], key=lambda code: (domain_of(names[code]), names[code]))
    column = np.full(len(names) + 1, -1, dtype=np.int64)
    column[kept] = np.arange(len(kept))
    cells = np.zeros((len(shown), len(kept)), dtype=np.int64)
    cells[~shown["is_complete"].to_numpy()] = _UNLISTED
    here = column[codes] >= 0
    cells[held["row"].to_numpy()[here], column[codes[here]]] = severities[codes[here]] + 1
    cells[shown["holds_everything"].to_numpy()] = severities[kept] + 1
    return Matrix(list(shown["label"]), _totals(held, shown), [str(names[code]) for code in kept], cells)


def _totals(held: pd.DataFrame, shown: pd.DataFrame) -> list[str]:
    """Say of each row how many operations it has, drawn or not."""
    listed = held["row"].value_counts().reindex(shown.index, fill_value=0)
    return [
        "all" if everything else f"{count:,}" if complete else f"≥ {count:,}" if count else "?"
        for count, everything, complete in zip(
            listed, shown["holds_everything"], shown["is_complete"], strict=True
        )
    ]


def _similar(cells: npt.NDArray[np.int64]) -> list[int]:
    """Return an order of rows: from the broadest on, always the most similar (Jaccard) of the rest next."""
    held = ((cells > _NOT_HELD) & (cells != _UNLISTED)).astype(np.int64)
    common = held @ held.T
    either = held.sum(axis=1)[:, None] + held.sum(axis=1)[None, :] - common
    likeness = np.where(either > 0, common / np.maximum(either, 1), 1.0)
    rest = list(range(len(cells)))
    order = [rest.pop(int(held.sum(axis=1).argmax()))]
    while rest:
        order.append(rest.pop(int(likeness[order[-1], rest].argmax())))
    return order


def _draw(ax: Axes, matrix: Matrix) -> None:
    from matplotlib.colors import ListedColormap

    rows, columns = matrix.cells.shape
    colors = [PAPER, *(SEVERITY[name] for name in SEVERITIES), PAPER]
    if columns:
        ax.pcolormesh(
            matrix.cells, cmap=ListedColormap(colors), vmin=-0.5, vmax=len(colors) - 0.5, edgecolors=FAINT,
            linewidth=0.4, shading="flat", antialiased=True,
        )  # fmt: skip
    for value, hatch in ((SEVERITIES.index(UNKNOWN) + 1, UNKNOWN_HATCH), (_UNLISTED, UNLISTED_HATCH)):
        _hatch(ax, matrix.cells == value, hatch)
    ax.set_xlim(0, max(columns, 1))
    ax.set_ylim(rows, 0)
    for spine in ax.spines.values():
        spine.set(visible=True, color=FAINT)
    canvas.labels(ax, "y", np.arange(rows) + 0.5, matrix.names)
    for row, total in enumerate(matrix.totals):
        ax.annotate(
            total, (max(columns, 1), row + 0.5), xytext=(3, 0), textcoords="offset points", va="center",
            annotation_clip=False, **style(total, size=canvas.SMALL, color=canvas.ink(ax)),
        )  # fmt: skip
    _name_columns(ax, matrix.operations)
    ax.tick_params(axis="both", length=0)


def _hatch(ax: Axes, where: npt.NDArray[np.bool_], hatch: str) -> None:
    """Hatch some cells: what is unknown must not look like what is not held."""
    from matplotlib.collections import PolyCollection

    squares = [[(x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1)] for y, x in np.argwhere(where)]
    if squares:
        ax.add_collection(
            PolyCollection(squares, facecolors="none", edgecolors="#6b6b6b", hatch=hatch, linewidths=0.0)
        )


def _has_names(ax: Axes) -> bool:
    """Return whether there is room for names below the columns."""
    return slot_size(ax)[1] >= pixels(ax, _LOWEST_WITH_NAMES)


def _name_columns(ax: Axes, operations: list[str]) -> None:
    """Name every operation where there is room, else the domains, as far as they are wide enough."""
    if not _has_names(ax):
        ax.set_xticks([])
        canvas.axis_label(
            ax, "x", f"{len(operations):,} {canvas.plural(len(operations), 'operation')}, by name"
        )
        return
    across = slot_size(ax)[0] * 0.6 / max(len(operations), 1)
    line = pixels(ax, canvas.SMALL / 72) * 1.15
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
    canvas.labels(ax, "x", at, names, size=canvas.SMALL, rotation=90, ha="center", va="top")


def _explain(ax: Axes, matrix: Matrix) -> None:
    used = [name for place, name in enumerate(SEVERITIES) if (matrix.cells == place + 1).any()]
    swatches = [canvas.swatch(SEVERITY[name], UNKNOWN_HATCH if name == UNKNOWN else "") for name in used]
    names = ["held, in no catalogue" if name == UNKNOWN else name for name in used]
    if (matrix.cells == _UNLISTED).any():
        swatches.append(canvas.swatch(PAPER, UNLISTED_HATCH))
        names.append("not listed by the API: unknown")
    if (matrix.cells == _NOT_HELD).any():
        swatches.append(canvas.swatch(PAPER))
        names.append("not held")
    canvas.legend(ax, swatches, names, title="severity of what is held (this project's judgement)")
