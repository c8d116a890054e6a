"""The policies of the demo organisation: data only.

Each activity kind has a gate of its own: signing asks for approval, which one person can give to herself;
editing a permission is blocked; changing a policy is guarded for two policies only; assigning is open.
"""

from dfns_frames.demo.story.shapes import Change, Policy, Quorum

__all__ = ["CHANGES", "POLICIES"]

POLICIES = (
    # Signing. Katharina approves herself; Sofia holds no vote, and the rebalancer is a machine.
    Policy(
        "dual-control",
        "Second pair of eyes",
        "Wallets:Sign",
        groups=(
            Quorum(1, "treasury treasury-second rebalancer", "Treasury desk", initiator=True, machines=False),
        ),
        timeout=1440,
    ),
    Policy(
        "large",
        "Large payments",
        "Wallets:Sign",
        "TransactionAmountLimit",
        {"limit": 100000, "currency": "USD"},
        groups=(
            Quorum(2, "technology treasury compliance", "Board", initiator=False),
            Quorum(1, "compliance", "Compliance"),
        ),
        timeout=None,
        filters={},
        updated="2026-04",
        change=Change("Pending", "Update", "platform-lead", "2026-10-08"),
    ),
    Policy(
        "hourly",
        "Hourly volume of hot wallets",
        "Wallets:Sign",
        "TransactionAmountVelocity",
        {"limit": 250000.5, "currency": "EUR", "timeframe": 60},
        groups=(Quorum(2, None),),
        filters={"walletTags": {"hasAny": ["hot", "payouts"]}},
        created="2025-06",
    ),
    Policy(
        "burst",
        "Many small payouts",
        "Wallets:Sign",
        "TransactionCountVelocity",
        {"limit": 20, "timeframe": 10},
        groups=(Quorum(1, "approval-bot", "Checker", machines=True),),
        created="2026-04",
    ),
    Policy(
        "recipients",
        "Known recipients only",
        "Wallets:Sign",
        "TransactionRecipientWhitelist",
        {"addresses": ["0x52908400098527886E0F7030069857D2E4169EE7"]},
        action="Block",
        filters={"walletId": {"in": ["wa-6gtd1-1pt5b-8ka9ovd9vn6v8sd6"]}},
        created="2025-09",
    ),
    Policy(
        "vault",
        "Cold wallets, any token",
        "Wallets:Sign",
        "TransactionAmountLimitNominal",
        {"assets": [{"symbol": "USDC", "amount": "5000"}]},
        groups=(Quorum(1, "compliance technology"),),
        timeout=60,
        filters={"walletTags": {"hasAll": ["cold", "eu"]}},
        created="2025-11",
    ),
    Policy("watch", "Note every signature", "Wallets:Sign", action="NoAction", created="2026-01"),
    Policy(
        "freeze",
        "Freeze all signing (drill)",
        "Wallets:Sign",
        action="Block",
        status="Archived",
        created="2025-03-20",
        updated="2025-03-21",
    ),
    # Assigning: what asked is archived, what is active does nothing.
    Policy(
        "assign-old",
        "Ask before assigning",
        "Permissions:Assign",
        groups=(Quorum(1, "compliance technology", initiator=True),),
        status="Archived",
        created="2024-09",
        updated="2026-10-05",
    ),
    Policy("assign-watch", "Note assignments", "Permissions:Assign", action="NoAction", created="2026-10-05"),
    # Editing: nobody, until the audit is over.
    Policy(
        "modify-freeze", "Freeze for the audit", "Permissions:Modify", action="Block", created="2026-10-12"
    ),
    # Changing a policy: only two of them are guarded.
    Policy(
        "guard",
        "Guard the main policies",
        "Policies:Modify",
        groups=(Quorum(1, None, "Anyone"),),
        filters={"policyId": {"in": ["dual-control", "large"]}},
    ),
    # One has left, one is gone, one never came: a quorum that nobody can reach.
    Policy(
        "address-book",
        "Address book committee",
        "Registry:Addresses:Modify",
        groups=(Quorum(3, "anneke bruno invited compliance"),),
        created="2024-05",
    ),
    # Two of three, one of whom may have asked.
    Policy(
        "quarantine",
        "Release from quarantine",
        "Vaults:ReleaseQuarantine",
        groups=(Quorum(2, "compliance treasury technology", "Reviewers", initiator=True),),
        created="2025-08",
    ),
    Policy(
        "incoming",
        "Screen what comes in",
        "Wallets:IncomingTransaction",
        "ChainalysisTransactionScreening",
        {"alerts": {"alertLevel": "HIGH", "categoryIds": [3, 7]}, "fallbackBehaviours": {"skip": True}},
        groups=(Quorum(1, "compliance"),),
        timeout=None,
        created="2025-08",
    ),
)

CHANGES = (
    # Asked for while editing a permission needed an approval, and never decided.
    (
        "payouts",
        Change(
            "Pending", "Update", "payments-engineer", "2026-10-01", adds=("Exchanges:Withdrawals:Create",)
        ),
    ),
    (
        "viewer",
        Change("Rejected", "Update", "data-analyst", "2026-03-10", "2026-03-12", adds=("Wallets:Update",)),
    ),
    ("deploy", Change("Applied", "Update", "platform-lead", "2025-08-19", "2025-08-20")),
)
"""Requests to change a permission."""
