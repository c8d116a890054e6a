"""Charts of `Frames`, one a method of ``pats.plot``; matplotlib is imported when one is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dfns_frames.plot import creation, lifetimes, matrices, reach, spread

if TYPE_CHECKING:
    from datetime import datetime

    from matplotlib.axes import Axes

    from dfns_frames.schema import Tables

__all__ = ["Plot"]


class Plot:
    """The charts, as ``pats.plot``; each draws what the function of the same name in `measures` returns.

    Every chart takes ``ax`` (Axes to draw into; without it a new figure is made), returns the Axes it drew
    into, and neither shows nor saves. Its caption names source, number of tokens and time of the snapshot.
    Axes in a grid use their cell of it; other Axes, the place that they were given.

    Parameters
    ----------
    frames
        Tokens from ``GET /auth/pats``.
    """

    def __init__(self, frames: Tables) -> None:
        self._frames = frames

    def __repr__(self) -> str:
        return f"Charts: {', '.join(name for name in dir(self) if not name.startswith('_'))}"

    def creation_over_time(
        self, *, freq: str = "MS", by: str = "kind", as_of: datetime | None = None, ax: Axes | None = None
    ) -> Axes:
        """Draw the tokens created in each period, stacked, with the running total as a line.

        Parameters
        ----------
        freq
            Length of a period, UTC: ``"D"``, ``"W"`` (from Monday), ``"MS"``, ``"QS"`` or ``"YS"``.
        by
            What to stack: ``"kind"``, ``"is_active"`` or ``"source"``.
        as_of
            The period that this falls in is hatched as not over; defaults to when the tokens were fetched.
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
        self, *, freq: str = "MS", as_of: datetime | None = None, ax: Axes | None = None
    ) -> Axes:
        """Draw all tokens created up to each period, and those of them still active today.

        One snapshot does not tell which tokens were active then, so this is no history of active tokens.

        Parameters
        ----------
        freq
            Length of a period, UTC: ``"D"``, ``"W"`` (from Monday), ``"MS"``, ``"QS"`` or ``"YS"``.
        as_of
            The period that this falls in is hatched as not over; defaults to when the tokens were fetched.
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

    def creation_calendar(self, *, as_of: datetime | None = None, ax: Axes | None = None) -> Axes:
        """Draw the tokens created on each day (UTC): a block a year, a column a week.

        Parameters
        ----------
        as_of
            The last day; defaults to when the tokens were fetched.
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

    def token_ages(self, *, as_of: datetime | None = None, ax: Axes | None = None) -> Axes:
        """Draw which share of the active tokens is at least so old, for any age in days.

        Parameters
        ----------
        as_of
            When ages are counted to; defaults to when the tokens were fetched.
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

    def permission_spread(self, *, top: int = 30, ax: Axes | None = None) -> Axes:
        """Draw how many tokens, active and inactive, hold each permission.

        Parameters
        ----------
        top
            How many permissions to draw at most, from the one with most tokens.
        ax
            Axes to draw into; without it a new figure is made.

        Returns
        -------
        matplotlib.axes.Axes
            A bar is one permission; a token counts once, however often it is assigned.

        Raises
        ------
        ConfigurationError
            An option is out of range.

        Examples
        --------
        >>> import dfns_frames as dff
        >>> ax = dff.read({"items": []}).plot.permission_spread(top=10)
        """
        return spread.permission_spread(self._frames, ax=ax, top=top)

    def permission_combinations(self, *, top: int = 25, ax: Axes | None = None) -> Axes:
        """Draw which permissions tokens hold together, as an UpSet chart.

        Parameters
        ----------
        top
            How many combinations to draw at most, from the one with most tokens.
        ax
            Axes to draw into; without it a new figure is made.

        Returns
        -------
        matplotlib.axes.Axes
            The frame of two Axes within it, bars over dots: a column is one exact combination.

        Raises
        ------
        ConfigurationError
            An option is out of range.

        Examples
        --------
        >>> import dfns_frames as dff
        >>> ax = dff.read({"items": []}).plot.permission_combinations()
        """
        return spread.permission_combinations(self._frames, ax=ax, top=top)

    def operations_per_token(self, *, top: int = 30, ax: Axes | None = None) -> Axes:
        """Draw the tokens with most different operations, in the colour of the most severe.

        Parameters
        ----------
        top
            How many tokens to draw at most, from the broadest.
        ax
            Axes to draw into; without it a new figure is made.

        Returns
        -------
        matplotlib.axes.Axes
            A bar is one token.

        Raises
        ------
        ConfigurationError
            An option is out of range.

        Examples
        --------
        >>> import dfns_frames as dff
        >>> ax = dff.read({"items": []}).plot.operations_per_token()
        """
        return reach.operations_per_token(self._frames, ax=ax, top=top)

    def operation_matrix(self, *, top: int = 40, top_operations: int = 75, ax: Axes | None = None) -> Axes:
        """Draw which operations tokens hold; those that can do the same are one row.

        Parameters
        ----------
        top
            How many groups of tokens to draw at most, from the largest.
        top_operations
            How many operations to draw at most, from the most severe and most held; of those that
            full administrators alone hold, only if there is room.
        ax
            Axes to draw into; without it a new figure is made.

        Returns
        -------
        matplotlib.axes.Axes
            A row is one group of tokens, similar ones side by side; a column one operation, by domain.

        Raises
        ------
        ConfigurationError
            An option is out of range.

        Examples
        --------
        >>> import dfns_frames as dff
        >>> ax = dff.read({"items": []}).plot.operation_matrix()
        """
        return matrices.operation_matrix(self._frames, ax=ax, top=top, top_operations=top_operations)

    def permission_matrix(self, *, top: int = 40, top_operations: int = 75, ax: Axes | None = None) -> Axes:
        """Draw which operations each permission contains, as far as tokens show it.

        Parameters
        ----------
        top
            How many permissions to draw at most, from the broadest.
        top_operations
            How many operations to draw at most, from the most severe and most held; of those that
            full administrators alone hold, only if there is room.
        ax
            Axes to draw into; without it a new figure is made.

        Returns
        -------
        matplotlib.axes.Axes
            A row is one permission, a column one operation, by domain.

        Raises
        ------
        ConfigurationError
            An option is out of range.

        Examples
        --------
        >>> import dfns_frames as dff
        >>> ax = dff.read({"items": []}).plot.permission_matrix()
        """
        return matrices.permission_matrix(self._frames, ax=ax, top=top, top_operations=top_operations)

    def concentration(self, *, of: str = "operations", ax: Axes | None = None) -> Axes:
        """Draw a Lorenz curve with Gini's coefficient: how unevenly something is spread.

        Parameters
        ----------
        of
            ``"operations"`` over tokens, tokens over ``"permissions"``, or tokens over ``"owners"``.
        ax
            Axes to draw into; without it a new figure is made.

        Returns
        -------
        matplotlib.axes.Axes
            The curve, over the diagonal on which all have the same.

        Raises
        ------
        ConfigurationError
            An option is out of range.

        Examples
        --------
        >>> import dfns_frames as dff
        >>> ax = dff.read({"items": []}).plot.concentration(of="owners")
        """
        return reach.concentration(self._frames, ax=ax, of=of)

    def sensitive_reach(self, *, ax: Axes | None = None) -> Axes:
        """Draw how many tokens can do each sensitive class of operations.

        Parameters
        ----------
        ax
            Axes to draw into; without it a new figure is made.

        Returns
        -------
        matplotlib.axes.Axes
            A bar is one class: active tokens, those of which it is not known, inactive ones.

        Examples
        --------
        >>> import dfns_frames as dff
        >>> ax = dff.read({"items": []}).plot.sensitive_reach()
        """
        return reach.sensitive_reach(self._frames, ax=ax)
