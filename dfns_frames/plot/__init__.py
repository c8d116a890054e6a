"""Charts of `Frames`, one a method of ``pats.plot``; matplotlib is imported when one is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dfns_frames.plot import creation, spread

if TYPE_CHECKING:
    from datetime import datetime

    from matplotlib.axes import Axes

    from dfns_frames.schema import Tables

__all__ = ["Plot"]


class Plot:
    """The charts, as ``pats.plot``; each draws what the function of the same name in `measures` returns.

    Every chart takes ``ax=`` (Axes to draw into; without it a new figure is made), returns the Axes it drew
    into, and neither shows nor saves. Its caption names source, number of tokens and time of the snapshot.

    Parameters
    ----------
    frames
        Tokens from ``GET /auth/pats``.
    """

    def __init__(self, frames: Tables) -> None:
        self._frames = frames

    def __repr__(self) -> str:
        charts = ", ".join(name for name in dir(self) if not name.startswith("_"))
        return f"Charts: {charts}"

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
            An option is not one of those listed.

        Examples
        --------
        >>> import dfns_frames as dff
        >>> ax = dff.read({"items": []}).plot.creation_over_time(freq="QS")
        """
        return creation.creation_over_time(self._frames, ax=ax, freq=freq, by=by, as_of=as_of)

    def permission_spread(self, *, top: int = 30, ax: Axes | None = None) -> Axes:
        """Draw how many tokens, active and inactive, hold each permission.

        Parameters
        ----------
        top
            How many permissions to draw, from the one with most tokens.
        ax
            Axes to draw into; without it a new figure is made.

        Returns
        -------
        matplotlib.axes.Axes
            A bar is one permission; a token counts once, however often it is assigned.

        Examples
        --------
        >>> import dfns_frames as dff
        >>> ax = dff.read({"items": []}).plot.permission_spread()
        """
        return spread.permission_spread(self._frames, ax=ax, top=top)
