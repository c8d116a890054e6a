"""The options of the verbs that have many, and how to print."""

from __future__ import annotations

import argparse


def add_tokens(tokens: argparse.ArgumentParser) -> None:
    """Add the options of `tokens` to those that say what to read."""
    tokens.add_argument(
        "--can",
        metavar="WHAT",
        action="append",
        default=[],
        help="only tokens whose permissions allow this, or may; a column says yes or unknown. WHAT is a "
        "category (move_funds, approve, grant_access, change_policy, export_keys, key_custody, identities or "
        "egress; labels such as 'send data out' work too), a way such as put_into_a_group, or an operation. "
        "Repeat it for tokens that can do several things. `who-can` also considers users and policies",
    )
    tokens.add_argument(
        "--owner",
        metavar="NAME|ID",
        help="only tokens of this user, service account or application; for a name, the whole organisation "
        "is read",
    )
    which = tokens.add_mutually_exclusive_group()
    which.add_argument(
        "--active", action="store_true", help="only tokens that are switched on, which may have expired"
    )
    which.add_argument("--inactive", action="store_true", help="only tokens that are switched off")
    tokens.add_argument(
        "--older-than",
        metavar="DAYS",
        type=int,
        help="only tokens that were at least this old when listed, or whose age is unknown",
    )
    add_format(tokens)


def add_fetch(fetch: argparse.ArgumentParser) -> None:
    """Add the options of `fetch` to those that say what to read."""
    fetch.add_argument(
        "--all",
        dest="whole",
        action="store_true",
        help="read the whole organisation, as far as you may: also service accounts, users, permissions, "
        "groups and policies",
    )
    fetch.add_argument(
        "--require",
        metavar="SOURCE",
        action="append",
        default=[],
        help="with --all: fail if this source, such as users or /v2/policies, is not read; may be repeated",
    )
    fetch.add_argument("--out", metavar="DIR", help="folder for Parquet files, which --from reads back")
    add_keeping(fetch)


def add_audit(command: argparse.ArgumentParser) -> None:
    """Add the options of `audit` to those that say what to read and how to print."""
    command.add_argument(
        "--all",
        dest="whole",
        action="store_true",
        help="read the whole organisation, as far as you may (--demo always does)",
    )
    command.add_argument(
        "--accept",
        metavar="FILE",
        help="TOML file of accepted findings: rule, subject, reason, by, until",
    )
    command.add_argument(
        "--baseline",
        metavar="FILE",
        help="an earlier audit, as --format json prints it, to tell new findings from open and resolved ones",
    )
    command.add_argument(
        "--threshold",
        metavar="NAME=VALUE",
        action="append",
        default=[],
        help="another value for a threshold, such as L03.days=180; `dfns-frames rules` lists them; may be "
        "repeated",
    )
    command.add_argument(
        "--as-of",
        metavar="TIME",
        help="count ages to this date (its end, UTC) or RFC 3339 time (default: when each list was fetched)",
    )
    _add_outcome(command)


def _add_outcome(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--fail-on",
        metavar="SEVERITY",
        choices=("critical", "high", "medium", "low", "info"),
        help="end with exit code 1 if a new or open finding that nobody accepted is at least this severe: "
        "%(choices)s",
    )
    command.add_argument(
        "--fail-on-unknown",
        action="store_true",
        help="also end with 1 if a rule of that severity was not evaluated (without --fail-on: of any)",
    )
    command.add_argument(
        "--out", metavar="FILE", help="write the audit to *.xlsx, *.json or *.md instead of printing a table"
    )
    command.add_argument("--overwrite", action="store_true", help="replace the file if it exists")


def add_compare(command: argparse.ArgumentParser) -> None:
    """Add the options of `compare` to those that say how to print."""
    for side, which in (("old", "earlier"), ("new", "later")):
        command.add_argument(
            side,
            metavar=side.upper(),
            help=f"the {which} snapshot: a saved response, a Parquet folder, or - for standard input",
        )
    for side in ("old", "new"):
        command.add_argument(
            f"--{side}-time",
            metavar="TIME",
            help=f"when {side.upper()} was listed, such as 2026-03-02 or 2026-03-02T08:00:00Z "
            "(default: the date of the file)",
        )
    command.add_argument("--caller", metavar="NAME", help="who asked both times, for saved responses")
    command.add_argument(
        "--endpoint",
        metavar="ENDPOINT",
        help="which endpoint both files are from, such as policies or /v2/policies; needed for empty lists",
    )
    command.add_argument(
        "--fail-on",
        metavar="SEVERITY",
        choices=("critical", "high", "medium", "low"),
        help="end with exit code 1 if something gained is at least this severe: %(choices)s",
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


def add_demo(demo: argparse.ArgumentParser) -> None:
    """Add the option that says where `demo` writes to."""
    demo.add_argument(
        "--out",
        metavar="DIR",
        default="demo-output",
        help="folder to write to; files of an earlier demo are replaced, others never (default: %(default)s)",
    )


def add_keeping(command: argparse.ArgumentParser) -> None:
    """Add the options of `fetch` that keep what was read in an archive."""
    command.add_argument(
        "--archive",
        metavar="DIR",
        help="keep what was read in this archive, for `archive` to ask; made if it does not exist",
    )
    command.add_argument(
        "--org", metavar="ID", help="with --archive: the organisation, where an empty list does not name it"
    )


def add_format(command: argparse.ArgumentParser) -> None:
    """Add the option that says how to print a table."""
    command.add_argument(
        "--format",
        choices=("table", "csv", "json", "jsonl", "markdown"),
        default="table",
        help="table and markdown are for people; the others are for programs and have every column "
        "(default: %(default)s)",
    )


def add_archive(command: argparse.ArgumentParser) -> None:
    """Add the questions of `archive`, each with its options."""
    questions = command.add_subparsers(title="questions", metavar="QUESTION", dest="question", required=True)

    def add(name: str, about: str, *, form: bool = True, whose: bool = True) -> argparse.ArgumentParser:
        made = questions.add_parser(
            name, help=about, description=f"{about[0].upper()}{about[1:]}.", allow_abbrev=False
        )
        made.add_argument("folder", metavar="DIR", help="the archive's folder")
        if whose:
            made.add_argument("--org", metavar="ID", help="only this organisation")
            made.add_argument("--caller", metavar="NAME", help="only what this caller was shown")
        if form:
            add_format(made)
        return made

    add("list", "list the snapshots, oldest first")
    at = add("at", "list the tokens as of a day; --out writes all tables of that day as Parquet")
    at.add_argument("when", metavar="TIME", help="a date (its end, UTC), or an RFC 3339 time")
    at.add_argument("--out", metavar="DIR", help="folder for Parquet files, which --from reads back")
    at.add_argument("--quiet", action="store_true", help="do not say how old each list is")
    _add_changes(add("changes", "list what changed from one snapshot to the next, worst first"))
    add("lifetimes", "list when each token was first and last seen, and since when it is off")
    holders = add("holders", "list the tokens that could do something on one day, such as move funds")
    holders.add_argument("category", metavar="CATEGORY", help="a class of operations, such as move_funds")
    holders.add_argument(
        "--on", metavar="TIME", required=True, help="a date (its end, UTC), or an RFC 3339 time"
    )
    add("check", "read everything, and list what is damaged, left over or foreign", whose=False)
    forget = add("forget", "delete all snapshots of an organisation, for good", form=False, whose=False)
    forget.add_argument("organisation", metavar="ORG", help="the organisation (or-…)")


def _add_changes(changes: argparse.ArgumentParser) -> None:
    changes.add_argument(
        "--since",
        metavar="TIME",
        help="only changes that a snapshot after this time shows; a date counts from its beginning",
    )
    changes.add_argument(
        "--until",
        metavar="TIME",
        help="only changes that a snapshot up to this time shows; a date counts to its end",
    )
    changes.add_argument(
        "--fail-on",
        metavar="SEVERITY",
        choices=("critical", "high", "medium", "low"),
        help="end with exit code 1 if something gained is at least this severe: %(choices)s; with 2 if "
        "there is no snapshot to compare",
    )
    changes.add_argument("--quiet", action="store_true", help="do not say what was compared")
