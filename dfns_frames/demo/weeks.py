"""Twelve weeks of one made-up caller, as responses: what an archive has to remember.

The story of autumn 2026. A sweeper is born; reporting may suddenly send transactions; the token of whoever is
on call is switched off over the holidays and on again; a token is renamed; the old backend's token vanishes,
in a week in which the list was not read to its end; and treasury gives up an operation. The snapshot of week
6 was found late.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from dfns_frames.demo.drawing import base64url, fingerprint, identifier

__all__ = ["CALLER", "Week", "weeks"]

CALLER = identifier("us", "weeks", "caller")
"""The user whose tokens they are."""

_ORGANISATION = identifier("or", "weeks")
_FIRST = datetime(2026, 8, 3, 7, 30, tzinfo=UTC)
_COUNT = 12
_LATE, _PARTIAL = 6, 8
_GIVEN = "2026-02-02T09:00:00.000Z"

_VIEW = ("Wallets:Read", "Webhooks:Read")
_REPORT = ("Wallets:Read", "Policies:Read")
_TREASURY = ("Wallets:Read", "Wallets:Transfers:Create", "Policies:Evaluations:Vote")


class Week(NamedTuple):
    """What was answered in one week.

    Parameters
    ----------
    number
        From 1 to 12.
    when
        When.
    bodies
        Endpoint and response.
    """

    number: int
    when: datetime
    bodies: dict[str, dict[str, Any]]


def weeks() -> Iterator[Week]:
    """Iterate over the weeks, in the order in which their snapshots were found."""
    numbers = [number for number in range(1, _COUNT + 1) if number != _LATE]
    for number in (*numbers, _LATE):
        listed = [_item(*each) for each in _tokens(number)]
        pats: dict[str, Any] = {"items": listed}
        if number == _PARTIAL:
            pats = {"items": listed[:2], "nextPageToken": "2"}
        permissions = {"items": [_permission(*each) for each in _contents(number).items()]}
        when = _FIRST + timedelta(weeks=number - 1)
        yield Week(number, when, {"/auth/pats": pats, "/permissions": permissions})


def _contents(week: int) -> dict[str, tuple[str, ...]]:
    return {
        "Viewer": _VIEW,
        "Reporting": (*_REPORT, "Wallets:Transactions:Create") if week >= 4 else _REPORT,
        "Treasury": _TREASURY[:2] if week >= 10 else _TREASURY,
    }


def _tokens(week: int) -> Iterator[tuple[int, str, str, str, bool, str]]:
    """Iterate over the tokens of a week: key, creation, name, and permission."""
    yield (week, "ledger", "2026-01-12T10:04:11.201Z", "ledger sync", True, "Viewer")
    yield (week, "report", "2026-02-03T08:41:50.662Z", "month-end report", True, "Reporting")
    name = "ci-deploy-production" if week >= 7 else "ci deploy"
    yield (week, "deploy", "2026-03-20T14:12:33.018Z", name, True, "Viewer")
    yield (week, "on call", "2026-04-02T11:25:07.540Z", "on call", week not in (5, 6), "Treasury")
    if week < 9:
        yield (week, "backend", "2025-11-17T16:02:44.377Z", "old backend", True, "Treasury")
    if week >= 3:
        yield (week, "sweeper", "2026-08-13T09:48:02.905Z", "sweeper", True, "Treasury")


def _item(week: int, key: str, created: str, name: str, active: bool, permission: str) -> dict[str, Any]:
    return {
        "dateCreated": created,
        "credId": base64url(identifier("ci", "weeks", key).encode()),
        "isActive": active,
        "kind": "Pat",
        "linkedUserId": CALLER,
        "linkedAppId": "",
        "name": name,
        "orgId": _ORGANISATION,
        "permissionAssignments": [
            {
                "permissionName": permission,
                "permissionId": identifier("pm", "weeks", permission),
                "assignmentId": identifier("as", "weeks", key),
                "operations": list(_contents(week)[permission]),
            }
        ],
        "publicKey": fingerprint("weeks", key),
        "tokenId": identifier("to", "weeks", key),
    }


def _permission(name: str, operations: tuple[str, ...]) -> dict[str, Any]:
    return {
        "id": identifier("pm", "weeks", name),
        "name": name,
        "operations": list(operations),
        "status": "Active",
        "isImmutable": False,
        "isArchived": False,
        "dateCreated": _GIVEN,
        "dateUpdated": _GIVEN,
    }
