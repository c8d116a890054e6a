"""Charts of what tokens can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dfns_frames import measures
from dfns_frames._api.catalogue import CATEGORIES, UNKNOWN
from dfns_frames._facts.contents import current_operations
from dfns_frames._facts.provenance import percent, plural
from dfns_frames.measures.classes import SENSITIVE, worst_text
from dfns_frames.measures.options import check_count
from dfns_frames.plot import canvas
from dfns_frames.plot.canvas import STATES
from dfns_frames.plot.colors import (
    ACTIVE,
    EVERYTHING_HATCH,
    INACTIVE,
    INK,
    PAPER,
    REFUSED_HATCH,
    SEVERITY,
    UNKNOWN_HATCH,
)
from dfns_frames.plot.guest import NAMES, OPERATIONS, SHARES, TOKENS
from dfns_frames.plot.text import drawable

if TYPE_CHECKING:
    import numpy.typing as npt
    import pandas as pd
    from matplotlib.axes import Axes

    from dfns_frames._facts.tables import Tables
    from dfns_frames.measures.options import Shared

_EVERYTHING: dict[str, Any] = {
    "facecolor": SEVERITY["critical"], "edgecolor": PAPER, "hatch": EVERYTHING_HATCH, "linewidth": 0.0
}  # fmt: skip
_MEANINGS = {UNKNOWN: "unknown (in no catalogue)", "refused": "refused to this kind of token"}
_OWN = "By the tokens' own permissions; who_can takes their users and the policies into account."
_ALL = (
    f"{_OWN} Full administrators can do all of these. Unknown operations are in no catalogue, or not listed "
    "by the API."
)
_FEW = 20  # holders, below which one more or less changes the coefficient much


def operations_per_token(frames: Tables, *, top: int = 30, ax: Axes | None = None) -> Axes:
    """Draw how many different operations each token holds, coloured by severity.

    A full administrator's bar is open-ended and longer than all others: it holds every operation, listed
    or not.

    Parameters
    ----------
    top
        How many tokens to draw at most; the broadest come first.
    ax
        Axes to draw into; without it a new figure is made.

    Returns
    -------
    matplotlib.axes.Axes
        One bar per token, its worst operations first. Where something is unknown, the text beside the
        bar says "at least".

    Raises
    ------
    ConfigurationError
        An option is out of range.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> pats = dff.demo.client().pats()
    >>> pats.plot.operations_per_token(top=10)
    <Axes: xlabel='different operations'>
    """
    frame = measures.operations_per_token(frames)
    top = check_count("top", top)
    ax = canvas.start(ax, OPERATIONS, NAMES, height=canvas.height_of(min(top, len(frame))))
    shown = frame.head(canvas.rows_that_fit(ax, top))
    title = "Different operations of each token, the broadest first"
    if shown.empty:
        canvas.nothing(ax, "No token is visible to the caller.")
        return canvas.finish(ax, frames, title)
    ends, swatches = _draw_severities(ax, shown)
    canvas.labels(ax, "y", range(len(shown)), map(drawable, shown["name"]))
    worst = worst_text(shown["worst"], shown["worst_is_lower_bound"])
    texts = [
        [_amount(row, judged, brief=brief) for row, judged in zip(shown.itertuples(), worst, strict=True)]
        for brief in (False, True)
    ]
    canvas.values(ax, ends, *texts)
    canvas.axis_label(ax, "x", "different operations")
    if swatches:
        judged = "severity (this project's judgement)"
        canvas.legend(ax, list(swatches.values()), list(swatches), title=judged)
    rest = frame.iloc[len(shown) :]
    more = f" The others list at most {rest['operation_count'].max():,}." if len(rest) else ""
    cut = canvas.of_how_many(len(shown), len(frame), "token")
    return canvas.finish(ax, frames, title, f"{cut}{more}", f"{_OWN} {_uncertain(frame)}".strip())


def _draw_severities(ax: Axes, shown: pd.DataFrame) -> tuple[npt.NDArray[np.float64], dict[str, Any]]:
    """Draw the bars; return where each ends, and what explains its parts."""
    full = shown["holds_everything"].to_numpy(dtype=bool)
    parts = {name: (color, UNKNOWN_HATCH if name == UNKNOWN else "") for name, color in SEVERITY.items()}
    parts["refused"] = (PAPER, REFUSED_HATCH)
    base, swatches = np.zeros(len(shown)), {}
    for column, (color, hatch) in parts.items():
        lengths = np.where(full, 0, shown[column].to_numpy())
        _bars(ax, lengths, base, column, facecolor=color, edgecolor=INK, linewidth=0.4, hatch=hatch)
        base = base + lengths
        if lengths.any():
            swatches[_MEANINGS.get(column, column)] = canvas.swatch(color, hatch)
    if full.any():
        # No list says what they hold, and nobody holds more: one length for all, and no end in sight.
        base[full] = max(base.max(), current_operations()) * 1.04
        _bars(ax, np.where(full, base, 0), 0, "everything", **_EVERYTHING)
        swatches["every operation, now and in future"] = canvas.swatch(**_EVERYTHING)
    return base, swatches


def _bars(ax: Axes, lengths: Any, left: Any, label: str, **look: Any) -> None:
    ax.barh(range(len(lengths)), lengths, left=left, height=0.72, label=label, **look)


def _amount(row: Any, worst: Any, *, brief: bool) -> str:
    """Say how many operations a token has, and what of it is not sure."""
    inactive = "" if row.is_active or brief else ", inactive"
    if row.holds_everything:
        return "everything" if brief else f"everything ({row.operation_count:,} listed){inactive}"
    if row.unlisted_assignments and not row.operation_count:
        return f"unknown{inactive}"
    many = f"{'at least ' * bool(row.unlisted_assignments)}{row.operation_count:,}"
    if brief:
        return many.replace("at least", "\N{GREATER-THAN OR EQUAL TO}")
    judged = f", worst: {worst}" if row.worst_is_lower_bound else ""
    return f"{many}{judged}{inactive}"


def _uncertain(frame: pd.DataFrame) -> str:
    """Say what of the numbers is not as the API listed it."""
    full = frame["holds_everything"]
    count = int(((frame["unlisted_assignments"] > 0) & ~full).sum())
    tokens = plural(count, "token")
    notes = ["Full administrators hold every operation, listed or not."] * bool(full.any())
    notes += [f"Some operations of {count:,} {tokens} are unknown: the API did not list them."] * bool(count)
    return " ".join(notes)


def sensitive_reach(frames: Tables, *, ax: Axes | None = None) -> Axes:
    """Draw how many tokens can do each class of sensitive operations.

    Parameters
    ----------
    ax
        Axes to draw into; without it a new figure is made.

    Returns
    -------
    matplotlib.axes.Axes
        One bar per class: active tokens that can, active tokens of which it is unknown, and inactive
        ones. The caption names the classes that are not shown.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> pats = dff.demo.client().pats()
    >>> ax = pats.plot.sensitive_reach()
    >>> [label.get_text() for label in ax.get_yticklabels()][:3]
    ['move funds', 'approve', 'grant access']
    """
    frame = measures.sensitive_reach(frames)
    ax = canvas.start(ax, TOKENS, NAMES, height=canvas.height_of(len(frame)))
    title = "How many tokens can do each class of sensitive operations"
    tokens = frames.arrow("tokens").num_rows
    if not tokens:
        canvas.nothing(ax, "No token is visible to the caller.")
        return canvas.finish(ax, frames, title)
    others = ", ".join(category.label for category in CATEGORIES.values() if not category.sensitive)
    note = f"{_ALL} Not shown: {others}."
    shown = frame.head(canvas.rows_that_fit(ax, len(frame), below=canvas.inches_more(ax, note)))
    active = measures.operations_per_token(frames)["is_active"].sum()
    base = np.zeros(len(shown), dtype=np.int64)
    parts = {
        "tokens_active": (STATES[True], ACTIVE, ""),
        "active_uncertain": ("active, unknown whether it can", PAPER, UNKNOWN_HATCH),
        "tokens_inactive": (STATES[False], INACTIVE, ""),
    }
    for column, (name, color, hatch) in parts.items():
        lengths = shown[column].to_numpy()
        ax.barh(
            range(len(shown)), lengths, left=base, height=0.72, color=color, hatch=hatch, edgecolor=INK,
            linewidth=0.4, label=name,
        )  # fmt: skip
        base = base + lengths
    names = [SENSITIVE.get(name, "unknown operations") for name in shown["category"]]
    canvas.labels(ax, "y", range(len(shown)), names)
    rows = list(shown.itertuples())
    canvas.values(
        ax, base, *([_denominated(row, int(active), brief) for row in rows] for brief in (False, True))
    )
    canvas.axis_label(ax, "x", f"tokens ({active:,} active, {tokens - active:,} inactive in all)")
    canvas.legend(
        ax,
        [canvas.swatch(color, hatch) for _, color, hatch in parts.values()],
        [name for name, *_ in parts.values()],
    )
    cut = canvas.of_how_many(len(shown), len(frame), "classe")
    return canvas.finish(ax, frames, title, cut, note)


def _denominated(row: Any, active: int, brief: bool) -> str:
    if not active:
        return f"0 active, {row.tokens_inactive:,} inactive"
    share = f" ({percent(row.share_active)})"
    if brief:
        return f"{row.tokens_active:,}{share}"
    perhaps = f", {row.active_uncertain:,} unknown" if row.active_uncertain else ""
    return f"{row.tokens_active:,} of {active:,} active{share}{perhaps}"


_OF = {
    "operations": ("operations", "tokens"),
    "permissions": ("tokens", "permissions"),
    "owners": ("tokens", "owners"),
}


def concentration(frames: Tables, *, of: Shared = "operations", ax: Axes | None = None) -> Axes:
    """Draw how unevenly something is spread: a Lorenz curve with the Gini coefficient.

    The coefficient is 0 where all n holders have the same, and (n - 1) / n where one has everything.

    Parameters
    ----------
    of
        ``"operations"`` over tokens, tokens over ``"permissions"``, or tokens over ``"owners"``.
    ax
        Axes to draw into; without it a new figure is made.

    Returns
    -------
    matplotlib.axes.Axes
        The curve, and the diagonal that it would follow if all had the same.

    Raises
    ------
    ConfigurationError
        An option is out of range.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> pats = dff.demo.client().pats()
    >>> ax = pats.plot.concentration(of="owners")
    """
    frame = measures.concentration(frames, of=of)
    what, holders = _OF[of]
    ax = canvas.start(ax, SHARES, SHARES, width=5.5, height=5.2)
    title = f"How unevenly {what} are spread over {holders}"
    known = frame[frame["value_share"].notna()]
    note = " ".join(frame.attrs["notes"])
    if known.empty:
        canvas.nothing(ax, f"There are no {what} to share among {holders} visible to the caller.")
        return canvas.finish(ax, frames, title, note)
    ax.plot([0, 1], [0, 1], color=INK, linewidth=0.8, linestyle=(0, (4, 3)), marker="")
    across = np.concatenate([[0.0], known["holder_share"]])
    up = np.concatenate([[0.0], known["value_share"]])
    ax.plot(across, up, color=ACTIVE, linewidth=2.0, linestyle="-", marker="")
    ax.fill_between(across, up, across, color=INACTIVE, linewidth=0.0, alpha=0.6)
    canvas.shares(ax, "x")
    canvas.shares(ax, "y")
    canvas.gridlines(ax, "both")
    canvas.axis_label(
        ax, "x", f"share of {len(known):,} {plural(len(known), holders[:-1])}, the smallest first"
    )
    canvas.axis_label(ax, "y", f"share of their {what}")
    canvas.write(
        ax, 0.04, 0.95, f"Gini {known['gini'].iloc[0]:.2f} (n = {len(known):,})", size=canvas.LABEL, va="top",
        bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1.5},
    )  # fmt: skip
    most = (len(known) - 1) / len(known)
    scale = f"Dashed line: spread evenly, Gini 0. If one had everything, it would be {most:.2f}."
    few = (
        f"Fewer than {_FEW} {holders}: one more or less changes the coefficient a lot."
        if len(known) < _FEW
        else ""
    )
    return canvas.finish(ax, frames, title, scale, few, note)
