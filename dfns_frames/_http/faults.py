"""What requests, urllib3 and the system raise when a request fails, as errors in our own words. Pure.

requests is loaded on use; see `Call`.
"""

from __future__ import annotations

import re
import socket
import ssl

from dfns_frames.errors import DfnsFramesError, Hint, NetworkError, ResponseError

_STATUS = re.compile(r"Tunnel connection failed: (\d{3})\b")  # how http.client says what a proxy answered
_AUTHENTICATE = "407"


def faults() -> tuple[type[BaseException], ...]:
    """Return what a request that fails may raise."""
    import requests
    import urllib3.exceptions

    # ValueError: header lines that http.client or urllib3 cannot make sense of.
    return requests.RequestException, urllib3.exceptions.HTTPError, OSError, ValueError


def is_cut(fault: BaseException) -> bool:
    """Tell whether a connection ended before an answer began, as it does if the server had closed it."""
    kinds = (ConnectionResetError, ConnectionAbortedError, BrokenPipeError)
    return any(isinstance(link, (*kinds, ssl.SSLEOFError, ssl.SSLZeroReturnError)) for link in _chain(fault))


def failure(fault: BaseException, server: str, *, begun: bool = False, proxy: str = "") -> DfnsFramesError:
    """Say in our own words what went wrong with a request, or, where it has begun, with its answer.

    Parameters
    ----------
    fault
        What was raised.
    server
        The host that was asked, with its port if it was given.
    begun
        Whether an answer had begun.
    proxy
        How to call the proxy that the request went through, if there was one.
    """
    import requests.exceptions as ours
    import urllib3.exceptions as theirs

    chain = _chain(fault)

    def has(*wanted: type[BaseException]) -> bool:
        return any(isinstance(link, wanted) for link in chain)

    if has(ours.ProxyError, theirs.ProxyError):
        if has(ours.SSLError, theirs.SSLError):
            return NetworkError(
                f"{proxy} does not speak TLS; if it is a plain proxy, its address begins with http://"
            )
        return _proxy_failure(chain, server, proxy, named=not has(socket.gaierror))
    why = _reason(chain)
    if proxy:
        server = f"{server} (through {proxy})"
    if has(ours.SSLError, theirs.SSLError):
        return NetworkError(
            f"the TLS connection to {server} failed{why or ' (no secure connection)'}; behind a company "
            "proxy, set REQUESTS_CA_BUNDLE to its CA bundle"
        )
    if has(ours.ContentDecodingError, theirs.DecodeError):
        return ResponseError("the answer says that it is compressed, but cannot be unpacked")
    if has(theirs.NameResolutionError, socket.gaierror):
        return NetworkError(f"the host name of {server} cannot be resolved", retryable=True, hint=Hint.REACH)
    if has(theirs.NewConnectionError):  # which counts as a timeout to urllib3
        return NetworkError(f"{server} cannot be reached{why}", retryable=True, hint=Hint.REACH)
    if has(ours.ConnectTimeout, theirs.ConnectTimeoutError):
        return NetworkError(
            f"no connection to {server} within the time allowed", retryable=True, hint=Hint.REACH
        )
    if has(ours.ReadTimeout, theirs.ReadTimeoutError, TimeoutError):
        return NetworkError(f"{server} stopped sending", retryable=True)
    if has(ours.InvalidURL, ours.InvalidSchema, UnicodeError):
        return NetworkError("the address cannot be requested; check the base address")
    what = "was cut in the middle of the answer" if begun else "failed"
    return NetworkError(f"the connection to {server} {what}{why}", retryable=True)


def _proxy_failure(chain: list[BaseException], server: str, proxy: str, *, named: bool) -> NetworkError:
    """Say what went wrong with a proxy. Only what it answered may be different at another try."""
    advice = f"; check its address, or name {server.partition(':')[0]} in NO_PROXY to do without it"
    if not named:
        return NetworkError(f"the host name of {proxy} cannot be resolved{advice}")
    answered = next((found[1] for link in chain if (found := _STATUS.search(str(link)))), None)
    if answered == _AUTHENTICATE:
        return NetworkError(
            f"{proxy} asks for a user name and a password (407); put them into its address: "
            "http://user:password@host:port"
        )
    if answered:
        return NetworkError(f"{proxy} did not connect to {server}: it answered {answered}", retryable=True)
    return NetworkError(f"{proxy} cannot be reached{_reason(chain)}{advice}")


def _chain(fault: BaseException) -> list[BaseException]:
    """Return a fault and what it wraps, wherever the libraries keep it."""
    chain = [fault]
    while True:
        last = chain[-1]
        wrapped = [getattr(last, "reason", None), *last.args, last.__cause__, last.__context__]
        inner = next((each for each in wrapped if isinstance(each, BaseException)), None)
        if inner is None or inner in chain:
            return chain
        chain.append(inner)


def _reason(chain: list[BaseException]) -> str:
    """Return what the system says of it, in parentheses; nothing if it says nothing."""
    said = [link.strerror for link in chain if isinstance(link, OSError) and link.strerror]
    return f" ({said[-1]})" if said else ""
