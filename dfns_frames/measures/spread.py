"""How permissions are spread over tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dfns_frames._facts.codes import distinct_pairs, flags, same_sets
from dfns_frames._facts.dtypes import TEXT
from dfns_frames._facts.holdings import assigned_permissions
from dfns_frames._facts.keys import token_rows
from dfns_frames.measures.options import check_frames

if TYPE_CHECKING:
    from dfns_frames._facts.tables import Tables


def permission_spread(frames: Tables) -> pd.DataFrame:
    """Count the tokens that hold each permission.

    Parameters
    ----------
    frames
        Tokens, those of service accounts included where these were read.

    Returns
    -------
    pandas.DataFrame
        A row is one permission that at least one token holds; key: `permission_id`. Columns:
        `permission_id`, `permission_name`, `tokens_active`, `tokens_inactive`, `token_count` (different
        tokens: one that has it twice counts once) and `share` (of all tokens visible to the caller, those
        without permissions included). Most tokens first, then by name and id. If the API gives one permission
        several names, the first one listed is shown.

    Raises
    ------
    ConfigurationError
        `frames` is not a Frames object.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> pats = dff.demo.client("treasury").pats()
    >>> spread = dff.measures.permission_spread(pats)
    >>> spread[["permission_name", "tokens_active", "token_count", "share"]].round(2)
             permission_name  tokens_active  token_count  share
    0    Treasury operations              8           11   0.79
    1  Read only (reporting)              2            3   0.21
    2         Approvals desk              2            2   0.14
    3          balance-check              1            1   0.07
    4            staking-bot              1            1   0.07
    """
    check_frames(frames)
    permission, ids, names = assigned_permissions(frames)
    tokens = frames.arrow("tokens")
    token, held = distinct_pairs(
        token_rows(frames, "token_assignments"), permission, tokens.num_rows, len(ids)
    )
    active = flags(tokens, "is_active")[token]
    frame = pd.DataFrame(
        {
            "permission_id": pd.Series(ids, dtype=TEXT),
            "permission_name": pd.Series(names, dtype=TEXT),
            "tokens_active": np.bincount(held[active], minlength=len(ids)),
            "tokens_inactive": np.bincount(held[~active], minlength=len(ids)),
            "token_count": np.bincount(held, minlength=len(ids)),
        }
    )
    frame["share"] = frame["token_count"] / max(tokens.num_rows, 1)
    return frame.sort_values(
        ["token_count", "permission_name", "permission_id"], ascending=[False, True, True], ignore_index=True
    )


def permission_combinations(frames: Tables) -> pd.DataFrame:
    """Count the tokens that hold exactly the same permissions.

    Parameters
    ----------
    frames
        Tokens, those of service accounts included where these were read.

    Returns
    -------
    pandas.DataFrame
        A row is one set of permissions that tokens hold together and no others; every token is in one row,
        those without permissions too. Columns: `permission_ids` and `permission_names` (tuples, by name),
        `permission_count`, `tokens_active`, `tokens_inactive`, `token_count` and `share` (of all tokens
        visible to the caller). Most tokens first, then fewest permissions, then by name.

    Raises
    ------
    ConfigurationError
        `frames` is not a Frames object.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> pats = dff.demo.client("treasury").pats()
    >>> together = dff.measures.permission_combinations(pats)
    >>> together[["permission_names", "token_count", "share"]].head(3).round(2)
                            permission_names  token_count  share
    0                 (Treasury operations,)            7   0.50
    1               (Read only (reporting),)            2   0.14
    2  (Approvals desk, Treasury operations)            2   0.14
    """
    check_frames(frames)
    permission, ids, names = assigned_permissions(frames)
    tokens = frames.arrow("tokens")
    token, held = distinct_pairs(
        token_rows(frames, "token_assignments"), permission, tokens.num_rows, len(ids)
    )
    combination = same_sets(token, held, tokens.num_rows, len(ids))
    _, example = np.unique(combination, return_index=True)
    starts, ends = np.searchsorted(token, example), np.searchsorted(token, example, side="right")
    members = [
        sorted(held[start:end], key=lambda code: (names[code], ids[code] or ""))
        for start, end in zip(starts, ends, strict=True)
    ]
    active = flags(tokens, "is_active")
    frame = pd.DataFrame(
        {
            "permission_ids": pd.Series(
                [tuple(ids[code] for code in codes) for codes in members], dtype=object
            ),
            "permission_names": pd.Series(
                [tuple(names[code] for code in codes) for codes in members], dtype=object
            ),
            "permission_count": np.array([len(codes) for codes in members], dtype=np.int64),
            "tokens_active": np.bincount(combination[active], minlength=len(members)),
            "tokens_inactive": np.bincount(combination[~active], minlength=len(members)),
            "token_count": np.bincount(combination, minlength=len(members)),
        }
    )
    frame["share"] = frame["token_count"] / max(tokens.num_rows, 1)
    return frame.sort_values(
        ["token_count", "permission_count", "permission_names"],
        ascending=[False, True, True],
        ignore_index=True,
    )
