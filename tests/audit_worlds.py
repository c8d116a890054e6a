"""Small organisations for rules: those of `organisations`, with columns changed by id."""

from __future__ import annotations

import random
import warnings
from datetime import datetime, timedelta
from typing import Any

import pandas as pd
import pyarrow as pa

import dfns_frames as dff
from dfns_frames._api.tables import TABLES
from dfns_frames.audit.running import run
from tests.organisations import WHEN, Assigned, Organisation, Permission, Policy, Stub, Token, User, frames

Changes = dict[str, dict[str, dict[str, Any]]]
"""By table and id, what some columns hold."""

_IDS = {"tokens": "token_id", "users": "user_id", "policies": "policy_id", "permissions": "permission_id"}
_LISTED = {
    "token_no": ("tokens", "token_assignments", "token_operations"),
    "user_no": ("users", "user_assignments", "user_operations"),
    "permission_no": ("permissions", "permission_operations"),
    "policy_no": ("policies", "policy_groups", "policy_approvers", "policy_filters"),
    "assignment_no": ("permission_assignments",),
    "member_no": ("user_group_members",),
}


def aged(days: float, microseconds: int = 0) -> datetime:
    """Return when something was created that is so old when the lists are fetched."""
    return WHEN - timedelta(days=days, microseconds=microseconds)


def world(org: Organisation, changes: Changes | None = None, **tables: pa.Table) -> Stub:
    """Return the tables of an organisation, with counts of assignments, and some columns changed."""
    stub = frames(org)
    changed = {name: stub.arrow(name) for name in stub}
    for name, key in _IDS.items():
        rows = changed[name].to_pylist() if name in changed else []
        for row in rows:
            if name in ("tokens", "users"):
                row["assignment_count"] = _assignments(changed, name, row)
                row.setdefault("date_created", None)
            row.update((changes or {}).get(name, {}).get(row[key], {}))
        if rows:
            changed[name] = TABLES[name].from_rows(rows)
    return Stub({**changed, **tables})


def _assignments(tables: dict[str, pa.Table], name: str, row: dict[str, Any]) -> int:
    position = f"{name[:-1]}_no"
    listed = tables[f"{name[:-1]}_assignments"].to_pylist()
    return sum((each["source"], each[position]) == (row["source"], row[position]) for each in listed)


def holder(
    *operations: str,
    kind: str = "Pat",
    machine: bool = False,
    active: bool = True,
    immutable: bool = False,
    policies: tuple[Policy, ...] = (),
    more: tuple[User, ...] = (),
) -> Organisation:
    """Return an organisation of one token, ``to-a``, and its user, ``us-a``, who hold the same operations."""
    assigned = (Assigned("pm-1", "role", operations),)
    source = "/auth/service-accounts" if machine else "/auth/pats"
    own = "/auth/service-accounts" if machine else "/auth/users"
    return Organisation(
        (Permission("pm-1", operations, "role", immutable),),
        (User("us-a", assigned, machine=machine, source=own), *more),
        (Token("to-a", "us-a", assigned, kind, active, source),),
        policies=policies,
    )


def findings(tables: Any, rule: str | None = None, **options: Any) -> pd.DataFrame:
    """Return what an audit finds, or one of its rules."""
    found = run(tables, **options)["findings"].to_pandas()
    return found if rule is None else found[found["rule"] == rule].reset_index(drop=True)


def severities(tables: Any, rule: str, **options: Any) -> dict[Any, str]:
    """Return the severities of what a rule finds, by the id of the subject."""
    found = findings(tables, rule, **options)
    return dict(zip(found["subject_id"], found["severity"], strict=True))


def rules(tables: Any) -> dict[str, dict[str, Any]]:
    """Return how each rule went."""
    return {row["rule"]: row for row in run(tables)["rules"].to_pylist()}


def shuffled(tables: Any, seed: int) -> Stub:
    """Return the same tables with listed items in another order, and numbered anew."""
    draw = random.Random(seed)  # noqa: S311 - an order, nothing secret
    mixed = {name: tables.arrow(name) for name in tables}
    for position, (items, *children) in _LISTED.items():
        if items not in mixed:
            continue
        rows = mixed[items].to_pylist()
        draw.shuffle(rows)
        numbers: dict[Any, int] = {}
        for number, row in enumerate(rows):
            numbers[row["source"], row[position]] = number
            row[position] = number
        mixed[items] = TABLES[items].from_rows(rows)
        for child in children:
            below = mixed[child].to_pylist() if child in mixed else []
            for row in below:
                row[position] = numbers[row["source"], row[position]]
            if below:
                mixed[child] = TABLES[child].from_rows(sorted(below, key=lambda row: row[position]))
    return Stub(mixed)


def frames_of(stub: Stub, org: str, *, renamed: bool) -> dff.Frames:
    """Return the tables of an organisation as frames, with its id; renamed, every other id is its own too."""
    tables = {}
    for name in stub:
        rows = stub.arrow(name).to_pylist()
        for row in rows:
            ids = [key for key in row if renamed and key.endswith("_id") and isinstance(row[key], str)]
            row.update({key: f"{row[key]}-{org}" for key in ids})
            row |= {"org_id": org} if name in ("tokens", "users", "sources") else {}
            row |= {"caller": f"us-of-{org}"} if "caller" in TABLES[name].arrow_schema.names else {}
        tables[name] = TABLES[name].from_rows(rows)
    with warnings.catch_warnings():  # a token in both lists of tokens is one from here on
        warnings.simplefilter("ignore", dff.DriftWarning)
        return dff.concat([dff.Frames(tables)])
