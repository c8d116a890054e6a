"""The tables that the archive's questions return, declared like all others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow as pa

from dfns_frames._api.vocabulary import DICTIONARY, Column, Kind, Table
from dfns_frames._archive.layout import unquoted
from dfns_frames.frames.dataframes import to_pandas

if TYPE_CHECKING:
    import pandas as pd

_ORG = Column("org_id", Kind.CATEGORY_ID, "Organisation (or-…).")
_CALLER = Column("caller", Kind.CATEGORY_ID, "Whose list has it.")
_TOKEN = Column("token_id", Kind.JOIN_ID, "Id of the token (to-…).")
_NAME = Column("name", Kind.TEXT, "Name of the token.")

SNAPSHOTS = Table(
    "snapshots",
    row="one snapshot",
    key=("org_id", "caller", "taken"),
    ids=("org_id", "caller", "taken"),
    columns=(
        _ORG,
        Column("caller", Kind.CATEGORY_ID, "Who asked."),
        Column("taken", Kind.TIME, "When its newest list was fetched, to the second."),
        Column("statuses", Kind.TEXT, "Each source and its status, separated by commas."),
        Column("rows", Kind.COUNT, "How many rows its tables have."),
        Column("bytes", Kind.COUNT, "Its size on disk."),
    ),
)

LIFETIMES = Table(
    "lifetimes",
    row="one token that was ever listed",
    key=("org_id", "token_id"),
    ids=("org_id", "token_id"),
    columns=(
        _ORG,
        _CALLER,
        _TOKEN,
        _NAME,
        Column("born", Kind.TIME, "When it was created, as the API says."),
        Column("first_seen", Kind.TIME, "The first snapshot that lists it."),
        Column("last_seen", Kind.TIME, "The last snapshot that lists it."),
        Column(
            "gone_after",
            Kind.TIME,
            "The last time it was seen; missing if it is not known to be gone.",
        ),
        Column("gone_by", Kind.TIME, "By then it was gone; missing if it is not known to be gone."),
        Column("off_after", Kind.TIME, "The last time it was seen on; missing if it is on, or never was."),
        Column("off_by", Kind.TIME, "By then it was off; missing if it is on."),
    ),
)

HOLDERS = Table(
    "holders",
    row="one token that could do it",
    key=("org_id", "token_id"),
    ids=("org_id", "token_id"),
    columns=(
        _ORG,
        _CALLER,
        _TOKEN,
        _NAME,
        Column(
            "certainty",
            Kind.CATEGORY,
            "seen if the snapshots on both sides show it; else possible.",
        ),
    ),
)

PROBLEMS = Table(
    "problems",
    row="one thing in the folder that is damaged, left over or foreign",
    key=("path",),
    ids=("path",),
    columns=(
        Column("path", Kind.TEXT, "Where, below the archive's folder."),
        Column("problem", Kind.TEXT, "What is wrong."),
        Column("remedy", Kind.TEXT, "What to do about it."),
    ),
)


def to_frame(answer: pa.Table, declared: Table, *, is_quoted: bool = True) -> pd.DataFrame:
    """Return an answer as a DataFrame with the declared columns and types.

    Parameters
    ----------
    answer
        The rows.
    declared
        What they are.
    is_quoted
        Whether organisations and callers are written as in folder names.
    """
    columns = []
    for column in declared.columns:
        values = answer[column.name].combine_chunks()
        if column.kind.arrow == DICTIONARY and not pa.types.is_dictionary(values.type):
            values = values.cast(pa.string()).dictionary_encode()
        if is_quoted and column.name in ("org_id", "caller"):
            names = [None if text is None else unquoted(text) for text in values.dictionary.to_pylist()]
            values = pa.DictionaryArray.from_arrays(values.indices, pa.array(names, pa.string()))
        columns.append(values.cast(column.kind.arrow))
    return to_pandas(pa.table(columns, schema=declared.arrow_schema), declared)
