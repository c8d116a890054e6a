"""The sheets of an audit: what was found, and how each rule went."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._facts.tables import Tables
from dfns_frames.export.about import Changes
from dfns_frames.export.cells import as_cells
from dfns_frames.export.sheet import Block, Sheet

# What a reviewer reads, in this order, as wide as a page; the rest is for filters and not printed.
FOR_READERS = {
    "severity": 8.5,
    "status": 8.5,
    "rule": 5.5,
    "title": 15.5,
    "subject_name": 16.0,
    "owner_name": 11.0,
    "evidence": 43.0,
    "unknown": 18.0,
    "remedy": 43.0,
    "confidence": 10.0,
    "accepted": 9.0,
    "accepted_reason": 15.5,
    "accepted_by": 11.5,
    "accepted_until": 14.0,
}
_WIDER = {"evidence": 52.0, "remedy": 85.0}
_REST = {
    "finding_id": 20.0,
    "severity_reason": 48.0,
    "operations": 48.0,
    "references": 30.0,
    "subject_id": 34.0,
    "owner_id": 34.0,
}
_OTHER = 14.0
_WRAPPED = frozenset(
    {"title", "subject_name", "owner_name", "evidence", "unknown", "remedy", "accepted_reason", "accepted_by"}
)
_GAPS_FIRST = ("not evaluated", "partly", "findings", "clean")


def findings_sheet(tables: Tables, changes: Changes) -> Sheet:
    """Return what was found, the worst first."""
    table = tables.arrow("findings")
    shown = dict(FOR_READERS)
    if not pc.any(table["accepted"]).as_py():
        # Nobody has accepted anything: what to do gets the room.
        shown = {name: width for name, width in shown.items() if not name.startswith("accepted")} | _WIDER
    rest = [name for name in table.column_names if name not in shown]
    rest.sort(key=lambda name: list(_REST).index(name) if name in _REST else len(_REST))
    cells = as_cells("Findings", table.select([*shown, *rest]), changes)
    until = "accepted_until (UTC)"
    widths = {(until if name == "accepted_until" else name): width for name, width in shown.items()}
    return Sheet(
        "Findings",
        (Block(cells),),
        frozen_columns=3,
        wrapped=_WRAPPED,
        clipped=frozenset(rest),
        dates=frozenset({until}),
        severities=frozenset({"severity"}),
        answers=frozenset({"status"}),
        widths=widths | {name: _REST.get(name, _OTHER) for name in rest},
        printed_columns=len(shown),
    )


def rules_sheet(tables: Tables, changes: Changes) -> Sheet:
    """Return how each rule went; those that could not look at everything come first."""
    table = tables.arrow("rules")
    first = ["rule", "title", "status", "missing", "looked_at", "found", "accepted"]
    rest = [name for name in table.column_names if name not in first]
    cells = as_cells("Rules", in_order(table).select([*first, *rest]), changes)
    return Sheet(
        "Rules",
        (Block(cells),),
        frozen_columns=1,
        wrapped=frozenset({"title", "missing"}),
        answers=frozenset({"status"}),
        widths={"rule": 7.0, "title": 36.0, "status": 13.0, "missing": 78.0},
    )


def in_order(rules: pa.Table) -> pa.Table:
    """Return rules with those first that could not look at everything, whatever they found besides."""
    status = rules["status"].cast(pa.string())
    partly = pc.and_(pc.is_valid(rules["missing"]), pc.equal(status, "findings"))
    place = pc.index_in(pc.if_else(partly, "partly", status), pa.array(_GAPS_FIRST))
    keys = pa.table({"place": place, "row": pa.array(range(rules.num_rows), pa.int64())})
    return rules.take(pc.sort_indices(keys, sort_keys=[("place", "ascending"), ("row", "ascending")]))
