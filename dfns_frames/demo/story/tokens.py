"""Which tokens the demo organisation's people hold: data only.

The company takes card and bank payments and pays out in stablecoins. Its story, as the platform lead's list
tells it: a pilot at the end of 2022, production in 2023, a migration to new wallets in March 2025 in which a
script made tokens by the dozen, and growth throughout.

Names that upset spreadsheets, charts, web pages or terminals all belong to one caller, the penetration
testers of June 2026, so that everybody else's list looks like a company's.
"""

from typing import NamedTuple


class Token(NamedTuple):
    """One token of one caller.

    Parameters
    ----------
    when
        A month (a weekday in office hours is drawn), a day (the time is drawn), or day and minute. UTC.
    name
        What its owner called it.
    permissions
        Keys of permissions, separated by spaces, one for each assignment; a ``?`` after one says that its
        operations are not returned.
    active
        Whether it is switched on.
    kind
        As the API calls it.
    key
        Tokens with the same label share a public key; ``-`` means that there is neither key nor credential,
        nothing that it has its own.
    """

    when: str
    name: str
    permissions: str = ""
    active: bool = True
    kind: str = "Pat"
    key: str = ""


_BURST_MINUTES = (2, 4, 5, 9, 13, 21, 22, 40, 41, 43, 58, 76, 97, 121)

PLATFORM_LEAD = (
    # The pilot: everything with full access, a good part of it never cleaned up.
    Token("2022-10-25", "hello dfns", "old-admin", active=False),
    Token("2022-11", "laptop", "old-admin", key="-"),
    Token("2022-11", "test", "old-api"),
    Token("2022-12", "pilot-backend", "old-api old-admin"),
    # First year: production, with the first version of the wallet interface.
    Token("2023-01", "test", "", active=False),
    Token("2023-01", "wallet-api-staging", "old-api"),
    Token("2023-02", "wallet-api-production", "old-api"),
    Token("2023-03", "ci-deploy-staging", "deploy"),
    Token("2023-03", "kept for Tomasz", "old-admin", active=False),
    Token("2023-05", "ci-deploy-production", "deploy"),
    Token("2023-05", "grafana balances", "balance"),
    Token("2023-06", "monthly payouts job", "payouts?"),
    Token("2023-07", "webhook receiver (eu-west)", "webhooks"),
    Token("2023-08", "kept for Tomasz (2)", "old-api", active=False),
    Token("2023-09", "postman", "old-admin", kind="Temp", active=False),
    Token("2023-09", "terraform", "old-admin deploy"),
    Token("2023-10-14T21:37", "weekend hotfix", "old-admin", active=False),
    Token("2023-11", "ci-deploy-staging", "deploy"),
    Token("2023-11", "wallet-explorer (internal)", "viewer"),
    Token("2023-12", "year-end reconciliation", "reporting", active=False),
    # Second year: more services, the first joiners and leavers.
    Token("2024-01", "ci-deploy-production", "deploy"),
    Token("2024-01", "status page", "balance"),
    Token("2024-02", "staging smoke tests", "deploy viewer"),
    Token("2024-02", "key ceremony, Frankfurt", "ceremony", active=False, key="ceremony"),
    Token("2024-03", "key ceremony, Frankfurt (spare)", "ceremony", key="ceremony"),
    Token("2024-04", "webhook receiver (eu-central)", "webhooks"),
    Token("2024-04", "onboarding-backend", "onboarding"),
    Token("2024-05", "kept for Anneke", "platform", active=False),
    Token("2024-05", "payout retries", "payouts"),
    Token("2024-06", "local dev", "deploy", key="-"),
    Token("2024-06", "terraform", "platform"),
    Token("2024-07", "ci-deploy-staging", "deploy deploy"),
    Token("2024-08", "balances to Slack", "balance"),
    Token("2024-09", "recovery drill", "", kind="Recovery", active=False),
    Token("2024-09", "onboarding-backend (blue)", "onboarding"),
    Token("2024-09", "grafana balances", "balance"),
    Token("2024-10", "nightly backup", "viewer"),
    Token("2024-10", "ci-e2e", "deploy viewer"),
    Token("2024-11", "black friday payouts", "payouts approver"),
    Token("2024-11-29T02:41", "incident 4127", "admin"),
    Token("2024-11-29T03:18", "incident 4127 (second try)", "admin", active=False),
    Token("2024-12", "year-end reconciliation", "reporting"),
    # Third year: the migration. The script ran in the afternoon, failed at night, and was run again by hand.
    Token("2025-01", "ci-deploy-production", "deploy"),
    Token("2025-01", "migration plan", "viewer"),
    Token("2025-02", "migration rehearsal", "platform", active=False),
    Token("2025-02", "nightly export", "reporting?"),
    Token("2025-03-17", "migration: read old wallets", "old-api viewer"),
    Token("2025-03-18", "migration: dry run", "platform", active=False),
    *(
        Token(
            f"2025-03-20T{14 + minute // 60}:{minute % 60:02}",
            f"migrate-wallets-{batch:02}",
            "platform treasury" if batch % 5 == 0 else "platform",
            active=batch in (4, 9, 13),
        )
        for batch, minute in enumerate(_BURST_MINUTES, start=1)
    ),
    Token("2025-03-21T01:07", "migrate-wallets-05-retry", "admin"),
    Token("2025-03-21T02:52", "migrate-wallets-10-retry", "admin", active=False),
    Token("2025-04", "migration: clean up", "deploy", active=False),
    Token("2025-04", "ci-deploy-staging", "deploy"),
    Token("2025-04", "balances to Slack", "balance"),
    Token("2025-05", "onboarding-backend (green)", "onboarding"),
    Token("2025-05", "backoffice read model", "viewer"),
    Token("2025-06", "monthly report", "reporting"),
    Token("2025-06", "fee sponsor top-up", "payouts?"),
    Token("2025-06", "webhook receiver (eu-west)", "webhooks"),
    Token("2025-07", "kept for Bruno until handover", "platform deploy viewer", active=False),
    Token("2025-07", "staking rewards", "staking"),
    Token("2025-07", "local dev", "deploy"),
    Token("2025-08", "webhook receiver (us-east)", "webhooks"),
    Token("2025-08", "launch day", "deploy"),
    Token("2025-08", "ci-e2e", "deploy viewer"),
    Token("2025-09", "payout-service", "payouts", kind="ServiceAccount"),
    Token("2025-09", "ci-deploy-production", "deploy"),
    Token("2025-09", "terraform", "platform"),
    Token("2025-10", "customer portal", "onboarding", kind="Application"),
    Token("2025-10", "payout retries", "payouts"),
    Token("2025-10", "wallet-explorer (internal)", "viewer"),
    Token("2025-11", "black friday payouts", "payouts"),
    Token("2025-11-28T23:26", "incident 5203", "admin"),
    Token("2025-11", "ci-e2e", "deploy viewer"),
    Token("2025-12", "year-end reconciliation", "reporting"),
    Token("2025-12", "grafana balances", "balance"),
    # Fourth year: an agent, and a good deal of automation.
    Token("2026-01", "nightly reconciliation", "reporting viewer"),
    Token("2026-01", "ci-deploy-staging", "deploy"),
    Token("2026-01", "status page", "balance"),
    Token("2026-02", "reconciliation-service", "viewer", kind="ServiceAccount"),
    Token("2026-02", "canton validator", "staking?"),
    Token("2026-02-08T20:15", "hotfix: fee sponsor empty", "admin"),
    Token("2026-03", "pricing model", "balance"),
    Token("2026-03", "ci-deploy-production", "deploy"),
    Token("2026-03", "webhook replay", "webhooks"),
    Token("2026-04", "payouts v2", "payouts"),
    Token("2026-04", "onboarding-backend (blue)", "onboarding"),
    Token("2026-04", "draft: sweeper", "draft"),
    Token("2026-05", "reconcile EU, then US", "viewer"),
    Token("2026-05", "preview environments", "deploy"),
    Token("2026-05", "preview environments (2)", "deploy"),
    Token("2026-05", "terraform", "platform"),
    Token("2026-06", "pentest report export", "viewer"),
    Token("2026-07", "support agent (trial)", "onboarding viewer", kind="Agent"),
    Token("2026-07", "ci-deploy-staging", "deploy"),
    Token("2026-07", "sweeper, first version", "admin"),
    Token("2026-07", "grafana balances", "balance"),
    Token("2026-08", "staking rewards v2", "staking"),
    Token("2026-08", "payout-service (fallback)", "payouts approver", kind="ServiceAccount"),
    Token(
        "2026-08",
        "temporary token for the load test of the new payout pipeline, asked for by the treasury team"
        " on behalf of the external auditors; please do not remove it before the report is signed,"
        " and then tell me",
        "payouts viewer",
    ),
    Token("2026-08", "ci-e2e", "deploy viewer"),
    Token("2026-09", "ci-deploy-production", "deploy"),
    Token("2026-09", "audit prep", "audit"),
    Token("2026-09", "webhook receiver (ap-south)", "webhooks"),
    Token("2026-09", "preview environments (3)", "deploy"),
    Token("2026-09", "local dev", "deploy", key="-"),
    Token("2026-10-06", "sweeper", "treasury approver"),
    Token("2026-10-13", "ci-deploy-staging", "deploy"),
    Token("2026-10-19T06:52", "ci-deploy-production", "deploy"),
)

PAYMENTS_ENGINEER = (
    Token("2023-04", "first steps", "old-api", active=False),
    Token("2023-06", "payouts prototype", "old-api"),
    Token("2023-10", "payouts-staging", "payouts"),
    Token("2024-02", "payouts-production", "payouts"),
    Token("2024-05", "curl", "viewer", active=False),
    Token("2024-08", "payouts-staging", "payouts"),
    Token("2024-11", "load test", "payouts viewer", active=False),
    Token("2025-01", "rate limit test", "balance"),
    Token("2025-02", "payouts-production", "payouts"),
    Token("2025-03-20", "migration: payouts", "payouts old-api"),
    Token("2025-03-21", "migration: payouts (rollback)", "admin"),
    Token("2025-06", "kept for Bruno", "payouts", active=False),
    Token("2025-07", "notebook", "viewer"),
    Token("2025-09", "payouts-staging", "payouts?"),
    Token("2025-10", "idempotency test", "payouts", active=False),
    Token("2025-12", "bank holiday runner", "payouts approver"),
    Token("2026-01", "payouts-production", "payouts"),
    Token("2026-02", "partner portal", "payouts", kind="Application"),
    Token("2026-04", "webhook debugging", "webhooks"),
    Token("2026-05", "payouts v2 canary", "payouts"),
    Token("2026-06", "payouts v2 staging", "payouts"),
    Token("2026-07", "notebook", "viewer balance"),
    Token("2026-08", "payouts v2 production", "payouts"),
    Token("2026-09", "on call", "payouts viewer webhooks"),
    Token("2026-10-07", "payouts v2 canary", "payouts"),
)

TREASURY = (
    Token("2023-11", "spreadsheet", "reporting"),
    Token("2024-03", "daily sweep", "treasury"),
    Token("2024-07", "month-end", "treasury", active=False),
    Token("2024-12", "year-end", "treasury reporting", active=False),
    Token("2025-02", "hedging desk", "treasury", key="treasury-hsm"),
    Token("2025-05", "staking, quarterly", "staking treasury"),
    Token("2025-08", "holiday cover for Sofia", "treasury approver"),
    Token("2025-10", "balance lookup", "balance"),
    Token("2026-01", "daily sweep (new)", "treasury", key="treasury-hsm"),
    Token("2026-03", "exchange withdrawals", "treasury?"),
    Token("2026-05", "month-end", "treasury"),
    Token("2026-07", "cash forecast", "reporting"),
    Token("2026-09", "kept for Sofia", "treasury", active=False),
    Token("2026-10-02", "daily sweep (newer)", "treasury approver"),
)

DATA_ANALYST = (
    Token("2024-06", "jupyter", "reporting"),
    Token("2024-10", "dbt", "viewer"),
    Token("2025-03", "metabase", "reporting"),
    Token("2025-07", "jupyter", "reporting", active=False),
    Token("2025-11", "airflow", "reporting?"),
    Token("2026-02", "weekly cohorts", "viewer"),
    Token("2026-05", "jupyter", "reporting"),
    Token("2026-08", "airflow", "reporting viewer"),
    Token("2026-09", "churn model", "viewer"),
)

COMPLIANCE = (
    Token("2024-09", "annual review 2024", "audit", active=False),
    Token("2025-09", "annual review 2025", "audit", active=False),
    Token("2026-09", "annual review 2026", "audit approver"),
)

PENTEST = (
    Token("2026-06-09", '=HYPERLINK("http://evil.example","click")', "balance", active=False),
    Token("2026-06-09", "@SUM(A1)", "balance", active=False),
    Token("2026-06-09", "+1+1", "balance", active=False),
    Token("2026-06-09", "-2+3", "balance", active=False),
    Token("2026-06-10", "\t=1+1", "", active=False),
    Token("2026-06-10", "<script>alert('pentest')</script>", "balance"),
    Token("2026-06-10", "$x^2$ pricing model", "balance"),
    Token("2026-06-11", 'reconcile "EU", then US,\nthen the rest', "viewer"),
    Token("2026-06-11", "\nkohorten wöchentlich", "viewer", active=False),
    Token("2026-06-11", "| a | b |", "hostile"),
    Token("2026-06-12", "[click](http://evil.example) **now**", "hostile", active=False),
    Token("2026-06-12", "\x1b[2J\x1b[31mred\x9b0m", "balance", active=False),
    Token("2026-06-12", "\u202egnp.exe\u202c", "balance", active=False),
    Token("2026-06-15", "夜间对账任务", "reporting viewer"),
    Token("2026-06-15", "גיבוי לילי", "viewer"),
    Token("2026-06-15", "تقرير شهري", "reporting"),
    Token("2026-06-16", "🚀 launch day", "deploy"),
)
