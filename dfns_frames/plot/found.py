"""The chart of what an audit found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dfns_frames import measures
from dfns_frames._api.judgements import FINDING_SEVERITIES
from dfns_frames._facts.palette import FOUND
from dfns_frames.measures.options import check_count
from dfns_frames.plot import canvas
from dfns_frames.plot.colors import INK, PAPER, PARTIAL_HATCH
from dfns_frames.plot.guest import FINDINGS, NAMES
from dfns_frames.plot.text import drawable

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from dfns_frames._facts.tables import Tables
    from dfns_frames.measures.found import Grouped

_TITLES_SHARE = 0.4  # of the width, for the titles of rules, which say what the bars are about

_PARTS: dict[str, tuple[str, str]] = {
    **{name: (FOUND[name], "") for name in FINDING_SEVERITIES},
    "accepted": (PAPER, PARTIAL_HATCH),
}


def findings(frames: Tables, *, by: Grouped = "category", top: int = 40, ax: Axes | None = None) -> Axes:
    """Draw how many findings an audit has, by category or rule, coloured by severity.

    Accepted findings are hatched. Where a rule could not look at everything, the text beside the bar says "at
    least"; a rule that was not evaluated is named, since it is not clean.

    Parameters
    ----------
    by
        ``"category"`` or ``"rule"``.
    top
        How many categories or rules to draw at most; the worst come first.
    ax
        Axes to draw into; without it a new figure is made.

    Returns
    -------
    matplotlib.axes.Axes
        One bar per category or rule, its worst findings first.

    Raises
    ------
    MissingTableError
        These frames are no audit.
    ConfigurationError
        An option is out of range.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> pats = dff.demo.client("treasury").pats().audit()
    >>> pats.plot.findings(by="rule")
    <Axes: xlabel='findings, new and open'>
    """
    frame = measures.findings(frames, by=by)
    top = check_count("top", top)
    ax = canvas.start(ax, FINDINGS, NAMES, height=canvas.height_of(min(top, len(frame))))
    shown = frame.head(canvas.rows_that_fit(ax, top))
    title = f"Findings by {by}, the worst first"
    if shown.empty:
        canvas.nothing(ax, "No rule was applied.")
        return canvas.finish(ax, frames, title)
    base = np.zeros(len(shown))
    for column, (color, hatch) in _PARTS.items():
        lengths = shown[column].to_numpy()
        ax.barh(
            range(len(shown)), lengths, left=base, height=0.72, color=color, hatch=hatch, edgecolor=INK,
            linewidth=0.4, label=column,
        )  # fmt: skip
        base = base + lengths
    names = [drawable(name) for name in _names(frames, shown, by)]
    canvas.labels(ax, "y", range(len(shown)), names, share=_TITLES_SHARE)
    canvas.values(
        ax, base, *([_said(row, by, brief) for row in shown.itertuples()] for brief in (False, True))
    )
    canvas.axis_label(ax, "x", "findings, new and open")
    used = [name for name in _PARTS if shown[name].any()]
    if used:
        canvas.legend(ax, [canvas.swatch(*_PARTS[name]) for name in used], used, title="severity")
    cut = canvas.of_how_many(len(shown), len(frame), {"category": "categorie"}.get(by, by))
    return canvas.finish(ax, frames, title, cut, _gaps(frames), _elsewhere(frames))


def _names(frames: Tables, shown: pd.DataFrame, by: Grouped) -> list[str]:
    if by == "category":
        return [str(name) for name in shown[by]]
    titles = dict(zip(*frames.arrow("rules").select(["rule", "title"]).to_pydict().values(), strict=True))
    return [f"{rule} {titles.get(rule, '')}" for rule in shown[by]]


def _said(row: Any, by: Grouped, brief: bool) -> str:
    """Say how many findings there are, and whether there may be more."""
    count = sum(getattr(row, name) for name in _PARTS)
    if row.rules and row.not_evaluated == row.rules:
        return "not evaluated"
    short_of = row.not_evaluated or row.partly
    if short_of and not count:
        return "0 so far" if brief else "0 in what was looked at"
    if brief:
        return f"{'≥' * bool(short_of)}{count:,}"
    parts = [f"{'at least ' * bool(short_of)}{count:,}"]
    if row.accepted:
        parts.append(f"{row.accepted:,} accepted")
    if by == "category" and row.not_evaluated:
        parts.append(f"{row.not_evaluated:,} of {row.rules:,} rules not evaluated")
    return ", ".join(parts)


def _gaps(frames: Tables) -> str:
    """Name the rules that could not look at everything."""
    rules = frames.arrow("rules").select(["rule", "status", "missing"]).to_pylist()
    none = [row["rule"] for row in rules if row["status"] == "not evaluated"]
    partly = [row["rule"] for row in rules if row["missing"] and row["rule"] not in none]
    said = [f"NOT EVALUATED: {', '.join(none)}."] if none else []
    said += [f"Partly evaluated: {', '.join(partly)}."] if partly else []
    return " ".join([*said, "The table rules says what is missing."]) if said else ""


def _elsewhere(frames: Tables) -> str:
    """Say what the bars leave out."""
    status = frames.arrow("findings")["status"].to_pylist()
    counts = {name: status.count(name) for name in ("resolved", "unknown")}
    parts = [f"{count:,} {name}" for name, count in counts.items() if count]
    if not parts:
        return ""
    return f"Not drawn, of the baseline: {', '.join(parts)}."
