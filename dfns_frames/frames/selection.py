"""Which tokens a filter keeps: those that a mask, ids, or a function of `tokens` mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from pandas.api.types import infer_dtype, is_integer_dtype

from dfns_frames._api.tables import TABLES
from dfns_frames.frames.dataframes import ORIGIN

Flags = npt.NDArray[np.bool_]
Which = Callable[[pd.DataFrame], Any] | pd.Series | npt.NDArray[np.bool_] | Iterable[Any] | str

_TAKES = "a function of tokens (`pats.filter(lambda t: t.is_active)`), a mask or token ids"


def chosen(tokens: pa.Table, which: Any, index: pd.Index) -> Flags:
    """Return which tokens are meant by a mask or by token ids.

    Parameters
    ----------
    tokens
        The tokens.
    which
        A mask, ids, or one id.
    index
        The index of the DataFrame of these tokens: the very object, which masks made of it share.

    Raises
    ------
    KeyError
        An id is not among the tokens.
    ValueError
        A mask does not fit the tokens, or nothing tells which token each of its values is for.
    TypeError
        It is neither a mask nor ids.
    """
    values = _as_series(which)
    kind = infer_dtype(values, skipna=True)
    if kind == "boolean":
        flags = values.astype("boolean").fillna(False)
        return _aligned(tokens, flags, index) if isinstance(which, pd.Series) else _by_place(tokens, flags)
    if kind == "string" or values.isna().all():
        return _by_id(tokens, values)
    if kind in ("integer", "floating", "decimal"):
        raise TypeError(
            f"filter() takes {_TAKES}, not numbers; for positions, pass `pats.tokens.token_id.iloc[[0, 2]]`"
        )
    raise TypeError(f"filter() takes {_TAKES}, not values that pandas calls {kind!r}")


def _as_series(which: Any) -> pd.Series:
    if isinstance(which, str):
        which = [which]
    if isinstance(which, pa.Array | pa.ChunkedArray):
        which = which.to_pandas()
    if isinstance(which, pd.DataFrame | Mapping | bytes) or not isinstance(which, Iterable):
        raise TypeError(f"filter() takes {_TAKES}, not {type(which).__name__}")
    if isinstance(which, np.ndarray) and which.ndim != 1:
        raise TypeError(f"filter() takes a mask of one dimension, not of {which.ndim}")
    if not isinstance(which, pd.Series):
        which = pd.Series(which if isinstance(which, np.ndarray) else list(which), dtype=object)
    return which.astype(object) if isinstance(which.dtype, pd.CategoricalDtype) else which


def _by_place(tokens: pa.Table, flags: pd.Series) -> Flags:
    if len(flags) != tokens.num_rows:
        raise ValueError(
            f"the mask has {len(flags):,} values for {tokens.num_rows:,} tokens; make it of `.tokens` of "
            "these same frames, or pass token ids"
        )
    return flags.to_numpy(dtype=bool)


def _aligned(tokens: pa.Table, flags: pd.Series, index: pd.Index) -> Flags:
    """Match a mask with the tokens by its labels.

    A plain count as index says nothing: `sort_values(ignore_index=True)`, `reset_index()` and `merge()` make
    one that equals that of `tokens`, whatever the order of the rows. But pandas hands the same index object
    on from a DataFrame to its columns and to what is computed from them, and makes another for rows in a new
    order.
    """
    labels, origin = flags.index, flags.attrs.get(ORIGIN)
    if labels.is_(index):
        return flags.to_numpy(dtype=bool)
    if origin not in (None, "tokens"):
        _refuse_other_table(origin)
    if isinstance(labels, pd.RangeIndex) and labels.start == 0 and labels.step == 1:
        # One that somebody wrote down, `pd.Series([True, False])`, comes of no table, and has no name.
        if len(labels) != len(index) or (origin is None and flags.name is None):
            return _by_place(tokens, flags)
        _refuse_new_index()
    if is_integer_dtype(labels):
        if len(labels) != len(index) or not index.isin(labels).all():
            raise ValueError(
                f"the mask has {len(labels):,} values for {len(index):,} tokens, or another index; make it "
                "of `.tokens` of these same frames, or pass the ids: `t.token_id[mask]`"
            )
        return flags.reindex(index).to_numpy(dtype=bool)
    if infer_dtype(labels.astype(object), skipna=True) == "string":
        return _by_labelled_id(tokens, flags)
    raise ValueError("the index of the mask holds neither row labels of `tokens` nor token ids")


def _refuse_other_table(name: str) -> NoReturn:
    ids = f"`rows = pats.{name}; pats.filter(rows.token_id[mask])`, or "
    raise ValueError(
        f"the mask is of `{name}`, whose rows are not tokens; pass "
        f"{ids * ('token_id' in (column.name for column in TABLES[name].columns))}{_TAKES}"
    )


def _refuse_new_index() -> NoReturn:
    raise ValueError(
        "the mask may be of another order than `tokens`: it has a new index, such as "
        "sort_values(ignore_index=True), reset_index() and merge() make. Pass a function of tokens "
        "(`pats.filter(lambda t: t.is_active)`), the ids (`t.token_id[mask]`, of the DataFrame `t` that the "
        "mask is of), or a mask that carries them (of `t.set_index('token_id')`); if it is in the order of "
        "`pats.tokens`, pass `mask.to_numpy()`"
    )


def _by_labelled_id(tokens: pa.Table, flags: pd.Series) -> Flags:
    """Match a mask whose index holds token ids; one that is not in it is not kept."""
    meant = pd.Series(flags.index[flags.to_numpy(dtype=bool)], dtype=object)
    others = pd.Series(flags.index[~flags.to_numpy(dtype=bool)], dtype=object).dropna()
    unclear = sorted(set(meant.dropna()) & set(others))
    if unclear:
        raise ValueError(
            f"the mask is both true and false for {_listing(unclear)}; pass the ids: `mask.index[mask]`"
        )
    _by_id(tokens, others)
    return _by_id(tokens, meant)


def _by_id(tokens: pa.Table, ids: pd.Series) -> Flags:
    listed = tokens["token_id"].to_pandas()
    wanted = ids.dropna()
    if len(wanted) < len(ids) and listed.isna().any():
        raise ValueError(
            f"some of the ids are missing, and so are those of {listed.isna().sum():,} tokens; pass a "
            "function of tokens or a mask"
        )
    unknown = sorted(set(wanted) - set(listed.dropna()))
    if unknown:
        raise KeyError(f"no token has the id {_listing(unknown)}")
    return listed.isin(wanted).to_numpy(dtype=bool)


def _listing(ids: list[str]) -> str:
    more = f" and {len(ids) - 5:,} more" * (len(ids) > 5)
    return f"{', '.join(map(repr, ids[:5]))}{more}"
