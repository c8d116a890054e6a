"""The catalogue of known operations: what each one allows and how much harm it could do.

Named `catalogue`, not `operations`, because a submodule of that name would hide the public function
``dfns_frames.operations`` as soon as it is imported.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import pyarrow as pa

from dfns_frames._api.vocabulary import Column, Kind, Table

if TYPE_CHECKING:
    import pandas as pd

OPERATIONS = Table(
    "operations",
    row="one known operation",
    key=("operation",),
    ids=("operation",),
    columns=(
        Column("operation", Kind.CATEGORY, "Name of the operation, as the API spells it."),
        Column("domain", Kind.CATEGORY, "First part of the name: the area that it belongs to."),
        Column("resource", Kind.CATEGORY, "The name without its last part: what it acts on."),
        Column("action", Kind.CATEGORY, "Last part of the name: what it does."),
        Column("access", Kind.CATEGORY, "read, write or scope (which kind of caller, not an act)."),
        Column(
            "category",
            Kind.CATEGORY,
            "What it touches: move_funds, approve, grant_access, change_policy, export_keys, key_custody, "
            "identities, egress, disrupt, config, read or scope.",
        ),
        Column("severity", Kind.CATEGORY, "Harm that it could do: critical, high, medium, low or none."),
        Column("status", Kind.CATEGORY, "current; legacy_accepted (still works); legacy_old (superseded)."),
        Column("successor", Kind.CATEGORY, "Today's name of a legacy operation; missing if there is none."),
    ),
)

UNKNOWN = "unknown"
"""What cannot be judged; never the same as no."""


@dataclass(frozen=True)
class Category:
    """A class of operations that do the same kind of thing, in words for people.

    Parameters
    ----------
    label
        Completes "can …"; charts, sheets and tables show it.
    meaning
        What they allow, in one sentence.
    sensitive
        Whether `capabilities` has a column for it.
    """

    label: str
    meaning: str
    sensitive: bool = False


CATEGORIES = {
    "move_funds": Category(
        "move funds", "Start transfers, sign transactions, swap, stake, pay out or withdraw.", sensitive=True
    ),
    "approve": Category("approve", "Vote on requests that a policy holds back for approval.", sensitive=True),
    "grant_access": Category(
        "grant access", "Give, take or rewrite permissions, directly or through groups.", sensitive=True
    ),
    "change_policy": Category(
        "change policies",
        "Change the rules that stop or delay transactions, or the tags that decide what they cover.",
        sensitive=True,
    ),
    "export_keys": Category(
        "export keys",
        "Take private keys out of Dfns, or hand control of them to somebody else.",
        sensitive=True,
    ),
    "key_custody": Category(
        "manage keys",
        "Create, import, reuse, derive from or delete private keys, and run the stores that hold them.",
        sensitive=True,
    ),
    "identities": Category(
        "manage identities",
        "Create, change, recover or remove users, service accounts, tokens and credentials.",
        sensitive=True,
    ),
    "egress": Category(
        "send data out", "Have events sent to an address outside Dfns, through webhooks.", sensitive=True
    ),
    "disrupt": Category("disrupt", "Cancel or remove something that is under way or in use."),
    "config": Category("configure", "Create or change wallets, address books and other settings."),
    "read": Category("read", "Look at something without changing it."),
    "scope": Category("scope", "Names the kind of caller; allows nothing by itself."),
}
"""What each category of operations is called and means, the most sensitive first."""

SEVERITY_MEANINGS = {
    "critical": "Can lose funds or keys, or take control of the organisation, with nothing else needed.",
    "high": "Can cause serious harm, or comes one step short of critical.",
    "medium": "Can cause limited harm, or serious harm together with something else.",
    "low": "Changes something, with little harm.",
    "none": "Changes nothing: it only reads.",
    UNKNOWN: "Cannot be judged: the operation is not in the catalogue, or the API did not list it.",
}
"""What each severity means, the highest first."""

SEVERITIES = tuple(SEVERITY_MEANINGS)
"""The highest first, what cannot be judged last."""


@cache
def _rows() -> tuple[dict[str, str | None], ...]:
    text = files("dfns_frames._api").joinpath("data", "operations.csv").read_text(encoding="utf-8")
    rows: list[dict[str, str | None]] = []
    for row in csv.DictReader(text.splitlines()):
        *resource, action = row["operation"].split(":")
        rows.append(
            {
                **row,
                "domain": resource[0],
                "resource": ":".join(resource),
                "action": action,
                "successor": row["successor"] or None,
            }
        )
    return tuple(rows)


@cache
def _refusals() -> dict[str, tuple[tuple[str, str], ...]]:
    text = files("dfns_frames._api").joinpath("data", "refused.csv").read_text(encoding="utf-8")
    rules: dict[str, tuple[tuple[str, str], ...]] = {}
    for row in csv.DictReader(text.splitlines()):
        rules[row["kind"]] = (*rules.get(row["kind"], ()), (row["operation"], row["usable"]))
    return rules


@cache
def _successors() -> dict[str, str | None]:
    return {str(row["operation"]): row["successor"] for row in _rows() if row["successor"]}


@cache
def usability(kind: str | None, operation: str) -> str:
    """Return whether a kind of token or user can use an operation that it holds: yes, no or unknown.

    The API refuses some operations to some kinds, whatever their permissions say. An operation's older names
    are refused as today's is. The first rule that fits decides; what no rule names can be used.
    """
    name = successor(operation)
    for pattern, usable in _refusals().get(kind or "", ()):
        if name == pattern or (pattern.endswith("*") and name.startswith(pattern[:-1])):
            return usable
    return "yes"


def successor(operation: str) -> str:
    """Return today's name of an operation."""
    return _successors().get(operation) or operation


@cache
def operation_names() -> frozenset[str]:
    """Return the names of all known operations."""
    return frozenset(str(row["operation"]) for row in _rows())


@cache
def operations_table() -> pa.Table:
    """Return the catalogue as Arrow."""
    return OPERATIONS.from_rows(list(_rows()))


def operations() -> pd.DataFrame:
    """Return the known operations of the Dfns API; a row is one operation.

    The catalogue is a file of this package, not an answer of the API. Names, and which are current,
    follow the vendor's documentation; `access`, `category` and `severity` are this project's judgement
    of what each one allows. A name that is not listed is unknown, never harmless.

    Returns
    -------
    pandas.DataFrame
        Columns `operation` (the key), `domain`, `resource`, `action`, `access`, `category`, `severity`,
        `status` and `successor`, all categorical text; `severity` is ordered, from none to critical. A new
        frame at each call.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> catalogue = dff.operations().set_index("operation")
    >>> catalogue.loc["Wallets:Transfers:Create", "category"]
    'move_funds'
    >>> int((catalogue.severity >= "high").sum()) > 50
    True
    """
    frame = operations_table().to_pandas()
    judged = [severity for severity in reversed(SEVERITIES) if severity != UNKNOWN]
    frame["severity"] = frame["severity"].cat.set_categories(judged, ordered=True)
    return frame
