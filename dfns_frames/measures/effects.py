"""What tokens can really do: what they hold, as far as their users hold it too."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dfns_frames._facts.codes import as_flags, as_words, codes, texts
from dfns_frames._facts.contents import operations
from dfns_frames._facts.effective import ANSWERS, BASES, OPERATIONS_UNKNOWN, UNKNOWN, token_effective
from dfns_frames._facts.people import token_active
from dfns_frames._facts.presence import need
from dfns_frames._facts.rights import token_rights
from dfns_frames.measures.options import check_frames

if TYPE_CHECKING:
    from dfns_frames._facts.tables import Tables


def effective_operations(frames: Tables) -> pd.DataFrame:
    """List what each token can really do: a token can do no more than its user, nor what its kind is refused.

    Parameters
    ----------
    frames
        Tokens; with users, groups and permissions the answer is more than unknown.

    Returns
    -------
    pandas.DataFrame
        A row is one token and one operation that it holds, by the name that it is listed under; key:
        `source`, `token_no`, `operation`. A full administrator's token has a row for each current operation
        besides. Tokens stand in the order of `tokens`. Columns: `source`, `caller`, `token_no`, `token_id`,
        `operation`, `effective`, `basis` and `active`.

        `effective` is ``"yes"`` if the user holds the operation too, ``"no"`` if the user lacks it or the API
        refuses it to this kind, else ``"unknown"``. `basis` says what that rests on:

        * ``"refused for this kind"``: whatever permissions say;
        * ``"operations unknown"``: the token has a permission whose operations nothing lists; its
          `operation` is missing;
        * ``"user not read"``, ``"user not found"``: nothing is known of the user, or the token has none;
        * ``"full administrator"``: the token holds everything, and the user holds this;
        * ``"looked up"``: the API did not list it with the token, but with the permission;
        * ``"token and user"``: both hold it;
        * ``"user incomplete"``: the user may have rights that are not listed here: of a tenant, of groups
          that were not read, or of permissions whose operations nothing lists;
        * ``"user lacks it"``.

        `active` is true if token and user are active, false if either is not, and missing if that is not
        known.

    Raises
    ------
    ConfigurationError
        `frames` is not a Frames object.
    KeyError
        No tokens were read.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> pats = dff.demo.client("treasury").pats()
    >>> effective = dff.measures.effective_operations(pats)
    >>> effective[["token_no", "operation", "effective", "basis"]].head(3)
       token_no                     operation effective          basis
    0         0                Exchanges:Read   unknown  user not read
    1         0     Exchanges:Deposits:Create   unknown  user not read
    2         0  Exchanges:Withdrawals:Create   unknown  user not read
    """
    check_frames(frames)
    tokens, found, dark = need(frames, "tokens"), token_effective(frames), token_rights(frames).is_unresolved
    extra = np.flatnonzero(dark)
    token = np.concatenate([found.holder, extra])
    columns = {
        "operation": (found.operation, -1),
        "effective": (found.effective, UNKNOWN),
        "basis": (found.basis, OPERATIONS_UNKNOWN),
    }
    order = np.argsort(token, kind="stable") if len(extra) else np.arange(len(token))
    token = token[order]
    places = {
        name: np.concatenate([listed, np.full(len(extra), rest)])[order]
        for name, (listed, rest) in columns.items()
    }
    source, sources = codes(tokens, "source")
    caller, callers = codes(tokens, "caller")
    return pd.DataFrame(
        {
            "source": as_words(source[token], sources),
            "caller": as_words(caller[token], callers),
            "token_no": tokens["token_no"].to_numpy()[token],
            "token_id": texts(tokens, "token_id").take(token).array,
            "operation": as_words(places["operation"], operations(frames).names).remove_unused_categories(),
            "effective": as_words(places["effective"], ANSWERS),
            "basis": as_words(places["basis"], BASES.values()),
            "active": as_flags(token_active(frames)[token]),
        }
    )
