"""From what the rules found to what is left to do: since the baseline, and without what is accepted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._api.judgements import RULES as RULES_TABLE
from dfns_frames._facts.tables import compact
from dfns_frames.audit.acceptance import A01
from dfns_frames.audit.accepting import judged, marked, unfit
from dfns_frames.audit.catalogue import RULES
from dfns_frames.audit.progress import Outcome, with_status
from dfns_frames.audit.running import in_order, listed

if TYPE_CHECKING:
    from dfns_frames._facts.tables import Tables
    from dfns_frames.audit.baseline import Baseline
    from dfns_frames.audit.entries import Entry

_CURRENT = pa.array(["new", "open"])
"""The statuses of what a rule finds now."""


def settled(
    frames: Tables,
    tables: dict[str, pa.Table],
    *,
    entries: Sequence[Entry] | None,
    baseline: Baseline | None,
    as_of: datetime,
) -> dict[str, pa.Table]:
    """Return the tables of an audit with the status of each finding, and what is accepted.

    Parameters
    ----------
    frames
        The tables that the rules looked at.
    tables
        The tables `findings`, `rules` and `settings`, as the rules left them.
    entries
        Those of the acceptance file; None if there is no such file.
    baseline
        The earlier audit; None if there is none.
    as_of
        When acceptances have to hold.
    """
    rows = tables["rules"].to_pylist()
    outcomes = {
        row["rule"]: Outcome(row["status"] != "not evaluated", row["missing"], RULES[row["rule"]].reads)
        for row in rows
    }
    del outcomes[A01.id]
    findings = with_status(tables["findings"], baseline, outcomes, frames)
    entry_outcome = {A01.id: Outcome(entries is not None, None, ())}
    missing = {row["rule"]: row["missing"] for row in rows if row["missing"]}
    alive = pc.not_equal(findings["status"].cast(pa.string()), "resolved")
    verdicts = judged(entries or (), findings.filter(alive), missing, as_of)
    findings = pa.concat_tables([marked(findings.filter(alive), verdicts), findings.filter(pc.invert(alive))])
    about = with_status(listed(frames, A01, unfit(verdicts)), baseline, entry_outcome, frames)
    findings = compact(in_order(pa.concat_tables([findings, about])))
    return {**tables, "findings": findings, "rules": _counted(rows, findings, len(verdicts))}


def _counted(rows: list[dict[str, object]], findings: pa.Table, entries: int) -> pa.Table:
    """Return how each rule went, with how many of its findings are accepted."""
    current = findings.filter(pc.is_in(findings["status"].cast(pa.string()), _CURRENT))
    found = _counts(current)
    accepted = _counts(current.filter(current["accepted"]))
    for row in rows:
        row["found"], row["accepted"] = found.get(row["rule"], 0), accepted.get(row["rule"], 0)
        if row["rule"] == A01.id:
            row |= {"looked_at": entries, "status": "findings" if row["found"] else "clean"}
    return RULES_TABLE.from_rows(rows)


def _counts(findings: pa.Table) -> dict[object, int]:
    pairs = pc.value_counts(findings["rule"].cast(pa.string())).to_pylist()
    return {pair["values"]: pair["counts"] for pair in pairs}
