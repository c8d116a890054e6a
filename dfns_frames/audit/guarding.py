"""The policies as rules read them: with names, filters, quorums and named approvers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dfns_frames._facts.presence import kept, table

if TYPE_CHECKING:
    from dfns_frames._facts.tables import Tables

_ASKS, _BLOCKS = "RequestApproval", "Block"


@dataclass(frozen=True)
class Quorum:
    """One approval group: how many have to agree, and who may.

    Parameters
    ----------
    name
        Its name; None if it has none.
    count
        How many have to agree; None where that is not known.
    anyone, initiator, machines
        Whether anybody may, who asked may, and service accounts may.
    named
        The ids of those that it names.
    """

    name: str | None
    count: int | None
    anyone: bool
    initiator: bool
    machines: bool
    named: tuple[str, ...]


@dataclass(frozen=True)
class Guard:
    """One policy.

    Parameters
    ----------
    row
        Its row in `policies`.
    id, name, activity
        What it is called, and what it watches.
    is_active
        Whether it is in force.
    always
        Whether it has neither a condition nor a filter.
    action
        What it does.
    by_tags
        Whether it covers wallets by their tags.
    groups
        Its approval groups, all of which have to agree.
    """

    row: int
    id: str | None
    name: str | None
    activity: str | None
    is_active: bool
    always: bool
    action: str | None
    by_tags: bool
    groups: tuple[Quorum, ...]

    @property
    def stops(self) -> bool:
        """Whether it blocks or asks."""
        return self.is_active and self.action in (_ASKS, _BLOCKS)

    @property
    def asks(self) -> bool:
        """Whether it asks for approval."""
        return self.is_active and self.action == _ASKS


@kept
def guards(frames: Tables) -> list[Guard]:
    """Return the policies; one that several callers listed once."""
    groups, tags = _groups(frames), _tagged(frames)
    found: dict[Any, Guard] = {}
    for row, listed in enumerate(table(frames, "policies").to_pylist()):
        key = (listed["source"], listed["policy_no"])
        always = listed["rule_kind"] == "AlwaysTrigger" and not listed["is_filtered"]
        guard = Guard(
            row,
            listed["policy_id"],
            listed["name"],
            listed["activity_kind"],
            listed["status"] == "Active",
            always,
            listed["action_kind"],
            key in tags,
            tuple(groups.get(key, ())),
        )
        found.setdefault(row if guard.id is None else guard.id, guard)
    return list(found.values())


def _groups(frames: Tables) -> dict[Any, list[Quorum]]:
    """Return the approval groups of each policy, by its key."""
    named: dict[Any, list[str]] = {}
    for row in table(frames, "policy_approvers").to_pylist():
        named.setdefault((row["source"], row["policy_no"], row["group_no"]), []).append(row["user_id"])
    found: dict[Any, list[Quorum]] = {}
    for row in table(frames, "policy_groups").to_pylist():
        key = (row["source"], row["policy_no"])
        who = tuple(dict.fromkeys(each for each in named.get((*key, row["group_no"]), ()) if each))
        group = Quorum(
            row["name"],
            row["quorum"],
            bool(row["anyone_can_approve"]),
            bool(row["initiator_can_approve"]),
            bool(row["service_accounts_can_approve"]),
            who,
        )
        found.setdefault(key, []).append(group)
    return found


def _tagged(frames: Tables) -> set[Any]:
    filters = table(frames, "policy_filters").select(["source", "policy_no", "filter"]).to_pylist()
    return {
        (row["source"], row["policy_no"])
        for row in filters
        if (row["filter"] or "").startswith("walletTags.")
    }
