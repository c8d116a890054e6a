"""The data dictionary, from the declarations that the tables are made by."""

from __future__ import annotations

import pandas as pd

from dfns_frames._api.sources.pats import PATS
from dfns_frames._api.tables import TABLES
from dfns_frames._api.vocabulary import Source

_OF_ANY_SOURCE = ("sources", "drift", "rejected")


def dictionary() -> pd.DataFrame:
    """Return the data dictionary: a row is one column of one table.

    It derives from the declarations that the frames are made by, so it holds for every :class:`Frames`.

    Returns
    -------
    pandas.DataFrame
        `table`, `row` (what a row of that table is), `key` (whether the column helps to identify a row),
        `column`, `type`, `field` (of the response of ``GET /auth/pats``; missing for what is computed) and
        `meaning`. A new frame at each call.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> dff.dictionary().set_index(["table", "column"]).loc[("tokens", "date_created"), "type"]
    'time, UTC, microseconds'
    """
    fields = _fields(PATS)
    shown = {*PATS.tables, *_OF_ANY_SOURCE}
    return pd.DataFrame(
        [
            {
                "table": table.name,
                "row": table.row,
                "key": column.name in table.key,
                "column": column.name,
                "type": column.kind.label,
                "field": fields.get((table.name, column.name)),
                "meaning": column.meaning,
            }
            for table in TABLES.values()
            if table.name in shown
            for column in table.columns
        ]
    )


def _fields(source: Source) -> dict[tuple[str, str], str]:
    """Return, by table and column, the field that a column is a copy of."""
    return {
        (rows.into.name, column): (read or path.removesuffix("[]").rpartition(".")[2]).replace("?", "")
        for path, rows in source.places()
        if rows.into
        for column, read in rows.fields.items()
        if isinstance(read, str)
    }
