"""One row of the table of faults, and short ways to make the kinds that come often."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import dfns_frames as dff
from tests.faulty import Behaviour, Faulty, hangs, sends

FRAMES = "complete frames"
AGAIN = {"retryable": True}
CUT = "cut in the middle"
Network, Response, Api, Wrong = dff.NetworkError, dff.ResponseError, dff.ApiError, dff.ConfigurationError
Denied, Limited, Server = dff.PermissionDeniedError, dff.RateLimitError, dff.ServerError


@dataclass(frozen=True)
class Row:
    """One fault, and what is promised of it."""

    name: str
    behaviour: Behaviour  # of the server
    promise: str | type[dff.DfnsFramesError]  # exactly this class
    says: str = ""  # what the error's message matches
    fields: dict[str, Any] = field(default_factory=dict)  # of the error
    tries: int = 1  # how often the server is asked, with one retry allowed
    options: dict[str, Any] = field(default_factory=dict)  # of the client, beside short timeouts
    world: Any = nullcontext  # what else is the case

    def around(self, server: Faulty) -> AbstractContextManager[str]:
        """Bring about what else has to be the case; gives the address to ask."""
        return nullcontext(server.url) if self.world is nullcontext else self.world(server)


def broken(name: str, behaviour: Behaviour, says: str = r"the connection to 127.0.0.1:\d+ failed") -> Row:
    """Make a row of a fault that is tried again."""
    return Row(name, behaviour, Network, says, AGAIN, 2)


def late(name: str, behaviour: Behaviour) -> Row:
    """Make a row of a fault that only the deadline ends."""
    return Row(name, behaviour, Network, "within the deadline")


def no_list(name: str, sent: bytes, says: str) -> Row:
    """Make a row of an answer that is no token list."""
    return Row(name, sends(sent), Response, says)


def fine(name: str, sent: bytes) -> Row:
    """Make a row of an answer that is odd, but complete."""
    return Row(name, sends(sent), FRAMES)


def too_much(name: str, behaviour: Behaviour, limit: int, tries: int = 1) -> Row:
    """Make a row of an answer that is larger than allowed."""
    return Row(name, behaviour, Network, "max_body", {"retryable": False}, tries, {"max_body": limit})


def elsewhere(name: str, world: Any, promise: Any, says: str = "", **fields: Any) -> Row:
    """Make a row of a fault that comes before the server is asked."""
    return Row(name, hangs(), promise, says, fields, 0, world=world)
