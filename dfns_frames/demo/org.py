"""A made-up organisation, as the responses of ``GET /auth/pats`` to each of its people.

It stands for the real API, and so shares no code with the library that reads it. The same bytes come out on
every machine.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, NamedTuple

from dfns_frames.demo.drawing import SNAPSHOT, base64url, draws, fingerprint, identifier, moment
from dfns_frames.demo.story.earlier import BEFORE
from dfns_frames.demo.story.permissions import PERMISSIONS, Permission
from dfns_frames.demo.story.roles import ROLES, SANDBOX, WITHDRAWN, WITHDRAWN_LATER
from dfns_frames.demo.story.tokens import Token
from dfns_frames.demo.story.world import CALLERS, MAIN, SISTER

__all__ = [
    "CALLERS",
    "EARLIER",
    "ORG_ID",
    "PEOPLE",
    "SNAPSHOT",
    "Person",
    "assignment",
    "bearer",
    "bodies",
    "permission_id",
    "token_items",
]

_ISSUED = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)
_EXPIRES = datetime(2030, 1, 1, tzinfo=UTC)
_PERMISSIONS = {known.key: known for known in (*PERMISSIONS, *ROLES, *SANDBOX, WITHDRAWN)} | {
    WITHDRAWN_LATER.key: WITHDRAWN_LATER._replace(fixed_id=identifier("pm", WITHDRAWN.key))
}

ORG_ID = identifier("or", MAIN.key)
"""The organisation that everybody but the caller `sandbox-lead` belongs to."""


class Person(NamedTuple):
    """Somebody who can ask the demo API.

    Parameters
    ----------
    name
        First and last name.
    user_id
        The id of their user.
    holds
        Their tokens.
    org_id
        The organisation they belong to.
    """

    name: str
    user_id: str
    holds: tuple[Token, ...]
    org_id: str


_KNOWN = {
    user.key: Person(user.name, identifier("us", user.key), user.tokens, identifier("or", organisation.key))
    for organisation in (MAIN, SISTER)
    for user in organisation.users
}

PEOPLE = {caller: _KNOWN[caller] for caller in CALLERS}
"""Everybody who can ask, by caller."""

EARLIER = PEOPLE | {
    user.key: PEOPLE[user.key]._replace(holds=user.tokens) for user in BEFORE.users if user.key in PEOPLE
}
"""The same, with the tokens that they held a week before."""


def permission(reference: str) -> Permission:
    """Return the permission that a key names, with or without a ``?`` after it."""
    return _PERMISSIONS[reference.removesuffix("?")]


def permission_id(reference: str) -> str:
    """Return the id of the permission that a key names, with or without a ``?`` after it."""
    named = permission(reference)
    return named.fixed_id or identifier("pm", named.key)


def assignment(reference: str, assignment_id: str = "") -> dict[str, Any]:
    """Make an assignment as it stands in a token or a user; a ``?`` after the key leaves operations out."""
    named = permission(reference)
    made: dict[str, Any] = {
        "permissionName": named.name,
        "permissionId": permission_id(reference),
        "assignmentId": assignment_id,
    }
    if not reference.endswith("?"):
        made["operations"] = list(named.operations)
    return made


def _item(token: Token, user_id: str, org_id: str, label: tuple[str, ...]) -> dict[str, Any]:
    of_an_app = token.kind == "Application"
    without_key = token.key == "-"
    return {
        "dateCreated": moment(token.when, draws("created", *label)),
        "credId": "" if without_key else base64url(identifier("ci", *label).encode()),
        "isActive": token.active,
        "kind": token.kind,
        "linkedUserId": "" if of_an_app else user_id,
        "linkedAppId": identifier("ap", *label) if of_an_app else "",
        "name": token.name,
        "orgId": org_id,
        "permissionAssignments": [assignment(reference) for reference in token.permissions.split()],
        "publicKey": "" if without_key else fingerprint(*((token.key,) if token.key else label)),
        "tokenId": identifier("to", *label),
    }


def token_items(
    label: tuple[str, ...], tokens: Iterable[Token], user_id: str, org_id: str
) -> list[dict[str, Any]]:
    """Make tokens as the API lists them, in the order in which they are given.

    Parameters
    ----------
    label
        Whose they are; ids are drawn from it, the tokens' names and dates.
    tokens
        The tokens.
    user_id, org_id
        What they are linked to.
    """
    seen: Counter[tuple[str, str]] = Counter()
    items = []
    for token in tokens:
        seen[token.when, token.name] += 1
        items.append(
            _item(token, user_id, org_id, (*label, token.when, token.name, str(seen[token.when, token.name])))
        )
    return items


def bodies(*, week_before: bool = False) -> dict[str, dict[str, Any]]:
    """Make what ``GET /auth/pats`` answers to each caller.

    Parameters
    ----------
    week_before
        What it answered a week before the snapshot.

    Returns
    -------
    dict
        For every caller, in the order of `CALLERS`, the response body before it is encoded:
        ``{"items": [...]}`` with the fields that the API documents. It is made anew each time, so that it may
        be changed freely.
    """
    # No order is documented, so none that a reader could come to rely on.
    return {
        caller: {
            "items": sorted(
                token_items((caller,), person.holds, person.user_id, person.org_id),
                key=lambda item: str(item["tokenId"]),
            )
        }
        for caller, person in (EARLIER if week_before else PEOPLE).items()
    }


def bearer(caller: str) -> str:
    """Make the bearer token with which a caller asks the demo API.

    Parameters
    ----------
    caller
        One of `CALLERS`.

    Returns
    -------
    str
        Text in the shape of a JSON Web Token, the same every time. Its signature is made up: it opens the
        demo server and nothing else.

    Raises
    ------
    KeyError
        There is no such caller.
    """
    person = PEOPLE[caller]
    claims = {
        "sub": person.user_id,
        "name": person.name,
        "iat": int(_ISSUED.timestamp()),
        "exp": int(_EXPIRES.timestamp()),
        "https://custom/app_metadata": {"userId": person.user_id, "orgId": person.org_id},
    }
    return _signed(claims)


def _signed(claims: dict[str, Any]) -> str:
    text = ".".join(
        base64url(json.dumps(part, separators=(",", ":")).encode())
        for part in ({"alg": "EdDSA", "typ": "JWT"}, claims)
    )
    return f"{text}.{base64url(hashlib.sha512(text.encode()).digest())}"
