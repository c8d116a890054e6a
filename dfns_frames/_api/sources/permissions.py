"""The organisation's permissions, which the dashboard calls roles."""

from __future__ import annotations

from dfns_frames._api import rules
from dfns_frames._api.sources._shared import CHANGE, CHANGE_KNOWN
from dfns_frames._api.vocabulary import Rows, Source, Table


def _operations(at: str, table: Table) -> Rows:
    # An operation's permission is named by the permission around it, whose own columns have other names.
    return Rows(
        at,
        table,
        {"operation": ""},
        down={"permission_id": "permission_id", "permission_name": "name"},
    )


PERMISSIONS = Source(
    "/permissions",
    "permission",
    "permissions",
    operation="Permissions:Read",
    scope="organization",
    rows=Rows(
        "items[]",
        rules.PERMISSIONS,
        {
            "permission_id": "id",
            "name": "name",
            "status": "status",
            "is_immutable": "isImmutable",
            "is_archived": "isArchived",
            "date_created": "dateCreated",
            "date_updated": "dateUpdated",
            **CHANGE,
        },
        known=CHANGE_KNOWN,
        inner=(
            _operations("operations[]", rules.PERMISSION_OPERATIONS),
            _operations("pendingChangeRequest?.body?.operations?[]", rules.PENDING_OPERATIONS),
        ),
    ),
    item_id="id",
    page_size=500,
    method="permissions",
)
