"""What rules find in the story, and what comes near."""

from typing import NamedTuple

__all__ = ["FINDINGS", "FOUND", "SEVERE", "Case"]


class Case(NamedTuple):
    """What a rule finds, with its severity, and what comes near and is none."""

    bad: dict[str, str]
    near: tuple[str, ...]


FINDINGS = {
    # Everything, of a user who holds as much and of one who holds less; near: the name without the power.
    "P01": Case(
        {"2026-01 root": "critical", "2026-07 sweeper, first version": "high", "2025-11 nightly": "high"},
        ("2022-11 laptop",),
    ),
    # Assigning is free; recovering is a service account's; near: a token that reads only.
    "P02": Case({"2024-06 terraform": "critical", "2025-07 recovery": "high"}, ("2026-03 indexer",)),
    # Near: a vote that service accounts are refused, and one that the lead does not hold.
    "P03": Case({"2026-04 checker": "high"}, ("2026-02 rebalancer", "2026-10-06 sweeper")),
    # Changing policies is guarded for some; near: funds, and no policies.
    "P04": Case({"2024-06 terraform": "high"}, ("2026-04 checker",)),
    # Exchange and vault lock; keys; near: the token that claims it in vain.
    "P05": Case({"2026-02 rebalancer": "high", "2025-02 ceremony": "high"}, ("2026-05 month end",)),
    # Takes tags off and signs; near: takes tags off only.
    "P11": Case({"2024-06 terraform": "high"}, ("2025-10 reports",)),
    # Two owners; near: of the ceremony's two tokens one is off.
    "R01": Case({"2025-09 payouts eu": "critical"}, ("2024-03 key ceremony, Frankfurt (spare)",)),
    "R05": Case({"2022-11 relay": "high"}, ("2025-10 customer portal",)),
    # Owner switched off; owner gone, and a right to take tags off; near: the token is off, its user is not.
    "R06": Case({"2025-08 relay": "medium", "2024-06 export": "high"}, ("2026-03 indexer",)),
    "L01": Case({"2022-11 test": "medium"}, ("2022-10-25 hello dfns",)),
    "L03": Case({"2025-09 terraform": "high"}, ("2026-10-06 sweeper",)),
    "L05": Case({"2026-03 indexer": "low", "2025-02 migration rehearsal": "medium"}, ("2023-01 test",)),
    "L07": Case({"2025-09 payouts us": "medium"}, ("2026-06 payouts us (rotated)", "2025-09 payouts eu")),
    "S01": Case({"2026-01 status": "critical"}, ()),
    "H05": Case({"2026-09 blank": "low"}, ("2023-01 test",)),
    # Near: not listed in the token, and resolved by /permissions.
    "Q01": Case({"sandbox-access": "info"}, ("payouts-service",)),
    "G01": Case({"Permissions:Assign": "high", "Policies:Modify": "medium"}, ("Permissions:Modify",)),
    # The sister organisation; near: this one.
    "G02": Case({"sandbox": "critical"}, ("organisation",)),
    # Katharina alone; two of three; near: archived.
    "G03": Case({"dual-control": "critical", "quarantine": "medium"}, ("assign-old",)),
    # One of anybody for a governance activity; two of anybody; near: they are named.
    "G05": Case({"guard": "high", "hourly": "medium"}, ("large",)),
    # Three of whom one is left; exactly one; near: more than enough, and exactly one who may have asked.
    "G06": Case(
        {"address-book": "high", "large": "medium", "burst": "medium", "incoming": "medium"},
        ("quarantine", "dual-control"),
    ),
    # One active person; near, and not counted: one switched off, one machine. In the sandbox two: no finding.
    "U01": Case({"technology": "medium"}, ("tomasz", "root-automation")),
    "U03": Case({"invited": "high"}, ("invited-later",)),
    # Tokens on no list, an identity that is gone; near: what was asked for and never granted.
    "T01": Case({"technology 2024-11-29T02:20": "high", "bruno": "medium"}, ("data-analyst",)),
}
"""For each rule whose story this is, what it finds here (not all of it) and what it does not."""


FOUND: dict[str, dict[str, str]] = {
    # The lead lost full administration; those five claim it in vain.
    "P01": {
        "critical": "root-automation / 2026-01 root",
        "high": """
            2024-11-29T02:41 incident 4127
            2025-03-21T01:07 migrate-wallets-05-retry
            2025-11-28T23:26 incident 5203
            2026-02-08T20:15 hotfix: fee sponsor empty
            2026-07 sweeper, first version
            nightly-jobs / 2025-11 nightly
        """,
    },
    # Nothing guards assigning, under its old name either.
    "P02": {
        "critical": """
            2022-11 laptop
            2022-12 pilot-backend
            2023-09 terraform
            2024-06 terraform
            2025-03-20T14:09 migrate-wallets-04
            2025-03-20T14:41 migrate-wallets-09
            2025-03-20T15:37 migrate-wallets-13
            2025-09 terraform
            2026-05 terraform
        """,
        "high": "customer-recovery / 2025-07 recovery",
    },
    # An approver's token that pays out; those of the lead vote in vain, and so does the rebalancer.
    "P03": {"high": "approval-bot / 2026-04 checker"},
    # Platform engineering signs, broadcasts and edits policies, of which only two are guarded.
    "P04": {
        "high": """
            2024-06 terraform
            2025-03-20T14:09 migrate-wallets-04
            2025-03-20T14:41 migrate-wallets-09
            2025-03-20T15:37 migrate-wallets-13
            2025-09 terraform
            2026-05 terraform
        """,
    },
    # Of an application nobody can say what it lacks, so it may delegate keys.
    "P05": {
        "high": """
            rebalancer / 2026-02 rebalancer
            ceremony-runner / 2025-02 ceremony
            2025-10 customer portal
        """,
    },
    # Platform engineering, and the first version of the wallet interface, which has a tag's old name.
    "P11": {
        "high": """
            2022-11 test
            2022-12 pilot-backend
            2023-01 wallet-api-staging
            2023-02 wallet-api-production
            2024-06 terraform
            2025-03-17 migration: read old wallets
            2025-03-20T14:09 migrate-wallets-04
            2025-03-20T14:41 migrate-wallets-09
            2025-03-20T15:37 migrate-wallets-13
            2025-09 terraform
            2026-05 terraform
        """,
    },
    "R01": {"critical": "payout pair"},
    "R05": {"high": "relay-2022 / 2022-11 relay"},
    "R06": {"high": "bruno-exporter / 2024-06 export", "medium": "webhook-relay / 2025-08 relay"},
    "G01": {"high": "Permissions:Assign", "medium": "Policies:Modify"},
    "G02": {},
    "G03": {"critical": "dual-control", "medium": "quarantine"},
    "G05": {"high": "guard", "medium": "hourly"},
    "G06": {
        "high": "address-book",
        "medium": """
            large
            burst
            incoming
        """,
    },
    # Older than 730 days: until the middle of October 2024.
    "L01": {
        "medium": """
            2022-11 laptop
            2022-11 test
            2022-12 pilot-backend
            2023-01 wallet-api-staging
            2023-02 wallet-api-production
            2023-03 ci-deploy-staging
            2023-05 ci-deploy-production
            2023-05 grafana balances
            2023-06 monthly payouts job
            2023-07 webhook receiver (eu-west)
            2023-09 terraform
            2023-11 ci-deploy-staging
            2023-11 wallet-explorer (internal)
            2024-01 ci-deploy-production
            2024-01 status page
            2024-02 staging smoke tests
            2024-03 key ceremony, Frankfurt (spare)
            2024-04 webhook receiver (eu-central)
            2024-04 onboarding-backend
            2024-05 payout retries
            2024-06 local dev
            2024-06 terraform
            2024-07 ci-deploy-staging
            2024-08 balances to Slack
            2024-09 onboarding-backend (blue)
            2024-09 grafana balances
            2024-10 nightly backup
            2024-10 ci-e2e
            bruno-exporter / 2024-06 export
            relay-2022 / 2022-11 relay
        """,
    },
    # The lead can take tags off wallets, so reporting is more than reading.
    "L03": {
        "high": """
            2024-11 black friday payouts
            2024-11-29T02:41 incident 4127
            2024-12 year-end reconciliation
            2025-02 nightly export
            2025-03-17 migration: read old wallets
            2025-03-20T14:09 migrate-wallets-04
            2025-03-20T14:41 migrate-wallets-09
            2025-03-20T15:37 migrate-wallets-13
            2025-03-21T01:07 migrate-wallets-05-retry
            2025-06 monthly report
            2025-06 fee sponsor top-up
            2025-09 payout-service
            2025-09 terraform
            2025-10 payout retries
            payout-service-eu / 2025-09 payouts eu
            payout-service-us / 2025-09 payouts us
            ceremony-runner / 2025-02 ceremony
            customer-recovery / 2025-07 recovery
        """,
        "medium": """
            report-mailer / 2025-10 reports
            2025-10 customer portal
            2025-11 black friday payouts
            2025-11-28T23:26 incident 5203
            2025-12 year-end reconciliation
            2026-01 nightly reconciliation
            2026-02-08T20:15 hotfix: fee sponsor empty
            2026-04 payouts v2
            2026-05 terraform
            2026-07 sweeper, first version
            payout-service-us / 2026-06 payouts us (rotated)
            rebalancer / 2026-02 rebalancer
            approval-bot / 2026-04 checker
            root-automation / 2026-01 root
            nightly-jobs / 2025-11 nightly
            harbour-bridge / 2026-04 bridge
        """,
        "low": """
            2025-01 ci-deploy-production
            2025-01 migration plan
            2025-04 ci-deploy-staging
            2025-04 balances to Slack
            2025-05 onboarding-backend (green)
            2025-05 backoffice read model
            2025-06 webhook receiver (eu-west)
            2025-07 staking rewards
            2025-07 local dev
            2025-08 webhook receiver (us-east)
            2025-08 launch day
            2025-08 ci-e2e
            2025-09 ci-deploy-production
            2025-10 wallet-explorer (internal)
            webhook-relay / 2025-08 relay
        """,
    },
    "L05": {
        "medium": """
            2022-10-25 hello dfns
            2023-03 kept for Tomasz
            2023-08 kept for Tomasz (2)
            2023-09 postman
            2023-10-14T21:37 weekend hotfix
            2023-12 year-end reconciliation
            2024-02 key ceremony, Frankfurt
            2024-05 kept for Anneke
            2024-11-29T03:18 incident 4127 (second try)
            2025-02 migration rehearsal
            2025-03-18 migration: dry run
            2025-03-20T14:02 migrate-wallets-01
            2025-03-20T14:04 migrate-wallets-02
            2025-03-20T14:05 migrate-wallets-03
            2025-03-20T14:13 migrate-wallets-05
            2025-03-20T14:21 migrate-wallets-06
            2025-03-20T14:22 migrate-wallets-07
            2025-03-20T14:40 migrate-wallets-08
            2025-03-20T14:43 migrate-wallets-10
            2025-03-20T14:58 migrate-wallets-11
            2025-03-20T15:16 migrate-wallets-12
            2025-03-20T16:01 migrate-wallets-14
            2025-03-21T02:52 migrate-wallets-10-retry
            2025-07 kept for Bruno until handover
        """,
        "low": """
            2025-04 migration: clean up
            indexer / 2026-03 indexer
        """,
    },
    # By what they hold, each time all but the newest: deploy, viewer, balance, payouts, webhooks, deploy and
    # viewer, onboarding, reporting, platform, everything, staking, the old interface, payouts with a vote.
    # Three of September are not 30 days old.
    "L07": {
        "medium": """
            2023-03 ci-deploy-staging
            2023-05 ci-deploy-production
            2023-11 ci-deploy-staging
            2024-01 ci-deploy-production
            2024-06 local dev
            2024-07 ci-deploy-staging
            2025-01 ci-deploy-production
            2025-04 ci-deploy-staging
            2025-07 local dev
            2025-08 launch day
            2025-09 ci-deploy-production
            2026-01 ci-deploy-staging
            2026-03 ci-deploy-production
            2026-05 preview environments
            2026-05 preview environments (2)
            2026-07 ci-deploy-staging
            2023-11 wallet-explorer (internal)
            2024-10 nightly backup
            2025-01 migration plan
            2025-05 backoffice read model
            2025-10 wallet-explorer (internal)
            2026-02 reconciliation-service
            2026-05 reconcile EU, then US
            2023-05 grafana balances
            2024-01 status page
            2024-08 balances to Slack
            2024-09 grafana balances
            2025-04 balances to Slack
            2025-12 grafana balances
            2026-01 status page
            2026-03 pricing model
            2023-06 monthly payouts job
            2024-05 payout retries
            2025-06 fee sponsor top-up
            2025-09 payout-service
            2025-10 payout retries
            2025-11 black friday payouts
            2023-07 webhook receiver (eu-west)
            2024-04 webhook receiver (eu-central)
            2025-06 webhook receiver (eu-west)
            2025-08 webhook receiver (us-east)
            2026-03 webhook replay
            2024-02 staging smoke tests
            2024-10 ci-e2e
            2025-08 ci-e2e
            2025-11 ci-e2e
            2024-04 onboarding-backend
            2024-09 onboarding-backend (blue)
            2025-05 onboarding-backend (green)
            2024-12 year-end reconciliation
            2025-02 nightly export
            2025-06 monthly report
            2024-06 terraform
            2025-03-20T14:09 migrate-wallets-04
            2025-03-20T14:41 migrate-wallets-09
            2025-03-20T15:37 migrate-wallets-13
            2025-09 terraform
            2024-11-29T02:41 incident 4127
            2025-03-21T01:07 migrate-wallets-05-retry
            2025-11-28T23:26 incident 5203
            2026-02-08T20:15 hotfix: fee sponsor empty
            2025-07 staking rewards
            2026-02 canton validator
            2022-11 test
            2023-01 wallet-api-staging
            2024-11 black friday payouts
            payout-service-us / 2025-09 payouts us
        """,
    },
    "S01": {"critical": "status-page / 2026-01 status"},
    "H05": {"low": "blank-runner / 2026-09 blank"},
    "Q01": {"info": "sandbox-access"},
    "U01": {"medium": "organisation"},
    "U03": {"high": "invited"},
}
"""All that each rule finds as the platform lead sees it, whose list is the only one of personal tokens.

A token is the lead's unless its owner stands before it. T01 is left out: it finds every token that `reach`
calls unlisted, and Bruno.
"""

SEVERE = frozenset(
    {
        *("admin", "old-admin", "platform", "treasury", "payouts", "approver", "reporting", "ceremony"),
        *("old-api", "staking", "onboarding", "recovery", "tenant", "customer"),
    }
)
"""The permissions that hold an operation of severity critical or high, whoever holds them; for T01."""
