"""Who can move funds, by what way, past which gate."""

from typing import NamedTuple

__all__ = ["MOVE_FUNDS", "PAYOUTS", "SANDBOX_MOVE_FUNDS", "Holder", "gate_of"]


_SIGNING = (
    "transfer",
    "broadcast_transaction",
    "sign_with_a_key",
    "swap",
    "allocate",
    "change_an_allocation",
    "deposit_to_an_exchange",
    "transfer_from_a_vault",
    "stake",
    "act_on_a_stake",
)
_OPEN = ("withdraw_from_an_exchange", "pay_out_a_vault_lock")
_UNKNOWN = ("pay_out", "act_on_a_payout", "sign_offline")


def gate_of(way: str, *, by_itself: bool = False) -> str:
    """Return the gate of a way to move funds: `dual-control` guards all signing, nothing guards the rest."""
    if way in _OPEN:
        return "not covered"
    if way in _UNKNOWN:
        return "unknown"
    assert way in _SIGNING
    return "approval by itself" if by_itself else "approval by others"


_ALL = (*_SIGNING, *_OPEN, *_UNKNOWN)
_TREASURY = (
    "transfer",
    "deposit_to_an_exchange",
    "withdraw_from_an_exchange",
    "transfer_from_a_vault",
    "pay_out_a_vault_lock",
    "stake",
    "act_on_a_stake",
)
PAYOUTS = ("transfer", "pay_out", "act_on_a_payout")


class Holder(NamedTuple):
    """An identity that can move funds, and how.

    Parameters
    ----------
    kind, key
        user, service_account or token, and whose; of a token its name too.
    ways
        The ways that are certain.
    alone
        Those of them that nobody else stands in the way of.
    maybe
        Ways that are not certain, as more may be held than is listed; None for one that is not known.
    active
        Whether it works.
    by_itself
        Whether it approves what it started.
    end_user
        Whether its reach ends at its own delegated wallets: no policy applies there.
    """

    kind: str
    key: str
    ways: tuple[str, ...]
    alone: tuple[str, ...] = ()
    token: str = ""
    maybe: tuple[str | None, ...] = ()
    active: bool = True
    by_itself: bool = False
    end_user: bool = False


MOVE_FUNDS = (
    # Platform engineering signs and broadcasts; payouts come with the platform team.
    Holder("user", "platform-lead", ("transfer", "broadcast_transaction", "sign_with_a_key", *PAYOUTS[1:])),
    Holder("user", "payments-engineer", PAYOUTS),
    # Named in dual-control, which lets her approve what she started; staking comes with the treasury desk.
    Holder("user", "treasury", _TREASURY, _TREASURY, by_itself=True),
    # Named there too, and without a vote. Her permission's operations have to be looked up.
    Holder("user", "treasury-second", _TREASURY, _OPEN),
    # Everything, which no policy stops at an exchange or at a vault's lock; not named in dual-control.
    Holder("user", "technology", _ALL, _OPEN),
    # Never came, and could the moment she does.
    Holder("user", "invited", _TREASURY, _OPEN),
    # Everything by way of the break-glass group, and switched off.
    Holder("user", "tomasz", _ALL, active=False),
    # Still in the platform team, and switched off.
    Holder("user", "anneke", PAYOUTS, active=False),
    Holder("user", "tenant-operator", ("transfer",)),
    # End users: their own wallets, past every policy.
    Holder("user", "wallet-customer", ("transfer",), ("transfer",), end_user=True),
    Holder("user", "customer-closed", ("transfer",), active=False, end_user=True),
    Holder("service_account", "payout-service-eu", PAYOUTS),
    Holder("service_account", "payout-service-us", PAYOUTS),
    Holder("service_account", "approval-bot", PAYOUTS),
    # Named in dual-control, as a service account in a group that lets none approve.
    Holder("service_account", "rebalancer", _TREASURY, _OPEN),
    Holder("service_account", "root-automation", _ALL, _OPEN),
    Holder("service_account", "ceremony-runner", ("sign_with_a_key",)),
    Holder("service_account", "harbour-bridge", ("transfer",)),
    # What its withdrawn permission allows is listed nowhere.
    Holder("service_account", "sandbox-faucet", (), maybe=(None,)),
    Holder("token", "payout-service-eu", PAYOUTS, token="2025-09 payouts eu"),
    Holder("token", "payout-service-us", PAYOUTS, token="2025-09 payouts us"),
    Holder("token", "payout-service-us", PAYOUTS, token="2026-06 payouts us (rotated)"),
    Holder("token", "approval-bot", PAYOUTS, token="2026-04 checker"),
    Holder("token", "rebalancer", _TREASURY, _OPEN, token="2026-02 rebalancer"),
    Holder("token", "root-automation", _ALL, _OPEN, token="2026-01 root"),
    Holder("token", "ceremony-runner", ("sign_with_a_key",), token="2025-02 ceremony"),
    # Its tenant may have given its user more.
    Holder(
        "token", "harbour-bridge", ("transfer",), token="2026-04 bridge", maybe=("pay_out", "act_on_a_payout")
    ),
    Holder("token", "sandbox-faucet", (), token="2026-03 faucet", maybe=(None,)),
)
"""All who can move funds but the platform lead's tokens. Not here: tokens that claim what their user lacks
(nightly, month end), and rights that were asked for and never granted (Yusuf's treasury, Ines's admin)."""

SANDBOX_MOVE_FUNDS = {
    # Nothing guards signing here, so all is free but what no policy engine is known to see.
    ("user", "sandbox-lead", ""): (_ALL, (*_SIGNING, *_OPEN)),
    ("user", "sandbox-second", ""): (_ALL, (*_SIGNING, *_OPEN)),
    ("service_account", "faucet", ""): (("transfer", "sign_with_a_key"),) * 2,
    ("token", "faucet", "2025-12 faucet"): (("transfer", "sign_with_a_key"),) * 2,
    ("token", "sandbox-lead", "2025-11 everything"): (_ALL, (*_SIGNING, *_OPEN)),
    ("token", "sandbox-lead", "2025-12 hedging rehearsal"): (("transfer", "sign_with_a_key"),) * 2,
    # Switched off.
    ("token", "sandbox-lead", "2026-02 faucet"): (("transfer", "sign_with_a_key"), ()),
}
"""Who moves funds in the sister organisation, as its lead sees it: the ways, and those that are free."""
