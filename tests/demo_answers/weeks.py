"""What the demo's twelve weeks tell, worked out by hand from the story in `demo/weeks.py`.

The looks are on Mondays at 07:30 UTC: 3, 10, 17, 24 and 31 August, 7, 14, 21 (not read to its end) and 28
September, 5, 12 and 19 October. Each change lies between the last look that shows it as it was and the first
that shows it otherwise.
"""

# Change, object, name, field, old, new, operation, severity, after, by. Treasury can move funds and vote, so
# a token that holds it is critical; reporting becomes critical with Wallets:Transactions:Create.
CHANGES = [
    ("appeared", "token", "sweeper", None, None, None, None, "critical", "08-10", "08-17"),
    (
        "appeared", "operation", "month-end report", None, None, None, "Wallets:Transactions:Create",
        "critical", "08-17", "08-24",
    ),
    (
        "appeared", "permission_operation", "Reporting", None, None, None, "Wallets:Transactions:Create",
        "critical", "08-17", "08-24",
    ),
    ("changed", "token", "on call", "is_active", "true", "false", None, "none", "08-24", "08-31"),
    ("changed", "token", "on call", "is_active", "false", "true", None, "critical", "09-07", "09-14"),
    (
        "changed", "token", "ci-deploy-production", "name", "ci deploy", "ci-deploy-production", None,
        "none", "09-07", "09-14",
    ),
    # The list of 21 September ends before it: that proves nothing.
    ("disappeared", "token", "old backend", None, None, None, None, "none", "09-14", "09-28"),
    (
        "disappeared", "operation", "on call", None, None, None, "Policies:Evaluations:Vote", "none",
        "09-28", "10-05",
    ),
    (
        "disappeared", "operation", "sweeper", None, None, None, "Policies:Evaluations:Vote", "none",
        "09-28", "10-05",
    ),
    (
        "disappeared", "permission_operation", "Treasury", None, None, None, "Policies:Evaluations:Vote",
        "none", "09-28", "10-05",
    ),
]  # fmt: skip

# Name, first and last look that list it, and between which looks it went. Nobody is off in the end.
LIFETIMES = [
    ("old backend", "08-03", "09-14", "09-14", "09-28"),
    ("ledger sync", "08-03", "10-19", None, None),
    ("month-end report", "08-03", "10-19", None, None),
    ("ci-deploy-production", "08-03", "10-19", None, None),
    ("on call", "08-03", "10-19", None, None),
    ("sweeper", "08-17", "10-19", None, None),
]

# Who could move funds, at the end of a day.
HOLDERS = {
    # The sweeper was not born; the report could only read.
    "2026-08-11": {"old backend": "seen", "on call": "seen"},
    # Born on the day before, and not listed yet.
    "2026-08-14": {"old backend": "seen", "on call": "seen", "sweeper": "possible"},
    # Reporting gained the operation at some time from 17 to 24 August.
    "2026-08-20": {
        "month-end report": "possible", "old backend": "seen", "on call": "seen", "sweeper": "seen",
    },
    # On call was off on 31 August and on 7 September.
    "2026-09-03": {"month-end report": "seen", "old backend": "seen", "sweeper": "seen"},
    "2026-09-10": {
        "month-end report": "seen", "old backend": "seen", "on call": "possible", "sweeper": "seen",
    },
    # The old backend was still there on 14 September, and gone on the 28th.
    "2026-09-22": {
        "month-end report": "seen", "old backend": "possible", "on call": "seen", "sweeper": "seen",
    },
    "2026-10-10": {"month-end report": "seen", "on call": "seen", "sweeper": "seen"},
    # Nobody has looked since 19 October.
    "2026-10-25": {"month-end report": "possible", "on call": "possible", "sweeper": "possible"},
}  # fmt: skip
