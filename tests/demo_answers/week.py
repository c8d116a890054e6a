"""What becomes of the findings between the demo's two Mondays, as its story tells; all others stay open."""

__all__ = ["WEEK"]

WEEK: dict[str, dict[str, str]] = {
    "new": {
        # Its secret came out.
        "S01": "status-page / 2026-01 status",
        # They are older than 730 days since Tuesday and Wednesday.
        "L01": """
            2024-10 nightly backup
            2024-10 ci-e2e
        """,
        # It is older than a year since then, and reads only.
        "L03": "2025-10 wallet-explorer (internal)",
        # It was switched off, and its permission was not taken away.
        "L05": "indexer / 2026-03 indexer",
        # Nothing lists any more what it allows.
        "Q01": "sandbox-access",
    },
    "resolved": {
        # The forgotten token was deleted.
        "P01": "2026-09-30T22:10 incident 5790",
        # So what was made before it is again the newest of those that hold everything.
        "L07": "2026-07 sweeper, first version",
        # Editing permissions is frozen.
        "G01": "Permissions:Modify",
        # They are beyond the longest lifetime now, and so rule L01's.
        "L03": """
            2024-10 nightly backup
            2024-10 ci-e2e
        """,
    },
    # It moved funds a week ago; whether it still may, nothing lists.
    "unknown": {"L03": "sandbox-faucet / 2026-03 faucet"},
}
"""By status and rule, what it is about, named as in the findings' answers."""
