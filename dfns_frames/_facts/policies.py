"""What policies stop: the gate of each user on each kind of activity, and which service accounts may vote."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from dfns_frames._api.sources.policies import POLICIES
from dfns_frames._api.ways import NOT_COVERED, UNKNOWN
from dfns_frames._facts.codes import flags
from dfns_frames._facts.keys import parent_rows
from dfns_frames._facts.organisations import by_organisation, organisations
from dfns_frames._facts.people import people
from dfns_frames._facts.presence import grouped, is_value, is_whole, kept, places, table

if TYPE_CHECKING:
    from dfns_frames._facts.codes import Flags, Ints
    from dfns_frames._facts.tables import Tables

GATES = (NOT_COVERED, "none", "sometimes", "approval by itself", "approval by others", "blocked", UNKNOWN)
"""What stands in somebody's way, the weakest first; the one list of these words."""

OPEN, NONE, SOMETIMES, ITSELF, OTHERS, BLOCKED, UNKNOWN_GATE = range(len(GATES))


@dataclass(frozen=True)
class Group:
    """One approval group of a policy.

    Parameters
    ----------
    is_lone
        Whether one approval will do, and it may come from who asked.
    anyone
        Whether everybody may approve; service accounts only where they are named.
    machines
        Whether service accounts may approve.
    named
        The numbers of the users that it names.
    """

    is_lone: bool
    anyone: bool
    machines: bool
    named: Ints

    def approvers(self, is_machine: Flags) -> Flags:
        """Tell which users may approve, if they hold the vote."""
        named = np.zeros(len(is_machine), dtype=bool)
        named[self.named] = True
        return (named | (self.anyone & ~is_machine)) & (self.machines | ~is_machine)


@dataclass(frozen=True)
class Policy:
    """One policy: what it watches and does, and its approval groups.

    Parameters
    ----------
    policy_id
        Its id.
    activity
        The kind of activity that it watches.
    is_active
        Whether it is in force; archived ones do nothing.
    always
        Whether it applies to every such activity: neither a condition nor a filter.
    action
        What it does then.
    groups
        Its approval groups, all of which have to agree.
    """

    policy_id: str | None
    activity: str | None
    is_active: bool
    always: bool
    action: str | None
    groups: tuple[Group, ...]

    @property
    def is_gate(self) -> bool:
        """Whether it stops anything: it is active, and does not merely take note."""
        return self.is_active and self.action != "NoAction"


@kept
def policies(frames: Tables) -> list[Policy]:
    """Return the policies; one that several callers listed once."""
    listed = table(frames, "policies")
    always = is_value(listed, "rule_kind", "AlwaysTrigger") & ~flags(listed, "is_filtered")
    active = is_value(listed, "status", "Active")
    rows = listed.select(["policy_id", "activity_kind", "action_kind"]).to_pylist()
    found: dict[Any, Policy] = {}
    for no, (row, asked) in enumerate(zip(rows, _groups(frames), strict=True)):
        key = no if row["policy_id"] is None else row["policy_id"]
        policy = Policy(
            row["policy_id"],
            row["activity_kind"],
            bool(active[no]),
            bool(always[no]),
            row["action_kind"],
            asked,
        )
        found.setdefault(key, policy)
    return list(found.values())


def _groups(frames: Tables) -> list[tuple[Group, ...]]:
    """Return the approval groups of each row of `policies`."""
    listed, asked = table(frames, "policies"), table(frames, "policy_groups")
    named = table(frames, "policy_approvers")
    policy = parent_rows(listed, asked, "policy_no")
    # A group's key has three parts; which of its policy it is becomes its number among all.
    width = 1 + max(
        (int(each["group_no"].to_numpy().max()) for each in (asked, named) if len(each)), default=0
    )
    keys = policy * width + asked["group_no"].to_numpy()
    order = np.argsort(keys, kind="stable")
    wanted = parent_rows(listed, named, "policy_no") * width + named["group_no"].to_numpy()
    group = order[np.searchsorted(keys[order], wanted)] if len(wanted) else wanted
    rows, starts = grouped(group, asked.num_rows)
    person = places(named["user_id"], people(frames).ids)[rows]
    lone = flags(asked, "initiator_can_approve") & (asked["quorum"].fill_null(0).to_numpy() == 1)
    anyone, machines = flags(asked, "anyone_can_approve"), flags(asked, "service_accounts_can_approve")
    members = [person[start:end] for start, end in pairwise(starts)]
    made = [
        Group(bool(lone[no]), bool(anyone[no]), bool(machines[no]), members[no][members[no] >= 0])
        for no in range(asked.num_rows)
    ]
    of, first = grouped(policy, listed.num_rows)
    return [tuple(made[no] for no in of[start:end]) for start, end in pairwise(first)]


def are_read(frames: Tables) -> bool:
    """Tell whether all policies were listed."""
    return is_whole(frames, POLICIES.path)


def gates_of(frames: Tables, activity: str, votes: Flags) -> Ints:
    """Return each user's gate on a kind of activity, as a place in `GATES`; the last is of who has no user.

    Parameters
    ----------
    frames
        Policies and users.
    activity
        The kind of activity; `NOT_COVERED` or `UNKNOWN` for what has none.
    votes
        Which users hold the vote.
    """
    users = len(people(frames).ids)
    if activity == NOT_COVERED:
        return np.full(users + 1, OPEN)
    if len(organisations(frames)) > 1:
        return _gates_of_each(frames, activity, votes)
    standing = [policy for policy in policies(frames) if policy.activity == activity and policy.is_gate]
    gate = np.full(users + 1, SOMETIMES if standing else NONE)
    asking = [policy for policy in standing if policy.always and policy.action == "RequestApproval"]
    if asking:
        alone = can_approve_alone(frames, asking) & np.append(votes, False)
        gate = np.where(alone, ITSELF, OTHERS)
    if any(policy.always and policy.action == "Block" for policy in standing):
        gate[:] = BLOCKED
    # Policies that were listed count even if the list was not complete; but there may be more.
    if activity == UNKNOWN or not are_read(frames):
        gate[gate < OTHERS] = UNKNOWN_GATE
    return gate


def _gates_of_each(frames: Tables, activity: str, votes: Flags) -> Ints:
    """Return each user's gate in joined organisations: a policy stops those of its own organisation only.

    It is not known of whom nothing says in which they are, nor where lists do not say whose they are.
    """
    ids, parts = people(frames).ids, by_organisation(frames)
    gate = np.full(len(ids) + 1, UNKNOWN_GATE)
    seen = np.zeros(len(ids) + 1, dtype=np.int64)
    for part in parts.values():
        at = places(pa.array(people(part).ids, pa.string()), ids)
        here = at >= 0
        found = gates_of(part, activity, np.where(here, votes[at], False))
        gate[at[here]] = found[:-1][here]
        np.add.at(seen, at[here], 1)
    gate[seen > 1] = UNKNOWN_GATE
    return gate


def can_approve_alone(frames: Tables, asking: list[Policy]) -> Flags:
    """Tell which users can give all approvals that policies ask for themselves, if they hold the vote."""
    machine = people(frames).is_machine
    alone = np.ones(len(machine), dtype=bool)
    for policy in asking:
        for group in policy.groups:
            alone &= group.is_lone & group.approvers(machine)
    return np.append(alone, False)


@kept
def machine_votes(frames: Tables) -> Ints:
    """Return whether each user could vote as a service account: a place in `holdings.USABLE`.

    Only where a group of an active policy lets service accounts approve and names this one. The last is of
    who has no user.
    """
    named = np.zeros(len(people(frames).ids) + 1, dtype=bool)
    for policy in policies(frames):
        for group in policy.groups if policy.is_gate else ():
            if group.machines:
                named[group.named] = True
    yes, unknown, no = range(3)
    return np.where(named, yes, no if are_read(frames) else unknown)
