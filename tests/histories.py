"""Random histories of an organisation: what it truly is, what each look lists of it, and what that shows.

A look is plain JSON. Its Frames are read from that; so is, by `naive_past` and on its own, what it shows.
"""

from __future__ import annotations

import copy
import json
import warnings
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import dfns_frames as dff
from dfns_frames._api.readings import SOURCES as READ
from dfns_frames._api.sources import SOURCES as DECLARED
from dfns_frames._engine.reader import Reader
from dfns_frames._hidden import Body
from dfns_frames.frames.intake import to_frames
from tests.looks import Json, assigned, machine, permission, token, user

PATS, MACHINES, USERS = "/auth/pats", "/auth/service-accounts", "/auth/users"
PERMISSIONS, GRANTS = "/permissions", "/permissions/{id}/assignments"
GROUPS, MEMBERS, POLICIES = "/auth/user-groups", "/auth/user-groups/{id}/members", "/v2/policies"
SOURCES = (PATS, MACHINES, USERS, PERMISSIONS, GRANTS, GROUPS, MEMBERS, POLICIES)
EACH = {GRANTS: ("pm-1", "pm-2"), MEMBERS: ("ug-1", "ug-2")}
"""The sources that are listed parent by parent: of which parents."""

CALLERS = ("us-1", "us-2")
START = datetime(2026, 3, 2, tzinfo=UTC)
OPERATIONS = ("Wallets:Read", "Wallets:Transfers:Create", "Auth:Pats:Create", "New:Op:Do")
NAMES = ("treasury", "ManagedFullAdminAccess", "")
USER_IDS = ("us-1", "us-2", "us-m")
DATES = ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00.250Z")

World = dict[str, dict[str, Json]]
"""What there truly is: of each source the items, by a name of their own."""


def _pick(random: Random) -> list[str]:
    return [each for each in OPERATIONS if random.random() < 0.4]


def _assigned(random: Random) -> list[Json]:
    made = []
    for which in ("pm-1", "pm-2"):
        if random.random() < 0.6:
            one = assigned(which, _pick(random), name=random.choice(NAMES))
            one["assignmentId"] = random.choice(("", f"as-{which}", f"as-{which}x"))
            made.append(one)
    return made


def _change(random: Random) -> Json:
    return {
        "id": random.choice(("cr-1", "cr-2")),
        "status": random.choice(("Pending", "Applied")),
        "operationKind": random.choice(("Create", "Delete")),
        "dateCreated": random.choice(DATES),
        "requester": {"userId": random.choice(USER_IDS)},
    }


def _token(random: Random, token_id: str, **more: Any) -> Json:
    active, name = random.random() < 0.7, random.choice(NAMES)
    return token(token_id, *_assigned(random), isActive=active, name=name, **more)


def _user(random: Random, user_id: str) -> Json:
    made = user(user_id, *_assigned(random), isActive=random.random() < 0.7)
    made["isRegistered"] = random.random() < 0.8
    return made if random.random() < 0.8 else {key: each for key, each in made.items() if key != "name"}


def _machine(random: Random, user_id: str) -> Json:
    more = {"kind": "ServiceAccount", "linkedUserId": user_id}
    inside = [_token(random, f"to-{user_id}-{each}", **more) for each in "xy" if random.random() < 0.7]
    held, active = _assigned(random), random.random() < 0.7
    return machine(user_id, *inside, permissions=held, isActive=active)


def _permission(random: Random, permission_id: str) -> Json:
    made = permission(permission_id, *_pick(random), name=random.choice(NAMES))
    made |= {"isImmutable": random.random() < 0.5, "dateUpdated": random.choice(DATES)}
    if random.random() < 0.3:
        made["pendingChangeRequest"] = {**_change(random), "body": {"operations": _pick(random)}}
    return made


def _grant(random: Random, assignment_id: str, permission_id: str) -> Json:
    made = {
        "id": assignment_id,
        "permissionId": permission_id,
        "identityId": random.choice(("us-1", "ug-1", "ug-2", "to-1", "xx-1")),
        "isImmutable": random.random() < 0.2,
        "dateCreated": DATES[0],
        "dateUpdated": random.choice(DATES),
    }
    return made | ({"pendingChangeRequest": _change(random)} if random.random() < 0.4 else {})


def _group(random: Random, group_id: str) -> Json:
    made = {
        "id": group_id,
        "name": random.choice(NAMES),
        "memberCount": random.randrange(3),
        "dateCreated": DATES[0],
        "dateUpdated": random.choice(DATES),
    }
    return made | ({"description": "x"} if random.random() < 0.5 else {})


def _policy(random: Random, policy_id: str) -> Json:
    groups = []
    for _ in range(random.randrange(3)):
        named = [each for each in USER_IDS if random.random() < 0.5]
        one: Json = {"quorum": random.choice((1, 2)), "approvers": {"userId": {"in": named}} if named else {}}
        groups.append(one | ({"name": random.choice(NAMES)} if random.random() < 0.5 else {}))
    wallets = [each for each in ("wa-1", "wa-2") if random.random() < 0.5]
    tags = [each for each in ("t", "") if random.random() < 0.4]
    made: Json = {
        "id": policy_id,
        "name": random.choice(NAMES),
        "status": random.choice(("Active", "Archived")),
        "activityKind": "Wallets:Sign",
        "rule": {"kind": "TransactionAmountLimit", "configuration": {"limit": random.choice((1, 2.5, 250))}},
        "action": {"kind": "RequestApproval", "approvalGroups": groups},
        "filters": {"walletId": {"in": wallets}, "walletTags": {"hasAny": tags}},
    }
    if random.random() < 0.5:
        made["action"]["autoRejectTimeout"] = random.choice((5, 60))
    return made | ({"dateUpdated": random.choice(DATES)} if random.random() < 0.5 else {})


_MAKERS: dict[str, dict[str, Any]] = {
    f"{PATS} us-1": dict.fromkeys(("to-1", "to-2"), _token),
    f"{PATS} us-2": {"to-3": lambda random, each: _token(random, each, linkedUserId="us-2")},
    MACHINES: dict.fromkeys(("us-m", "us-n"), _machine),
    USERS: dict.fromkeys(("us-1", "us-2"), _user),
    PERMISSIONS: dict.fromkeys(("pm-1", "pm-2"), _permission),
    GRANTS: {
        each: (lambda random, each: _grant(random, each, f"pm-{each[3]}"))
        for each in ("as-1", "as-11", "as-2")
    },
    GROUPS: dict.fromkeys(("ug-1", "ug-2"), _group),
    MEMBERS: {
        f"{group} {each}": (lambda random, each: {"userId": each[5:]})
        for group in ("ug-1", "ug-2")
        for each in ("us-1", "us-2")
    },
    POLICIES: dict.fromkeys(("plc-1", "plc-2"), _policy),
}


def made(random: Random) -> World:
    """Make up an organisation."""
    return {
        path: {each: make(random, each) for each, make in makers.items() if random.random() < 0.7}
        for path, makers in _MAKERS.items()
    }


def later(random: Random, world: World) -> World:
    """Return what became of an organisation: some things came, some went, some are not as they were."""
    new = copy.deepcopy(world)
    for path, makers in _MAKERS.items():
        for each, make in makers.items():
            what = random.random()
            if what < 0.15:
                new[path].pop(each, None)
            elif what < 0.4:
                new[path][each] = make(random, each)
    return {path: dict(sorted(items.items())) for path, items in new.items()}


@dataclass
class Listing:
    """What one look got of one source.

    Parameters
    ----------
    status
        What came of it.
    when
        When the list was made.
    items
        The items, each with the parent that it is listed under: as they are, or spoilt.
    aside
        Ids of the items that are spoilt; None for one whose id is, too.
    """

    status: str
    when: datetime
    items: list[tuple[str, Json]] = field(default_factory=list)
    aside: list[str | None] = field(default_factory=list)

    @property
    def is_read(self) -> bool:
        return self.status in ("ok", "incomplete")

    @property
    def is_complete(self) -> bool:
        return self.status == "ok" and None not in self.aside


@dataclass
class Look:
    """What one caller got at one time, source by source."""

    caller: str
    listings: dict[str, Listing]


_ID = {PATS: "tokenId", MACHINES: "userId", USERS: "userId", MEMBERS: "userId"}


def looked(
    random: Random, world: World, caller: str, when: datetime, trouble: float, *, repeats: bool = True
) -> Look:
    """Look at an organisation, with more or less trouble; perhaps some items are listed twice."""
    listings: dict[str, Listing] = {}
    for number, path in enumerate(SOURCES):
        statuses = ("incomplete", "forbidden", "failed", "not asked")
        status = random.choice(statuses) if random.random() < trouble else "ok"
        listing = Listing(status, when + timedelta(seconds=7 * number))
        if listing.is_read:
            _fill(random, listing, path, world[f"{path} {caller}" if path == PATS else path], trouble)
            if repeats:
                _repeat(random, path, listing, trouble)
        if status != "not asked" or (path == SOURCES[-1] and not listings):
            listings[path] = listing
    return Look(caller, listings)


def _fill(random: Random, listing: Listing, path: str, items: dict[str, Json], trouble: float) -> None:
    for name, item in items.items():
        parent = {GRANTS: f"pm-{name[3:4]}", MEMBERS: name[:4]}.get(path, "")
        if listing.status == "incomplete" and random.random() < 0.4:
            continue
        shown = copy.deepcopy(item)
        for one in (one for held in _holders(path, shown) for one in held):
            if random.random() < trouble / 2:
                one.pop("operations", None)
        if random.random() < trouble / 3:
            inner = shown["userInfo"] if path == MACHINES else shown
            key = _ID.get(path, "id")
            listing.aside.append(inner[key])
            if path == MEMBERS or random.random() < 0.3:
                inner[key], listing.aside[-1] = 5, None
            inner["isActive" if path in (PATS, MACHINES, USERS) else "name"] = 7
            inner["dateCreated"] = 7
        listing.items.append((parent, shown))


def _repeat(random: Random, path: str, listing: Listing, trouble: float) -> None:
    """List some things twice, as they are: items, and what is assigned in them."""
    for _, item in listing.items:
        for held in _holders(path, item):
            held += [each for each in held if random.random() < trouble / 4]
    listing.items += [each for each in listing.items if random.random() < trouble / 4]


def _holders(path: str, item: Json) -> list[list[Json]]:
    """Return what is assigned to each holder in an item."""
    holders = [item] if path in (PATS, USERS) else []
    if path == MACHINES:
        holders = [item["userInfo"], *item["accessTokens"]]
    return [each["permissionAssignments"] for each in holders]


def history(random: Random, days: int, trouble: float) -> list[Look]:
    """Make up a history, looked at by one caller or the other, and perhaps by both on one day."""
    world, looks = made(random), []
    for day in range(days):
        world = later(random, world)
        when = START + timedelta(days=day)
        first = random.choice((CALLERS[0], *CALLERS))
        looks.append(looked(random, world, first, when, trouble))
        if random.random() < 0.3:
            world = later(random, world)
            other = CALLERS[1 - CALLERS.index(first)]
            looks.append(looked(random, world, other, when + timedelta(hours=5), trouble))
    return looks


def frames(look: Look, org: str = "or-1") -> dff.Frames:
    """Return a look as Frames."""
    parts = [_listed(path, each, look.caller, org) for path, each in look.listings.items() if each.is_read]
    joined = dff.concat(parts) if parts else None
    rows = joined.arrow("sources").to_pylist() if joined else []
    for path, each in look.listings.items():
        if not each.is_read:
            row = {"source": path, "caller": look.caller, "status": each.status, "fetched_at": each.when}
            rows.append({**row, "source_no": len(rows), "fetched_at_basis": "response"})
    tables = {name: joined.arrow(name) for name in joined} if joined else {}
    return dff.Frames({**tables, "sources": READ.from_rows([{**row, "org_id": org} for row in rows])})


def _listed(path: str, listing: Listing, caller: str, org: str) -> dff.Frames:
    reader = Reader(DECLARED[path], skip_invalid=True, saved=True)
    parents = EACH.get(path, ("",))
    for number, parent in enumerate(parents, start=1):
        body: Json = {"items": [item for under, item in listing.items if under == parent]}
        if listing.status == "incomplete" and number == len(parents):
            body["nextPageToken"] = "more"
        text = json.dumps(body).replace('"or-1"', f'"{org}"')
        reader.add(Body(text.encode()), {"id": parent} if parent else None)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dff.DriftWarning)
        return to_frames(reader, url=path, fetched_at=listing.when, basis="response", caller=caller)
