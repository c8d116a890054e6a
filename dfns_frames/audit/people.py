"""Rules about people: administrators, invitations, and identities that no list holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from dfns_frames._api.sources.pats import PATS
from dfns_frames._api.sources.permission_assignments import PERMISSION_ASSIGNMENTS
from dfns_frames._api.sources.permissions import PERMISSIONS
from dfns_frames._api.sources.policies import POLICIES
from dfns_frames._api.sources.service_accounts import SERVICE_ACCOUNTS
from dfns_frames._api.sources.user_groups import USER_GROUP_MEMBERS, USER_GROUPS
from dfns_frames._api.sources.users import USERS
from dfns_frames._api.ways import ASSIGN
from dfns_frames._facts.contents import catalogue, is_managed, operations, permissions
from dfns_frames._facts.holdings import severity_of
from dfns_frames._facts.people import ACTIVE, people
from dfns_frames._facts.policies import BLOCKED, OTHERS, UNKNOWN_GATE
from dfns_frames._facts.presence import is_whole, listed_tokens, places, statuses, table
from dfns_frames._facts.provenance import filtered
from dfns_frames._facts.rights import groups, is_complete, user_rights
from dfns_frames.audit.framework import Context, Found, Subjects, rule
from dfns_frames.audit.powers import places_of, user_powers
from dfns_frames.audit.remedies import REVOKE
from dfns_frames.audit.terms import (
    MAYBE,
    contents_of,
    name_of_user,
    organisation,
    registration,
    user_priv,
)
from dfns_frames.audit.unsure import UNREAD_GATE, said
from dfns_frames.audit.wording import counted, quoted, some

if TYPE_CHECKING:
    from dfns_frames._facts.tables import Tables

_RIGHTS = (
    USERS.path,
    PERMISSIONS.path,
    PERMISSION_ASSIGNMENTS.path,
    USER_GROUPS.path,
    USER_GROUP_MEMBERS.path,
)


@rule(
    "U01",
    "Number of full administrators",
    severity="high",
    category="people",
    why=(
        "With only one, nobody can step in when that person cannot; with many, one compromised account is "
        "enough to lose everything. Severity: medium if exactly one active person is a full administrator; "
        "high if more than 3 are, and they can assign permissions without the approval of others."
    ),
    remedy=(
        "If there is one, somebody who holds Permissions:Assign gives a second person full administration: "
        "POST /permissions/{permissionId}/assignments. If there are too many, somebody who holds "
        f"Permissions:Revoke takes it from those who do not need it: {REVOKE}."
    ),
    references="DSC, AC-6(5), CIS 5.4",
    reads=(*_RIGHTS, POLICIES.path),
    needs=(USERS.path,),
    cannot_see="Whether these people can be reached, and rights that come from a tenant.",
    gated_by=ASSIGN,
    thresholds={"most": 3},
)
def administrators(context: Context) -> Found:
    """Find an organisation with one full administrator, or with too many."""
    frames, everyone = context.frames, people(context.frames)
    persons = everyone.found & ~everyone.is_machine & (everyone.active == ACTIVE)
    full = np.flatnonzero(persons & user_rights(frames).everything)
    unsure = persons & ~user_rights(frames).everything & ~is_complete(frames)
    gate = user_powers(frames).gate[full][:, places_of(["assign_a_permission"])[0]]
    free = bool((~np.isin(gate, (BLOCKED, OTHERS))).any())
    most = context.days("U01.most")
    many = len(full) > most and free
    hit = len(full) == 1 or many
    names = some(sorted(quoted(name_of_user(frames, each)) for each in full.tolist()), 20)
    text = f"{counted(len(full), 'active person', 'active people')} "
    text += f"{'is a full administrator' if len(full) == 1 else 'are full administrators'}: {names}"
    doubt = counted(int(unsure.sum()), "active person", "active people")
    return Found(
        organisation(frames, hit),
        "high" if many else "medium",
        f"more than {most:g}, and nobody else guards assigning permissions" if many else "exactly one",
        [f"{text}{'; each can assign permissions without the approval of others' if many else ''}."] * hit,
        int(persons.sum()),
        confidence="likely" if unsure.any() and not many else "certain",
        operations="everything",
        unknown=said(
            f"The rights of {doubt} are not fully known." if unsure.any() else None,
            UNREAD_GATE if many and (gate == UNKNOWN_GATE).any() else None,
        ),
        missing=[f"{doubt} whose rights are not fully known"] * bool(unsure.any()),
    )


@rule(
    "U03",
    "Open invitation that already holds rights",
    severity="high",
    category="people",
    why=(
        "Whoever gets hold of the invitation can register in that person's place and then has these "
        "permissions. Severity: medium; high if they contain an operation of severity critical or high."
    ),
    remedy=(
        "Somebody who holds Auth:Users:Deactivate switches the user off until they register: PUT "
        "/auth/users/{userId}/deactivate. Or somebody who holds Permissions:Revoke takes the permissions "
        f"away: {REVOKE}."
    ),
    references="AC-2, CIS 6.1",
    reads=_RIGHTS,
    needs=((USERS.path,),),
    cannot_see="An invitation that was sent this morning.",
    gated_by=ASSIGN,
)
def open_invitation(context: Context) -> Found:
    """Find users who never registered and already hold permissions."""
    frames, everyone, priv = context.frames, people(context.frames), user_priv(context.frames)
    given = table(frames, "users")["assignment_count"].fill_null(0).to_numpy()
    held = np.bincount(everyone.number, given, len(everyone.ids)).astype(np.int64).tolist()
    registered = registration(frames)
    persons = np.flatnonzero(everyone.found & ~everyone.is_machine & (everyone.active == ACTIVE)).tolist()
    found = [number for number in persons if registered[number] == 0 and held[number] > 0]
    rows = [int(everyone.row[number]) for number in found]
    ids = table(frames, "users")["user_id"].to_pylist()
    return Found(
        Subjects(
            "user",
            [everyone.ids[number] for number in found],
            [name_of_user(frames, number, plain=True) for number in found],
            contents_of(frames, "users", rows, ids),
        ),
        ["high" if priv[number] else "medium" for number in found],
        [_HOLDS[bool(priv[number])] for number in found],
        [
            f"{quoted(name_of_user(frames, number))} was invited and has not registered, and already holds "
            f"{counted(held[number], 'permission')}; {_HOLDS[bool(priv[number])]}."
            for number in found
        ],
        len(persons),
        confidence=["likely" if priv[number] == MAYBE else "certain" for number in found],
        unknown=[
            "Whether they can use these operations is not known."
            if priv[number] == MAYBE
            else None
            if priv[number] or is_complete(frames)[number]
            else "Their rights were not read in full, so they may hold more."
            for number in found
        ],
    )


_HOLDS = {
    True: "operations of severity critical or high are included",
    False: "no operation of severity critical or high is included",
}


@rule(
    "T01",
    "Rights of somebody who is on no list",
    severity="high",
    category="people",
    why=(
        "Permissions are assigned to it, so it exists or may work again, and nobody reviews it. Severity: "
        "medium; high if it holds an operation of severity critical or high, or everything."
    ),
    remedy=(
        "If it is a token, ask its owner to save GET /auth/pats, and join that list with concat. If nobody "
        "knows it, or the identity is gone, somebody who holds Permissions:Revoke takes the permission away: "
        f"{REVOKE}."
    ),
    references="NHI1, AC-2, CIS 5.1",
    reads=(
        PERMISSION_ASSIGNMENTS.path,
        PERMISSIONS.path,
        PATS.path,
        SERVICE_ACCOUNTS.path,
        USERS.path,
        USER_GROUPS.path,
    ),
    needs=((PERMISSION_ASSIGNMENTS.path,),),
    cannot_see="Tokens of colleagues whose lists nobody has collected: collect them. Applications.",
    gated_by=ASSIGN,
)
def on_no_list(context: Context) -> Found:
    """Find identities that have permissions and stand on no list."""
    frames = context.frames
    given = table(frames, "permission_assignments")
    effective = np.asarray(given["in_effect"].fill_null(True)).astype(bool)
    identity = given["identity_id"].cast(pa.string()).to_pylist()
    kinds = given["identity_kind"].cast(pa.string()).to_pylist()
    permission = places(given["permission_id"], permissions(frames).ids).tolist()
    names = given["permission_id"].cast(pa.string()).to_pylist()
    held: dict[str, set[tuple[int, str | None]]] = {}
    kind_of: dict[str, str] = {}
    for row in np.flatnonzero(effective).tolist():
        if (who := identity[row]) is not None:
            held.setdefault(who, set()).add((permission[row], names[row]))
            kind_of.setdefault(who, _kind(who, kinds[row]))
    known = _listed(frames)
    strangers = sorted(who for who in held if who not in known)
    found = [who for who in strangers if _is_looked_for(frames, kind_of[who])]
    unsure = [who for who in strangers if not _is_looked_for(frames, kind_of[who])]
    worst = [_worst(frames, [place for place, _ in held[who]]) for who in found]
    return Found(
        Subjects("identity", found, None),
        ["high" if severe else "medium" for severe, *_ in worst],
        [_HOLDS[severe] for severe, *_ in worst],
        [
            f"{_CALLED[kind_of[who]]} {quoted(who)} is on no list that was read, and holds "
            f"{_permissions(frames, held[who])}; {_HOLDS[severe]}."
            for who, (severe, *_) in zip(found, worst, strict=True)
        ],
        len(held),
        confidence="likely",
        operations=[text for _, text, _ in worst],
        unknown=[
            "No list says what some of these permissions contain." if dark else None for *_, dark in worst
        ],
        missing=_not_looked_for([kind_of[who] for who in unsure]),
    )


_CALLED = {
    "token": "The token",
    "user": "The user",
    "application": "The application",
    "other": "The identity",
}


def _not_looked_for(kinds: list[str]) -> list[str]:
    """Say how many identities could not be looked for."""
    apps = kinds.count("application")
    others = len(kinds) - apps
    said = [f"{counted(apps, 'application')} that no source lists"] * bool(apps)
    unread = f"{counted(others, 'identity', 'identities')} of a kind whose lists were not read in full"
    return said + [unread] * bool(others)


def _kind(identity: str, kind: str | None) -> str:
    """Return what an identity is, as far as its kind or the beginning of its id tells."""
    if kind in ("token", "application"):
        return kind
    if kind in ("user", "service_account"):
        return "user"
    prefixes = {"to-": "token", "us-": "user", "ap-": "application"}
    return prefixes.get(identity[:3], "other")


def _is_looked_for(frames: Tables, kind: str) -> bool:
    """Tell whether the lists that would hold such an identity were read."""
    people_read = is_whole(frames, USERS.path) and is_whole(frames, SERVICE_ACCOUNTS.path)
    tokens_read = is_whole(frames, PATS.path) or is_whole(frames, SERVICE_ACCOUNTS.path)
    # Read back from a file, filtered frames do not know any more which tokens the filter left out.
    tokens_read &= not filtered(frames) or bool(getattr(frames, "was_listed", ()))
    groups_read = is_whole(frames, USER_GROUPS.path) or "unavailable" in statuses(frames, USER_GROUPS.path)
    read = {"token": tokens_read, "user": people_read, "application": False}
    return read.get(kind, people_read and tokens_read and groups_read)


def _listed(frames: Tables) -> set[str]:
    """Return the ids of all that is listed."""
    everyone = people(frames)
    users = {everyone.ids[number] for number in np.flatnonzero(everyone.found).tolist()}
    return {each for each in users if each} | listed_tokens(frames) | set(groups(frames))


def _worst(frames: Tables, held: list[int]) -> tuple[bool, str | None, bool]:
    """Tell whether permissions contain what is severe, which operations, and whether any is unknown."""
    known, names = permissions(frames), operations(frames)
    place = np.array(sorted(held), dtype=np.int64)
    there = place[place >= 0]
    dark = len(there) < len(place)
    if known.everything(there, is_managed(known.names)[there]).any():
        return True, "everything", False
    held_here = [known.operation[known.starts[each] : known.starts[each + 1]] for each in there.tolist()]
    contained = np.unique(names.today[np.concatenate([*held_here, np.zeros(0, dtype=np.int64)])])
    listed = sorted(names.names[each] for each in contained.tolist())
    severe = [name for name, rank in zip(listed, severity_of(listed).tolist(), strict=True) if rank <= 1]
    return bool(severe), ", ".join(severe) or None, dark or any(name not in catalogue() for name in listed)


def _permissions(frames: Tables, held: set[tuple[int, str | None]]) -> str:
    """Return the permissions that somebody holds, by name."""
    known = permissions(frames)
    names = sorted(quoted((known.names[place] if place >= 0 else None) or name) for place, name in held)
    return f"the permission{'s' * (len(names) > 1)} {some(names)}"
