"""What the shell reads: the API, saved responses, or the demo organisation."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from pathlib import Path

import dfns_frames as dff
from dfns_frames._facts.asked import asked, held, not_read
from dfns_frames.cli.terminal import REFUSED, USAGE, ShellError, complain
from dfns_frames.client.progress import hidden

_REJECTED_SHOWN = 20


def read(options: argparse.Namespace, *, tell_losses: bool = True) -> dff.Frames:
    """Read what the options ask for, join it if there are several, and report what was odd.

    From the API that is the caller's tokens; for a verb that sets `whole`, all that the caller may read.
    """
    with hidden(options.quiet):
        frames = _from_files(options) if options.files else _from_api(options)
    if not options.quiet:
        for text in not_read(asked(frames)) if tell_losses else []:
            complain(f"warning: {text}")
        _tell_drift(frames)
    _tell_rejected(frames)
    return frames


def _from_api(options: argparse.Namespace) -> dff.Frames:
    if options.fetched_at:
        raise ShellError(USAGE, "--fetched-at goes with --from; a live response has a date of its own")
    if options.endpoint:
        raise ShellError(USAGE, "--endpoint goes with --from: it says what a file is a response of")
    callers = options.caller or [None]
    if len(callers) > 1 or (options.demo and options.caller):
        raise ShellError(USAGE, "--caller is one name for whoever asks, and does not go with --demo")
    if options.demo:
        client = dff.demo.client()
    else:
        if not os.environ.get("DFNS_AUTH_TOKEN", "").strip():
            raise ShellError(
                USAGE,
                "there is no token: set the environment variable DFNS_AUTH_TOKEN, read a saved response with "
                "--from FILE, or try the demo organisation with --demo",
            )
        client = dff.Client(region=options.region, caller=callers[0])
    if not getattr(options, "whole", False):
        return client.pats(skip_invalid=options.skip_invalid)
    org = client.organization(require=getattr(options, "require", ()), skip_invalid=options.skip_invalid)
    if org.sources["status"].isin(["failed", "skipped"]).all():
        first = org.sources["detail"].iloc[0]
        raise ShellError(REFUSED, f"no source could be read; the first said: {first}")
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
    endpoints = _for_each("--endpoint", options.endpoint, files)
    callers = _for_each("--caller", options.caller, files)
    parts = [
        _from_file(file, options.skip_invalid, fetched_at=time, endpoint=endpoint, caller=caller)
        for file, time, endpoint, caller in zip(files, times, endpoints, callers, strict=True)
    ]
    return parts[0] if len(parts) == 1 else dff.concat(parts)


def _for_each(option: str, given: list[str] | None, files: list[str]) -> list[str | None]:
    """Return what is given for each file: if given once, the same for all; if empty, nothing."""
    values = (given or [""]) * (len(files) if len(given or [""]) == 1 else 1)
    if len(values) != len(files):
        raise ShellError(
            USAGE,
            f"{option} is given {_times(len(values))} and --from {_times(len(files))}; give it once for all "
            "files, or once for each, in the same order",
        )
    return [value if value.strip() else None for value in values]


def _from_file(file: str, skip_invalid: bool, **options: str | None) -> dff.Frames:
    if not file.strip():
        raise ShellError(USAGE, "--from needs the name of a file or folder; - is standard input")
    if file == "-":
        return dff.read(sys.stdin.buffer, skip_invalid=skip_invalid, **options)
    path = Path(file)
    if not path.is_dir():
        return dff.read(path, skip_invalid=skip_invalid, **options)
    for name, value in options.items():
        if value is not None:
            option = f"--{name.replace('_', '-')}"
            raise ShellError(USAGE, f"{option} does not go with the folder {file}, which already says that")
    return dff.read(path)


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _tell_drift(frames: dff.Frames) -> None:
    kinds = Counter(held(frames, "drift")["what"].to_pylist())
    if kinds:
        listed = ", ".join(f"{kind} ({count:,})" for kind, count in kinds.items())
        complain(f"warning: drift noticed: {listed}; `dfns-frames export` lists each in the table drift")


def _tell_rejected(frames: dff.Frames) -> None:
    problems = held(frames, "rejected")["problems"].to_pylist()
    for problem in problems[:_REJECTED_SHOWN]:
        complain(f"set aside: {problem}")
    if len(problems) > _REJECTED_SHOWN:
        complain(f"set aside: {len(problems) - _REJECTED_SHOWN:,} more; an export lists each in rejected")
