"""What tokens can really do."""

from typing import NamedTuple

__all__ = ["EFFECTIVE", "EFFECTIVE_OF_PAYMENTS", "Effect"]


class Effect(NamedTuple):
    """Whether a token can use an operation, and why. `active` is None where it is not known."""

    owner: str
    token: str
    operation: str | None
    effective: str
    basis: str
    active: bool | None = True


EFFECTIVE = (
    # Both hold it; two that no personal token may use, whatever it holds.
    Effect("platform-lead", "2024-06 terraform", "Wallets:Transactions:Create", "yes", "token and user"),
    Effect("platform-lead", "2024-06 terraform", "Permissions:Assign", "yes", "token and user"),
    Effect("platform-lead", "2024-06 terraform", "Auth:Pats:Create", "no", "refused for this kind"),
    Effect(
        "platform-lead", "2024-06 terraform", "Auth:ServiceAccounts:Create", "no", "refused for this kind"
    ),
    # The first by way of the platform team; the others are the treasury's and the approvers'.
    Effect("platform-lead", "2026-10-06 sweeper", "Wallets:Transfers:Create", "yes", "token and user"),
    Effect("platform-lead", "2026-10-06 sweeper", "Exchanges:Withdrawals:Create", "no", "user lacks it"),
    Effect("platform-lead", "2026-10-06 sweeper", "Policies:Evaluations:Vote", "no", "user lacks it"),
    # The token's list leaves the operations out, and /permissions has them.
    Effect("platform-lead", "2023-06 monthly payouts job", "Payouts:Create", "yes", "looked up"),
    Effect("platform-lead", "2026-02 canton validator", "Stakes:Create", "no", "user lacks it"),
    # An older name there, today's name in the lead's audit role.
    Effect("platform-lead", "2026-02 canton validator", "Networks:CantonValidators:Read", "yes", "looked up"),
    # Names of 2023, which mean what the lead holds today.
    Effect("platform-lead", "2022-11 test", "Wallets:TransferAsset", "yes", "token and user"),
    Effect("platform-lead", "2022-11 test", "Wallets:Tags:Delete", "yes", "token and user"),
    # Not everything any more, as the permission can be edited: only what it lists.
    Effect("platform-lead", "2022-11 laptop", "Wallets:TransferAsset", "yes", "token and user"),
    Effect("platform-lead", "2022-11 laptop", "PermissionAssignments:Create", "yes", "token and user"),
    Effect("platform-lead", "2022-11 laptop", "Wallets:Export", "no", "user lacks it"),
    Effect("platform-lead", "2022-11 laptop", "Auth:Users:Create", "no", "refused for this kind"),
    # Everything, within what the lead holds.
    Effect(
        "platform-lead",
        "2026-07 sweeper, first version",
        "Wallets:Transfers:Create",
        "yes",
        "full administrator",
    ),
    Effect("platform-lead", "2026-07 sweeper, first version", "Stakes:Create", "no", "user lacks it"),
    Effect("platform-lead", "2026-07 sweeper, first version", "Wallets:Sweeps:Create", "no", "user lacks it"),
    Effect(
        "platform-lead",
        "2026-07 sweeper, first version",
        "Auth:Delegated:Login",
        "no",
        "refused for this kind",
    ),
    # An application has no user to compare with.
    Effect("platform-lead", "2025-10 customer portal", "Wallets:Create", "unknown", "user not found", None),
    # A service account's token votes only where its account is named.
    Effect(
        "platform-lead",
        "2026-08 payout-service (fallback)",
        "Policies:Evaluations:Vote",
        "no",
        "refused for this kind",
    ),
    Effect("approval-bot", "2026-04 checker", "Policies:Evaluations:Vote", "yes", "token and user"),
    Effect("rebalancer", "2026-02 rebalancer", "Policies:Evaluations:Vote", "no", "refused for this kind"),
    Effect("rebalancer", "2026-02 rebalancer", "Exchanges:Withdrawals:Create", "yes", "token and user"),
    Effect("root-automation", "2026-01 root", "Wallets:Transfers:Create", "yes", "full administrator"),
    Effect("root-automation", "2026-01 root", "Wallets:Sweeps:Create", "yes", "full administrator"),
    Effect("root-automation", "2026-01 root", "Auth:Delegated:Recover", "yes", "full administrator"),
    Effect("root-automation", "2026-01 root", "Exchanges:Create", "no", "refused for this kind"),
    # Everything for the token, little for its user; and the other way to claim too much.
    Effect("nightly-jobs", "2025-11 nightly", "Wallets:Read", "yes", "full administrator"),
    Effect("nightly-jobs", "2025-11 nightly", "Wallets:Transfers:Create", "no", "user lacks it"),
    Effect("month-end-runner", "2026-05 month end", "Wallets:Read", "yes", "token and user"),
    Effect("month-end-runner", "2026-05 month end", "Exchanges:Withdrawals:Create", "no", "user lacks it"),
    Effect("report-mailer", "2025-10 reports", "Wallets:Tags:Remove", "yes", "looked up"),
    Effect("customer-recovery", "2025-07 recovery", "Auth:Delegated:Recover", "yes", "token and user"),
    # Nothing lists what that permission allows.
    Effect("sandbox-faucet", "2026-03 faucet", None, "unknown", "operations unknown"),
    # Both have to be switched on.
    Effect("webhook-relay", "2025-08 relay", "Webhooks:Read", "yes", "token and user", active=False),
    Effect("indexer", "2026-03 indexer", "Wallets:Read", "yes", "token and user", active=False),
    # What a tenant's user is listed with is certain, more may come from the tenant.
    Effect("harbour-bridge", "2026-04 bridge", "Wallets:Transfers:Create", "yes", "token and user"),
    Effect("harbour-bridge", "2026-04 bridge", "Payouts:Create", "unknown", "user incomplete"),
    # Bruno is gone; nobody owns the other.
    Effect("bruno-exporter", "2024-06 export", "Wallets:Read", "unknown", "user not found", None),
    Effect("relay-2022", "2022-11 relay", "Wallets:Read", "unknown", "user not found", None),
)

EFFECTIVE_OF_PAYMENTS = (
    # Users were refused.
    Effect(
        "payments-engineer", "2023-10 payouts-staging", "Payouts:Create", "unknown", "user not read", None
    ),
    Effect(
        "payments-engineer",
        "2025-12 bank holiday runner",
        "Policies:Evaluations:Vote",
        "unknown",
        "user not read",
        None,
    ),
    # A token that is off is off, whoever its user is.
    Effect("payments-engineer", "2024-05 curl", "Wallets:Read", "unknown", "user not read", active=False),
    # Known without any user.
    Effect(
        "payments-engineer",
        "2025-03-21 migration: payouts (rollback)",
        "Auth:Pats:Create",
        "no",
        "refused for this kind",
        None,
    ),
    # Service accounts come with their users; members of groups were refused, so they may hold more.
    Effect("payout-service-eu", "2025-09 payouts eu", "Payouts:Create", "yes", "token and user"),
    Effect(
        "month-end-runner", "2026-05 month end", "Exchanges:Withdrawals:Create", "unknown", "user incomplete"
    ),
)
"""As the payments engineer sees it, who is refused users, members, assignments and policies."""
