"""The data dictionary, from the declarations that the tables are made by."""

from __future__ import annotations

import pandas as pd

from dfns_frames._api.sources import SOURCES
from dfns_frames._api.tables import TABLES
from dfns_frames._facts.dtypes import TEXT

Fields = dict[tuple[str, str], dict[str, None]]


def dictionary() -> pd.DataFrame:
    """Return the data dictionary: a row is one column of one table.

    It derives from the declarations that the frames are made by, so it holds for every :class:`Frames`.

    Returns
    -------
    pandas.DataFrame
        `table`, `row` (what a row of that table is), `key` (whether the column helps to identify a row),
        `column`, `type`, `endpoints` (those whose responses fill it, comma and space between; missing for
        tables about the reading itself), `field` (of their items; missing for what is computed) and
        `meaning`. A new frame at each call.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> words = dff.dictionary()
    >>> ids = words[words["column"].isin(["token_id", "policy_id"]) & words["field"].notna()]
    >>> print(ids[["table", "column", "endpoints", "field"]].to_string(index=False))
       table    column                          endpoints   field
      tokens  token_id /auth/pats, /auth/service-accounts tokenId
    policies policy_id                       /v2/policies      id
    """
    fields, by_column = _fields()
    made = pd.DataFrame(
        [
            {
                "table": table.name,
                "row": table.row,
                "key": column.name in table.key,
                "column": column.name,
                "type": column.kind.label,
                "endpoints": _joined(by_column.get((table.name, column.name)) or _feeding(table.name)),
                "field": _joined(fields.get((table.name, column.name), {})),
                "meaning": column.meaning,
            }
            for table in TABLES.values()
            for column in table.columns
        ]
    )
    return made.astype({name: TEXT for name in made.columns if name != "key"})


def _joined(texts: dict[str, None]) -> str | None:
    return ", ".join(texts) or None


def _feeding(table: str) -> dict[str, None]:
    """Return the endpoints that have rows of a table."""
    return dict.fromkeys(source.path for source in SOURCES.values() if table in source.tables)


def _fields() -> tuple[Fields, Fields]:
    """Return, by table and column, what fields a column is a copy of, and which endpoints have it."""
    fields: Fields = {}
    endpoints: Fields = {}
    for source in SOURCES.values():
        for _, rows in source.places():
            for column, read in rows.fields.items():
                place = (rows.into.name if rows.into else "", column)
                endpoints.setdefault(place, {})[source.path] = None
                if isinstance(read, str):  # else a function makes the column of it
                    name = (read or rows.at.removesuffix("[]")).replace("?", "").replace("|", " or ")
                    fields.setdefault(place, {})[name] = None
    return fields, endpoints
