"""Sheets of DataFrames that a user passes, with any content; changes from `compare` get a layout."""

from __future__ import annotations

import pandas as pd

from dfns_frames.export.about import Changes
from dfns_frames.export.cells import from_frame
from dfns_frames.export.sheet import Sheet

# What a reviewer reads of changes, in that order, and how wide; the rest is for filters, and not printed.
_CHANGES = {
    "severity": 9.0,
    "change": 13.0,
    "object": 22.0,
    "name": 28.0,
    "operation": 30.0,
    "field": 18.0,
    "old": 22.0,
    "new": 22.0,
    "owner_id": 18.0,
    "after": 19.0,
    "by": 19.0,
}
_ID = 14.0


def passed_sheet(title: str, frame: pd.DataFrame, altered: Changes) -> Sheet:
    """Return the sheet of a DataFrame."""
    names = [*map(str, frame.columns)]
    if not {*_CHANGES} <= {*names} or len({*names}) < len(names):
        return Sheet(title, (from_frame(title, frame, altered),))
    rest = [name for name in names if name not in _CHANGES]
    # What is empty throughout goes last.
    rest.sort(key=lambda name: bool(frame[name].isna().all()))
    block = from_frame(title, frame[[*_CHANGES, *rest]], altered)
    widths = {name: _CHANGES.get(name.removesuffix(" (UTC)"), _ID) for name in block.cells.column_names}
    return Sheet(
        title,
        (block,),
        wrapped=frozenset(_CHANGES) - {"after", "by"},
        clipped=frozenset(rest),
        severities=frozenset({"severity"}),
        widths=widths,
        printed_columns=len(_CHANGES),
    )


def what_is_passed(frame: pd.DataFrame) -> str:
    """Say what such a sheet is and, for changes, what was compared."""
    summary = frame.attrs.get("summary")
    return "Passed to to_excel(sheets=...)." + f" {summary}" * isinstance(summary, str)
