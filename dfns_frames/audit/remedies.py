"""What to do about a finding, and whether that needs somebody's approval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dfns_frames._facts.policies import Policy, are_read, policies

if TYPE_CHECKING:
    from dfns_frames._facts.tables import Tables
    from dfns_frames.audit.framework import Rule


_BY_OWNER = "DELETE /auth/pats/{tokenId}; nobody else can"
_BY_ADMINISTRATOR = "PUT /auth/service-accounts/{id}/deactivate"
REVOKE = "DELETE /permissions/{permissionId}/assignments/{assignmentId}"

DELETE = (
    f"The token's owner deletes it: {_BY_OWNER}. For a service account, an administrator does. Neither needs "
    "approval."
)
"""How a token is ended that does no harm today."""

END = (
    f"The token's owner deletes it: {_BY_OWNER}. An administrator switches a service account off: "
    f"{_BY_ADMINISTRATOR}. Neither needs approval."
)
"""How a token is ended that may be doing harm."""

REISSUE = (
    f"The token's owner creates a new one and deletes this one: {_BY_OWNER}. An administrator switches a "
    f"service account off: {_BY_ADMINISTRATOR}. Neither needs approval."
)
"""How a token is ended that somebody else may have."""

REPLACE = (
    "The token's owner creates a new one (permissionId, daysValid), puts it to use and deletes this one: "
    f"{_BY_OWNER}. For a service account, an administrator creates the token anew. Neither needs approval."
)
"""How a token is replaced."""

SHARED_KEY = (
    "Each owner creates a token with a key of its own (POST /auth/pats with another publicKey) and deletes "
    f"the one that shares: {_BY_OWNER}. Neither needs approval."
)
"""How tokens that share a key are told apart."""

NARROW = (
    "The token's owner creates one with only the permissions that its work needs (permissionId, daysValid) "
    f"and deletes this one: {_BY_OWNER}. An administrator can switch a service account off: "
    f"{_BY_ADMINISTRATOR}. Or somebody who holds Permissions:Revoke takes the permission away: {REVOKE}, "
    "with the id from permission_assignments."
)
"""How a token is given less than everything."""

TAKE_AWAY = (
    f"Somebody who holds Permissions:Revoke takes the permission away from the token: {REVOKE}, with the id "
    "from permission_assignments. Or the token's owner creates a narrower one (permissionId, daysValid) and "
    f"deletes this one: {_BY_OWNER}. An administrator can switch a service account off: {_BY_ADMINISTRATOR}."
)
"""How a permission is taken from a token."""


def remedy_of(frames: Tables, rule: Rule) -> str:
    """Return a rule's remedy, with what the policies say of it."""
    if rule.gated_by is None:
        return rule.remedy
    standing = [each for each in policies(frames) if each.activity == rule.gated_by and each.is_gate]
    asking = [each for each in standing if each.action != "Block"]
    blocking = [each for each in standing if each.action == "Block"]
    said = []
    if blocking:
        said.append(f"A policy blocks it{_sometimes(blocking)}: {_named(blocking)}.")
    if asking:
        said.append(f"It needs approval{_sometimes(asking)}, by policy {_named(asking)}.")
    if not said and are_read(frames):
        said.append("No policy asks for approval of it.")
    elif not said:
        said.append("Whether it needs approval is not known, because policies were not read.")
    return " ".join([rule.remedy, *said])


def _sometimes(found: list[Policy]) -> str:
    return "" if any(each.always for each in found) else " in some cases"


def _named(found: list[Policy]) -> str:
    return ", ".join(sorted(each.policy_id or "without an id" for each in found))
