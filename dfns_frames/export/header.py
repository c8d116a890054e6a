"""What stands at the head of every output: where it is from, how it was judged, what nobody can see."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._api.judgements import FINDING_SEVERITIES, STATUSES
from dfns_frames._facts.asked import held
from dfns_frames._facts.provenance import overview, plural
from dfns_frames._facts.tables import Tables
from dfns_frames.measures.found import CURRENT, not_looked_at

AUDITED = ("findings", "rules", "settings")
"""The tables of an audit."""

UNSEEN = (
    "No audit can see when a token expires or was last used, the tokens of colleagues whose lists nobody has "
    "collected, which wallets exist, or calls that only read."
)


def header(tables: Tables) -> list[str]:
    """Return the lines at the head of an output."""
    return [*overview(tables), *audited(tables)]


def is_audit(tables: Tables) -> bool:
    """Tell whether these are the tables of an audit, all of them."""
    return all(name in tables for name in AUDITED)


def audited(tables: Tables) -> list[str]:
    """Say what was found, what was not looked at, and by which settings; nothing without an audit."""
    if not is_audit(tables):
        return []
    return [counted(tables), *not_looked_at(tables), *_settings(tables), *_askers(tables), UNSEEN]


def counted(tables: Tables) -> str:
    """Say how many findings there are, of which severity, and what became of them."""
    findings = tables.arrow("findings")
    status = findings["status"].cast(pa.string())
    current = findings.filter(pc.is_in(status, pa.array(CURRENT)))
    count = current.num_rows
    severities = Counter(current["severity"].cast(pa.string()).to_pylist())
    parts = [f"{severities[name]:,} {name}" for name in FINDING_SEVERITIES if severities[name]]
    said = f"{count:,} {plural(count, 'finding')}" + f" ({', '.join(parts)})" * bool(parts)
    accepted = pc.sum(current["accepted"]).as_py() or 0
    statuses = Counter(status.to_pylist())
    since = [f"{statuses[name]:,} {name}" for name in STATUSES if statuses[name] and name != "open"]
    notes = [f"{accepted:,} of them accepted"] * bool(accepted)
    notes += [f"since the baseline {', '.join(since)}"] * bool(since)
    return "; ".join([said, *notes]) + "."


def _settings(tables: Tables) -> list[str]:
    rows = tables.arrow("settings").to_pylist()
    changed = [
        f"{row['setting']} = {row['value']} (default {row['default']})"
        for row in rows
        if row["value"] != row["default"]
    ]
    return [f"Settings that differ from their defaults: {'; '.join(changed) or 'none'}."]


def _askers(tables: Tables) -> list[str]:
    """Say who asked which source, and how each one answered."""
    asked: dict[str, dict[str, None]] = {}
    rows = held(tables, "sources").select(["source", "caller", "status"]).to_pylist()
    for row in rows:
        asked.setdefault(row["caller"] or "somebody unnamed", {})[f"{row['source']} ({row['status']})"] = None
    return [f"Asked by {caller}: {', '.join(sources)}." for caller, sources in asked.items()]
