"""The charts of creation over time, as methods of ``pats.plot``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dfns_frames.plot import creation, lifetimes

if TYPE_CHECKING:
    from datetime import datetime

    from matplotlib.axes import Axes

    from dfns_frames.measures.options import Freq, Split
    from dfns_frames.schema import Tables


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
        """Draw the tokens created in each period, stacked, with the running total as a line.

        Parameters
        ----------
        freq
            Length of a period, UTC: ``"D"``, ``"W"`` (from Monday), ``"MS"``, ``"QS"`` or ``"YS"``.
        by
            What to stack: ``"kind"``, ``"is_active"`` or ``"source"``.
        as_of
            Leave out what was created later, and hatch the period that this falls in as not over: a datetime
            or RFC 3339 text. Defaults to when the tokens were fetched, and leaves out nothing.
        ax
            Axes to draw into; without it a new figure is made.

        Returns
        -------
        matplotlib.axes.Axes
            A bar is one period; the running total has an axis of its own, on the right.

        Raises
        ------
        ConfigurationError
            An option is out of range.

        Examples
        --------
        >>> import dfns_frames as dff
        >>> ax = dff.read({"items": []}).plot.creation_over_time(freq="QS")
        """
        return creation.creation_over_time(self._frames, ax=ax, freq=freq, by=by, as_of=as_of)

    def creation_and_survival(
        self, *, freq: Freq = "MS", as_of: datetime | str | None = None, ax: Axes | None = None
    ) -> Axes:
        """Draw all tokens created up to each period, and those of them still active today.

        One snapshot does not tell which tokens were active then, so this is no history of active tokens.

        Parameters
        ----------
        freq
            Length of a period, UTC: ``"D"``, ``"W"`` (from Monday), ``"MS"``, ``"QS"`` or ``"YS"``.
        as_of
            Leave out what was created later, and hatch the period that this falls in as not over: a datetime
            or RFC 3339 text. Defaults to when the tokens were fetched, and leaves out nothing.
        ax
            Axes to draw into; without it a new figure is made.

        Returns
        -------
        matplotlib.axes.Axes
            A column is one period, up to its end; dark is what is active today.

        Raises
        ------
        ConfigurationError
            An option is out of range.

        Examples
        --------
        >>> import dfns_frames as dff
        >>> ax = dff.read({"items": []}).plot.creation_and_survival()
        """
        return creation.creation_and_survival(self._frames, ax=ax, freq=freq, as_of=as_of)

    def creation_calendar(self, *, as_of: datetime | str | None = None, ax: Axes | None = None) -> Axes:
        """Draw the tokens created on each day (UTC): a block a year, a column a week.

        Parameters
        ----------
        as_of
            The last day: a datetime or RFC 3339 text. Defaults to when the tokens were fetched, and leaves
            out nothing.
        ax
            Axes to draw into; without it a new figure is made.

        Returns
        -------
        matplotlib.axes.Axes
            A cell is one day; the last eight years with new tokens are shown.

        Raises
        ------
        ConfigurationError
            An option is out of range.

        Examples
        --------
        >>> import dfns_frames as dff
        >>> ax = dff.read({"items": []}).plot.creation_calendar()
        """
        return lifetimes.creation_calendar(self._frames, ax=ax, as_of=as_of)

    def token_ages(self, *, as_of: datetime | str | None = None, ax: Axes | None = None) -> Axes:
        """Draw which share of the active tokens is at least so old, for any age in days.

        Parameters
        ----------
        as_of
            When ages are counted to: a datetime or RFC 3339 text. Defaults to when the tokens were fetched.
        ax
            Axes to draw into; without it a new figure is made.

        Returns
        -------
        matplotlib.axes.Axes
            A line for all active tokens and one for each privilege, with 90, 365 and 730 days marked.

        Raises
        ------
        ConfigurationError
            An option is out of range.

        Examples
        --------
        >>> import dfns_frames as dff
        >>> ax = dff.read({"items": []}).plot.token_ages()
        """
        return lifetimes.token_ages(self._frames, ax=ax, as_of=as_of)
