"""What the lists leave out: tokens that are on none, and users whose own tokens were never listed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._api.catalogue import SEVERITIES
from dfns_frames._api.sources.pats import PATS
from dfns_frames._api.vocabulary import TIME
from dfns_frames._facts.codes import as_flags, as_text, codes
from dfns_frames._facts.contents import is_managed, permissions
from dfns_frames._facts.dtypes import TEXT
from dfns_frames._facts.holdings import as_severities, worst_contained
from dfns_frames._facts.people import people, token_users
from dfns_frames._facts.presence import has, is_value, listed_tokens, need, places, table
from dfns_frames._facts.tables import compact
from dfns_frames.measures.options import check_frames

if TYPE_CHECKING:
    from dfns_frames._facts.codes import Flags
    from dfns_frames._facts.tables import Tables


def unlisted_tokens(frames: Tables) -> pd.DataFrame:
    """List the tokens that are on no list, but have permissions assigned to them, so exist.

    ``GET /auth/pats`` lists the caller's own tokens only. Colleagues' tokens are on no list until you join
    their lists with `concat`. A token that `filter` left out was listed, and is not among these.

    Parameters
    ----------
    frames
        Tokens and permission assignments.

    Returns
    -------
    pandas.DataFrame
        A row is one token that is known only from what is assigned to it; key: `token_id`. Full
        administrators come first, then the worst, then those assigned first. Columns:

        * `token_id`, `identity_kind`;
        * `permission_ids`, `permission_names`: what is assigned to it, or would be after a pending change
          (tuples, in the order of the assignments; a name is missing where permissions were not read);
        * `worst`: the highest severity of what is in effect; unknown if nothing lists what that contains,
          missing if nothing is in effect;
        * `holds_everything`: a full administrator;
        * `first_assigned`, `last_assigned`: when the oldest and the newest assignment was made (UTC).

    Raises
    ------
    ConfigurationError
        `frames` is not a Frames object.
    KeyError
        Permission assignments were not read.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> org = dff.demo.client("platform-lead").organization()  # doctest: +SKIP
    >>> dff.measures.unlisted_tokens(org)[["token_id", "worst", "holds_everything"]].head(2)  # doctest: +SKIP
                              token_id     worst  holds_everything
    0  to-w1fre-x8pcj-wbksd6j1n3qqkrh4  critical              True
    1  to-edngy-78pxt-qppsz6shy3j6fa8a  critical              True
    """
    check_frames(frames)
    assignments, known = need(frames, "permission_assignments"), permissions(frames)
    unlisted = np.flatnonzero(_is_unlisted(frames, assignments))
    token, ids = codes(compact(assignments.take(pa.array(unlisted))), "identity_id")
    permission = places(assignments["permission_id"], known.ids)[unlisted]
    effective = np.asarray(assignments["in_effect"].fill_null(True)).astype(bool)[unlisted]
    full = effective & known.everything(permission, is_managed(known.names)[permission])
    names = pd.Series([*known.names, None], dtype=TEXT)
    rows = pd.DataFrame(
        {
            "token": token,
            "permission_id": as_text(assignments["permission_id"].take(pa.array(unlisted))),
            "permission_name": names.take(permission).array,
            "severity": np.where(effective, worst_contained(frames)[permission], len(SEVERITIES)),
            "full": full,
            "date": pd.Series(assignments["date_created"].take(pa.array(unlisted)).to_pandas()),
        }
    )
    found = rows.groupby("token", sort=True)
    everything = found["full"].any()
    worst = found["severity"].min().where(~everything, 0)
    frame = pd.DataFrame(
        {
            "token_id": pd.Series(ids, dtype=TEXT),
            "identity_kind": pd.Series(["token"] * len(ids), dtype=TEXT).astype("category"),
            "permission_ids": found["permission_id"].agg(tuple).astype(object),
            "permission_names": found["permission_name"].agg(tuple).astype(object),
            "worst": as_severities(np.where(worst < len(SEVERITIES), worst, -1)),
            "holds_everything": everything.astype(bool),
            "first_assigned": found["date"].min(),
            "last_assigned": found["date"].max(),
        }
    )
    ranks = frame.assign(everything=~frame["holds_everything"], worst=worst)
    order = ranks.sort_values(["everything", "worst", "first_assigned", "token_id"]).index
    return frame.loc[order].reset_index(drop=True)


def pat_coverage(frames: Tables) -> pd.DataFrame:
    """List whose own tokens were listed, and whose were not.

    Parameters
    ----------
    frames
        Users, and the lists of tokens.

    Returns
    -------
    pandas.DataFrame
        A row is one user, service accounts included; key: `user_id`. Users stand in the order of `users`.
        Columns: `user_id`, `username`, `is_active`, `listed` (whether the user's own ``GET /auth/pats`` is
        here), `token_count` (tokens listed here that act for the user; missing where the list is not here
        and no other list holds one) and `asked_at` (when that list was fetched; UTC).

        ``attrs["unlisted_tokens"]`` is the number of tokens that are on no list; None if permission
        assignments were not read.

    Raises
    ------
    ConfigurationError
        `frames` is not a Frames object.
    KeyError
        No users were read.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> org = dff.demo.client("platform-lead").organization()  # doctest: +SKIP
    >>> dff.measures.pat_coverage(org)[["username", "listed", "token_count"]].head(3)  # doctest: +SKIP
               username  listed  token_count
    0    harbour-bridge   False            1
    1      blank-runner   False            1
    2  month-end-runner   False            1
    """
    check_frames(frames)
    users, everyone = need(frames, "users"), people(frames)
    listed = np.flatnonzero(everyone.found)
    rows = users.take(pa.array(everyone.row[listed]))
    owner = token_users(frames)
    counts = np.bincount(owner[owner >= 0], minlength=len(everyone.ids))[listed]
    asked = _asked_at(frames).take(pa.array(listed))
    is_here = np.asarray(asked.is_valid())
    frame = pd.DataFrame(
        {
            "user_id": as_text(rows["user_id"]),
            "username": as_text(rows["username"]),
            "is_active": as_flags(everyone.active[listed]),
            "listed": is_here,
            "token_count": pd.Series(pd.arrays.IntegerArray(counts, ~is_here & (counts == 0))),
            "asked_at": pd.Series(asked.to_pandas()),
        }
    )
    unlisted = len(unlisted_tokens(frames)) if has(frames, "permission_assignments") else None
    frame.attrs["unlisted_tokens"] = unlisted
    return frame


def _is_unlisted(frames: Tables, assignments: pa.Table) -> Flags:
    """Tell which assignments are of a token that was never listed."""
    identity = assignments["identity_id"]
    kind = is_value(assignments, "identity_kind", "token")
    prefix = np.asarray(pc.fill_null(pc.starts_with(identity.cast(pa.string()), "to-"), False)).astype(bool)
    return (kind | prefix) & (places(identity, listed_tokens(frames)) < 0) & ~np.asarray(identity.is_null())


def _asked_at(frames: Tables) -> pa.Array:
    """Return when each user's own list of tokens was fetched; missing for one whose list is not here.

    A list is its caller's: of whom it says that it was asked, or for whom its tokens act.
    """
    sources, tokens, everyone = table(frames, "sources"), table(frames, "tokens"), people(frames)
    owner, caller = token_users(frames), tokens["caller"].to_pylist()
    own = np.flatnonzero(is_value(tokens, "source", PATS.path) & (owner >= 0))
    acting = {(caller[token], int(owner[token])) for token in own}
    number = {text: place for place, text in enumerate(everyone.ids) if text}
    by_token = dict(zip(tokens["token_id"].to_pylist(), owner.tolist(), strict=True))
    times: list[Any] = [None] * len(everyone.ids)
    for row in sources.to_pylist():
        who = row["caller"]
        if row["source"] != PATS.path or row["status"] != "ok":
            continue
        claims = row["asked_as"]
        asked = {number.get(who, -1), number.get(claims, -1), by_token.get(claims, -1)} - {-1}
        for user in asked | {user for each, user in acting if each == who}:
            known = [when for when in (times[user], row["fetched_at"]) if when is not None]
            times[user] = max(known, default=None)
    return pa.array(times, TIME)
