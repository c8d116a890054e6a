"""The caller's own personal access tokens."""

from __future__ import annotations

from dfns_frames._api.sources._shared import tokens
from dfns_frames._api.vocabulary import Source

PATS = Source(
    "/auth/pats", "tokens", operation=None, scope="caller", rows=tokens("items[]"), item_id="tokenId"
)
