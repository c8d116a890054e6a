"""A made-up organisation, as the responses of ``GET /auth/pats`` to each of its people.

It stands for the real API, and so shares no code with the library that reads it. The same bytes come out on
every machine: ids, keys and times are drawn from a generator that is seeded for each token by what the token
is, hence a new token changes no other.
"""

import base64
import calendar
import hashlib
import json
import random
from collections import Counter
from datetime import UTC, datetime
from typing import Any, NamedTuple

from dfns_frames.demo import tokens
from dfns_frames.demo.permissions import PERMISSIONS
from dfns_frames.demo.tokens import Token

__all__ = ["CALLERS", "ORG_ID", "PEOPLE", "SNAPSHOT", "Person", "bearer", "bodies"]

SNAPSHOT = datetime(2026, 10, 19, 7, 30, tzinfo=UTC)
"""When the demo's responses are from: a Monday morning, in a month that is not over."""

_SEED = "dfns-frames demo"
_BASE32 = "0123456789abcdefghjkmnpqrstvwxyz"
_ISSUED = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)
_EXPIRES = datetime(2030, 1, 1, tzinfo=UTC)
# UTC, so that a day in Berlin begins at 7 or 8; lunch is quiet, and a little happens in the evening.
_OFFICE_HOURS = tuple(
    hour
    for hour, weight in zip(range(7, 20), (2, 4, 5, 3, 1, 2, 4, 3, 2, 1, 0, 0, 1), strict=True)
    for _ in range(weight)
)


def _draws(*label: str) -> random.Random:
    # Of its methods only random() is promised to give the same sequence on every version of Python.
    return random.Random("/".join((_SEED, *label)))  # noqa: S311 - made-up data, nothing secret


def _below(draw: random.Random, limit: int) -> int:
    return int(draw.random() * limit)


def _text(draw: random.Random, length: int) -> str:
    return "".join(_BASE32[_below(draw, len(_BASE32))] for _ in range(length))


def _id(prefix: str, *label: str) -> str:
    draw = _draws(prefix, *label)
    return f"{prefix}-{_text(draw, 5)}-{_text(draw, 5)}-{_text(draw, 16)}"


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


ORG_ID = _id("or", "organisation")
"""The organisation that everybody here belongs to."""


class Person(NamedTuple):
    """Somebody who can ask the demo API for the tokens they hold.

    Parameters
    ----------
    name
        First and last name.
    user_id
        The id of their user.
    holds
        Their tokens.
    """

    name: str
    user_id: str
    holds: tuple[Token, ...]


PEOPLE = {
    caller: Person(name, _id("us", caller), holds)
    for caller, name, holds in (
        ("platform-lead", "Ines Moreau", tokens.PLATFORM_LEAD),
        ("payments-engineer", "Daniel Okafor", tokens.PAYMENTS_ENGINEER),
        ("treasury", "Katharina Lindqvist", tokens.TREASURY),
        ("data-analyst", "Yusuf Demir", tokens.DATA_ANALYST),
        ("compliance", "Marta Nowak", tokens.COMPLIANCE),
        ("pentest", "Remy Castellane", tokens.PENTEST),
        ("new-joiner", "Jun Takeda", ()),
    )
}
"""Everybody who can ask, by caller."""

CALLERS = tuple(PEOPLE)
"""The names to ask as: the first holds most tokens, the last none, `pentest` those with hostile names."""


def _weekday(when: str, draw: random.Random) -> str:
    year, month = map(int, when.split("-"))
    days = [
        day
        for day in range(1, calendar.monthrange(year, month)[1] + 1)
        if calendar.weekday(year, month, day) < calendar.SATURDAY
    ]
    return f"{when}-{days[_below(draw, len(days))]:02}"


def _created(when: str, draw: random.Random) -> str:
    if len(when) == len("2024-01"):
        when = _weekday(when, draw)
    if "T" not in when:
        hour = _OFFICE_HOURS[_below(draw, len(_OFFICE_HOURS))]
        when = f"{when}T{hour:02}:{_below(draw, 60):02}"
    return f"{when}:{_below(draw, 60):02}.{_below(draw, 1000):03}Z"


def _assignment(reference: str) -> dict[str, Any]:
    permission = next(known for known in PERMISSIONS if known.key == reference.removesuffix("?"))
    assignment: dict[str, Any] = {
        "permissionName": permission.name,
        "permissionId": permission.fixed_id or _id("pm", permission.key),
        "assignmentId": "",
    }
    if not reference.endswith("?"):
        assignment["operations"] = list(permission.operations)
    return assignment


def _public_key(token: Token, label: tuple[str, ...]) -> str:
    if token.key == "-":
        return ""
    digest = hashlib.sha256("/".join((_SEED, token.key) if token.key else (_SEED, *label)).encode()).digest()
    return "SHA256:" + base64.b64encode(digest).rstrip(b"=").decode("ascii")


def _item(token: Token, user_id: str, label: tuple[str, ...]) -> dict[str, Any]:
    of_an_app = token.kind == "Application"
    without_key = token.key == "-"
    return {
        "dateCreated": _created(token.when, _draws("created", *label)),
        "credId": "" if without_key else _base64url(_id("ci", *label).encode()),
        "isActive": token.active,
        "kind": token.kind,
        "linkedUserId": "" if of_an_app else user_id,
        "linkedAppId": _id("ap", *label) if of_an_app else "",
        "name": token.name,
        "orgId": ORG_ID,
        "permissionAssignments": [_assignment(reference) for reference in token.permissions.split()],
        "publicKey": _public_key(token, label),
        "tokenId": _id("to", *label),
    }


def _items(caller: str, person: Person) -> list[dict[str, Any]]:
    seen: Counter[tuple[str, str]] = Counter()
    items = []
    for token in person.holds:
        seen[token.when, token.name] += 1
        label = (caller, token.when, token.name, str(seen[token.when, token.name]))
        items.append(_item(token, person.user_id, label))
    # No order is documented, so none that a reader could come to rely on.
    return sorted(items, key=lambda item: str(item["tokenId"]))


def bodies() -> dict[str, dict[str, Any]]:
    """Make what ``GET /auth/pats`` answers to each caller.

    Returns
    -------
    dict
        For every caller, in the order of `CALLERS`, the response body before it is encoded:
        ``{"items": [...]}`` with the fields that the API documents. It is made anew each time, so that it may
        be changed freely.
    """
    return {caller: {"items": _items(caller, person)} for caller, person in PEOPLE.items()}


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
        "https://custom/app_metadata": {"userId": person.user_id, "orgId": ORG_ID},
    }
    signed = ".".join(
        _base64url(json.dumps(part, separators=(",", ":")).encode())
        for part in ({"alg": "EdDSA", "typ": "JWT"}, claims)
    )
    return f"{signed}.{_base64url(hashlib.sha512(signed.encode()).digest())}"
