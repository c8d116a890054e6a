"""Rules about what tokens hold: everything, or the power to take more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dfns_frames._api.ways import ASSIGN
from dfns_frames._facts.contents import permissions
from dfns_frames._facts.people import people
from dfns_frames._facts.policies import UNKNOWN_GATE
from dfns_frames._facts.presence import is_value, kept, places, table
from dfns_frames._facts.rights import is_complete, user_rights
from dfns_frames.audit.framework import Context, Found, rule
from dfns_frames.audit.powers import needs_of, places_of, token_powers
from dfns_frames.audit.remedies import NARROW, TAKE_AWAY
from dfns_frames.audit.terms import (
    MAYBE,
    POWERS,
    RIGHTS,
    TOKEN_LISTS,
    assigned_rows,
    token_subjects,
    tokens,
)
from dfns_frames.audit.unsure import (
    GATE_WORDS,
    GATED,
    can,
    sure_if,
    unread_owners,
    unsure_of,
    what_is_unread,
)
from dfns_frames.audit.wording import per_row

if TYPE_CHECKING:
    from dfns_frames._facts.codes import Flags
    from dfns_frames._facts.tables import Tables


@rule(
    "P01",
    "Token of a full administrator",
    severity="critical",
    category="privilege",
    why=(
        "Whoever has this token and its key can do everything in the organisation, including whatever is "
        "added in future. Severity: critical; high if its user was read and holds less."
    ),
    remedy=NARROW,
    references="NHI5, AC-6(5), CIS 5.4, DSC",
    reads=RIGHTS,
    needs=(TOKEN_LISTS,),
    cannot_see="A break-glass token that is kept sealed: accept it.",
    gated_by=ASSIGN,
)
def full_administrator(context: Context) -> Found:
    """Find active tokens that hold everything."""
    found, frames = tokens(context.frames), context.frames
    rows = np.flatnonzero(found.is_judged & found.everything)
    user = found.user[rows]
    complete = np.append(is_complete(frames), False)[user]
    less = complete & ~np.append(user_rights(frames).everything, False)[user]
    full = np.append(user_rights(frames).everything, False)[user]
    ends = {True: "; the user that it acts for holds less, which limits it", False: ""}
    reasons = {True: "its user was read and holds less", False: "a full administrator's token"}
    return Found(
        token_subjects(frames, rows),
        ["high" if each else "critical" for each in less.tolist()],
        [reasons[each] for each in less.tolist()],
        [
            f"{found.called[row]} is active and has a full administrator's permission{ends[limited]}."
            for row, limited in zip(rows.tolist(), less.tolist(), strict=True)
        ],
        int(found.is_judged.sum()),
        operations="everything",
        unknown=[
            None if each else "Whether its user holds less is not known: that user was not read in full."
            for each in (less | full).tolist()
        ],
        missing=unread_owners(frames, found.is_judged & found.everything),
    )


@dataclass(frozen=True)
class _Clause:
    """One thing that widens rights: its way, how bad it is, and in words."""

    way: str
    severity: int
    words: str


_SEVERITIES = ("critical", "high", "medium")
_CLAUSES = (
    _Clause("assign_a_permission", 0, "assign any permission, full administration included"),
    _Clause("rewrite_a_permission", 0, "rewrite a permission that it holds"),
    _Clause("put_into_a_group", 1, "put users into groups, and so give them the groups' permissions"),
    _Clause("recover_somebody", 1, "recover the account of somebody else, and then act as them"),
)


@rule(
    "P02",
    "Can widen rights, its own included",
    severity="critical",
    category="privilege",
    why=(
        "What it holds today does not limit it. Severity: critical if it can assign permissions, or rewrite "
        "one that it holds; high if it can put users into groups or, as a service account, recover accounts; "
        "one step lower where policies block that, or others have to approve it."
    ),
    remedy=TAKE_AWAY,
    references="NHI5, AC-6(1), CIS 6.8, CC6.3",
    reads=POWERS,
    needs=(TOKEN_LISTS,),
    cannot_see="A provisioning service whose job this is, behind a policy: accept it.",
    gated_by=ASSIGN,
)
def widens_rights(context: Context) -> Found:
    """Find active tokens that can give rights, to themselves too."""
    frames = context.frames
    found, powers = tokens(frames), token_powers(frames)
    at = places_of([clause.way for clause in _CLAUSES])
    held, gate = powers.held[:, at].copy(), powers.gate[:, at]
    held[~_holds_editable(frames), 1] = 0
    held[~_is_machine(frames), 3] = 0
    rows = np.flatnonzero(found.is_partial & (held > 0).any(axis=1))
    held, gate = held[rows], gate[rows]
    level = np.array([clause.severity for clause in _CLAUSES]) + np.isin(gate, GATED)
    unsure = (held == MAYBE) | (gate == UNKNOWN_GATE)
    # The worst clause decides, and of equally bad ones the first that is certain.
    decides = np.where(held > 0, 2 * level + unsure, 99).argmin(axis=1)
    here = np.arange(len(rows))
    words = [
        (_CLAUSES[clause].words, GATE_WORDS[each])
        for clause, each in zip(decides.tolist(), gate[here, decides].tolist(), strict=True)
    ]
    maybe = held[here, decides] == MAYBE
    return Found(
        token_subjects(frames, rows),
        [_SEVERITIES[each] for each in level[here, decides].tolist()],
        [f"it can {what}; {guard}" for what, guard in words],
        [
            f"{found.called[row]} is active and {can(perhaps)} {what}; {guard}."
            for row, perhaps, (what, guard) in zip(rows.tolist(), maybe.tolist(), words, strict=True)
        ],
        int(found.is_partial.sum()),
        confidence=sure_if(unsure[here, decides]),
        operations=per_row(held > 0, needs_of(at)),
        unknown=what_is_unread(maybe, gate[here, decides] == UNKNOWN_GATE),
        missing=unsure_of(frames, found.is_partial),
    )


@kept
def _holds_editable(frames: Tables) -> Flags:
    """Tell which tokens hold a permission that is not known to be the vendor's, who alone can edit those."""
    assigned, known = table(frames, "token_assignments"), permissions(frames)
    fixed = np.append(known.immutable, False)[places(assigned["permission_id"], known.ids)]
    owner = assigned_rows(frames)
    return np.bincount(owner[~fixed & (owner >= 0)], minlength=table(frames, "tokens").num_rows) > 0


@kept
def _is_machine(frames: Tables) -> Flags:
    """Tell which tokens are a service account's."""
    listed = table(frames, "tokens")
    machine = np.append(people(frames).is_machine, False)[tokens(frames).user]
    return machine | is_value(listed, "kind", "ServiceAccount")
