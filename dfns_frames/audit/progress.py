"""What has become of findings since an earlier audit: new, open, resolved, or unknown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._api.judgements import FINDINGS
from dfns_frames._facts.presence import table
from dfns_frames._facts.provenance import filtered
from dfns_frames._facts.tables import with_column
from dfns_frames.audit.baseline import Asked, Baseline, asked, places

if TYPE_CHECKING:
    from dfns_frames._facts.tables import Tables


@dataclass(frozen=True)
class Outcome:
    """How a rule went this time.

    Parameters
    ----------
    evaluated
        Whether it could say anything.
    missing
        What it could not look at; None if nothing.
    reads
        The sources that feed what it looks at.
    """

    evaluated: bool
    missing: str | None
    reads: tuple[str, ...]


def with_status(
    findings: pa.Table, baseline: Baseline | None, outcomes: Mapping[str, Outcome], frames: Tables
) -> pa.Table:
    """Return the findings with their status, and below them what the baseline has and they have not.

    Parameters
    ----------
    findings
        What the rules found.
    baseline
        The earlier audit; without one all findings are open.
    outcomes
        How each rule went whose findings these are; what the baseline has of others is left out.
    frames
        The tables that the rules looked at.
    """
    if baseline is None:
        return _with(findings, ["open"] * findings.num_rows)
    known = set(baseline.findings["finding_id"].to_pylist())
    ids = findings["finding_id"].to_pylist()
    found = _with(findings, ["open" if each in known else "new" for each in ids])
    here = set(ids)
    earlier = zip(*(_texts(baseline.findings[name]) for name in ("finding_id", "rule")), strict=True)
    gone = [row for row, (each, rule) in enumerate(earlier) if each not in here and rule in outcomes]
    carried = baseline.findings.take(pa.array(gone, pa.int64()))
    sight = _Sight(frames, baseline)
    rows = carried.select(["rule", "subject_kind", "subject_id"]).to_pylist()
    fates = ["resolved" if sight.shows(row, outcomes[row["rule"]]) else "unknown" for row in rows]
    return pa.concat_tables([found, _with(carried, fates)])


def _with(findings: pa.Table, statuses: list[str]) -> pa.Table:
    column = pa.array(statuses, pa.string()).dictionary_encode().cast(FINDINGS["status"].kind.arrow)
    return with_column(findings, "status", column)


class _Sight:
    """What can be seen now of what an earlier audit saw."""

    def __init__(self, frames: Tables, baseline: Baseline) -> None:
        held = {name: frames.arrow(name) for name in frames}
        self._baseline = baseline
        self._asked = asked(held)
        self._tokens = places(held)
        self._unclear = _unclear(table(frames, "tokens"))
        self._is_filtered = bool(filtered(frames))
        rejected = table(frames, "rejected")
        self._rejected = list(zip(*(_texts(rejected[name]) for name in ("source", "item_id")), strict=True))

    def shows(self, finding: dict[str, Any], outcome: Outcome) -> bool:
        """Tell whether a finding that is no longer made is mended, and not merely out of sight."""
        if not outcome.evaluated:
            return False
        token = finding["subject_id"] if finding["subject_kind"] == "token" else None
        if token in self._tokens:
            lost = self._lost(outcome, None)
            return not lost and (outcome.missing is None or token not in self._unclear)
        if self._is_filtered or self._baseline.unseen or self._was_set_aside(finding["subject_id"], outcome):
            return False
        if token is not None:
            return not self._lost(outcome, self._baseline.places.get(token))
        if self._lost_any(outcome):
            return False
        return outcome.missing is None or outcome.missing == self._baseline.missing.get(finding["rule"])

    def _lost_any(self, outcome: Outcome) -> bool:
        return any(source in outcome.reads for source, _ in self._baseline.asked - self._asked)

    def _lost(self, outcome: Outcome, place: Asked | None) -> bool:
        """Tell whether a source of the organisation is lost, or the list that a token was on."""
        return any(
            source in outcome.reads and (caller is None or (source, caller) == place)
            for source, caller in self._baseline.asked - self._asked
        )

    def _was_set_aside(self, subject: str | None, outcome: Outcome) -> bool:
        return any(source in outcome.reads and item in (None, subject) for source, item in self._rejected)


def _unclear(tokens: pa.Table) -> set[str]:
    """Return the tokens without a known date or known operations, which rules ask for."""
    unclear = pc.or_(pc.is_null(tokens["date_created"]), pc.is_null(tokens["operation_count"]))
    return set(_texts(tokens["token_id"].filter(unclear)))


def _texts(column: pa.ChunkedArray) -> list[Any]:
    return column.cast(pa.string()).to_pylist()
