"""Findings that no rule made, for what takes findings: acceptance, baseline, files, charts."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pyarrow as pa

import dfns_frames as dff
from dfns_frames._api.judgements import FINDINGS, RULES, SETTINGS

AS_OF = datetime(2026, 11, 2, 9, tzinfo=UTC)
Row = dict[str, Any]


def finding(rule: str = "P01", subject: str | None = "to-1", **changes: Any) -> Row:
    """Return a finding as a row; what a rule would say is filled in."""
    return {
        "finding_id": f"{rule}-{subject or changes.get('subject_name')}",
        "rule": rule,
        "status": "open",
        "severity": "high",
        "severity_reason": "Because of a clause.",
        "category": "privilege",
        "title": f"What {rule} is about",
        "subject_kind": "token",
        "subject_id": subject,
        "subject_name": f"name of {subject}",
        "owner_id": "us-1",
        "owner_name": "Ines",
        "evidence": "The token 'ci' holds everything.",
        "operations": "Wallets:Transfers:Create, Permissions:Assign",
        "confidence": "certain",
        "remedy": "Its owner deletes it: DELETE /auth/pats/{tokenId}; no approval is needed.",
        "references": "NHI5, AC-6(5)",
        "accepted": False,
    } | changes


def findings(*rows: Row) -> pa.Table:
    """Return the table of some findings."""
    return FINDINGS.from_rows(list(rows)).unify_dictionaries().combine_chunks()


def went(rule: str, status: str = "findings", missing: str | None = None, **changes: Any) -> Row:
    """Return how a rule went, as a row."""
    return {
        "rule": rule,
        "title": f"What {rule} is about",
        "status": status,
        "severity": "high",
        "category": "privilege",
        "looked_at": None if status == "not evaluated" else 9,
        "found": 0,
        "accepted": 0,
        "missing": missing,
    } | changes


def audit_of(frames: dff.Frames, found: list[Row], rules: list[Row], settings: list[Row] = ()) -> dff.Frames:  # type: ignore[assignment]
    """Return frames with the tables of an audit."""
    about = [
        {"setting": "as_of", "value": "when each list was fetched", "default": "when each list was fetched"},
        {"setting": "version", "value": dff.__version__, "default": dff.__version__},
        *settings,
    ]
    tables = {name: frames.arrow(name) for name in frames}
    judged = {
        "findings": findings(*found),
        "rules": RULES.from_rows(rules),
        "settings": SETTINGS.from_rows(about),
    }
    return dff.Frames(tables | judged)
