"""What holders can do, worked out with sets and loops; it shares no code with the package.

Everything here follows the facts of the API as they are written down in words, one case after the other.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.naive_facts import (
    CURRENT,
    EXCHANGES,
    FULL,
    SWITCHES,
    TODAY,
    VOTE,
    closed_to_end_users,
)
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
    Token,
)


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
            return "no" if closed_to_end_users(name) else "yes"
        if kinds & {"CustomerEmployee", "TenantUser", "AccountUser"} and name.startswith("Auth:Delegated:"):
            return "no" if self.org.ok(MACHINES) else "unknown"
        return "yes"

    def refused_to_token(self, token: Token, operation: str) -> str:
        """Return whether a token can use an operation."""
        name, user = today(operation), token.user
        if token.kind == "Pat":
            making = {"Auth:Pats:Create", "Auth:ServiceAccounts:Create", "Auth:Users:Create"}
            switching = {f"Auth:{who}:{how}" for who in ("Users", "ServiceAccounts") for how in SWITCHES}
            if name in making | switching or name.startswith("Auth:Delegated:"):
                return "no"
        if token.kind == "ServiceAccount":
            if name in {"Auth:Pats:Create", "Auth:ServiceAccounts:Create"} or name in EXCHANGES:
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
