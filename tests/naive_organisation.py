"""What holders can do, worked out with sets and loops; it shares no code with the package.

Everything here follows the facts of the API as they are written down in words, one case after the other.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from tests.organisations import (
    GRANTS,
    GROUPS,
    MACHINES,
    MEMBERS,
    PERMISSIONS,
    POLICIES,
    USERS,
    Assigned,
    Organisation,
    Policy,
    Token,
)

_ROWS = list(
    csv.DictReader(files("dfns_frames").joinpath("data", "operations.csv").read_text("utf-8").splitlines())
)
CURRENT = {row["operation"] for row in _ROWS if row["status"] == "current"}
TODAY = {row["operation"]: row["successor"] for row in _ROWS if row["successor"]}
FULL = {"ManagedFullAdminAccess", "DfnsFullAdminAccess"}
VOTE = "Policies:Evaluations:Vote"

# The way, what it needs, and the activity whose policies stand in it; None: no policy can, "?": not known.
WAYS: dict[str, tuple[set[str], str | None]] = {
    "transfer": ({"Wallets:Transfers:Create"}, "Wallets:Sign"),
    "broadcast_transaction": ({"Wallets:Transactions:Create"}, "Wallets:Sign"),
    "sign_with_a_key": ({"Keys:Signatures:Create"}, "Wallets:Sign"),
    "swap": ({"Swaps:Create", "Wallets:Transactions:Create"}, "Wallets:Sign"),
    "allocate": ({"Allocations:Create", "Wallets:Transactions:Create"}, "Wallets:Sign"),
    "change_an_allocation": ({"Allocations:Update", "Wallets:Transactions:Create"}, "Wallets:Sign"),
    "deposit_to_an_exchange": ({"Exchanges:Deposits:Create", "Wallets:Transfers:Create"}, "Wallets:Sign"),
    "withdraw_from_an_exchange": ({"Exchanges:Withdrawals:Create"}, None),
    "transfer_from_a_vault": ({"Vaults:Transfers:Create"}, "Wallets:Sign"),
    "pay_out_a_vault_lock": ({"Vaults:Locks:Transfer"}, None),
    "stake": ({"Stakes:Create"}, "Wallets:Sign"),
    "act_on_a_stake": ({"Stakes:Update"}, "Wallets:Sign"),
    "pay_out": ({"Payouts:Create"}, "?"),
    "act_on_a_payout": ({"Payouts:Update"}, "?"),
    "sign_offline": ({"KeyStores:Instructions:Keys:Sign"}, "?"),
    "export_a_key": ({"Keys:Export"}, None),
    "delegate_a_key": ({"Keys:Delegate"}, None),
    "delete_a_key": ({"Keys:Delete"}, None),
    "assign_a_permission": ({"Permissions:Assign"}, "Permissions:Assign"),
    "revoke_a_permission": ({"Permissions:Revoke"}, "Permissions:Assign"),
    "rewrite_a_permission": ({"Permissions:Update"}, "Permissions:Modify"),
    "remove_a_permission": ({"Permissions:Delete"}, "Permissions:Modify"),
    "put_into_a_group": ({"Auth:UserGroups:Members:Add"}, "?"),
    "change_a_policy": ({"Policies:Update"}, "Policies:Modify"),
    "remove_a_policy": ({"Policies:Delete"}, "Policies:Modify"),
    "vote": ({VOTE}, None),
    "recover_somebody": ({"Auth:Delegated:Recover"}, None),
}

_ORDER = [
    "refused for this kind",
    "operations unknown",
    "user not read",
    "user not found",
    "full administrator",
    "looked up",
    "token and user",
    "user",
    "user incomplete",
    "user lacks it",
]


def today(operation: str) -> str:
    """Return today's name."""
    return TODAY.get(operation, operation)


@dataclass
class Held:
    """What somebody holds: listed, looked up, whether everything, and whether something is not known."""

    listed: set[str]
    looked_up: set[str]
    everything: bool
    dark: bool

    @property
    def names(self) -> set[str]:
        """Everything by name."""
        return self.listed | self.looked_up | (CURRENT if self.everything else set())


class Naive:
    """The answers for one organisation."""

    def __init__(self, org: Organisation) -> None:
        self.org = org
        self.permissions = {each.id: each for each in org.permissions}
        self.machines = {user.id for user in org.users if user.machine or user.source == MACHINES}
        self.found = {user.id for user in org.users}

    def is_full(self, permission: str, name: str) -> bool:
        """Tell whether a permission gives everything."""
        if name not in FULL:
            return False
        if permission in self.permissions:
            return self.permissions[permission].immutable
        return not self.org.ok(PERMISSIONS)

    def held(self, assigned: tuple[Assigned, ...]) -> Held:
        """Return what assignments contain."""
        held = Held(set(), set(), False, False)
        for each in assigned:
            held.everything |= self.is_full(each.permission, each.name)
            if each.operations is not None:
                held.listed |= set(each.operations)
            elif each.permission in self.permissions:
                held.looked_up |= set(self.permissions[each.permission].operations)
            else:
                held.dark = True
        held.dark &= not held.everything
        return held

    def of_user(self, user: str) -> Held:
        """Return what a user holds, groups included."""
        held = self.held(tuple(a for each in self.org.users if each.id == user for a in each.assigned))
        for grant in self.org.grants:
            if grant.in_effect and grant.identity in self.groups_of(user):
                if grant.permission not in self.permissions:
                    held.dark = True
                    continue
                permission = self.permissions[grant.permission]
                held.listed |= set(permission.operations)
                held.everything |= self.is_full(permission.id, permission.name)
        held.dark &= not held.everything
        return held

    def groups_of(self, user: str) -> set[str]:
        """Return the groups of a user."""
        return {group for group, members in self.org.groups if user in members}

    def complete(self, user: str) -> bool:
        """Tell whether what is listed of a user is all."""
        if user not in self.found or self.of_user(user).dark:
            return False
        if self.kinds(user) & {"TenantUser", "AccountUser"}:
            return False
        status = self.org.statuses.get(GROUPS)
        members = not self.org.groups or self.org.ok(MEMBERS)
        if status != "unavailable" and not (status == "ok" and members):
            return False
        return not self.groups_of(user) or (self.org.ok(GRANTS) and self.org.ok(PERMISSIONS))

    def kinds(self, user: str) -> set[str]:
        """Return the kinds that lists give a user."""
        return {each.kind for each in self.org.users if each.id == user}

    def votes_as_machine(self, user: str | None) -> str:
        """Tell whether policies let a service account vote."""
        for policy in self.org.policies:
            if policy.status == "Active" and policy.action != "NoAction":
                for asked in policy.approvals:
                    if asked.machines and user in (asked.approvers or ()):
                        return "yes"
        return "no" if self.org.ok(POLICIES) else "unknown"

    def refused_to_user(self, user: str | None, operation: str) -> str:
        """Return whether a user's kind can use an operation."""
        name = today(operation)
        if user in self.machines:
            if name == VOTE:
                return self.votes_as_machine(user)
            creating = {"Auth:Pats:Create", "Auth:ServiceAccounts:Create"}
            return "no" if name in creating | {"Exchanges:Create", "Exchanges:Delete"} else "yes"
        kinds = self.kinds(user) if user else set()
        if "EndUser" in kinds:
            return "no" if _closed_to_end_users(name) else "yes"
        if kinds & {"CustomerEmployee", "TenantUser", "AccountUser"} and name.startswith("Auth:Delegated:"):
            return "no" if self.org.ok(MACHINES) else "unknown"
        return "yes"

    def refused_to_token(self, token: Token, operation: str) -> str:
        """Return whether a token can use an operation."""
        name, user = today(operation), token.user
        if token.kind == "Pat":
            making = {"Auth:Pats:Create", "Auth:ServiceAccounts:Create", "Auth:Users:Create"}
            switching = {f"Auth:{who}:{how}" for who in ("Users", "ServiceAccounts") for how in _SWITCHES}
            if name in making | switching or name.startswith("Auth:Delegated:"):
                return "no"
        if token.kind == "ServiceAccount":
            if name in {"Auth:Pats:Create", "Auth:ServiceAccounts:Create"} or name in _EXCHANGES:
                return "no"
            if name == VOTE:
                by_user = self.refused_to_user(user, name) if self.is_end_user(user) else "yes"
                return "no" if by_user == "no" else self.votes_as_machine(user)
            return self.refused_to_user(user, name) if self.is_end_user(user) else "yes"
        return "yes" if user in self.machines else self.refused_to_user(user, name)

    def is_end_user(self, user: str | None) -> bool:
        """Tell whether a user is an end user."""
        return user is not None and user not in self.machines and "EndUser" in self.kinds(user)

    def token_pairs(self, token: Token) -> dict[str | None, tuple[str, str]]:
        """Return the answer and the basis of each operation of a token."""
        held, user = self.held(token.assigned), token.user
        answers: dict[str | None, tuple[str, str]] = {}
        for name in held.names:
            answers[name] = self.answer(token, held, user, name)
        if held.dark:
            answers[None] = ("unknown", "operations unknown")
        return answers

    def answer(self, token: Token, held: Held, user: str | None, name: str) -> tuple[str, str]:
        """Return the answer and the basis of one operation of a token."""
        usable = self.refused_to_token(token, name)
        if usable == "no":
            return "no", "refused for this kind"
        if user not in self.found:
            return "unknown", "user not found" if self.org.ok(USERS) else "user not read"
        assert user is not None
        of_user = self.of_user(user)
        if of_user.everything or today(name) in {today(each) for each in of_user.names}:
            if usable == "unknown":
                return "unknown", "user incomplete"
            if held.everything:
                return "yes", "full administrator"
            return "yes", "token and user" if name in held.listed else "looked up"
        return ("no", "user lacks it") if self.complete(user) else ("unknown", "user incomplete")

    def user_pairs(self, user: str) -> dict[str | None, tuple[str, str]]:
        """Return the answer and the basis of each operation of a user."""
        held = self.of_user(user)
        answers: dict[str | None, tuple[str, str]] = {}
        for name in held.names:
            usable = self.refused_to_user(user, name)
            if usable == "no":
                answers[name] = ("no", "refused for this kind")
            elif usable == "unknown":
                answers[name] = ("unknown", "user incomplete")
            elif held.everything:
                answers[name] = ("yes", "full administrator")
            else:
                answers[name] = ("yes", "user" if name in held.listed else "looked up")
        if held.dark:
            answers[None] = ("unknown", "operations unknown")
        return answers

    def active(self, user: str | None) -> bool | None:
        """Tell whether a user is active."""
        flags = {each.active for each in self.org.users if each.id == user}
        return flags.pop() if len(flags) == 1 else None

    def token_active(self, token: Token) -> bool | None:
        """Tell whether a token works."""
        user = self.active(token.user)
        if not token.active or user is False:
            return False
        return user

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
            found = [self._best(pairs, need) for need in needs]
            if None in found:
                continue
            worst = max(found, key=lambda each: ("yes", "unknown", "no").index(each[0]))[0]
            if worst == "no":
                continue
            basis = min((each[1] for each in found if each[0] == worst), key=_ORDER.index)
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

    def _best(self, pairs: dict[str | None, tuple[str, str]], need: str) -> tuple[str, str] | None:
        """Return the answer for an operation under any of its names; listed is better than looked up."""
        found = [pair for name, pair in pairs.items() if name and today(name) == need]
        return max(found, key=lambda pair: _ORDER.index(pair[1])) if found else None


_SWITCHES = ("Activate", "Deactivate")
_EXCHANGES = {"Exchanges:Create", "Exchanges:Delete"}
_CLOSED = (
    "Auth",
    "Policies",
    "Webhooks",
    "Exchanges",
    "FeeSponsors",
    "Stakes",
    "Swaps",
    "Allocations",
    "Wallets:Tags",
)


def _closed_to_end_users(name: str) -> bool:
    """Tell whether the API refuses an operation to end users."""
    if name in ("Keys:Delegate", "Keys:Delete"):
        return True
    return name != "Auth:Pats:Create" and any(name.startswith(f"{part}:") for part in _CLOSED)
