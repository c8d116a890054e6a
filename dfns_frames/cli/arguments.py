"""The options of the verbs `audit`, `rules` and `compare`."""

from __future__ import annotations

import argparse


def add_audit(command: argparse.ArgumentParser) -> None:
    """Add the options of `audit` to those that say what to read and how to print."""
    command.add_argument(
        "--all",
        dest="whole",
        action="store_true",
        help="read the whole organisation, as far as you may; with --demo that is done anyway",
    )
    command.add_argument(
        "--accept", metavar="FILE", help="TOML file of accepted findings: rule, subject, reason, by, until"
    )
    command.add_argument(
        "--baseline",
        metavar="FILE",
        help="an earlier audit, as --format json prints it: each finding is new, open, resolved or unknown",
    )
    command.add_argument(
        "--fail-on",
        metavar="SEVERITY",
        choices=("critical", "high", "medium", "low", "info"),
        help="end with exit code 1 if a finding that is new or open and not accepted is at least this bad: "
        "%(choices)s",
    )
    command.add_argument(
        "--fail-on-unknown",
        action="store_true",
        help="end with 1 too if a rule of that level was not evaluated (without --fail-on, of any level)",
    )
    command.add_argument(
        "--out", metavar="FILE", help="write the audit to *.xlsx, *.json or *.md, and print no table"
    )
    command.add_argument("--overwrite", action="store_true", help="replace the file if it exists")


def add_compare(command: argparse.ArgumentParser) -> None:
    """Add the options of `compare` to those that say how to print."""
    for side, which in (("old", "earlier"), ("new", "later")):
        command.add_argument(
            side,
            metavar=side.upper(),
            help=f"the {which} look: a saved response, a folder of Parquet files, or - for standard input",
        )
    for side in ("old", "new"):
        command.add_argument(
            f"--{side}-time",
            metavar="TIME",
            help=f"when {side.upper()} was listed, such as 2026-03-02 or 2026-03-02T08:00:00Z "
            "(default: the date of the file)",
        )
    command.add_argument("--caller", metavar="NAME", help="who asked both times, if the files are responses")
    command.add_argument(
        "--fail-on",
        metavar="SEVERITY",
        choices=("critical", "high", "medium", "low"),
        help="end with exit code 1 if what was gained is at least this bad: %(choices)s",
    )
    command.add_argument(
        "--skip-invalid", action="store_true", help="set aside items that do not have the documented shape"
    )
    command.add_argument(
        "--quiet", action="store_true", help="print no summary and no warnings; errors are still printed"
    )


def add_rules(command: argparse.ArgumentParser) -> None:
    """Add the options of `rules` to those that say how to print."""
    command.add_argument("id", metavar="ID", nargs="?", help="show this rule only, such as P01")
