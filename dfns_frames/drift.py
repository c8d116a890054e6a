"""What a response holds that this version does not know: counted, and bounded."""

from __future__ import annotations

from collections import Counter

MOST_DRIFT = 10_000  # different things that are listed each, which is more than anybody reads


class Drift(Counter[tuple[str, str, str]]):
    """How often each (what, path, detail) was met."""

    def note(self, what: str, path: str, detail: str, count: int = 1) -> None:
        """Count one thing; beyond the first `MOST_DRIFT` different ones, count it among further ones."""
        key = (what, path, detail)
        if len(self) >= MOST_DRIFT and key not in self:
            key = (what, "…", "further ones that are not listed")
        self[key] += count

    def add(self, other: Drift) -> None:
        """Add what was met elsewhere."""
        for (what, path, detail), count in other.items():
            self.note(what, path, detail, count)
