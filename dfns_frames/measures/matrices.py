"""Which operations come together: in tokens, and in permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dfns_frames._facts.codes import distinct_pairs, flags, same_sets, texts
from dfns_frames._facts.dtypes import TEXT
from dfns_frames._facts.holdings import (
    USABLE,
    Holdings,
    as_severities,
    assigned_permissions,
    domain_of,
    permission_holdings,
    severity_of,
    token_holdings,
)
from dfns_frames._facts.keys import token_rows
from dfns_frames.measures.options import check_frames

if TYPE_CHECKING:
    from dfns_frames._facts.codes import Ints
    from dfns_frames._facts.tables import Tables


def operation_matrix(frames: Tables) -> pd.DataFrame:
    """List which operations are held together, by groups of tokens that hold exactly the same.

    Parameters
    ----------
    frames
        Tokens, those of service accounts included where these were read.

    Returns
    -------
    pandas.DataFrame
        A row is one group of tokens and one operation that they hold; a group without operations is one row,
        the operation missing. Every token is in one group: all full administrators in the same one; a token
        with unlisted operations in one of its own, because nobody knows what else it holds. Columns:

        * `group`: its number, from 0, most tokens first;
        * `token_count`, `tokens_active`, `token_ids` (a tuple);
        * `name`: of the group's only token; missing if there are several;
        * `permission_names`: the permissions that all its tokens hold (a tuple, by name);
        * `holds_everything`: full administrators, who hold every current operation, listed or not;
        * `is_complete`: whether all that they hold is known;
        * `operation`, `domain`, `severity` (``"unknown"`` if it is not in the catalogue);
        * `usable`: whether tokens of their kind can use it: ``"yes"``, ``"no"`` or ``"unknown"``.

    Raises
    ------
    ConfigurationError
        `frames` is not a Frames object.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> pats = dff.demo.client("treasury").pats()
    >>> held = dff.measures.operation_matrix(pats)
    >>> held[["group", "token_count", "operation", "severity", "usable"]].head(3)
       group  token_count           operation severity usable
    0      0            6  Allocations:Create     high    yes
    1      0            6    Allocations:Read     none    yes
    2      0            6  Allocations:Update     high    yes
    """
    check_frames(frames)
    rows, held = token_groups(frames)
    rows.insert(0, "group", np.arange(len(rows)))
    return with_operations(rows, held).drop(columns="holder")


def token_groups(frames: Tables) -> tuple[pd.DataFrame, Holdings]:
    """Return the groups of tokens that hold the same, and what each group (`holder`) holds."""
    tokens, held = frames.arrow("tokens"), token_holdings(frames)
    group = _alike(held)
    sizes = np.bincount(group)
    first = np.unique(group, return_index=True)[1]
    of_groups = _of_groups(held, group, sizes, first)
    ids, names = (texts(tokens, column).to_numpy(dtype=object) for column in ("token_id", "name"))
    # Sorted by group, the members stand side by side, in the order of the tokens.
    members = np.split(ids[np.argsort(group, kind="stable")], np.cumsum(sizes)[:-1]) if len(sizes) else []
    rows = pd.DataFrame(
        {
            "holder": np.arange(len(sizes)),
            "token_count": sizes,
            "tokens_active": np.bincount(group[flags(tokens, "is_active")], minlength=len(sizes)),
            "token_ids": pd.Series([tuple(some) for some in members], dtype=object),
            "name": pd.Series(names[first], dtype=TEXT).where(sizes == 1),
            "permission_names": pd.Series(_common_permissions(frames, group, sizes), dtype=object),
            "holds_everything": of_groups.everything,
            "is_complete": of_groups.everything | (of_groups.unlisted == 0),
            "first": first,
        }
    ).sort_values(["token_count", "name", "first"], ascending=[False, True, True], ignore_index=True)
    return rows.drop(columns="first"), of_groups


def _alike(held: Holdings) -> Ints:
    """Return each token's group: the same operations, usable by both; full administrators are one group.

    A token with unlisted operations is alone, because what it holds besides may differ from all others.
    """
    group = same_sets(
        held.holder,
        held.operation * len(USABLE) + held.usable,
        held.count,
        len(held.operations) * len(USABLE),
    )
    group = np.where(held.unlisted > 0, held.count + np.arange(held.count), group)
    return np.unique(np.where(held.everything, -1, group), return_inverse=True)[1]


def _of_groups(held: Holdings, group: Ints, sizes: Ints, first: Ints) -> Holdings:
    """Return what groups hold: what any member does, which differs among full administrators alone."""
    width = max(len(held.operations), 1)
    holder, operation = distinct_pairs(group[held.holder], held.operation, len(sizes), width)
    # The pairs are sorted, so each member's pair is found among them by bisection.
    place = np.searchsorted(holder * width + operation, group[held.holder] * width + held.operation)
    usable = np.full(len(holder), len(USABLE), dtype=np.int64)
    np.minimum.at(usable, place, held.usable)
    is_listed = np.zeros(len(holder), dtype=bool)
    is_listed[place[held.is_listed]] = True
    return Holdings(
        holder, operation, held.operations, len(sizes), is_listed, usable, held.everything[first],
        held.unlisted[first],
    )  # fmt: skip


def _common_permissions(frames: Tables, group: Ints, sizes: Ints) -> list[tuple[str, ...]]:
    """Return the names of the permissions that every token of each group holds."""
    permission, ids, names = assigned_permissions(frames)
    token, held = distinct_pairs(
        token_rows(frames, "token_assignments"), permission, len(group), max(len(ids), 1)
    )
    # Tokens and their permissions are distinct pairs, so a permission that all hold occurs once a token.
    pairs, counts = np.unique(group[token] * max(len(ids), 1) + held, return_counts=True)
    owner, held = pairs // max(len(ids), 1), pairs % max(len(ids), 1)
    common: list[list[str]] = [[] for _ in sizes]
    for number, code in zip(owner[counts == sizes[owner]], held[counts == sizes[owner]], strict=True):
        common[number].append(names[code])
    return [tuple(sorted(some)) for some in common]


def permission_matrix(frames: Tables) -> pd.DataFrame:
    """List which operations each permission contains, as far as tokens show it.

    Parameters
    ----------
    frames
        Tokens, those of service accounts included where these were read.

    Returns
    -------
    pandas.DataFrame
        A row is one permission and one operation that it contains; a permission without a listed operation
        is one row, the operation missing. Columns: `permission_id`, `permission_name`, `token_count`
        (different tokens that hold it), `holds_everything` (a full administrator's permission: it contains
        every current operation, listed or not), `is_complete` (whether all that it contains is known; not if
        no assignment of it lists operations), `operation`, `domain` and `severity` (``"unknown"`` if it is
        not in the catalogue). Most operations first, then by name; where the assignments of one permission
        list different operations, it contains them all.

    Raises
    ------
    ConfigurationError
        `frames` is not a Frames object.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> pats = dff.demo.client("treasury").pats()
    >>> contained = dff.measures.permission_matrix(pats)
    >>> contained[["permission_name", "token_count", "operation", "severity"]].head(3)
           permission_name  token_count           operation severity
    0  Treasury operations           11  Allocations:Create     high
    1  Treasury operations           11    Allocations:Read     none
    2  Treasury operations           11  Allocations:Update     high
    """
    check_frames(frames)
    rows, held = permission_rows(frames)
    return with_operations(rows, held).drop(columns=["holder", "breadth", "usable"])


def permission_rows(frames: Tables) -> tuple[pd.DataFrame, Holdings]:
    """Return the permissions, the broadest first, and what each contains."""
    permission, ids, names = assigned_permissions(frames)
    held = permission_holdings(frames)
    tokens = frames.arrow("tokens").num_rows
    _, holding = distinct_pairs(token_rows(frames, "token_assignments"), permission, tokens, len(ids))
    rows = pd.DataFrame(
        {
            "holder": np.arange(len(ids)),
            "permission_id": pd.Series(ids, dtype=TEXT),
            "permission_name": pd.Series(names, dtype=TEXT),
            "token_count": np.bincount(holding, minlength=len(ids)),
            "holds_everything": held.everything,
            "is_complete": held.everything | (held.unlisted == 0),
            "breadth": held.listed,
        }
    ).sort_values(
        ["holds_everything", "breadth", "permission_name", "permission_id"],
        ascending=[False, False, True, True],
        ignore_index=True,
    )
    return rows, held


def with_operations(rows: pd.DataFrame, held: Holdings) -> pd.DataFrame:
    """Repeat each row for every operation that its holder has, by name; once, without, if there are none."""
    count = held.held[rows["holder"]]
    rows_each = np.maximum(count, 1)
    row = np.repeat(np.arange(len(rows)), rows_each)
    # Counts from 0 in each row's share of the result: the position, less where that share begins.
    within = np.arange(len(row)) - np.repeat(np.cumsum(rows_each) - rows_each, rows_each)
    order, pair = _by_name(held), np.full(len(row), -1, dtype=np.int64)
    some = count[row] > 0
    # The pairs of a holder stand together, sorted by holder; `order` sorts them by name within each.
    pair[some] = order[np.searchsorted(held.holder, rows["holder"])[row[some]] + within[some]]
    code = np.append(held.operation, -1)[pair]
    severities = np.append(severity_of(held.operations), -1)
    frame = rows.iloc[row].reset_index(drop=True)
    frame["operation"] = pd.Categorical.from_codes(code, pd.Index(held.operations, dtype=TEXT))
    domains = np.array([*map(domain_of, held.operations), None], dtype=object)
    frame["domain"] = pd.Series(domains[code], dtype=TEXT).astype("category")
    frame["severity"] = as_severities(severities[code])
    frame["usable"] = pd.Categorical.from_codes(
        np.append(held.usable, -1)[pair], pd.Index(USABLE, dtype=TEXT)
    )
    return frame


def _by_name(held: Holdings) -> Ints:
    """Return the order of the pairs that sorts them by name within each holder."""
    rank = np.empty(len(held.operations), dtype=np.int64)
    rank[np.argsort(np.array(held.operations, dtype=object), kind="stable")] = np.arange(len(rank))
    return np.lexsort((rank[held.operation], held.holder))
