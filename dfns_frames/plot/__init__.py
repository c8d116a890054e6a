"""Charts of `Frames`, one a method of ``pats.plot``; matplotlib is imported when one is drawn."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Concatenate, NoReturn, ParamSpec

from dfns_frames._hints import did_you_mean
from dfns_frames.measures.options import check_frames
from dfns_frames.plot import ability, creation, found, lifetimes, matrices, reach, spread

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from dfns_frames._facts.tables import Tables

__all__ = ["Plot"]

Options = ParamSpec("Options")


def _chart(draw: Callable[Concatenate[Tables, Options], Axes]) -> Callable[Concatenate[Plot, Options], Axes]:
    """Return a function that draws frames as a method, with the function's own signature and docstring."""

    @wraps(draw)
    def method(plot: Plot, /, *args: Options.args, **options: Options.kwargs) -> Axes:
        return draw(plot._frames, *args, **options)

    return method


class Plot:
    """The charts, as ``pats.plot``; each draws what the function of the same name in `measures` returns.

    Every chart takes ``ax`` (Axes to draw into; without it a new figure is made), returns the Axes it drew
    into, and neither shows nor saves. Its caption names source, number of tokens and time of the snapshot.
    In a grid a chart keeps to its cell. Drawn into the same Axes again, it replaces the chart before. Axes
    that share a scale (``sharex=True``) get one that fits all their charts, or an error if there is none.

    Parameters
    ----------
    frames
        Tokens, and whatever else was read.
    """

    creation_over_time = _chart(creation.creation_over_time)
    creation_and_survival = _chart(creation.creation_and_survival)
    creation_calendar = _chart(lifetimes.creation_calendar)
    token_ages = _chart(lifetimes.token_ages)
    permission_spread = _chart(spread.permission_spread)
    permission_combinations = _chart(spread.permission_combinations)
    operations_per_token = _chart(reach.operations_per_token)
    operation_matrix = _chart(matrices.operation_matrix)
    permission_matrix = _chart(matrices.permission_matrix)
    concentration = _chart(reach.concentration)
    sensitive_reach = _chart(reach.sensitive_reach)
    findings = _chart(found.findings)
    who_can = _chart(ability.who_can)

    def __init__(self, frames: Tables) -> None:
        check_frames(frames)
        self._frames = frames

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("_"):
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
        charts = [each for each in dir(self) if not each.startswith("_")]
        hint = did_you_mean(name, charts)
        raise AttributeError(f"there is no chart {name!r}.{hint} There are: {', '.join(charts)}.")

    def __repr__(self) -> str:
        return f"Charts: {', '.join(name for name in dir(self) if not name.startswith('_'))}"
