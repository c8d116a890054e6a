"""What policies guard: for each kind of activity, the weakest gate that holds for anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dfns_frames._api.tables import TABLES
from dfns_frames._api.ways import NOT_COVERED, UNKNOWN, WAYS
from dfns_frames._facts.abilities import token_abilities, user_abilities, ways
from dfns_frames._facts.codes import as_words
from dfns_frames._facts.dtypes import TEXT
from dfns_frames._facts.effective import YES, votes
from dfns_frames._facts.people import INACTIVE, token_identity
from dfns_frames._facts.policies import GATES, ITSELF, NONE, are_read, gates_of, policies
from dfns_frames._facts.presence import table
from dfns_frames.measures.options import check_frames

if TYPE_CHECKING:
    from dfns_frames._facts.codes import Ints
    from dfns_frames._facts.tables import Tables

_GUARDED = tuple(dict.fromkeys(way.gate for way in WAYS.values() if way.gate not in (NOT_COVERED, UNKNOWN)))
_OLDER = "Alias:Modify"


def gates(frames: Tables) -> pd.DataFrame:
    """List what policies guard: for each kind of activity, the weakest gate that holds for anybody.

    Parameters
    ----------
    frames
        Policies; tokens and users, to tell who could act.

    Returns
    -------
    pandas.DataFrame
        A row is one kind of activity, whether or not a policy watches it; key: `activity_kind`. Those that
        ways lead to come first. Columns:

        * `activity_kind`;
        * `gate`: of all who could act, the weakest that stands in somebody's way (``"none"``,
          ``"sometimes"``, ``"approval by itself"``, ``"approval by others"``, ``"blocked"``); for a kind that
          no known way leads to, the weakest that any user would meet; ``"unknown"`` if policies were not
          read;
        * `policies`, `active_policies`: how many watch it, and how many of these are active;
        * `holders`: how many identities could act: tokens, users and service accounts that are not known to
          be inactive, and can go, or may be able to go, a way that it covers (end users whom no policy
          concerns left out);
        * `alone`: how many of these meet no gate, or one that they can open themselves.

        A number that is not known is missing. What tokens and users that were not listed could do is in none.

    Raises
    ------
    ConfigurationError
        `frames` is not a Frames object.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> pats = dff.demo.client("treasury").pats()
    >>> dff.measures.gates(pats)[["activity_kind", "gate", "holders"]].head(3)
            activity_kind     gate  holders
    0        Wallets:Sign  unknown        7
    1  Permissions:Assign  unknown        0
    2  Permissions:Modify  unknown        0
    """
    check_frames(frames)
    named = {policy.activity for policy in policies(frames) if policy.activity}
    known = (TABLES["policies"]["activity_kind"].known or frozenset()) - {_OLDER}
    rows = [_guarded(frames, activity) for activity in _GUARDED]
    rows += [_other(frames, activity) for activity in sorted((known | named) - set(_GUARDED))]
    frame = pd.DataFrame(rows)
    return pd.DataFrame(
        {
            "activity_kind": frame["activity_kind"].astype(TEXT),
            "gate": as_words(frame["gate"].to_numpy(), GATES),
            **{name: frame[name].astype("Int64") for name in _COUNTS},
        }
    )


_COUNTS = ("policies", "active_policies", "holders", "alone")


def _guarded(frames: Tables, activity: str) -> dict[str, object]:
    """Describe a kind of activity that ways lead to."""
    holder, gate = _holders(frames, activity)
    gate_of_nobody = gates_of(frames, activity, votes(frames) == YES)[-1]
    alone = holder[(gate == NONE) | (gate == ITSELF)]
    return {
        **_watched(frames, activity),
        "gate": int(gate.min()) if len(gate) else int(gate_of_nobody),
        "holders": len(np.unique(holder)),
        "alone": len(np.unique(alone)) if are_read(frames) else None,
    }


def _other(frames: Tables, activity: str) -> dict[str, object]:
    """Describe a kind of activity that no known way leads to, so that who could act is not known."""
    gate = gates_of(frames, activity, votes(frames) == YES).min()
    return {**_watched(frames, activity), "gate": int(gate), "holders": None, "alone": None}


def _watched(frames: Tables, activity: str) -> dict[str, object]:
    watching = [policy for policy in policies(frames) if policy.activity == activity]
    counts = (len(watching), sum(policy.is_active for policy in watching))
    return {
        "activity_kind": activity,
        **dict(zip(_COUNTS, counts if are_read(frames) else (None, None), strict=False)),
    }


def _holders(frames: Tables, activity: str) -> tuple[Ints, Ints]:
    """Return who could act, as numbers of tokens and then of users, and the gate of each on each way."""
    led = ways([name for name, way in WAYS.items() if way.gate == activity])
    tokens, users = token_abilities(frames, led), user_abilities(frames, led)
    count = table(frames, "tokens").num_rows
    parts = ((tokens, token_identity(frames)[tokens.holder]), (users, users.holder + count))
    able = [(each.deed >= 0) & (each.active != INACTIVE) & ~each.is_own for each, _ in parts]
    return (
        np.concatenate([holder[kept] for (_, holder), kept in zip(parts, able, strict=True)]),
        np.concatenate([each.gate[kept] for (each, _), kept in zip(parts, able, strict=True)]),
    )
