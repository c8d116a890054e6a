"""What callers may read, and what stays out of sight."""

from typing import NamedTuple

__all__ = ["COVERED", "REFUSED", "UNLISTED", "UNLISTED_OF", "Refusals"]


class Refusals(NamedTuple):
    """Which listings a caller may not read, by the operation that the API asks for."""

    operations: tuple[str, ...]
    served: int  # of the eight


REFUSED = {
    "platform-lead": Refusals((), 8),
    "compliance": Refusals((), 8),
    "sandbox-lead": Refusals((), 8),
    # Half: tokens, service accounts, permissions and groups are served.
    "payments-engineer": Refusals(
        (
            "Auth:Users:Read",
            "Permissions:Assignments:Read",
            "Auth:UserGroups:Members:Read",
            "Policies:Read",
        ),
        4,
    ),
    # The votes come with reading policies.
    "treasury": Refusals(
        (
            "Auth:ServiceAccounts:Read",
            "Auth:Users:Read",
            "Permissions:Read",
            "Permissions:Assignments:Read",
            "Auth:UserGroups:Read",
            "Auth:UserGroups:Members:Read",
        ),
        2,
    ),
    # An end user; holds Policies:Read, and is refused all the same.
    "wallet-customer": Refusals(
        (
            "Auth:ServiceAccounts:Read",
            "Auth:Users:Read",
            "Auth:UserGroups:Read",
            "Auth:UserGroups:Members:Read",
            "Policies:Read",
        ),
        3,
    ),
    "new-joiner": Refusals(
        (
            "Auth:ServiceAccounts:Read",
            "Auth:Users:Read",
            "Permissions:Read",
            "Permissions:Assignments:Read",
            "Auth:UserGroups:Read",
            "Auth:UserGroups:Members:Read",
            "Policies:Read",
        ),
        1,
    ),
}

UNLISTED = {
    # Whose list no caller has: the permissions, the worst they allow, whether that is everything.
    ("technology", "2024-11-29T02:20 "): ("ManagedFullAdminAccess", "critical", True),
    ("technology", "2026-03 "): ("wallet-viewer, Revision / audit", "none", False),
    # The vendor's old name, on a permission that can be edited.
    ("tomasz", "2022-12 "): ("DfnsFullAdminAccess", "critical", False),
    ("anneke", "2024-05 "): ("Platform engineering", "critical", False),
    ("treasury-second", "2025-08 "): ("Treasury operations, Approvals desk", "critical", False),
    # Reads, and takes tags off wallets.
    ("treasury-second", "2026-09 "): ("Read only (reporting)", "high", False),
}

UNLISTED_OF = {
    # Colleagues' tokens, as long as their lists are not joined. One of the pentest's holds nothing.
    "payments-engineer": 25,
    "treasury": 14,
    "data-analyst": 9,
    "compliance": 3,
    "pentest": 16,
    "tenant-operator": 3,
    "wallet-customer": 1,
}
"""77 in all with those that nobody can list."""

COVERED = {"platform-lead": (122, 121)}
"""Of the 18 users, those whose own list is here: how many tokens it has, and how many of them are theirs.

One acts for an application, the customer portal, so it counts for no user.
"""
