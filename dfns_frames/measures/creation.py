"""When tokens were created."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from dfns_frames._api.catalogue import UNKNOWN
from dfns_frames._facts.codes import codes, created_at, flags
from dfns_frames._facts.dtypes import TEXT
from dfns_frames.errors import ConfigurationError
from dfns_frames.measures.ages import snapshot_time
from dfns_frames.measures.options import Freq, Split, check_choice, check_frames
from dfns_frames.measures.periods import period_numbers, period_starts

if TYPE_CHECKING:
    from datetime import datetime

    from dfns_frames._facts.codes import Ints
    from dfns_frames._facts.tables import Tables
    from dfns_frames.measures.periods import Times

_ROWS_AT_MOST = 4_000_000


def creation_over_time(
    frames: Tables, *, freq: Freq = "MS", by: Split = "kind", as_of: datetime | str | None = None
) -> pd.DataFrame:
    """Count the tokens created in each period.

    The API does not list deleted tokens, so this counts those that still exist.

    Parameters
    ----------
    frames
        Tokens, those of service accounts included where these were read.
    freq
        Length of a period, all in UTC: ``"D"``, ``"W"`` (from Monday), ``"MS"``, ``"QS"`` or ``"YS"``.
    by
        What to split by: ``"kind"``, ``"is_active"``, ``"source"``, ``"caller"`` (who asked) or ``"org_id"``
        (organisation); tokens without it are ``"unknown"``.
    as_of
        Leave out tokens created later; the period that this falls in is not over. A datetime or RFC 3339
        text, in UTC unless it says otherwise; a date alone is the end of that day. Defaults to when the
        tokens were fetched, and leaves out nothing.

    Returns
    -------
    pandas.DataFrame
        A row is one period and one value of `by`; key: `period_start` and that column. Columns:
        `period_start` (UTC), the column named by `by`, `created` (tokens), `cumulative` (tokens of that
        value up to the end of the period) and `is_partial` (the period is not over at `as_of`, or is yet to
        come). Periods without tokens are filled in; values with most tokens come first. Tokens without a
        creation date are rows of their own after all others, without `period_start` and `cumulative`, so
        that `created` sums to the number of tokens (to those that existed at `as_of`, if that is given).

    Raises
    ------
    ConfigurationError
        An option is not one of those listed, the dates lie so far apart that there are millions of periods,
        or `frames` is not a Frames object.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> pats = dff.demo.client("treasury").pats()
    >>> dff.measures.creation_over_time(pats, freq="YS").drop(columns="is_partial")
                   period_start kind  created  cumulative
    0 2023-01-01 00:00:00+00:00  Pat        1           1
    1 2024-01-01 00:00:00+00:00  Pat        3           4
    2 2025-01-01 00:00:00+00:00  Pat        4           8
    3 2026-01-01 00:00:00+00:00  Pat        6          14
    """
    check_frames(frames)
    check_choice("freq", freq, Freq)
    check_choice("by", by, Split)
    tokens, snapshot = existing(frames, as_of), snapshot_time(frames, as_of)
    group, names = _groups(tokens, by)
    times = created_at(tokens)
    dated = ~np.isnat(times)
    now = int(period_numbers(snapshot, freq))
    numbers = _span(period_numbers(times[dated], freq), now)
    if len(numbers) * len(names) > _ROWS_AT_MOST:
        longer = "pass a longer freq, such as 'YS', or " if freq != "YS" else ""
        raise ConfigurationError(
            too_far_apart(times, len(numbers), "periods", longer), option="freq", given=repr(freq)
        )
    created = np.zeros((len(numbers), len(names)), dtype=np.int64)
    if len(numbers):
        np.add.at(created, (period_numbers(times[dated], freq) - numbers[0], group[dated]), 1)
    undated = np.bincount(group[~dated], minlength=len(names))
    return _tidy(created, undated, names, by, numbers >= now, period_starts(numbers, freq))


def existing(frames: Tables, as_of: datetime | str | None) -> pa.Table:
    """Return the tokens that were not created after `as_of`; all of them if it is not given."""
    tokens = frames.arrow("tokens")
    if as_of is None:
        return tokens
    return tokens.filter(pa.array(~(created_at(tokens) > snapshot_time(frames, as_of))))


def too_far_apart(times: Times, count: int, what: str, longer: str = "") -> str:
    """Say that dates lie so far apart that no table holds all that is between, and what to do about it."""
    first, last = (np.datetime_as_string(end, unit="D") for end in (np.nanmin(times), np.nanmax(times)))
    return (
        f"gives {count:,} {what}, because the tokens' creation dates range from {first} to {last}; {longer}"
        'leave out the odd ones: pats.filter(pats.tokens["date_created"].between("2020", "2100"))'
    )


def _groups(tokens: pa.Table, by: Split) -> tuple[Ints, list[str] | list[bool]]:
    """Return each token's group and the groups' names: most tokens first (of active: true first)."""
    if by == "is_active":
        return 1 - flags(tokens, by).astype(np.int64), [True, False]
    numbers, names = codes(tokens, by)
    names = [*dict.fromkeys([*names, UNKNOWN])]
    numbers = np.where(numbers < 0, names.index(UNKNOWN), numbers)

    sizes = np.bincount(numbers, minlength=len(names))
    kept = sorted(np.flatnonzero(sizes), key=lambda code: (-sizes[code], names[code]))
    rank = np.zeros(len(names), dtype=np.int64)
    rank[kept] = np.arange(len(kept))
    return rank[numbers], [names[code] for code in kept]


def _span(numbers: Ints, now: int) -> Ints:
    """Return every period from the first token's to the snapshot's, or to the last token's if later."""
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
