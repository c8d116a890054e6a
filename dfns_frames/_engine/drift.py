"""What a response holds that this version does not know: counted, bounded, and fit to be shown."""

from __future__ import annotations

import re
from collections import Counter

MOST_DRIFT = 10_000  # different things that are listed each, which is more than anybody reads
_SHOWN = 200  # characters of a strange text that a report keeps
_SURROGATE = re.compile("[\ud800-\udfff]")


class Drift(Counter[tuple[str, str, str]]):
    """How often each (what, path, detail) was met."""

    def note(self, what: str, path: str, detail: str, count: int = 1) -> None:
        """Count one thing; beyond the first `MOST_DRIFT` different ones, count it among further ones."""
        key = (what, path, detail)
        if len(self) >= MOST_DRIFT and key not in self:
            key = (what, "…", "further ones that are not listed")
        self[key] += count

    def note_unknown(self, path: str, key: str, kind: str, count: int = 1) -> None:
        """Count a field that is not declared: by path and type only, as its value may be a secret."""
        self.note("unknown field", f"{path}.{shorten(key)}" if path else shorten(key), kind, count)

    def note_repeated(self, repeated: Counter[str]) -> None:
        """Count the keys that an object held more than once."""
        for key, count in repeated.items():
            self.note("duplicate key", shorten(key), "the last one counts", count)

    def add(self, other: Drift) -> None:
        """Add what was met elsewhere."""
        for (what, path, detail), count in other.items():
            self.note(what, path, detail, count)


def clean(text: str) -> str:
    """Return a text with its lone surrogates, which no UTF-8 can hold, replaced by U+FFFD."""
    return text if text.isascii() else _SURROGATE.sub("\ufffd", text)


def shorten(text: str) -> str:
    """Return a text for a report: cleaned, and cut visibly if it is long."""
    text = clean(text)
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}… ({len(text):,} characters)"
