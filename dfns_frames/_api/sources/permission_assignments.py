"""To whom a permission is given: a listing for each permission."""

from __future__ import annotations

from dfns_frames._api import rules
from dfns_frames._api.functions import in_effect
from dfns_frames._api.sources._shared import CHANGE, CHANGE_KNOWN
from dfns_frames._api.vocabulary import Field, Rows, Source

PERMISSION_ASSIGNMENTS = Source(
    "/permissions/{id}/assignments",
    "permission assignment",
    "permission assignments",
    operation="Permissions:Assignments:Read",
    scope="organization",
    rows=Rows(
        "items[]",
        rules.PERMISSION_ASSIGNMENTS,
        {
            "assignment_id": "id",
            "permission_id": "permissionId",
            "identity_id": "identityId",
            "is_immutable": "isImmutable",
            "date_created": "dateCreated",
            "date_updated": "dateUpdated",
            **CHANGE,
            "change_kind": "pendingChangeRequest?.operationKind",
            "in_effect": Field("pendingChangeRequest?", in_effect),
        },
        known=tuple(path for path in CHANGE_KNOWN if not path.endswith(".operationKind")),
    ),
    item_id="id",
    page_size=500,
    each=("permissions", "permission_id"),
    method="permission_assignments",
)
