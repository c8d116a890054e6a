"""The sister organisation, where new things are tried with play money: data only.

Its gates are those that the main one cannot have beside its own: signing is free, assigning is guarded for
full access only, editing a permission is approved by whoever asked, changing a policy by somebody else.
"""

from dfns_frames.demo.story.roles import SANDBOX
from dfns_frames.demo.story.shapes import Machine, Organisation, Policy, Quorum, User
from dfns_frames.demo.story.tokens import Token

__all__ = ["SISTER"]

SISTER = Organisation(
    "sandbox",
    users=(
        User(
            "sandbox-lead",
            "Nadia Rahman",
            "sandbox-admin",
            (
                Token("2025-11", "everything", "sandbox-admin"),
                Token("2025-12", "hedging rehearsal", "sandbox-wallets", key="treasury-hsm"),
                Token("2026-01", "rules", "sandbox-rules"),
                Token("2026-02", "faucet", "sandbox-wallets", active=False),
            ),
            joined="2025-11",
        ),
        User("sandbox-second", "Piotr Zielinski", "sandbox-admin", joined="2025-11"),
        User("sandbox-rules", "Chloe Dubois", "sandbox-rules", joined="2025-12"),
    ),
    machines=(
        Machine(
            "faucet",
            "sandbox-wallets",
            (Token("2025-12", "faucet", "sandbox-wallets", kind="ServiceAccount"),),
            joined="2025-12",
        ),
    ),
    permissions=SANDBOX,
    policies=(
        Policy(
            "sandbox-signing",
            "Ask before signing",
            "Wallets:Sign",
            groups=(Quorum(1, None),),
            status="Archived",
            created="2025-11",
            updated="2026-01",
        ),
        Policy("sandbox-watch", "Note every signature", "Wallets:Sign", action="NoAction", created="2026-01"),
        Policy(
            "sandbox-assign",
            "Full access by agreement",
            "Permissions:Assign",
            groups=(Quorum(1, "sandbox-second"),),
            filters={"permissionId": {"in": ["sandbox-admin"]}},
            created="2026-01",
        ),
        Policy(
            "sandbox-modify",
            "Say why",
            "Permissions:Modify",
            groups=(Quorum(1, None, initiator=True),),
            created="2026-01",
        ),
        Policy(
            "sandbox-policies",
            "Two for the rules",
            "Policies:Modify",
            groups=(Quorum(1, "sandbox-lead sandbox-second"),),
            timeout=None,
            created="2026-01",
        ),
    ),
)
