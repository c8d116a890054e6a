"""Changes over time as a frame: what `compare` gives for two looks, for all looks of an archive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._archive.compare_frame import SCHEMA, as_changes
from dfns_frames._archive.compare_match import as_told
from dfns_frames._archive.layout import unquoted

if TYPE_CHECKING:
    from collections.abc import Iterator

_WHOSE = ("org_id", "caller")


def to_changes(answer: pa.Table) -> pd.DataFrame:
    """Return the rows of the question `changes` as `compare` gives its own, with whose they are before."""
    told = {
        side: pc.coalesce(answer[side], *(as_told(answer[f"{side}_{kind}"]) for kind in ("moment", "amount")))
        for side in ("old", "new")
    }
    columns = {name: answer[name] for name in SCHEMA.names if name in answer.column_names}
    columns |= {**told, "after": answer["seen_after"], "by": answer["seen_by"]}
    changes = pa.table({name: columns[name].cast(SCHEMA.field(name).type) for name in SCHEMA.names})
    return as_changes([changes])
