"""Which operations come together: in tokens, and in permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dfns_frames.dtypes import TEXT
from dfns_frames.measures.codes import distinct_pairs, flags, same_sets, texts, token_rows
from dfns_frames.measures.holdings import (
    as_severities,
    domain_of,
    permission_holdings,
    severity_of,
    token_holdings,
)
from dfns_frames.measures.options import check_frames
from dfns_frames.measures.spread import permissions

if TYPE_CHECKING:
    from dfns_frames.measures.codes import Ints
    from dfns_frames.measures.holdings import Holdings
    from dfns_frames.schema import Tables


def operation_matrix(frames: Tables) -> pd.DataFrame:
    """List which operations are held together: groups of tokens that can do exactly the same.

    Parameters
    ----------
    frames
        Tokens from ``GET /auth/pats``.

    Returns
    -------
    pandas.DataFrame
        A row is one group of tokens and one operation that all of them hold; a group without a listed
        operation is one row, the operation missing. Every token is in one group. Columns: `group` (number,
        from 0, most tokens first), `token_count`, `tokens_active`, `name` (of its first token by name),
        `holds_everything` (full administrators: every operation, listed or not), `is_complete` (whether the
        API listed the operations of all assignments; if not, others may be held), `operation`,
        `domain` and `severity` (``"unknown"`` if it is in no catalogue).

    Examples
    --------
    >>> import dfns_frames as dff
    >>> len(dff.measures.operation_matrix(dff.read({"items": []})))
    0
    """
    check_frames(frames)
    rows, held = token_groups(frames)
    rows.insert(0, "group", np.arange(len(rows)))
    return with_operations(rows, held).drop(columns="holder")


def token_groups(frames: Tables) -> tuple[pd.DataFrame, Holdings]:
    """Return the groups of tokens that can do exactly the same, each with one token as `holder`."""
    tokens, held = frames.arrow("tokens"), token_holdings(frames)
    group = same_sets(held.holder, held.operation, held.count, len(held.operations)) * 4
    group = np.unique(group + 2 * held.everything + (held.unlisted > 0), return_inverse=True)[1]
    names = texts(tokens, "name").to_numpy(dtype=object)
    by_name = np.lexsort((np.arange(held.count), pd.Series(names, dtype=TEXT).rank(method="dense")))
    groups, first = np.unique(group[by_name], return_index=True)
    example = by_name[first]
    rows = pd.DataFrame(
        {
            "holder": example,
            "token_count": np.bincount(group, minlength=len(groups)),
            "tokens_active": np.bincount(group[flags(tokens, "is_active")], minlength=len(groups)),
            "name": pd.Series(names[example], dtype=TEXT),
            "holds_everything": held.everything[example],
            "is_complete": held.unlisted[example] == 0,
        }
    ).sort_values(["token_count", "name", "holder"], ascending=[False, True, True], ignore_index=True)
    return rows, held


def permission_matrix(frames: Tables) -> pd.DataFrame:
    """List which operations each permission contains, as far as tokens show it.

    Parameters
    ----------
    frames
        Tokens from ``GET /auth/pats``.

    Returns
    -------
    pandas.DataFrame
        A row is one permission and one operation that it contains; a permission without a listed operation
        is one row, the operation missing. Columns: `permission_id`, `permission_name`, `token_count`
        (distinct tokens that hold it), `holds_everything` (a full administrator's permission),
        `is_complete` (false if no assignment lists its operations: unknown), `operation`, `domain` and
        `severity` (``"unknown"`` if it is in no catalogue). Most operations first, then by name; where the
        assignments of one permission list different operations, it contains them all.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> len(dff.measures.permission_matrix(dff.read({"items": []})))
    0
    """
    check_frames(frames)
    rows, held = permission_rows(frames)
    return with_operations(rows, held).drop(columns=["holder", "breadth"])


def permission_rows(frames: Tables) -> tuple[pd.DataFrame, Holdings]:
    """Return the permissions, the broadest first, and what each contains."""
    permission, ids, names = permissions(frames)
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
            "is_complete": held.unlisted == 0,
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
    listed = held.listed[rows["holder"]]
    starts = np.searchsorted(held.holder, rows["holder"])
    row = np.repeat(np.arange(len(rows)), np.maximum(listed, 1))
    within = np.arange(len(row)) - np.repeat(
        np.cumsum(np.maximum(listed, 1)) - np.maximum(listed, 1), np.maximum(listed, 1)
    )
    code = np.full(len(row), -1, dtype=np.int64)
    some = listed[row] > 0
    code[some] = _by_name(held)[starts[row[some]] + within[some]]
    severities = np.append(severity_of(held.operations), -1)
    frame = rows.iloc[row].reset_index(drop=True)
    frame["operation"] = pd.Categorical.from_codes(code, pd.Index(held.operations, dtype=TEXT))
    domains = np.array([*map(domain_of, held.operations), None], dtype=object)
    frame["domain"] = pd.Series(domains[code], dtype=TEXT).astype("category")
    frame["severity"] = as_severities(severities[code])
    return frame


def _by_name(held: Holdings) -> Ints:
    """Return the operations of the pairs, sorted by name within each holder."""
    rank = np.empty(len(held.operations), dtype=np.int64)
    rank[np.argsort(np.array(held.operations, dtype=object), kind="stable")] = np.arange(len(rank))
    return held.operation[np.lexsort((rank[held.operation], held.holder))]
