"""Facts of the API, written down again for the implementation with sets and loops."""

from __future__ import annotations

import csv
from importlib.resources import files

_ROWS = list(
    csv.DictReader(
        files("dfns_frames._api").joinpath("data", "operations.csv").read_text("utf-8").splitlines()
    )
)
CURRENT = {row["operation"] for row in _ROWS if row["status"] == "current"}
TODAY = {row["operation"]: row["successor"] for row in _ROWS if row["successor"]}
FULL = {"ManagedFullAdminAccess", "DfnsFullAdminAccess"}
VOTE = "Policies:Evaluations:Vote"

# The way, what it needs, and the activity whose policies stand in it; None: no policy can, "?": not known.
WAYS: dict[str, tuple[set[str], str | None]] = {
    "transfer": ({"Wallets:Transfers:Create"}, "Wallets:Sign"),
    "broadcast_transaction": ({"Wallets:Transactions:Create"}, "Wallets:Sign"),
    "sign_with_a_key": ({"Keys:Signatures:Create"}, "Wallets:Sign"),
    "swap": ({"Swaps:Create", "Wallets:Transactions:Create"}, "Wallets:Sign"),
    "allocate": ({"Allocations:Create", "Wallets:Transactions:Create"}, "Wallets:Sign"),
    "change_an_allocation": ({"Allocations:Update", "Wallets:Transactions:Create"}, "Wallets:Sign"),
    "deposit_to_an_exchange": ({"Exchanges:Deposits:Create", "Wallets:Transfers:Create"}, "Wallets:Sign"),
    "withdraw_from_an_exchange": ({"Exchanges:Withdrawals:Create"}, None),
    "transfer_from_a_vault": ({"Vaults:Transfers:Create"}, "Wallets:Sign"),
    "pay_out_a_vault_lock": ({"Vaults:Locks:Transfer"}, None),
    "stake": ({"Stakes:Create"}, "Wallets:Sign"),
    "act_on_a_stake": ({"Stakes:Update"}, "Wallets:Sign"),
    "pay_out": ({"Payouts:Create"}, "?"),
    "act_on_a_payout": ({"Payouts:Update"}, "?"),
    "sign_offline": ({"KeyStores:Instructions:Keys:Sign"}, "?"),
    "export_a_key": ({"Keys:Export"}, None),
    "delegate_a_key": ({"Keys:Delegate"}, None),
    "delete_a_key": ({"Keys:Delete"}, None),
    "assign_a_permission": ({"Permissions:Assign"}, "Permissions:Assign"),
    "revoke_a_permission": ({"Permissions:Revoke"}, "Permissions:Assign"),
    "rewrite_a_permission": ({"Permissions:Update"}, "Permissions:Modify"),
    "remove_a_permission": ({"Permissions:Delete"}, "Permissions:Modify"),
    "put_into_a_group": ({"Auth:UserGroups:Members:Add"}, "?"),
    "change_a_policy": ({"Policies:Update"}, "Policies:Modify"),
    "remove_a_policy": ({"Policies:Delete"}, "Policies:Modify"),
    "vote": ({VOTE}, None),
    "recover_somebody": ({"Auth:Delegated:Recover"}, None),
}

ORDER = [
    "refused for this kind",
    "operations unknown",
    "user not read",
    "user not found",
    "full administrator",
    "looked up",
    "token and user",
    "user",
    "user incomplete",
    "user lacks it",
]

SWITCHES = ("Activate", "Deactivate")
EXCHANGES = {"Exchanges:Create", "Exchanges:Delete"}
_CLOSED = (
    "Auth",
    "Policies",
    "Webhooks",
    "Exchanges",
    "FeeSponsors",
    "Stakes",
    "Swaps",
    "Allocations",
    "Wallets:Tags",
)


def closed_to_end_users(name: str) -> bool:
    """Tell whether the API refuses an operation to end users."""
    if name in ("Keys:Delegate", "Keys:Delete"):
        return True
    return name != "Auth:Pats:Create" and any(name.startswith(f"{part}:") for part in _CLOSED)
