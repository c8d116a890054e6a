"""The tables of those who can act: tokens, users and groups of users."""

from __future__ import annotations

from dfns_frames._api.columns import (
    CALLER,
    DATE_CREATED,
    DATE_UPDATED,
    GROUP_ID,
    OPERATION,
    ORG_ID,
    PERMISSION_ID,
    PERMISSION_NAME,
    SOURCE,
    TENANT_ID,
    TOKEN_ID,
    TOKEN_NO,
    USER_ID,
    USER_NO,
    own,
)
from dfns_frames._api.vocabulary import Column, Kind, Table

_TOKEN_KINDS = frozenset({"Pat", "ServiceAccount", "Token", "Code", "Recovery", "Temp", "Application"})
_USER_KINDS = frozenset({"CustomerEmployee", "EndUser", "TenantUser", "AccountUser", "DfnsStaff"})

_ASSIGNMENT_NO = Column(
    "assignment_no", Kind.POSITION, "Position of the assignment in its token or user, from 0."
)
_ASSIGNMENT_ID = Column("assignment_id", Kind.ID, "Id of the assignment; often missing, so never a key.")

TOKENS = Table(
    "tokens",
    row="one access token, as listed",
    key=("source", "token_no"),
    ids=("token_id",),
    columns=(
        SOURCE,
        CALLER,
        TOKEN_NO,
        own(TOKEN_ID),
        Column("name", Kind.TEXT, "Name that a user chose for it."),
        Column("kind", Kind.CATEGORY, "Kind of token, such as Pat.", known=_TOKEN_KINDS),
        Column(
            "is_active",
            Kind.FLAG,
            "Whether the API calls it active; its user may be inactive, and it may have expired.",
        ),
        DATE_CREATED,
        ORG_ID,
        Column("linked_user_id", Kind.JOIN_ID, "User that it acts for (us-…)."),
        Column(
            "linked_app_id",
            Kind.JOIN_ID,
            "Application that it acts for (ap-…); missing on personal access tokens.",
        ),
        Column("cred_id", Kind.ID, "Credential that it was created with."),
        Column("public_key", Kind.ID, "Fingerprint of its public key (SHA256:…)."),
        Column(
            "secret_returned",
            Kind.FLAG,
            "Whether the response held the token's secret value, which was dropped.",
        ),
        Column(
            "assignment_count",
            Kind.COUNT,
            "How many permission assignments it has.",
            counts="token_assignments",
        ),
        Column(
            "operation_count",
            Kind.COUNT,
            "How many different operations its assignments list; missing if those of any are unknown.",
            counts="token_operations",
            distinct="operation",
        ),
    ),
    merges=True,  # a service account that asks for its own tokens may be given one that is listed with it too
)

TOKEN_ASSIGNMENTS = Table(
    "token_assignments",
    row="one permission assigned to one token",
    key=("source", "token_no", "assignment_no"),
    ids=("token_id", "permission_id"),
    columns=(
        SOURCE,
        TOKEN_NO,
        _ASSIGNMENT_NO,
        TOKEN_ID,
        PERMISSION_ID,
        PERMISSION_NAME,
        _ASSIGNMENT_ID,
        Column(
            "operation_count",
            Kind.COUNT,
            "How many operations the API listed for it; missing where it listed none at all: unknown.",
            counts="token_operations",
        ),
    ),
)

TOKEN_OPERATIONS = Table(
    "token_operations",
    row="one operation that one assignment gives one token",
    key=("source", "token_no", "assignment_no", "operation"),
    ids=("token_id", "permission_id", "operation"),
    columns=(SOURCE, TOKEN_NO, _ASSIGNMENT_NO, TOKEN_ID, PERMISSION_ID, PERMISSION_NAME, OPERATION),
)

USERS = Table(
    "users",
    row="one user, or the user that one service account acts as",
    key=("source", "user_no"),
    ids=("user_id",),
    columns=(
        SOURCE,
        CALLER,
        USER_NO,
        own(USER_ID),
        Column("username", Kind.TEXT, "Name that the user signs in with, often an e-mail address."),
        Column("name", Kind.TEXT, "Name of the person or service account; missing in older responses."),
        Column("kind", Kind.CATEGORY, "Kind of user, such as CustomerEmployee.", known=_USER_KINDS),
        Column("is_active", Kind.FLAG, "Whether the user may act; their tokens work only while they may."),
        Column("is_service_account", Kind.FLAG, "Whether it is the user side of a service account."),
        Column("is_registered", Kind.FLAG, "Whether the user has completed registration."),
        Column("is_sso_required", Kind.FLAG, "Whether the user has to sign in through single sign-on."),
        ORG_ID,
        TENANT_ID,
        Column("credential_uuid", Kind.ID, "Id of the user's primary credential."),
        Column(
            "assignment_count",
            Kind.COUNT,
            "How many permissions are assigned to the user directly.",
            counts="user_assignments",
        ),
        Column(
            "operation_count",
            Kind.COUNT,
            "How many different operations these list; missing if those of any are unknown.",
            counts="user_operations",
            distinct="operation",
        ),
    ),
)

USER_ASSIGNMENTS = Table(
    "user_assignments",
    row="one permission assigned to one user directly",
    key=("source", "user_no", "assignment_no"),
    ids=("user_id", "permission_id"),
    columns=(
        SOURCE,
        USER_NO,
        _ASSIGNMENT_NO,
        USER_ID,
        PERMISSION_ID,
        PERMISSION_NAME,
        _ASSIGNMENT_ID,
        Column(
            "operation_count",
            Kind.COUNT,
            "How many operations the API listed for it; missing where it listed none at all: unknown.",
            counts="user_operations",
        ),
    ),
)

USER_OPERATIONS = Table(
    "user_operations",
    row="one operation that one assignment gives one user",
    key=("source", "user_no", "assignment_no", "operation"),
    ids=("user_id", "permission_id", "operation"),
    columns=(SOURCE, USER_NO, _ASSIGNMENT_NO, USER_ID, PERMISSION_ID, PERMISSION_NAME, OPERATION),
)

USER_GROUPS = Table(
    "user_groups",
    row="one group of users",
    key=("source", "group_no"),
    ids=("group_id",),
    columns=(
        SOURCE,
        CALLER,
        Column("group_no", Kind.POSITION, "Position of the group in its list, from 0."),
        own(GROUP_ID),
        Column("name", Kind.TEXT, "Name of the group."),
        Column("description", Kind.TEXT, "What its creator says it is for."),
        Column("member_count", Kind.COUNT, "How many members it has, as the API says."),
        ORG_ID,
        TENANT_ID,
        DATE_CREATED,
        DATE_UPDATED,
    ),
)

USER_GROUP_MEMBERS = Table(
    "user_group_members",
    row="one member of one group",
    key=("source", "member_no"),
    ids=("group_id", "user_id"),
    columns=(
        SOURCE,
        CALLER,
        Column("member_no", Kind.POSITION, "Position of the member among those of all groups, from 0."),
        GROUP_ID,
        USER_ID,
    ),
)
