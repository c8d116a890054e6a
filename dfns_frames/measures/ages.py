"""How old tokens are: compared exactly, shown as whole days, rounded down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dfns_frames._facts.codes import created_at
from dfns_frames._facts.lists import listed_at
from dfns_frames._facts.times import as_utc

if TYPE_CHECKING:
    from datetime import datetime

    import numpy.typing as npt

    from dfns_frames._facts.tables import Tables

_DAY, _SECOND = np.timedelta64(1, "D"), np.timedelta64(1, "s")


def snapshot_time(frames: Tables, as_of: datetime | str | None) -> np.datetime64:
    """Return the time that ages and partial periods refer to, as UTC: `as_of`, else when it was fetched.

    Raises
    ------
    ConfigurationError
        `as_of` is not a time.
    """
    when = frames.fetched_at if as_of is None else as_utc(as_of, "as_of")
    return np.datetime64(when.replace(tzinfo=None), "us")


def exact_ages(frames: Tables, as_of: datetime | str | None = None) -> npt.NDArray[np.timedelta64]:
    """Return each token's age, to the microsecond; NaT without a date, or with one later than that time.

    Without `as_of`, ages count up to the list that a token comes from, not to the newest of all.

    A response gives its own time in whole seconds and those of tokens in fractions, so a token that seems up
    to a second younger than its list has age 0. A time that a user gives is taken as it is. (Microseconds
    from year 1 to 9999 fit into 64 bits.)
    """
    when = listed_at(frames, "tokens") if as_of is None else snapshot_time(frames, as_of)
    ages = when - created_at(frames.arrow("tokens"))
    nothing = np.timedelta64(0, "us")
    if as_of is None:
        ages = np.where((ages > -_SECOND) & (ages < nothing), nothing, ages)
    ages[ages < nothing] = np.timedelta64("NaT", "us")
    return ages


def whole_days(frames: Tables, as_of: datetime | str | None = None) -> pd.Series:
    """Return each token's age in whole days, rounded down, so that ``>= 365`` is exact."""
    ages = exact_ages(frames, as_of)
    missing = np.isnat(ages)
    days = np.where(missing, np.timedelta64(0, "us"), ages) // _DAY
    return pd.Series(pd.arrays.IntegerArray(days.astype(np.int64), missing))
