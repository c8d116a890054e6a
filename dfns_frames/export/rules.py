"""The sheets of what is allowed: permissions and policies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from dfns_frames._api.catalogue import SEVERITIES, UNKNOWN
from dfns_frames._facts.contents import permissions
from dfns_frames._facts.holdings import worst_contained
from dfns_frames._facts.keys import parent_rows
from dfns_frames._facts.people import people, user_names
from dfns_frames._facts.presence import has, table
from dfns_frames._facts.provenance import plural
from dfns_frames.export.organisation import PERMISSIONS, POLICIES, WORST, joined, sheet, with_rest

if TYPE_CHECKING:
    from dfns_frames._facts.tables import Tables
    from dfns_frames.export.about import Changes
    from dfns_frames.export.sheet import Sheet


def permissions_sheet(tables: Tables, altered: Changes) -> list[Sheet]:
    """Return the sheet of permissions; none where none were read."""
    if not has(tables, "permissions"):
        return []
    listed, worst, given = table(tables, "permissions"), _worst(tables), _given(tables)
    ids = listed["permission_id"].to_pylist()
    columns = {
        "name": listed["name"],
        "status": listed["status"],
        "managed": listed["is_immutable"],
        "archived": listed["is_archived"],
        "operations": listed["operation_count"],
        WORST: pa.array([worst.get(each) for each in ids], pa.string()),
        "given to": pa.array([given.get(each) for each in ids], pa.string()),
        "pending change": listed["change_status"],
        "created": listed["date_created"],
        "updated": listed["date_updated"],
    }
    widths = {"name": 30.0, "given to": 30.0, WORST: 10.0, "operations": 10.0, "pending change": 9.0}
    return [sheet(PERMISSIONS, with_rest(listed, columns), altered, widths, severities={WORST})]


def _worst(tables: Tables) -> dict[str, str]:
    """Return the highest severity of what each permission contains."""
    worst = worst_contained(tables)[:-1]
    return {
        each: SEVERITIES[place]
        for each, place in zip(permissions(tables).ids, worst, strict=True)
        if place < len(SEVERITIES)
    }


def _given(tables: Tables) -> dict[str | None, str]:
    """Say how many of whom have each permission; one that waits for approval does not count."""
    found: dict[str | None, dict[str, int]] = {}
    listed = table(tables, "permission_assignments").select(["permission_id", "identity_kind", "in_effect"])
    for row in listed.to_pylist():
        if row["in_effect"] is not False:
            counted = found.setdefault(row["permission_id"], {})
            kind = (row["identity_kind"] or UNKNOWN).replace("_", " ")
            counted[kind] = counted.get(kind, 0) + 1
    return {
        permission: ", ".join(map(_many, sorted(counted.items()))) for permission, counted in found.items()
    }


def _many(counted: tuple[str, int]) -> str:
    kind, count = counted
    return f"{count:,} {kind if kind == UNKNOWN else plural(count, kind)}"


def policies_sheet(tables: Tables, altered: Changes) -> list[Sheet]:
    """Return the sheet of policies; none where none were read."""
    if not has(tables, "policies"):
        return []
    listed = table(tables, "policies")
    columns = {
        "name": listed["name"],
        "status": listed["status"],
        "watches": listed["activity_kind"],
        "rule": pa.array([_rule(row) for row in listed.to_pylist()], pa.string()),
        "action": listed["action_kind"],
        "approval": pa.array(_approvals(tables), pa.string()),
        "only for": pa.array(_filters(tables), pa.string()),
        "rejects after (minutes)": listed["auto_reject_minutes"],
        "pending change": listed["change_status"],
        "created": listed["date_created"],
        "updated": listed["date_updated"],
    }
    widths = {"name": 20.0, "watches": 25.0, "rule": 28.0, "action": 15.0, "approval": 48.0, "only for": 30.0}
    widths |= {"rejects after (minutes)": 9.0, "pending change": 9.0}
    return [sheet(POLICIES, with_rest(listed, columns), altered, widths)]


def _rule(policy: dict[str, Any]) -> str | None:
    """Say when a policy applies."""
    limit, minutes = policy["rule_limit"], policy["rule_timeframe"]
    parts = [
        policy["rule_kind"],
        "" if limit is None else f"{limit:,.15g}",
        policy["rule_currency"],
        "" if minutes is None else f"in {minutes:,} {plural(minutes, 'minute')}",
    ]
    return " ".join(filter(None, parts)) or None


def _approvals(tables: Tables) -> list[str | None]:
    """Say for each policy who has to agree."""
    listed, groups = table(tables, "policies"), table(tables, "policy_groups")
    named = table(tables, "policy_approvers")
    names = dict(zip(people(tables).ids, user_names(tables).to_pylist(), strict=True))
    keys = ["source", "policy_no", "group_no"]
    who: dict[tuple[Any, ...], list[str]] = {}
    for row in named.select([*keys, "user_id"]).to_pylist():
        user = row["user_id"]
        who.setdefault(tuple(row[key] for key in keys), []).append(names.get(user) or user or "(no id)")
    said: list[list[str]] = [[] for _ in range(listed.num_rows)]
    for policy, row in zip(parent_rows(listed, groups, "policy_no"), groups.to_pylist(), strict=True):
        if policy >= 0:
            said[policy].append(_group(row, who.get(tuple(row[key] for key in keys), [])))
    return ["; and ".join(each) or None for each in said]


def _group(group: dict[str, Any], approvers: list[str]) -> str:
    """Say who has to agree in one group, and whether the initiator and service accounts may."""
    who = "anyone" if group["anyone_can_approve"] else joined(approvers) or "nobody"
    quorum = "?" if group["quorum"] is None else f"{group['quorum']:,}"
    notes = ["the initiator may agree too"] * bool(group["initiator_can_approve"])
    notes += ["service accounts may"] * bool(group["service_accounts_can_approve"])
    name = f"{group['name']}: " if group["name"] else ""
    return f"{name}{quorum} of {who}" + (f" ({', '.join(notes)})" if notes else "")


def _filters(tables: Tables) -> list[str | None]:
    """Say for each policy what narrows it."""
    listed, filters = table(tables, "policies"), table(tables, "policy_filters")
    found: list[dict[str, list[str]]] = [{} for _ in range(listed.num_rows)]
    for policy, row in zip(parent_rows(listed, filters, "policy_no"), filters.to_pylist(), strict=True):
        if policy >= 0:
            found[policy].setdefault(row["filter"] or "?", []).append(row["value"] or "?")
    return [
        "; ".join(f"{key}: {', '.join(values)}" for key, values in each.items()) or None for each in found
    ]
