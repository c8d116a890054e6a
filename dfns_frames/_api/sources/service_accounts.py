"""The organisation's service accounts: a user and its tokens, side by side."""

from __future__ import annotations

from dfns_frames._api.sources._shared import tokens, users
from dfns_frames._api.vocabulary import Rows, Source

SERVICE_ACCOUNTS = Source(
    "/auth/service-accounts",
    "service account",
    "service accounts",
    operation="Auth:ServiceAccounts:Read",
    scope="organization",
    rows=Rows(
        "items[]",
        inner=(tokens("accessTokens[]"), users("userInfo", {"is_sso_required": "isSSORequired?"})),
    ),
    item_id="userInfo.userId",
    method="service_accounts",
)
