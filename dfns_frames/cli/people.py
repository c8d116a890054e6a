"""The verbs about who can do what: `who-can` and `explain`."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

import dfns_frames as dff
from dfns_frames._api.sources import SOURCES
from dfns_frames._facts.unread import unread_line
from dfns_frames.cli.inputs import read
from dfns_frames.cli.listing import FOR_PROGRAMS, show
from dfns_frames.cli.terminal import complain
from dfns_frames.measures.asking import deeds_of

if TYPE_CHECKING:
    import pandas as pd

_WHO = [
    *("name", "identity_kind", "owner_name", "way", "alone", "gate", "scope", "effective", "active", "basis"),
    "identity_id",
]
_WHY = ["through", "permission_name", "group_name", "since", "in_effect", "operation_count", "worst"]


def who_can(options: argparse.Namespace) -> None:
    """List who can do something, those who need nobody else first."""
    what = " ".join(options.what)
    if ":" not in what:  # an operation may be one that only the organisation knows
        deeds_of(dff.Frames({}), what)
    frames = read(options)
    found = frames.who_can(what, alone=True if options.alone else None)
    if found.empty:
        alone = " without anybody else" * options.alone
        complain(f"nobody listed here can do that{alone}, as far as is known")
    _answer(options, frames, found, _WHO)


def explain(options: argparse.Namespace) -> None:
    """List where somebody's rights come from."""
    frames = read(options)
    found = frames.explain(options.identity, options.operation)
    if found.empty:
        complain(f"{options.identity} is listed here, but no such right of it is")
    _answer(options, frames, found, _WHY)


def _answer(options: argparse.Namespace, frames: dff.Frames, found: pd.DataFrame, columns: list[str]) -> None:
    # Sources that were asked for and did not come have been reported already.
    never_asked = SOURCES.keys() - {*frames.sources["source"]}
    missing = unread_line(frames, [path for path in SOURCES if path in never_asked])
    if missing and not options.quiet:
        complain(f"{missing} What they would tell is unknown.")
    is_for_people = options.format not in FOR_PROGRAMS
    if "since" in found:
        form = "%Y-%m-%d" if is_for_people else "%Y-%m-%dT%H:%M:%SZ"
        found = found.assign(since=found["since"].dt.strftime(form))
    if not is_for_people:
        show(found, options.format)
        return
    # A column that is empty in every row says nothing.
    kept = [name for name in columns if name == columns[0] or not found[name].isna().all()]
    show(found[kept], options.format)
