"""Who can go which way, past which gate, and whether alone, worked out with loops."""

from __future__ import annotations

from typing import Any

from tests.naive_facts import ORDER, VOTE, WAYS
from tests.naive_organisation import Naive, today
from tests.organisations import GRANTS, GROUPS, MACHINES, MEMBERS, PERMISSIONS, POLICIES, USERS, Policy


class NaiveWays(Naive):
    """The answers for one organisation, ways and gates included."""

    def vote(self, user: str) -> str:
        """Tell whether a user holds the vote."""
        if self.refused_to_user(user, VOTE) == "no":
            return "no"
        pairs = self.user_pairs(user) if user in self.found else {}
        held = [answer for name, (answer, _) in pairs.items() if name and today(name) == VOTE]
        if held:
            return held[0]
        return "no" if self.complete(user) else "unknown"

    def gate(self, user: str | None, activity: str | None, *, maybe: bool = False) -> str:
        """Return the gate of somebody on an activity."""
        if activity is None:
            return "not covered"
        if activity == "?" or not self.org.ok(POLICIES):
            return "unknown"
        standing = [
            policy
            for policy in self.org.policies
            if policy.status == "Active" and policy.activity == activity and policy.action != "NoAction"
        ]
        always = [each for each in standing if each.rule == "AlwaysTrigger" and not each.filtered]
        if any(policy.action == "Block" for policy in always):
            return "blocked"
        asking = [policy for policy in always if policy.action == "RequestApproval"]
        if asking:
            votes = user is not None and self.vote(user) in (("yes", "unknown") if maybe else ("yes",))
            alone = votes and all(self.meets(policy, user) for policy in asking)
            return "approval by itself" if alone else "approval by others"
        return "sometimes" if standing else "none"

    def meets(self, policy: Policy, user: str | None) -> bool:
        """Tell whether somebody can give all the approvals of a policy."""
        for asked in policy.approvals:
            if asked.quorum != 1 or not asked.initiator:
                return False
            if user in self.machines:
                if not asked.machines or user not in (asked.approvers or ()):
                    return False
            elif asked.approvers is not None and user not in asked.approvers:
                return False
        return True

    def everything_read(self) -> bool:
        """Tell whether all that says who somebody is, and what they hold, was read."""
        groups = self.org.statuses.get(GROUPS)
        members = groups == "unavailable" or not self.org.groups or self.org.ok(MEMBERS)
        others = all(self.org.ok(path) for path in (USERS, MACHINES, PERMISSIONS, GRANTS))
        return groups in ("ok", "unavailable") and members and others

    def alone(
        self, effective: str, active: bool | None, gate: str, user: str | None, activity: Any, own: bool
    ) -> str:
        """Return whether somebody needs nobody."""
        if active is False:
            return "no"
        if gate in ("blocked", "approval by others"):
            if self.everything_read():
                return "no"
            may_approve = gate == "approval by others" and (
                self.gate(user, activity, maybe=True) == "approval by itself"
            )
            may_be_end_user = own and user is not None and user not in self.found and not self.org.ok(USERS)
            return "unknown" if may_approve or may_be_end_user else "no"
        if effective == "yes" and active:
            if gate in ("none", "not covered", "approval by itself"):
                return "yes"
            if gate == "sometimes":
                return "sometimes"
        return "unknown"

    def who_can(self, names: list[str]) -> set[tuple[Any, ...]]:
        """Return a row for each identity and way."""
        rows: dict[tuple[str, str | None], tuple[Any, ...]] = {}
        for token in self.org.tokens:
            active = self.token_active(token)
            rows |= self._rows("token", token.id, token.user, active, self.token_pairs(token), names)
        for user in sorted(self.found):
            kind = "service_account" if user in self.machines else "user"
            rows |= self._rows(kind, user, user, self.active(user), self.user_pairs(user), names)
        return set(rows.values())

    def _rows(
        self,
        kind: str,
        identity: str,
        user: str | None,
        active: bool | None,
        pairs: dict[str | None, tuple[str, str]],
        names: list[str],
    ) -> dict[tuple[str, str | None], tuple[Any, ...]]:
        rows: dict[tuple[str, str | None], tuple[Any, ...]] = {}
        for way in names:
            needs, activity = WAYS[way]
            found = [self.best(pairs, need) for need in needs]
            if None in found:
                continue
            worst = max(found, key=lambda each: ("yes", "unknown", "no").index(each[0]))[0]
            if worst == "no":
                continue
            basis = min((each[1] for each in found if each[0] == worst), key=ORDER.index)
            ownable = all(need.split(":")[0] in ("Wallets", "Keys") for need in needs)
            own = self.is_end_user(user) and ownable
            gate = "not covered" if own else self.gate(user, activity)
            alone = self.alone(worst, active, gate, user, activity, ownable)
            scope = "own delegated wallets" if own else "organisation"
            rows[identity, way] = (kind, identity, way, worst, basis, active, gate, alone, scope)
        if None in pairs:
            alone = "no" if active is False else "unknown"
            rows[identity, None] = (
                kind,
                identity,
                None,
                "unknown",
                "operations unknown",
                active,
                "unknown",
                alone,
                "organisation",
            )
        return rows

    def best(self, pairs: dict[str | None, tuple[str, str]], need: str) -> tuple[str, str] | None:
        """Return the answer for an operation under any of its names; listed is better than looked up."""
        found = [pair for name, pair in pairs.items() if name and today(name) == need]
        return max(found, key=lambda pair: ORDER.index(pair[1])) if found else None
