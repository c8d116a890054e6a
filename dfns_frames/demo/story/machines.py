"""The service accounts of the demo organisation: data only."""

from dfns_frames.demo.story.shapes import Machine
from dfns_frames.demo.story.tokens import Token

__all__ = ["MACHINES"]


def _token(when: str, name: str, permissions: str, *, active: bool = True, key: str = "") -> Token:
    return Token(when, name, permissions, active, "ServiceAccount", key)


MACHINES = (
    # One signing key behind two accounts, and an old token beside its replacement.
    Machine("payout-service-eu", "payouts", (_token("2025-09", "payouts eu", "payouts", key="payout pair"),)),
    Machine(
        "payout-service-us",
        "payouts",
        (
            _token("2025-09", "payouts us", "payouts", key="payout pair"),
            _token("2026-06", "payouts us (rotated)", "payouts"),
        ),
    ),
    # Named among the approvers of a group that does not let service accounts approve.
    Machine("rebalancer", "treasury approver", (_token("2026-02", "rebalancer", "treasury approver"),)),
    # Named in one that does.
    Machine("approval-bot", "payouts approver", (_token("2026-04", "checker", "payouts approver"),)),
    # Everything, for its token and for its user.
    Machine("root-automation", "admin", (_token("2026-01", "root", "admin"),)),
    # Everything for the token, little for the user.
    Machine("nightly-jobs", "viewer", (_token("2025-11", "nightly", "admin"),)),
    # The token claims what its user does not hold.
    Machine("month-end-runner", "viewer", (_token("2026-05", "month end", "treasury"),)),
    Machine("ceremony-runner", "ceremony", (_token("2025-02", "ceremony", "ceremony"),), joined="2025-02"),
    Machine("customer-recovery", "recovery", (_token("2025-07", "recovery", "recovery"),)),
    # Its operations are returned for the user only.
    Machine("report-mailer", "reporting", (_token("2025-10", "reports", "reporting?"),)),
    # A permission that nothing lists.
    Machine("sandbox-faucet", "balance sandbox-access?", (_token("2026-03", "faucet", "sandbox-access?"),)),
    # The flags of user and token disagree, the one way and the other.
    Machine("webhook-relay", "webhooks", (_token("2025-08", "relay", "webhooks"),), active=False),
    Machine("indexer", "viewer", (_token("2026-03", "indexer", "viewer", active=False),)),
    # More may come from the tenant.
    Machine(
        "harbour-bridge",
        "tenant",
        (_token("2026-04", "bridge", "tenant payouts"),),
        kind="TenantUser",
        tenant="harbour-pay",
    ),
    # Made by Bruno before service accounts had users of their own; Bruno is gone.
    Machine("bruno-exporter", "reporting", (_token("2024-06", "export", "reporting"),), owner="bruno"),
    # Recorded in the first weeks: nobody's, with neither key nor credential.
    Machine(
        "relay-2022",
        "balance",
        (_token("2022-11", "relay", "balance", key="-"),),
        joined="2022-11",
        owner="-",
        leaves_out="name orgId credentialId",
    ),
    Machine("blank-runner", "", (_token("2026-09", "blank", ""),)),
    Machine("status-page", "balance", (_token("2026-01", "status", "balance"),), secret=True),
    # Its only token was deleted.
    Machine("retired-cron", "deploy"),
)
