"""What somebody probably meant by an unknown name."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import pandas as pd

_WRITERS = {
    "to_markdown": 'pats.tokens, "tokens.md"',
    "to_dict": 'pats, "pats.json"',
}
UNCHANGING = (
    "Frames cannot be changed, so that charts and files always show what was read. To work on some of the "
    "tokens, use `pats.filter(…)`; to change a table, take a DataFrame of your own, `tokens = pats.tokens`, "
    'and write it with `dff.write(tokens, "tokens.xlsx")`.'
)


def did_you_mean(name: str, names: Iterable[str]) -> str:
    """Return the question, with a space before it; empty if nothing is near."""
    near = difflib.get_close_matches(name, names, n=1)
    return f" Did you mean {near[0]!r}?" if near else ""


def no_attribute(owner: str, name: str, public: Iterable[str]) -> AttributeError:
    """Return the error for a name that a module or an object does not have.

    Python suggests names only when it prints a traceback itself, so not in a notebook, and only of its own
    errors: those of a `__getattr__` get none.
    """
    hint = "" if name.startswith("_") else did_you_mean(name, public)
    # With an `obj` and no `name`, Python adds no suggestion of its own to ours.
    return AttributeError(f"{owner} has no attribute {name!r}{hint and f'.{hint}'}", obj=owner)


def no_such_attribute(name: str, public: Iterable[str], tables: Iterable[str]) -> str:
    """Return what to say of an attribute that Frames do not have."""
    if name in _WRITERS:
        return f"Frames have no {name}(); use `dff.write({_WRITERS[name]})`"
    hint = did_you_mean(name, public)
    if not hint and hasattr(pd.DataFrame, name):
        hint = f" DataFrames have: take one, such as `pats.tokens`, and use its {name!r}."
    return f"Frames have no attribute {name!r}.{hint} Tables: {', '.join(tables)}."
