"""The verb `compare`: what changed between two snapshots."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import dfns_frames as dff
from dfns_frames._facts.provenance import plural
from dfns_frames.cli.listing import FOR_PROGRAMS, show
from dfns_frames.cli.terminal import DONE, FINDINGS, USAGE, ShellError, complain

if TYPE_CHECKING:
    import pandas as pd

_FIRST = ("severity", "change", "object", "name", "owner_id", "field", "old", "new", "operation")
_ALWAYS = ("severity", "change", "object", "name")


def compare(options: argparse.Namespace) -> int:
    """List what changed; return 1 if something that was gained is as severe as --fail-on."""
    if options.old == options.new == "-":
        raise ShellError(USAGE, "standard input can be read only once: name a file or folder for one side")
    changes = dff.compare(_look(options, "old"), _look(options, "new"))
    if not options.quiet:
        complain(changes.attrs["summary"])
    times = {name: changes[name].dt.strftime("%Y-%m-%dT%H:%M:%SZ") for name in ("after", "by")}
    plain = changes.assign(**times)
    show(plain if options.format in FOR_PROGRAMS else _for_people(plain), options.format)
    return FINDINGS if fails(changes, options.fail_on) else DONE


def _look(options: argparse.Namespace, side: str) -> dff.Frames | Path:
    """Read one side; a folder is passed on, since it already says who asked and when."""
    file, time = getattr(options, side), getattr(options, f"{side}_time")
    if not file.strip():
        raise ShellError(USAGE, f"{side.upper()} needs the name of a file or folder; - is standard input")
    if file != "-" and Path(file).is_dir():
        if time is not None:
            raise ShellError(USAGE, f"--{side}-time does not go with the folder {file}, which has a time")
        return Path(file)
    source = sys.stdin.buffer if file == "-" else Path(file)
    try:
        return dff.read(
            source,
            endpoint=options.endpoint,
            caller=options.caller,
            fetched_at=time,
            skip_invalid=options.skip_invalid,
        )
    except dff.ConfigurationError as error:
        if error.option == "fetched_at":
            error.option = f"{side}_time"
        raise


def _for_people(changes: pd.DataFrame) -> pd.DataFrame:
    """Return the columns that matter first, and none that is empty throughout."""
    order = [*_FIRST, *(name for name in changes.columns if name not in _FIRST)]
    return changes[[name for name in order if name in _ALWAYS or changes[name].notna().any()]]


def fails(changes: pd.DataFrame, level: str | None) -> bool:
    """Tell whether something that was gained is as severe as --fail-on, and say what."""
    if level is None:
        return False
    bad = int((changes["severity"] >= level).sum())
    dark = int((changes["severity"] == "unknown").sum())
    if dark:
        complain(f"{dark:,} {plural(dark, 'change')} of unknown severity: not counted as {level}")
    if bad:
        complain(f"fails: {bad:,} {plural(bad, 'change')} at or above {level}")
    return bad > 0
