"""Words of findings: names that strangers wrote, made harmless, and lists that stay short."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from dfns_frames._facts.codes import Flags

_LETTERS = 60
_NAMED = 5
_INVISIBLE = {"Cc", "Cf", "Zl", "Zp", "Cs", "Co"}


def quoted(name: str | None) -> str:
    """Return a name in quotation marks: on one line, short, and without anything that cannot be seen."""
    if name is None:
        return "without a name"
    text = name if name.isprintable() else "".join(map(_shown, name[: 4 * _LETTERS]))
    return f"“{text[:_LETTERS]}…”" if len(text) > _LETTERS else f"“{text}”"


def _shown(character: str) -> str:
    """Return a character that cannot be seen, or turns others around, as its number."""
    if unicodedata.category(character) not in _INVISIBLE:
        return character
    return " " if character in "\t\r\n" else f"\\u{ord(character):04x}"


def counted(count: int, noun: str, plural: str | None = None) -> str:
    """Return a number with its noun."""
    return f"{count:,} {noun if count == 1 else plural or f'{noun}s'}"


def some(texts: Iterable[str], most: int = _NAMED) -> str:
    """Return a list in words, cut short where it is long."""
    listed = list(texts)
    shown = listed if len(listed) <= most else [*listed[:most], f"{len(listed) - most:,} more"]
    if len(shown) < 2:
        return "".join(shown)
    return f"{', '.join(shown[:-1])} and {shown[-1]}"


def per_row(which: Flags, texts: Sequence[str]) -> list[str]:
    """Return, for each row, the texts that are marked there, separated by commas.

    Parameters
    ----------
    which
        A row down, a text across.
    texts
        What the columns stand for.
    """
    # Thousands of tokens share a few combinations: each is written once, for the first row that has it.
    packed = np.packbits(which, axis=1)
    keys = pd.Series([row.tobytes() for row in packed])
    number, first = pd.factorize(keys)
    rows = np.zeros(len(first), dtype=np.int64)
    rows[number[::-1]] = np.arange(len(keys))[::-1]
    made = [", ".join(texts[at] for at in np.flatnonzero(which[row]).tolist()) for row in rows]
    return [made[each] for each in number]
