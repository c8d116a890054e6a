"""How many requests an organisation may make in each window of time."""

import math
import threading
import time
from typing import NamedTuple

__all__ = ["Allowance", "Traffic"]


class Allowance(NamedTuple):
    """What is left of the window that a request falls into.

    Parameters
    ----------
    limit
        How many requests a window has.
    remaining
        How many are left after this one.
    reset
        When the window ends, in Unix seconds of this machine's clock.
    wait
        Whole seconds to wait if the request is one too many, else 0.
    """

    limit: int
    remaining: int
    reset: int
    wait: int


class Traffic:
    """The requests counted so far, those that were refused included.

    Parameters
    ----------
    limit
        How many requests a window has.
    seconds
        How long a window lasts. Windows begin at multiples of it.
    """

    def __init__(self, limit: int, seconds: float) -> None:
        if limit < 1 or not seconds > 0:
            raise ValueError("rate_limit is a number of requests, at least 1, and of seconds, above 0")
        self._limit = limit
        self._seconds = seconds
        self._guard = threading.Lock()
        self._counts: dict[tuple[str, int], int] = {}

    def count(self, organisation: str) -> Allowance:
        """Count a request of an organisation, and say what is left."""
        now = time.time()
        window = int(now // self._seconds)
        with self._guard:
            used = self._counts.get((organisation, window), 0) + 1
            self._counts[organisation, window] = used
        end = (window + 1) * self._seconds
        wait = max(1, math.ceil(end - now)) if used > self._limit else 0
        return Allowance(self._limit, max(0, self._limit - used), math.ceil(end), wait)

    def counts(self) -> list[int]:
        """Return how many requests came in each window that saw any, the earliest first."""
        with self._guard:
            return [self._counts[key] for key in sorted(self._counts, key=lambda key: key[1])]
