"""A second reading of token lists, as plain as it can be made, to hold the engine against."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

SOURCE = "/auth/pats"
TEXTS = (
    "tokenId",
    "name",
    "kind",
    "dateCreated",
    "orgId",
    "linkedUserId",
    "linkedAppId",
    "credId",
    "publicKey",
)
ASSIGNMENT_TEXTS = ("permissionName", "permissionId", "assignmentId")
FORMATS = ("%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%dT%H:%M:%S")


class Number:
    """Any number."""


def parse(data: bytes) -> Any:
    """Parse JSON; raises ValueError or RecursionError for what is none."""

    def refuse(name: str) -> None:
        raise ValueError(name)

    text = data.decode("utf-8-sig")
    return json.loads(
        text, parse_int=lambda _: Number(), parse_float=lambda _: Number(), parse_constant=refuse
    )


def listed(document: Any) -> list[Any] | None:
    """Return the items of a token list; None if it is none."""
    if isinstance(document, list):
        return document
    items = document.get("items") if isinstance(document, dict) else None
    return items if isinstance(items, list) else None


def outcome(data: bytes) -> list[Any] | str:
    """Return the items of a body that is to be read, else the name of the error that it is to give."""
    try:
        document = parse(data)
    except (ValueError, RecursionError):
        return "ResponseError"
    items = listed(document)
    if items is None:
        return "ResponseError"
    page = document.get("nextPageToken") if isinstance(document, dict) else None
    if not all(map(fits, items)) or not isinstance(page, str | None):
        return "SchemaError"
    return items


def fits(item: Any) -> bool:
    """Tell whether an item is a token in the documented shape."""
    return (
        isinstance(item, dict)
        and all(isinstance(item.get(name), str) for name in TEXTS)
        and isinstance(item.get("isActive"), bool)
        and isinstance(item.get("permissionAssignments"), list)
        and all(_assignment_fits(each) for each in item["permissionAssignments"])
    )


def _assignment_fits(assignment: Any) -> bool:
    if not isinstance(assignment, dict):
        return False
    operations = assignment.get("operations")
    return all(isinstance(assignment.get(name), str) for name in ASSIGNMENT_TEXTS) and (
        operations is None
        or (isinstance(operations, list) and all(isinstance(each, str) for each in operations))
    )


def tables(items: list[Any]) -> dict[str, list[dict[str, Any]]]:
    """Flatten tokens that fit into the rows of the three tables."""
    tokens, assignments, operations = [], [], []
    users = {_id(item["linkedUserId"]) for item in items}
    caller = users.pop() if len(users) == 1 else None
    for token_no, item in enumerate(items):
        given = item["permissionAssignments"]
        lists = [each.get("operations") for each in given]
        known = all(each is not None for each in lists)
        tokens.append(
            {
                "source": SOURCE,
                "caller": caller,
                "token_no": token_no,
                "token_id": _id(item["tokenId"]),
                "name": _text(item["name"]),
                "kind": _text(item["kind"]),
                "is_active": item["isActive"],
                "date_created": when(item["dateCreated"]),
                "org_id": _id(item["orgId"]),
                "linked_user_id": _id(item["linkedUserId"]),
                "linked_app_id": _id(item["linkedAppId"]),
                "cred_id": _id(item["credId"]),
                "public_key": _id(item["publicKey"]),
                "secret_returned": bool(item.get("accessToken")),
                "assignment_count": len(given),
                "operation_count": len({_text(name) for each in lists for name in each}) if known else None,
            }
        )
        for assignment_no, each in enumerate(given):
            place = {
                "source": SOURCE,
                "token_no": token_no,
                "assignment_no": assignment_no,
                "token_id": _id(item["tokenId"]),
                "permission_id": _id(each["permissionId"]),
                "permission_name": _text(each["permissionName"]),
            }
            names = each.get("operations")
            once = dict.fromkeys(map(_text, names or []))
            assignments.append(
                place
                | {
                    "assignment_id": _id(each["assignmentId"]),
                    "operation_count": None if names is None else len(once),
                }
            )
            operations += [place | {"operation": name} for name in once]
    return {"tokens": tokens, "token_assignments": assignments, "token_operations": operations}


def when(text: str) -> datetime | None:
    """Read the few forms of a timestamp that the generators make."""
    if not re.fullmatch(
        r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})?", text
    ):
        return None
    leap = text[16:19] == ":60"
    for form in FORMATS:
        try:
            time = datetime.strptime(text.replace(":60", ":59", 1) if leap else text, form)
            return time.replace(tzinfo=time.tzinfo or UTC).astimezone(UTC) + timedelta(seconds=leap)
        except (ValueError, OverflowError):
            continue
    return None


def _text(text: str) -> str:
    return re.sub("[\ud800-\udfff]", "\ufffd", text)


def _id(text: str) -> str | None:
    return _text(text) or None
