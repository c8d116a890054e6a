"""The verbs without a module of their own: each reads, asks the library, and prints or writes."""

from __future__ import annotations

import argparse
import difflib
import signal
from pathlib import Path
from typing import TYPE_CHECKING

import dfns_frames as dff
from dfns_frames._api.catalogue import CATEGORIES
from dfns_frames._api.ways import WAYS
from dfns_frames.cli.inputs import read
from dfns_frames.cli.listing import FOR_PROGRAMS, show
from dfns_frames.cli.summary import summary
from dfns_frames.cli.terminal import USAGE, ShellError, complain, flush, known, say
from dfns_frames.measures.asking import named
from dfns_frames.measures.classes import SENSITIVE, allowed, worst_text

if TYPE_CHECKING:
    import pandas as pd


def fetch(options: argparse.Namespace) -> None:
    """Print a summary; with --out or --archive, keep the tables."""
    target, home = _target("--out", options.out), _target("--archive", options.archive)
    if options.whole and options.files:
        raise ShellError(USAGE, "--all asks the API or the demo; --from reads whatever the files hold")
    if options.require and not options.whole:
        raise ShellError(USAGE, "--require goes with --all")
    frames = read(options)
    say(summary(frames))
    if target:
        say(f"wrote {frames.to_parquet(target, overwrite=options.overwrite)}")
    if home:
        caller = options.caller[0] if options.caller and not options.files else None
        say(f"kept in {dff.Archive(home).add(frames, org=options.org, caller=caller)}")


def export(options: argparse.Namespace) -> None:
    """Write the tables to files."""
    targets = {
        "to_csv": _target("--csv", options.csv),
        "to_parquet": _target("--parquet", options.parquet),
        "to_excel": _target("--excel", options.excel),
    }
    if not any(targets.values()):
        raise ShellError(USAGE, "say what to write: --excel FILE, --csv DIR or --parquet DIR")
    frames = read(options)
    for method, target in targets.items():
        if target:
            say(f"wrote {getattr(frames, method)(target, overwrite=options.overwrite)}")


def tokens(options: argparse.Namespace) -> None:
    """List tokens, the worst and oldest first."""
    if options.older_than is not None and options.older_than < 0:
        raise ShellError(USAGE, f"--older-than takes a number of days, not {options.older_than}")
    asked = [_what(name) for name in options.can]
    # Only the list of users says what they are called.
    options.whole = options.owner is not None and not options.owner.startswith(("us-", "ap-"))
    frames = read(options)
    found = dff.measures.capabilities(frames)
    found = found.assign(**{what: allowed(frames, what) for what in asked if what not in SENSITIVE})
    if options.owner is not None:
        found = found[_owned(frames, found, options.owner)]
    for name in asked:
        found = found[found[name] != "no"]
    if options.active or options.inactive:
        found = found[found["is_active"] == options.active]
    if options.older_than is not None:
        # A token of unknown age may be older.
        found = found[(found["age_days"] >= options.older_than).fillna(True)]
    show(found if options.format in FOR_PROGRAMS else _for_people(found, asked), options.format)


def _what(given: str) -> str:
    """Return the proper name of what was asked for; an operation may be one that only the tokens know."""
    name = named(given)
    if name in WAYS or name in CATEGORIES:
        return name
    return given.strip() if ":" in given else known("--can", given, [*SENSITIVE, *WAYS])


def _owned(frames: dff.Frames, found: pd.DataFrame, owner: str) -> pd.Series[bool]:
    """Tell which tokens belong to somebody, given by id, name or user name."""
    called = owner.strip().casefold()
    ids = {owner.strip()}
    if "users" in frames:
        users = frames["users"][["user_id", "name", "username"]]
        meant = users[["name", "username"]].apply(lambda names: names.str.strip().str.casefold() == called)
        ids |= set(users.loc[meant.fillna(False).any(axis=1), "user_id"].dropna())
    owned = found["owner_id"].isin(ids)
    if not owned.any():
        near = difflib.get_close_matches(owner, found["owner_name"].dropna().unique(), n=3)
        hint = f"; close matches: {', '.join(near)}" * bool(near)
        complain(f"nobody with the name or id {owner!r} owns a token listed here{hint}")
    elif (count := found.loc[owned, "owner_id"].nunique()) > 1:
        complain(f"{count:,} users are called {owner!r}; give --owner an id for the tokens of one")
    return owned


def _for_people(found: pd.DataFrame, asked: list[str]) -> pd.DataFrame:
    """Return the columns that answer, few enough for a terminal; a bound says that it is one."""
    worded = found.assign(worst=worst_text(found["worst"], found["worst_is_lower_bound"]))
    owner = ["owner_id"] if found["owner_name"].isna().all() else ["owner_name", "owner_id"]
    columns = ["token_id", "name", *owner, "is_active", "age_days", "holds_everything", "worst"]
    return worded[[*columns, *dict.fromkeys(asked)]]


def operations(options: argparse.Namespace) -> None:
    """List the catalogue."""
    catalogue = dff.operations()
    if options.category is not None:
        categories = sorted(catalogue["category"].unique())
        catalogue = catalogue[catalogue["category"] == known("--category", options.category, categories)]
    if options.format not in FOR_PROGRAMS:
        catalogue = catalogue[["operation", "access", "category", "severity", "status", "successor"]]
    show(catalogue, options.format)


def tables(options: argparse.Namespace) -> None:
    """List the data dictionary."""
    dictionary = dff.dictionary()
    if options.format != "table":
        show(dictionary, options.format)
        return
    for (name, row), columns in dictionary.groupby(["table", "row"], sort=False):
        endpoints = columns["endpoints"].iloc[0]
        say(f"{name}: a row is {row}" + f"; from {endpoints}" * isinstance(endpoints, str))
        for column in columns.itertuples():
            say(f"  {column.column:<16} {column.type:<45} {column.meaning}")
        say()


def serve(options: argparse.Namespace) -> None:
    """Run the demo API until interrupted."""
    if not 0 <= options.port <= 65_535:
        raise ShellError(USAGE, f"--port takes a number from 0 to 65535, not {options.port}")
    try:
        server = dff.demo.serve(options.port)
    except OSError as error:
        raise ShellError(
            USAGE,
            f"port {options.port} cannot be opened ({error.strerror}); leave out --port to take a free one",
        ) from None
    with server:
        say(f"the demo API answers at {server.url}; in another shell (Ctrl-C here ends it):\n")
        for caller, token in server.tokens.items():
            say(f"# {caller}\nexport DFNS_API_URL={server.url} DFNS_AUTH_TOKEN={token}\n")
        flush()
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        server.wait()


def _target(option: str, given: str | None) -> Path | None:
    """Return where to write; None if the option is not there."""
    if given is None:
        return None
    if not given.strip():
        raise ShellError(USAGE, f"{option} needs a name; an empty one would be the current folder")
    if given == "-":
        raise ShellError(
            USAGE,
            f"{option} cannot write to standard output: it makes several files, or one that is not text; "
            "`dfns-frames tokens --format csv` prints a table there",
        )
    return Path(given)
