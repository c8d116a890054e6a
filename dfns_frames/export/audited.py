"""What the Summary says of an audit: how much was found, and how much was not looked at."""

from __future__ import annotations

import pandas as pd

from dfns_frames._api.judgements import FINDING_SEVERITIES
from dfns_frames._facts.dtypes import TEXT
from dfns_frames._facts.tables import Tables
from dfns_frames.export.header import is_audit
from dfns_frames.measures.found import CURRENT

WHAT, HOW = "what it counts", "to list them, filter"


def audit_figures(tables: Tables) -> list[pd.DataFrame]:
    """Return a frame of what was found, by severity, and of what was not looked at; none without an audit."""
    if not is_audit(tables):
        return []
    findings = tables.arrow("findings").select(["severity", "status", "accepted"]).to_pylist()
    current = [each for each in findings if each["status"] in CURRENT]
    rows: list[tuple[str, int | None, int | None, int, float, str, str]] = []
    for severity in FINDING_SEVERITIES:
        found = [each for each in current if each["severity"] == severity]
        accepted = sum(each["accepted"] for each in found)
        what, how = "Findings that are new or open.", f"Findings: severity = {severity}, status = new or open"
        share = len(found) / max(len(current), 1)
        rows.append((f"{severity} findings", len(found) - accepted, accepted, len(found), share, what, how))
    if lost := len(findings) - len(current) - sum(each["status"] == "resolved" for each in findings):
        what, how = "Those of the baseline that cannot be looked at now.", "Findings: status = unknown"
        rows.append(("findings of unknown status", None, None, lost, lost / len(findings), what, how))
    rows += _not_looked_at(tables.arrow("rules").select(["status", "missing"]).to_pylist())
    columns = ["audit", "not accepted", "accepted", "count", "share", WHAT, HOW]
    kinds = dict.fromkeys(("audit", WHAT, HOW), TEXT) | dict.fromkeys(columns[1:4], "Int64")
    return [pd.DataFrame(rows, columns=columns).astype(kinds)]


def _not_looked_at(rules: list[dict[str, str | None]]) -> list[tuple[str, None, None, int, float, str, str]]:
    none = sum(each["status"] == "not evaluated" for each in rules)
    # A rule that found something may not have looked at everything all the same.
    partly = sum(bool(each["missing"]) for each in rules) - none
    told = [
        (none, "rules not evaluated", "A source that they need was not read.", "status = not evaluated"),
        (
            partly,
            "rules evaluated in part",
            "There may be more to find.",
            "missing ≠ (Blanks), status ≠ not evaluated",
        ),
    ]
    return [
        (
            label,
            None,
            None,
            count,
            count / max(len(rules), 1),
            f"Of {len(rules):,} rules. {what}",
            f"Rules: {how}",
        )
        for count, label, what, how in told
    ]
