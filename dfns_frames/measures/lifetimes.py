"""How old tokens are, on which days they were made, and how many are still active."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dfns_frames.dtypes import TEXT
from dfns_frames.measures.codes import created_at, flags, texts
from dfns_frames.measures.creation import creation_over_time, snapshot_time
from dfns_frames.measures.holdings import SEVERITIES, UNKNOWN, severity_of, token_holdings
from dfns_frames.measures.reach import worst

if TYPE_CHECKING:
    from datetime import datetime

    from dfns_frames.schema import Tables

PRIVILEGES = ("critical or high", "lower", UNKNOWN)


def creation_and_survival(
    frames: Tables, *, freq: str = "MS", as_of: datetime | str | None = None
) -> pd.DataFrame:
    """Count the tokens created up to each period, and those of them that are active today.

    One snapshot does not tell when a token was deactivated: `active` is of the day of the snapshot in every
    row, never of the period. Tokens that were deleted are in no listing.

    Parameters
    ----------
    frames
        Tokens from ``GET /auth/pats``.
    freq
        Length of a period, all in UTC: ``"D"``, ``"W"`` (from Monday), ``"MS"``, ``"QS"`` or ``"YS"``.
    as_of
        Leave out what was created later; the period that this falls in is not over yet. A datetime or RFC
        3339 text. Defaults to when the tokens were fetched, and leaves out nothing.

    Returns
    -------
    pandas.DataFrame
        A row is one period; key: `period_start` (UTC). Columns: `created` and `active` (tokens created in
        it; those of them active today), `cumulative_created`, `cumulative_active` (up to its end) and
        `is_partial`. Tokens whose date is missing are one last row without `period_start` and totals.

    Raises
    ------
    ConfigurationError
        An option is not one of those listed.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> len(dff.measures.creation_and_survival(dff.read({"items": []})))
    0
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

    Parameters
    ----------
    frames
        Tokens from ``GET /auth/pats``.
    as_of
        The last day; leave out what was created later. A datetime or RFC 3339 text. Defaults to when the
        tokens were fetched, and leaves out nothing: then a token that is dated later has the last day.

    Returns
    -------
    pandas.DataFrame
        A row is one day in UTC, from 1 January of the first token's year; key: `date`. Columns: `date`,
        `year`, `week` (from 0: weeks begin on Monday, week 0 holds 1 January), `weekday` (Monday is 0) and
        `created`. Tokens whose date is missing are one last row, without a date.

    Raises
    ------
    ConfigurationError
        The dates lie so far apart that there are millions of days.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> len(dff.measures.creation_calendar(dff.read({"items": []})))
    0
    """
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


def token_ages(frames: Tables, *, as_of: datetime | str | None = None) -> pd.DataFrame:
    """List how old each active token is.

    Parameters
    ----------
    frames
        Tokens from ``GET /auth/pats``.
    as_of
        When ages are counted to: a datetime or RFC 3339 text, without an offset UTC. Defaults to when the
        tokens were fetched.

    Returns
    -------
    pandas.DataFrame
        A row is one token that is active today, the oldest first; key: `source`, `token_no`. Columns:
        `source`, `token_no`, `token_id`, `name`, `date_created` (UTC), `age_days` (below 0 if it was created
        after `as_of`), `privilege` (``"critical or high"``: holds such an operation, ``"lower"``, or
        ``"unknown"``: holds no such operation, but some that are not known) and `share_at_least` (active
        tokens at least this old, of those with a date that existed at `as_of`; 0 to 1; missing for a token
        that did not). Tokens whose date is missing come last, without age and share. Which tokens were
        active at another time than today is not known. The index is that of `tokens`, so of frames that were
        filtered to active tokens a mask made of it can be given to `filter`.

    Raises
    ------
    ConfigurationError
        `as_of` is no time.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> len(dff.measures.token_ages(dff.read({"items": []})))
    0
    """
    tokens = frames.arrow("tokens")
    now = snapshot_time(frames, as_of)
    times = created_at(tokens)
    frame = pd.DataFrame(
        {
            "source": texts(tokens, "source").astype("category"),
            "token_no": tokens["token_no"].to_numpy(),
            "token_id": texts(tokens, "token_id"),
            "name": texts(tokens, "name"),
            "date_created": pd.Series(times).dt.tz_localize("UTC"),
            "age_days": (now - times) / np.timedelta64(1, "D"),
            "privilege": _privilege(frames),
        }
    )[flags(tokens, "is_active")]
    frame = frame.sort_values(["date_created", "source", "token_no"])
    there = frame["age_days"].where(frame["age_days"] >= 0)
    frame["share_at_least"] = there.rank(method="max", ascending=False) / max(int(there.notna().sum()), 1)
    return frame


def _privilege(frames: Tables) -> pd.Categorical:
    held = token_holdings(frames)
    severities = held.by(severity_of(held.operations), len(SEVERITIES))
    high = np.asarray(worst(held, severities) >= "high")
    unsure = (severities[:, -1] > 0) | (held.unlisted > 0)
    place = np.where(high, 0, np.where(unsure, 2, 1))
    return pd.Categorical.from_codes(place, categories=pd.Index(PRIVILEGES, dtype=TEXT))
