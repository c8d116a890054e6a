"""Every table, in the order in which frames show them."""

from __future__ import annotations

from dfns_frames._api.identities import (
    TOKEN_ASSIGNMENTS,
    TOKEN_OPERATIONS,
    TOKENS,
    USER_ASSIGNMENTS,
    USER_GROUP_MEMBERS,
    USER_GROUPS,
    USER_OPERATIONS,
    USERS,
)
from dfns_frames._api.judgements import FINDINGS, RULES, SETTINGS
from dfns_frames._api.readings import DRIFT, REJECTED, SOURCES
from dfns_frames._api.rules import (
    PENDING_OPERATIONS,
    PERMISSION_ASSIGNMENTS,
    PERMISSION_OPERATIONS,
    PERMISSIONS,
    POLICIES,
    POLICY_APPROVERS,
    POLICY_FILTERS,
    POLICY_GROUPS,
)

VERSION = 1
"""The version of the tables that files note. It rises with each column or table that is added, which says so
(`Column.since`): older files lack it, and are read all the same."""

TABLES = {
    table.name: table
    for table in (
        TOKENS,
        TOKEN_ASSIGNMENTS,
        TOKEN_OPERATIONS,
        USERS,
        USER_ASSIGNMENTS,
        USER_OPERATIONS,
        USER_GROUPS,
        USER_GROUP_MEMBERS,
        PERMISSIONS,
        PERMISSION_OPERATIONS,
        PENDING_OPERATIONS,
        PERMISSION_ASSIGNMENTS,
        POLICIES,
        POLICY_GROUPS,
        POLICY_APPROVERS,
        POLICY_FILTERS,
        SOURCES,
        DRIFT,
        REJECTED,
        FINDINGS,
        RULES,
        SETTINGS,
    )
}

JUDGED = frozenset({FINDINGS.name, RULES.name, SETTINGS.name})
"""Tables that an audit makes: they fall away where frames are filtered or joined, as they would be wrong."""
