"""Changes over time: what `compare` gives for two looks, for all looks of an archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._api.catalogue import operations_table
from dfns_frames._api.sources import SOURCES
from dfns_frames._archive.asking import Question, item_table
from dfns_frames._archive.comparing.frame import SCHEMA, WORST_FIRST, as_changes, followed, object_of
from dfns_frames._archive.comparing.match import as_told
from dfns_frames._archive.layout import unquoted

if TYPE_CHECKING:
    import pandas as pd

QUESTION = Question(
    "changes",
    ("sources", "rejected", *(table.name for table in followed())),
    (
        "looks",
        "ends",
        "unsteady_inmost",
        "unsteady",
        "listed",
        "fields",
        "spells",
        "spans",
        "inside",
        "inmost",
        "differences",
    ),
    ("known_sources", "usability", "full_administrators"),
)
_WHOSE = ("org_id", "caller")


def facts() -> dict[str, pa.Table]:
    """Return what the question reads beside: how much harm operations do, and what sources list."""
    known = operations_table()
    places = [WORST_FIRST.index(severity) for severity in known["severity"].to_pylist()]
    items = {path: object_of(name) for path, source in SOURCES.items() if (name := item_table(source))}
    return {
        "harms": pa.table(
            {"operation": known["operation"].cast(pa.string()), "place": pa.array(places, pa.int64())}
        ),
        "items": pa.table({"source": [*items], "object": [*items.values()]}),
    }


def to_changes(answer: pa.Table) -> pd.DataFrame:
    """Return the rows of the question as `compare` gives its own, with whose they are before."""
    columns = {name: _unquoted(answer[name]) for name in _WHOSE}
    columns |= {name: answer[name] for name in SCHEMA.names if name in answer.column_names}
    columns |= {"after": answer["seen_after"], "by": answer["seen_by"]}
    for side in ("old", "new"):
        told = [as_told(answer[f"{side}_{kind}"]) for kind in ("moment", "amount")]
        columns[side] = pc.coalesce(answer[side].cast(pa.string()), *told)
    schema = pa.schema([*((name, pa.string()) for name in _WHOSE), *SCHEMA])
    made = [columns[field.name].cast(field.type) for field in schema]
    return as_changes([pa.Table.from_arrays(made, schema=schema)], whose=_WHOSE)


def _unquoted(names: pa.ChunkedArray) -> pa.ChunkedArray:
    found = {name: unquoted(name) for name in names.unique().to_pylist() if name is not None}
    return pa.chunked_array([[found.get(name) for name in names.to_pylist()]], pa.string())
