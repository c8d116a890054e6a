"""Rules about whose tokens they are, and what tokens share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dfns_frames._api.sources.service_accounts import SERVICE_ACCOUNTS
from dfns_frames._api.ways import ASSIGN
from dfns_frames._facts.codes import codes
from dfns_frames._facts.people import INACTIVE, people, users_are_read
from dfns_frames._facts.people import UNKNOWN as UNSURE
from dfns_frames._facts.presence import is_whole, table
from dfns_frames.audit.framework import Context, Found, Subjects, rule
from dfns_frames.audit.remedies import END, REVOKE, SHARED_KEY
from dfns_frames.audit.terms import (
    HELD,
    MAYBE,
    NOT_HELD,
    RIGHTS,
    TOKEN_LISTS,
    once_each,
    token_subjects,
    tokens,
)
from dfns_frames.audit.unsure import UNREAD_RIGHTS, blind_tokens, count_of
from dfns_frames.audit.wording import some

if TYPE_CHECKING:
    from dfns_frames._facts.tables import Tables


@rule(
    "R01",
    "One signing key behind several tokens",
    severity="critical",
    category="reuse",
    why=(
        "Whoever gets the key can sign for all of these tokens, and a leak cannot be traced to one of them. "
        "Severity: high; critical if their owners or organisations differ."
    ),
    remedy=SHARED_KEY,
    references="NHI9, NHI8, IA-5",
    reads=TOKEN_LISTS,
    needs=(TOKEN_LISTS,),
    cannot_see="An old and a new token during a rotation look the same.",
    across=True,
)
def shared_key(context: Context) -> Found:
    """Find keys that stand on more than one active token."""
    frames, found = context.frames, tokens(context.frames)
    listed = table(frames, "tokens")
    key, keys = codes(listed, "public_key")
    organisations = listed["org_id"].to_pylist()
    rows = once_each(frames, np.flatnonzero((key >= 0) & found.is_active), key)
    several = rows[np.bincount(key[rows], minlength=len(keys))[key[rows]] > 1]
    by_key: dict[int, list[int]] = {}
    for row in several.tolist():
        by_key.setdefault(int(key[row]), []).append(row)
    shared = list(by_key.values())
    owners = [{found.owners[row] for row in group} for group in shared]
    apart = [len({organisations[row] for row in group} - {None}) > 1 for group in shared]
    said = [
        "organisations differ" if differ else "owners differ" if len(whose) > 1 else "one owner"
        for differ, whose in zip(apart, owners, strict=True)
    ]
    alone = [whose.pop() if len(whose) == 1 else None for whose in owners]
    names = {found.owners[row]: found.owner_names[row] for group in shared for row in group}
    return Found(
        Subjects(
            "key",
            [keys[key[group[0]]] for group in shared],
            None,
            owner_ids=alone,
            owner_names=[names.get(who) for who in alone],
        ),
        ["high" if reason == "one owner" else "critical" for reason in said],
        said,
        [
            f"The same signing key is behind {len(group):,} active tokens"
            f"{'' if reason == 'one owner' else f' whose {reason}'}: "
            f"{some(sorted(found.called[row][len('Token ') :] for row in group))}."
            for group, reason in zip(shared, said, strict=True)
        ],
        int(np.count_nonzero((key >= 0) & found.is_active)),
    )


@rule(
    "R05",
    "Token without owner",
    severity="high",
    category="ownership",
    why="Nobody answers for it, and nobody ends it when somebody leaves. Severity: high.",
    remedy=(
        "Only its owner could delete it. So somebody who holds Permissions:Revoke takes its permissions "
        f"away: {REVOKE}, with the id from permission_assignments. Then ask the vendor to end it. Whoever "
        "uses it creates a token of their own."
    ),
    references="NHI1, AC-2, CIS 5.1",
    reads=TOKEN_LISTS,
    needs=(TOKEN_LISTS,),
    cannot_see="Who uses it.",
    gated_by=ASSIGN,
)
def ownerless(context: Context) -> Found:
    """Find tokens that act for neither a user nor an application."""
    found = tokens(context.frames)
    rows = np.flatnonzero(np.array([owner is None for owner in found.owners], dtype=bool))
    state = {True: "active", False: "switched off"}
    return Found(
        token_subjects(context.frames, rows),
        "high",
        "neither a user nor an application is named",
        [
            f"{found.called[row]} is {state[bool(found.is_active[row])]} and acts for nobody: neither a "
            "user nor an application is named."
            for row in rows.tolist()
        ],
        len(found.ids),
    )


@rule(
    "R06",
    "Owner inactive or gone",
    severity="high",
    category="ownership",
    why=(
        "The token does not work while its user is switched off, but works again as soon as the user is "
        "switched on, and nobody watches it until then. Severity: high if it can use an operation of "
        "severity critical or high, else medium."
    ),
    remedy=END + " If the owner cannot sign in, somebody who holds Auth:Users:Activate switches them on for "
    "that, or the vendor ends the token.",
    references="NHI1, AC-2(3), PS-4, CIS 6.2, ISO A.5.18, CC6.2",
    reads=RIGHTS,
    needs=(TOKEN_LISTS, ("/auth/users", "/auth/service-accounts")),
    cannot_see="Applications whose user is gone: no source lists applications.",
)
def owner_gone(context: Context) -> Found:
    """Find active tokens whose user is switched off or on no list."""
    frames, found = context.frames, tokens(context.frames)
    everyone, complete = people(frames), _all_listed(frames)
    state = np.append(everyone.active, UNSURE)[found.user]
    owned = found.is_active & (found.user >= 0)
    off = owned & found.is_owner_read & (state == INACTIVE)
    gone = owned & ~found.is_owner_read if complete else np.zeros(len(owned), dtype=bool)
    rows = np.flatnonzero(off | gone)
    at = rows.tolist()
    missing = blind_tokens(frames, off | gone)
    missing += count_of(
        owned & found.is_owner_read & (state == UNSURE),
        "whose owner is active in one list and inactive in another",
    )
    if not complete:
        missing += count_of(owned & ~found.is_owner_read, "whose owner is on no list that was read")
    end = {True: "is neither among the users nor among the service accounts", False: "is switched off"}
    return Found(
        token_subjects(frames, rows),
        ["high" if found.priv[row] else "medium" for row in at],
        [_PRIV[int(found.priv[row])] for row in at],
        [
            f"{found.called[row]} is active, and its user {end[bool(gone[row])]}; "
            f"{_PRIV[int(found.priv[row])]}."
            for row in at
        ],
        int(owned.sum()),
        confidence=["likely" if gone[row] or found.priv[row] == MAYBE else "certain" for row in at],
        unknown=[UNREAD_RIGHTS if found.priv[row] == MAYBE else None for row in at],
        missing=missing,
    )


_PRIV = {
    HELD: "it can use operations of severity critical or high",
    MAYBE: "it may be able to use operations of severity critical or high",
    NOT_HELD: "it can use nothing of severity critical or high",
}


def _all_listed(frames: Tables) -> bool:
    """Tell whether all users were listed, so that one on no list is gone."""
    return users_are_read(frames) and is_whole(frames, SERVICE_ACCOUNTS.path)
