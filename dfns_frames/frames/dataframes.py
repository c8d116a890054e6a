"""From Arrow tables to the DataFrames that users get."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa

from dfns_frames._api.vocabulary import Kind, Table
from dfns_frames._facts.dtypes import TEXT

ORIGIN = "dfns_frames"
"""Under this name, in its `attrs`, a DataFrame says which table it is; masks made of it say so too."""

_NULLABLE = {pa.bool_(): pd.BooleanDtype(), pa.int64(): pd.Int64Dtype()}
_PLAIN_INTEGERS = {pa.bool_(): pd.BooleanDtype(), pa.string(): TEXT}


def own(made: pd.DataFrame, name: str) -> pd.DataFrame:
    """Copy a DataFrame for a user, who shares nothing with later ones but the identity of the index.

    A lazy copy is not enough even in pandas 3: writing to `.array` of a column, or to `.values` of flags,
    counts and categories, changes the original. Before pandas 3 a copy shares its index, name and all; a view
    has a name of its own and is still known as the same index.
    """
    frame = made.copy()
    frame.index, frame.columns = made.index.view(), made.columns.view()
    frame.attrs[ORIGIN] = name
    return frame


def to_pandas(table: pa.Table, declared: Table) -> pd.DataFrame:
    """Make a DataFrame: positions as plain integers; counts and flags nullable, whatever they hold."""
    for i, column in enumerate(declared.columns):
        if column.kind is Kind.JOIN_ID:
            table = table.set_column(i, column.name, table[column.name].cast(pa.string()))
    categories = [column.name for column in declared.columns if column.kind.is_category]
    frame = table.drop_columns(categories).to_pandas(types_mapper=_PLAIN_INTEGERS.get)
    for i, column in enumerate(declared.columns):
        if column.kind is Kind.COUNT:
            frame[column.name] = table[column.name].to_pandas(types_mapper=_NULLABLE.get)
        elif column.kind.is_category:
            frame.insert(i, column.name, _categorical(table[column.name], column.order))
    return frame


def _categorical(values: pa.ChunkedArray, order: tuple[str, ...]) -> pd.Categorical:
    """Make categories, in order if they have one, without an object for each as Arrow's conversion does."""
    encoded = values.combine_chunks()
    categories = pd.Index(encoded.dictionary.to_pandas(), dtype=TEXT)
    made = pd.Categorical.from_codes(encoded.indices.fill_null(-1).to_numpy(), categories)
    return made.set_categories(pd.Index(order, dtype=TEXT), ordered=True) if order else made
