"""Tidy aggregates, one a chart: ``pats.plot.NAME()`` draws what ``measures.NAME(pats)`` returns.

Each takes `Frames` and returns a new pandas DataFrame; its docstring says what a row is.
"""

from __future__ import annotations

from dfns_frames.measures.creation import creation_over_time
from dfns_frames.measures.spread import permission_spread

__all__ = ["creation_over_time", "permission_spread"]
