"""One audit of several organisations: what a rule said of each, together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._api.judgements import FINDING_SEVERITIES, FINDINGS, RULE_STATUSES
from dfns_frames.audit.wording import counted, some

Judged: TypeAlias = tuple[pa.Table, dict[str, Any]]
"""What a rule found, as rows of `findings`, and its row of `rules`."""

_NAMED = 3  # organisations that a sentence names
_SURENESS = ("certain", "likely", "hint")


def together(judged: Mapping[str, Judged]) -> Judged:
    """Return what a rule found in all organisations, and how it went in all of them.

    Parameters
    ----------
    judged
        By organisation, what the rule said of it.
    """
    rows = {org: row for org, (_, row) in judged.items()}
    findings = _merged({org: found for org, (found, _) in judged.items()})
    missing = {org: row["missing"].split("; ") for org, row in rows.items() if row["missing"]}
    looked_at = [row["looked_at"] for row in rows.values() if row["looked_at"] is not None]
    statuses = {row["status"] for row in rows.values()}
    # One organisation in which it could not look makes it partly evaluated, not more.
    if "not evaluated" in statuses and len(statuses) > 1:
        statuses = statuses - {"not evaluated"} | {"partly"}
    return findings, next(iter(rows.values())) | {
        "status": next(status for status in RULE_STATUSES if status in statuses),
        "looked_at": sum(looked_at) if looked_at else None,
        "found": findings.num_rows,
        "missing": "; ".join(_where(missing, len(rows))) or None,
    }


def _merged(found: Mapping[str, pa.Table]) -> pa.Table:
    """Return the findings of all organisations; one about the same subject in several of them is one.

    A kind of activity, an operation or a permission of the vendor's is the same everywhere, and so is the id
    of a finding about it: the one that is left says what was found in each.
    """
    whole = pa.concat_tables(list(found.values()))
    counts = pc.value_counts(whole["finding_id"])
    shared = counts.field("values").filter(pc.greater(counts.field("counts"), 1))
    if not len(shared):
        return whole
    is_shared = pc.is_in(whole["finding_id"], value_set=shared)
    groups: dict[str, dict[str, dict[str, Any]]] = {}
    for org, each in found.items():
        for row in each.filter(pc.is_in(each["finding_id"], value_set=shared)).to_pylist():
            groups.setdefault(row["finding_id"], {})[org] = row
    made = FINDINGS.from_rows([_one(rows) for rows in groups.values()])
    return pa.concat_tables([whole.filter(pc.invert(is_shared)), made.cast(whole.schema)])


def _one(rows: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    """Return one finding of those of several organisations about the same subject."""
    listed = list(rows.values())
    worst = min(listed, key=lambda row: FINDING_SEVERITIES.index(row["severity"]))
    sure = min(listed, key=lambda row: _SURENESS.index(row["confidence"]))
    evidence = _where({org: [row["evidence"]] for org, row in rows.items()})
    operations = [each for row in listed for each in (row["operations"] or "").split(", ") if each]
    one = {
        name: _shared([row[name] for row in listed]) for name in ("subject_name", "owner_id", "owner_name")
    }
    return {
        **worst,
        **one,
        "evidence": " ".join(f"{text[0].upper()}{text[1:]}" for text in evidence),
        "unknown": " ".join(dict.fromkeys(row["unknown"] for row in listed if row["unknown"])) or None,
        "remedy": " ".join(dict.fromkeys(row["remedy"] for row in listed)),
        "confidence": sure["confidence"],
        "operations": ", ".join(dict.fromkeys(operations)) or None,
    }


def _shared(values: list[str | None]) -> str | None:
    """Return the value that all have; None if they differ."""
    return values[0] if len({*values}) == 1 else None


def _where(texts: Mapping[str, list[str]], count: int = 0) -> list[str]:
    """Return what was said of each organisation, each text once, after where it holds.

    Parameters
    ----------
    texts
        By organisation, what was said of it.
    count
        How many organisations there are; what holds in all of them is said of every one.
    """
    where: dict[str, list[str]] = {}
    for org, each in texts.items():
        for text in each:
            where.setdefault(text, []).append(org)
    return [
        f"{'every organisation' if len(orgs) == count else _named(orgs)}: {text}"
        for text, orgs in where.items()
    ]


def _named(orgs: list[str]) -> str:
    if len(orgs) <= _NAMED:
        return f"organisation{'s' * (len(orgs) > 1)} {some(orgs)}"
    return f"{counted(len(orgs), 'organisation')} ({some(orgs, _NAMED)})"
