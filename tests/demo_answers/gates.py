"""What stands in the way: the gate of each activity kind, and of the ways that move no funds."""

from typing import NamedTuple

__all__ = ["ACTIVITIES", "GATES", "OTHER_WAYS", "SANDBOX_GATES", "Way"]

GATES = {
    # The weakest for anybody: Katharina approves herself.
    "Wallets:Sign": "approval by itself",
    "Permissions:Assign": "none",
    "Permissions:Modify": "blocked",
    "Policies:Modify": "sometimes",
}

ACTIVITIES = {
    # All policies of the kind; those whose status is Active.
    "Wallets:Sign": (
        "dual-control large hourly burst recipients vault watch freeze",
        "dual-control large hourly burst recipients vault watch",
    ),
    "Permissions:Assign": ("assign-old assign-watch", "assign-watch"),
    "Permissions:Modify": ("modify-freeze", "modify-freeze"),
    "Policies:Modify": ("guard", "guard"),
    "Registry:Addresses:Modify": ("address-book", "address-book"),
    "Vaults:ReleaseQuarantine": ("quarantine", "quarantine"),
    "Wallets:IncomingTransaction": ("incoming", "incoming"),
}

SANDBOX_GATES = {
    # One policy is archived, the other does nothing.
    "Wallets:Sign": "none",
    # Guarded for full access only.
    "Permissions:Assign": "sometimes",
    # Anybody with a vote, who may have asked themselves.
    "Permissions:Modify": "approval by itself",
    # Two are named, and by default nobody approves what they asked for.
    "Policies:Modify": "approval by others",
}


class Way(NamedTuple):
    """Who goes a way that moves no funds: keys of users and service accounts (not their tokens)."""

    gate: str
    holders: tuple[str, ...]  # active ones
    inactive: tuple[str, ...] = ()
    alone: str = "no"


OTHER_WAYS = {
    # What asked before is archived, what is active only notes it.
    "assign_a_permission": Way(
        "none", ("platform-lead", "technology", "root-automation"), ("tomasz",), "yes"
    ),
    "revoke_a_permission": Way("none", ("technology", "root-automation"), ("tomasz",), "yes"),
    # Frozen for the audit.
    "rewrite_a_permission": Way("blocked", ("platform-lead", "technology", "root-automation"), ("tomasz",)),
    "remove_a_permission": Way("blocked", ("technology", "root-automation"), ("tomasz",)),
    # Guarded for two policies only.
    "change_a_policy": Way(
        "sometimes", ("platform-lead", "technology", "root-automation"), ("tomasz",), "sometimes"
    ),
    "remove_a_policy": Way("sometimes", ("technology", "root-automation"), ("tomasz",), "sometimes"),
    "put_into_a_group": Way("unknown", ("technology", "root-automation"), ("tomasz",), "unknown"),
    "export_a_key": Way(
        "not covered", ("technology", "root-automation", "ceremony-runner"), ("tomasz",), "yes"
    ),
    # Service accounts vote only where they are named and allowed: the approval bot is, the rebalancer and the
    # full administrator among the machines are not.
    "vote": Way(
        "not covered", ("treasury", "compliance", "technology", "approval-bot"), ("tomasz", "anneke"), "yes"
    ),
    # Only service accounts may; the technology lead and Tomasz hold it in vain.
    "recover_somebody": Way("not covered", ("customer-recovery", "root-automation"), (), "yes"),
}
