"""What measures and charts are given, checked in one place: frames, and options with few values."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any, Literal, TypeGuard, get_args

from dfns_frames.errors import ConfigurationError

if TYPE_CHECKING:
    from dfns_frames._facts.tables import Tables

Freq = Literal["D", "W", "MS", "QS", "YS"]
"""Length of a period: day, week (from Monday), month, quarter or year."""

Split = Literal["kind", "is_active", "source", "caller", "org_id"]
"""What `creation_over_time` splits by."""

Shared = Literal["operations", "permissions", "owners"]
"""What `concentration` measures."""

_LETTERS = 60
_WAYS = {
    "DataFrame": "pass `pats`, not `pats.tokens`",
    "Series": "pass `pats`, not a column of it",
    "Client": "pass `client.pats()`",
}


def is_frames(value: object) -> TypeGuard[Tables]:
    """Tell whether something is Frames.

    They stand above this module, so they are told by what they can do; their class is asked, because a
    DataFrame takes any attribute for a column.
    """
    return all(hasattr(type(value), name) for name in ("arrow", "fetched_at"))


def check_frames(frames: object) -> None:
    """Refuse what is not Frames, before some attribute of it is missed.

    Raises
    ------
    ConfigurationError
        It is something else; the message says what to pass.
    """
    if is_frames(frames):
        return
    found = "None" if frames is None else f"a {type(frames).__name__}"
    way = _WAYS.get(type(frames).__name__, "make them with `Client().pats()` or `dff.read(…)`")
    raise ConfigurationError(f"measures and charts take Frames, not {found}: {way}")


def check_choice(option: str, value: object, choices: Any) -> None:
    """Refuse a value that is not one of a `Literal`.

    Raises
    ------
    ConfigurationError
        It is something else.
    """
    allowed = get_args(choices)
    if not isinstance(value, str) or value not in allowed:
        raise ConfigurationError(
            f"must be one of {', '.join(map(repr, allowed))}, not {brief(value)}", option=option
        )


def check_count(option: str, value: object) -> int:
    """Return how many rows or columns are wanted, as a plain number.

    Raises
    ------
    ConfigurationError
        It is no whole number, or less than 1.
    """
    # True counts as 1 in Python; nobody means that. `index` takes numpy's integers too, and no text or float.
    try:
        number = operator.index(None if isinstance(value, bool) else value)  # type: ignore[arg-type]
    except TypeError:
        raise ConfigurationError(
            f"must be a whole number of at least 1, not {brief(value)}", option=option
        ) from None
    if number < 1:
        raise ConfigurationError(f"must be at least 1, not {number}", option=option)
    return number


def brief(value: object) -> str:
    """Return how a value is written, cut short: it may be a whole DataFrame."""
    text = repr(value)
    return text if len(text) <= _LETTERS else f"{text[:_LETTERS]}…"
