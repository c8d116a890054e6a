"""Which personal access tokens can move funds."""

from tests.demo_answers.move_funds import PAYOUTS
from tests.demo_answers.names import lines

__all__ = ["LEAD_TOKENS", "LEAD_TOKENS_OFF", "TREASURY_TOKENS"]

LEAD_TOKENS = {
    # Platform engineering.
    ("broadcast_transaction", "sign_with_a_key"): lines("""
        2024-06 terraform
        2025-03-20T14:09 migrate-wallets-04
        2025-03-20T14:41 migrate-wallets-09
        2025-03-20T15:37 migrate-wallets-13
        2025-09 terraform
        2026-05 terraform
    """),
    # wallet-api-v1, under the names of 2023: TransferAsset, BroadcastTransaction, GenerateSignature.
    ("transfer", "broadcast_transaction", "sign_with_a_key"): lines("""
        2022-11 test
        2022-12 pilot-backend
        2023-01 wallet-api-staging
        2023-02 wallet-api-production
        2025-03-17 migration: read old wallets
    """),
    # DfnsFullAdminAccess, an ordinary permission by now: of what it lists, TransferAsset. The sweeper claims
    # the treasury's operations, of which the lead holds this one.
    ("transfer",): lines("""
        2022-11 laptop
        2023-09 terraform
        2026-10-06 sweeper
    """),
    # payouts-service, its operations listed or looked up.
    PAYOUTS: lines("""
        2023-06 monthly payouts job
        2024-05 payout retries
        2024-11 black friday payouts
        2025-06 fee sponsor top-up
        2025-09 payout-service
        2025-10 payout retries
        2025-11 black friday payouts
        2026-04 payouts v2
        2026-08 payout-service (fallback)
        2026-08 temporary token for the load test…
    """),
    # Full access, of which the lead holds this much.
    ("transfer", "broadcast_transaction", "sign_with_a_key", *PAYOUTS[1:]): lines("""
        2024-11-29T02:41 incident 4127
        2025-03-21T01:07 migrate-wallets-05-retry
        2025-11-28T23:26 incident 5203
        2026-02-08T20:15 hotfix: fee sponsor empty
        2026-07 sweeper, first version
    """),
    # The spare of the key ceremony.
    ("sign_with_a_key",): lines("""
        2024-03 key ceremony, Frankfurt (spare)
    """),
}
"""The platform lead's active tokens that move funds, by their ways. None can alone: dual-control asks
somebody else, and for payouts nobody knows. The staking tokens are missing, as the lead may not stake."""

LEAD_TOKENS_OFF = {
    ("broadcast_transaction", "sign_with_a_key"): lines("""
        2024-05 kept for Anneke
        2025-02 migration rehearsal
        2025-03-18 migration: dry run
        2025-03-20T14:02 migrate-wallets-01
        2025-03-20T14:04 migrate-wallets-02
        2025-03-20T14:05 migrate-wallets-03
        2025-03-20T14:21 migrate-wallets-06
        2025-03-20T14:22 migrate-wallets-07
        2025-03-20T14:40 migrate-wallets-08
        2025-03-20T14:58 migrate-wallets-11
        2025-03-20T15:16 migrate-wallets-12
        2025-03-20T16:01 migrate-wallets-14
        2025-07 kept for Bruno until handover
    """),
    ("transfer", "broadcast_transaction", "sign_with_a_key"): lines("""
        2023-08 kept for Tomasz (2)
        2025-03-20T14:13 migrate-wallets-05
        2025-03-20T14:43 migrate-wallets-10
    """),
    ("transfer",): lines("""
        2022-10-25 hello dfns
        2023-03 kept for Tomasz
        2023-09 postman
        2023-10-14T21:37 weekend hotfix
    """),
    ("transfer", "broadcast_transaction", "sign_with_a_key", *PAYOUTS[1:]): lines("""
        2024-11-29T03:18 incident 4127 (second try)
        2025-03-21T02:52 migrate-wallets-10-retry
    """),
    ("sign_with_a_key",): lines("""
        2024-02 key ceremony, Frankfurt
    """),
}
"""Those that are switched off: rows too, and none can alone."""

TREASURY_TOKENS = {
    # Each moves funds in all of the treasury's ways, and Katharina approves what her tokens start.
    True: lines("""
        2024-03 daily sweep
        2025-02 hedging desk
        2025-05 staking, quarterly
        2025-08 holiday cover for Sofia
        2026-01 daily sweep (new)
        2026-03 exchange withdrawals
        2026-05 month-end
        2026-10-02 daily sweep (newer)
    """),
    # Switched off.
    False: lines("""
        2024-07 month-end
        2024-12 year-end
        2026-09 kept for Sofia
    """),
}
"""Katharina's tokens that move funds, by whether they work; seen where her list is joined to the lead's."""
