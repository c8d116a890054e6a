"""Answers as DataFrames: `capabilities` has one row per token, the others what ``pats.plot.NAME()`` draws.

Each takes `Frames` and returns a new pandas DataFrame; its docstring says what a row is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from dfns_frames._hints import no_attribute
from dfns_frames.measures.ability import who_can
from dfns_frames.measures.classes import capabilities
from dfns_frames.measures.coverage import pat_coverage, unlisted_tokens
from dfns_frames.measures.creation import creation_over_time
from dfns_frames.measures.effects import effective_operations
from dfns_frames.measures.found import findings, findings_by_token
from dfns_frames.measures.guards import gates
from dfns_frames.measures.inequality import concentration
from dfns_frames.measures.lifetimes import creation_and_survival, creation_calendar, token_ages
from dfns_frames.measures.matrices import operation_matrix, permission_matrix
from dfns_frames.measures.reach import operations_per_token, sensitive_reach
from dfns_frames.measures.rights import explain
from dfns_frames.measures.spread import permission_combinations, permission_spread

__all__ = [
    "capabilities",
    "concentration",
    "creation_and_survival",
    "creation_calendar",
    "creation_over_time",
    "effective_operations",
    "explain",
    "findings",
    "findings_by_token",
    "gates",
    "operation_matrix",
    "operations_per_token",
    "pat_coverage",
    "permission_combinations",
    "permission_matrix",
    "permission_spread",
    "sensitive_reach",
    "token_ages",
    "unlisted_tokens",
    "who_can",
]


if not TYPE_CHECKING:  # else a type checker would take every name for one of a measure

    def __getattr__(name: str) -> NoReturn:
        raise no_attribute(f"module {__name__!r}", name, __all__)


def __dir__() -> list[str]:
    """List the measures alone, not the modules that they live in."""
    return __all__
