"""The charts of permission spread, as methods of ``pats.plot``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dfns_frames.plot import matrices, reach, spread

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dfns_frames.measures.options import Shared
    from dfns_frames.schema import Tables


class AccessCharts:
    """Charts of what tokens hold and can do."""

    _frames: Tables

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

    def operation_matrix(self, *, top: int = 40, top_operations: int = 45, ax: Axes | None = None) -> Axes:
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

    def permission_matrix(self, *, top: int = 40, top_operations: int = 45, ax: Axes | None = None) -> Axes:
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

    def concentration(self, *, of: Shared = "operations", ax: Axes | None = None) -> Axes:
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
