"""The columns that several tables have: one name, one type and one meaning."""

from __future__ import annotations

from dataclasses import replace

from dfns_frames._api.catalogue import operation_names
from dfns_frames._api.vocabulary import Column, Kind

SOURCE = Column("source", Kind.CATEGORY, "The endpoint that the row came from.")
CALLER = Column(
    "caller",
    Kind.CATEGORY,
    "Who asked: the name given (caller=); else the user that all listed tokens act for; else the one that "
    "the bearer token names, unverified.",
)

TOKEN_NO = Column("token_no", Kind.POSITION, "Position of the token among those listed, from 0.")
USER_NO = Column("user_no", Kind.POSITION, "Position of the user among those listed, from 0.")
PERMISSION_NO = Column("permission_no", Kind.POSITION, "Position of the permission in its list, from 0.")
POLICY_NO = Column("policy_no", Kind.POSITION, "Position of the policy among those listed, from 0.")

TOKEN_ID = Column("token_id", Kind.CATEGORY_ID, "Id of the token (to-…).")
USER_ID = Column("user_id", Kind.CATEGORY_ID, "Id of the user (us-…).")
PERMISSION_ID = Column("permission_id", Kind.CATEGORY_ID, "Id of the permission, a role in the dashboard.")
GROUP_ID = Column("group_id", Kind.CATEGORY_ID, "Id of the group of users.")
POLICY_ID = Column("policy_id", Kind.CATEGORY_ID, "Id of the policy.")
ORG_ID = Column("org_id", Kind.ID, "Organisation that it belongs to (or-…).")
TENANT_ID = Column("tenant_id", Kind.ID, "Tenant that it belongs to; missing where there are no tenants.")

PERMISSION_NAME = Column("permission_name", Kind.CATEGORY, "Name of the permission.")
OPERATION = Column(
    "operation", Kind.CATEGORY, "What it allows, such as Wallets:Read.", known=operation_names()
)
DATE_CREATED = Column("date_created", Kind.TIME, "When it was created.")
DATE_UPDATED = Column("date_updated", Kind.TIME, "When it was last changed.")

CHANGES = (
    Column("change_id", Kind.ID, "Id of the change that waits for approval; missing if there is none."),
    Column(
        "change_status",
        Kind.CATEGORY,
        "What became of that change: Pending, Applied, Failed or Rejected.",
        known=frozenset({"Applied", "Failed", "Pending", "Rejected"}),
    ),
)
CHANGE_REQUESTED_BY = Column("change_requested_by", Kind.JOIN_ID, "User who asked for that change (us-…).")
CHANGE_DATE = Column("change_date", Kind.TIME, "When that change was asked for.")


def own(column: Column) -> Column:
    """Return an id's column for the table whose rows it identifies, where each row has its own."""
    return replace(column, kind=Kind.JOIN_ID)
