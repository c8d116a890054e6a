"""The organisation's groups of users, and their members: a listing for each group."""

from __future__ import annotations

from dfns_frames._api import identities
from dfns_frames._api.vocabulary import Rows, Source

USER_GROUPS = Source(
    "/auth/user-groups",
    "user group",
    "user groups",
    operation="Auth:UserGroups:Read",
    scope="organization",
    rows=Rows(
        "items[]",
        identities.USER_GROUPS,
        {
            "group_id": "id",
            "name": "name",
            "description": "description?",
            "member_count": "memberCount",
            "org_id": "orgId?",
            "tenant_id": "tenantId?",
            "date_created": "dateCreated",
            "date_updated": "dateUpdated",
        },
    ),
    item_id="id",
    page_size=50,
    method="user_groups",
)

USER_GROUP_MEMBERS = Source(
    "/auth/user-groups/{id}/members",
    "group member",
    "group members",
    operation="Auth:UserGroups:Members:Read",
    scope="organization",
    rows=Rows(
        "items[]",
        identities.USER_GROUP_MEMBERS,
        # The shape of a member is not published: its id is all that is read, and nothing else is news.
        {"user_id": "userId|id"},
        given={"group_id": "id"},
        known=("*",),
    ),
    item_id="userId|id",
    page_size=50,
    each=("user_groups", "group_id"),
    method="user_group_members",
)
