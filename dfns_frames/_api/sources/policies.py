"""The organisation's policies: what stands in the way of an operation."""

from __future__ import annotations

from dfns_frames._api import rules
from dfns_frames._api.functions import holds_any, is_empty
from dfns_frames._api.sources._shared import CHANGE, CHANGE_KNOWN
from dfns_frames._api.vocabulary import Field, Rows, Source, same


def _filter(name: str, at: str) -> Rows:
    return Rows(
        f"filters?.{at}", rules.POLICY_FILTERS, {"value": ""}, down=same("policy_id"), const={"filter": name}
    )


_GROUPS = Rows(
    "action.approvalGroups?[]",
    rules.POLICY_GROUPS,
    {
        "name": "name?",
        "quorum": "quorum",
        "anyone_can_approve": Field("approvers", is_empty),
        "initiator_can_approve": "initiatorCanApprove?",
        "service_accounts_can_approve": "serviceAccountsCanApprove?",
    },
    down=same("policy_id"),
    inner=(Rows("approvers.userId?.in[]", rules.POLICY_APPROVERS, {"user_id": ""}, down=same("policy_id")),),
)

POLICIES = Source(
    "/v2/policies",
    "policy",
    "policies",
    operation="Policies:Read",
    scope="organization",
    rows=Rows(
        "items[]",
        rules.POLICIES,
        {
            "policy_id": "id",
            "name": "name",
            "status": "status",
            "activity_kind": "activityKind",
            "rule_kind": "rule.kind",
            "rule_limit": "rule.configuration?.limit?",
            "rule_currency": "rule.configuration?.currency?",
            "rule_timeframe": "rule.configuration?.timeframe?",
            "action_kind": "action.kind",
            "auto_reject_minutes": "action.autoRejectTimeout?",
            "is_filtered": Field("filters?", holds_any),
            "date_created": "dateCreated?",
            "date_updated": "dateUpdated?",
            **CHANGE,
        },
        known=(*CHANGE_KNOWN, "rule.configuration?.*"),
        inner=(
            _GROUPS,
            _filter("permissionId", "permissionId?.in[]"),
            _filter("policyId", "policyId?.in[]"),
            _filter("walletId", "walletId?.in[]"),
            _filter("walletTags.hasAny", "walletTags?.hasAny?[]"),
            _filter("walletTags.hasAll", "walletTags?.hasAll?[]"),
        ),
    ),
    item_id="id",
    page_size=50,
    method="policies",
)
