"""Random organisations, looked at twice, each time perhaps with something in the way."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dfns_frames as dff
from tests import looks
from tests.looks import JUNE, MACHINES, MAY, PATS, PERMISSIONS, assigned
from tests.naive_compare import Held, Row, Shown, holders, permissions, sources, told

OPERATIONS = ("Wallets:Read", "Wallets:Transfers:Create", "Webhooks:Create", "Auth:Pats:Create", "New:Op:Do")
NAMES = ("treasury", "ManagedFullAdminAccess", '=HYPERLINK("x")', "\u202e<b>", "")
TOKEN, USER = ("assignment", "operation"), ("user_assignment", "user_operation")
PLACES = (PATS, MACHINES, PERMISSIONS)
ID = {PATS: "tokenId", MACHINES: "userId", PERMISSIONS: "id"}
KINDS = ((PATS, "token"), (MACHINES, "token"), (MACHINES, "user"), (PERMISSIONS, "permission"))

names = st.sampled_from(NAMES)
operations = st.lists(st.sampled_from(OPERATIONS), unique=True, max_size=3)
rights = st.lists(st.tuples(st.sampled_from(["pm-1", "pm-1", "pm-2"]), operations), min_size=1, max_size=2)


@dataclass(frozen=True)
class Thing:
    """A token or a user: what it is called, whether it is on, and what it is assigned."""

    name: str
    active: bool
    rights: list[tuple[str, list[str]]]


@dataclass(frozen=True)
class World:
    """What there truly is."""

    roles: dict[str, str]
    tokens: dict[str, Thing]
    machines: dict[str, tuple[Thing, dict[str, Thing]]]
    permissions: dict[str, tuple[str, list[str]]]


@dataclass(frozen=True)
class Trouble:
    """What stands in the way of a look: of sources, of items by id, of assignments by holder and place."""

    status: dict[str, str] = field(default_factory=dict)
    unseen: frozenset[str] = frozenset()
    broken: frozenset[str] = frozenset()
    nameless: frozenset[str] = frozenset()
    unlisted: frozenset[tuple[str, int]] = frozenset()
    hidden: frozenset[str] = frozenset()


def mostly(*keys: str, of: st.SearchStrategy[Any]) -> st.SearchStrategy[dict[str, Any]]:
    """Return some of the keys, most of them most times, so that two draws have much in common."""
    given = st.fixed_dictionaries({each: st.one_of(of, of, of, st.none()) for each in keys})
    return given.map(lambda drawn: {key: each for key, each in drawn.items() if each is not None})


things = st.builds(Thing, names, st.booleans(), rights)
worlds = st.builds(
    World,
    st.fixed_dictionaries(dict.fromkeys(("pm-1", "pm-2"), names)),
    mostly("to-1", "to-2", of=things),
    mostly("us-m", of=st.tuples(things, mostly("x", "y", of=things))),
    mostly("pm-1", of=st.tuples(names, operations)),
)
ITEMS = ("to-1", "to-2", "us-m", "pm-1")
TROUBLE = ("ok", "ok", "incomplete", "incomplete", "forbidden", "failed", "not asked")
some: st.SearchStrategy[frozenset[str]] = st.one_of(
    st.just(frozenset()), st.frozensets(st.sampled_from(ITEMS), max_size=2)
)
dark = st.tuples(st.sampled_from(["to-1", "to-2", "us-m", "us-m-x"]), st.integers(0, 1))
troubles = st.one_of(
    st.just(Trouble()),
    st.builds(Trouble, unlisted=st.frozensets(dark, min_size=1)),
    st.builds(
        Trouble,
        st.fixed_dictionaries({each: st.sampled_from(TROUBLE) for each in PLACES}),
        some,
        some,
        some,
        st.frozensets(dark, max_size=2),
        st.frozensets(st.sampled_from(["to-1", "to-2", "us-m-x"]), max_size=1),
    ),
)


class Look:
    """One look: the Frames, and what they show in plain values."""

    def __init__(self, world: World, trouble: Trouble, when: Any) -> None:
        self.trouble, self.world = trouble, world
        self.status = {each: trouble.status.get(each, "ok") for each in PLACES}
        listed = {path: [*self._items(path)] for path in PLACES if self._is_read(path)}
        refused = {path: status for path, status in self.status.items() if not self._is_read(path)}
        refused = {path: status for path, status in refused.items() if status != "not asked"}
        incomplete = [path for path, status in self.status.items() if status == "incomplete"]
        # One source is always asked, so that there are Frames at all.
        listed["/auth/user-groups"] = []
        self.frames = looks.frames(listed, when, incomplete=incomplete, refused=refused)
        ids = {*self.frames.tokens.token_id} if "tokens" in self.frames else set()
        self.left_out = {*trouble.hidden} & ids
        if self.left_out:
            self.frames = self.frames.filter(lambda tokens: ~tokens.token_id.isin(trouble.hidden))

    def _is_read(self, path: str) -> bool:
        return self.status[path] in ("ok", "incomplete")

    def _items(self, path: str) -> Any:
        ids: dict[str, Any] = {
            PATS: self.world.tokens,
            MACHINES: self.world.machines,
            PERMISSIONS: self.world.permissions,
        }
        for each in ids[path]:
            if self.status[path] == "incomplete" and each in self.trouble.unseen:
                continue
            item = self._item(path, each)
            if each in self.trouble.nameless:
                item = {"tokenId": 1, "id": 1, "userInfo": 1}
            elif each in self.trouble.broken:
                part = item["userInfo"] if path == MACHINES else item
                part["name" if path != MACHINES else "isActive"] = 7
            yield item

    def _item(self, path: str, each: str) -> Any:
        if path == PATS:
            return self._token(each, self.world.tokens[each])
        if path == PERMISSIONS:
            name, operations = self.world.permissions[each]
            return looks.permission(each, *operations, name=name)
        account, tokens = self.world.machines[each]
        inside = [
            self._token(f"{each}-{token}", thing, kind="ServiceAccount", linkedUserId=each)
            for token, thing in tokens.items()
        ]
        held = self._assigned(each, account)
        return looks.machine(each, *inside, permissions=held, name=account.name, isActive=account.active)

    def _token(self, each: str, thing: Thing, **more: Any) -> Any:
        held = self._assigned(each, thing)
        return looks.token(each, *held, name=thing.name, isActive=thing.active, **more)

    def _assigned(self, holder: str, thing: Thing) -> list[Any]:
        return [
            assigned(each, None if (holder, place) in self.trouble.unlisted else operations)
            | {"permissionName": self.world.roles[each]}
            for place, (each, operations) in enumerate(thing.rights)
        ]

    def shown(self, path: str, kind: str) -> Shown:
        """Return what it shows of tokens, users or permissions of a source."""
        shown = Shown(self.status[path])
        if not shown.is_read:
            return shown
        shown.is_about = (path, kind) != (MACHINES, "token")
        shown.hidden = {*self.left_out} if kind == "token" else set()
        for item in self._items(path):
            items = [item] if path != MACHINES else [item["userInfo"]]
            each = str(1 if items[0] == 1 else items[0].get(ID[path], 1))
            if each == "1":
                shown.nameless = True
            elif each in self.trouble.broken:
                shown.aside.add(each)
            else:
                for thing in item["accessTokens"] if not shown.is_about else items:
                    held = _held(thing, kind)
                    held.strange = self._strange()
                    shown.owners[held.id] = each
                    if held.id not in shown.hidden:
                        shown.things[held.id] = held
        return shown

    def _strange(self) -> set[str]:
        """Return the permissions that are not the vendor's, as far as is known: none of those listed is."""
        if self.status[PERMISSIONS] == "ok":
            return {*self.world.roles}
        read = self._is_read(PERMISSIONS)
        spoilt = self.trouble.broken | self.trouble.nameless
        return (
            {item["id"] for item in self._items(PERMISSIONS) if item["id"] not in spoilt} if read else set()
        )


def _held(item: Any, kind: str) -> Held:
    if kind == "permission":
        alone = [("", "", item["operations"])]
        return Held(item["id"], {"name": item["name"]}, "", alone)
    fields = {"name": item["name"], "is_active": "true" if item["isActive"] else "false"}
    held = [
        (each["permissionId"], each["permissionName"], each.get("operations"))
        for each in item["permissionAssignments"]
    ]
    return Held(item["tokenId"] if kind == "token" else item["userId"], fields, item["kind"], held)


def expected(old: Look, new: Look) -> Counter[Row]:
    """Return what a comparison as plain as can be finds."""
    rows = sources([look.status for look in (old, new)])
    pairs = {each: [look.shown(*each) for look in (old, new)] for each in KINDS}
    rows += holders("token", TOKEN, *pairs[PATS, "token"])
    rows += holders("token", TOKEN, *pairs[MACHINES, "token"])
    rows += holders("user", USER, *pairs[MACHINES, "user"])
    return rows + permissions(*pairs[PERMISSIONS, "permission"])


def _hidden_only(rows: Counter[Row]) -> Counter[Row]:
    """Leave out the rows of tokens that only one side's filter knows; they have a test of their own."""
    kept = Counter(rows)
    for row in rows:
        if row[:2] == ("unknown", "token") and {"left out by a filter", "not listed"} == {*row[4:6]}:
            del kept[row]
    return kept


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds, worlds, troubles, troubles)
def test_comparing_two_looks_finds_what_a_plain_comparison_finds(
    before: World, after: World, here: Trouble, there: Trouble
) -> None:
    """Every row, and no other, whatever stood in the way of either look."""
    old, new = Look(before, here, MAY), Look(after, there, JUNE)
    found = _hidden_only(told(dff.compare(old.frames, new.frames)))
    wanted = expected(old, new)
    loose = {row[:-1] for row in wanted if row[-1] == "*"}
    assert _loosened(found, loose) == wanted


def _loosened(found: Counter[Row], loose: set[Row]) -> Counter[Row]:
    """Leave severities out where two assignments of one permission do not tell which of them is new."""
    made: Counter[Row] = Counter()
    for row, count in found.items():
        made[(*row[:-1], "*") if row[:-1] in loose else row] += count
    return made


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(worlds, worlds, troubles, troubles)
def test_what_is_found_is_true(before: World, after: World, here: Trouble, there: Trouble) -> None:
    """No trouble of a look makes up a change: what is found in spite of it is found without it too."""
    seen = dff.compare(Look(before, here, MAY).frames, Look(after, there, JUNE).frames)
    truth = dff.compare(Look(before, Trouble(), MAY).frames, Look(after, Trouble(), JUNE).frames)
    found, wanted = (
        Counter({row[:-1]: count for row, count in told(rows[rows.change != "unknown"]).items()})
        for rows in (seen, truth)
    )
    assert found <= wanted
