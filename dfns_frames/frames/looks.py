"""Which of the lists that are joined are of one caller: several looks at one set, not several sets."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._api.sources.pats import PATS
from dfns_frames._facts.provenance import LOOKS
from dfns_frames._facts.tables import Tables


@dataclass(frozen=True)
class Looks:
    """The callers of whom several lists are joined.

    Parameters
    ----------
    rows
        For `drift`: a row for each.
    new
        Those whose lists come together only now.
    """

    rows: list[dict[str, Any]]
    new: list[str]


def looks_of(parts: Sequence[Tables]) -> Looks:
    """Find the callers of whom several lists are joined."""
    lists: dict[str, int] = defaultdict(int)
    holders: dict[str, list[Tables]] = defaultdict(list)
    for part in parts:
        for caller, count in _callers(part).items():
            lists[caller] += count
            holders[caller].append(part)
    new = [
        caller
        for caller, held in holders.items()
        if any(not _is_one_look(left, right) for left, right in combinations(held, 2))
    ]
    before = {caller for part in parts for caller in _noted(part)}
    rows = [
        {"source": PATS.path, "what": LOOKS, "path": "items[]", "detail": caller, "count": count}
        for caller, count in lists.items()
        if caller in before or caller in new
    ]
    return Looks(rows, new)


def without_looks(drift: pa.Table) -> pa.Table:
    """Leave out what earlier joins noted; `looks_of` has counted it in."""
    return drift.filter(pc.not_equal(drift["what"], LOOKS))


def _callers(part: Tables) -> dict[str, int]:
    """Return whose lists these are, and how many of each, as far as it can be told.

    A list's caller is the one user that all its tokens act for; where that is nobody or several, there is
    none. Of lists that were joined before it is known only if there are as many users as lists, the lists of
    one user counted once.
    """
    users = part.arrow("tokens")["linked_user_id"].unique().to_pylist()
    lists, noted = part.arrow("sources").num_rows, _noted(part)
    if None in users or not users:
        return noted
    if len(users) == 1:
        return {users[0]: lists}
    once = lists - sum(noted.values()) + len(noted)
    return {user: noted.get(user, 1) for user in users} if len(users) == once else noted


def _noted(part: Tables) -> dict[str, int]:
    """Return the callers of whom an earlier join noted several lists, and how many."""
    drift = part.arrow("drift")
    rows = drift.filter(pc.equal(drift["what"], LOOKS)).to_pylist()
    return {row["detail"]: row["count"] for row in rows}


def _is_one_look(left: Tables, right: Tables) -> bool:
    """Tell whether parts are what a caller saw at one moment: pieces of one list, or the same list twice.

    Equal times alone do not say so, as files that were copied together have one date: lists of one moment
    have all tokens in common, or none.
    """
    sources, others = left.arrow("sources"), right.arrow("sources")
    if sources is others:
        return True  # two filters of the same frames keep the very object
    times = {*sources["fetched_at"].to_pylist(), *others["fetched_at"].to_pylist()}
    here, there = (set(part.arrow("tokens")["token_id"].drop_null().to_pylist()) for part in (left, right))
    return len(times) == 1 and (here == there or here.isdisjoint(there))
