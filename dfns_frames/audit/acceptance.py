"""The rule about the acceptance file itself."""

from __future__ import annotations

from dfns_frames.audit.framework import Rule

A01 = Rule(
    "A01",
    "Entry of the acceptance file that accepts nothing",
    severity="medium",
    category="acceptance",
    why=(
        "An entry hides nothing if it is incomplete, has expired, ends more than a year ahead, has the bare "
        "subject *, or matches no finding or more than 50. Yet somebody may believe that it does. Severity: "
        "medium."
    ),
    remedy=(
        "Whoever keeps the acceptance file gives the entry a rule, a subject, a reason, a name and a date at "
        "most a year ahead, or deletes it. That takes no call and no approval."
    ),
    references=("AC-6(7)", "CC6.3"),
    reads=(),
    needs=(),
    cannot_see="Whether the reason still holds.",
)
