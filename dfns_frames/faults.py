"""What requests, urllib3 and the system raise when a request fails, as errors in our own words. Pure."""

from __future__ import annotations

import socket

import requests
import urllib3.exceptions

from dfns_frames.errors import DfnsFramesError, NetworkError, ResponseError

FAULTS = (
    requests.RequestException,
    urllib3.exceptions.HTTPError,
    OSError,
    ValueError,  # header lines that http.client or urllib3 cannot make sense of
)


def failure(fault: BaseException, server: str, *, begun: bool = False) -> DfnsFramesError:
    """Say in our own words what went wrong with a request, or, where it has begun, with its answer.

    Parameters
    ----------
    fault
        What was raised.
    server
        The host that was asked, with its port if it was given.
    begun
        Whether an answer had begun.
    """
    chain = [fault]
    while (inner := _inner(chain[-1])) and inner not in chain:
        chain.append(inner)
    kinds = tuple(type(link) for link in chain)
    reason = next(
        (str(link.strerror) for link in reversed(chain) if isinstance(link, OSError) and link.strerror), ""
    )

    def has(*wanted: type[BaseException]) -> bool:
        return any(issubclass(kind, wanted) for kind in kinds)

    if has(requests.exceptions.SSLError, urllib3.exceptions.SSLError):
        return NetworkError(
            f"the TLS connection to {server} failed ({reason or 'no secure connection'}); behind a company "
            "proxy, set REQUESTS_CA_BUNDLE to its CA bundle"
        )
    if has(requests.exceptions.ContentDecodingError, urllib3.exceptions.DecodeError):
        return ResponseError("the answer says that it is compressed, but cannot be unpacked")
    if has(urllib3.exceptions.NameResolutionError, socket.gaierror):
        return NetworkError(
            f"the host name of {server} cannot be resolved; check the base address", retryable=True
        )
    if has(requests.exceptions.ProxyError, urllib3.exceptions.ProxyError):
        return NetworkError(
            f"the proxy did not connect to {server}{f' ({reason})' * bool(reason)}", retryable=True
        )
    if has(urllib3.exceptions.NewConnectionError):  # which counts as a timeout to urllib3
        return NetworkError(f"{server} cannot be reached{f' ({reason})' * bool(reason)}", retryable=True)
    if has(requests.exceptions.ConnectTimeout, urllib3.exceptions.ConnectTimeoutError):
        return NetworkError(f"no connection to {server} within the time allowed", retryable=True)
    if has(requests.exceptions.ReadTimeout, urllib3.exceptions.ReadTimeoutError, TimeoutError):
        return NetworkError(f"{server} stopped sending", retryable=True)
    if has(requests.exceptions.InvalidURL, requests.exceptions.InvalidSchema, UnicodeError):
        return NetworkError("the address cannot be requested; check the base address")
    what = "was cut in the middle of the answer" if begun else "failed"
    return NetworkError(f"the connection to {server} {what}{f' ({reason})' * bool(reason)}", retryable=True)


def _inner(fault: BaseException) -> BaseException | None:
    """Return the fault that a fault wraps, wherever the libraries keep it."""
    wrapped = [getattr(fault, "reason", None), *fault.args, fault.__cause__, fault.__context__]
    return next((each for each in wrapped if isinstance(each, BaseException)), None)
