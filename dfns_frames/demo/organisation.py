"""What an organisation answers on each of its listings."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from dfns_frames.demo.drawing import base64url, draws, identifier, moment
from dfns_frames.demo.identities import change_item, group_id, machine_id, machine_tokens, policy_id, user_id
from dfns_frames.demo.org import assignment, permission_id
from dfns_frames.demo.rights import assignment_id, assignments, held
from dfns_frames.demo.story.earlier import BEFORE
from dfns_frames.demo.story.permissions import Permission
from dfns_frames.demo.story.shapes import Group, Machine, Organisation, Policy, Quorum, User
from dfns_frames.demo.story.world import CALLERS, MAIN, SISTER

__all__ = ["BEFORE", "ORGANISATIONS", "Caller", "callers", "listings"]

ORGANISATIONS = (MAIN, SISTER)
"""The company that the demo is about, and its sister organisation."""

_FIRST_YEAR = "2022"
_MAIL = "tidepay.example"


class Caller(NamedTuple):
    """Somebody who asks: whose listings they see, what kind of user they are, and what they hold.

    Parameters
    ----------
    organisation
        The key of their organisation.
    kind
        The kind of their user.
    user_id
        The id of their user.
    operations
        What they hold, directly and by groups.
    """

    organisation: str
    kind: str
    user_id: str
    operations: frozenset[str]


def callers() -> dict[str, Caller]:
    """Return what is to be known of each caller, in the order of `CALLERS`."""
    found = {
        user.key: Caller(organisation.key, user.kind, user_id(user.key), held(organisation, user.key))
        for organisation in ORGANISATIONS
        for user in organisation.users
    }
    return {caller: found[caller] for caller in CALLERS}


def listings(organisation: Organisation) -> dict[str, list[dict[str, Any]]]:
    """Make the items of every listing of an organisation but ``/auth/pats``, by path.

    No order is documented: they stand by id.
    """
    org_id = identifier("or", organisation.key)
    made = {
        "/auth/service-accounts": [_machine(machine, org_id) for machine in organisation.machines],
        "/auth/users": [_user(user, org_id) for user in organisation.users],
        "/permissions": [_permission(organisation, each) for each in organisation.permissions],
        "/auth/user-groups": [_group(group, org_id) for group in organisation.groups],
        "/v2/policies": [_policy(organisation, policy) for policy in organisation.policies],
    }
    for items in made.values():
        items.sort(key=_own_id)
    for given, items in assignments(organisation).items():
        made[f"/permissions/{given}/assignments"] = items
    for group in organisation.groups:
        members = [{"userId": user_id(member)} for member in group.members.split()]
        made[f"/auth/user-groups/{group_id(group.key)}/members"] = members
    return made


def _own_id(item: Mapping[str, Any]) -> str:
    return str(item.get("id") or item.get("userId") or item["userInfo"]["userId"])


def _identity(owner: User | Machine, own_id: str, name: str, org_id: str) -> dict[str, Any]:
    """Make what a user and the user side of a service account have in common, in the order of the API."""
    is_person = isinstance(owner, User)
    credential = identifier("cr", own_id)
    item: dict[str, Any] = {
        "username": f"{name.lower().replace(' ', '.')}@{_MAIL}" if "@" not in name and is_person else name,
        "name": name,
        "userId": own_id,
        "kind": owner.kind,
        "credentialUuid": credential,
        "credentialId": credential,
        "orgId": org_id,
        "tenantId": identifier("te", owner.tenant) if owner.tenant else None,
        "isActive": owner.active,
        "isServiceAccount": not is_person,
        "isRegistered": owner.registered if isinstance(owner, User) else True,
        "permissionAssignments": [
            assignment(reference, assignment_id(permission_id(reference), own_id))
            for reference in owner.rights.split()
        ],
    }
    if not owner.tenant and owner.joined < "2026":
        del item["tenantId"]
    if owner.joined.startswith(_FIRST_YEAR):
        item |= {"permissions": [], "scopes": []}
    return {field: value for field, value in item.items() if field not in owner.leaves_out.split()}


def _user(user: User, org_id: str) -> dict[str, Any]:
    return {**_identity(user, user_id(user.key), user.name, org_id), "isSSORequired": user.sso}


def _machine(machine: Machine, org_id: str) -> dict[str, Any]:
    tokens = machine_tokens(machine, org_id)
    if machine.secret:
        for token in tokens:
            # Made up, as the bearers are, and to be found in no output.
            header, made_up = b'{"alg":"EdDSA"}', identifier("secret", token["tokenId"]).encode()
            token["accessToken"] = ".".join(base64url(part) for part in (header, made_up, made_up))
    info = _identity(machine, machine_id(machine.key), machine.key, org_id)
    return {"userInfo": info, "accessTokens": tokens}


def _permission(organisation: Organisation, given: Permission) -> dict[str, Any]:
    own_id = permission_id(given.key)
    created = moment(given.created, draws("created", own_id))
    item: dict[str, Any] = {
        "id": own_id,
        "name": given.name,
        "operations": list(given.operations),
        "status": "Active",
        "isImmutable": given.immutable,
        "isArchived": given.archived,
        "dateCreated": created,
        "dateUpdated": created,
    }
    change = dict(organisation.changes).get(given.key)
    if change:
        body = {**item, "operations": [*given.operations, *change.adds]}
        item["pendingChangeRequest"] = change_item(organisation, change, "Permission", own_id, body)
        item["dateUpdated"] = item["pendingChangeRequest"].get("dateResolved", created)
    elif given.immutable:
        item["pendingChangeRequest"] = None
    return item


def _group(group: Group, org_id: str) -> dict[str, Any]:
    own_id = group_id(group.key)
    created = moment(group.created, draws("created", own_id))
    item: dict[str, Any] = {
        "id": own_id,
        "orgId": org_id,
        "name": group.name,
        "description": group.description,
        "memberCount": len(group.members.split()),
        "dateCreated": created,
        "dateUpdated": created,
    }
    if group.tenant:
        item["tenantId"] = identifier("te", group.tenant)
        del item["orgId"], item["description"]
    return item


def _approvers(organisation: Organisation, keys: str | None) -> dict[str, Any]:
    machines = {machine.key for machine in organisation.machines}
    if keys is None:
        return {}
    return {"userId": {"in": [machine_id(key) if key in machines else user_id(key) for key in keys.split()]}}


def _approval_group(organisation: Organisation, group: Quorum) -> dict[str, Any]:
    item: dict[str, Any] = {
        "name": group.name,
        "quorum": group.quorum,
        "approvers": _approvers(organisation, group.approvers),
        "initiatorCanApprove": group.initiator,
        "serviceAccountsCanApprove": group.machines,
    }
    return {field: value for field, value in item.items() if value not in (None, "")}


def _action(organisation: Organisation, policy: Policy) -> dict[str, Any]:
    if policy.action != "RequestApproval":
        return {"kind": policy.action}
    item: dict[str, Any] = {
        "kind": policy.action,
        "approvalGroups": [_approval_group(organisation, group) for group in policy.groups],
    }
    if policy.timeout != "":
        item["autoRejectTimeout"] = policy.timeout
    return item


def _filters(filters: Mapping[str, Any]) -> dict[str, Any]:
    ids = {"policyId": policy_id, "permissionId": permission_id}
    return {
        name: {"in": [ids[name](key) for key in condition["in"]]} if name in ids else condition
        for name, condition in filters.items()
    }


def _policy(organisation: Organisation, policy: Policy) -> dict[str, Any]:
    own_id = policy_id(policy.key)
    created = moment(policy.created, draws("created", own_id))
    rule: dict[str, Any] = {"kind": policy.rule}
    if policy.configuration is not None or policy.action == "Block":
        rule["configuration"] = policy.configuration or {}
    item: dict[str, Any] = {
        "id": own_id,
        "name": policy.name,
        "status": policy.status,
        "dateCreated": created,
        "dateUpdated": moment(policy.updated, draws("updated", own_id)) if policy.updated else created,
        "activityKind": policy.activity,
        "rule": rule,
        "action": _action(organisation, policy),
    }
    if policy.filters is not None:
        item["filters"] = _filters(policy.filters)
    if policy.change:
        item["pendingChangeRequest"] = change_item(
            organisation, policy.change, "Policy", own_id, _raised(item)
        )
    return item


def _raised(item: dict[str, Any]) -> dict[str, Any]:
    """Return a policy with its limit ten times higher, as somebody would like it."""
    configuration = dict(item["rule"]["configuration"])
    configuration["limit"] *= 10
    return {**item, "rule": {**item["rule"], "configuration": configuration}}
