"""Rules about policies: what no policy guards."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from dfns_frames._api.sources.policies import POLICIES
from dfns_frames._api.ways import ASSIGN, CHANGE, MODIFY, SIGN
from dfns_frames._facts.people import INACTIVE, people
from dfns_frames._facts.presence import is_whole
from dfns_frames.audit.framework import Context, Found, Subjects, rule
from dfns_frames.audit.guarding import guards
from dfns_frames.audit.powers import needs_of, token_powers, user_powers, ways_of
from dfns_frames.audit.terms import (
    HELD,
    POWERS,
    RIGHTS,
    name_of_user,
    organisation,
    tokens,
)
from dfns_frames.audit.unsure import blind_tokens
from dfns_frames.audit.wording import counted, quoted, some

if TYPE_CHECKING:
    from dfns_frames._facts.codes import Flags
    from dfns_frames._facts.tables import Tables

GOVERNANCE = (ASSIGN, MODIFY, CHANGE)
"""The activities that change who may do what."""

_DOES = {
    ASSIGN: "assigning or revoking permissions",
    MODIFY: "rewriting or removing permissions",
    CHANGE: "changing or removing policies",
}
_ADD = (
    "Somebody who holds Policies:Create adds a policy on {activity} that asks for somebody else's approval: "
    "POST /v2/policies. Adding one needs no approval."
)


@rule(
    "G01",
    "Nothing guards a governance activity",
    severity="high",
    category="policies",
    why=(
        "Whoever holds these operations can change who may do what, without anybody else. Severity: high if "
        "no active policy on the activity blocks it or asks for approval; medium if each of them has a "
        "condition or a filter."
    ),
    remedy=_ADD.replace("{activity}", "the activity"),
    references="DSC, AC-3(2), AC-6(1), CC6.3",
    reads=(POLICIES.path,),
    needs=(POLICIES.path,),
    cannot_see="An organisation that is a single person.",
)
def unguarded(context: Context) -> Found:
    """Find governance activities that no policy guards, or that policies guard only in some cases."""
    frames = context.frames
    standing = {
        kind: [each for each in guards(frames) if each.stops and each.activity == kind] for kind in GOVERNANCE
    }
    kinds = [kind for kind in GOVERNANCE if not any(each.always for each in standing[kind])]
    partly = [bool(standing[kind]) for kind in kinds]
    return Found(
        Subjects("activity", kinds, None),
        ["medium" if each else "high" for each in partly],
        [
            "all its policies have a condition or a filter" if each else "no active policy blocks or asks"
            for each in partly
        ],
        [
            (
                f"Only in some cases does a policy block {_DOES[kind]} or ask for approval"
                if each
                else f"No active policy blocks {_DOES[kind]} or asks for approval"
            )
            + f" ({kind}); {_holders(frames, kind)}."
            for kind, each in zip(kinds, partly, strict=True)
        ],
        len(GOVERNANCE),
        operations=[", ".join(dict.fromkeys(needs_of(ways_of(gate=kind)))) for kind in kinds],
        unknown=who_else(frames),
    )


def who_else(frames: Tables) -> str | None:
    """Say that others may hold the same rights; None if all that tells was read."""
    if all(is_whole(frames, path) for path in RIGHTS):
        return None
    return "Others may be able to do this too: not every list of rights was read in full."


def _holders(frames: Tables, activity: str) -> str:
    """Say who can do something that is gated by an activity: people and machines, and how many tokens."""
    able, active = _able(frames, activity), people(frames).active != INACTIVE
    who = np.flatnonzero(able[0] & active & ~people(frames).is_end_user)
    named = some(sorted(quoted(name_of_user(frames, each)) for each in who.tolist()))
    count = int(np.count_nonzero(able[1] & tokens(frames).is_judged))
    parts = [f"{counted(len(who), 'user')} can: {named}"] if len(who) else []
    parts += [f"{counted(count, 'active token')} can"] if count else []
    return "; ".join(parts) or "nobody who was read can"


def _able(frames: Tables, activity: str) -> tuple[Flags, Flags]:
    """Tell which users and which tokens can go some way that an activity gates, or may be able to."""
    at = ways_of(gate=activity)
    users, owned = (found(frames).held[:, at] > 0 for found in (user_powers, token_powers))
    return np.asarray(users.any(axis=1)), np.asarray(owned.any(axis=1))


@rule(
    "G02",
    "Funds move without any policy",
    severity="critical",
    category="policies",
    why=(
        "Nothing stands between somebody who can sign and the funds. Severity: critical if a token or a "
        "service account can sign, since that needs nobody at a keyboard; else high."
    ),
    remedy=_ADD.replace("{activity}", SIGN),
    references="DSC, AC-5, AC-3(2)",
    reads=POWERS,
    needs=(POLICIES.path,),
    cannot_see="Which wallets exist, and whether all of them are on test networks.",
)
def signs_freely(context: Context) -> Found:
    """Find an organisation in which no policy guards signing and somebody can sign."""
    frames, everyone = context.frames, people(context.frames)
    guarded = any(each.stops and each.activity == SIGN for each in guards(frames))
    at, found = ways_of(gate=SIGN), tokens(frames)
    users, own = user_powers(frames).held[:, at], token_powers(frames).held[:, at]
    users = users * ((everyone.active != INACTIVE) & ~everyone.is_end_user)[:, None]
    own = own * (found.is_judged & (np.append(everyone.active, 1)[found.user] != INACTIVE))[:, None]
    machines = users * everyone.is_machine[:, None]
    automatic = bool(own.any() or machines.any())
    sure = bool((own == HELD).any() or (users == HELD).any())
    hit = not guarded and bool(own.any() or users.any())
    blind = blind_tokens(frames, found.is_judged) if not hit and not guarded else []
    held = (users > 0).any(axis=0) | (own > 0).any(axis=0)
    return Found(
        organisation(frames, hit),
        "critical" if automatic else "high",
        "a token or a service account can sign" if automatic else "only people can sign",
        [f"No active policy blocks signing or asks for approval ({SIGN}); {_holders(frames, SIGN)}."] * hit,
        len(users) + len(own),
        confidence="certain" if sure else "likely",
        operations=", ".join(
            dict.fromkeys(
                operation
                for place in np.flatnonzero(held)
                for operation in needs_of([at[place]])[0].split(", ")
            )
        ),
        unknown=who_else(frames),
        missing=blind,
    )
