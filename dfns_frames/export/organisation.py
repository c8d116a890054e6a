"""The sheets of an organisation: what they are called, what their columns mean, and how they look."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from dfns_frames._api.tables import TABLES
from dfns_frames._facts.presence import has, table
from dfns_frames.export.cells import as_cells
from dfns_frames.export.sheet import Block, Sheet

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dfns_frames._facts.tables import Tables
    from dfns_frames.export.about import Changes

WHO_CAN, USERS, PERMISSIONS, POLICIES = "Who can", "Users", "Permissions", "Policies"
ROWS = {
    WHO_CAN: "A row is one token, user or service account and one way in which it can do something, or may "
    "be able to; those who need nobody else come first.",
    **{name: f"A row is {TABLES[name.lower()].row}." for name in (USERS, PERMISSIONS, POLICIES)},
}
"""What a row of each sheet is."""

WORST, PENDING = "worst severity", "pending change"
_JUDGED = "This project's judgement."
MEANINGS = {
    WHO_CAN: {
        "who": "Name of the token, user or service account.",
        "kind": "token, user or service_account.",
        "owner": "User that the token acts for, by name where users were read.",
        "can": "What it can do.",
        "way": "In which way. Empty: a permission whose operations no list has may allow any of them.",
        "alone": "Whether it needs nobody else: yes, sometimes, unknown or no.",
        "gate": "What policies put in the way: not covered (no policy can), none, sometimes (under a "
        "condition, or for some wallets), approval by itself, approval by others, blocked or unknown.",
        "effective": "yes if it can; unknown if something that decides it was not read or not listed.",
        "active": "Whether it, and the user that it acts for, are active; empty if that is not known.",
        "basis": "What the column effective rests on.",
        "scope": "own delegated wallets, where an end user reaches no others; else organisation.",
        "policies": "Names of the policies that stand in the way, separated by semicolons.",
    },
    USERS: {
        "tokens": "How many of the tokens listed here act for the user.",
        "groups": "Names of the groups that the user is a member of.",
        "permissions": "Names of the permissions that the user has, directly or through groups.",
        "full administrator": "yes if one of these contains every operation.",
        WORST: "Highest severity of what the user can do; 'at least' where some operations are not listed; "
        f"empty if there is nothing. {_JUDGED}",
    },
    PERMISSIONS: {
        "given to": "How many tokens, users and groups have it, as far as that was read.",
        WORST: f"Highest severity of the operations that it contains. {_JUDGED}",
        PENDING: "Status of a requested change.",
    },
    POLICIES: {
        "rule": "When it applies.",
        "approval": "Who has to agree, per group: how many of whom, and whether the initiator may agree too.",
        "only for": "What it is limited to; empty if it covers everything.",
        PENDING: "Status of a requested change.",
    },
}
"""What the added columns of each sheet mean."""

FLAGS = {
    "is_active": "active",
    "is_service_account": "service account",
    "is_registered": "registered",
    "is_sso_required": "SSO required",
    "is_immutable": "managed",
    "is_archived": "archived",
}
RENAMED = {
    **FLAGS,
    "operation_count": "operations",
    "date_created": "created",
    "date_updated": "updated",
    "activity_kind": "watches",
    "action_kind": "action",
    "auto_reject_minutes": "rejects after (minutes)",
    "change_status": PENDING,
    "change_date": "change asked for",
    "change_requested_by": "asked for by",
    "assignment_count": "assignments",
}


_SHOWN_OTHERWISE = frozenset({"rule_kind", "rule_limit", "rule_currency", "rule_timeframe", "is_filtered"})
REST = 14.0
"""How wide columns are that are for filters and formulas, in characters."""

_AT_THE_RIGHT = ("_id", "_uuid", "asked for by", "source", "caller", "_no")
_IDS = {
    "identity_id": "Id of the token, user or service account.",
    "owner_id": "Id of the user that the token acts for.",
}


def titles(tables: Tables) -> list[str]:
    """Return which of these sheets there are: those of tables that are here."""
    own = [name for name in (USERS, PERMISSIONS, POLICIES) if has(tables, name.lower())]
    able = has(tables, "tokens") or has(tables, "users")
    return [WHO_CAN, *own] if own and able else own


def sheet(
    name: str,
    columns: pa.Table,
    altered: Changes,
    widths: Mapping[str, float],
    *,
    answers: Iterable[str] = (),
    severities: Iterable[str] = (),
) -> Sheet:
    """Return a sheet whose ids and the like, at its right, are not printed.

    Parameters
    ----------
    name
        On its tab.
    columns
        What it holds.
    altered
        What was changed in it is noted here.
    widths
        Of the columns that are wrapped, in characters.
    answers, severities
        The columns of yes and unknown, and of severities.
    """
    cells = as_cells(name, columns, altered)
    dates = frozenset(f"{column} (UTC)" for column in ("created", "updated", "change asked for"))
    rest = [column for column in cells.column_names if column.endswith(_AT_THE_RIGHT)]
    flags = [field.name for field in cells.schema if pa.types.is_boolean(field.type)]
    given = {**dict.fromkeys(dates, 11.0), **dict.fromkeys(flags, 8.5), **dict.fromkeys(rest, REST), **widths}
    return Sheet(
        name,
        (Block(cells),),
        frozen_columns=1,
        wrapped=frozenset(widths),
        clipped=frozenset(rest),
        severities=frozenset(severities),
        answers=frozenset(answers),
        dates=dates,
        widths=given,
        printed_columns=cells.num_columns - len(rest),
    )


def with_rest(listed: pa.Table, columns: Mapping[str, Any]) -> pa.Table:
    """Return the columns of a sheet, then the others of its table: ids, where it is from, its position."""
    rest = {
        RENAMED.get(name, name): listed[name]
        for name in listed.column_names
        if name not in _SHOWN_OTHERWISE and RENAMED.get(name, name) not in columns
    }
    # What is not printed stands last; of that, positions.
    order = sorted(rest, key=lambda name: [name.endswith(end) for end in reversed(_AT_THE_RIGHT)])
    return pa.table({**columns, **{name: rest[name] for name in order}})


def described(name: str, columns: Iterable[str]) -> list[tuple[str, str]]:
    """Return what each column of a sheet means."""
    declared = TABLES.get(name.lower())
    known = {RENAMED.get(each.name, each.name): each.meaning for each in declared.columns} if declared else {}
    meanings = {**known, **_IDS, **MEANINGS[name]}
    plain = [column.removesuffix(" (UTC)") for column in columns]
    return [(column, meanings[column]) for column in plain if column in meanings]


def pair(tables: Tables, name: str, key: str, value: str) -> dict[Any, Any]:
    """Return one column of a table by another; of several rows with the same key, the first counts."""
    listed = table(tables, name)
    keys, values = listed[key].to_pylist(), listed[value].to_pylist()
    return dict(zip(reversed(keys), reversed(values), strict=True))


def joined(names: Iterable[str]) -> str | None:
    """Return names in one text, each once; None if there are none."""
    return ", ".join(dict.fromkeys(names)) or None
