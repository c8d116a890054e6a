"""What an export says of itself: when, from where, whether it is all, and what was changed on the way."""

from __future__ import annotations

import pyarrow.compute as pc

from dfns_frames import __version__
from dfns_frames._api.tables import TABLES
from dfns_frames._facts.provenance import cautions, filtered, held, plural, source_lines, taken, visibility
from dfns_frames._facts.tables import Tables

Changes = dict[tuple[str, str, str], int]  # in how many cells of (table, column) what was changed


def when(tables: Tables) -> str:
    """Say when the lists were made, as the beginning of a sentence."""
    text = taken(tables)
    return text[0].upper() + text[1:]


def overview(tables: Tables) -> list[str]:
    """Say what this is: whose tokens, when, from where, and what it cannot show."""
    counts = {name: tables.arrow(name).num_rows for name in tables}
    assignments = held(tables, "token_assignments")
    unknown = pc.sum(assignments["operation_count"].is_null()).as_py() or 0
    subject, limits = "What is", []
    if "tokens" in tables:
        subject = "Access tokens"
        limits = ["The API lists the caller's own tokens only, so those of other people are not here."]
    besides = ", and the permissions assigned to them" * ("token_assignments" in tables)
    lines = [
        f"{subject} {visibility(tables)}{filtered(tables)}{besides}.",
        f"{when(tables)}; written by dfns-frames {__version__}.",
        *cautions(tables),
        *source_lines(tables),
        *limits,
    ]
    if pc.any(pc.equal(held(tables, "sources")["status"], "incomplete")).as_py():
        lines.append("INCOMPLETE: the API had further pages that were never read; there are more tokens.")
    if unknown:
        some = f"{unknown:,} {plural(unknown, 'assignment')}"
        lines.append(f"For {some} the API listed no operations, so these are unknown, not none.")
    unknown_things = "not known to this version, or noted when lists were joined"
    for name, meaning in (("rejected", "set aside as unreadable"), ("drift", unknown_things)):
        if count := counts.get(name):
            lines.append(f"{count:,} {plural(count, 'row')} in {name!r}: {meaning}.")
    return lines


def cells(count: int) -> str:
    """Say how many cells."""
    return f"{count:,} {plural(count, 'cell')}"


def changed(changes: Changes) -> list[str]:
    """Say what of the texts was changed, in how many cells."""
    return [
        f"{table}, {column}: {what} in {cells(count)}" for (table, column, what), count in changes.items()
    ]


def readme(tables: Tables, changes: Changes, notes: list[str]) -> str:
    """Return the text that goes with a folder of CSV files."""
    lines = [*overview(tables), "", *notes, "", "Changed:", *(changed(changes) or ["nothing"])]
    for name in tables:
        count, declared = tables.arrow(name).num_rows, TABLES[name]
        lines += ["", f"{name}.csv, {count:,} {plural(count, 'row')}. A row is {declared.row}."]
        lines += [f"    {column.name}: {column.meaning}" for column in declared.columns]
    # A source may be a file of any name.
    return "".join(f"{' '.join(line.splitlines())}\n" for line in lines)
