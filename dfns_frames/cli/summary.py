"""What `fetch` prints: where it is from, the answers, and how much was read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dfns_frames as dff
from dfns_frames._facts.asked import title
from dfns_frames._facts.provenance import filtered, source_lines, visibility
from dfns_frames.cli.terminal import visible
from dfns_frames.measures.classes import SENSITIVE

if TYPE_CHECKING:
    import pandas as pd

_YEAR_DAYS = 365


def summary(frames: dff.Frames) -> str:
    """Return what a reviewer asks first, in a few lines."""
    rows = ", ".join(f"{name} {frames.arrow(name).num_rows:,}" for name in frames)
    # Without the assignments nothing is known of what tokens can do.
    has_answers = {"tokens", "token_assignments", "token_operations"} <= {*frames}
    answers = [*_answers(dff.measures.capabilities(frames)), ""] if has_answers else []
    return "\n".join(
        [
            f"{title(frames)} {visibility(frames)}{filtered(frames)}",
            *(f"  {visible(line)}" for line in source_lines(frames)),
            "",
            *answers,
            f"Rows: {rows}",
        ]
    )


def _answers(capabilities: pd.DataFrame) -> list[str]:
    active = capabilities[capabilities["is_active"]]
    funds = active["move_funds"]
    maybe = int((funds == "unknown").sum())
    undated = int(active["age_days"].isna().sum())
    unknown = (active[list(SENSITIVE)] == "unknown").any(axis=1)
    full, old = int(active["holds_everything"].sum()), int((active["age_days"] >= _YEAR_DAYS).sum())
    dark = int(unknown.sum())
    no_date = f"; {undated:,} {'has' if undated == 1 else 'have'} no date" * bool(undated)
    counts = (
        (full, "is a full administrator" if full == 1 else "are full administrators"),
        (int((funds == "yes").sum()), "can move funds" + f", and {maybe:,} more may" * bool(maybe)),
        (old, f"{'is' if old == 1 else 'are'} older than a year{no_date}"),
        (dark, f"{'holds' if dark == 1 else 'hold'} something unknown, and may do more"),
    )
    width = max(len(f"{count:,}") for count in (len(capabilities), *(count for count, _ in counts)))
    return [
        f"  {len(capabilities):>{width},}  {'token' if len(capabilities) == 1 else 'tokens'}",
        f"  {len(active):>{width},}  active at snapshot, of which",
        *(f"    {count:>{width},}  {what}" for count, what in counts),
    ]
