"""How fast to ask: the last half of each window of the rate limit belongs to production.

The whole organisation shares one limit, in windows of a minute. Each answer says how many requests its window
has, how many are left, and when it ends.
"""

from __future__ import annotations

import math
import os
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

LONGEST_WINDOW = 60.0  # seconds

_LIMIT, _REMAINING, _RESET = (f"x-ratelimit-{name}" for name in ("limit", "remaining", "reset"))
_NUMBER = re.compile(r"[+-]?\d{1,18}(\.\d{1,9})?", re.ASCII)
_MARGIN = 0.05  # seconds beyond a window's end, since no two clocks run quite alike
_POLL = 0.1  # seconds between two looks at what other threads were answered


@dataclass(frozen=True, eq=False)
class Window:
    """What is known of the window that requests fall into now.

    Attributes
    ----------
    limit
        How many requests it has.
    remaining
        How many of them are left.
    reset
        When it ends, as the server puts it; None if this is a new one, of which nothing was said yet.
    ends
        When it is over, by `time.monotonic`; infinite if that was not said yet.
    """

    limit: float
    remaining: float
    reset: float | None
    ends: float

    def following(self) -> Window:
        """Return the window after this one: a full one, until an answer says otherwise."""
        return Window(self.limit, self.limit, None, math.inf)


class Pace:
    """Keeps calls from the last half of each window. Threads share it."""

    def __init__(self) -> None:
        self._window: Window | None = None
        self._asking = 0  # requests that were sent and not answered yet
        self._begin_process()

    def take_turn(self, longest: float, tell: Callable[[float], None]) -> float | None:
        """Wait until a request may be sent, and count it as sent until `note` or `forget`.

        Parameters
        ----------
        longest
            Seconds that may be waited.
        tell
            Is told the seconds of each wait before it begins.

        Returns
        -------
        float or None
            The seconds that were waited. None if more would have had to be; nothing is counted then.
        """
        waited = 0.0
        while window := self._used_up():
            is_last = math.isfinite(window.ends)
            wait = max(window.ends - time.monotonic(), 0.0) if is_last else _POLL
            if waited + wait > longest:
                return None
            tell(wait)
            time.sleep(wait)
            waited += wait
            if is_last:
                self._leave(window)
        return waited

    def note(self, headers: Mapping[str, str], date: datetime | None) -> None:
        """Take note of an answer.

        Parameters
        ----------
        headers
            Its headers, names in lower case.
        date
            When the server says that it answered.
        """
        found = _window(headers, date)
        with self._guard:
            self._asking = max(self._asking - 1, 0)
            known = self._window
            if found is None:
                return
            if known and known.reset is not None and found.reset is not None:
                # Answers of threads side by side may overtake each other: the least that was ever left of a
                # window counts, and one of a window before tells nothing of this one.
                if found.reset < known.reset:
                    found = replace(known, remaining=known.remaining - 1)
                elif found.reset == known.reset:
                    found = replace(found, remaining=min(found.remaining, known.remaining))
            self._window = found

    def forget(self) -> None:
        """Take note that a request got no answer."""
        with self._guard:
            self._asking = max(self._asking - 1, 0)

    def _begin_process(self) -> None:
        self._process = os.getpid()
        self._guard = threading.Lock()
        self._asking = 0

    def _used_up(self) -> Window | None:
        """Return the window if none of its requests is left for us; else None, and one more is counted."""
        if self._process != os.getpid():  # a forked child has no thread of its parent's, but what they held
            self._begin_process()
        with self._guard:
            window = self._window
            if window and time.monotonic() >= window.ends:
                window = self._window = window.following()
            if window and self._is_low(window):
                return window
            self._asking += 1
            return None

    def _is_low(self, window: Window) -> bool:
        # However small the limit, one request a window may be sent, or nothing would ever be known again.
        if window.reset is None and math.isinf(window.ends) and not self._asking:
            return False
        return window.remaining - self._asking - 1 < window.limit / 2

    def _leave(self, window: Window) -> None:
        """Go on to the window after this one, which was waited for."""
        with self._guard:
            if self._window is window:
                self._window = window.following()


_paces: dict[str, Pace] = {}


def pace_of(base: str) -> Pace:
    """Return the pace at which an address may be asked: all clients of this process share its limit."""
    return _paces.setdefault(base, Pace())


def _window(headers: Mapping[str, str], date: datetime | None) -> Window | None:
    """Return the window that an answer fell into; None if it does not say, or not in earnest."""
    limit, remaining, reset = (_number(headers.get(name, "")) for name in (_LIMIT, _REMAINING, _RESET))
    if limit is None or remaining is None or limit < 1:
        return None
    return Window(limit, min(remaining, limit), reset, time.monotonic() + _left(reset, date))


def _left(reset: float | None, date: datetime | None) -> float:
    """Return in how many seconds a window is over.

    The server's own `Date` tells, where it fits: this machine's clock may be wrong. Where that does not fit
    either, the longest time that a window lasts is surely enough.
    """
    if reset is None:
        return LONGEST_WINDOW
    if date and 0 < reset - date.timestamp() <= LONGEST_WINDOW + 1:
        return reset - date.timestamp() + _MARGIN
    left = reset - time.time()
    return min(left, LONGEST_WINDOW) + _MARGIN if left > 0 else LONGEST_WINDOW


def _number(text: str) -> float | None:
    """Parse a number; None if it is none that makes sense."""
    return float(text) if _NUMBER.fullmatch(text.strip()) else None
