"""Rules about approvals that one person, anybody or nobody can give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from dfns_frames._api.sources.policies import POLICIES
from dfns_frames._api.sources.service_accounts import SERVICE_ACCOUNTS
from dfns_frames._api.sources.users import USERS
from dfns_frames._api.ways import CHANGE, SIGN
from dfns_frames._facts.effective import NO, YES, votes
from dfns_frames._facts.people import ACTIVE, INACTIVE, people
from dfns_frames._facts.presence import is_whole, kept, table
from dfns_frames.audit.framework import Context, Found, Subjects, rule
from dfns_frames.audit.guarding import Guard, Quorum, guards
from dfns_frames.audit.policies import GOVERNANCE, who_else
from dfns_frames.audit.terms import (
    RIGHTS,
    contents_of,
    name_of_user,
    registration,
)
from dfns_frames.audit.wording import counted, quoted, some

if TYPE_CHECKING:
    from dfns_frames._facts.codes import Flags
    from dfns_frames._facts.tables import Tables

_EDIT = "Somebody who holds Policies:Update changes the policy: PUT /v2/policies/{id}, "


def _policy_subjects(frames: Tables, found: list[Guard]) -> Subjects:
    rows = [each.row for each in found]
    ids = table(frames, "policies")["policy_id"].to_pylist()
    contents = contents_of(frames, "policies", rows, ids)
    return Subjects("policy", [each.id for each in found], [each.name for each in found], contents)


@rule(
    "G03",
    "Initiator may approve",
    severity="critical",
    category="policies",
    why=(
        "What should take two people may take one. Severity: critical if one person can meet every approval "
        "group of the policy alone, else medium."
    ),
    remedy=_EDIT + "with initiatorCanApprove set to false.",
    references="DSC, AC-5, ISO A.5.3",
    reads=(POLICIES.path, *RIGHTS),
    needs=((POLICIES.path,),),
    cannot_see="A quorum that others have to fill anyway.",
    gated_by=CHANGE,
)
def initiator_approves(context: Context) -> Found:
    """Find policies that let whoever started something approve it."""
    frames = context.frames
    asking = [each for each in guards(frames) if each.asks]
    found = [each for each in asking if any(group.initiator for group in each.groups)]
    lone = [_alone(frames, each) for each in found]
    return Found(
        _policy_subjects(frames, found),
        ["critical" if who else "medium" for who in lone],
        [
            "one person can give every approval that it asks for"
            if who
            else "nobody is known who can meet it alone"
            for who in lone
        ],
        [
            f"The policy {quoted(each.name)} lets whoever started something approve it themselves"
            + (f"; {some(map(quoted, who))} can give every approval alone." if who else ".")
            for each, who in zip(found, lone, strict=True)
        ],
        len(asking),
        unknown=[None if who else who_else(frames) for who in lone],
    )


def _alone(frames: Tables, guard: Guard) -> list[str]:
    """Return who can meet every group of a policy alone, having started it."""
    if not all(group.initiator and group.count == 1 for group in guard.groups):
        return []
    who = set.intersection(*(set(_eligible(frames, group).yes) for group in guard.groups))
    return sorted(name_of_user(frames, each) for each in who)


@dataclass(frozen=True)
class _Eligible:
    """Who can approve in a group: numbers of users, ids that cannot be judged, and why others cannot."""

    yes: list[int]
    maybe: list[str]
    no: list[str]

    @property
    def count(self) -> int:
        """How many, those that cannot be judged included."""
        return len(self.yes) + len(self.maybe)


def _eligible(frames: Tables, group: Quorum) -> _Eligible:
    """Return who can approve in a group."""
    if group.anyone:
        return _anybody(frames)
    found, numbers = _Eligible([], [], []), _numbers(frames)
    for user in group.named:
        number = numbers.get(user, -1)
        if number < 0:
            # One who is on no list that was read is gone, unless a list that may hold them was not read.
            unread = not is_whole(frames, USERS.path)
            unread |= group.machines and not is_whole(frames, SERVICE_ACCOUNTS.path)
            (found.maybe if unread else found.no).append(user if unread else f"{quoted(user)} is on no list")
        elif why := _unable(frames, number, group.machines):
            found.no.append(f"{quoted(name_of_user(frames, number))} {why}")
        elif _is_sure(frames)[number]:
            found.yes.append(number)
        else:
            found.maybe.append(name_of_user(frames, number))
    return found


def _unable(frames: Tables, number: int, machines: bool) -> str | None:
    """Say why a user cannot approve; None if they can, or if that is not known."""
    everyone = people(frames)
    reasons = (
        (everyone.is_machine[number] and not machines, "is a service account"),
        (everyone.active[number] == INACTIVE, "is switched off"),
        (registration(frames)[number] == 0, "has not registered"),
        (votes(frames)[number] == NO, "does not hold the vote"),
    )
    return next((text for test, text in reasons if test), None)


@kept
def _numbers(frames: Tables) -> dict[str, int]:
    """Return the number of each user that is listed."""
    everyone = people(frames)
    return {str(everyone.ids[number]): number for number in np.flatnonzero(everyone.found).tolist()}


@kept
def _is_sure(frames: Tables) -> Flags:
    """Tell which users certainly are active, registered and hold the vote."""
    registered = registration(frames) == 1
    return registered & (people(frames).active == ACTIVE) & (votes(frames) == YES)


@kept
def _anybody(frames: Tables) -> _Eligible:
    """Return who can approve where no approvers are named: people, no service accounts."""
    everyone = people(frames)
    able = everyone.found & ~everyone.is_machine & (everyone.active != INACTIVE)
    able &= (registration(frames) != 0) & (votes(frames) != NO)
    sure = able & _is_sure(frames)
    maybe = [name_of_user(frames, number) for number in np.flatnonzero(able & ~sure).tolist()]
    return _Eligible(np.flatnonzero(sure).tolist(), maybe, [])


@rule(
    "G05",
    "Anyone may approve",
    severity="high",
    category="policies",
    why=(
        "Anyone who holds the vote may approve, whatever their job. Severity: medium; high if one approval "
        "is enough and the policy guards governance or signing."
    ),
    remedy=_EDIT + "naming the approvers.",
    references="AC-5, AC-6(1)",
    reads=(POLICIES.path,),
    needs=((POLICIES.path,),),
    cannot_see="Few people may hold the vote; the evidence names them.",
    gated_by=CHANGE,
)
def anyone_approves(context: Context) -> Found:
    """Find policies with a group that names no approvers."""
    frames = context.frames
    active = [each for each in guards(frames) if each.is_active and each.groups]
    found = [each for each in active if any(group.anyone for group in each.groups)]
    worst = [
        each.activity in (*GOVERNANCE, SIGN)
        and any(group.anyone and group.count == 1 for group in each.groups)
        for each in found
    ]
    anybody = _eligible(frames, Quorum(None, 1, True, False, False, ()))
    voters = sorted(name_of_user(frames, number) for number in anybody.yes)
    who = (
        f"{counted(len(voters), 'user')} can: {some(map(quoted, voters))}"
        if voters
        else "nobody who was read can"
    )
    return Found(
        _policy_subjects(frames, found),
        ["high" if each else "medium" for each in worst],
        [
            "one approval by anybody is enough for governance or signing"
            if each
            else "it takes more than one approval, or guards neither governance nor signing"
            for each in worst
        ],
        [
            f"The policy {quoted(each.name)} on {quoted(each.activity)} lets anyone with a vote approve; "
            f"{who}."
            for each in found
        ],
        len(active),
        unknown=who_else(frames),
    )


@rule(
    "G06",
    "Approval cannot be reached",
    severity="high",
    category="policies",
    why=(
        "What the policy guards can no longer be done, and often nobody can change the policy either. It "
        "happens when people leave. Severity: high if fewer can approve than it takes; medium if exactly as "
        "many can, and the initiator may not."
    ),
    remedy=_EDIT + "with approvers who are active, registered and hold the vote, or a lower quorum.",
    references="DSC, CP-2, AC-2",
    reads=(POLICIES.path, *RIGHTS),
    needs=((POLICIES.path,), USERS.path),
    cannot_see="Who is on leave.",
    gated_by=CHANGE,
)
def out_of_reach(context: Context) -> Found:
    """Find policies that ask for more approvals than there are people to give them."""
    frames = context.frames
    active = [each for each in guards(frames) if each.is_active and each.groups]
    judged = [(each, *_worst_group(frames, each)) for each in active]
    found = [(each, level, text, maybe) for each, level, text, maybe in judged if level]
    return Found(
        _policy_subjects(frames, [each for each, *_ in found]),
        [level for _, level, *_ in found],
        [_REACH[level] for _, level, *_ in found],
        [text for _, _, text, _ in found],
        len(active),
        confidence=["likely" if maybe else "certain" for *_, maybe in found],
        unknown=[
            f"Whether {some(sorted(map(quoted, maybe)))} can approve is not known; counted as if they can."
            if maybe
            else None
            for *_, maybe in found
        ],
    )


_REACH = {
    "high": "fewer people can approve than it takes",
    "medium": "exactly as many people can approve as it takes, and the initiator may not",
}


def _worst_group(frames: Tables, guard: Guard) -> tuple[str, str, list[str]]:
    """Return how bad the worst group of a policy is (empty: well), that in words, and who is not certain."""
    worst: tuple[str, str, list[str]] = ("", "", [])
    for group in guard.groups:
        able = _eligible(frames, group)
        quorum = group.count or 0
        if able.count > quorum or (able.count == quorum and group.initiator):
            continue
        level = "high" if able.count < quorum else "medium"
        if worst[0] == "high" or (worst[0] and level == "medium"):
            continue
        names = sorted(map(quoted, [*(name_of_user(frames, each) for each in able.yes), *able.maybe]))
        can = f"only {some(names)} can give one" if names else "nobody can give one"
        if level == "medium":
            can = f"exactly as many can give one ({some(names)}), none of whom may have started it"
        why = f"; {some(sorted(able.no))}" if able.no and not group.anyone else ""
        where = f" in its group {quoted(group.name)}" if group.name and len(guard.groups) > 1 else ""
        text = f"The policy {quoted(guard.name)} takes {counted(quorum, 'approval')}{where}, and {can}{why}."
        worst = (level, text, able.maybe)
    return worst
