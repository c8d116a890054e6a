"""Sheets of DataFrames that a user passes, with any content; changes from `compare` get a layout."""

from __future__ import annotations

import pandas as pd

from dfns_frames.export.about import Changes
from dfns_frames.export.cells import from_frame
from dfns_frames.export.sheet import Sheet

# What a reviewer reads of changes, in that order, and how wide; the rest is for filters.
_CHANGES = {
    "severity": 8.5,
    "change": 12.0,
    "object": 13.0,
    "name": 22.0,
    "owner_id": 16.0,
    "field": 15.5,
    "old": 17.0,
    "new": 17.0,
    "operation": 20.0,
    "after": 18.0,
    "by": 18.0,
}
_ID = 14.0


def passed_sheet(title: str, frame: pd.DataFrame, altered: Changes) -> Sheet:
    """Return the sheet of a DataFrame."""
    names = [*map(str, frame.columns)]
    if not {*_CHANGES} <= {*names} or len({*names}) < len(names):
        return Sheet(title, (from_frame(title, frame, altered),))
    empty = {name for name in names if frame[name].isna().all()} - {*_CHANGES}
    ids = [name for name in names if name not in _CHANGES and name not in empty]
    order = [name for name in _CHANGES if name not in ("after", "by")]
    order = [*order, *ids, "after", "by"]
    block = from_frame(title, frame[[*order, *(name for name in names if name in empty)]], altered)
    widths = {name: _CHANGES.get(name.removesuffix(" (UTC)"), _ID) for name in block.cells.column_names}
    return Sheet(
        title,
        (block,),
        wrapped=frozenset(order) - {"after", "by"},
        severities=frozenset({"severity"}),
        widths=widths,
        printed_columns=len(order),
    )


def what_is_passed(frame: pd.DataFrame) -> str:
    """Say what such a sheet is and, for changes, what was compared."""
    summary = frame.attrs.get("summary")
    return "Passed to to_excel(sheets=...)." + f" {summary}" * isinstance(summary, str)
