"""The verb `sources`: how each source answered, and what to ask an administrator for."""

from __future__ import annotations

import argparse

import pandas as pd

from dfns_frames._api.sources.role import AUDITOR
from dfns_frames.cli.inputs import read
from dfns_frames.cli.listing import FOR_PROGRAMS, show
from dfns_frames.cli.terminal import complain

_FOR_PEOPLE = ["source", "status", "item_count", "needs_operation", "detail"]


def sources(options: argparse.Namespace) -> None:
    """List how each source answered; with --role, the operations of a role that reads them all."""
    if options.role:
        show(pd.DataFrame(AUDITOR, columns=["operation", "endpoint", "purpose"]), options.format)
        return
    listed = read(options, tell_losses=False).sources  # the table says it
    show(listed if options.format in FOR_PROGRAMS else listed[_FOR_PEOPLE], options.format)
    missing = listed[~listed["status"].isin(["ok", "incomplete"])]
    needed = missing["needs_operation"].dropna().unique()
    if len(needed):
        complain(f"ask an administrator for a permission with {', '.join(needed)}")
