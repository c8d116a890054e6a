"""What rules find in the story, and what comes near."""

from typing import NamedTuple

__all__ = ["FINDINGS", "Case"]


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
