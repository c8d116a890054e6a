"""Columns that are in no response: who asked, and what other tables tell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._api.sources.pats import PATS
from dfns_frames._api.sources.service_accounts import SERVICE_ACCOUNTS
from dfns_frames._api.tables import TABLES
from dfns_frames._engine.values import constant
from dfns_frames._facts.tables import with_column

_PREFIXES = {"us-": "user", "to-": "token", "ap-": "application"}


def with_caller(tables: Mapping[str, pa.Table], caller: str | None) -> dict[str, pa.Table]:
    """Return the tables of one call with whoever made it."""
    made = dict(tables)
    for name, table in tables.items():
        if "caller" in table.column_names:
            values = constant(caller, table.num_rows, TABLES[name]["caller"].kind)
            made[name] = with_column(table, "caller", values)
    return made


def with_organisation(tables: Mapping[str, pa.Table], org: str) -> dict[str, pa.Table]:
    """Return the tables of one call; its lists that name no organisation are given this one."""
    sources = tables["sources"]
    return {**tables, "sources": with_column(sources, "org_id", pc.fill_null(sources["org_id"], org))}


def caller_of(tables: Mapping[str, pa.Table]) -> str | None:
    """Return whose tokens these are, if they are all of one user: a caller is listed only their own.

    Otherwise return what the bearer token said of itself, if that is known.
    """
    asked = tables["sources"]["asked_as"].drop_null()
    claimed: str | None = asked[0].as_py() if len(asked) else None
    if "tokens" not in tables:
        return claimed
    tokens = tables["tokens"]
    own = [source == PATS.path for source in tokens["source"].to_pylist()]
    users = set(tokens["linked_user_id"].filter(pa.array(own, pa.bool_())).to_pylist())
    (user,) = users if len(users) == 1 else (None,)
    return user or claimed


def organisation_of(tables: Mapping[str, pa.Table]) -> str | None:
    """Return the organisation that the items of a list belong to; None if that is none or several."""
    found = {
        text
        for table in tables.values()
        if "org_id" in table.column_names
        for text in table["org_id"].unique().to_pylist()
    } - {None}
    return found.pop() if len(found) == 1 else None


def with_kinds(tables: Mapping[str, pa.Table], was_listed: frozenset[str]) -> dict[str, pa.Table]:
    """Return the tables with the kind of each identity that a permission is given to.

    An id says by its prefix only what it may be; among those that were read it is found for certain.

    Parameters
    ----------
    tables
        The tables.
    was_listed
        Tokens that a filter left out.
    """
    given = tables.get("permission_assignments")
    if given is None:
        return dict(tables)
    known = _kinds(tables) | dict.fromkeys(was_listed, "token")
    ids = given["identity_id"].cast(pa.string()).to_pylist()
    kinds = [known.get(each) or _PREFIXES.get((each or "")[:3], "unknown") for each in ids]
    if kinds == given["identity_kind"].cast(pa.string()).to_pylist():
        return dict(tables)
    values = pa.array(kinds, pa.string()).dictionary_encode()
    return {**tables, "permission_assignments": with_column(given, "identity_kind", values)}


def _kinds(tables: Mapping[str, pa.Table]) -> dict[str | None, str]:
    """Return the kind of each id that was read; the surest last, as it counts."""
    known: dict[str | None, str] = {}

    def note(name: str, column: str, kind: str) -> None:
        if name in tables:
            ids: list[Any] = tables[name][column].cast(pa.string()).unique().to_pylist()
            known.update(dict.fromkeys(ids, kind))

    note("tokens", "linked_app_id", "application")
    note("user_groups", "group_id", "group")
    note("users", "user_id", "user")
    note("tokens", "token_id", "token")
    if "users" in tables:
        users = tables["users"]
        columns = [users[name].to_pylist() for name in ("user_id", "source", "is_service_account")]
        for user, source, is_machine in zip(*columns, strict=True):
            if is_machine or source == SERVICE_ACCOUNTS.path:
                known[user] = "service_account"
    known.pop(None, None)
    return known
