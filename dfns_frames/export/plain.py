"""Sheets of tables as they are, where the tables that a judgement needs are missing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dfns_frames._api.tables import TABLES
from dfns_frames._facts.presence import has
from dfns_frames.export.cells import as_cells
from dfns_frames.export.header import AUDITED
from dfns_frames.export.sheet import Block, Sheet

if TYPE_CHECKING:
    from dfns_frames._facts.tables import Tables
    from dfns_frames.export.about import Changes

_TITLES = {"token_operations": "Operations", "token_assignments": "Assignments"}
TOKENS = ("tokens", "token_assignments", "token_operations")
"""The tables without which nothing can be said of what tokens can do."""

# Which sheets show more tables than the one that they are called by.
_COVERED = {
    "users": ("users", "user_assignments", "user_operations", "user_groups", "user_group_members"),
    "permissions": ("permissions", "permission_operations", "pending_operations", "permission_assignments"),
    "policies": ("policies", "policy_groups", "policy_approvers", "policy_filters"),
    "sources": ("sources",),
    "rejected": ("rejected",),
    "drift": ("drift",),
}


def sheet_title(table: str) -> str:
    """Return what the sheet of a table is called."""
    return _TITLES.get(table, table.replace("_", " ").capitalize())


PLAIN = {sheet_title(name): name for name in TABLES}
"""The tables, by what the sheet of each is called."""


def has_all(tables: Tables, names: tuple[str, ...]) -> bool:
    """Tell whether all of some tables are here."""
    return all(has(tables, name) for name in names)


def plain_tables(tables: Tables) -> list[str]:
    """Return the tables that no other sheet shows."""
    shown = {each for name, covered in _COVERED.items() if has(tables, name) for each in covered}
    for names in (TOKENS, AUDITED):
        if has_all(tables, names):
            shown |= {*names}
    return [name for name in tables if name not in shown]


def plain_sheets(tables: Tables, altered: Changes) -> list[Sheet]:
    """Return a sheet for each table that no other sheet shows."""
    return [
        Sheet(sheet_title(name), (Block(as_cells(sheet_title(name), tables.arrow(name), altered)),))
        for name in plain_tables(tables)
    ]
