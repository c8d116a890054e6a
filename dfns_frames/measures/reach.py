"""What tokens can do: how much, how badly, and how unevenly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dfns_frames.dtypes import TEXT
from dfns_frames.errors import ConfigurationError
from dfns_frames.measures.codes import flags, labelled, missing, texts
from dfns_frames.measures.holdings import (
    SEVERITIES,
    UNKNOWN,
    as_severities,
    catalogue,
    current_operations,
    severity_of,
    token_holdings,
)
from dfns_frames.measures.spread import permission_spread

if TYPE_CHECKING:
    import numpy.typing as npt

    from dfns_frames.measures.codes import Ints
    from dfns_frames.measures.holdings import Holdings
    from dfns_frames.schema import Tables

SENSITIVE = {
    "move_funds": "move funds",
    "approve": "approve",
    "grant_access": "grant access",
    "change_policy": "change policies",
    "export_keys": "export keys",
    "key_custody": "manage keys",
    "identities": "manage identities",
    "egress": "send data out",
}
CONCENTRATIONS = ("operations", "permissions", "owners")


def operations_per_token(frames: Tables) -> pd.DataFrame:
    """Count the different operations of each token.

    Parameters
    ----------
    frames
        Tokens from ``GET /auth/pats``.

    Returns
    -------
    pandas.DataFrame
        A row is one token; key: `source`, `token_no`. Columns: `source`, `token_no`, `token_id`, `name`,
        `is_active`, `operation_count` (different operations that the API listed), `holds_everything`
        (has a full administrator's permission: every operation, those of the future too, whatever was
        listed), `unlisted_assignments` (assignments whose operations the API did not list: unknown), one
        column for each severity with the number of those operations (`critical`, `high`, `medium`, `low`,
        `none`, and `unknown` for operations that are in no catalogue) and `worst`: the highest severity,
        ordered so that ``worst >= "high"`` works, ``"unknown"`` (the lowest) if nothing about the token's
        operations is known, missing if it has none. Full administrators first, then most operations, then
        by name; the index is that of `tokens`, so a mask made of it can be given to `filter`.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> len(dff.measures.operations_per_token(dff.read({"items": []})))
    0
    """
    tokens, held = frames.arrow("tokens"), token_holdings(frames)
    severities = held.by(severity_of(held.operations), len(SEVERITIES))
    frame = pd.DataFrame(
        {
            "source": texts(tokens, "source").astype("category"),
            "token_no": tokens["token_no"].to_numpy(),
            "token_id": texts(tokens, "token_id"),
            "name": texts(tokens, "name"),
            "is_active": flags(tokens, "is_active"),
            "operation_count": held.listed,
            "holds_everything": held.everything,
            "unlisted_assignments": held.unlisted,
            **dict(zip(SEVERITIES, severities.T, strict=True)),
            "worst": worst(held, severities),
        }
    )
    frame = frame.sort_values(
        ["holds_everything", "operation_count", "name", "source", "token_no"],
        ascending=[False, False, True, True, True],
    )
    return labelled(frame)


def worst(held: Holdings, severities: Ints) -> pd.Categorical:
    """Return each holder's highest severity; the unknown counts only where nothing else is known."""
    some = severities > 0
    place = np.where(some.any(axis=1), some.argmax(axis=1), -1)
    place[(place < 0) & (held.unlisted > 0)] = SEVERITIES.index(UNKNOWN)
    harmless = (place == SEVERITIES.index("none")) & (some[:, -1] | (held.unlisted > 0))
    place[harmless] = SEVERITIES.index(UNKNOWN)
    place[held.everything] = 0
    return as_severities(place)


def sensitive_reach(frames: Tables) -> pd.DataFrame:
    """Count the tokens that can do each sensitive class of operations.

    Parameters
    ----------
    frames
        Tokens from ``GET /auth/pats``.

    Returns
    -------
    pandas.DataFrame
        A row is one category of operations, as in ``dff.operations()``; the last, ``"unknown"``, is of
        operations that are in no catalogue or that the API did not list. Columns: `category`,
        `tokens_active`, `tokens_inactive`, `token_count` (distinct tokens that hold at least one
        operation of it; full administrators hold all known ones), `active_uncertain` (further active tokens
        of which it is not known, because they hold something unknown) and `share_active` (`tokens_active`
        of all active tokens visible to the
        caller; missing if there are none). The order is fixed.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> list(dff.measures.sensitive_reach(dff.read({"items": []})).category)[:2]
    ['move_funds', 'approve']
    """
    held, active = token_holdings(frames), flags(frames.arrow("tokens"), "is_active")
    categories = [*SENSITIVE, UNKNOWN, "other"]
    group = np.array([_category(name, categories) for name in held.operations], dtype=np.int64)
    reach = held.by(group, len(categories))[:, :-1] > 0
    reach[:, :-1] |= held.everything[:, None]
    reach[:, -1] |= held.unlisted > 0
    uncertain = ~reach & reach[:, -1:] & ~held.everything[:, None]
    return pd.DataFrame(
        {
            "category": pd.Categorical(categories[:-1], categories=pd.Index(categories[:-1], dtype=TEXT)),
            "tokens_active": reach[active].sum(axis=0),
            "tokens_inactive": reach[~active].sum(axis=0),
            "token_count": reach.sum(axis=0),
            "active_uncertain": uncertain[active].sum(axis=0),
            "share_active": reach[active].sum(axis=0) / (active.sum() or np.nan),
        }
    )


def _category(operation: str, categories: list[str]) -> int:
    known = catalogue()
    category = known[operation][1] if operation in known else UNKNOWN
    return categories.index(category if category in categories else "other")


def concentration(frames: Tables, *, of: str = "operations") -> pd.DataFrame:
    """Measure how unevenly something is spread: the points of a Lorenz curve, and Gini's coefficient.

    Parameters
    ----------
    frames
        Tokens from ``GET /auth/pats``.
    of
        ``"operations"``: different operations over tokens, full administrators counting as all current
        operations where more than listed; ``"permissions"``: tokens over the permissions they hold;
        ``"owners"``: tokens over the users or applications that they act for.

    Returns
    -------
    pandas.DataFrame
        A row is one holder (a token, a permission, an owner), the smallest first. Columns: `holder` (its
        id), `value`, `holder_share` and `value_share` (of holders and of the total, up to and including
        this one, 0 to 1) and `gini`, the same in every row: 0 if all have the same, towards 1 if one has
        all; missing if there is nothing to share. Holders whose value is unknown come last, without value
        and shares.

    Raises
    ------
    ConfigurationError
        `of` is not one of those listed.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> len(dff.measures.concentration(dff.read({"items": []}), of="owners"))
    0
    """
    if of not in CONCENTRATIONS:
        raise ConfigurationError(
            f"of={of!r} is not known; it is one of {', '.join(map(repr, CONCENTRATIONS))}"
        )
    holders = {"operations": _operations, "permissions": _permissions, "owners": _owners}[of](frames)
    holders = holders.sort_values(["value", "holder"], ignore_index=True)
    known = holders["value"].to_numpy(dtype=float, na_value=np.nan)
    known = known[~np.isnan(known)]
    holders["holder_share"] = _padded(np.arange(1, len(known) + 1) / max(len(known), 1), len(holders))
    total = known.sum()
    holders["value_share"] = _padded(known.cumsum() / total if total else known * np.nan, len(holders))
    holders["gini"] = gini(known)
    return holders


def gini(values: npt.NDArray[np.float64]) -> float:
    """Return Gini's coefficient of ascending values; NaN if they sum to nothing."""
    count, total = len(values), values.sum()
    if not total:
        return float("nan")
    return float(2 * (np.arange(1, count + 1) * values).sum() / (count * total) - (count + 1) / count)


def _padded(shares: npt.NDArray[np.float64], length: int) -> npt.NDArray[np.float64]:
    return np.concatenate([shares, np.full(length - len(shares), np.nan)])


def _operations(frames: Tables) -> pd.DataFrame:
    held = token_holdings(frames)
    values = pd.array(
        np.where(held.everything, np.maximum(held.listed, current_operations()), held.listed), "Int64"
    )
    values[(held.unlisted > 0) & ~held.everything] = pd.NA
    return pd.DataFrame({"holder": texts(frames.arrow("tokens"), "token_id"), "value": values})


def _permissions(frames: Tables) -> pd.DataFrame:
    spread = permission_spread(frames)
    return pd.DataFrame({"holder": spread["permission_id"], "value": spread["token_count"].astype("Int64")})


def _owners(frames: Tables) -> pd.DataFrame:
    """Count tokens by the user, else the application, that they act for; those of nobody are left out."""
    tokens = frames.arrow("tokens")
    owner = texts(tokens, "linked_user_id").where(
        ~missing(tokens, "linked_user_id"), texts(tokens, "linked_app_id")
    )
    sizes = owner.value_counts(dropna=True)
    return pd.DataFrame({"holder": sizes.index.astype(TEXT), "value": pd.array(sizes.to_numpy(), "Int64")})
