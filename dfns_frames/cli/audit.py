"""The verbs `audit` and `rules`: what is wrong, how certain that is, what to do; and by which rules."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import dfns_frames as dff
from dfns_frames._api.judgements import FINDING_SEVERITIES
from dfns_frames._facts.provenance import plural
from dfns_frames._facts.times import as_utc
from dfns_frames.audit.running import checked
from dfns_frames.cli.inputs import read
from dfns_frames.cli.listing import FOR_PROGRAMS, show
from dfns_frames.cli.terminal import DONE, FINDINGS, USAGE, ShellError, complain, known, say, visible
from dfns_frames.export.header import audited
from dfns_frames.export.records import tables_lines
from dfns_frames.export.report import report

if TYPE_CHECKING:
    import pandas as pd

_FILES = (".xlsx", ".json", ".md")
_SHOWN = ["severity", "status", "rule", "title", "subject_name", "owner_name", "accepted"]


def audit(options: argparse.Namespace) -> int:
    """Apply the rules; print or write what they found; return 1 if anything is as severe as --fail-on."""
    target = _target(options.out)
    if options.whole and options.files:
        raise ShellError(USAGE, "--all asks the API or the demo; --from reads whatever the files hold")
    options.whole = options.whole or options.demo
    # Before anything is asked, which may take minutes.
    thresholds = checked(_thresholds(options.threshold))
    as_of = None if options.as_of is None else as_utc(options.as_of, "as_of")
    found = read(options).audit(
        as_of, accept=options.accept, baseline=options.baseline, thresholds=thresholds
    )
    if not options.quiet and (target or options.format != "markdown"):
        for line in audited(found):
            complain(line)
    if target:
        say(f"wrote {dff.write(found, target, overwrite=options.overwrite)}")
    else:
        _print(found, options.format)
    return FINDINGS if _fails(found, options) else DONE


def _target(given: str | None) -> Path | None:
    """Return where to write; None if nowhere."""
    if given is None:
        return None
    if Path(given).suffix.lower() not in _FILES:
        raise ShellError(
            USAGE, f"--out takes the name of a file that ends in {', '.join(_FILES)}, not {given!r}"
        )
    return Path(given)


def _thresholds(given: list[str]) -> dict[str, float]:
    """Return the thresholds that were given as NAME=VALUE."""
    found: dict[str, float] = {}
    for text in given:
        name, is_set, value = (part.strip() for part in text.partition("="))
        if not is_set:
            raise ShellError(USAGE, f"--threshold takes NAME=VALUE, such as L03.days=180, not {text!r}")
        if name in found:
            raise ShellError(USAGE, f"--threshold gives {name} twice")
        try:
            found[name] = float(value)
        except ValueError:
            raise ShellError(USAGE, f"--threshold {name} takes a number, not {value!r}") from None
    return found


def _print(found: dff.Frames, form: str) -> None:
    if form == "json":
        # All tables, so that it can be the next audit's baseline. Everything but ASCII is escaped.
        say("".join(tables_lines(found, ascii_only=True)).rstrip("\n"))
    elif form == "markdown":
        for line in report(found, {}):
            say(visible(line))
    else:
        rows = found.findings.drop(columns="accepted_until")
        until = found.findings["accepted_until"].dt.strftime("%Y-%m-%dT%H:%M:%SZ")
        rows["accepted_until"] = until
        show(rows if form in FOR_PROGRAMS else rows[_SHOWN], form)


def _fails(found: dff.Frames, options: argparse.Namespace) -> bool:
    """Tell whether something is as severe as --fail-on, and say what."""
    if options.fail_on is None and not options.fail_on_unknown:
        return False
    level = options.fail_on or FINDING_SEVERITIES[-1]
    bad = FINDING_SEVERITIES[: FINDING_SEVERITIES.index(level) + 1]
    findings, rules = found.findings, found.rules
    matters = findings["severity"].isin(bad) & ~findings["accepted"]
    reasons = {}
    if options.fail_on:
        count = int((matters & findings["status"].isin(["new", "open"])).sum())
        reasons[f"{plural(count, 'finding')} at or above {level}, not accepted"] = count
    if options.fail_on_unknown:
        count = int((matters & (findings["status"] == "unknown")).sum())
        reasons[f"{plural(count, 'finding')} of the baseline that cannot be checked now"] = count
        count = int((rules["severity"].isin(bad) & (rules["status"] == "not evaluated")).sum())
        reasons[f"{plural(count, 'rule')} at or above {level} not evaluated"] = count
    said = [f"{count:,} {what}" for what, count in reasons.items() if count]
    if said:
        complain(f"fails: {'; '.join(said)}")
    return bool(said)


def rules(options: argparse.Namespace) -> None:
    """List the rules, or show one."""
    listed = dff.rules()
    if options.id is None:
        brief = listed[["id", "severity", "category", "title", "thresholds"]]
        show(listed if options.format in FOR_PROGRAMS else brief, options.format)
        return
    rule = known("rules", options.id.upper(), listed["id"].tolist())
    one = listed[listed["id"] == rule]
    if options.format != "table":
        show(one, options.format)
        return
    for name, value in _fields(one).items():
        say(f"{name:<12}{value}")


def _fields(one: pd.DataFrame) -> dict[str, str]:
    return {str(name): "" if values.isna().iloc[0] else str(values.iloc[0]) for name, values in one.items()}
