"""The workbook: what its sheets hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import pandas as pd
import pyarrow as pa

from dfns_frames._facts.presence import has, table
from dfns_frames._facts.provenance import when
from dfns_frames._files import StrPath, new_file
from dfns_frames.errors import ConfigurationError
from dfns_frames.export import organisation
from dfns_frames.export.about import Changes
from dfns_frames.export.cells import as_cells
from dfns_frames.export.header import counted, is_audit
from dfns_frames.export.judged import findings_sheet, rules_sheet
from dfns_frames.export.judgement import (
    ADMINISTRATOR,
    AGE,
    ANSWERS,
    CREATED,
    FOUND_BY,
    OWNER,
    PERMISSIONS,
    WORST,
    WORST_FINDING,
    assignments_sheet,
    operations_sheet,
    tokens_sheet,
)
from dfns_frames.export.matrix import matrix
from dfns_frames.export.passed import passed_sheet
from dfns_frames.export.people import users_sheet, who_can_sheet
from dfns_frames.export.plain import TOKENS, has_all, plain_sheets, plain_tables, sheet_title
from dfns_frames.export.readme import AUDIT, SHEETS, readme
from dfns_frames.export.rules import permissions_sheet, policies_sheet
from dfns_frames.export.sheet import Block, Sheet
from dfns_frames.export.summary import summary
from dfns_frames.export.writer import write

if TYPE_CHECKING:
    from dfns_frames._facts.tables import Tables

# Beyond this many cells all of them at once would need some gigabytes.
CELLS_AT_MOST = 10_000_000

RESERVED = ("Summary", *SHEETS, "Matrix", "README", "History")
"""Titles that are taken, whatever the frames hold."""

# Of Sources, what only machines compare is cut on paper, so that the rest can be read.
_LOOKS = {
    "Sources": Sheet(
        "Sources",
        (),
        wrapped=frozenset({"source", "url", "needs_operation", "detail"}),
        clipped=frozenset({"caller", "org_id", "body_sha256", "asked_as"}),
        widths={"source": 19.0, "url": 20.0, "needs_operation": 16.0, "detail": 20.0, "caller": 7.0}
        | {"source_no": 7.5, "fetched_at_basis": 9.5, "status": 10.0}
        | dict.fromkeys(("item_count", "rejected_count", "request_count"), 8.0)
        | dict.fromkeys(("org_id", "body_sha256", "asked_as"), 4.0),
    )
}
_TITLE_UNITS = 31
_FORBIDDEN = "[]:*?/\\"
_LARGE = "There are so many cells that sheets have filters, but no tables, colours or charts."


def to_excel(
    frames: Tables,
    path: StrPath,
    *,
    sheets: Mapping[str, pd.DataFrame | pd.Series[Any]] | None = None,
    overwrite: bool = False,
) -> Path:
    """Write one workbook (.xlsx) to open, filter, print and share.

    Its sheets are Summary (figures and charts, each with what it counts and how to list it), those that you
    pass, Tokens (what each can do, the worst first), Operations, Assignments, Matrix, Sources, Rejected and
    Drift if there are any, and README. An organisation adds Who can (in which way, past which gate), Users,
    Permissions and Policies. An audit puts Findings (the worst first) and Rules (those with gaps first)
    before all others. Times are UTC. Nothing from the API becomes a formula or a link; README says what was
    changed. Operations and Matrix print as one page each; all other sheets print completely, except for the
    ids at the right of Findings.

    Parameters
    ----------
    path
        The file, ending in ``.xlsx``. Folders that do not exist are created. The file appears complete or
        not at all.
    sheets
        Sheets to add, as title and DataFrame, with any content; see `dff.write`.
    overwrite
        Replace the file if it exists; the new file keeps its permissions.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    ConfigurationError
        The name does not end in ``.xlsx``, or something passed in `sheets` cannot be a sheet.
    OSError
        It exists (FileExistsError), or cannot be written; nothing is left behind.

    Examples
    --------
    >>> spread = dff.measures.permission_spread(pats)  # doctest: +SKIP
    >>> pats.to_excel("pats.xlsx", sheets={"Permissions": spread})  # doctest: +SKIP
    PosixPath('pats.xlsx')
    """
    taken = [*organisation.titles(frames), *(AUDIT if is_audit(frames) else ())]
    taken += map(sheet_title, plain_tables(frames))
    passed = checked({} if sheets is None else sheets, taken)
    with new_file(path, suffix=".xlsx", overwrite=overwrite) as file:
        pages, large = build(frames, passed)
        write(pages, file, streaming=large, header=_paper_header(frames))
    return Path(path).expanduser()


def one_sheet(name: str, frame: pd.DataFrame, file: IO[bytes], altered: Changes) -> None:
    """Write a workbook of one DataFrame."""
    pages = passed_sheet(name, frame, altered).pages()
    cells = sum(page.blocks[0].cells.num_rows * page.blocks[0].cells.num_columns for page in pages)
    write(pages, file, streaming=cells > CELLS_AT_MOST)


def checked(sheets: object, taken: Iterable[str] = ()) -> dict[str, pd.DataFrame]:
    """Return the sheets that were passed, if a workbook can have them beside its own.

    Raises
    ------
    ConfigurationError
        A title or its data cannot be a sheet; the message names it and the rule.
    """
    if not isinstance(sheets, Mapping):
        raise ConfigurationError(
            f'sheets takes a mapping of title to DataFrame, such as {{"Findings": df}}, not '
            f"{type(sheets).__name__}"
        )
    reserved = (*RESERVED, *taken)
    passed: dict[str, str] = {}
    frames = {}
    for title, frame in sheets.items():
        broken = _broken_rule(title, reserved)
        if not broken and (other := passed.get(_base(title))):
            broken = f"{other!r} is passed too, and titles must differ by more than case"
        if broken:
            raise ConfigurationError(f"{title!r} cannot be the title of a sheet: {broken}")
        if isinstance(frame, pd.Series):
            frame = frame.to_frame("value" if frame.name is None else frame.name)
        if not isinstance(frame, pd.DataFrame):
            raise ConfigurationError(f"the sheet {title!r} takes a DataFrame, not {type(frame).__name__}")
        passed[_base(title)] = title
        frames[title] = frame
    return frames


def _base(title: str) -> str:
    """Return what titles are compared by; ``Operations (2)`` may be the second page of Operations."""
    return re.sub(r" \(\d+\)$", "", title).casefold()


def _broken_rule(title: object, taken: Iterable[str]) -> str:
    """Return which rule of workbooks a title breaks, if any."""
    if not isinstance(title, str):
        return f"it must be text, not {type(title).__name__}"
    if not title.strip():
        return "it is empty"
    if (units := len(title.encode("utf-16-le", "surrogatepass")) // 2) > _TITLE_UNITS:
        return f"it has {units} characters; at most {_TITLE_UNITS} are allowed (an emoji counts as two)"
    if found := [character for character in _FORBIDDEN if character in title]:
        return f"it contains {found[0]}; none of {' '.join(_FORBIDDEN)} is allowed"
    if title[0] == "'" or title[-1] == "'":
        return "it must not begin or end with an apostrophe"
    if not title.isprintable():
        return "it contains a character that cannot be shown"
    for reserved in taken:
        if _base(title) == reserved.casefold():
            return f"the name {reserved!r} is taken"
    return ""


def build(tables: Tables, passed: dict[str, pd.DataFrame]) -> tuple[list[Sheet], bool]:
    """Return the sheets, in the order of their tabs, and whether they are too large to hold at once."""
    altered: Changes = {}
    mine = [passed_sheet(title, frame, altered) for title, frame in passed.items()]
    crossed: Sheet | str = ""
    rest: list[Sheet] = []
    can_judge = has_all(tables, TOKENS)
    if can_judge:
        crossed = matrix(tables, altered)
        rest = [_operations(tables, altered)]
        rest.append(Sheet("Assignments", (_block("Assignments", assignments_sheet(tables), altered),)))
        rest += [crossed] if isinstance(crossed, Sheet) else []
    judged = [findings_sheet(tables, altered), rules_sheet(tables, altered)] if is_audit(tables) else []
    sheets = [
        *judged,
        *([summary(tables, altered)] if can_judge else []),
        *mine,
        *who_can_sheet(tables, altered),
        *([_tokens(tables, altered)] if can_judge else []),
        *users_sheet(tables, altered),
        *permissions_sheet(tables, altered),
        *policies_sheet(tables, altered),
        *rest,
        *plain_sheets(tables, altered),
    ]
    for name in ("Sources", "Rejected", "Drift"):
        listed = table(tables, SHEETS[name])
        if listed.num_rows or (name == "Sources" and has(tables, "sources")):
            sheets.append(replace(_LOOKS.get(name, Sheet(name, ())), blocks=(_block(name, listed, altered),)))
    pages = [page for sheet in sheets for page in sheet.pages()]
    blocks = [block.cells for page in pages for block in page.blocks]
    large = sum(cells.num_rows * cells.num_columns for cells in blocks) > CELLS_AT_MOST
    no_matrix = crossed if isinstance(crossed, str) else ""
    more = [_LARGE] * large
    return [*pages, readme(tables, pages, passed, no_matrix, altered, more)], large


def _paper_header(tables: Tables) -> str:
    """Return the line above each printed page: when this was, and what an audit found."""
    return f"{when(tables)}. {counted(tables)}" if is_audit(tables) else when(tables)


def _block(name: str, table: pa.Table, altered: Changes) -> Block:
    return Block(as_cells(name, table, altered))


def _tokens(tables: Tables, altered: Changes) -> Sheet:
    table = tokens_sheet(tables)
    cells = as_cells("Tokens", table, altered)
    judged = {"name": 28.0, OWNER: 20.0, "active": 7.0, AGE: 6.0, WORST: 10.0, ADMINISTRATOR: 12.5}
    if WORST_FINDING in cells.column_names:
        judged |= {WORST_FINDING: 9.5, FOUND_BY: 11.0}
    judged |= dict.fromkeys(ANSWERS - {ADMINISTRATOR}, 8.0) | {PERMISSIONS: 34.0, f"{CREATED} (UTC)": 10.5}
    rest = [name for name in cells.column_names if name not in judged]
    return Sheet(
        "Tokens",
        (Block(cells),),
        frozen_columns=1,
        wrapped=frozenset({"name", OWNER, WORST, FOUND_BY, PERMISSIONS}),
        clipped=frozenset(rest),
        dates=frozenset({f"{CREATED} (UTC)"}),
        severities=frozenset({WORST, WORST_FINDING}),
        answers=ANSWERS,
        printed_columns=len(judged),
        widths=judged | dict.fromkeys(rest, organisation.REST),
    )


def _operations(tables: Tables, altered: Changes) -> Sheet:
    return Sheet(
        "Operations",
        (_block("Operations", operations_sheet(tables), altered),),
        frozen_columns=1,
        severities=frozenset({"severity"}),
        widths={"active": 8.0},
        for_screen="Operations is for the screen.",
    )
