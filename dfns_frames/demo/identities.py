"""The ids of what is in an organisation, and the requests to change some of it."""

from typing import Any

from dfns_frames.demo.drawing import draws, identifier, moment
from dfns_frames.demo.org import token_items
from dfns_frames.demo.story.shapes import Change, Machine, Organisation, User

__all__ = [
    "change_item",
    "group_id",
    "machine_id",
    "machine_tokens",
    "policy_id",
    "unlisted_tokens",
    "user_id",
]


def user_id(key: str) -> str:
    """Return the id of a user, of one who is gone too."""
    return identifier("us", key)


def machine_id(key: str) -> str:
    """Return the id of the user of a service account."""
    return identifier("us", "machine", key)


def group_id(key: str) -> str:
    """Return the id of a group."""
    return identifier("ug", key)


def policy_id(key: str) -> str:
    """Return the id of a policy."""
    return identifier("plc", key)


def machine_tokens(machine: Machine, org_id: str) -> list[dict[str, Any]]:
    """Make the access tokens of a service account, as the API lists them, without the secret."""
    owners = {"": machine_id(machine.key), "-": ""}
    owner = owners[machine.owner] if machine.owner in owners else user_id(machine.owner)
    return token_items(("machine", machine.key), machine.tokens, owner, org_id)


def unlisted_tokens(organisation: Organisation) -> list[dict[str, Any]]:
    """Make the tokens that no caller can list, as their owners would see them."""
    org_id = identifier("or", organisation.key)
    return [
        item
        for key in dict.fromkeys(owner for owner, _ in organisation.unlisted)
        for item in token_items(
            (key,), (token for owner, token in organisation.unlisted if owner == key), user_id(key), org_id
        )
    ]


def _requester(organisation: Organisation, key: str) -> dict[str, str]:
    requester: User = next(user for user in organisation.users if user.key == key)
    made = {"userId": user_id(key)}
    if requester.tokens:
        made["tokenId"] = token_items((key,), requester.tokens, "", "")[-1]["tokenId"]
    return made


def change_item(
    organisation: Organisation, change: Change, kind: str, entity_id: str, body: dict[str, Any]
) -> dict[str, Any]:
    """Make a request to change something, as it stands in what it would change.

    Parameters
    ----------
    organisation
        Where it was made.
    change
        The request.
    kind
        Permission, Assignment or Policy.
    entity_id
        The id of what would change.
    body
        That, as it would be.
    """
    label = (kind, entity_id, change.when)
    item = {
        "id": identifier("cr", *label),
        "requester": _requester(organisation, change.by),
        "status": change.status,
        "entityId": entity_id,
        "dateCreated": moment(change.when, draws("asked", *label)),
        "approvalId": identifier("ar", *label),
        "kind": kind,
        "operationKind": change.operation,
        "body": body,
    }
    if change.status == "Failed":
        del item["approvalId"]
    if change.resolved:
        item["dateResolved"] = moment(change.resolved, draws("resolved", *label))
    return item
