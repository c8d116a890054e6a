"""The options of the verbs `audit` and `rules`."""

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


def add_rules(command: argparse.ArgumentParser) -> None:
    """Add the options of `rules` to those that say how to print."""
    command.add_argument("id", metavar="ID", nargs="?", help="show this rule only, such as P01")
