"""Who holds which operation: the distinct pairs that all measures of operations count."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dfns_frames._api.catalogue import SEVERITIES, UNKNOWN, usability
from dfns_frames._facts.codes import codes, distinct_pairs, missing
from dfns_frames._facts.contents import assigned_everything, catalogue, permissions
from dfns_frames._facts.contents import operations as all_operations
from dfns_frames._facts.dtypes import TEXT
from dfns_frames._facts.keys import token_rows
from dfns_frames._facts.presence import kept

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pyarrow as pa

    from dfns_frames._facts.codes import Flags, Ints
    from dfns_frames._facts.tables import Tables

USABLE = ("yes", UNKNOWN, "no")
"""Whether a kind of token can use an operation, the best first."""


@dataclass(frozen=True)
class Holdings:
    """Which holder (a token or a permission) has which operation; each pair once, by holder.

    Full administrators hold everything, so they have a pair for every current operation, listed or not.

    Parameters
    ----------
    holder, operation
        The pairs, as numbers.
    operations
        What each operation's number stands for.
    count
        How many holders there are.
    is_listed
        For each pair, whether the API listed it; if not, it follows from a full administrator's permission.
    usable
        For each pair, whether the holder's kind can use the operation: a place in `USABLE`.
    everything
        For each holder, whether it has a full administrator's permission: all operations, listed or not.
    unlisted
        For each holder, how many assignments have operations that the API did not list.
    """

    holder: Ints
    operation: Ints
    operations: list[str]
    count: int
    is_listed: Flags
    usable: Ints
    everything: Flags
    unlisted: Ints

    @property
    def listed(self) -> Ints:
        """How many different operations the API listed for each holder."""
        return np.bincount(self.holder[self.is_listed], minlength=self.count)

    @property
    def held(self) -> Ints:
        """How many different operations each holder has at least, listed or not."""
        return np.bincount(self.holder, minlength=self.count)

    def by(self, group: Ints, groups: int) -> Ints:
        """Count each holder's pairs by the pair's group (-1: in none): holders down, groups across."""
        some = group >= 0
        cells = np.bincount(self.holder[some] * groups + group[some], minlength=self.count * groups)
        return cells.reshape(self.count, groups)


@kept
def token_holdings(frames: Tables) -> Holdings:
    """Return which token holds which operation."""
    tokens = frames.arrow("tokens")
    operation, names = codes(frames.arrow("token_operations"), "operation")
    assigned = token_rows(frames, "token_assignments")
    full, unlisted = _assignments(frames)
    pairs = distinct_pairs(token_rows(frames, "token_operations"), operation, tokens.num_rows, len(names))
    everything = np.bincount(assigned[full], minlength=tokens.num_rows) > 0
    holder, held, names, is_listed = _completed(*pairs, names, everything)
    usable = _usable_by_kind(tokens, names)[codes(tokens, "kind")[0][holder], held]
    unlisted_of = np.bincount(assigned[unlisted], minlength=tokens.num_rows)
    return Holdings(holder, held, names, tokens.num_rows, is_listed, usable, everything, unlisted_of)


def _usable_by_kind(tokens: pa.Table, operations: list[str]) -> Ints:
    """Return places in `USABLE`: one row per kind of token, one column per operation.

    The last row is of tokens without a kind, whose number is -1.
    """
    return usable_by([*codes(tokens, "kind")[1], None], operations)


def usable_by(kinds: Sequence[str | None], operations: list[str]) -> Ints:
    """Return places in `USABLE`: one row per kind of token or user, one column per operation."""
    places = [[USABLE.index(usability(kind, operation)) for operation in operations] for kind in kinds]
    return np.array(places, dtype=np.int64).reshape(len(places), len(operations))


@kept
def assigned_permissions(frames: Tables) -> tuple[Ints, list[str | None], list[str]]:
    """Return each assignment's permission as a number, and each number's permission id and name.

    A permission without an id is told apart by its name.
    """
    assignments = frames.arrow("token_assignments")
    by_id, ids = codes(assignments, "permission_id")
    by_name, names = codes(assignments, "permission_name")
    key = np.where(by_id >= 0, by_id, len(ids) + by_name)
    found, first, number = np.unique(key, return_index=True, return_inverse=True)
    return (
        number,
        [ids[code] if code < len(ids) else None for code in found],
        [names[code] for code in by_name[first]],
    )


@kept
def permission_holdings(frames: Tables) -> Holdings:
    """Return which permission contains which operation, by the numbers of `assigned_permissions`.

    What one assignment lists is known of the permission, even where another assignment of it lists nothing.
    A permission has no kind, so nothing that it contains is refused.
    """
    permission, ids, _ = assigned_permissions(frames)
    operation, names = codes(frames.arrow("token_operations"), "operation")
    pairs = distinct_pairs(_permission_of_operations(frames, permission), operation, len(ids), len(names))
    full, unlisted = _assignments(frames)
    everything = np.bincount(permission[full], minlength=len(ids)) > 0
    holder, held, names, is_listed = _completed(*pairs, names, everything)
    listing = np.bincount(permission[~unlisted], minlength=len(ids)) > 0
    unknown = np.where(listing, 0, np.bincount(permission[unlisted], minlength=len(ids)))
    usable = np.full(len(holder), USABLE.index("yes"), dtype=np.int64)
    return Holdings(holder, held, names, len(ids), is_listed, usable, everything, unknown)


def _completed(
    holder: Ints, operation: Ints, names: list[str], everything: Flags
) -> tuple[Ints, Ints, list[str], Flags]:
    """Add every current operation to full administrators; return pairs, names and which are listed."""
    full = np.flatnonzero(everything)
    if not len(full):
        return holder, operation, names, np.ones(len(holder), dtype=bool)
    current = [name for name, (status, _, _) in catalogue().items() if status == "current"]
    numbers = {name: number for number, name in enumerate(names)}
    implied = np.array([numbers.setdefault(name, len(numbers)) for name in current], dtype=np.int64)
    listed = holder * len(numbers) + operation
    both = distinct_pairs(
        np.concatenate([holder, np.repeat(full, len(implied))]),
        np.concatenate([operation, np.tile(implied, len(full))]),
        len(everything),
        len(numbers),
    )
    return *both, list(numbers), np.isin(both[0] * len(numbers) + both[1], listed, assume_unique=True)


def _assignments(frames: Tables) -> tuple[Flags, Flags]:
    """Return which assignments are a full administrator's, and which list no operations."""
    assignments = frames.arrow("token_assignments")
    return assigned_everything(frames, assignments), missing(assignments, "operation_count")


def _permission_of_operations(frames: Tables, permission: Ints) -> Ints:
    """Return the permission's number for each row of `token_operations`, by its assignment."""
    tables = frames.arrow("token_assignments"), frames.arrow("token_operations")
    width = max(
        (int(table["assignment_no"].to_numpy().max()) + 1 for table in tables if table.num_rows), default=1
    )
    rows, wanted = (
        token_rows(frames, name) * width + table["assignment_no"].to_numpy()
        for name, table in zip(("token_assignments", "token_operations"), tables, strict=True)
    )
    order = np.argsort(rows, kind="stable")
    return permission[order[np.searchsorted(rows, wanted, sorter=order)]] if len(wanted) else wanted


def severity_of(operations: list[str]) -> Ints:
    """Return each operation's severity as its place in `SEVERITIES`."""
    known = catalogue()
    return np.array(
        [SEVERITIES.index(known[name][2] if name in known else UNKNOWN) for name in operations],
        dtype=np.int64,
    )


def worst_contained(frames: Tables) -> Ints:
    """Return the highest severity of what each permission contains, as its place in `SEVERITIES`.

    One that contains nothing has a place past the last. The last entry is of a permission that is not
    listed, whose place in `permissions` is -1: unknown.
    """
    known, names = permissions(frames), all_operations(frames).names
    severity = severity_of(names)[known.operation]
    worst = np.full(len(known.ids) + 1, len(SEVERITIES), dtype=np.int64)
    np.minimum.at(worst, np.repeat(np.arange(len(known.ids)), np.diff(known.starts)), severity)
    worst[-1] = SEVERITIES.index(UNKNOWN)
    return worst


def as_severities(places: Ints) -> pd.Categorical:
    """Return places in `SEVERITIES` (-1: missing) as texts that compare: critical is the highest."""
    codes = np.where(places < 0, -1, len(SEVERITIES) - 1 - places)
    return pd.Categorical.from_codes(codes, pd.Index(SEVERITIES[::-1], dtype=TEXT), ordered=True)


def domain_of(operation: str) -> str:
    """Return the first part of an operation's name, known or not."""
    return operation.split(":", 1)[0]
