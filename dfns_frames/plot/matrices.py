"""Charts of which operations come together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from dfns_frames._api.catalogue import SEVERITIES, UNKNOWN
from dfns_frames._facts.holdings import domain_of
from dfns_frames._facts.provenance import plural
from dfns_frames.measures.matrices import permission_rows, token_groups, with_operations
from dfns_frames.measures.options import check_count
from dfns_frames.plot import canvas
from dfns_frames.plot.cells import NOT_HELD, REFUSED, UNLISTED, Matrix, draw, explain, has_names
from dfns_frames.plot.guest import NAMES
from dfns_frames.plot.text import drawable

if TYPE_CHECKING:
    import numpy.typing as npt
    from matplotlib.axes import Axes

    from dfns_frames._facts.tables import Tables

_COLUMN, _BESIDE, _BELOW = 0.15, 3.4, 1.9  # inches: an operation; what stands beside and below them
_NARROWEST, _WIDEST = 8.0, 10.0  # inches: a notebook shows wider figures shrunk, letters and all
_FEW_NAMES = 30  # letters, up to which a group's tokens are named


def operation_matrix(
    frames: Tables, *, top: int = 40, top_operations: int = 45, ax: Axes | None = None
) -> Axes:
    """Draw which operations tokens hold; tokens with the same operations share a row.

    Parameters
    ----------
    top
        How many rows to draw at most; those of most tokens come first.
    top_operations
        How many operations to draw at most: the most severe, then the most held. What only full
        administrators hold is drawn last, if there is room.
    ax
        Axes to draw into; without it a new figure is made.

    Returns
    -------
    matplotlib.axes.Axes
        One row per set of operations: full administrators in the first, similar ones side by side, tokens
        whose operations are not listed at the end. One column per operation, by name.

    Raises
    ------
    ConfigurationError
        An option is out of range.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> pats = dff.demo.client().pats()
    >>> ax = pats.plot.operation_matrix(top=10)
    >>> len(ax.get_yticks())
    10
    """
    top, top_operations = check_count("top", top), check_count("top_operations", top_operations)
    rows, held = token_groups(frames)
    shown = rows.head(top)
    tokens = frames.arrow("tokens").select(["token_id", "name"]).to_pydict()
    known = dict(zip(tokens["token_id"], tokens["name"], strict=True))
    names = [_group(row, known) for row in shown.itertuples()]
    title = "What tokens can do: tokens with the same operations share a row"
    candidates = with_operations(shown.assign(row=range(len(shown)), label=names, end=""), held)
    return _chart(frames, candidates, len(rows), ax, title, (top, top_operations, "row", True))


def _group(row: Any, known: dict[str | None, str | None]) -> str:
    """Name a group of tokens by what is true of all of them, never by one of them."""
    if row.holds_everything:
        return f"full administrators ({row.token_count:,})"
    if row.token_count == 1:
        return drawable(row.name)
    size = f"{row.token_count:,} tokens"
    names = ", ".join(sorted(drawable(known.get(token_id)) for token_id in row.token_ids))
    if len(names) <= _FEW_NAMES:
        return f"{size}: {names}"
    permissions = ", ".join(map(drawable, row.permission_names))
    return f"{size} with {permissions}" if permissions else size


def permission_matrix(
    frames: Tables, *, top: int = 40, top_operations: int = 45, ax: Axes | None = None
) -> Axes:
    """Draw which operations each permission contains, as far as tokens show it.

    Parameters
    ----------
    top
        How many permissions to draw at most; the broadest come first.
    top_operations
        How many operations to draw at most: the most severe, then the most held. What only full
        administrators hold is drawn last, if there is room.
    ax
        Axes to draw into; without it a new figure is made.

    Returns
    -------
    matplotlib.axes.Axes
        One row per permission, one column per operation, by name.

    Raises
    ------
    ConfigurationError
        An option is out of range.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> pats = dff.demo.client().pats()
    >>> ax = pats.plot.permission_matrix(top=5)
    >>> len(ax.get_yticks())
    5
    """
    top, top_operations = check_count("top", top), check_count("top_operations", top_operations)
    rows, held = permission_rows(frames)
    shown = rows.head(top)
    names = [drawable(name) for name in shown["permission_name"]]
    ends = [f" ({count:,} {plural(count, 'token')})" for count in shown["token_count"]]
    title = "What each permission contains, as far as tokens show it"
    candidates = with_operations(shown.assign(row=range(len(shown)), label=names, end=ends), held)
    return _chart(frames, candidates, len(rows), ax, title, (top, top_operations, "permission", False))


def _chart(
    frames: Tables, frame: pd.DataFrame, there_are: int, ax: Axes | None, title: str,
    options: tuple[int, int, str, bool],
) -> Axes:  # fmt: skip
    top, top_operations, noun, side_by_side = options
    rows = frame.drop_duplicates("row").set_index("row")
    width = _BESIDE + _COLUMN * min(top_operations, frame["operation"].nunique())
    height = canvas.height_of(min(top, len(rows))) + _BELOW
    ax = canvas.start(ax, NAMES, NAMES, width=max(_NARROWEST, min(_WIDEST, width)), height=height)
    below = _BELOW if has_names(ax) else 0.0
    shown = rows.head(canvas.rows_that_fit(ax, top, below=below))
    held = frame[frame["operation"].notna() & (frame["row"] < len(shown))]
    cut = canvas.of_how_many(len(shown), there_are, noun)
    if held.empty:
        canvas.nothing(ax, _why_nothing(shown))
        return canvas.finish(ax, frames, title, cut)
    matrix = _matrix(held, shown, top_operations)
    if side_by_side:
        matrix = matrix.reordered(_order(matrix.cells, shown))
    draw(ax, matrix)
    explain(ax, matrix)
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
    cells[~shown["is_complete"].to_numpy()] = UNLISTED
    here = column[codes] >= 0
    place = severities[codes] + 1
    if "usable" in held:
        place = np.where(held["usable"] == "no", REFUSED, place)
        place = np.where(held["usable"] == UNKNOWN, SEVERITIES.index(UNKNOWN) + 1, place)
    cells[held["row"].to_numpy()[here], column[codes[here]]] = place[here]
    cells[shown["holds_everything"].to_numpy()] = severities[kept] + 1
    return Matrix(
        list(shown["label"]),
        list(shown["end"]),
        _totals(held, shown),
        [str(names[code]) for code in kept],
        cells,
    )


def _totals(held: pd.DataFrame, shown: pd.DataFrame) -> list[str]:
    """Say for each row how many operations it has, drawn or not."""
    listed = held["row"].value_counts().reindex(shown.index, fill_value=0)
    return [
        "all" if everything else f"{count:,}" if complete else f"≥ {count:,}" if count else "?"
        for count, everything, complete in zip(
            listed, shown["holds_everything"], shown["is_complete"], strict=True
        )
    ]


def _order(cells: npt.NDArray[np.int64], shown: pd.DataFrame) -> list[int]:
    """Return an order of rows: full administrators, then similar ones side by side, the unknown apart."""
    full, complete = (shown[column].to_numpy(dtype=bool) for column in ("holds_everything", "is_complete"))
    parts = [np.flatnonzero(part) for part in (full, ~full & complete, ~full & ~complete)]
    return [int(part[place]) for part in parts if len(part) for place in _similar(cells[part])]


def _similar(cells: npt.NDArray[np.int64]) -> list[int]:
    """Return an order of rows: from the broadest on, always the most similar (Jaccard) of the rest next."""
    held = ((cells > NOT_HELD) & (cells != UNLISTED)).astype(np.int64)
    common = held @ held.T
    either = held.sum(axis=1)[:, None] + held.sum(axis=1)[None, :] - common
    likeness = np.where(either > 0, common / np.maximum(either, 1), 1.0)
    rest = list(range(len(cells)))
    order = [rest.pop(int(held.sum(axis=1).argmax()))]
    while rest:
        order.append(rest.pop(int(likeness[order[-1], rest].argmax())))
    return order
