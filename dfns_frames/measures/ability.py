"""Who can do something: tokens, users and service accounts, in which way, and past which gate."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa

from dfns_frames._facts.abilities import ALONE, ALONE_NO, token_abilities, user_abilities
from dfns_frames._facts.codes import as_flags, as_text, as_words, owner_ids
from dfns_frames._facts.dtypes import TEXT
from dfns_frames._facts.effective import ANSWERS, BASES
from dfns_frames._facts.people import owner_names, people, token_identity, user_names
from dfns_frames._facts.policies import GATES, NONE, UNKNOWN_GATE, policies
from dfns_frames._facts.presence import has, need, table
from dfns_frames.errors import ConfigurationError
from dfns_frames.measures.asking import deeds_of
from dfns_frames.measures.options import brief, check_frames

if TYPE_CHECKING:
    from dfns_frames._facts.abilities import Deed
    from dfns_frames._facts.codes import Ints
    from dfns_frames._facts.tables import Tables

KINDS = ("token", "user", "service_account", "application")
SCOPES = ("organisation", "own delegated wallets")
_PLACES = ("deed", "effective", "basis", "active", "gate", "alone", "is_own")


def who_can(frames: Tables, what: str, alone: bool | None = None) -> pd.DataFrame:
    """List who can do something: in which way, past which gate, and whether without anybody else.

    Parameters
    ----------
    frames
        Tokens, users, or both. Without permissions, groups and policies much of the answer is unknown.
    what
        A category of operations (``"move_funds"``), a way (``"put_into_a_group"``; spaces or hyphens work
        too) or an operation (``"Wallets:Transfers:Create"``).
    alone
        True leaves out those who are certain to be stopped, by the need for somebody else's approval, by a
        policy or by being inactive. False keeps only those. None, the default, keeps all.

    Returns
    -------
    pandas.DataFrame
        A row is one identity and one way in which it can do it, or may be able to; key: `identity_id`, `way`.
        Those who need nobody else come first, then by name. Columns:

        * `identity_kind`: token, user, service_account or application; `identity_id`, `name`;
        * `owner_id`, `owner_name`: whom a token acts for;
        * `way`: the way, or the operation if one was asked for or the category has no ways. It is missing in
          one row for each identity with a permission whose operations no list has: that identity may be able
          to;
        * `effective`, `basis`, `active`: as in `effective_operations`. For users and service accounts the
          basis ``"user"`` means that they hold it, and ``"user incomplete"`` that it is not known whether
          the API refuses it to them;
        * `gate`: what policies put in the way of this holder: ``"not covered"`` (no policy can),
          ``"none"``, ``"sometimes"`` (under a condition, or for some wallets), ``"approval by itself"``,
          ``"approval by others"``, ``"blocked"`` or ``"unknown"``; `policies`: their ids;
        * `alone`: ``"yes"``, ``"sometimes"``, ``"unknown"`` or ``"no"``. It is no if the identity is
          inactive, blocked, or needs others. It is unknown if the sources were not read that tell whether
          the identity may approve for itself, or is an end user whom no policy stops;
        * `scope`: ``"own delegated wallets"`` where an end user reaches no others, else ``"organisation"``.

    Raises
    ------
    ConfigurationError
        `frames` is not a Frames object, or `what` is unknown.
    KeyError
        Neither tokens nor users were read.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> pats = dff.demo.client("treasury").pats()
    >>> able = dff.measures.who_can(pats, "move_funds", alone=True)
    >>> able[["name", "way", "effective", "gate", "alone"]].head(3)
              name                        way effective         gate    alone
    0  daily sweep                   transfer   unknown      unknown  unknown
    1  daily sweep     deposit_to_an_exchange   unknown      unknown  unknown
    2  daily sweep  withdraw_from_an_exchange   unknown  not covered  unknown
    """
    check_frames(frames)
    if alone is not None and not isinstance(alone, bool | np.bool_):
        raise ConfigurationError(f"alone must be True, False or None, not {brief(alone)}")
    deeds = deeds_of(frames, what)
    if not has(frames, "users"):
        need(frames, "tokens")
    tokens, users = token_abilities(frames, deeds), user_abilities(frames, deeds)
    everyone = _identities(frames)
    identity = np.concatenate(
        [token_identity(frames)[tokens.holder], users.holder + table(frames, "tokens").num_rows]
    )
    places = {name: np.concatenate([getattr(tokens, name), getattr(users, name)]) for name in _PLACES}
    # Holders with unlisted operations have no way; they stand after those that have one.
    deed = np.where(places["deed"] < 0, len(deeds), places["deed"])
    order = np.lexsort((deed, _rank(everyone)[identity], places["alone"]))
    # A token that two lists hold is one: its first row here is the one that can do more.
    _, first = np.unique(identity[order] * (len(deeds) + 1) + deed[order], return_index=True)
    order = order[np.sort(first)]
    if alone is not None:
        order = order[(places["alone"][order] != ALONE_NO) == alone]
    rows = everyone.take(identity[order]).reset_index(drop=True)
    return _described(frames, rows, deeds, {name: column[order] for name, column in places.items()})


def _identities(frames: Tables) -> pd.DataFrame:
    """Return who everybody is: the tokens, then the users."""
    tokens, users = table(frames, "tokens"), people(frames)
    nothing = pa.nulls(len(users.ids), pa.string())
    kinds = np.concatenate(
        [np.full(tokens.num_rows, KINDS.index("token")), KINDS.index("user") + users.is_machine]
    )
    columns = {
        "identity_id": (tokens["token_id"], pa.array(users.ids, pa.string())),
        "name": (tokens["name"], user_names(frames)),
        "owner_id": (owner_ids(tokens), nothing),
        "owner_name": (owner_names(frames), nothing),
    }
    return pd.DataFrame(
        {
            "identity_kind": as_words(kinds, KINDS),
            **{name: pd.concat(map(as_text, parts), ignore_index=True) for name, parts in columns.items()},
        }
    )


def _rank(everyone: pd.DataFrame) -> Ints:
    """Return everybody's place by name."""
    order = everyone.sort_values(["name", "identity_kind", "identity_id"], kind="stable").index
    rank = np.empty(len(everyone), dtype=np.int64)
    rank[order] = np.arange(len(everyone))
    return rank


def _described(
    frames: Tables, rows: pd.DataFrame, deeds: list[Deed], places: dict[str, Ints]
) -> pd.DataFrame:
    """Add to each holder, in words, what it can do."""
    # The last entry of both is of those without a way, whose place is -1.
    ways = pd.Series([*(deed.name for deed in deeds), None], dtype=TEXT)
    standing = pd.Series([*(_standing(frames, deed) for deed in deeds), None], dtype=TEXT)
    is_stopped = (places["gate"] > NONE) & (places["gate"] < UNKNOWN_GATE)
    return rows.assign(
        way=ways.array[places["deed"]],
        effective=as_words(places["effective"], ANSWERS),
        basis=as_words(places["basis"], BASES.values()),
        active=as_flags(places["active"]),
        gate=as_words(places["gate"], GATES),
        policies=standing.array[np.where(is_stopped, places["deed"], -1)],
        alone=as_words(places["alone"], ALONE),
        scope=as_words(places["is_own"].astype(np.int64), SCOPES),
    )


def _standing(frames: Tables, deed: Deed) -> str:
    """Return the ids of the policies that can stand in the way of a deed."""
    ids = (
        policy.policy_id for policy in policies(frames) if policy.is_gate and policy.activity in deed.gates
    )
    return ", ".join(text for text in ids if text)
