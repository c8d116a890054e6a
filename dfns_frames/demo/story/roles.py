"""Permissions of users and service accounts that no colleague's token holds: data only."""

from dfns_frames.demo.story.permissions import EVERYTHING, Permission

__all__ = ["ROLES", "SANDBOX", "WITHDRAWN", "WITHDRAWN_LATER"]

ROLES = (
    # Half of what a reviewer needs: no users, no assignments, no members, no policies.
    Permission(
        "directory",
        "Team directory",
        ("Auth:ServiceAccounts:Read", "Permissions:Read", "Auth:UserGroups:Read"),
        created="2024-05",
    ),
    Permission(
        "recovery", "Customer recovery", ("Auth:Delegated:Recover", "Auth:Users:Read"), created="2025-03"
    ),
    Permission(
        "tenant",
        "Harbour Pay operations",
        ("Wallets:Read", "Wallets:Transfers:Create", "Wallets:Transfers:Read"),
        created="2026-02",
    ),
    # Of these, end users are refused Policies:Read.
    Permission(
        "customer",
        "ManagedDefaultEndUserAccess",
        (
            "Auth:Pats:Create",
            "Permissions:Read",
            "Permissions:Assignments:Read",
            "Policies:Read",
            "Wallets:Read",
            "Wallets:Transfers:Create",
            "Wallets:Transfers:Read",
        ),
        immutable=True,
    ),
)

WITHDRAWN = Permission("sandbox-access", "sandbox-access", ("Wallets:Create", "Wallets:Read"))
"""Still assigned, and in no listing: what it allows cannot be found out."""

WITHDRAWN_LATER = Permission(
    "faucet", "sandbox-access", ("Wallets:Create", "Wallets:Read", "Wallets:Transfers:Create")
)
"""The same a week before, when its operations still came with its holders."""

SANDBOX = (
    Permission("sandbox-admin", "ManagedFullAdminAccess", EVERYTHING, immutable=True, created="2025-11"),
    Permission(
        "sandbox-wallets",
        "Play money",
        ("Wallets:Create", "Wallets:Read", "Wallets:Transfers:Create", "Keys:Signatures:Create"),
        created="2025-11",
    ),
    Permission(
        "sandbox-rules",
        "Rules",
        (
            "Policies:Read",
            "Policies:Update",
            "Policies:Evaluations:Vote",
            "Permissions:Read",
            "Permissions:Assign",
            "Permissions:Update",
        ),
        created="2025-12",
    ),
)
"""Those of the sister organisation."""
