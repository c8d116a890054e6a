"""What users ask for by name: a category, a way or an operation, or an identity."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from dfns_frames._api.catalogue import CATEGORIES, successor
from dfns_frames._api.ways import NOT_COVERED, WAYS
from dfns_frames._facts.abilities import Deed, ways
from dfns_frames._facts.contents import catalogue, operations
from dfns_frames.errors import ConfigurationError, Hint
from dfns_frames.measures.options import brief

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from dfns_frames._facts.tables import Tables

_NEAR = 5
_BY_LABEL = {category.label.replace(" ", "_"): name for name, category in CATEGORIES.items()}


def deeds_of(frames: Tables, what: object) -> list[Deed]:
    """Return the ways that are meant; an operation, and each of a category without ways, counts as one.

    Raises
    ------
    ConfigurationError
        It is no category, way or operation; the message lists what is possible.
    """
    name = named(what)
    if name in WAYS:
        return ways([name])
    if name in CATEGORIES:
        found = [way for way, declared in WAYS.items() if declared.category == name]
        return ways(found) if found else [operation_deed(each) for each in _operations(name)]
    known = operations(frames).names
    if isinstance(what, str) and what.strip() in known:
        return [operation_deed(what.strip())]
    near = [*_near(name, [*WAYS, *CATEGORIES]), *_near(what, known)]
    raise ConfigurationError(
        f"there is nothing called {brief(what)}{_hint(near)}. "
        f"Categories: {', '.join(CATEGORIES)}. Ways: {', '.join(WAYS)}. "
        "Operations: such as 'Wallets:Transfers:Create'",
        hint=Hint.OPERATIONS,
    )


def named(what: object) -> str:
    """Return what may be the name of a way or a category as these are written; empty for what is no text.

    A category is also known by its label: "send data out" is ``egress``.
    """
    name = re.sub(r"[\s_-]+", "_", what.strip()).casefold() if isinstance(what, str) else ""
    return _BY_LABEL.get(name, name)


def operation_deed(operation: str) -> Deed:
    """Return one operation as what is asked for; the ways that need it say what stands in it."""
    name = successor(operation)
    gates = dict.fromkeys(way.gate for way in WAYS.values() if name in way.needs)
    return Deed(operation, (name,), tuple(gates) or (NOT_COVERED,))


def known_operation(frames: Tables, operation: object) -> str:
    """Return an operation, if it is one.

    Raises
    ------
    ConfigurationError
        Neither the catalogue nor the frames know it; the message lists near ones.
    """
    known = operations(frames).names
    if isinstance(operation, str) and operation in known:
        return operation
    raise ConfigurationError(
        f"there is no operation {brief(operation)}{_hint(_near(operation, known))}", hint=Hint.OPERATIONS
    )


def unknown_identity(
    identity: object, ids: Collection[str], called: Sequence[str], *, are_all_read: bool
) -> ConfigurationError:
    """Return the error for an id that is none of those listed: whose name it is, if any's, else near ids."""
    if called:
        more = f" and {len(called) - _NEAR:,} more" * (len(called) > _NEAR)
        return ConfigurationError(
            f"{brief(identity)} is the name of {', '.join(called[:_NEAR])}{more}; pass an id instead"
        )
    unread = "" if are_all_read else ". Not all users were read, so it may be one of the others"
    return ConfigurationError(
        f"no token, user or service account listed here has the id {brief(identity)}"
        f"{_hint(_near(identity, ids))}. Take an id from the column token_id of `tokens` or user_id of "
        f"`users` ({len(ids):,} known){unread}"
    )


def _operations(category: str) -> list[str]:
    """Return the operations of a category, each by today's name."""
    return [
        name for name, (_, each, _) in catalogue().items() if each == category and successor(name) == name
    ]


def _near(given: object, known: Iterable[str]) -> list[str]:
    return difflib.get_close_matches(str(given), list(known), n=_NEAR, cutoff=0.6)


def _hint(near: list[str]) -> str:
    return f"; close matches: {', '.join(near)}" if near else ""
