"""What tokens can do, counted as plainly as it can be, to hold the measures against."""

from __future__ import annotations

import csv
from importlib.resources import files
from typing import Any

CATALOGUE = {
    row["operation"]: row
    for row in csv.DictReader(
        files("dfns_frames._api").joinpath("data", "operations.csv").read_text("utf-8").splitlines()
    )
}
FULL = {"ManagedFullAdminAccess", "DfnsFullAdminAccess"}
CLASSES = [
    "move_funds",
    "approve",
    "grant_access",
    "change_policy",
    "export_keys",
    "key_custody",
    "identities",
    "egress",
]
SEVERITIES = ["critical", "high", "medium", "low", "none", "unknown"]
CURRENT = {name for name, row in CATALOGUE.items() if row["status"] == "current"}
REFUSED = {
    "Pat": {
        "Auth:Pats:Create",
        *(f"Auth:ServiceAccounts:{verb}" for verb in ("Create", "Activate", "Deactivate")),
        *(f"Auth:Users:{verb}" for verb in ("Create", "Activate", "Deactivate")),
        *(f"Auth:Delegated:{verb}" for verb in ("Login", "Register", "Recover")),
    },
    "ServiceAccount": {
        "Auth:Pats:Create",
        "Auth:ServiceAccounts:Create",
        "Exchanges:Create",
        "Exchanges:Delete",
    },
}


def is_full(item: dict[str, Any]) -> bool:
    """Tell whether a token holds a full administrator's permission."""
    return any(given["permissionName"] in FULL for given in item["permissionAssignments"])


def is_unlisted(item: dict[str, Any]) -> bool:
    """Tell whether the operations of any of its assignments are not listed."""
    return any(given.get("operations") is None for given in item["permissionAssignments"])


def listed(item: dict[str, Any]) -> set[str]:
    """Return the operations that the response lists."""
    return {name for given in item["permissionAssignments"] for name in given.get("operations") or []}


def held(item: dict[str, Any]) -> set[str]:
    """Return the operations that a token holds: of a full administrator all current ones besides."""
    return listed(item) | (CURRENT if is_full(item) else set())


def usable(item: dict[str, Any], operation: str) -> str:
    """Tell whether the token's kind can use an operation."""
    name = CATALOGUE.get(operation, {}).get("successor") or operation
    if item["kind"] == "ServiceAccount" and name == "Policies:Evaluations:Vote":
        return "unknown"
    return "no" if name in REFUSED.get(item["kind"], set()) else "yes"


def severities(item: dict[str, Any]) -> list[str]:
    """Return the severity of each operation that the token may use."""
    return [
        CATALOGUE[name]["severity"] if name in CATALOGUE and usable(item, name) == "yes" else "unknown"
        for name in held(item)
        if usable(item, name) != "no"
    ]


def worst(item: dict[str, Any]) -> str | None:
    """Return the highest severity that is known; unknown if there is only that, None if nothing is usable."""
    if is_full(item):
        return "critical"
    some = severities(item)
    return min(some, key=SEVERITIES.index) if some else "unknown" if is_unlisted(item) else None


def is_bound(item: dict[str, Any]) -> bool:
    """Tell whether the token may be worse than its worst."""
    unsure = is_unlisted(item) or "unknown" in severities(item)
    return unsure and worst(item) != "critical"


def can(item: dict[str, Any], category: str) -> str:
    """Tell whether the token can do a class of operations."""
    if is_full(item):
        return "yes"
    of_it = [name for name in listed(item) if CATALOGUE.get(name, {}).get("category") == category]
    answers = {usable(item, name) for name in of_it}
    if "yes" in answers:
        return "yes"
    unsure = is_unlisted(item) or any(name not in CATALOGUE for name in listed(item))
    return "unknown" if unsure or "unknown" in answers else "no"
