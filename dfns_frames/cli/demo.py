"""The verb `demo`: everything that the package makes, for a made-up organisation, in one folder."""

from __future__ import annotations

import argparse
import hashlib
import json
import tempfile
import warnings
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import matplotlib.pyplot as plt

import dfns_frames as dff
from dfns_frames.cli.listing import show
from dfns_frames.cli.summary import summary
from dfns_frames.cli.terminal import FILE_FAILED, USAGE, ShellError, flush, say
from dfns_frames.demo.notebooks import notebook_folder

_WORKBOOK = "pats.xlsx"
_AUDIT = ("audit.xlsx", "audit.json", "audit.md")
_CONTENTS = (
    "A demo organisation, made up, in the order to look at it:",
    "",
    "audit.xlsx  what is wrong, and what could not be checked; audit.md is for a ticket, and audit.json is "
    "what the next audit compares with",
    "*.ipynb     notebooks, each of which answers one question",
    "*.png       the charts",
    "pats.xlsx   the tokens of one caller, as a workbook",
    "*.csv       the same as tables, described below",
)
_OF_ORGANISATION = ("findings", "who_can")  # charts that say little about tokens alone
# What a demo wrote, by name, with the digests that it may have: so that the next one replaces its own files
# and no others, nor what somebody has worked on since.
_MANIFEST = ".dfns-frames-demo.json"

Digests = dict[str, list[str]]


def demo(options: argparse.Namespace) -> None:
    """Write tables, workbook, charts and notebooks of the demo organisation."""
    if options.out.strip() in ("", "-"):
        raise ShellError(USAGE, f"--out needs the name of a folder, not {options.out!r}")
    folder = Path(options.out)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dff.DriftWarning)  # the demo has drift to show, and shows it
        client = dff.demo.client()
        frames = client.pats()
        audit = client.organization().audit()
    charts = charts_of(frames)
    notebooks = [path.name for path in notebook_folder().glob("*.ipynb")]
    images = [f"{name}.png" for name in charts]
    files = [_WORKBOOK, *_AUDIT, "README.txt", *(f"{name}.csv" for name in frames)]
    _refuse_strangers(folder, [*files, *images, *notebooks])
    say(f"{summary(frames)}\n\nThe permissions that most tokens hold:\n")
    spread = dff.measures.permission_spread(frames).head(5).round({"share": 2})
    show(spread.drop(columns="permission_id"), "table")
    say("\nWriting tables, workbook, charts and notebooks; this takes about half a minute.")
    flush()
    folder.mkdir(parents=True, exist_ok=True)
    # Made beside their place, so that an interrupted demo leaves the files of the last one whole.
    with tempfile.TemporaryDirectory(dir=folder, prefix=".dfns-frames-demo-") as made:
        has_notebooks = _make(Path(made), frames, audit, charts)
        _put_in_place(Path(made), folder)
    _tell(folder, charts=len(charts), has_notebooks=has_notebooks)


def _make(folder: Path, frames: dff.Frames, audit: dff.Frames, charts: Iterable[str]) -> bool:
    """Make all files; return whether notebooks are among them."""
    plt.switch_backend("agg")
    frames.to_csv(folder)
    frames.to_excel(folder / _WORKBOOK)
    for name in _AUDIT:
        dff.write(audit, folder / name)
    for name in charts:
        figure = getattr((audit if name in _OF_ORGANISATION else frames).plot, name)().figure
        figure.savefig(folder / f"{name}.png", dpi=120)
        plt.close(figure)
    has_notebooks = bool(dff.demo.run_notebooks(folder))
    _say_what_is_what(folder / "README.txt", has_notebooks=has_notebooks)
    return has_notebooks


def _say_what_is_what(readme: Path, *, has_notebooks: bool) -> None:
    """Put what is in the folder before what README.txt says of the CSV files."""
    lines = [line for line in _CONTENTS if has_notebooks or "ipynb" not in line]
    tables = readme.read_text("utf-8")
    readme.write_text("\n".join([*lines, "", "", "The CSV files", "", tables]), "utf-8")


def _refuse_strangers(folder: Path, names: Iterable[str]) -> None:
    """Refuse to write where a file stands that no demo wrote, or that was changed since."""
    if folder.exists() and not folder.is_dir():
        raise ShellError(
            FILE_FAILED, f"{folder} is a file; --out needs a folder, which is made if it does not exist"
        )
    known = _known(folder)
    strangers = [
        name
        for name in names
        if (folder / name).exists() and _digest(folder / name) not in known.get(name, [])
    ]
    if strangers:
        raise ShellError(
            FILE_FAILED,
            "nothing was written, since it would replace files that no demo wrote, or that were changed "
            f"since: {', '.join(str(folder / name) for name in strangers)}; move them away, or choose "
            "another folder with --out",
        )


def _put_in_place(made: Path, folder: Path) -> None:
    new = {path.name: [_digest(path)] for path in sorted(made.iterdir()) if path.is_file()}
    _refuse_strangers(folder, new)
    # Until all are in place, old and new files may stand side by side.
    known = _known(folder)
    _remember(folder, {**known, **{name: [*known.get(name, []), *new[name]] for name in new}})
    for name in new:
        move(made / name, folder / name)
    _remember(folder, {**known, **new})


def charts_of(frames: dff.Frames) -> list[str]:
    """Return the names of all charts."""
    return [name for name in dir(type(frames.plot)) if not name.startswith("_")]


def move(made: Path, place: Path) -> None:
    """Put one file in its place."""
    made.replace(place)


def _known(folder: Path) -> Digests:
    with suppress(OSError, ValueError):
        known = json.loads((folder / _MANIFEST).read_text("utf-8"))
        if isinstance(known, dict) and all(isinstance(digests, list) for digests in known.values()):
            return known
    return {}


def _remember(folder: Path, digests: Digests) -> None:
    (folder / _MANIFEST).write_text(json.dumps(digests, indent=1), "utf-8")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""


def _tell(folder: Path, *, charts: int, has_notebooks: bool) -> None:
    say(f"\ntables     {folder}/*.csv")
    say(f"audit      {', '.join(f'{folder}/{name}' for name in _AUDIT)}")
    say(f"workbook   {folder}/{_WORKBOOK}")
    say(f"charts     {folder}/*.png, {charts} of them")
    if has_notebooks:
        say(f"notebooks  {folder}/*.ipynb")
        then = f"{folder}/02_permission_spread.ipynb (in a clone, `make lab` opens copies to work in)"
    else:
        say(
            "notebooks  none, since JupyterLab is missing; in a clone of the repository: pip install '.[lab]'"
        )
        then = f"{folder}/sensitive_reach.png"
    say(
        f"\nOpen first: {folder}/{_AUDIT[0]}, a workbook that says what is wrong and what was not checked; "
        f"then {then}"
    )
