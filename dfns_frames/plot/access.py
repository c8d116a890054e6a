"""The charts of permission spread, as methods of ``pats.plot``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dfns_frames.plot import matrices, reach, spread

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dfns_frames._facts.tables import Tables
    from dfns_frames.measures.options import Shared


class AccessCharts:
    """Charts of what tokens hold and can do."""

    _frames: Tables

    def permission_spread(self, *, top: int = 30, ax: Axes | None = None) -> Axes:
        """Draw how many tokens hold each permission, active and inactive ones apart.

        Parameters
        ----------
        top
            How many permissions to draw at most; those that most tokens hold come first.
        ax
            Axes to draw into; without it a new figure is made.

        Returns
        -------
        matplotlib.axes.Axes
            One bar per permission. A token counts once, however often the permission is assigned to it.

        Raises
        ------
        ConfigurationError
            An option is out of range.

        Examples
        --------
        >>> import dfns_frames as dff
        >>> pats = dff.demo.client().pats()
        >>> ax = pats.plot.permission_spread(top=10)
        >>> len(ax.get_yticks())
        10
        """
        return spread.permission_spread(self._frames, ax=ax, top=top)

    def permission_combinations(self, *, top: int = 25, ax: Axes | None = None) -> Axes:
        """Draw which permissions occur together in tokens, as an UpSet chart.

        Parameters
        ----------
        top
            How many combinations to draw at most; those that most tokens hold come first.
        ax
            Axes to draw into; without it a new figure is made.

        Returns
        -------
        matplotlib.axes.Axes
            Axes that frame two others, bars over dots (``ax.child_axes``). One column per exact combination.

        Raises
        ------
        ConfigurationError
            An option is out of range.

        Examples
        --------
        >>> import dfns_frames as dff
        >>> pats = dff.demo.client().pats()
        >>> ax = pats.plot.permission_combinations(top=10)
        >>> bars, dots = ax.child_axes
        >>> bars.get_ylabel()
        'tokens'
        """
        return spread.permission_combinations(self._frames, ax=ax, top=top)

    def operations_per_token(self, *, top: int = 30, ax: Axes | None = None) -> Axes:
        """Draw how many different operations each token holds, coloured by severity.

        A full administrator's bar is open-ended and longer than all others: it holds every operation, listed
        or not.

        Parameters
        ----------
        top
            How many tokens to draw at most; the broadest come first.
        ax
            Axes to draw into; without it a new figure is made.

        Returns
        -------
        matplotlib.axes.Axes
            One bar per token, its worst operations first. Where something is unknown, the text beside the
            bar says "at least".

        Raises
        ------
        ConfigurationError
            An option is out of range.

        Examples
        --------
        >>> import dfns_frames as dff
        >>> pats = dff.demo.client().pats()
        >>> pats.plot.operations_per_token(top=10)
        <Axes: xlabel='different operations'>
        """
        return reach.operations_per_token(self._frames, ax=ax, top=top)

    def operation_matrix(self, *, top: int = 40, top_operations: int = 45, ax: Axes | None = None) -> Axes:
        """Draw which operations tokens hold; tokens with the same operations share a row.

        Parameters
        ----------
        top
            How many rows to draw at most; those of most tokens come first.
        top_operations
            How many operations to draw at most: the most severe, then the most held. What only full
            administrators hold is drawn last, if there is room.
        ax
            Axes to draw into; without it a new figure is made.

        Returns
        -------
        matplotlib.axes.Axes
            One row per set of operations: full administrators in the first, similar ones side by side, tokens
            whose operations are not listed at the end. One column per operation, by name.

        Raises
        ------
        ConfigurationError
            An option is out of range.

        Examples
        --------
        >>> import dfns_frames as dff
        >>> pats = dff.demo.client().pats()
        >>> ax = pats.plot.operation_matrix(top=10)
        >>> len(ax.get_yticks())
        10
        """
        return matrices.operation_matrix(self._frames, ax=ax, top=top, top_operations=top_operations)

    def permission_matrix(self, *, top: int = 40, top_operations: int = 45, ax: Axes | None = None) -> Axes:
        """Draw which operations each permission contains, as far as tokens show it.

        Parameters
        ----------
        top
            How many permissions to draw at most; the broadest come first.
        top_operations
            How many operations to draw at most: the most severe, then the most held. What only full
            administrators hold is drawn last, if there is room.
        ax
            Axes to draw into; without it a new figure is made.

        Returns
        -------
        matplotlib.axes.Axes
            One row per permission, one column per operation, by name.

        Raises
        ------
        ConfigurationError
            An option is out of range.

        Examples
        --------
        >>> import dfns_frames as dff
        >>> pats = dff.demo.client().pats()
        >>> ax = pats.plot.permission_matrix(top=5)
        >>> len(ax.get_yticks())
        5
        """
        return matrices.permission_matrix(self._frames, ax=ax, top=top, top_operations=top_operations)

    def concentration(self, *, of: Shared = "operations", ax: Axes | None = None) -> Axes:
        """Draw how unevenly something is spread: a Lorenz curve with the Gini coefficient.

        The coefficient is 0 where all n holders have the same, and (n - 1) / n where one has everything.

        Parameters
        ----------
        of
            ``"operations"`` over tokens, tokens over ``"permissions"``, or tokens over ``"owners"``.
        ax
            Axes to draw into; without it a new figure is made.

        Returns
        -------
        matplotlib.axes.Axes
            The curve, and the diagonal that it would follow if all had the same.

        Raises
        ------
        ConfigurationError
            An option is out of range.

        Examples
        --------
        >>> import dfns_frames as dff
        >>> pats = dff.demo.client().pats()
        >>> ax = pats.plot.concentration(of="owners")
        """
        return reach.concentration(self._frames, ax=ax, of=of)

    def sensitive_reach(self, *, ax: Axes | None = None) -> Axes:
        """Draw how many tokens can do each class of sensitive operations.

        Parameters
        ----------
        ax
            Axes to draw into; without it a new figure is made.

        Returns
        -------
        matplotlib.axes.Axes
            One bar per class: active tokens that can, active tokens of which it is unknown, and inactive
            ones. The caption names the classes that are not shown.

        Examples
        --------
        >>> import dfns_frames as dff
        >>> pats = dff.demo.client().pats()
        >>> ax = pats.plot.sensitive_reach()
        >>> [label.get_text() for label in ax.get_yticklabels()][:3]
        ['move funds', 'approve', 'grant access']
        """
        return reach.sensitive_reach(self._frames, ax=ax)
