"""What every output says of its tokens: where they came from, when, and whether they are all there are."""

from __future__ import annotations

import pyarrow.compute as pc

from dfns_frames.schema import Tables


def source_lines(tables: Tables) -> list[str]:
    """Return a line for each source that was asked."""
    lines = []
    for row in tables.arrow("sources").to_pylist():
        when = f"{row['fetched_at']:%Y-%m-%d %H:%M:%S} UTC" if row["fetched_at"] else "at an unknown time"
        rejected = f", {row['rejected_count']:,} set aside" * bool(row["rejected_count"])
        listed = f"{row['item_count'] or 0:,} tokens{rejected}"
        lines.append(f"{row['source']} from {row['url']}, {when}: {row['status']}, {listed}")
    return lines


def visibility(tables: Tables) -> str:
    """Return to whom the tokens are visible; a list holds its caller's own only."""
    lists = tables.arrow("sources").num_rows
    return f"visible to the callers of {lists:,} lists" if lists > 1 else "visible to the caller"


def filtered(tables: Tables) -> str:
    """Return how many of the tokens read are left; empty if all are."""
    sources = tables.arrow("sources")
    listed = (pc.sum(sources["item_count"]).as_py() or 0) - (pc.sum(sources["rejected_count"]).as_py() or 0)
    kept = tables.arrow("tokens").num_rows
    return f" ({kept:,} of the {listed:,} that were read)" if kept != listed else ""
