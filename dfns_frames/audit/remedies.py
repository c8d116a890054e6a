"""What to do about a finding, and whether that needs somebody's approval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dfns_frames._facts.policies import Policy, are_read, policies

if TYPE_CHECKING:
    from dfns_frames._facts.tables import Tables
    from dfns_frames.audit.framework import Rule


TAKE_AWAY = (
    "Somebody who may use Permissions:Revoke takes the permission away from the token: DELETE "
    "/permissions/{permissionId}/assignments/{assignmentId}, with the id from permission_assignments. Or the "
    "token's owner makes a narrower one (permissionId, daysValid) and deletes this one: DELETE "
    "/auth/pats/{tokenId}, which only its owner can; a service account is switched off by an administrator: "
    "PUT /auth/service-accounts/{id}/deactivate."
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
        said.append("Whether it needs approval is not known, as policies were not read.")
    return " ".join([rule.remedy, *said])


def _sometimes(found: list[Policy]) -> str:
    return "" if any(each.always for each in found) else " in some cases"


def _named(found: list[Policy]) -> str:
    return ", ".join(sorted(each.policy_id or "without an id" for each in found))
