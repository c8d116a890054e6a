"""How old tokens are, on which days they were made, and how many are still active."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dfns_frames._api.catalogue import UNKNOWN
from dfns_frames._facts.codes import created_at, flags, labelled, texts
from dfns_frames._facts.dtypes import TEXT
from dfns_frames._facts.holdings import token_holdings
from dfns_frames.errors import ConfigurationError
from dfns_frames.measures.ages import exact_ages, snapshot_time, whole_days
from dfns_frames.measures.classes import by_severity, is_unsure, worst
from dfns_frames.measures.creation import creation_over_time, existing, too_far_apart
from dfns_frames.measures.options import Freq, check_frames

if TYPE_CHECKING:
    from datetime import datetime

    from dfns_frames._facts.tables import Tables

_DAYS_AT_MOST = 1_000_000
PRIVILEGES = ("critical or high", "lower", UNKNOWN)


def creation_and_survival(
    frames: Tables, *, freq: Freq = "MS", as_of: datetime | str | None = None
) -> pd.DataFrame:
    """Count the tokens created up to each period, and those of them that were active at the snapshot.

    One snapshot does not tell when a token was deactivated: in every row, `active` is the state at the
    snapshot, not at that period. The API does not list deleted tokens, so they are missing from all counts.

    Parameters
    ----------
    frames
        Tokens, those of service accounts included where these were read.
    freq
        Length of a period, all in UTC: ``"D"``, ``"W"`` (from Monday), ``"MS"``, ``"QS"`` or ``"YS"``.
    as_of
        Leave out tokens created later; the period that this falls in is not over. A datetime or RFC 3339
        text; a date alone is the end of that day. Defaults to when the tokens were fetched, and leaves out
        nothing.

    Returns
    -------
    pandas.DataFrame
        A row is one period; key: `period_start` (UTC). Columns: `created` and `active` (tokens created in
        it; those of them active at the snapshot), `cumulative_created` and `cumulative_active` (up to its
        end), `is_partial` (not over at `as_of`). Tokens without a creation date are one last row, without
        `period_start` and totals.

    Raises
    ------
    ConfigurationError
        An option is not one of those listed, the dates lie so far apart that there are millions of periods,
        or `frames` is not a Frames object.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> pats = dff.demo.client("treasury").pats()
    >>> years = dff.measures.creation_and_survival(pats, freq="YS")
    >>> years[["period_start", "cumulative_created", "cumulative_active"]]
                   period_start  cumulative_created  cumulative_active
    0 2023-01-01 00:00:00+00:00                   1                  1
    1 2024-01-01 00:00:00+00:00                   4                  2
    2 2025-01-01 00:00:00+00:00                   8                  6
    3 2026-01-01 00:00:00+00:00                  14                 11
    """
    long = creation_over_time(frames, freq=freq, by="is_active", as_of=as_of)
    long["active"] = long["created"].where(long["is_active"], 0)
    grouped = long.groupby("period_start", dropna=False, sort=False)
    frame = grouped.agg(
        created=("created", "sum"), active=("active", "sum"), is_partial=("is_partial", "any")
    )
    frame = frame.reset_index()
    for column in ("created", "active"):
        total = frame[column].cumsum().astype("Int64")
        frame[f"cumulative_{column}"] = total.where(frame["period_start"].notna())
    return frame[
        ["period_start", "created", "active", "cumulative_created", "cumulative_active", "is_partial"]
    ]


def creation_calendar(frames: Tables, *, as_of: datetime | str | None = None) -> pd.DataFrame:
    """Count the tokens created on each day.

    The API does not list deleted tokens, so this counts those that still exist.

    Parameters
    ----------
    frames
        Tokens, those of service accounts included where these were read.
    as_of
        The last day; leave out tokens created later. A datetime or RFC 3339 text; a date alone is the end of
        that day. Defaults to when the tokens were fetched, and leaves out nothing: if a token has a later
        date, that is the last day.

    Returns
    -------
    pandas.DataFrame
        A row is one day in UTC, from 1 January of the first token's year; key: `date`. Columns: `date`,
        `year`, `week` (from 0: weeks begin on Monday, week 0 holds 1 January), `weekday` (Monday is 0) and
        `created`. Tokens without a creation date are one last row, without a date.

    Raises
    ------
    ConfigurationError
        The dates lie so far apart that there are millions of days, `as_of` is not a time, or `frames` is not
        a Frames object.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> pats = dff.demo.client("treasury").pats()
    >>> days = dff.measures.creation_calendar(pats)
    >>> days[days["created"] > 0].head(3)
                             date  year  week  weekday  created
    305 2023-11-02 00:00:00+00:00  2023    44        3        1
    425 2024-03-01 00:00:00+00:00  2024     8        4        1
    561 2024-07-15 00:00:00+00:00  2024    28        0        1
    """
    check_frames(frames)
    _check_days(frames, as_of)
    counted = creation_and_survival(frames, freq="D", as_of=as_of)
    undated = counted.loc[counted["period_start"].isna(), "created"]
    daily = counted[counted["period_start"].notna()].set_index("period_start")["created"]
    if len(daily):
        begin = daily.index[0].replace(month=1, day=1)
        daily = daily.reindex(pd.date_range(begin, daily.index[-1], freq="D", unit="us"), fill_value=0)
    date = pd.DatetimeIndex(daily.index)
    new_year = (date.day_of_week - (date.day_of_year - 1)) % 7
    frame = pd.DataFrame(
        {
            "date": date,
            "year": pd.Series(date.year.to_numpy(), dtype="Int64"),
            "week": pd.Series(((date.day_of_year - 1 + new_year) // 7).to_numpy(), dtype="Int64"),
            "weekday": pd.Series(date.day_of_week.to_numpy(), dtype="Int64"),
            "created": daily.to_numpy(dtype=np.int64),
        }
    )
    if undated.empty:
        return frame
    # pd.NA, not NaN: pandas has an option under which only that is missing.
    last = {name: pd.array([pd.NA], dtype) for name, dtype in frame.dtypes.items() if name != "created"}
    return pd.concat([frame, pd.DataFrame({**last, "created": undated.to_numpy()})], ignore_index=True)


def _check_days(frames: Tables, as_of: datetime | str | None) -> None:
    """Refuse dates that lie millions of days apart, in words that fit a calendar, which has no `freq`."""
    times = created_at(existing(frames, as_of))
    dated = times[~np.isnat(times)]
    if not len(dated):
        return
    end = max(dated.max(), snapshot_time(frames, as_of))
    days = int((end - dated.min()) // np.timedelta64(1, "D")) + 1
    if days > _DAYS_AT_MOST:
        raise ConfigurationError(f"a calendar {too_far_apart(times, days, 'days')}")


def token_ages(frames: Tables, *, as_of: datetime | str | None = None) -> pd.DataFrame:
    """List how old each active token is.

    Parameters
    ----------
    frames
        Tokens, those of service accounts included where these were read.
    as_of
        When ages are counted to: a datetime or RFC 3339 text, in UTC unless it says otherwise. Defaults to
        when the tokens were fetched.

    Returns
    -------
    pandas.DataFrame
        A row is one token that was active at the snapshot, the oldest first; key: `source`, `token_no`. The
        index is that of `tokens`. Columns: `source`, `token_no`, `token_id`, `name`, `date_created` (UTC);
        `age_days` (whole days, rounded down, so ``age_days >= 365`` is exact; missing without a creation
        date, or with one later than `as_of`); `privilege` (``"critical or high"``: holds such an operation;
        ``"unknown"``: holds none that is known, but something unknown; ``"lower"``); `share_at_least` (active
        tokens at least as old, compared exactly, out of those that have an age; 0 to 1; missing without
        one). Which tokens were active at any other time is not known.

    Raises
    ------
    ConfigurationError
        `as_of` is not a time, or `frames` is not a Frames object.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> pats = dff.demo.client("treasury").pats()
    >>> ages = dff.measures.token_ages(pats)
    >>> ages[["name", "age_days", "privilege", "share_at_least"]].head(3).round(2)
               name  age_days         privilege  share_at_least
    8   spreadsheet      1081  critical or high            0.09
    9   daily sweep       961  critical or high            0.18
    0  hedging desk       614  critical or high            0.27
    """
    check_frames(frames)
    tokens = frames.arrow("tokens")
    frame = pd.DataFrame(
        {
            "source": texts(tokens, "source").astype("category"),
            "token_no": tokens["token_no"].to_numpy(),
            "token_id": texts(tokens, "token_id"),
            "name": texts(tokens, "name"),
            "date_created": pd.Series(created_at(tokens)).dt.tz_localize("UTC"),
            "age_days": whole_days(frames, as_of),
            "privilege": _privilege(frames),
        }
    )
    active = flags(tokens, "is_active")
    ages = exact_ages(frames, as_of)
    there = active & ~np.isnat(ages)
    ascending = np.sort(ages[there])
    share = np.full(len(frame), np.nan)
    share[there] = 1 - np.searchsorted(ascending, ages[there], side="left") / max(len(ascending), 1)
    frame["share_at_least"] = share
    return labelled(frame[active].sort_values(["date_created", "source", "token_no"]))


def _privilege(frames: Tables) -> pd.Categorical:
    held = token_holdings(frames)
    high = np.asarray(worst(held, by_severity(held)) >= "high")
    place = np.where(high, 0, np.where(is_unsure(held), 2, 1))
    return pd.Categorical.from_codes(place, categories=pd.Index(PRIVILEGES, dtype=TEXT))
