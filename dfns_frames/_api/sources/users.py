"""The organisation's users."""

from __future__ import annotations

from dfns_frames._api.sources._shared import users
from dfns_frames._api.vocabulary import Source

USERS = Source(
    "/auth/users",
    "user",
    "users",
    operation="Auth:Users:Read",
    scope="organization",
    rows=users("items[]", {"is_sso_required": "isSSORequired"}),
    item_id="userId",
    page_size=200,
    method="users",
)
