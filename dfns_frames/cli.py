"""The shell: arguments in, text and files out. The only place that prints."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dfns_frames as dff

if TYPE_CHECKING:
    import pandas as pd

DONE, USAGE, REFUSED, NOT_UNDERSTOOD, FILE_FAILED, INTERRUPTED = 0, 2, 3, 4, 5, 130
BROKEN_PIPE = 128 + 13

# The library's messages speak of its arguments; here they are options.
_SHELL_WORDS = {
    "overwrite=True": "--overwrite",
    "skip_invalid=True": "--skip-invalid",
    "fetched_at=": "--as-of ",
    "pass Client(token=…) or set": "set",
    "use dfns_frames.demo.client(), or --demo in the shell": "use --demo",
}

_EPILOG = """\
The token comes from the environment variable DFNS_AUTH_TOKEN, the address from DFNS_API_URL (default:
Europe). Exit codes: 0 done, 2 wrong usage or configuration, 3 the API refused or failed, 4 the response
could not be understood, 5 a file could not be read or written, 130 interrupted.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code.

    Parameters
    ----------
    arguments
        The command line without the program's name; by default, that of the process.
    """
    options = _parser().parse_args(arguments)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    with warnings.catch_warnings():
        for category in (dff.DriftWarning, DeprecationWarning):
            warnings.simplefilter("always", category)
        warnings.showwarning = _show_warning
        log, notices = logging.getLogger("dfns_frames"), _Notices(logging.WARNING)
        log.addHandler(notices)
        try:
            return _run(options.run, options)
        finally:
            log.removeHandler(notices)


class _Notices(logging.Handler):
    """Shows what the library has to say while it waits, in the shell's words."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one notice."""
        _complain(record.getMessage())


def _run(command: Callable[[argparse.Namespace], None], options: argparse.Namespace) -> int:
    try:
        command(options)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our output has had enough; Python would complain again when it exits.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except KeyboardInterrupt:
        return _fail(INTERRUPTED, "interrupted")
    except dff.ConfigurationError as error:
        return _fail(USAGE, str(error))
    except (dff.ResponseError, dff.SchemaError) as error:
        return _fail(NOT_UNDERSTOOD, str(error))
    except dff.DfnsFramesError as error:
        return _fail(REFUSED, str(error))
    except OSError as error:
        return _fail(FILE_FAILED, _file_message(error))
    return DONE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="dfns-frames",
        description="Dfns personal access tokens and their permissions, as tables, charts and workbooks.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"dfns-frames {dff.__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def add(name: str, run: Callable[[argparse.Namespace], None], about: str) -> argparse.ArgumentParser:
        command = commands.add_parser(name, help=about, description=f"{about[0].upper()}{about[1:]}.")
        command.set_defaults(run=run)
        return command

    fetch = add("fetch", _fetch, "read the tokens and print a summary; with --out, keep them as Parquet")
    _add_input(fetch)
    export = add("export", _export, "write the tokens as a workbook, as CSV or as Parquet")
    _add_input(export)
    _add_output(fetch, export)
    demo = add(
        "demo", _demo, "fetch the demo organisation and write all there is: CSV, workbook, charts, notebooks"
    )
    demo.add_argument(
        "--out",
        metavar="DIR",
        type=Path,
        default=Path("demo-output"),
        help="folder to write to, over the files of an earlier demo; default: %(default)s",
    )
    serve = add("serve", _serve, "run the demo API on this machine until interrupted")
    serve.add_argument("--port", type=int, default=0, help="default: any that is free")
    add("tables", _tables, "list the tables, what a row is and what each column means")
    operations = add(
        "operations", _operations, "list the known operations, what each allows, how severe it is"
    )
    operations.add_argument("--category", help="only those of one category, such as move_funds")
    return parser


def _add_input(command: argparse.ArgumentParser) -> None:
    source = command.add_mutually_exclusive_group()
    source.add_argument("--from", dest="file", metavar="FILE", help="a saved response; - is standard input")
    source.add_argument("--demo", action="store_true", help="the demo organisation")
    command.add_argument("--as-of", metavar="TIME", help="with --from: when the response was made (RFC 3339)")
    command.add_argument("--skip-invalid", action="store_true", help="set tokens that do not fit aside")


def _add_output(fetch: argparse.ArgumentParser, export: argparse.ArgumentParser) -> None:
    fetch.add_argument("--out", metavar="DIR", type=Path, help="folder for one Parquet file a table")
    export.add_argument("--excel", metavar="FILE", type=Path, help="one workbook, *.xlsx")
    export.add_argument("--csv", metavar="DIR", type=Path, help="one CSV file a table")
    export.add_argument("--parquet", metavar="DIR", type=Path, help="one Parquet file a table")
    for command in (fetch, export):
        command.add_argument("--overwrite", action="store_true", help="replace files that exist")


def _read(options: argparse.Namespace) -> dff.Frames:
    skip_invalid = options.skip_invalid
    if options.file is not None:
        source = sys.stdin.buffer if options.file == "-" else Path(options.file)
        return dff.read(source, fetched_at=options.as_of, skip_invalid=skip_invalid)
    if options.as_of is not None:
        raise dff.ConfigurationError("--as-of goes with --from; a live response says itself when it was made")
    client = dff.demo.client() if options.demo else dff.Client()
    return client.pats(skip_invalid=skip_invalid)


def _fetch(options: argparse.Namespace) -> None:
    frames = _read(options)
    print(frames)
    _print_rejected(frames)
    if options.out:
        print(f"wrote {frames.to_parquet(options.out, overwrite=options.overwrite)}")


def _export(options: argparse.Namespace) -> None:
    wanted = {"to_excel": options.excel, "to_csv": options.csv, "to_parquet": options.parquet}
    if not any(wanted.values()):
        raise dff.ConfigurationError("say what to write: --excel FILE, --csv DIR or --parquet DIR")
    frames = _read(options)
    _print_rejected(frames)
    for method, target in wanted.items():
        if target:
            print(f"wrote {getattr(frames, method)(target, overwrite=options.overwrite)}")


def _demo(options: argparse.Namespace) -> None:
    import matplotlib.pyplot as plt  # noqa: PLC0415 - heavy, and only this command draws

    plt.switch_backend("agg")
    frames = dff.demo.client().pats()
    print(frames)
    print(f"\n{dff.measures.permission_spread(frames).head(5).to_string(index=False)}\n")
    folder: Path = options.out
    folder.mkdir(parents=True, exist_ok=True)
    print(f"tables     {frames.to_csv(folder, overwrite=True)}/*.csv")
    print(f"workbook   {frames.to_excel(folder / 'pats.xlsx', overwrite=True)}")
    charts = [name for name in dir(type(frames.plot)) if not name.startswith("_")]
    for name in charts:
        figure = getattr(frames.plot, name)().figure
        figure.savefig(folder / f"{name}.png", dpi=120)
        plt.close(figure)
    print(f"charts     {folder}/*.png, {len(charts)} of them")
    notebooks = dff.demo.run_notebooks(folder)
    print(
        f"notebooks  {f'{folder}/*.ipynb' if notebooks else 'none: pip install dfns-frames[lab] to run them'}"
    )


def _serve(options: argparse.Namespace) -> None:
    if not 0 <= options.port <= 65_535:
        raise dff.ConfigurationError(f"--port takes a number from 0 to 65535, not {options.port}")
    try:
        server = dff.demo.serve(options.port)
    except OSError as error:
        raise dff.ConfigurationError(
            f"port {options.port} cannot be opened ({error.strerror}); leave --port out to take a free one"
        ) from None
    with server:
        print(f"the demo API answers at {server.url}; in another shell (Ctrl-C here ends it):\n")
        for caller, token in server.tokens.items():
            print(f"# {caller}\nexport DFNS_API_URL={server.url} DFNS_AUTH_TOKEN={token}\n")
        sys.stdout.flush()
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        server.wait()


def _tables(options: argparse.Namespace) -> None:
    for (name, row), columns in dff.dictionary().groupby(["table", "row"], sort=False):
        print(f"{name}: a row is {row}")
        for column in columns.itertuples():
            print(f"  {column.column:<16} {column.type:<45} {column.meaning}")
        print()


def _operations(options: argparse.Namespace) -> None:
    catalogue = dff.operations().astype("str")
    if options.category:
        known = sorted(catalogue["category"].unique())
        if options.category not in known:
            raise dff.ConfigurationError(f"no category {options.category!r}; there are: {', '.join(known)}")
        catalogue = catalogue[catalogue["category"] == options.category]
    shown = ["operation", "access", "category", "severity", "status", "successor"]
    print(_aligned(catalogue[shown]))


def _aligned(frame: pd.DataFrame) -> str:
    rows: list[list[Any]] = [list(frame.columns), *frame.fillna("").to_numpy().tolist()]
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(frame.columns))]
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _print_rejected(frames: dff.Frames) -> None:
    for item in frames.rejected.itertuples():
        _complain(f"set aside: {item.problems}")


def _show_warning(message: Warning | str, *_: Any, **__: Any) -> None:
    _complain(f"warning: {message}")


def _fail(code: int, text: str) -> int:
    _complain(text)
    return code


def _file_message(error: OSError) -> str:
    return f"{error.strerror}: {error.filename}" if error.strerror and error.filename else str(error)


def _complain(text: str) -> None:
    for python, shell in _SHELL_WORDS.items():
        text = text.replace(python, shell)
    print(f"dfns-frames: {text}", file=sys.stderr)
