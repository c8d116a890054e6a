"""From Arrow columns to numbers that numpy can count: dictionary codes and rows of other tables."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._facts.dtypes import TEXT

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]
_CELLS_AT_MOST = 1 << 28


def codes(table: pa.Table, column: str) -> tuple[Ints, list[str]]:
    """Return a text column as a number for each row (-1 is missing) and what each number stands for."""
    values = table[column]
    if not pa.types.is_dictionary(values.type):
        values = values.dictionary_encode()
    encoded = values.unify_dictionaries().combine_chunks()
    numbers = pc.fill_null(encoded.indices, -1).to_numpy(zero_copy_only=False).astype(np.int64)
    return numbers, encoded.dictionary.to_pylist()


def flags(table: pa.Table, column: str) -> Flags:
    """Return a column of true and false; missing is false."""
    return pc.fill_null(table[column], False).combine_chunks().to_numpy(zero_copy_only=False)


def missing(table: pa.Table, column: str) -> Flags:
    """Return which rows have no value in a column."""
    return table[column].is_null().combine_chunks().to_numpy(zero_copy_only=False)


def texts(table: pa.Table, column: str) -> pd.Series:
    """Return a text column as pandas text."""
    return as_text(table[column])


def as_text(values: pa.ChunkedArray | pa.Array) -> pd.Series:
    """Return texts as pandas text."""
    return values.cast(pa.string()).to_pandas(types_mapper={pa.string(): TEXT}.get)


def as_words(places: Ints, words: Iterable[str], *, ordered: bool = False) -> pd.Categorical:
    """Return places in a list of words (-1: missing) as text with few values."""
    return pd.Categorical.from_codes(places, pd.Index([*words], dtype=TEXT), ordered=ordered)


def as_flags(places: Ints) -> pd.arrays.BooleanArray:
    """Return 1, 0 and -1 as true, false and missing."""
    return pd.arrays.BooleanArray(places == 1, places < 0)


def owner_ids(tokens: pa.Table) -> pa.ChunkedArray:
    """Return the user, else the application, that each token acts for; missing if there is neither."""
    users, apps = (tokens[name].cast(pa.string()) for name in ("linked_user_id", "linked_app_id"))
    return pc.coalesce(users, apps)


def created_at(tokens: pa.Table) -> npt.NDArray[np.datetime64]:
    """Return when each token was created: UTC, microseconds, NaT where missing."""
    return tokens["date_created"].cast(pa.timestamp("us")).to_numpy().astype("datetime64[us]")


def labelled(frame: pd.DataFrame) -> pd.DataFrame:
    """Give a frame of tokens, which has the index of `tokens`, that index as labels.

    A plain count would be the same if somebody numbered the rows anew in another order, so that `filter`
    could not tell which token each value of a mask is for.
    """
    return frame.set_axis(pd.Index(np.asarray(frame.index), dtype=np.int64))


def distinct_pairs(left: Ints, right: Ints, height: int, width: int) -> tuple[Ints, Ints]:
    """Return each pair that occurs, once, by left and then right: below `height`, below `width`."""
    width = max(width, 1)
    pairs = left * width + right
    if height * width <= _CELLS_AT_MOST:
        seen = np.zeros(height * width, dtype=bool)
        seen[pairs] = True
        pairs = np.flatnonzero(seen)
    else:
        pairs = np.unique(pairs)
    return pairs // width, pairs % width


def same_sets(left: Ints, right: Ints, height: int, width: int) -> Ints:
    """Return a number for each left that is equal where the sets of rights are, from distinct pairs.

    A set is told by the sum of random numbers drawn for its members, 128 bits of them: sets that differ get
    the same sum about once in 10**38, and no array of lefts by rights is needed.
    """
    drawn = np.random.default_rng(0).integers(0, 2**64, size=(width, 2), dtype=np.uint64)
    sums = np.zeros((height, 2), dtype=np.uint64)
    np.add.at(sums[:, 0], left, drawn[right, 0])
    np.add.at(sums[:, 1], left, drawn[right, 1])
    return np.unique(sums.view([("", np.uint64)] * 2).ravel(), return_inverse=True)[1]
