"""Charts of how permissions are spread over tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dfns_frames import measures
from dfns_frames.plot import canvas
from dfns_frames.plot.colors import ACTIVE, INACTIVE, INK

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dfns_frames.schema import Tables


def permission_spread(frames: Tables, *, ax: Axes | None, top: int) -> Axes:
    """Draw how many tokens, active and inactive, hold each permission."""
    frame = measures.permission_spread(frames)
    shown = frame.head(top)
    ax = canvas.start(ax, height=canvas.height_of(len(shown)))
    tokens = frames.arrow("tokens").num_rows
    title = "Tokens that hold each permission"
    if shown.empty:
        canvas.nothing(ax, "No token visible to the caller holds a permission.")
        return canvas.finish(ax, frames, title)
    at = np.arange(len(shown))
    active, inactive = shown["tokens_active"].to_numpy(), shown["tokens_inactive"].to_numpy()
    bars = [
        ax.barh(at, active, height=0.72, color=ACTIVE, edgecolor=INK, linewidth=0.4),
        ax.barh(at, inactive, height=0.72, left=active, color=INACTIVE, edgecolor=INK, linewidth=0.4),
    ]
    canvas.labels(ax, "y", at, list(shown["permission_name"]))
    texts = [f"{row.token_count:,} ({row.share:.0%})" for row in shown.itertuples()]
    canvas.values(ax, shown["token_count"].to_numpy(), texts)
    canvas.axis_label(ax, "x", f"tokens that hold it (share of all {tokens:,})")
    canvas.legend(ax, bars, ["active today", "inactive today"])
    return canvas.finish(ax, frames, title, canvas.of_how_many(len(shown), len(frame), "permission"))
