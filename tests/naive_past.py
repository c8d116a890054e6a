"""What looks show, read from their JSON as plainly as can be; and from that, what changed between them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from tests.histories import (
    GRANTS,
    GROUPS,
    MACHINES,
    MEMBERS,
    PATS,
    PERMISSIONS,
    POLICIES,
    USERS,
    Listing,
    Look,
)
from tests.naive_compare import ORDER, harm

Row = tuple[Any, ...]
"""change, object, ids, field, old, new, severity, after, by."""

Key = tuple[str, str, int]
"""What a thing is, its ids, and which of several copies it is."""

MANAGED = ("ManagedFullAdminAccess", "DfnsFullAdminAccess")
SWITCHES = ("is_active", "in_effect")
AROUND = {GRANTS: PERMISSIONS, MEMBERS: GROUPS}
"""The sources that are listed parent by parent, and what lists the parents."""
ITEM = {
    PATS: "token", MACHINES: "user", USERS: "user", PERMISSIONS: "permission",
    GRANTS: "permission_assignment", GROUPS: "user_group", MEMBERS: None, POLICIES: "policy",
}  # fmt: skip
"""What each source lists by an id of its own."""


@dataclass
class Node:
    """One thing that a look shows: its ids, what it says, what is inside of it, and what harm it can do."""

    what: str
    ids: str
    says: dict[str, str | None] = field(default_factory=dict)
    inside: list[Node] = field(default_factory=list)
    harm: str = "none"
    is_open: bool = False
    item: str = ""
    part: str = ""
    parent: str = ""
    is_all: bool = False


def told(value: Any) -> str | None:
    """Return a value as changes tell it."""
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def time(text: str | None) -> str | None:
    """Return a time as changes tell it."""
    if text is None:
        return None
    made = datetime.fromisoformat(text).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return made.rstrip("0").rstrip(".") + "Z"


class Reading:
    """What one look shows."""

    def __init__(self, look: Look) -> None:
        self.look = look
        self.permissions = self._items(PERMISSIONS)
        self.nodes: dict[str, list[Node]] = {
            path: [node for item in self._items(path) for node in self._nodes(path, item)]
            for path, listing in look.listings.items()
            if listing.is_read
        }

    def _items(self, path: str) -> list[Any]:
        """Return the items that are not spoilt, each with its parent."""
        listing = self.look.listings.get(path)
        found = listing.items if listing and listing.is_read else []
        return [each for each in found if 7 not in {**each[1], **each[1].get("userInfo", {})}.values()]

    def _is_ok(self, path: str) -> bool:
        listing = self.look.listings.get(path)
        return bool(listing) and listing.status == "ok"

    def _nodes(self, path: str, item: Any) -> list[Node]:
        parent, own = item
        if path == PATS:
            return [self._token(own, own["tokenId"])]
        if path == MACHINES:
            account = own["userInfo"]
            return [
                self._user(account),
                *(self._token(each, account["userId"]) for each in own["accessTokens"]),
            ]
        if path == USERS:
            return [self._user(own)]
        if path == MEMBERS:
            who = own["userId"]
            return [
                Node(
                    "user_group_member",
                    f"{who} {parent}",
                    harm=self._of_group(parent),
                    item=who,
                    parent=parent,
                )
            ]
        made: Node = {
            PERMISSIONS: self._permission, GRANTS: self._grant, GROUPS: self._group, POLICIES: self._policy
        }[path](own)  # fmt: skip
        return [made]

    def _token(self, own: Any, item: str) -> Node:
        says = {"name": own["name"], "is_active": told(own["isActive"])}
        made = Node("token", own["tokenId"], says, item=item)
        return self._holding(made, own, "assignment", "operation")

    def _user(self, own: Any) -> Node:
        says = {
            "name": own.get("name"),
            "is_active": told(own["isActive"]),
            "is_registered": told(own["isRegistered"]),
        }
        made = Node("user", own["userId"], says, item=own["userId"])
        return self._holding(made, own, "user_assignment", "user_operation")

    def _holding(self, made: Node, own: Any, one: str, inner: str) -> Node:
        for each in own["permissionAssignments"]:
            operations = each.get("operations")
            inside = [
                Node(inner, f"{made.ids} {each['permissionId']} {name}", harm=harm(own["kind"], name))
                for name in operations or []
            ]
            worst = [node.harm for node in inside] + ["unknown"] * (operations is None)
            is_all = self._is_full(each["permissionId"], each["permissionName"])
            worst += ["critical"] * is_all
            says = {"permission_name": each["permissionName"], "assignment_id": each["assignmentId"]}
            node = Node(one, f"{made.ids} {each['permissionId']}", says, inside, is_all=is_all)
            node.is_open = operations is None
            node.harm = min([*worst, "none"], key=ORDER.index)
            made.inside.append(node)
        made.harm = min(["none", *(node.harm for node in made.inside)], key=ORDER.index)
        return made

    def _is_full(self, permission_id: str, name: str) -> bool:
        """Tell whether an assignment gives everything: a stranger may use the vendor's names."""
        listed = [own for _, own in self.permissions if own["id"] == permission_id]
        if listed:
            return name in MANAGED and any(own["isImmutable"] for own in listed)
        # One that was set aside may be the vendor's.
        is_whole = self._is_ok(PERMISSIONS) and not self.look.listings[PERMISSIONS].aside
        return name in MANAGED and not is_whole

    def _permission(self, own: Any) -> Node:
        made = Node("permission", own["id"], item=own["id"])
        made.says = {
            "name": own["name"], "is_immutable": told(own["isImmutable"]),
            "date_updated": time(own["dateUpdated"]), **self._pending(own),
        }  # fmt: skip
        made.inside = [
            Node("permission_operation", f"{own['id']} {each}", harm=harm(None, each))
            for each in own["operations"]
        ]
        change = own.get("pendingChangeRequest", {})
        made.inside += [
            Node("pending_operation", f"{own['id']} {each}")
            for each in change.get("body", {}).get("operations", [])
        ]
        return made

    def _pending(self, own: Any) -> dict[str, str | None]:
        change = own.get("pendingChangeRequest", {})
        return {
            "change_id": change.get("id"),
            "change_status": change.get("status"),
            "change_requested_by": change.get("requester", {}).get("userId"),
            "change_date": time(change.get("dateCreated")),
        }

    def _grant(self, own: Any) -> Node:
        change = own.get("pendingChangeRequest", {})
        in_effect = change.get("operationKind") != "Create" or change["status"] == "Applied"
        says = {
            "identity_id": own["identityId"], "in_effect": told(in_effect),
            "is_immutable": told(own["isImmutable"]), "date_updated": time(own["dateUpdated"]),
            "change_kind": change.get("operationKind"), **self._pending(own),
        }  # fmt: skip
        made = Node("permission_assignment", own["id"], says, item=own["id"], parent=own["permissionId"])
        made.harm = self._of_grant(own, in_effect)
        return made

    def _of_grant(self, own: Any, in_effect: bool) -> str:
        if not in_effect:
            return "none"
        listed = [each for _, each in self.permissions if each["id"] == own["permissionId"]]
        found = ["none"] if listed else ["unknown"]
        for each in listed:
            found += ["critical"] if each["isImmutable"] and each["name"] in MANAGED else []
            found += [harm(None, name) for name in each["operations"]]
        return min(found, key=ORDER.index)

    def _of_group(self, group_id: str) -> str:
        found = ["none"] if self._is_ok(GRANTS) else ["unknown", "none"]
        found += [self._grant(own).harm for _, own in self._items(GRANTS) if own["identityId"] == group_id]
        return min(found, key=ORDER.index)

    def _group(self, own: Any) -> Node:
        says = {
            "name": own["name"], "description": own.get("description"),
            "member_count": told(own["memberCount"]), "date_updated": time(own["dateUpdated"]),
        }  # fmt: skip
        return Node("user_group", own["id"], says, item=own["id"])

    def _policy(self, own: Any) -> Node:
        limit = own["rule"]["configuration"]["limit"]
        says = {
            "name": own["name"], "status": own["status"], "rule_limit": f"{float(limit):g}",
            "auto_reject_minutes": told(own["action"].get("autoRejectTimeout")),
            "date_updated": time(own.get("dateUpdated")),
        }  # fmt: skip
        made = Node("policy", own["id"], says, item=own["id"])
        for number, each in enumerate(own["action"]["approvalGroups"]):
            named = each["approvers"].get("userId", {}).get("in", [])
            inside = [
                Node("policy_approver", f"{name} {own['id']}", part=f"group_no={number}") for name in named
            ]
            said = {
                "name": each.get("name"), "quorum": told(each["quorum"]),
                "anyone_can_approve": told(not each["approvers"]),
            }  # fmt: skip
            part = f"group_no={number}"
            made.inside.append(Node("policy_group", own["id"], said, inside, part=part))
        filters = own["filters"]
        for word, values in (
            ("walletId", filters["walletId"]["in"]),
            ("walletTags.hasAny", filters["walletTags"]["hasAny"]),
        ):
            made.inside += [
                Node("policy_filter", own["id"], part=f"filter={word}, value={value}") for value in values
            ]
        return made


@dataclass
class Glance:
    """What one look shows of one series, copies of one id numbered: what has the same key is the same thing.

    Parameters
    ----------
    parents
        Under which parents it looked, if it did not ask for all that there are.
    """

    listing: Listing
    things: dict[Key, Node]
    parents: set[str] | None = None

    def why_not(self, node: Node) -> str:
        """Say why something that it does not list may be there all the same; nothing if it cannot."""
        if None in self.listing.aside or node.item in self.listing.aside:
            return "set aside"
        if self.parents is not None and node.parent not in self.parents:
            return "incomplete"
        return "incomplete" if self.listing.status == "incomplete" else ""


def numbered(nodes: Iterable[Node]) -> dict[Key, Node]:
    """Tell things of one id apart by a number."""
    count: Counter[tuple[str, str]] = Counter()
    found = {}
    for node in nodes:
        key = (node.what, f"{node.ids} {node.part}")
        found[(*key, count[key])] = node
        count[key] += 1
    return found


Series = tuple[str, str]


def glances(looks: Iterable[Look], until: datetime | None = None) -> dict[Series, list[Glance]]:
    """Return what looks show of each source, in time; of whose, if the source shows each caller their own."""
    found: dict[Series, list[Glance]] = {}
    for look in looks:
        nodes = Reading(look).nodes
        for path, listing in look.listings.items():
            if until and listing.when > until:
                continue
            series = (path, look.caller if path == PATS else "")
            seen = nodes.get(path, [])
            asked_all = path not in AROUND or AROUND[path] in nodes
            parents = None if asked_all else {each.parent for each in seen}
            found.setdefault(series, []).append(Glance(listing, numbered(seen), parents))
    for each in found.values():
        each.sort(key=lambda glance: glance.listing.when)
    return found


def changes(looks: Iterable[Look], until: datetime | None = None) -> Counter[Row]:
    """Return every change that looks show, and what the last ones leave open."""
    rows: Counter[Row] = Counter()
    for (path, whose), all_of in glances(looks, until).items():
        seen = [each for each in all_of if each.listing.is_read]
        for key in {key for each in seen for key in each.things}:
            rows += _of_thing(seen, key)
        rows += _of_source(path, whose, all_of)
        rows += _set_aside(path, seen)
    return rows


def _of_thing(seen: list[Glance], key: Key) -> Counter[Row]:
    """Compare each look that tells of a thing with the next."""
    rows: Counter[Row] = Counter()
    known = [each for each in seen if key in each.things]
    node = known[0].things[key]
    telling = [each for each in seen if key in each.things or not each.why_not(node)]
    spell: list[Glance] = []
    for each in telling:
        if key in each.things:
            if not spell and each is not telling[0]:
                before = telling[telling.index(each) - 1]
                rows[_row("appeared", each.things[key], before, each)] += 1
            spell.append(each)
            continue
        if spell:
            rows[_row("disappeared", spell[-1].things[key], spell[-1], each)] += 1
            rows += _in_spell(spell, key, is_last=False)
        spell = []
    if spell:
        rows += _in_spell(spell, key, is_last=True)
        if spell[-1] is not seen[-1]:
            last = seen[-1]
            is_open = last.listing.status == "incomplete" or not last.listing.aside
            why = "incomplete" if is_open else "set aside"
            said = ("listed", "listed", why, None, *_times(spell[-1], last))
            rows[("unknown", node.what, node.ids, *said)] += 1
    return rows


def _times(old: Glance, new: Glance) -> tuple[datetime, datetime]:
    return old.listing.when, new.listing.when


def _row(change: str, node: Node, old: Glance, new: Glance) -> Row:
    """Return the row of something that came or went."""
    name = node.says.get("permission_name")
    field = "permission_name" if name is not None and "permission_name" in node.says else node.part or None
    left, right = (None, name or None) if change == "appeared" else (name or None, None)
    gained = node.harm if change == "appeared" else "none"
    if node.what in ("permission",):
        gained = "none"
    return (change, node.what, node.ids, field, left, right, gained, *_times(old, new))


def _said(spell: list[tuple[Glance, Node]]) -> Counter[Row]:
    """Compare what is said in each look with the next that says it."""
    rows: Counter[Row] = Counter()
    for word in spell[0][1].says:
        telling = [each for each in spell if word != "assignment_id" or each[1].says[word]]
        for (old, before), (new, after) in pairwise(telling):
            left, right = before.says[word], after.says[word]
            if left == right:
                continue
            on = word in SWITCHES and right == "true"
            named = f"{after.part}: {word}" if after.part else word
            said = (named, left or None, right or None, after.harm if on else "none")
            rows[("changed", after.what, after.ids, *said, *_times(old, new))] += 1
    return rows


def _in_spell(spell: list[Glance], key: Key, *, is_last: bool) -> Counter[Row]:
    """Compare looks that list a thing without a break: what it says, and what is inside of it."""
    rows = _said([(each, each.things[key]) for each in spell])
    inside = [(each, numbered(each.things[key].inside)) for each in spell]
    for inner in {inner for _, found in inside for inner in found}:
        run: list[tuple[Glance, Node]] = []
        for number, (each, found) in enumerate(inside):
            if inner in found:
                if not run and number:
                    rows[_row("appeared", found[inner], inside[number - 1][0], each)] += 1
                run.append((each, found[inner]))
            elif run:
                rows[_row("disappeared", run[-1][1], run[-1][0], each)] += 1
                rows += _in_run(run)
                run = []
        if run:
            rows += _in_run(run)
            listed = [each for each, node in run if not node.is_open]
            last, node = run[-1]
            if is_last and node.is_open and listed and last is spell[-1]:
                said = ("operations", "listed", "not listed", None)
                rows[("unknown", node.what, node.ids, *said, *_times(listed[-1], last))] += 1
    return rows


def _in_run(run: list[tuple[Glance, Node]]) -> Counter[Row]:
    """Compare looks that list something inside of a thing without a break, and what is inmost."""
    rows = _said(run)
    listed = [(each, numbered(node.inside)) for each, node in run if not node.is_open]
    for (old, before), (new, after) in pairwise(listed):
        for key in after.keys() - before.keys():
            rows[_row("appeared", after[key], old, new)] += 1
        for key in before.keys() - after.keys():
            rows[_row("disappeared", before[key], old, new)] += 1
    return rows


def _of_source(path: str, whose: str, all_of: list[Glance]) -> Counter[Row]:
    """Say if a source that was answered in full once was not when it was last asked."""
    ok = [each for each in all_of if each.listing.status == "ok"]
    last = all_of[-1]
    if not ok or last is ok[-1]:
        return Counter()
    said = ("status", "ok", last.listing.status, None)
    return Counter([("unknown", "source", path, *said, *_times(ok[-1], last))])


def _set_aside(path: str, seen: list[Glance]) -> Counter[Row]:
    """Say which items were set aside when a list was last read that no look lists."""
    if len(seen) < 2 or ITEM[path] is None:
        return Counter()
    listed = {node.ids for each in seen for node in each.things.values() if node.what == ITEM[path]}
    said = ("listed", "not listed", "set aside", None, *_times(seen[-2], seen[-1]))
    return Counter(
        ("unknown", ITEM[path], each, *said)
        for each in seen[-1].listing.aside
        if each is not None and each not in listed
    )


Bounds = dict[str, datetime | None]


def lifetimes(looks: list[Look]) -> dict[str, Bounds]:
    """Return from when to when each token was there, as far as looks tell."""
    found: dict[str, Bounds] = {}
    for all_of in glances(looks).values():
        seen = [each for each in all_of if each.listing.is_read]
        for key in {key for each in seen for key in each.things if key[0] == "token" and not key[2]}:
            there = [each for each in seen if key in each.things]
            first, last = there[0].listing.when, there[-1].listing.when
            node = there[-1].things[key]
            gone = [each.listing.when for each in seen if each.listing.when > last and not each.why_not(node)]
            on = [each.listing.when for each in there if each.things[key].says["is_active"] == "true"]
            off = [each.listing.when for each in there if not on or each.listing.when > on[-1]]
            found[node.ids] = {
                "first_seen": first, "last_seen": last,
                "gone_after": last if gone else None, "gone_by": gone[0] if gone else None,
                "off_after": on[-1] if on and off else None, "off_by": off[0] if off else None,
            }  # fmt: skip
    return found


def holders(looks: list[Look], moment: datetime) -> dict[str, str]:
    """Return who could move funds at a moment, and how certain that is."""
    found = {}
    for all_of in glances(looks).values():
        seen = [each for each in all_of if each.listing.is_read]
        for key in {key for each in seen for key in each.things if key[0] == "token" and not key[2]}:
            node = next(each.things[key] for each in reversed(seen) if key in each.things)
            telling = [each for each in seen if key in each.things or not each.why_not(node)]
            before = [_power(each, key) for each in telling if each.listing.when <= moment][-1:]
            after = [_power(each, key) for each in telling if each.listing.when >= moment][:1]
            if before == after == [2]:
                found[node.ids] = "seen"
            elif {1, 2} & {*before, *after}:
                found[node.ids] = "possible"
    return found


def _power(seen: Glance, key: Key) -> int:
    """Return 2 if a look shows that a token could move funds, 1 if it leaves it open, 0 if not."""
    node = seen.things.get(key)
    if node is None or node.says["is_active"] == "false":
        return 0
    names = [inner.ids.split(" ")[-1] for each in node.inside for inner in each.inside]
    if "Wallets:Transfers:Create" in names or any(each.is_all for each in node.inside):
        return 2
    return int("New:Op:Do" in names or any(each.is_open for each in node.inside))


def at(looks: list[Look], moment: datetime) -> tuple[set[tuple[Any, ...]], set[tuple[str, str]]]:
    """Return the lists that tell how things stood, each with its time, and what they list."""
    lists, things = set(), set()
    for (path, _), all_of in glances(looks, moment).items():
        ok = [each for each in all_of if each.listing.status == "ok"]
        last = (ok or all_of)[-1]
        lists.add((path, last.listing.status, last.listing.when))
        things |= {(node.what, node.ids) for node in _all(last.things.values())}
    return lists, things


def _all(nodes: Iterable[Node]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from _all(node.inside)


def listed(frames: Any) -> set[tuple[str, str]]:
    """Return what Frames list, as `at` does."""
    found = set()
    for name in frames:
        what = f"{name[:-3]}y" if name.endswith("ies") else name.removesuffix("s")
        what = what.removeprefix("token_")
        if what in _IDS and what != "source":
            rows = frames[name][[*_IDS[what]]].astype(str).to_numpy().tolist()
            found |= {(what, " ".join(row)) for row in rows}
    return found


def compared(old: Look, new: Look) -> Counter[Row]:
    """Return what two looks of one caller show together, and what one of them leaves open."""
    rows: Counter[Row] = Counter()
    sides = [glances([each]) for each in (old, new)]
    for series in {*sides[0], *sides[1]}:
        both = [side.get(series, [None])[0] for side in sides]
        statuses = [each.listing.status if each else "not asked" for each in both]
        times = [each.listing.when if each else None for each in both]
        if statuses[0] != statuses[1] and {*statuses} & {"ok", "incomplete"}:
            rows[("unknown", "source", series[0], "status", *statuses, None, *times)] += 1
        if all(each and each.listing.is_read for each in both):
            rows += _between(series[0], both[0], both[1])
    return rows


def _between(path: str, old: Any, new: Any) -> Counter[Row]:
    rows: Counter[Row] = Counter()
    for key in {*old.things, *new.things}:
        here, there = old.things.get(key), new.things.get(key)
        if here and there:
            rows += _in_spell([old, new], key, is_last=False)
            rows += _not_listed(here, there, old, new)
        elif here:
            why = new.why_not(here)
            said = ("listed", "listed", why, None, *_times(old, new))
            rows[("unknown", here.what, here.ids, *said) if why else _row("disappeared", here, old, new)] += 1
        elif there:
            why = old.why_not(there)
            said = ("listed", why, "listed", None, *_times(old, new))
            rows[("unknown", there.what, there.ids, *said) if why else _row("appeared", there, old, new)] += 1
    listed = [
        {node.ids: key for key, node in side.things.items() if key[0] == ITEM[path]} for side in (old, new)
    ]
    for number, (side, other) in enumerate(((old, new), (new, old))):
        for each in {*side.listing.aside} - {*other.listing.aside, None}:
            if each in listed[1 - number] and each not in listed[number]:
                continue  # said above
            word = "incomplete" if other.listing.status == "incomplete" else "not listed"
            word = "listed" if each in listed[1 - number] else word
            words = (word, "set aside") if number else ("set aside", word)
            rows[("unknown", ITEM[path], each, "listed", *words, None, *_times(old, new))] += 1
    return rows


def _not_listed(here: Node, there: Node, old: Any, new: Any) -> Counter[Row]:
    """Return a row for each assignment of which one look only lists the operations."""
    inside = [{node.ids: node for node in each.inside} for each in (here, there)]
    rows: Counter[Row] = Counter()
    for ids in {*inside[0]} & {*inside[1]}:
        dark = [each[ids].is_open for each in inside]
        if dark[0] != dark[1]:
            words = ("not listed", "listed") if dark[0] else ("listed", "not listed")
            what = inside[1][ids].what
            rows[("unknown", what, ids, "operations", *words, None, *_times(old, new))] += 1
    return rows


_IDS = {
    "token": ("token_id",),
    "assignment": ("token_id", "permission_id"),
    "operation": ("token_id", "permission_id", "operation"),
    "user": ("user_id",),
    "user_assignment": ("user_id", "permission_id"),
    "user_operation": ("user_id", "permission_id", "operation"),
    "permission": ("permission_id",),
    "permission_operation": ("permission_id", "operation"),
    "pending_operation": ("permission_id", "operation"),
    "permission_assignment": ("assignment_id",),
    "user_group": ("group_id",),
    "user_group_member": ("user_id", "group_id"),
    "policy": ("policy_id",),
    "policy_group": ("policy_id",),
    "policy_approver": ("user_id", "policy_id"),
    "policy_filter": ("policy_id",),
    "source": ("name",),
}


def rows_of(frame: Any) -> Counter[Row]:
    """Return a frame of changes as such rows."""
    rows: Counter[Row] = Counter()
    plain = frame.astype(object).where(frame.notna(), None)
    for row in plain.to_dict("records"):
        ids = " ".join(str(row[each]) for each in _IDS[row["object"]])
        said = (row["field"], row["old"] or None, row["new"] or None, row["severity"])
        rows[(row["change"], row["object"], ids, *said, row["after"], row["by"])] += 1
    return rows
