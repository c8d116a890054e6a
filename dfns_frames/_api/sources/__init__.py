"""Every source, a file each."""

from __future__ import annotations

from dfns_frames._api.sources.pats import PATS
from dfns_frames._api.sources.permission_assignments import PERMISSION_ASSIGNMENTS
from dfns_frames._api.sources.permissions import PERMISSIONS
from dfns_frames._api.sources.policies import POLICIES
from dfns_frames._api.sources.service_accounts import SERVICE_ACCOUNTS
from dfns_frames._api.sources.user_groups import USER_GROUP_MEMBERS, USER_GROUPS
from dfns_frames._api.sources.users import USERS

# In the order in which the whole organisation is read: what takes a request for each of many things, last.
SOURCES = {
    source.path: source
    for source in (
        PATS,
        SERVICE_ACCOUNTS,
        USERS,
        PERMISSIONS,
        POLICIES,
        USER_GROUPS,
        USER_GROUP_MEMBERS,
        PERMISSION_ASSIGNMENTS,
    )
}
