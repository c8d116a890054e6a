"""Who was given which permission, and what a caller may therefore ask for."""

from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from dfns_frames.demo.drawing import draws, identifier, moment
from dfns_frames.demo.identities import (
    change_item,
    group_id,
    machine_id,
    machine_tokens,
    unlisted_tokens,
    user_id,
)
from dfns_frames.demo.org import permission, permission_id, token_items
from dfns_frames.demo.story.shapes import Grant, Organisation

__all__ = ["assignment_id", "assignments", "held"]


class _Right(NamedTuple):
    """That an identity was given a permission, at a time that is written out in full."""

    permission_id: str
    identity_id: str
    created: str


def assignment_id(given_permission_id: str, identity_id: str, number: int = 1) -> str:
    """Return the id of an assignment; the number tells several of one permission to one identity apart."""
    return identifier("as", given_permission_id, identity_id, str(number))


def _given(rights: str, identity_id: str, when: str) -> Iterator[_Right]:
    for reference in rights.split():
        given = permission_id(reference)
        yield _Right(given, identity_id, moment(when, draws("assigned", given, identity_id)))


def _of_tokens(items: list[dict[str, Any]]) -> Iterator[_Right]:
    for item in items:
        for given in item["permissionAssignments"]:
            yield _Right(given["permissionId"], item["tokenId"], item["dateCreated"])
            if item["linkedAppId"]:
                yield _Right(given["permissionId"], item["linkedAppId"], item["dateCreated"])


def _rights(organisation: Organisation) -> Iterator[_Right]:
    org_id = identifier("or", organisation.key)
    for user in organisation.users:
        yield from _given(user.rights, user_id(user.key), user.joined)
        yield from _of_tokens(token_items((user.key,), user.tokens, "", ""))
    for group in organisation.groups:
        yield from _given(group.rights, group_id(group.key), group.created)
    for machine in organisation.machines:
        yield from _given(machine.rights, machine_id(machine.key), machine.joined)
        yield from _of_tokens(machine_tokens(machine, org_id))
    yield from _of_tokens(unlisted_tokens(organisation))


def _item(organisation: Organisation, right: _Right, number: int, grant: Grant | None) -> dict[str, Any]:
    made_id = assignment_id(right.permission_id, right.identity_id, number)
    created = moment(grant.when, draws("granted", made_id)) if grant else right.created
    item: dict[str, Any] = {
        "id": made_id,
        "permissionId": right.permission_id,
        "identityId": right.identity_id,
        "isImmutable": right.permission_id == permission_id("customer"),
        "dateCreated": created,
        "dateUpdated": created,
    }
    if grant and grant.change:
        item["pendingChangeRequest"] = change_item(
            organisation, grant.change, "Assignment", made_id, {**item, "id": made_id}
        )
        item["dateUpdated"] = item["pendingChangeRequest"].get("dateResolved", created)
    elif created > "2026-06":
        item["pendingChangeRequest"] = None
    return item


def assignments(organisation: Organisation) -> dict[str, list[dict[str, Any]]]:
    """Make what ``GET /permissions/{id}/assignments`` lists, by the id of each listed permission."""
    grants = {(permission_id(grant.permission), user_id(grant.to)): grant for grant in organisation.grants}
    rights = list(_rights(organisation))
    known = {(right.permission_id, right.identity_id) for right in rights}
    rights += [_Right(*pair, "") for pair in grants if pair not in known]
    listed: dict[str, list[dict[str, Any]]] = {
        permission_id(each.key): [] for each in organisation.permissions
    }
    seen: Counter[tuple[str, str]] = Counter()
    for right in rights:
        pair = (right.permission_id, right.identity_id)
        seen[pair] += 1
        if right.permission_id in listed:
            listed[right.permission_id].append(_item(organisation, right, seen[pair], grants.get(pair)))
    return {key: sorted(items, key=lambda item: str(item["id"])) for key, items in listed.items()}


def held(organisation: Organisation, key: str) -> frozenset[str]:
    """Return the operations that a user holds, directly and by groups."""
    rights = next(user.rights for user in organisation.users if user.key == key).split()
    for group in organisation.groups:
        if key in group.members.split():
            rights += group.rights.split()
    return frozenset(operation for reference in rights for operation in permission(reference).operations)
