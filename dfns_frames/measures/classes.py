"""What each token can do that matters: its worst operation, and each sensitive class."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from dfns_frames._api.catalogue import CATEGORIES, SEVERITIES, UNKNOWN, successor
from dfns_frames._facts.codes import as_text, created_at, flags, labelled, owner_ids, texts
from dfns_frames._facts.contents import catalogue
from dfns_frames._facts.dtypes import TEXT
from dfns_frames._facts.holdings import USABLE, as_severities, severity_of, token_holdings
from dfns_frames._facts.people import owner_names
from dfns_frames.measures.ages import whole_days
from dfns_frames.measures.asking import deeds_of
from dfns_frames.measures.options import check_frames

if TYPE_CHECKING:
    from dfns_frames._facts.codes import Flags, Ints
    from dfns_frames._facts.holdings import Holdings
    from dfns_frames._facts.tables import Tables

SENSITIVE = {name: category.label for name, category in CATEGORIES.items() if category.sensitive}
"""The classes of sensitive operations and their labels, in the order of every chart, sheet and table."""

ANSWERS = ("yes", "no", UNKNOWN)
_YES, _NO, _UNSURE = range(3)


def capabilities(frames: Tables) -> pd.DataFrame:
    """List what each token can do: its worst operation, and yes, no or unknown for each sensitive class.

    This is what the token's own permissions allow, whoever its user is and whether or not it is active.
    `who_can` takes its user and the policies into account.

    Parameters
    ----------
    frames
        Tokens, those of service accounts included where these were read.

    Returns
    -------
    pandas.DataFrame
        A row is one token; key: `source`, `token_no`. Columns: `token_id`, `name`, `owner_id` (the user, else
        the application, that it acts for; missing if there is none), `owner_name` (the user's; missing where
        users were not read), `is_active`, `age_days` (whole days when the list was fetched, rounded down;
        missing without a creation date, or with one later than that), `holds_everything` (a full
        administrator), `worst` and `worst_is_lower_bound` (as in `operations_per_token`), then a column for
        each sensitive class of operations: `move_funds`, `approve`, `grant_access`, `change_policy`,
        `export_keys`, `key_custody`, `identities` and `egress`; last the key.

        A class is ``"yes"`` if the token holds an operation of it that its kind can use, or everything;
        else ``"unknown"`` if some of its operations are not listed or not in the catalogue, or if it is not
        known whether its kind can use the one that it holds; else ``"no"``. The worst come first, then the
        oldest. The index is that of `tokens`, so a mask made of this frame can be given to `filter`.

    Raises
    ------
    ConfigurationError
        `frames` is not a Frames object.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> pats = dff.demo.client("treasury").pats()
    >>> able = dff.measures.capabilities(pats)
    >>> able[["name", "age_days", "worst", "move_funds", "approve"]].head(3)
               name  age_days     worst move_funds approve
    9   daily sweep       961  critical        yes      no
    13    month-end       825  critical        yes      no
    3      year-end       684  critical        yes      no
    >>> movers = pats.filter(able["move_funds"] != "no")
    >>> len(movers.tokens)
    11
    """
    check_frames(frames)
    tokens, held = frames.arrow("tokens"), token_holdings(frames)
    answers = answer(held, list(SENSITIVE))
    severities = by_severity(held)
    highest = worst(held, severities)
    created = pd.Series(created_at(tokens))
    frame = pd.DataFrame(
        {
            "token_id": texts(tokens, "token_id"),
            "name": texts(tokens, "name"),
            "owner_id": as_text(owner_ids(tokens)),
            "owner_name": as_text(owner_names(frames)),
            "is_active": flags(tokens, "is_active"),
            "age_days": whole_days(frames),
            "holds_everything": held.everything,
            "worst": highest,
            "worst_is_lower_bound": is_lower_bound(held, highest),
            **{
                name: pd.Categorical.from_codes(column, pd.Index(ANSWERS, dtype=TEXT))
                for name, column in zip(SENSITIVE, answers.T, strict=True)
            },
            "source": texts(tokens, "source").astype("category"),
            "token_no": tokens["token_no"].to_numpy(),
        }
    )
    order = pd.DataFrame(
        {"worst": -frame["worst"].cat.codes.astype("int64"), "created": created},
    ).assign(source=frame["source"].astype(TEXT), token_no=frame["token_no"])
    return labelled(frame.loc[order.sort_values(list(order.columns)).index])


def answer(held: Holdings, categories: list[str]) -> Ints:
    """Return whether each holder can do each category of operations, as places in `ANSWERS`."""
    known = catalogue()
    place = {name: number for number, name in enumerate(categories)}
    category = np.array(
        [place.get(known[name][1], -1) if name in known else -1 for name in held.operations], dtype=np.int64
    )[held.operation]
    yes, unsure = (
        held.by(np.where(held.usable == USABLE.index(text), category, -1), len(categories)) > 0
        for text in ("yes", UNKNOWN)
    )
    yes |= held.everything[:, None]
    unsure |= is_blind(held)[:, None]
    return np.where(yes, _YES, np.where(unsure, _UNSURE, _NO))


def allowed(frames: Tables, what: object) -> pd.Series:
    """Return whether each token's own permissions allow a way or an operation: yes, no or unknown.

    Raises
    ------
    ConfigurationError
        There is nothing of that name; the message lists what there is.
    """
    held = token_holdings(frames)
    today = [successor(name) for name in held.operations]
    usable = np.array([_YES, _UNSURE, _NO])[held.usable]
    dark = np.where((held.unlisted > 0) & ~held.everything, _UNSURE, _NO)
    # From the best to the worst: `_NO` comes before `_UNSURE` in `ANSWERS`.
    rank = np.array([_YES, _UNSURE, _NO])
    order = np.argsort(rank)
    best = np.full(held.count, order[_NO])
    for deed in deeds_of(frames, what):
        worst = np.zeros(held.count, dtype=np.int64)
        for need in deed.needs:
            number = [place for place, name in enumerate(today) if name == need]
            pairs = np.isin(held.operation, number)
            can = order[dark]
            np.minimum.at(can, held.holder[pairs], order[usable[pairs]])
            worst = np.maximum(worst, can)
        best = np.minimum(best, worst)
    return pd.Series(pd.Categorical.from_codes(rank[best], pd.Index(ANSWERS, dtype=TEXT)))


def is_blind(held: Holdings) -> Flags:
    """Return which holders may be able to do more than is known, of any kind."""
    uncatalogued = np.array([name not in catalogue() for name in held.operations], dtype=bool)
    strange = np.bincount(held.holder[uncatalogued[held.operation]], minlength=held.count) > 0
    return (strange | (held.unlisted > 0)) & ~held.everything


def by_severity(held: Holdings) -> Ints:
    """Count each holder's usable operations by severity; what may not be usable counts as unknown."""
    severity = severity_of(held.operations)[held.operation]
    severity = np.where(held.usable == USABLE.index(UNKNOWN), SEVERITIES.index(UNKNOWN), severity)
    return held.by(np.where(held.usable == USABLE.index("no"), -1, severity), len(SEVERITIES))


def refused(held: Holdings) -> Ints:
    """Count each holder's operations that its kind cannot use."""
    return np.bincount(held.holder[held.usable == USABLE.index("no")], minlength=held.count)


def worst(held: Holdings, severities: Ints) -> pd.Categorical:
    """Return each holder's highest known severity: unknown if none is known, missing if none is usable."""
    some = severities > 0
    place = np.where(some.any(axis=1), some.argmax(axis=1), -1)
    place[(place < 0) & (held.unlisted > 0)] = SEVERITIES.index(UNKNOWN)
    place[held.everything] = 0
    return as_severities(place)


def is_unsure(held: Holdings) -> Flags:
    """Tell about which holders anything is unknown: what they hold, or whether their kind can use it."""
    unsure = held.holder[held.usable == USABLE.index(UNKNOWN)]
    maybe = is_blind(held) | (np.bincount(unsure, minlength=held.count) > 0)
    return maybe & ~held.everything


def is_lower_bound(held: Holdings, highest: pd.Categorical) -> Flags:
    """Return whose worst may be worse than what is known: something is unknown, and it is not critical."""
    return is_unsure(held) & np.asarray(highest < "critical")


def worst_text(worst: pd.Series, is_lower_bound: pd.Series) -> pd.Series:
    """Return the worst in words for people: "at least low" where it may be worse; missing stays missing."""
    words = worst.astype(TEXT)
    return words.mask(is_lower_bound & (words != UNKNOWN), "at least " + words)
