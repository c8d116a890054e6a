"""Who is in the demo organisation, and in which groups: data only.

What the lists of tokens tell of is held here by people: who has left, who was let in and never came, who runs
everything, and what each of them may do, whatever their tokens claim.
"""

from dfns_frames.demo.story import tokens
from dfns_frames.demo.story.shapes import Change, Grant, Group, User
from dfns_frames.demo.story.tokens import Token

__all__ = ["GRANTS", "GROUPS", "UNLISTED", "USERS"]

USERS = (
    # Callers of the demo. The lead may read everything, and no longer is a full administrator.
    User("platform-lead", "Ines Moreau", "platform audit", tokens.PLATFORM_LEAD, joined="2022-10"),
    User(
        "payments-engineer", "Daniel Okafor", "payouts directory", tokens.PAYMENTS_ENGINEER, joined="2023-04"
    ),
    User("treasury", "Katharina Lindqvist", "treasury approver reporting", tokens.TREASURY, joined="2023-11"),
    User("data-analyst", "Yusuf Demir", "reporting viewer", tokens.DATA_ANALYST, joined="2024-06", sso=False),
    User("compliance", "Marta Nowak", "audit approver", tokens.COMPLIANCE, joined="2024-09"),
    # Switched off when the test was over; his tokens were not. He is answered all the same, as if his list
    # had been saved before.
    User(
        "pentest",
        "Remy Castellane",
        "balance viewer",
        tokens.PENTEST,
        joined="2026-06",
        active=False,
        sso=False,
    ),
    User(
        "tenant-operator",
        "Mei Tanaka",
        "tenant",
        (
            Token("2026-03", "harbour settlement", "tenant"),
            Token("2026-05", "harbour payouts", "payouts"),
            Token("2026-07", "harbour test", "tenant", active=False),
        ),
        kind="TenantUser",
        joined="2026-02",
        tenant="harbour-pay",
    ),
    User(
        "wallet-customer",
        "Olu Adeyemi",
        "customer",
        (Token("2026-06", "my wallet app", "customer"),),
        kind="EndUser",
        joined="2026-06",
        sso=False,
    ),
    User("new-joiner", "Jun Takeda", joined="2026-10-12"),
    # The one active person who is a full administrator.
    User("technology", "Priya Raman", "admin", joined="2022-10", leaves_out="credentialId"),
    User("treasury-second", "Sofia Almeida", "treasury?", joined="2023-11"),
    # Left, and switched off.
    User(
        "tomasz", "Tomasz Wrona", "platform", joined="2022-11", active=False, leaves_out="name credentialId"
    ),
    User(
        "anneke", "Anneke Vos", "approver viewer", joined="2024-02", active=False, leaves_out="credentialId"
    ),
    # Invited, and never came: the one with rights, the other without.
    User("invited", "Noor Haddad", "treasury", joined="2026-08", registered=False),
    User("invited-later", "Liam Byrne", joined="2026-10-15", registered=False),
    # An older name of the same kind as a tenant's user.
    User(
        "shop",
        "shop@lantern.example",
        "viewer",
        kind="AccountUser",
        joined="2023-05",
        tenant="lantern-shop",
        leaves_out="name orgId credentialId",
        sso=False,
    ),
    User(
        "customer-closed",
        "Ada Fenwick",
        "customer",
        kind="EndUser",
        joined="2025-03",
        active=False,
        sso=False,
    ),
    User("vendor-support", "Dfns support", kind="DfnsStaff", joined="2022-10", active=False),
)

GROUPS = (
    Group(
        "platform-team",
        "Platform team",
        "platform-lead technology anneke",
        "payouts deploy webhooks",
        "Runs production",
    ),
    Group("treasury-desk", "Treasury desk", "treasury treasury-second", "staking", ""),
    # Everything, by way of a group whose only member has left.
    Group("break-glass", "Break glass", "tomasz", "admin"),
    Group("harbour", "Harbour Pay", "tenant-operator", "balance", tenant="harbour-pay"),
    Group("book-club", "Book club"),
)

UNLISTED = (
    ("technology", Token("2024-11-29T02:20", "", "admin")),
    ("technology", Token("2026-03", "", "viewer audit")),
    ("tomasz", Token("2022-12", "", "old-admin")),
    ("anneke", Token("2024-05", "", "platform")),
    ("treasury-second", Token("2025-08", "", "treasury approver")),
    ("treasury-second", Token("2026-09", "", "reporting")),
)
"""Tokens of people whose lists nobody can ask for: known from the assignments of permissions only."""

GRANTS = (
    # Waiting, refused or failed: nothing is granted yet, or at all.
    Grant(
        "treasury", "data-analyst", "2026-10-02", Change("Pending", "Create", "data-analyst", "2026-10-02")
    ),
    Grant(
        "admin",
        "platform-lead",
        "2026-07-14",
        Change("Rejected", "Create", "platform-lead", "2026-07-14", "2026-07-15"),
    ),
    Grant(
        "ceremony",
        "compliance",
        "2026-05-11",
        Change("Failed", "Create", "technology", "2026-05-11", "2026-05-11T16:40"),
    ),
    # Granted after it was approved.
    Grant(
        "audit",
        "compliance",
        "2024-09-10",
        Change("Applied", "Create", "technology", "2024-09-10", "2024-09-11"),
    ),
    # To be taken away, some day; or not.
    Grant(
        "payouts", "payments-engineer", "2023-04-17", Change("Pending", "Delete", "compliance", "2026-10-01")
    ),
    Grant(
        "reporting",
        "data-analyst",
        "2024-06-10",
        Change("Rejected", "Delete", "compliance", "2026-09-22", "2026-09-23"),
    ),
    # Bruno is on no list any more.
    Grant("viewer", "bruno", "2024-03-04"),
)
"""Assignments with a request behind them. One that names a right of `USERS` tells of that right."""
