"""Running the rules: one by one over the tables, then all findings in one, the worst first."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames import __version__
from dfns_frames._api.judgements import FINDING_SEVERITIES, FINDINGS, RULE_STATUSES, SETTINGS
from dfns_frames._api.judgements import RULES as RULES_TABLE
from dfns_frames._facts.organisations import by_organisation
from dfns_frames._facts.times import as_utc
from dfns_frames._hints import did_you_mean
from dfns_frames.audit.catalogue import RULES, THRESHOLDS
from dfns_frames.audit.coverage import is_evaluable, missing_sources
from dfns_frames.audit.framework import Context, Found, Rule
from dfns_frames.audit.remedies import remedy_of
from dfns_frames.audit.several import Judged, together
from dfns_frames.errors import ConfigurationError

if TYPE_CHECKING:
    from dfns_frames._facts.tables import Tables

AT_FETCH = "when each list was fetched"
"""The default of `as_of`, in words."""

_SEPARATOR = "\x1f"  # stands in no id, so that rule and subject cannot run into each other


def run(
    frames: Tables,
    as_of: datetime | date | str | None = None,
    thresholds: Mapping[str, float] | None = None,
) -> dict[str, pa.Table]:
    """Apply every rule; return the tables `findings`, `rules` and `settings`.

    Of several organisations, each is judged by itself; only rules that look `across` them see all at once.
    All findings are open and none is accepted: what an acceptance file and a baseline say comes later.

    Raises
    ------
    ConfigurationError
        `as_of` is not a time; a threshold is unknown, negative, or no number.
    """
    when = None if as_of is None else as_utc(as_of, "as_of")
    values = checked(thresholds)
    whole = Context(frames, when, values)
    each = {org: Context(part, when, values) for org, part in by_organisation(frames).items()}
    findings, rows = FINDINGS.empty(), []
    for rule in RULES.values():
        if each and rule.find and not rule.across:
            found, row = together({org: _judged(context, rule) for org, context in each.items()})
        else:
            found, row = _judged(whole, rule)
        findings = pa.concat_tables([findings, found])
        rows.append(row)
    return {
        "findings": in_order(findings),
        "rules": RULES_TABLE.from_rows(rows),
        "settings": _settings(when, values),
    }


def checked(given: Mapping[str, float] | None) -> dict[str, float]:
    """Return every threshold, those given in place of the defaults.

    Raises
    ------
    ConfigurationError
        One is unknown, negative, or no number.
    """
    if given is not None and not isinstance(given, Mapping):
        raise ConfigurationError(
            'takes a dict such as {"L03.days": 180}', option="thresholds", given=repr(given)[:60]
        )
    for name, value in (given or {}).items():
        if name not in THRESHOLDS:
            hint = did_you_mean(str(name), THRESHOLDS)
            raise ConfigurationError(
                f"knows no {name!r}.{hint} There are: {', '.join(THRESHOLDS)}",
                option="thresholds",
            )
        number = isinstance(value, int | float | np.integer | np.floating) and not isinstance(value, bool)
        if not number or not math.isfinite(value) or value < 0:
            raise ConfigurationError(
                f"must give {name} a number of at least 0, not {str(value)[:60]!r}", option="thresholds"
            )
    return THRESHOLDS | {name: float(value) for name, value in (given or {}).items()}


def _settings(as_of: datetime | None, thresholds: Mapping[str, float]) -> pa.Table:
    when = AT_FETCH if as_of is None else f"{as_of.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
    rows = [
        {"setting": "as_of", "value": when, "default": AT_FETCH},
        {"setting": "version", "value": __version__, "default": __version__},
        *(
            {"setting": name, "value": f"{value:g}", "default": f"{THRESHOLDS[name]:g}"}
            for name, value in thresholds.items()
        ),
    ]
    return SETTINGS.from_rows(rows)


def _judged(context: Context, rule: Rule) -> Judged:
    """Return what a rule finds, and how it went."""
    frames = context.frames
    found = rule.find(context) if rule.find and is_evaluable(frames, rule) else None
    missing = [*missing_sources(frames, rule), *(found.missing if found else ())]
    return (
        listed(frames, rule, found) if found else FINDINGS.empty(),
        _row(rule, found, "; ".join(missing) or None),
    )


def _row(rule: Rule, found: Found | None, missing: str | None) -> dict[str, Any]:
    """Say how a rule went."""
    count = len(found.evidence) if found else 0
    applies = (count > 0, found is None and rule.find is not None, bool(missing), True)
    return {
        "rule": rule.id,
        "title": rule.title,
        "status": RULE_STATUSES[applies.index(True)],
        "severity": rule.severity,
        "category": rule.category,
        "looked_at": found.looked_at if found else 0 if rule.find is None else None,
        "found": count,
        "accepted": 0,
        "missing": missing,
    }


def listed(frames: Tables, rule: Rule, found: Found) -> pa.Table:
    """Return what a rule found as rows of `findings`, each with its id."""
    count, subjects = len(found.evidence), found.subjects
    columns = {
        "rule": rule.id,
        "status": "open",
        "severity": found.severity,
        "severity_reason": found.reason,
        "category": rule.category,
        "title": rule.title,
        "subject_kind": subjects.kind,
        "subject_id": subjects.ids,
        "subject_name": subjects.names,
        "owner_id": subjects.owner_ids,
        "owner_name": subjects.owner_names,
        "evidence": found.evidence,
        "operations": found.operations,
        "confidence": found.confidence,
        "unknown": found.unknown,
        "remedy": remedy_of(frames, rule),
        "references": ", ".join(rule.references),
        "accepted": pa.repeat(pa.scalar(False), count),
    }
    told = {name: _column(value, count, FINDINGS[name].kind.arrow) for name, value in columns.items()}
    told["finding_id"] = pa.array(_ids(rule.id, found, told), pa.string())
    for column in FINDINGS.columns:
        told.setdefault(column.name, pa.nulls(count, column.kind.arrow))
    return pa.table([told[column.name] for column in FINDINGS.columns], schema=FINDINGS.arrow_schema)


def _column(value: Any, count: int, kind: pa.DataType) -> pa.Array:
    """Return a column of findings; one text for all is repeated."""
    if value is None or isinstance(value, str):
        made = pa.repeat(pa.scalar(value, pa.string()), count)
    elif isinstance(value, pa.Array):
        made = value
    elif isinstance(value, pa.ChunkedArray):
        made = value.combine_chunks()
    else:
        made = pa.array(value, pa.string())
    if pa.types.is_dictionary(made.type) and not pa.types.is_dictionary(kind):
        made = made.cast(pa.string())
    if pa.types.is_dictionary(kind) and not pa.types.is_dictionary(made.type):
        made = made.dictionary_encode()
    return made.cast(kind)


def _ids(rule: str, found: Found, told: Mapping[str, pa.Array]) -> list[str]:
    """Return an id for each finding: a hash of rule and subject; equal ones get an ordinal.

    A subject without an id is told by its content. Which of several equal ones comes first is decided by what
    the findings say, never by where they stand, so that the order of the input does not matter.
    """
    names = told["subject_id"].to_pylist()
    if found.subjects.contents:
        contents = found.subjects.contents
        names = [contents[row] if name is None else name for row, name in enumerate(names)]
    ids = [hashed(rule, name or "") for name in names]
    repeated = pd.Series(ids).duplicated(keep=False).to_numpy() if ids else np.zeros(0, dtype=bool)
    if repeated.any():
        said = ["subject_name", "owner_id", "severity", "evidence", "operations", "unknown", "confidence"]
        rows = np.flatnonzero(repeated)
        text = [repr([told[name][row].as_py() for name in said]) for row in rows.tolist()]
        seen: dict[str, int] = {}
        for _, row in sorted(zip(text, rows.tolist(), strict=True)):
            ordinal = seen[ids[row]] = seen.get(ids[row], 0) + 1
            if ordinal > 1:
                ids[row] = f"{ids[row]}-{ordinal}"
    return ids


def hashed(rule: str, subject: str) -> str:
    """Return the id of a finding about a subject."""
    text = f"{rule}{_SEPARATOR}{subject}".encode("utf-8", "surrogatepass")
    return hashlib.sha256(text).hexdigest()[:16]


def in_order(findings: pa.Table) -> pa.Table:
    """Return findings with the worst first, then by rule, name and id."""
    severity, rule = _places(findings["severity"], FINDING_SEVERITIES), _places(findings["rule"], list(RULES))
    keys = pa.table(
        {
            "severity": severity,
            "rule": rule,
            "name": findings["subject_name"],
            "id": findings["finding_id"],
        }
    )
    order = pc.sort_indices(keys, sort_keys=[(name, "ascending") for name in keys.column_names])
    return findings.take(order).unify_dictionaries().combine_chunks()


def _places(values: pa.ChunkedArray, words: Sequence[str]) -> pa.ChunkedArray:
    return pc.index_in(values.cast(pa.string()), value_set=pa.array(words, pa.string()))
