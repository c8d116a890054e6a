"""When tokens were created."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from dfns_frames.dtypes import TEXT
from dfns_frames.errors import ConfigurationError
from dfns_frames.measures.ages import snapshot_time
from dfns_frames.measures.codes import codes, created_at, flags
from dfns_frames.measures.periods import check_freq, period_numbers, period_starts

if TYPE_CHECKING:
    from datetime import datetime

    from dfns_frames.measures.codes import Ints
    from dfns_frames.measures.periods import Times
    from dfns_frames.schema import Tables

SPLITS = ("kind", "is_active", "source")
_ROWS_AT_MOST = 4_000_000


def creation_over_time(
    frames: Tables, *, freq: str = "MS", by: str = "kind", as_of: datetime | str | None = None
) -> pd.DataFrame:
    """Count the tokens created in each period.

    Tokens that were deleted are in no listing, so this counts tokens that still exist.

    Parameters
    ----------
    frames
        Tokens from ``GET /auth/pats``.
    freq
        Length of a period, all in UTC: ``"D"``, ``"W"`` (from Monday), ``"MS"``, ``"QS"`` or ``"YS"``.
    by
        What to split by: ``"kind"``, ``"is_active"`` or ``"source"``.
    as_of
        Leave out what was created later; the period that this falls in is not over yet. A datetime or RFC
        3339 text, without an offset UTC. Defaults to when the tokens were fetched, and leaves out nothing.

    Returns
    -------
    pandas.DataFrame
        A row is one period and one value of `by`; key: `period_start` and that column. Columns:
        `period_start` (UTC), the column named by `by`, `created` (tokens), `cumulative` (tokens of that
        value up to the end of the period) and `is_partial`. Periods without tokens are filled in; values
        with most tokens come first. Tokens whose date is missing are rows of their own after all others,
        without `period_start` and `cumulative`, so that `created` sums to the number of tokens (of those
        that existed at `as_of`, if that is given).

    Raises
    ------
    ConfigurationError
        An option is not one of those listed, or the dates lie so far apart that there are millions of
        periods.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> list(dff.measures.creation_over_time(dff.read({"items": []})).columns)
    ['period_start', 'kind', 'created', 'cumulative', 'is_partial']
    """
    check_freq(freq)
    if by not in SPLITS:
        raise ConfigurationError(f"by={by!r} is not known; it is one of {', '.join(map(repr, SPLITS))}")
    tokens, snapshot = frames.arrow("tokens"), snapshot_time(frames, as_of)
    if as_of is not None:
        tokens = tokens.filter(pa.array(~(created_at(tokens) > snapshot)))
    group, names = _groups(tokens, by)
    times = created_at(tokens)
    dated = ~np.isnat(times)
    now = int(period_numbers(snapshot, freq))
    numbers = _span(period_numbers(times[dated], freq), now)
    if len(numbers) * len(names) > _ROWS_AT_MOST:
        raise ConfigurationError(
            f"freq={freq!r} makes {len(numbers):,} periods of the dates here; take a longer one, such as 'YS'"
        )
    created = np.zeros((len(numbers), len(names)), dtype=np.int64)
    if len(numbers):
        np.add.at(created, (period_numbers(times[dated], freq) - numbers[0], group[dated]), 1)
    undated = np.bincount(group[~dated], minlength=len(names))
    return _tidy(created, undated, names, by, numbers == now, period_starts(numbers, freq))


def _groups(tokens: pa.Table, by: str) -> tuple[Ints, list[str] | list[bool]]:
    """Return each token's group and the groups' names: most tokens first (of active: true first)."""
    if by == "is_active":
        return 1 - flags(tokens, by).astype(np.int64), [True, False]
    numbers, names = codes(tokens, by)
    sizes = np.bincount(numbers, minlength=len(names))
    kept = sorted(np.flatnonzero(sizes), key=lambda code: (-sizes[code], names[code]))
    rank = np.zeros(len(names), dtype=np.int64)
    rank[kept] = np.arange(len(kept))
    return rank[numbers], [names[code] for code in kept]


def _span(numbers: Ints, now: int) -> Ints:
    """Return every period from the first token's to today's, or to the last token's if that is later."""
    if not len(numbers):
        return np.empty(0, dtype=np.int64)
    return np.arange(numbers.min(), max(numbers.max(), now) + 1)


def _tidy(
    created: Ints, undated: Ints, names: list[str] | list[bool], by: str, partial: object, starts: Times
) -> pd.DataFrame:
    lost = np.flatnonzero(undated)
    dtype = "bool" if by == "is_active" else pd.CategoricalDtype(pd.Index(names, dtype=TEXT))
    values = [*np.tile(np.arange(len(names)), len(starts)), *lost]
    return pd.DataFrame(
        {
            "period_start": pd.Series(
                np.concatenate([np.repeat(starts, len(names)), np.full(len(lost), "NaT", "datetime64[us]")])
            ).dt.tz_localize("UTC"),
            by: pd.Series([names[value] for value in values], dtype=dtype),
            "created": np.concatenate([created.ravel(), undated[lost]]),
            "cumulative": pd.array([*created.cumsum(axis=0).ravel(), *[pd.NA] * len(lost)], dtype="Int64"),
            "is_partial": np.concatenate(
                [np.repeat(np.asarray(partial, dtype=bool), len(names)), np.zeros(len(lost), dtype=bool)]
            ),
        }
    )
