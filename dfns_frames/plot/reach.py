"""Charts of what tokens can do."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dfns_frames import measures
from dfns_frames.measures.classes import SENSITIVE
from dfns_frames.measures.holdings import UNKNOWN, current_operations
from dfns_frames.plot import canvas
from dfns_frames.plot.colors import ACTIVE, INACTIVE, INK, PAPER, SEVERITY, UNKNOWN_HATCH

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

    from dfns_frames.measures.options import Shared
    from dfns_frames.schema import Tables

_FEW = 20  # holders, below which one more or less changes the coefficient much


def operations_per_token(frames: Tables, *, ax: Axes | None, top: int) -> Axes:
    """Draw the tokens with most operations, those of each severity in its colour, the worst first."""
    frame = measures.operations_per_token(frames)
    ax = canvas.start(ax, height=canvas.height_of(min(top, len(frame))))
    shown = frame.head(canvas.rows_that_fit(ax, top))
    title = "Different operations of each token, the broadest first"
    if shown.empty:
        canvas.nothing(ax, "No token is visible to the caller.")
        return canvas.finish(ax, frames, title)
    base = np.zeros(len(shown), dtype=np.int64)
    for name, color in SEVERITY.items():
        lengths = shown[name].to_numpy()
        ax.barh(
            range(len(shown)), lengths, left=base, height=0.72, color=color, edgecolor=INK, linewidth=0.4,
            hatch=UNKNOWN_HATCH if name == UNKNOWN else "", label=name,
        )  # fmt: skip
        base = base + lengths
    bare = np.flatnonzero(shown["holds_everything"] & (base == 0))
    base[bare] = current_operations()
    ax.barh(bare, base[bare], height=0.72, color=SEVERITY["critical"], edgecolor=INK, linewidth=0.4)
    canvas.labels(ax, "y", range(len(shown)), list(shown["name"]))
    rows = list(shown.itertuples())
    canvas.values(ax, base, [_amount(row) for row in rows], [_amount(row, brief=True) for row in rows])
    canvas.axis_label(ax, "x", "different operations, as listed by the API")
    used = [name for name in SEVERITY if shown[name].any() or (name == "critical" and len(bare))]
    if used:
        swatches = [canvas.swatch(SEVERITY[name], UNKNOWN_HATCH if name == UNKNOWN else "") for name in used]
        canvas.legend(
            ax, swatches, used, title="severity (this project's judgement; unknown: in no catalogue)"
        )
    rest = frame["operation_count"].iloc[len(shown) :]
    more = f" The others list at most {rest.max():,}." if len(rest) else ""
    cut = canvas.of_how_many(len(shown), len(frame), "token")
    return canvas.finish(ax, frames, title, f"{cut}{more}", _uncertain(frame))


def _amount(row: Any, *, brief: bool = False) -> str:
    """Say how many operations a token has, and how sure that is."""
    inactive = "" if row.is_active or brief else ", inactive"
    if row.holds_everything:
        return "everything" if brief else f"everything ({row.operation_count:,} listed){inactive}"
    if row.unlisted_assignments:
        return (f"≥ {row.operation_count:,}" if row.operation_count else "unknown") + inactive
    return f"{row.operation_count:,}{inactive}"


def _uncertain(frame: pd.DataFrame) -> str:
    count = int(((frame["unlisted_assignments"] > 0) & ~frame["holds_everything"]).sum())
    tokens = canvas.plural(count, "token")
    return f"Of {count:,} {tokens} the API did not list all operations: unknown, not none." if count else ""


def sensitive_reach(frames: Tables, *, ax: Axes | None) -> Axes:
    """Draw how many tokens can do each sensitive class of operations."""
    frame = measures.sensitive_reach(frames)
    ax = canvas.start(ax, height=canvas.height_of(len(frame)))
    title = "Tokens that can do each sensitive class of operations"
    tokens = frames.arrow("tokens").num_rows
    if not tokens:
        canvas.nothing(ax, "No token is visible to the caller.")
        return canvas.finish(ax, frames, title)
    active = measures.operations_per_token(frames)["is_active"].sum()
    base = np.zeros(len(frame), dtype=np.int64)
    parts = {
        "tokens_active": ("active today", ACTIVE, ""),
        "active_uncertain": ("active, perhaps: some of its operations are unknown", PAPER, UNKNOWN_HATCH),
        "tokens_inactive": ("inactive today", INACTIVE, ""),
    }
    for column, (name, color, hatch) in parts.items():
        lengths = frame[column].to_numpy()
        ax.barh(
            range(len(frame)), lengths, left=base, height=0.72, color=color, hatch=hatch, edgecolor=INK,
            linewidth=0.4, label=name,
        )  # fmt: skip
        base = base + lengths
    names = [SENSITIVE.get(name, "something unknown") for name in frame["category"]]
    canvas.labels(ax, "y", range(len(frame)), names)
    rows = list(frame.itertuples())
    canvas.values(
        ax, base, *([_denominated(row, int(active), brief) for row in rows] for brief in (False, True))
    )
    canvas.axis_label(ax, "x", f"tokens ({active:,} active, {tokens - active:,} inactive in all)")
    canvas.legend(
        ax,
        [canvas.swatch(color, hatch) for _, color, hatch in parts.values()],
        [name for name, *_ in parts.values()],
    )
    unknown = "Something unknown: operations in no catalogue, or not listed by the API."
    return canvas.finish(
        ax, frames, title, f"A full administrator's token can do everything known. {unknown}"
    )


def _denominated(row: Any, active: int, brief: bool) -> str:
    if not active:
        return f"no active token, {row.tokens_inactive:,} inactive"
    share = f" ({row.share_active:.0%})"
    if brief:
        return f"{row.tokens_active:,}{share}"
    perhaps = f", perhaps {row.active_uncertain:,} more" if row.active_uncertain else ""
    return f"{row.tokens_active:,} of {active:,} active{share}{perhaps}"


_OF = {
    "operations": ("operations", "tokens"),
    "permissions": ("tokens", "permissions"),
    "owners": ("tokens", "owners"),
}


def concentration(frames: Tables, *, ax: Axes | None, of: Shared) -> Axes:
    """Draw a Lorenz curve: which share of all the smallest holders have together."""
    frame = measures.concentration(frames, of=of)
    what, holders = _OF[of]
    ax = canvas.start(ax, width=5.5, height=5.2)
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
        ax, "x", f"share of {len(known):,} {canvas.plural(len(known), holders[:-1])}, the smallest first"
    )
    canvas.axis_label(ax, "y", f"share of their {what}")
    canvas.write(
        ax, 0.04, 0.95, f"Gini {known['gini'].iloc[0]:.2f} (n = {len(known):,})", size=canvas.LABEL, va="top",
        bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 1.5},
    )  # fmt: skip
    few = (
        f"Fewer than {_FEW} {holders}: one more or less changes the coefficient much."
        if len(known) < _FEW
        else ""
    )
    return canvas.finish(ax, frames, title, "Dashed: all have the same.", few, note)
