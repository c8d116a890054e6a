"""Where the shell's tokens come from: the API, saved responses, or the demo organisation."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from pathlib import Path

import dfns_frames as dff
from dfns_frames.cli.terminal import REFUSED, USAGE, ShellError, complain

_REJECTED_SHOWN = 20


def read(options: argparse.Namespace) -> dff.Frames:
    """Read what the options ask for, joined if it is several, and tell of what was odd about it.

    Of the API that is the caller's tokens; for a verb that sets `whole`, everything that the caller may read.
    """
    frames = _from_files(options) if options.files else _from_api(options)
    if not options.quiet:
        _tell_drift(frames)
    _tell_rejected(frames)
    return frames


def _from_api(options: argparse.Namespace) -> dff.Frames:
    if options.fetched_at:
        raise ShellError(USAGE, "--fetched-at goes with --from; a live response says itself when it was made")
    if options.demo:
        client = dff.demo.client()
    else:
        if not os.environ.get("DFNS_AUTH_TOKEN", "").strip():
            raise ShellError(
                USAGE,
                "there is no token: set the environment variable DFNS_AUTH_TOKEN, read a saved response with "
                "--from FILE, or try the demo organisation with --demo",
            )
        client = dff.Client(region=options.region)
    if not getattr(options, "whole", False):
        return client.pats(skip_invalid=options.skip_invalid)
    org = client.organization(require=getattr(options, "require", ()), skip_invalid=options.skip_invalid)
    if org.sources["status"].isin(["failed", "skipped"]).all():
        first = org.sources["detail"].iloc[0]
        raise ShellError(REFUSED, f"no source was read; of the first one, {first}")
    return org


def _from_files(options: argparse.Namespace) -> dff.Frames:
    files: list[str] = options.files
    times: list[str | None] = options.fetched_at or [None] * len(files)
    if files.count("-") > 1:
        raise ShellError(USAGE, "--from - is standard input, which can be read only once")
    if len(times) != len(files):
        raise ShellError(
            USAGE,
            f"--fetched-at is given {_times(len(times))} and --from {_times(len(files))}; "
            "give one for each file, in the same order",
        )
    parts = [_from_file(*each, options.skip_invalid) for each in zip(files, times, strict=True)]
    return parts[0] if len(parts) == 1 else dff.concat(parts)


def _from_file(file: str, fetched_at: str | None, skip_invalid: bool) -> dff.Frames:
    if not file.strip():
        raise ShellError(USAGE, "--from needs the name of a file; - is standard input")
    if file == "-":
        return dff.read(sys.stdin.buffer, fetched_at=fetched_at, skip_invalid=skip_invalid)
    path = Path(file)
    if not path.is_dir():
        return dff.read(path, fetched_at=fetched_at, skip_invalid=skip_invalid)
    if fetched_at is not None:
        raise ShellError(USAGE, f"--fetched-at does not apply to the folder {file}, which keeps its own time")
    return dff.read(path)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _tell_drift(frames: dff.Frames) -> None:
    kinds = Counter(frames.arrow("drift")["what"].to_pylist())
    if kinds:
        listed = ", ".join(f"{kind} ({count:,})" for kind, count in kinds.items())
        complain(f"warning: drift noticed: {listed}; `dfns-frames export` lists each in the table drift")


def _tell_rejected(frames: dff.Frames) -> None:
    problems = frames.arrow("rejected")["problems"].to_pylist()
    for problem in problems[:_REJECTED_SHOWN]:
        complain(f"set aside: {problem}")
    if len(problems) > _REJECTED_SHOWN:
        complain(f"set aside: {len(problems) - _REJECTED_SHOWN:,} more; an export lists each in rejected")
