"""What `fetch` prints: the answers first, where they come from, and how much was read last."""

from __future__ import annotations

from typing import TYPE_CHECKING

import dfns_frames as dff
from dfns_frames.cli.terminal import visible
from dfns_frames.measures.classes import SENSITIVE

if TYPE_CHECKING:
    import pandas as pd

_YEAR_DAYS = 365


def summary(frames: dff.Frames) -> str:
    """Return what a reviewer asks first, in a few lines."""
    lists = len(frames.arrow("sources"))
    whose = f"the callers of {lists} lists" if lists > 1 else "the caller"
    rows = ", ".join(f"{name} {frames.arrow(name).num_rows:,}" for name in frames)
    return "\n".join(
        [
            f"Tokens visible to {whose}",
            *(f"  {visible(line)}" for line in _source_lines(frames)),
            "",
            *_answers(dff.measures.capabilities(frames)),
            "",
            f"Rows: {rows}",
        ]
    )


def _answers(capabilities: pd.DataFrame) -> list[str]:
    active = capabilities[capabilities["is_active"]]
    funds = active["move_funds"]
    maybe = int((funds == "unknown").sum())
    undated = int(active["age_days"].isna().sum())
    unknown = (active[list(SENSITIVE)] == "unknown").any(axis=1)
    counts = {
        "are full administrators": int(active["holds_everything"].sum()),
        "can move funds" + f", and {maybe:,} more may" * bool(maybe): int((funds == "yes").sum()),
        "are older than a year" + f"; {undated:,} have no date" * bool(undated): int(
            (active["age_days"] >= _YEAR_DAYS).sum()
        ),
        "hold operations that are not known": int(unknown.sum()),
    }
    width = max(len(f"{count:,}") for count in (len(capabilities), *counts.values()))
    return [
        f"  {len(capabilities):>{width},}  {'token' if len(capabilities) == 1 else 'tokens'}",
        f"  {len(active):>{width},}  active at snapshot, of which",
        *(f"    {count:>{width},}  {what}" for what, count in counts.items()),
    ]


def _source_lines(frames: dff.Frames) -> list[str]:
    lines = []
    for row in frames.arrow("sources").to_pylist():
        when = f"{row['fetched_at']:%Y-%m-%d %H:%M:%S} UTC" if row["fetched_at"] else "at an unknown time"
        basis = row.get("fetched_at_basis")
        said = f" ({basis})" if basis in ("file date", "clock") else ""
        aside = f", {row['rejected_count']:,} set aside" if row["rejected_count"] else ""
        count = row["item_count"] or 0
        listed = f"{count:,} {'token' if count == 1 else 'tokens'}{aside}"
        lines.append(f"{row['source']} from {row['url']}, {when}{said}: {row['status']}, {listed}")
    return lines
