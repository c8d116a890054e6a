"""What the demo organisation's permissions allow: data only.

A permission is what the dashboard calls a role. Names are those that customers choose, except the two that
the vendor manages. Operation names are spelled out here once more, and not taken from the library's
catalogue, so that a mistake there is noticed here.
"""

from typing import NamedTuple


class Permission(NamedTuple):
    """One permission: the key used in the token lists, its name, its operations.

    Parameters
    ----------
    key
        Short name within the demo's own tables; never sent.
    name
        The name that the API returns.
    operations
        What it allows, in the order in which the API returns it.
    fixed_id
        The id, where it is one of the older form; otherwise drawn.
    immutable, archived
        Flags of the API.
    created
        When it was made.
    """

    key: str
    name: str
    operations: tuple[str, ...]
    fixed_id: str = ""
    immutable: bool = False
    archived: bool = False
    created: str = "2022-10"


def _expand(table: dict[str, str]) -> tuple[str, ...]:
    return tuple(f"{prefix}:{verb}" for prefix, verbs in table.items() for verb in verbs.split())


EVERYTHING = _expand(
    {
        "Auth:Logs": "Read",
        "Auth:Users": "Create Read Update Activate Deactivate Delete",
        "Auth:UserGroups": "Create Read Update Delete",
        "Auth:UserGroups:Members": "Read Add Remove",
        "Auth:ServiceAccounts": "Create Read Update Activate Deactivate Delete",
        "Auth:Pats": "Create",
        "Auth:Delegated": "Register Login Recover",
        "Agreements": "Read Accept",
        "Exchanges": "Create Read Delete",
        "Exchanges:Deposits": "Create",
        "Exchanges:Withdrawals": "Create",
        "FeeSponsors": "Create Read Update Delete Use",
        "Orgs": "Read Update",
        "Orgs:Settings": "Read Update",
        "Permissions": "Create Read Update Assign Revoke Delete",
        "Permissions:Assignments": "Read",
        "Policies": "Create Read Update Delete",
        "Policies:Evaluations": "Read Vote",
        "Registry:Addresses": "Create Read Update Delete",
        "Registry:ContractSchemas": "Create Read Delete",
        "Registry:VerifiedAssets": "Create Read Delete",
        "Stakes": "Create Read Update",
        "Swaps": "Create Read",
        "Payouts": "Create Read Update",
        "Payins": "Create Read",
        "Allocations": "Create Update Read",
        "Keys": "Create Read Update Reuse Delegate Import Export Delete",
        "Keys:Vrf": "Derive",
        "Keys:ChildKeys": "Create",
        "Keys:Signatures": "Create Read",
        "KeyStores": "Read",
        "KeyStores:Instructions": "Cancel",
        "KeyStores:Instructions:Fleets": "Create Clone",
        "KeyStores:Instructions:Fleets:Users": "Add",
        "KeyStores:Instructions:Fleets:Keys": "Harvest",
        "KeyStores:Instructions:Fleets:Provisioners": "Add",
        "KeyStores:Instructions:Keys": "ProveControl Sign",
        "Networks:Canton:Validators": "Create Read Update Delete",
        "Networks:Transactions": "Reindex",
        "Wallets": "Create Read Update",
        "Wallets:Tags": "Add Remove",
        "Wallets:Transactions": "Create Read Abort",
        "Wallets:Transfers": "Create Read Abort",
        "Wallets:Offers": "Read Settle",
        "AddressWatches": "Create Read Delete",
        "Vaults": "Create Read Update",
        "Vaults:Tags": "Add Remove",
        "Vaults:Quarantines": "Release",
        "Vaults:Locks": "Create Release Transfer",
        "Vaults:Transfers": "Create",
        "Webhooks": "Create Read Update Delete Ping",
        "Webhooks:Events": "Read",
        "Billing": "Read Manage",
        "Activities": "Read",
        "Analytics": "Read",
    }
)

# A managed permission holds future operations too: here names that no catalogue knows yet appear first.
IN_NO_CATALOGUE = ("Wallets:Sweeps:Create", "Wallets:Sweeps:Read", "Agents:Mandates:Create")

PERMISSIONS = (
    Permission("admin", "ManagedFullAdminAccess", EVERYTHING + IN_NO_CATALOGUE, immutable=True),
    # The vendor's old name on what is by now an ordinary permission: it can be edited, and does not grow.
    Permission(
        "old-admin",
        "DfnsFullAdminAccess",
        _expand(
            {
                "Auth:Action": "Sign",
                "Auth:Apps": "Create Read Update",
                "Auth:Creds": "Create Read Update",
                "Auth:Types": "Application Employee EndUser Pat ServiceAccount",
                "Auth:Users": "Create Read Update Activate Deactivate Delegate",
                "ApiKeys": "Create Read Revoke",
                "AssetAccounts": "Create Read Archive",
                "Balances": "Read",
                "CallbackEvents": "Read",
                "CallbackSubscriptions": "Create Read Archive",
                "Employees": "Read",
                "Payments": "Create Read",
                "PermissionAssignments": "Create Read Revoke",
                "Permissions": "Create Read Update Archive",
                "PolicyControls": "Create Read Update Archive",
                "PolicyControlExecutions": "Read Update",
                "PublicKeys": "Create Read",
                "Signatures": "Create Read",
                "Transactions": "Create Read",
                "Wallets": "Create Read TransferAsset ReadTransfer Export Import",
            }
        ),
        "pm-lemon-river-4c9d1e7703",
        archived=True,
    ),
    Permission(
        "platform",
        "Platform engineering",
        _expand(
            {
                "Auth:ServiceAccounts": "Create Read Update Activate Deactivate",
                "Auth:Users": "Read",
                "Auth:Pats": "Create",
                "FeeSponsors": "Create Read Update Use",
                "Orgs:Settings": "Read",
                "Permissions": "Create Read Update Assign",
                "Permissions:Assignments": "Read",
                "Policies": "Create Read Update",
                "Policies:Evaluations": "Read",
                "Keys": "Create Read Update",
                "Keys:Signatures": "Create Read",
                "Wallets": "Create Read Update",
                "Wallets:Tags": "Add Remove",
                "Wallets:Transactions": "Create Read Abort",
                "Wallets:Transfers": "Read",
                "Webhooks": "Create Read Update Delete Ping",
                "Webhooks:Events": "Read",
                "Activities": "Read",
            }
        ),
    ),
    Permission(
        "treasury",
        "Treasury operations",
        _expand(
            {
                "Exchanges": "Read",
                "Exchanges:Deposits": "Create",
                "Exchanges:Withdrawals": "Create",
                "Stakes": "Create Read Update",
                "Swaps": "Create Read",
                "Allocations": "Create Update Read",
                "Wallets": "Read",
                "Wallets:Transfers": "Create Read Abort",
                "Vaults": "Read",
                "Vaults:Locks": "Create Release Transfer",
                "Vaults:Transfers": "Create",
            }
        ),
    ),
    Permission(
        "deploy",
        "ci-deploy",
        _expand({"Wallets": "Create Read", "Policies": "Read", "Webhooks": "Create Read Update Ping"}),
    ),
    Permission(
        "payouts",
        "payouts-service",
        _expand(
            {
                "Payouts": "Create Read Update Write",
                "Wallets": "Read",
                "Wallets:Transfers": "Create Read",
                "FeeSponsors": "Use",
            }
        ),
    ),
    Permission(
        "approver", "Approvals desk", _expand({"Policies:Evaluations": "Read Vote", "Policies": "Read"})
    ),
    Permission(
        "viewer", "wallet-viewer", _expand({"Wallets": "Read", "Wallets:Transfers": "Read", "Vaults": "Read"})
    ),
    Permission("balance", "balance-check", ("Wallets:Read",)),
    # The name promises reading only; the one write among the operations unlocks a wallet from its policies.
    Permission(
        "reporting",
        "Read only (reporting)",
        _expand(
            {
                "Wallets": "Read",
                "Wallets:Transactions": "Read",
                "Wallets:Transfers": "Read",
                "Wallets:Tags": "Remove",
                "Payouts": "Read",
                "Payins": "Read",
                "Stakes": "Read",
                "Billing": "Read",
                "Analytics": "Read",
            }
        ),
    ),
    Permission(
        "webhooks",
        "webhook-listener",
        _expand({"Webhooks": "Read Ping", "Webhooks:Events": "Read", "Events": "Read"}),
    ),
    Permission(
        "ceremony",
        "Key ceremony",
        _expand(
            {
                "Keys": "Create Read Import Export Delegate Delete",
                "Keys:Signatures": "Create Read",
                "KeyStores": "Read",
                "Signers": "ListSigners",
            }
        ),
        "pm-maple-delta-90b3f6a52e",
    ),
    Permission(
        "old-api",
        "wallet-api-v1",
        _expand(
            {
                "Wallets": "Create Read TransferAsset ReadTransfer BroadcastTransaction ReadTransaction"
                " GenerateSignature ReadSignature",
                "Wallets:Tags": "Create Delete",
                "Policies:Approvals": "Read",
            }
        ),
        "pm-sugar-north-17e80c4bd9",
    ),
    Permission(
        "staking",
        "staking-bot",
        _expand({"Stakes": "Create Read Update", "Wallets": "Read", "Networks:CantonValidators": "Read"}),
    ),
    Permission(
        "onboarding",
        "Onboarding & éligibilité",
        _expand(
            {
                "Auth:Delegated": "Register Login",
                "Auth:Users": "Create Read",
                "Wallets": "Create Read",
                "Keys": "Create Read Delegate",
                "Agreements": "Read Accept",
                "Auth:Register": "Delegated",
            }
        ),
    ),
    Permission(
        "audit",
        "Revision / audit",
        tuple(name for name in EVERYTHING if name.endswith(":Read") and not name.startswith("KeyStores")),
    ),
    # Drafted, assigned, never filled in: an empty list of operations means none, which is not unknown.
    Permission("draft", "(to be defined)", ()),
    Permission("hostile", "=1+1 <b>🔑</b> | $x^2$", ("Wallets:Read",)),
)
