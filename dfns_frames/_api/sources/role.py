"""The role for an auditor: the operations that reading everything takes."""

from __future__ import annotations

from dfns_frames._api.sources import SOURCES

INVENTORY, EVIDENCE = "who can do what", "evidence of changes"

AUDITOR = (
    *((source.operation, source.path, INVENTORY) for source in SOURCES.values() if source.operation),
    ("Webhooks:Read", "/webhooks", INVENTORY),
    ("Policies:Evaluations:Read", "/v2/policy-approvals", EVIDENCE),
    ("Auth:Logs:Read", "/auth/action/logs", EVIDENCE),
)
"""Operation, the endpoint that needs it, and what that is for."""
