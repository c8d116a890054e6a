"""The arguments, and how a command ends: its exit code, and one sentence if it fails."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial
from importlib import import_module

import dfns_frames as dff
from dfns_frames.cli.arguments import (
    add_archive,
    add_audit,
    add_compare,
    add_demo,
    add_fetch,
    add_format,
    add_rules,
    add_tokens,
)
from dfns_frames.cli.hints import HINTS, MISSING, OPTIONS
from dfns_frames.cli.terminal import (
    BROKEN_PIPE,
    DONE,
    FILE_FAILED,
    INTERRUPTED,
    NOT_UNDERSTOOD,
    REFUSED,
    USAGE,
    ShellError,
    complain,
    flush,
    notices,
    open_streams,
    settle,
)

_ABOUT = """\
Who holds a Dfns access token, since when, and what could be done with it: tables, charts and workbooks.
It only reads. The API lists each caller's own tokens; --from joins the saved lists of several callers.
"""

_EPILOG = """\
The bearer token comes from the environment variable DFNS_AUTH_TOKEN. The server is Europe's, unless
--region or the environment variable DFNS_API_URL names another:

  https://api.dfns.io        Europe (--region eu)
  https://api.uae.dfns.io    United Arab Emirates (--region uae)
  https://api.dfns.ninja     staging, deprecated (DFNS_API_URL only)

Exit codes:

  0    done
  1    audit, compare or archive changes found something at or above --fail-on
  2    wrong usage or configuration
  3    the API refused or failed
  4    the response could not be understood
  5    a file could not be read or written
  130  interrupted
  141  the output was closed before its end
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    arguments
        The command line without the program's name; by default, that of the process.
    """
    open_streams()
    try:
        code = _run(arguments)
        flush()
        return code
    except BrokenPipeError:
        return BROKEN_PIPE
    except KeyboardInterrupt:
        return _fail(INTERRUPTED, "interrupted")
    except ShellError as error:
        return _fail(error.code, str(error))
    except dff.DfnsFramesError as error:
        return _fail(_code(error), _message(error))
    except OSError as error:
        return _fail(FILE_FAILED, _file_message(error))
    finally:
        settle()


def _run(arguments: Sequence[str] | None) -> int:
    options = _parser().parse_args(arguments)
    with notices(quiet=getattr(options, "quiet", False)):
        # Loaded on use, so that --help costs no pandas.
        name = options.verb.replace("-", "_")
        verb = getattr(import_module(f"dfns_frames.cli.{options.module}"), name)
        return verb(options) or DONE


def _code(error: dff.DfnsFramesError) -> int:
    if isinstance(error, dff.ConfigurationError | dff.MissingTableError):
        return USAGE
    return NOT_UNDERSTOOD if isinstance(error, dff.ResponseError | dff.SchemaError) else REFUSED


def _message(error: dff.DfnsFramesError) -> str:
    """Return the library's message, with hint and option as the shell calls them."""
    name = error.option if isinstance(error, dff.ConfigurationError) else None
    hint = HINTS[error.hint] if error.hint else None
    if isinstance(error, dff.MissingTableError):
        hint = MISSING
    return error.worded(hint, option=name and OPTIONS.get(name, f"--{name.replace('_', '-')}"))


def _file_message(error: OSError) -> str:
    if isinstance(error, FileExistsError) and error.filename:
        return f"{error.filename} exists already; choose another name, or pass --overwrite to replace it"
    return f"{error.strerror}: {error.filename}" if error.strerror and error.filename else str(error)


def _fail(code: int, text: str) -> int:
    complain(text)
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dfns-frames",
        description=_ABOUT,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"dfns-frames {dff.__version__}")
    _add_commands(parser.add_subparsers(title="commands", metavar="COMMAND", required=True))
    return parser


def _add_command(
    listed: argparse._SubParsersAction[argparse.ArgumentParser],
    verb: str,
    about: str,
    *,
    module: str = "verbs",
) -> argparse.ArgumentParser:
    command = listed.add_parser(
        verb, help=about, description=f"{about[0].upper()}{about[1:]}.", allow_abbrev=False
    )
    command.set_defaults(verb=verb, module=module)
    return command


def _add_commands(listed: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    add = partial(_add_command, listed)
    _add_readers(
        add("fetch", "read the tokens, and print a summary; --out or --archive keeps them"),
        add("tokens", "list the tokens, highest severity first, then oldest"),
        add("export", "write the tokens as a workbook, as CSV or as Parquet"),
    )
    _add_sources(
        add("sources", "list what each source answered, and which operation it needs", module="sources")
    )
    _add_questions(
        add("who-can", "list who can do something, in which way and past which gate", module="people"),
        add("explain", "list where the rights of a token, user or account come from", module="people"),
    )
    audit = add("audit", "apply the rules and list what they find, worst first", module="audit")
    rules = add("rules", "list the rules of audit, or show one", module="audit")
    compare = add("compare", "list what changed between two snapshots, worst first", module="compare")
    _add_input(audit)
    demo = add(
        "demo",
        "fetch the demo organisation, and write tables, a workbook, charts and notebooks",
        module="demo",
    )
    add_demo(demo)
    serve = add("serve", "run the demo API on this machine until interrupted")
    serve.add_argument("--port", type=int, default=0, help="port to listen on (default: any free one)")
    tables = add("tables", "list the tables: what a row is, and what each column means")
    operations = add("operations", "list the known operations, with what they allow and how severe they are")
    operations.add_argument("--category", help="only the operations of one category, such as move_funds")
    for command in (tables, operations, audit, rules, compare):
        add_format(command)
    add_compare(compare)
    add_audit(audit)
    add_rules(rules)
    add_archive(
        add("archive", "ask what `fetch --archive` kept: what changed, and since when", module="archive")
    )


def _add_readers(
    fetch: argparse.ArgumentParser, tokens: argparse.ArgumentParser, export: argparse.ArgumentParser
) -> None:
    for command in (fetch, tokens, export):
        _add_input(command)
    add_tokens(tokens)
    add_fetch(fetch)
    export.add_argument("--excel", metavar="FILE", help="one workbook, *.xlsx")
    export.add_argument("--csv", metavar="DIR", help="folder for one CSV file per table")
    export.add_argument(
        "--parquet", metavar="DIR", help="folder for the Parquet files, which --from reads back"
    )
    for command in (fetch, export):
        command.add_argument("--overwrite", action="store_true", help="replace files that exist")


def _add_sources(command: argparse.ArgumentParser) -> None:
    _add_input(command)
    command.set_defaults(whole=True)
    command.add_argument(
        "--role",
        action="store_true",
        help="list the operations of a role that may read every source, to ask an administrator for; sends "
        "no request",
    )
    add_format(command)


def _add_questions(who_can: argparse.ArgumentParser, explain: argparse.ArgumentParser) -> None:
    who_can.add_argument(
        "what",
        metavar="WHAT",
        nargs="+",
        help="a category such as move_funds, a way such as put_into_a_group (spaces and hyphens will do), or "
        "an operation such as Wallets:Transfers:Create",
    )
    who_can.add_argument(
        "--alone", action="store_true", help="only those who, as far as is known, need nobody's approval"
    )
    explain.add_argument("identity", metavar="ID", help="a token (to-…), user or service account (us-…)")
    explain.add_argument("--operation", metavar="NAME", help="only the rights that contain this operation")
    for command in (who_can, explain):
        _add_input(command)
        command.set_defaults(whole=True)
        add_format(command)


def _add_input(command: argparse.ArgumentParser) -> None:
    source = command.add_mutually_exclusive_group()
    source.add_argument(
        "--from",
        dest="files",
        metavar="FILE|FOLDER",
        action="append",
        help="a saved response of any source, or a folder that --out or --parquet wrote; - is standard "
        "input; repeat it to join several",
    )
    source.add_argument("--demo", action="store_true", help="read the demo organisation")
    source.add_argument("--region", metavar="REGION", help="read the API of this region: eu or uae")
    command.add_argument(
        "--fetched-at",
        metavar="TIME",
        action="append",
        help="when a saved response was fetched, such as 2026-03-02 or 2026-03-02T08:00:00Z; "
        "once for each --from, in the same order (default: the date of the file)",
    )
    command.add_argument(
        "--endpoint",
        metavar="ENDPOINT",
        action="append",
        help="which endpoint a saved response is from, such as policies or /auth/user-groups/ID/members; "
        "once for all files, or once for each, in the same order (default, or '': told by its shape)",
    )
    command.add_argument(
        "--caller",
        metavar="NAME",
        action="append",
        help="who asked, by any name; for saved responses once for all files, or once for each, in the same "
        "order",
    )
    command.add_argument(
        "--skip-invalid", action="store_true", help="set aside items that do not have the documented shape"
    )
    command.add_argument(
        "--quiet", action="store_true", help="print no warnings and no progress; errors are still printed"
    )
