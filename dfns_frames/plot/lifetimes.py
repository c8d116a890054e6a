"""Charts of the days on which tokens were created, and of their ages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from dfns_frames import measures
from dfns_frames._facts.provenance import percent, plural
from dfns_frames._facts.times import as_utc
from dfns_frames.measures.lifetimes import PRIVILEGES
from dfns_frames.plot import canvas
from dfns_frames.plot.colors import CALENDAR, INK, PAPER
from dfns_frames.plot.creation import DELETED, left_out
from dfns_frames.plot.guest import DAYS, NAMES, SHARES, limit
from dfns_frames.plot.layout import pixels, slot_size
from dfns_frames.plot.text import Ruler

if TYPE_CHECKING:
    from datetime import datetime

    import numpy.typing as npt
    import pandas as pd
    from matplotlib.axes import Axes

    from dfns_frames._facts.tables import Tables

AGES = (90, 365, 730)
_YEARS_AT_MOST = 8
_WEEKS, _DAYS, _ROWS_A_YEAR = 54, 7, 8
_FROM = (0, 1, 2, 4, 8, 16)  # tokens a day, from which each colour begins
_TO = (0, 1, 3, 7, 15)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LINES = {
    "all": ("#1c1c1c", "-", 2.0),
    PRIVILEGES[0]: ("#a8323e", "--", 1.6),
    PRIVILEGES[1]: ("#2a7fb8", "-.", 1.6),
    PRIVILEGES[2]: ("#7d7d7d", ":", 1.8),
}


def creation_calendar(frames: Tables, *, as_of: datetime | str | None = None, ax: Axes | None = None) -> Axes:
    """Draw how many tokens were created on each day (UTC), as a calendar.

    Only tokens that still exist are counted: the API does not list deleted ones.

    Parameters
    ----------
    as_of
        Leave out tokens created later than this, a datetime or RFC 3339 text in UTC; a date alone is the
        end of that day. Defaults to when the tokens were fetched, and then nothing is left out. Whether a
        token was active is always as at snapshot.
    ax
        Axes to draw into; without it a new figure is made.

    Returns
    -------
    matplotlib.axes.Axes
        One cell per day, one column per week, one block per year, of the last eight years in which tokens
        were created.

    Raises
    ------
    ConfigurationError
        An option is out of range, or the dates lie thousands of years apart.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> pats = dff.demo.client().pats()
    >>> ax = pats.plot.creation_calendar()
    >>> ax.figure.savefig("calendar.png", dpi=200)  # doctest: +SKIP
    """
    frame = measures.creation_calendar(frames, as_of=as_of)
    dated = frame[frame["date"].notna()]
    years = sorted(dated.loc[dated["created"] > 0, "year"].unique()) if len(dated) else []
    blocks = max(1, min(len(years), _YEARS_AT_MOST))
    ax = canvas.start(ax, NAMES, NAMES, width=9.5, height=1.6 + 1.15 * blocks)
    title = "Tokens created on each day"
    if dated.empty:
        canvas.nothing(ax, "No token with a creation date is visible to the caller.")
        return canvas.finish(ax, frames, title, left_out(frames, frame, as_of))
    fit = max(1, int((slot_size(ax)[1] / pixels(ax, 1) - 1.3) / 0.55))
    shown = years[-min(_YEARS_AT_MOST, fit) :]
    _draw_days(ax, _days(dated, shown))
    _name_days(ax, shown)
    names = [f"{low}" if low == high else f"{low} to {high}" for low, high in zip(_FROM, _TO, strict=False)]
    canvas.legend(ax, [canvas.swatch(color) for color in CALENDAR], [*names, f"{_FROM[-1]} or more"])
    earlier = int(dated.loc[~dated["year"].isin(shown), "created"].sum())
    cut = f"Not drawn: {earlier:,} {plural(earlier, 'token')} of other years." if earlier else ""
    without = "Years without new tokens are left out. " if len(years) < dated["year"].nunique() else ""
    note = f"Days in UTC. {DELETED} {without}{cut}"
    return canvas.finish(ax, frames, title, note, left_out(frames, frame, as_of))


def _days(dated: pd.DataFrame, years: list[int]) -> npt.NDArray[np.float64]:
    """Return the counts as a picture: a block of seven rows a year, NaN where there is no day."""
    picture = np.full((len(years) * _ROWS_A_YEAR - 1, _WEEKS), np.nan)
    shown = dated[dated["year"].isin(years)]
    block = np.searchsorted(years, shown["year"].to_numpy(dtype=np.int64))
    rows = block * _ROWS_A_YEAR + shown["weekday"].to_numpy(dtype=np.int64)
    picture[rows, shown["week"].to_numpy(dtype=np.int64)] = shown["created"].to_numpy()
    return picture


def _draw_days(ax: Axes, picture: npt.NDArray[np.float64]) -> None:
    from matplotlib.colors import BoundaryNorm, ListedColormap

    ax.pcolormesh(
        np.ma.masked_invalid(picture), cmap=ListedColormap(CALENDAR), edgecolors=PAPER, linewidth=0.8,
        norm=BoundaryNorm([*_FROM, np.inf], len(CALENDAR)), antialiased=True, shading="flat",
    )  # fmt: skip
    ax.set_ylim(picture.shape[0], 0)
    ax.set_xlim(0, _WEEKS)


def _name_days(ax: Axes, years: list[int]) -> None:
    tops = np.arange(len(years)) * _ROWS_A_YEAR
    up = slot_size(ax)[1] * 0.6 / (len(years) * _ROWS_A_YEAR)
    roomy = up > pixels(ax, canvas.points(ax, canvas.TICK) / 72) * 0.55
    named = {0: "Mon", 3: "{}", 6: "Sun"} if roomy else {3: "{}"}
    at = [top + day + 0.5 for top in tops for day in named]
    canvas.labels(ax, "y", at, [text.format(year) for year in years for text in named.values()])
    every = 1 if slot_size(ax)[0] > pixels(ax, 5) else 3
    months = range(0, len(_MONTHS), every)
    canvas.labels(ax, "x", [month * 365 / 12 / _DAYS + 2.4 for month in months], [_MONTHS[m] for m in months])
    ax.tick_params(axis="both", length=0)
    for spine in ax.spines.values():
        spine.set_visible(False)


def token_ages(frames: Tables, *, as_of: datetime | str | None = None, ax: Axes | None = None) -> Axes:
    """Draw, for any age in days, the share of the active tokens that are at least that old.

    Parameters
    ----------
    as_of
        Count ages to this time, and leave out tokens created later: a datetime or RFC 3339 text in UTC; a
        date alone is the end of that day. Defaults to when the tokens were fetched. Whether a token was
        active is always as at snapshot.
    ax
        Axes to draw into; without it a new figure is made.

    Returns
    -------
    matplotlib.axes.Axes
        One curve for all active tokens and one for each level of privilege, with 90, 365 and 730 days
        marked.

    Raises
    ------
    ConfigurationError
        An option is out of range.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> pats = dff.demo.client().pats()
    >>> pats.plot.token_ages()
    <Axes: xlabel='age in days', ylabel='share of tokens at least this old'>
    """
    frame = measures.token_ages(frames, as_of=as_of)
    ax = canvas.start(ax, DAYS, SHARES)
    title = "Active tokens by minimum age"
    dated = frame[frame["share_at_least"].notna()]
    lost = int(frame["date_created"].isna().sum())
    later = int(frame["age_days"].isna().sum()) - lost
    notes = []
    if as_of is not None:
        notes.append(f"Ages as of {as_utc(as_of, 'as_of'):%Y-%m-%d %H:%M} UTC, of tokens active at snapshot.")
    if lost:
        notes.append(f"Not drawn: {lost:,} active {plural(lost, 'token')} without a readable creation date.")
    if later:
        notes.append(f"Not drawn: {later:,} active {plural(later, 'token')} created after that time.")
    note = " ".join(notes)
    if dated.empty:
        canvas.nothing(ax, "No active token with a creation date is visible to the caller.")
        return canvas.finish(ax, frames, title, note)
    ages = dated["age_days"].to_numpy(dtype=np.float64)
    groups = {"all": ages} | {name: ages[(dated["privilege"] == name).to_numpy()] for name in PRIVILEGES}
    lines = {name: _survivors(ax, some, *_LINES[name]) for name, some in groups.items() if len(some)}
    _, end = limit(ax, "x", 0.0, max(ages.max() * 1.03, AGES[-1] * 1.08))
    canvas.shares(ax, "y")
    _mark_ages(ax, ages, end)
    canvas.counts(ax, "x", at_most=8)
    canvas.gridlines(ax, "y")
    canvas.axis_label(ax, "x", "age in days")
    canvas.axis_label(ax, "y", "share of tokens at least this old")
    sizes = [f"{name} ({len(groups[name]):,})" for name in lines]
    canvas.legend(ax, list(lines.values()), sizes, title="tokens by the worst that they can do")
    return canvas.finish(ax, frames, title, "Tokens inactive at snapshot are left out.", note)


def _survivors(ax: Axes, ages: npt.NDArray[np.float64], color: str, dashes: str, width: float) -> Any:
    """Draw the share that is at least that old: 1 before the youngest, 0 after the oldest."""
    ascending = np.sort(ages)
    at = np.concatenate([[0.0], ascending])
    share = np.concatenate([[1.0], 1 - np.arange(1, len(ages) + 1) / len(ages)])
    (line,) = ax.plot(
        at, share, drawstyle="steps-post", color=color, linestyle=dashes, linewidth=width, marker=""
    )
    return line


def _mark_ages(ax: Axes, ages: npt.NDArray[np.float64], end: float) -> None:
    """Draw the usual limits and, above the curves, how many tokens are over each."""
    line = 1.35 * pixels(ax, canvas.points(ax, canvas.SMALL) / 72) / (slot_size(ax)[1] * 0.5)
    height = 1.04 + line * len(AGES)
    limit(ax, "y", 0, height)
    for place, age in enumerate(AGES):
        foot = 1.03 + line * (len(AGES) - 1 - place)
        # No higher than its own words, so as not to cross those of the others.
        top = foot + line
        ax.plot([age, age], [0, top], color=INK, linewidth=0.8, linestyle=(0, (2, 2)), marker="")
        old = int((ages >= age).sum())
        share = percent(old / len(ages))
        left = age < end / 2
        text = f" {old:,} of {len(ages):,} are at least {age} days old ({share}) "
        brief = f" {age} d: {old:,} ({share}) "
        room = slot_size(ax)[0] * 0.7 * (1 - age / end if left else age / end)
        canvas.write(
            ax, age, foot,
            text if Ruler(ax, canvas.points(ax, canvas.SMALL)).width(text) <= room else brief,
            ha="left" if left else "right", va="bottom",
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.5},
        )  # fmt: skip
