"""The demo organisation: made-up tokens behind a real HTTP server on this machine.

The real API needs an account and a token; the demo needs neither. It answers on the loopback interface only,
and always with the same data.

>>> import dfns_frames as dff
>>> pats = dff.demo.client().pats()  # doctest: +SKIP
"""

import atexit
import difflib
import functools
import os
import threading

from dfns_frames.client import Client
from dfns_frames.demo.notebooks import run_notebooks
from dfns_frames.demo.org import CALLERS, SNAPSHOT
from dfns_frames.demo.past import archive
from dfns_frames.demo.server import Server, serve
from dfns_frames.errors import ConfigurationError

__all__ = ["CALLERS", "SNAPSHOT", "Server", "archive", "client", "run_notebooks", "serve"]

_starting = threading.Lock()


@functools.cache
def _server_of(process_id: int, week_before: bool) -> Server:
    # Keyed by process: a forked child inherits the object but not the thread that answers.
    server = serve(week_before=week_before)
    atexit.register(server.close)
    return server


def client(caller: str | None = None, *, week_before: bool = False) -> Client:
    """Return a client of the demo organisation.

    The first call starts the demo server, on a free port of the loopback interface. It runs until the process
    ends.

    Parameters
    ----------
    caller
        Who asks, one of `CALLERS`; by default the first, the platform lead, who holds most tokens and may
        read everything. As with the real API, everybody lists only their own tokens, and reads as much of the
        organisation as their operations allow: `compliance` all of it, `payments-engineer` half.
        `wallet-customer` is an end user, `sandbox-lead` belongs to a sister organisation, `pentest` has token
        names that upset spreadsheets, web pages and terminals, and the last caller has nothing.
    week_before
        Ask the organisation as it was a week earlier, on 2026-10-12. An audit of that is a baseline for one
        of today.

    Returns
    -------
    Client
        A client for the address of the demo server, with that caller's token.

    Raises
    ------
    ConfigurationError
        There is no such caller.

    Examples
    --------
    The tokens of three people, side by side:

    >>> import dfns_frames as dff
    >>> colleagues = ["platform-lead", "payments-engineer", "treasury"]
    >>> everybody = dff.concat([dff.demo.client(name).pats() for name in colleagues])  # doctest: +SKIP
    >>> everybody.tokens["linked_user_id"].nunique()  # doctest: +SKIP
    3
    """
    caller = CALLERS[0] if caller is None else caller
    if caller not in CALLERS:
        nearest = difflib.get_close_matches(caller, CALLERS, n=1)
        hint = f" Did you mean {nearest[0]!r}?" if nearest else ""
        raise ConfigurationError(
            f"The demo organisation has no caller {caller!r}.{hint} There are: {', '.join(CALLERS)}."
        )
    with _starting:
        server = _server_of(os.getpid(), week_before)
    return Client(server.tokens[caller], url=server.url)
