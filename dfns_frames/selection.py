"""Which rows a filter keeps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames.dtypes import TEXT


def mask(tokens: pa.Table, which: Any) -> npt.NDArray[np.bool_]:
    """Return which tokens are meant by a mask or by token ids.

    Raises
    ------
    KeyError
        A token id is not among the tokens.
    ValueError
        A mask does not fit the tokens.
    TypeError
        It is neither.
    """
    if isinstance(which, str):
        which = [which]
    if isinstance(which, pd.DataFrame | bytes) or not isinstance(which, Iterable):
        raise TypeError(f"filter() takes a boolean mask or token ids, not {type(which).__name__}")
    values = which if isinstance(which, pd.Series) else pd.Series(list(which), dtype=_dtype_of(which))
    if values.dtype == bool or isinstance(values.dtype, pd.BooleanDtype):
        rows = pd.RangeIndex(tokens.num_rows)
        if len(values) != len(rows) or (isinstance(which, pd.Series) and not rows.isin(values.index).all()):
            raise ValueError(
                f"the mask has {len(values):,} values for {tokens.num_rows:,} tokens, or another index; "
                "make it from `.tokens` of these same frames"
            )
        return values.reindex(rows).fillna(False).to_numpy(dtype=bool)
    ids = values.dropna().astype(str)
    listed = tokens["token_id"].to_pandas()
    unknown = sorted(set(ids) - set(listed.dropna()))
    if unknown:
        more = f" and {len(unknown) - 5:,} more" * (len(unknown) > 5)
        raise KeyError(f"no token has the id {', '.join(map(repr, unknown[:5]))}{more}")
    return listed.isin(ids).to_numpy(dtype=bool)


def _dtype_of(values: Any) -> Any:
    """Return what pandas is to make of a list: an empty one is neither flags nor ids to it."""
    return None if isinstance(values, np.ndarray) or len(list(values)) else TEXT


def belongs(table: pa.Table, tokens: pa.Table) -> pa.Array:
    """Return which rows belong to these tokens."""
    rows = np.zeros(table.num_rows, dtype=bool)
    for source in tokens["source"].unique().to_pylist():
        kept = tokens["token_no"].filter(pc.equal(tokens["source"], source)).to_numpy()
        here = pc.equal(table["source"], source).to_numpy()
        rows |= here & np.isin(table["token_no"].to_numpy(), kept)
    return pa.array(rows)
