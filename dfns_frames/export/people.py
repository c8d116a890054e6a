"""The sheets of who can act: who can do what, and the users."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa

from dfns_frames import measures
from dfns_frames._api.catalogue import CATEGORIES, SEVERITIES, UNKNOWN
from dfns_frames._api.ways import WAYS
from dfns_frames._facts.abilities import ALONE
from dfns_frames._facts.contents import operations, permissions
from dfns_frames._facts.effective import NO, user_effective
from dfns_frames._facts.holdings import severity_of
from dfns_frames._facts.keys import parent_rows
from dfns_frames._facts.people import people, token_users, user_names
from dfns_frames._facts.presence import has, table
from dfns_frames._facts.rights import group_rights, user_rights
from dfns_frames.export.organisation import (
    FLAGS,
    USERS,
    WHO_CAN,
    WORST,
    joined,
    pair,
    sheet,
    titles,
    with_rest,
)

if TYPE_CHECKING:
    from dfns_frames._facts.codes import Ints
    from dfns_frames._facts.tables import Tables
    from dfns_frames.export.about import Changes
    from dfns_frames.export.sheet import Sheet

_FULL = "full administrator"


def who_can_sheet(tables: Tables, altered: Changes) -> list[Sheet]:
    """Return the sheet of who can do what; none where nothing but tokens was read."""
    if WHO_CAN not in titles(tables):
        return []
    found = [
        measures.who_can(tables, name).assign(can=category.label)
        for name, category in CATEGORIES.items()
        if any(way.category == name for way in WAYS.values())
    ]
    frame = pd.concat(found, ignore_index=True)
    nowhere = frame["way"].isna()
    # Who may be able to do anything has a row in each answer, which is one row here.
    repeated = frame[nowhere].duplicated(["identity_kind", "identity_id", "name"])
    frame.loc[nowhere, "can"] = None
    frame = frame.drop(index=repeated.index[repeated])
    rank = frame["alone"].astype(str).map({word: place for place, word in enumerate(ALONE)})
    frame = frame.loc[rank.sort_values(kind="stable").index]
    names = pair(tables, "policies", "policy_id", "name")
    columns = {
        "who": frame["name"],
        "kind": frame["identity_kind"],
        "owner": frame["owner_name"].fillna(frame["owner_id"]),
        "can": frame["can"],
        "way": frame["way"].str.replace("_", " "),
        "alone": frame["alone"],
        "gate": frame["gate"],
        "effective": frame["effective"],
        "active": frame["active"],
        "policies": frame["policies"].map(lambda ids: _named(ids, names)),
        "basis": frame["basis"],
        "scope": frame["scope"],
        "identity_id": frame["identity_id"],
        "owner_id": frame["owner_id"],
    }
    cells = pa.table({name: _arrow(values) for name, values in columns.items()})
    widths = {"who": 24.0, "kind": 14.0, "owner": 18.0, "can": 15.0, "way": 23.0, "gate": 17.0, "basis": 14.0}
    widths |= {"alone": 10.0, "effective": 9.5, "policies": 54.0, "scope": 13.0}
    return [sheet(WHO_CAN, cells, altered, widths, answers={"alone", "effective"})]


def _named(ids: Any, names: dict[str, str | None]) -> str | None:
    if pd.isna(ids):
        return None
    return "; ".join(names.get(each) or each for each in str(ids).split(", "))


def _arrow(values: pd.Series[Any]) -> pa.Array:
    if values.dtype == "boolean":
        return pa.array(values, pa.bool_(), from_pandas=True)
    return pa.array(values.astype(object), pa.string(), from_pandas=True)


def users_sheet(tables: Tables, altered: Changes) -> list[Sheet]:
    """Return the sheet of users; none where none were read."""
    if not has(tables, "users"):
        return []
    everyone, listed = people(tables), table(tables, "users")
    number = everyone.number
    tokens = np.bincount(token_users(tables)[token_users(tables) >= 0], minlength=len(everyone.ids))
    groups, given = _groups_of(tables), _permissions_of(tables)
    full = user_rights(tables).everything[number]
    columns = {
        "name": user_names(tables).take(pa.array(number)),
        "username": listed["username"],
        "kind": listed["kind"],
        **{FLAGS[name]: listed[name] for name in ("is_active", "is_service_account", "is_registered")},
        "SSO required": listed["is_sso_required"],
        "tokens": pa.array(tokens[number]),
        "groups": pa.array([joined(groups[each]) for each in number], pa.string()),
        "permissions": pa.array([joined(given[each]) for each in number], pa.string()),
        _FULL: pa.array(["yes" if each else None for each in full], pa.string()),
        WORST: pa.array([_worst_words(*each) for each in zip(*_worst_of_users(tables), strict=True)])
        .cast(pa.string())
        .take(pa.array(number)),
    }
    return [
        sheet(
            USERS, with_rest(listed, columns), altered,
            {
                "name": 18.0, "username": 30.0, "kind": 18.0, "groups": 16.0, "permissions": 34.0,
                "tokens": 7.0, _FULL: 13.0, WORST: 10.0, "registered": 10.0,
            },
            answers={_FULL}, severities={WORST},
        )
    ]  # fmt: skip


def _worst_of_users(tables: Tables) -> tuple[Ints, Any]:
    """Return the highest severity of what each user can do, and whether more may be held."""
    found, names = user_effective(tables), operations(tables).names
    can = found.effective != NO
    worst = np.full(len(people(tables).ids), len(SEVERITIES))
    np.minimum.at(worst, found.holder[can], severity_of(names)[found.operation[can]])
    return worst, user_rights(tables).is_unresolved


def _worst_words(place: int, is_bound: bool) -> str | None:
    if place == len(SEVERITIES):
        return UNKNOWN if is_bound else None
    word = SEVERITIES[place]
    return f"at least {word}" if is_bound and word not in (SEVERITIES[0], UNKNOWN) else word


def _groups_of(tables: Tables) -> list[list[str]]:
    """Return the names of each user's groups."""
    names, ids = pair(tables, "user_groups", "group_id", "name"), people(tables).ids
    number = {text: place for place, text in enumerate(ids) if text}
    found: list[list[str]] = [[] for _ in ids]
    members = table(tables, "user_group_members").select(["user_id", "group_id"]).to_pylist()
    for member in members:
        if member["user_id"] in number:
            group = member["group_id"]
            found[number[member["user_id"]]].append(names.get(group) or group)
    return found


def _permissions_of(tables: Tables) -> list[list[str]]:
    """Return the names of each user's permissions: those given directly, then those of groups."""
    listed, given = table(tables, "users"), table(tables, "user_assignments")
    found: list[list[str]] = [[] for _ in people(tables).ids]
    number = np.append(people(tables).number, -1)[parent_rows(listed, given, "user_no")]
    for user, name in zip(number, given["permission_name"].to_pylist(), strict=True):
        if user >= 0:
            found[user].append(name or "(no name)")
    known = permissions(tables)
    for user, place in zip(*group_rights(tables), strict=True):
        found[user].append((known.names[place] if place >= 0 else None) or "(no name)")
    return found
