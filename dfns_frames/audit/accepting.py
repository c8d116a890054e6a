"""Accepting findings: what the entries of an acceptance file match, and which entries are findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._api.judgements import FINDINGS
from dfns_frames._facts.provenance import plural
from dfns_frames._facts.tables import with_column
from dfns_frames.audit.entries import Entry, a_year_after
from dfns_frames.audit.framework import Found, Subjects

if TYPE_CHECKING:
    import numpy.typing as npt

MATCHES_AT_MOST = 50
"""An entry that matches more findings hides more than somebody can have looked at."""

_SHOWN = 200  # letters of what an entry says: it may be a file of any size
_MARKS = ("accepted", "accepted_reason", "accepted_by", "accepted_until")


@dataclass(frozen=True)
class Verdict:
    """What becomes of an entry.

    Parameters
    ----------
    entry
        The entry.
    rows
        The rows of the findings that it accepts; none if there is a problem.
    problem
        Why it accepts nothing; empty if it does accept.
    unknown
        What could not be told, since its rule did not look at everything.
    """

    entry: Entry
    rows: npt.NDArray[np.int64]
    problem: str = ""
    unknown: str = ""


def judged(
    entries: Sequence[Entry], findings: pa.Table, missing: Mapping[str, str], as_of: datetime
) -> list[Verdict]:
    """Say for each entry which findings it accepts, or why it accepts none.

    Parameters
    ----------
    entries
        The entries.
    findings
        What all rules found; resolved findings are not among them.
    missing
        What each rule could not look at, of those that could not look at everything.
    as_of
        When the entries have to hold.
    """
    rows = _rows_by_rule(findings)
    ids = findings["subject_id"].to_pylist()
    names = findings["finding_id"].to_pylist()
    nothing = np.empty(0, dtype=np.int64)
    verdicts = []
    for entry in entries:
        problem = _problem(entry, as_of)
        if problem:
            verdicts.append(Verdict(entry, nothing, problem))
            continue
        # What has no id is accepted by the finding's own, which is a hash of all that is known of it.
        here = rows.get(entry.rule, nothing)
        picked = np.array(
            [row for row in here if (entry.picks(ids[row]) if ids[row] else entry.subject == names[row])],
            dtype=np.int64,
        )
        problem = _count_problem(entry, len(picked))
        unknown = missing.get(entry.rule, "") if not len(picked) else ""
        verdicts.append(Verdict(entry, nothing if problem else picked, problem, unknown))
    return verdicts


def marked(findings: pa.Table, verdicts: Sequence[Verdict]) -> pa.Table:
    """Return the findings with those marked that an entry accepts; of several entries by the first."""
    chosen = np.full(findings.num_rows, -1, dtype=np.int64)
    for number in reversed(range(len(verdicts))):
        chosen[verdicts[number].rows] = number
    entries = [verdict.entry for verdict in verdicts]
    values = {
        "accepted": pa.array(chosen >= 0),
        "accepted_reason": _taken([entry.reason for entry in entries], chosen),
        "accepted_by": _taken([entry.by for entry in entries], chosen),
        "accepted_until": _taken([entry.until for entry in entries], chosen),
    }
    for name in _MARKS:
        findings = with_column(findings, name, values[name].cast(FINDINGS[name].kind.arrow))
    return findings


def unfit(verdicts: Sequence[Verdict]) -> Found:
    """Return the entries that accept nothing, as what rule A01 finds."""
    bad = [verdict for verdict in verdicts if verdict.problem]
    names = [
        f"{verdict.entry.rule or '(no rule)'} {_brief(verdict.entry.subject) or '(no subject)'}"
        for verdict in bad
    ]
    return Found(
        Subjects("entry", None, names, [verdict.entry.written for verdict in bad]),
        severity="medium",
        reason="An entry that cannot be relied on accepts nothing.",
        evidence=[
            f"Entry {verdict.entry.number} of the acceptance file {verdict.problem}; it accepts nothing."
            for verdict in bad
        ],
        looked_at=len(verdicts),
        confidence=["likely" if verdict.unknown else "certain" for verdict in bad],
        unknown=[verdict.unknown or None for verdict in bad],
    )


def _rows_by_rule(findings: pa.Table) -> dict[str, npt.NDArray[np.int64]]:
    rules = findings["rule"].combine_chunks()
    codes = pc.fill_null(rules.indices, -1).to_numpy(zero_copy_only=False)
    return {rule: np.flatnonzero(codes == code) for code, rule in enumerate(rules.dictionary.to_pylist())}


def _problem(entry: Entry, as_of: datetime) -> str:
    """Say what is wrong with an entry, whatever was found; empty if nothing is."""
    if entry.missing or entry.until is None:
        return f"lacks {' and '.join(entry.missing)}, or {_its(entry.missing)} empty or of the wrong type"
    day = f"{entry.until:%Y-%m-%d}"
    if entry.is_bare:
        return f"has the subject {_brief(entry.subject)!r}, which matches everything: name what is accepted"
    if entry.until < as_of:
        return f"expired on {day}: review it, and either fix what it accepts or extend it"
    if entry.until > a_year_after(as_of):
        return f"ends on {day}, more than a year ahead: let it end earlier, so that somebody reviews it"
    return ""


def _its(fields: Sequence[str]) -> str:
    return "it is" if len(fields) == 1 else "they are"


def _count_problem(entry: Entry, count: int) -> str:
    if not count:
        return f"matches no finding of {entry.rule}: it is misspelt, or what it accepted has been fixed"
    if count > MATCHES_AT_MOST:
        return (
            f"matches {count:,} {plural(count, 'finding')} of {entry.rule}, more than {MATCHES_AT_MOST}: "
            "name fewer subjects"
        )
    return ""


def _taken(values: Sequence[object], chosen: npt.NDArray[np.int64]) -> pa.Array:
    """Return the value of each row's entry; missing where it has none."""
    kept: list[object] = [values[number] if number >= 0 else None for number in chosen]
    return pa.array(kept)


def _brief(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
