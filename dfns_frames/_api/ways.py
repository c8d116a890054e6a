"""Ways: what an operation, or several together, let somebody do, and which policies can stand in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SIGN, ASSIGN, MODIFY, CHANGE = "Wallets:Sign", "Permissions:Assign", "Permissions:Modify", "Policies:Modify"

NOT_COVERED = "not covered"
"""No kind of activity covers it, so no policy can stop it."""

UNKNOWN = "unknown"
"""The vendor does not say which kind of activity covers it, if any."""

Certainty = Literal["stated", "gate inferred", "gate not known"]
"""How well a way is known: the vendor states both, or its gate is inferred, or nothing tells of its gate."""


@dataclass(frozen=True)
class Way:
    """One thing that holders can do.

    Parameters
    ----------
    name
        Its name, with underscores.
    category
        The category of operations that it belongs to.
    needs
        The operations that it takes, all of them, by today's names.
    gate
        The kind of activity whose policies stand in it; `NOT_COVERED` or `UNKNOWN`.
    sure
        How well that is known.
    """

    name: str
    category: str
    needs: tuple[str, ...]
    gate: str
    sure: Certainty = "stated"


_BROADCAST, _TRANSFER = "Wallets:Transactions:Create", "Wallets:Transfers:Create"
_INFERRED: Certainty = "gate inferred"
_DARK: Certainty = "gate not known"

WAYS = {
    way.name: way
    for way in (
        Way("transfer", "move_funds", (_TRANSFER,), SIGN),
        Way("broadcast_transaction", "move_funds", (_BROADCAST,), SIGN),
        Way("sign_with_a_key", "move_funds", ("Keys:Signatures:Create",), SIGN),
        Way("swap", "move_funds", ("Swaps:Create", _BROADCAST), SIGN),
        Way("allocate", "move_funds", ("Allocations:Create", _BROADCAST), SIGN, _INFERRED),
        Way("change_an_allocation", "move_funds", ("Allocations:Update", _BROADCAST), SIGN, _INFERRED),
        Way(
            "deposit_to_an_exchange", "move_funds", ("Exchanges:Deposits:Create", _TRANSFER), SIGN, _INFERRED
        ),
        Way(
            "withdraw_from_an_exchange",
            "move_funds",
            ("Exchanges:Withdrawals:Create",),
            NOT_COVERED,
            _INFERRED,
        ),
        Way("transfer_from_a_vault", "move_funds", ("Vaults:Transfers:Create",), SIGN, _INFERRED),
        Way("pay_out_a_vault_lock", "move_funds", ("Vaults:Locks:Transfer",), NOT_COVERED),
        Way("stake", "move_funds", ("Stakes:Create",), SIGN, _INFERRED),
        Way("act_on_a_stake", "move_funds", ("Stakes:Update",), SIGN, _INFERRED),
        Way("pay_out", "move_funds", ("Payouts:Create",), UNKNOWN, _DARK),
        Way("act_on_a_payout", "move_funds", ("Payouts:Update",), UNKNOWN, _DARK),
        Way("sign_offline", "move_funds", ("KeyStores:Instructions:Keys:Sign",), UNKNOWN, _DARK),
        Way("export_a_key", "export_keys", ("Keys:Export",), NOT_COVERED, _INFERRED),
        Way("delegate_a_key", "export_keys", ("Keys:Delegate",), NOT_COVERED, _INFERRED),
        Way("delete_a_key", "key_custody", ("Keys:Delete",), NOT_COVERED, _INFERRED),
        Way("assign_a_permission", "grant_access", ("Permissions:Assign",), ASSIGN),
        Way("revoke_a_permission", "grant_access", ("Permissions:Revoke",), ASSIGN),
        Way("rewrite_a_permission", "grant_access", ("Permissions:Update",), MODIFY),
        Way("remove_a_permission", "grant_access", ("Permissions:Delete",), MODIFY),
        Way("put_into_a_group", "grant_access", ("Auth:UserGroups:Members:Add",), UNKNOWN, _DARK),
        Way("change_a_policy", "change_policy", ("Policies:Update",), CHANGE),
        Way("remove_a_policy", "change_policy", ("Policies:Delete",), CHANGE),
        Way("vote", "approve", ("Policies:Evaluations:Vote",), NOT_COVERED),
        Way("recover_somebody", "identities", ("Auth:Delegated:Recover",), NOT_COVERED, _INFERRED),
    )
}
"""Every way, by name."""
