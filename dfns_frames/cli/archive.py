"""The verb `archive`: what was kept, and what it tells of the past."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dfns_frames as dff
from dfns_frames._archive.comparing.summary import counted
from dfns_frames._archive.covering import coverage
from dfns_frames._facts.provenance import plural, source_lines
from dfns_frames._facts.times import as_utc, beginning
from dfns_frames.cli.compare import fails
from dfns_frames.cli.listing import FOR_PROGRAMS, show
from dfns_frames.cli.terminal import DONE, FILE_FAILED, FINDINGS, USAGE, ShellError, complain, say, visible

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = {
    "changes": ["severity", "change", "object", "name", "field", "old", "new", "operation", "after", "by"],
    "lifetimes": ["token_id", "name", "born", "last_seen", "gone_after", "gone_by", "off_by"],
    "holders": ["token_id", "name", "certainty"],
}
_MINUTES = "%Y-%m-%d %H:%M"


def archive(options: argparse.Namespace) -> int:
    """Answer one question of an archive."""
    folder = Path(options.folder)
    if not options.folder.strip() or not folder.is_dir():
        # An archive is made when something is added, not when somebody mistypes its name.
        raise ShellError(USAGE, f"there is no folder {options.folder!r}; `fetch --archive` makes one")
    return int(_VERBS[options.question](dff.Archive(folder), options))


def _list(kept: dff.Archive, options: argparse.Namespace) -> int:
    return _print(kept.snapshots(options.org, options.caller), options)


def _at(kept: dff.Archive, options: argparse.Namespace) -> int:
    frames = kept.at(options.when, options.org, options.caller)
    if not options.quiet:
        for line in source_lines(frames):
            complain(line)
    if options.out:
        say(f"wrote {visible(str(frames.to_parquet(options.out)))}")
        return DONE
    columns = ["token_id", "name", "kind", "is_active", "date_created", "linked_user_id"]
    found = frames.tokens
    return _print(found if options.format in FOR_PROGRAMS else found[columns], options)


def _changes(kept: dff.Archive, options: argparse.Namespace) -> int:
    found = kept.changes(options.since, options.until, options.org, options.caller)
    since = None if options.since is None else beginning(options.since, "since")
    until = None if options.until is None else as_utc(options.until, "until", zoned=True)
    looked = coverage(kept.folder, since, until, options.org, options.caller)
    if not options.quiet:
        complain(f"{looked.summary} {counted(found)}" if looked.is_compared else looked.summary)
    failed = fails(found, options.fail_on)
    _print(found, options)
    if options.fail_on and looked.is_overdue:
        # A job that has stopped keeping snapshots must not pass as one that finds no changes.
        raise ShellError(USAGE, f"--fail-on has nothing to judge{f': {looked.summary}' * options.quiet}")
    return FINDINGS if failed else DONE


def _lifetimes(kept: dff.Archive, options: argparse.Namespace) -> int:
    return _print(kept.lifetimes(options.org, options.caller), options)


def _holders(kept: dff.Archive, options: argparse.Namespace) -> int:
    category = options.category.replace("-", "_")
    return _print(kept.holders(category, options.on, options.org, options.caller), options)


def _check(kept: dff.Archive, options: argparse.Namespace) -> int:
    found = kept.check()
    if found.empty and options.format not in FOR_PROGRAMS:
        say("nothing is damaged, left over or foreign")
        return DONE
    _print(found, options)
    return DONE if found.empty else FILE_FAILED


def _forget(kept: dff.Archive, options: argparse.Namespace) -> int:
    count = kept.forget(options.organisation)
    say(f"forgot {count:,} {plural(count, 'snapshot')} of {visible(options.organisation)}")
    return DONE


_VERBS: dict[str, Any] = {
    "list": _list,
    "at": _at,
    "changes": _changes,
    "lifetimes": _lifetimes,
    "holders": _holders,
    "check": _check,
    "forget": _forget,
}


def _print(found: pd.DataFrame, options: argparse.Namespace) -> int:
    """Print a frame; times as text, for people to the minute and only the columns that they need."""
    is_for_programs = options.format in FOR_PROGRAMS
    form = "%Y-%m-%dT%H:%M:%S.%fZ" if is_for_programs else _MINUTES
    for name in found.select_dtypes("datetimetz").columns:
        found[name] = found[name].dt.strftime(form)
    shown = None if is_for_programs else _SHOWN.get(options.question)
    if shown and found["org_id"].nunique() > 1:
        shown = ["org_id", *shown]
    show(found if shown is None else found[shown], options.format)
    return DONE
