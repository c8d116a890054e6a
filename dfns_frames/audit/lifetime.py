"""Rules about how long tokens live, and how they end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dfns_frames._facts.codes import codes, created_at, distinct_pairs, missing, same_sets
from dfns_frames._facts.presence import table
from dfns_frames.audit.framework import Context, Found, rule
from dfns_frames.audit.remedies import DELETE, REPLACE
from dfns_frames.audit.terms import (
    MAYBE,
    RIGHTS,
    TOKEN_LISTS,
    assigned_rows,
    once_each,
    token_subjects,
    tokens,
)
from dfns_frames.audit.unsure import UNREAD_RIGHTS, blind_tokens, dateless, sure_if
from dfns_frames.audit.wording import quoted

if TYPE_CHECKING:
    import numpy.typing as npt

    from dfns_frames._facts.codes import Flags, Ints
    from dfns_frames._facts.tables import Tables

_LONGEST = 10_000_000.0  # days: longer ages fit into no time
_DAY = np.timedelta64(1, "D")


def _over(ages: npt.NDArray[np.timedelta64], days: float) -> Flags:
    """Tell which tokens are older than so many days; one without an age is not."""
    return ages > np.timedelta64(round(min(days, _LONGEST) * 86_400_000_000), "us")


def _days(ages: npt.NDArray[np.timedelta64], rows: Ints) -> list[int]:
    return (ages[rows] // _DAY).astype(np.int64).tolist()


@rule(
    "L01",
    "Marked active beyond the longest possible lifetime",
    severity="medium",
    category="lifetime",
    why=(
        "The vendor lets a token live 730 days at most. So either this one has expired and is only still "
        "marked active, or it was created before there was a limit and still works. Severity: medium."
    ),
    remedy=DELETE,
    references="NHI7, IA-5, DSC",
    reads=TOKEN_LISTS,
    needs=(TOKEN_LISTS,),
    cannot_see="When a token expires, and whether it is used.",
    thresholds={"days": 730},
)
def beyond_lifetime(context: Context) -> Found:
    """Find active tokens that are older than a token can get."""
    found, ages, limit = tokens(context.frames), context.ages, context.days("L01.days")
    rows = np.flatnonzero(found.is_active & _over(ages, limit))
    return Found(
        token_subjects(context.frames, rows),
        "medium",
        f"older than {limit:g} days",
        [
            f"{found.called[row]} is marked active and is {days:,} days old; tokens live "
            f"{limit:g} days at most."
            for row, days in zip(rows.tolist(), _days(ages, rows), strict=True)
        ],
        int(np.count_nonzero(found.is_active & ~np.isnat(ages))),
        confidence="likely",
        missing=dateless(found.is_active & np.isnat(ages)),
    )


@rule(
    "L03",
    "Not replaced in time",
    severity="high",
    category="lifetime",
    why=(
        "The older a secret, the more places it has been copied to. Severity: if the token can use an "
        "operation of severity critical or high, medium after 90 days and high after 365; otherwise low "
        "after 365."
    ),
    remedy=REPLACE,
    references="NHI7, AWS 1.14, IA-5, ISO A.5.17",
    reads=RIGHTS,
    needs=(TOKEN_LISTS,),
    cannot_see="Whether the signing key was rotated, which leaves the token the same; when it was last used.",
    thresholds={"privileged_days": 90, "privileged_high_days": 365, "days": 365},
)
def not_replaced(context: Context) -> Found:
    """Find active tokens that are older than their power allows, and not yet L01's."""
    frames, found, ages = context.frames, tokens(context.frames), context.ages
    young = found.is_active & ~_over(ages, context.days("L01.days"))
    priv = found.priv > 0
    limits = [context.days(f"L03.{name}") for name in ("privileged_high_days", "privileged_days", "days")]
    bands = [
        priv & _over(ages, limits[0]),
        priv & _over(ages, limits[1]),
        ~priv & _over(ages, limits[2]),
    ]
    band = np.select([young & each for each in bands], [0, 1, 2], -1)
    rows = np.flatnonzero(band >= 0)
    at = band[rows].tolist()
    what = (", can use operations of severity critical or high and",) * 2 + (" and",)
    unsure = young & found.is_blind & ~priv & ~np.isnat(ages)
    return Found(
        token_subjects(frames, rows),
        [("high", "medium", "low")[each] for each in at],
        [
            f"older than {limits[each]:g} days, "
            f"{'with' if each < 2 else 'without'} operations of severity critical or high"
            for each in at
        ],
        [
            f"{found.called[row]} is active{what[each]} is {days:,} days old."
            for row, each, days in zip(rows.tolist(), at, _days(ages, rows), strict=True)
        ],
        int(np.count_nonzero(young & ~np.isnat(ages))),
        confidence=sure_if(found.priv[rows] == MAYBE),
        unknown=[
            UNREAD_RIGHTS if found.priv[row] == MAYBE else _BLIND if unsure[row] else None
            for row in rows.tolist()
        ],
        missing=[
            *dateless(found.is_active & np.isnat(ages)),
            *blind_tokens(frames, unsure),
        ],
    )


_BLIND = "Some of its operations are not known, so it may be able to do worse."


@rule(
    "L05",
    "Switched off, but can come back",
    severity="medium",
    category="lifetime",
    why=(
        "Any working token of its user can switch it on again, which takes no operation and no approval. "
        "Severity: low; medium if it can use an operation of severity critical or high, or everything."
    ),
    remedy=DELETE,
    references="NHI1, AC-2(3), CIS 5.3",
    reads=RIGHTS,
    needs=(TOKEN_LISTS,),
    cannot_see="A token that is kept on purpose during a handover.",
)
def can_come_back(context: Context) -> Found:
    """Find tokens that are switched off and still hold permissions."""
    frames, found = context.frames, tokens(context.frames)
    held = table(frames, "tokens")["assignment_count"].fill_null(0).to_numpy() > 0
    off = ~found.is_active & ~missing(table(frames, "tokens"), "is_active")
    rows = np.flatnonzero(off & held)
    at = rows.tolist()
    return Found(
        token_subjects(frames, rows),
        ["medium" if found.priv[row] else "low" for row in at],
        [_POWER[found.priv[row] > 0] for row in at],
        [
            f"{found.called[row]} is switched off and still holds permissions; {_POWER[found.priv[row] > 0]}."
            for row in at
        ],
        int(off.sum()),
        confidence=sure_if(found.priv[rows] == MAYBE),
        unknown=[
            UNREAD_RIGHTS
            if found.priv[row] == MAYBE
            else _BLIND
            if found.is_blind[row] and not found.priv[row]
            else None
            for row in at
        ],
        missing=blind_tokens(frames, off & held),
    )


_POWER = {
    True: "it could use operations of severity critical or high",
    False: "it could use nothing of severity critical or high",
}


@rule(
    "L07",
    "Replaced, but never revoked",
    severity="medium",
    category="lifetime",
    why=(
        "A newer token of the same owner holds the same permissions. So the older one is probably no longer "
        "needed, and still works. Severity: medium."
    ),
    remedy="Make sure that nothing uses it. " + DELETE,
    references="NHI1, AWS 1.13, AC-2",
    reads=TOKEN_LISTS,
    needs=(TOKEN_LISTS,),
    cannot_see="Two deployments that run side by side.",
    thresholds={"days": 30},
)
def never_revoked(context: Context) -> Found:
    """Find active tokens beside which a newer one of the same owner holds the same permissions."""
    frames, found, ages = context.frames, tokens(context.frames), context.ages
    twins = _twins(frames)
    dated = (twins >= 0) & ~np.isnat(ages)
    created = created_at(table(frames, "tokens"))
    newest = np.full(int(twins.max(initial=-1)) + 1, np.datetime64("0001-01-01", "us"))
    np.maximum.at(newest, twins[dated], created[dated])
    newer = dated & (created < newest[np.where(dated, twins, -1)]) if len(newest) else dated
    rows = np.flatnonzero(newer & _over(ages, context.days("L07.days")))
    names: dict[int, str] = {}
    for row in np.flatnonzero(dated & ~newer).tolist():
        name, twin = quoted(found.names[row]), int(twins[row])
        names[twin] = min(name, names.get(twin, name))
    return Found(
        token_subjects(frames, rows),
        "medium",
        f"older than {context.days('L07.days'):g} days, and a newer one is active",
        [
            f"{found.called[row]} is active and {days:,} days old, and the newer {names[int(twins[row])]} of "
            "the same owner holds the same permissions."
            for row, days in zip(rows.tolist(), _days(ages, rows), strict=True)
        ],
        int(np.count_nonzero(dated)),
        confidence="likely",
        missing=dateless((twins >= 0) & np.isnat(ages)),
    )


def _twins(frames: Tables) -> Ints:
    """Return a number for each token that is equal where owner and permissions are; -1 of who has no twin.

    Only active tokens with an owner and permissions, all of which have an id; a token in two lists is one.
    """
    listed, found = table(frames, "tokens"), tokens(frames)
    assigned, owner = table(frames, "token_assignments"), assigned_rows(frames)
    permission, ids = codes(assigned, "permission_id")
    count = listed.num_rows
    nameless = np.bincount(owner[permission < 0], minlength=count) > 0
    known = permission >= 0
    pairs = distinct_pairs(owner[known], permission[known], count, len(ids))
    some = np.bincount(pairs[0], minlength=count) > 0
    # Owner and set of permissions together are the digits of one number, by which twins are found.
    whose, _ = pd.factorize(np.array(found.owners, dtype=object))  # -1 is of nobody
    owned = whose >= 0
    if not count:
        return np.zeros(0, dtype=np.int64)
    sets = same_sets(*pairs, count, len(ids))
    rows = np.flatnonzero(found.is_active & owned & some & ~nameless)
    kept = np.isin(np.arange(count), once_each(frames, rows, whose * (int(sets.max()) + 1) + sets))
    key = np.where(kept, whose * (int(sets.max()) + 1) + sets, -1)
    number = np.unique(key, return_inverse=True)[1]
    return np.where(kept & (np.bincount(number)[number] > 1), number, -1)
