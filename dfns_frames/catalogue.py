"""The catalogue of known operations: what each one allows and how much harm it could do.

Named `catalogue`, not `operations`, because a submodule of that name would hide the public function
``dfns_frames.operations`` as soon as it is imported.
"""

from __future__ import annotations

import csv
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

import pyarrow as pa

from dfns_frames.schema import Column, Kind, Table

if TYPE_CHECKING:
    import pandas as pd

OPERATIONS = Table(
    "operations",
    row="one known operation",
    key=("operation",),
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

SEVERITIES = ("none", "low", "medium", "high", "critical")


@cache
def _rows() -> tuple[dict[str, str | None], ...]:
    text = files("dfns_frames").joinpath("data", "operations.csv").read_text(encoding="utf-8")
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
    frame["severity"] = frame["severity"].cat.set_categories(SEVERITIES, ordered=True)
    return frame
