"""What tokens can do: how much, how badly, and which sensitive classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dfns_frames._api.catalogue import SEVERITIES, UNKNOWN
from dfns_frames._facts.codes import flags, labelled, texts
from dfns_frames._facts.dtypes import TEXT
from dfns_frames._facts.holdings import token_holdings
from dfns_frames.measures.classes import (
    ANSWERS,
    SENSITIVE,
    answer,
    by_severity,
    is_blind,
    is_lower_bound,
    refused,
    worst,
)
from dfns_frames.measures.options import check_frames

if TYPE_CHECKING:
    from dfns_frames._facts.tables import Tables


def operations_per_token(frames: Tables) -> pd.DataFrame:
    """Count the different operations of each token, by severity.

    These are what its own permissions allow; `who_can` takes its user and the policies into account.

    Parameters
    ----------
    frames
        Tokens, those of service accounts included where these were read.

    Returns
    -------
    pandas.DataFrame
        A row is one token; key: `source`, `token_no`. Full administrators come first, then the tokens with
        most operations, then by name. The index is that of `tokens`, so a mask made of this frame can be
        given to `filter`. Columns:

        * `source`, `token_no`, `token_id`, `name`, `is_active`;
        * `operation_count`: different operations that the API listed;
        * `operation_count_at_least`: the same, but a full administrator has every current operation besides,
          listed or not;
        * `holds_everything`: a full administrator, who can do everything, in the future too;
        * `unlisted_assignments`: how many assignments the API listed no operations for; what they allow is
          unknown;
        * `critical`, `high`, `medium`, `low`, `none`: how many of them have that severity, and `unknown`: how
          many are not in the catalogue, or may not be usable by this kind of token;
        * `refused`: how many its kind cannot use; with the severities they sum to `operation_count_at_least`;
        * `worst`: the highest severity, ordered so that ``worst >= "high"`` works; ``"unknown"``, the lowest,
          only if no severity is known; missing if the token has no operation that it can use;
        * `worst_is_lower_bound`: something about the token is unknown, so it may be worse than `worst`.

    Raises
    ------
    ConfigurationError
        `frames` is not a Frames object.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> pats = dff.demo.client("treasury").pats()
    >>> counted = dff.measures.operations_per_token(pats)
    >>> counted[["name", "operation_count", "critical", "high", "worst"]].head(3)
                           name  operation_count  critical  high     worst
    3                  year-end               26         4     7  critical
    12      daily sweep (newer)               23         5     6  critical
    7   holiday cover for Sofia               23         5     6  critical
    """
    check_frames(frames)
    tokens, held = frames.arrow("tokens"), token_holdings(frames)
    severities = by_severity(held)
    highest = worst(held, severities)
    frame = pd.DataFrame(
        {
            "source": texts(tokens, "source").astype("category"),
            "token_no": tokens["token_no"].to_numpy(),
            "token_id": texts(tokens, "token_id"),
            "name": texts(tokens, "name"),
            "is_active": flags(tokens, "is_active"),
            "operation_count": held.listed,
            "operation_count_at_least": held.held,
            "holds_everything": held.everything,
            "unlisted_assignments": held.unlisted,
            **dict(zip(SEVERITIES, severities.T, strict=True)),
            "refused": refused(held),
            "worst": highest,
            "worst_is_lower_bound": is_lower_bound(held, highest),
        }
    )
    frame = frame.sort_values(
        ["holds_everything", "operation_count", "name", "source", "token_no"],
        ascending=[False, False, True, True, True],
    )
    return labelled(frame)


def sensitive_reach(frames: Tables) -> pd.DataFrame:
    """Count the tokens that can do each sensitive class of operations.

    That is what their own permissions allow; `who_can` takes their users and the policies into account.

    Parameters
    ----------
    frames
        Tokens, those of service accounts included where these were read.

    Returns
    -------
    pandas.DataFrame
        A row is one class, named by its category as in ``dff.operations()``; the last, ``"unknown"``, is of
        operations that are not in the catalogue or that the API did not list. The order is fixed. Columns:
        `category`; `tokens_active`, `tokens_inactive` and `token_count` (different tokens that hold an
        operation of it that their kind can use; full administrators can do all but the unknown);
        `active_uncertain` (active tokens that may be able to, because some of what they hold is unknown; they
        are in no other column); `share_active` (`tokens_active` out of all active tokens visible to the
        caller; missing if there are none).

    Raises
    ------
    ConfigurationError
        `frames` is not a Frames object.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> pats = dff.demo.client("treasury").pats()
    >>> reach = dff.measures.sensitive_reach(pats)
    >>> reach[["category", "tokens_active", "active_uncertain", "token_count"]].head(3)
           category  tokens_active  active_uncertain  token_count
    0    move_funds              7                 1           10
    1       approve              2                 1            2
    2  grant_access              0                 1            0
    """
    check_frames(frames)
    held, active = token_holdings(frames), flags(frames.arrow("tokens"), "is_active")
    categories = [*SENSITIVE, UNKNOWN]
    answers = answer(held, list(SENSITIVE))
    reach = np.column_stack([answers == ANSWERS.index("yes"), is_blind(held)])
    uncertain = np.append((answers[active] == ANSWERS.index(UNKNOWN)).sum(axis=0), 0)
    return pd.DataFrame(
        {
            "category": pd.Categorical(categories, categories=pd.Index(categories, dtype=TEXT)),
            "tokens_active": reach[active].sum(axis=0),
            "tokens_inactive": reach[~active].sum(axis=0),
            "token_count": reach.sum(axis=0),
            "active_uncertain": uncertain,
            "share_active": reach[active].sum(axis=0) / (active.sum() or np.nan),
        }
    )
