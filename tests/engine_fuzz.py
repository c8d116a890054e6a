"""``python -m tests.engine_fuzz PATH COUNT`` mutates so many bodies of a source, and reads each by every step."""

from __future__ import annotations

import json
import random
import sys
import time
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine_bodies import ITEMS
from tests.test_engine_sources import agree, mutate


def main(path: str, count: int) -> None:
    """Mutate and read; print what became of the bodies."""
    bases: list[bytes] = []

    @settings(max_examples=300, database=None, suppress_health_check=list(HealthCheck), deadline=None)
    @given(st.lists(ITEMS[path], min_size=1, max_size=3))
    def collect(items: list[Any]) -> None:
        bases.append(json.dumps({"items": items, "nextPageToken": "x"}).encode())

    collect()
    draw = random.Random(20261019)  # noqa: S311 - made-up data
    outcomes: Counter[str] = Counter()
    start = time.monotonic()
    for _ in range(count):
        outcomes[type(agree(path, mutate(draw.choice(bases), draw))).__name__] += 1
    print(path, count, dict(outcomes), f"{time.monotonic() - start:.0f} s", flush=True)  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
