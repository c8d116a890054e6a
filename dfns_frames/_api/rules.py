"""The tables of what is allowed: permissions, who has them, and policies."""

from __future__ import annotations

from dfns_frames._api.columns import (
    CALLER,
    CHANGE_DATE,
    CHANGE_REQUESTED_BY,
    CHANGES,
    DATE_CREATED,
    DATE_UPDATED,
    OPERATION,
    PERMISSION_ID,
    PERMISSION_NAME,
    PERMISSION_NO,
    POLICY_ID,
    POLICY_NO,
    SOURCE,
    USER_ID,
    own,
)
from dfns_frames._api.vocabulary import Column, Kind, Table

_ACTIVITIES = frozenset(
    {
        "Alias:Modify",
        "Permissions:Assign",
        "Permissions:Modify",
        "Policies:Modify",
        "Registry:Addresses:Modify",
        "Registry:ContractSchemas:Modify",
        "Vaults:CreateLock",
        "Vaults:ReleaseQuarantine",
        "Wallets:IncomingTransaction",
        "Wallets:Sign",
    }
)

PERMISSIONS = Table(
    "permissions",
    row="one permission, a role in the dashboard",
    key=("source", "permission_no"),
    ids=("permission_id",),
    columns=(
        SOURCE,
        CALLER,
        PERMISSION_NO,
        own(PERMISSION_ID),
        Column("name", Kind.TEXT, "Name of the permission."),
        Column("status", Kind.CATEGORY, "Status that the API gives, such as Active."),
        Column("is_immutable", Kind.FLAG, "Whether the vendor manages it; nobody else can change it."),
        Column("is_archived", Kind.FLAG, "Whether it was archived; what it grants may still count."),
        DATE_CREATED,
        DATE_UPDATED,
        Column(
            "operation_count",
            Kind.COUNT,
            "How many different operations it contains.",
            counts="permission_operations",
        ),
        *CHANGES,
        CHANGE_REQUESTED_BY,
        CHANGE_DATE,
    ),
)

PERMISSION_OPERATIONS = Table(
    "permission_operations",
    row="one operation that one permission contains",
    key=("source", "permission_no", "operation"),
    ids=("permission_id", "operation"),
    columns=(SOURCE, PERMISSION_NO, PERMISSION_ID, PERMISSION_NAME, OPERATION),
)

PENDING_OPERATIONS = Table(
    "pending_operations",
    row="one operation that one permission would contain after its pending change",
    key=("source", "permission_no", "operation"),
    ids=("permission_id", "operation"),
    columns=PERMISSION_OPERATIONS.columns,
)

PERMISSION_ASSIGNMENTS = Table(
    "permission_assignments",
    row="one permission given to one identity",
    key=("source", "assignment_no"),
    ids=("assignment_id",),
    columns=(
        SOURCE,
        CALLER,
        Column("assignment_no", Kind.POSITION, "Position among the assignments of all permissions, from 0."),
        Column("assignment_id", Kind.ID, "Id of the assignment."),
        PERMISSION_ID,
        Column("identity_id", Kind.JOIN_ID, "Token, user, group or application that has it."),
        Column(
            "identity_kind",
            Kind.CATEGORY,
            "Which of these it is: as found in what was read, else by the id's prefix, else unknown.",
        ),
        Column("in_effect", Kind.FLAG, "Whether it grants anything yet: not while its creation is pending."),
        Column("is_immutable", Kind.FLAG, "Whether it cannot be revoked."),
        DATE_CREATED,
        DATE_UPDATED,
        *CHANGES,
        Column("change_kind", Kind.CATEGORY, "What that change would do: Create or Delete."),
        CHANGE_REQUESTED_BY,
        CHANGE_DATE,
    ),
)

POLICIES = Table(
    "policies",
    row="one policy",
    key=("source", "policy_no"),
    ids=("policy_id",),
    columns=(
        SOURCE,
        CALLER,
        POLICY_NO,
        own(POLICY_ID),
        Column("name", Kind.TEXT, "Name of the policy."),
        Column(
            "status",
            Kind.CATEGORY,
            "Active or Archived; an archived policy stops nothing.",
            known=frozenset({"Active", "Archived"}),
        ),
        Column(
            "activity_kind",
            Kind.CATEGORY,
            "What it watches, such as Wallets:Sign.",
            known=_ACTIVITIES,
        ),
        Column("rule_kind", Kind.CATEGORY, "When it applies, such as AlwaysTrigger."),
        Column("rule_limit", Kind.NUMBER, "Limit of its rule; missing if the rule has none."),
        Column("rule_currency", Kind.CATEGORY, "Currency of that limit."),
        Column("rule_timeframe", Kind.WHOLE, "Minutes over which the rule adds up."),
        Column(
            "action_kind",
            Kind.CATEGORY,
            "What it does: RequestApproval, Block or NoAction.",
            known=frozenset({"RequestApproval", "Block", "NoAction"}),
        ),
        Column("auto_reject_minutes", Kind.WHOLE, "Minutes after which an unanswered request is refused."),
        Column("is_filtered", Kind.FLAG, "Whether it covers only some wallets, permissions or policies."),
        DATE_CREATED,
        DATE_UPDATED,
        *CHANGES,
        CHANGE_REQUESTED_BY,
        CHANGE_DATE,
    ),
)

_GROUP_NO = Column("group_no", Kind.POSITION, "Position of the approval group in its policy, from 0.")

POLICY_GROUPS = Table(
    "policy_groups",
    row="one approval group of one policy",
    key=("source", "policy_no", "group_no"),
    ids=("policy_id", "group_no"),
    columns=(
        SOURCE,
        POLICY_NO,
        _GROUP_NO,
        POLICY_ID,
        Column("name", Kind.TEXT, "Name of the approval group; missing if it has none."),
        Column("quorum", Kind.WHOLE, "How many of its approvers have to agree."),
        Column("anyone_can_approve", Kind.FLAG, "Whether anyone may approve, as it names no approvers."),
        Column("initiator_can_approve", Kind.FLAG, "Whether the initiator may approve; missing means no."),
        Column("service_accounts_can_approve", Kind.FLAG, "Whether service accounts may; missing means no."),
    ),
)

POLICY_APPROVERS = Table(
    "policy_approvers",
    row="one user named in one approval group",
    key=("source", "policy_no", "group_no", "user_id"),
    ids=("policy_id", "group_no", "user_id"),
    columns=(SOURCE, POLICY_NO, _GROUP_NO, POLICY_ID, USER_ID),
)

POLICY_FILTERS = Table(
    "policy_filters",
    row="one value that narrows one policy",
    key=("source", "policy_no", "filter", "value"),
    ids=("policy_id", "filter", "value"),
    columns=(
        SOURCE,
        POLICY_NO,
        POLICY_ID,
        Column("filter", Kind.CATEGORY, "What is compared, such as walletTags.hasAny."),
        Column("value", Kind.TEXT, "An id or tag that it is compared with."),
    ),
)
