"""What a rule is: one decorated function, from tables and measures to what it found."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

import pyarrow as pa

from dfns_frames.measures.ages import exact_ages

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from dfns_frames._facts.tables import Tables

Texts: TypeAlias = "str | Sequence[str | None] | pa.Array | pa.ChunkedArray | None"
"""One text for all rows, or one for each; missing where there is none."""


@dataclass(frozen=True)
class Context:
    """What a rule is given to look at.

    Parameters
    ----------
    frames
        The tables; what is computed from them is kept for the next rule.
    as_of
        The time that ages refer to; None: each token's age counts to when its list was fetched.
    thresholds
        Every threshold by its name, ``RULE.name``.
    """

    frames: Tables
    as_of: datetime | None
    thresholds: Mapping[str, float]

    @cached_property
    def ages(self) -> npt.NDArray[np.timedelta64]:
        """Each token's exact age; NaT where it has none."""
        return exact_ages(self.frames, self.as_of)

    def days(self, name: str) -> float:
        """Return a threshold."""
        return self.thresholds[name]


@dataclass(frozen=True)
class Subjects:
    """What findings are about, a row a finding.

    Parameters
    ----------
    kind
        What they are: token, user, policy, …
    ids, names, owner_ids, owner_names
        Of each; missing where there is none.
    contents
        What tells apart those without an id: what is listed of them, but not where they stand.
    """

    kind: str
    ids: Texts
    names: Texts
    contents: Sequence[str] = ()
    owner_ids: Texts = None
    owner_names: Texts = None


@dataclass(frozen=True)
class Found:
    """What a rule found, a row a finding, and how much it looked at.

    Parameters
    ----------
    subjects
        What the findings are about.
    severity, reason, evidence, operations, confidence, unknown
        For each finding, or one for all.
    looked_at
        How many subjects the rule looked at.
    missing
        What it could not tell although the sources came, such as "3 tokens without a creation date".
    """

    subjects: Subjects
    severity: Texts
    reason: Texts
    evidence: Sequence[str]
    looked_at: int
    confidence: Texts = "certain"
    operations: Texts = None
    unknown: Texts = None
    missing: Sequence[str] = ()


@dataclass(frozen=True)
class Rule:
    """One rule.

    Parameters
    ----------
    id
        Its id, which never changes.
    title
        What is wrong.
    severity
        The worst severity that it can give.
    category
        The area that it is about.
    why
        Why it matters and, after "Severity: ", when it has which.
    remedy
        What to do: the call, who has to make it, and whether it needs approval. Nothing executes it.
    references
        Controls and guides that ask for it.
    reads
        The sources that feed what it looks at; one that is not ok makes it partly evaluated at best.
    needs
        The sources without which it says nothing; of a tuple among them any will do.
    cannot_see
        What would be a false alarm, or stays hidden from it.
    gated_by
        The kind of activity whose policies the remedy has to pass; None if no policy concerns it.
    thresholds
        Its thresholds by name, with their defaults.
    find
        What finds; None for a rule about something else than the frames.
    across
        Whether it looks at joined organisations together, as what is wrong may lie between them; others
        judge each by itself.
    """

    id: str
    title: str
    severity: str
    category: str
    why: str
    remedy: str
    references: tuple[str, ...]
    reads: tuple[str, ...]
    needs: tuple[str | tuple[str, ...], ...]
    cannot_see: str
    gated_by: str | None = None
    thresholds: Mapping[str, float] = field(default_factory=dict)
    find: Callable[[Context], Found] | None = None
    across: bool = False


def rule(
    id: str,  # noqa: A002 - what everybody calls it
    title: str,
    *,
    severity: str,
    category: str,
    why: str,
    remedy: str,
    references: str,
    reads: tuple[str, ...],
    needs: tuple[str | tuple[str, ...], ...],
    cannot_see: str,
    gated_by: str | None = None,
    thresholds: Mapping[str, float] | None = None,
    across: bool = False,
) -> Callable[[Callable[[Context], Found]], Rule]:
    """Declare that a function is a rule; see `Rule` for what is said of it."""

    def declare(find: Callable[[Context], Found]) -> Rule:
        named = {f"{id}.{name}": default for name, default in (thresholds or {}).items()}
        controls = tuple(references.split(", "))
        told = (title, severity, category, why, remedy, controls, reads, needs, cannot_see)
        return Rule(id, *told, gated_by, named, find, across)

    return declare
