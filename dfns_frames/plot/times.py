"""The charts of creation over time, as methods of ``pats.plot``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dfns_frames.plot import creation, lifetimes

if TYPE_CHECKING:
    from datetime import datetime

    from matplotlib.axes import Axes

    from dfns_frames._facts.tables import Tables
    from dfns_frames.measures.options import Freq, Split


class TimeCharts:
    """Charts of when tokens were created and how old they are."""

    _frames: Tables

    def creation_over_time(
        self,
        *,
        freq: Freq = "MS",
        by: Split = "kind",
        as_of: datetime | str | None = None,
        ax: Axes | None = None,
    ) -> Axes:
        """Draw how many tokens were created in each period, and the running total as a line.

        Only tokens that still exist are counted: the API does not list deleted ones.

        Parameters
        ----------
        freq
            Length of a period, UTC: ``"D"``, ``"W"`` (from Monday), ``"MS"``, ``"QS"`` or ``"YS"``.
        by
            What to stack: ``"kind"``, ``"is_active"`` or ``"source"``.
        as_of
            Leave out tokens created later than this, a datetime or RFC 3339 text in UTC; a date alone is the
            end of that day. Defaults to when the tokens were fetched, and then nothing is left out. Whether a
            token was active is always as at snapshot.
        ax
            Axes to draw into; without it a new figure is made.

        Returns
        -------
        matplotlib.axes.Axes
            One bar per period, as wide as the period lasts, with dates on the x axis: ``ax.axvline`` takes a
            timestamp. The running total has an axis of its own, on the right.

        Raises
        ------
        ConfigurationError
            An option is out of range.

        Examples
        --------
        >>> import dfns_frames as dff
        >>> pats = dff.demo.client().pats()
        >>> pats.plot.creation_over_time(freq="QS")
        <Axes: xlabel='quarter of creation, UTC', ylabel='tokens created'>
        """
        return creation.creation_over_time(self._frames, ax=ax, freq=freq, by=by, as_of=as_of)

    def creation_and_survival(
        self, *, freq: Freq = "MS", as_of: datetime | str | None = None, ax: Axes | None = None
    ) -> Axes:
        """Draw the tokens created up to each period, and how many of them were active at snapshot.

        This is not the history of active tokens: one list does not tell which were active earlier.

        Parameters
        ----------
        freq
            Length of a period, UTC: ``"D"``, ``"W"`` (from Monday), ``"MS"``, ``"QS"`` or ``"YS"``.
        as_of
            Leave out tokens created later than this, a datetime or RFC 3339 text in UTC; a date alone is the
            end of that day. Defaults to when the tokens were fetched, and then nothing is left out. Whether a
            token was active is always as at snapshot.
        ax
            Axes to draw into; without it a new figure is made.

        Returns
        -------
        matplotlib.axes.Axes
            One bar per period, of the tokens created up to its end, with dates on the x axis. The dark part
            stands for tokens that were active at snapshot.

        Raises
        ------
        ConfigurationError
            An option is out of range.

        Examples
        --------
        >>> import dfns_frames as dff
        >>> pats = dff.demo.client().pats()
        >>> pats.plot.creation_and_survival()
        <Axes: xlabel='month of creation, UTC', ylabel='tokens created so far'>
        """
        return creation.creation_and_survival(self._frames, ax=ax, freq=freq, as_of=as_of)

    def creation_calendar(self, *, as_of: datetime | str | None = None, ax: Axes | None = None) -> Axes:
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
        return lifetimes.creation_calendar(self._frames, ax=ax, as_of=as_of)

    def token_ages(self, *, as_of: datetime | str | None = None, ax: Axes | None = None) -> Axes:
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
        return lifetimes.token_ages(self._frames, ax=ax, as_of=as_of)
