"""Which proxy of the environment a request goes through, checked before anything is sent."""

from __future__ import annotations

import importlib.util
import os
import re
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from dfns_frames.address import is_loopback
from dfns_frames.errors import ConfigurationError

_SCHEMES = ("http", "https")
_SOCKS = ("socks4", "socks4a", "socks5", "socks5h")
_HOST = re.compile(r"[\w.-]+(:\d+)?", re.ASCII)


@dataclass(frozen=True)
class Proxy:
    """A proxy, and how a message names it: without user name and password.

    Attributes
    ----------
    address
        As requests takes it; it may hold a password.
    name
        Host and port, and the environment variable that says so.
    """

    address: str = field(repr=False)
    name: str


def proxy_for(url: str) -> Proxy | ConfigurationError | None:
    """Return the proxy that the environment sets for an address, or None.

    What is wrong with it comes back as the error to raise. Nothing on this machine itself is asked through
    a proxy.
    """
    if is_loopback(url):
        return None
    import requests.utils

    found = requests.utils.select_proxy(url, requests.utils.get_environ_proxies(url))
    if not found:
        return None
    variable = _variable(found, urlsplit(url).scheme)
    address = found if "://" in found else f"http://{found}"
    problem, place = _problem(address)
    if problem:
        return ConfigurationError(f"the proxy in {variable}{f' ({place})' * bool(place)} {problem}")
    return Proxy(address, f"the proxy {place} ({variable})")


def _variable(address: str, scheme: str) -> str:
    """Return the name of the environment variable that holds an address of a proxy."""
    names = [f"{scheme}_proxy", f"{scheme}_proxy".upper(), "all_proxy", "ALL_PROXY"]
    return next((name for name in names if os.environ.get(name) == address), "the system's settings")


def _problem(address: str) -> tuple[str | None, str]:
    """Return what is wrong with an address, and the part of it that may be shown."""
    scheme, _, rest = address.partition("://")
    # A password with one of these would end the host's part of the address, and be taken for a host or port.
    if "@" in rest and re.search(r"[#?/\\]", rest.rpartition("@")[0]):
        place = rest.rpartition("@")[2].rstrip("/")
        advice = "holds one of # ? / \\ in its user name or password: write %23 for #, %3F for ?, %2F for /"
        return advice, place if _HOST.fullmatch(place) else ""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return "is not an address: its host or port cannot be read", ""
    if not host or parts.query or parts.fragment or not address.isprintable() or " " in address:
        return "is not an address such as http://proxy.example:3128", ""
    if ":" in host:
        host = f"[{host}]"
    place = f"{scheme.lower()}://{host}{f':{port}' if port is not None else ''}"
    if parts.scheme in _SOCKS:
        if importlib.util.find_spec("socks"):
            return None, place
        return "is a SOCKS proxy, which needs one more package: pip install pysocks", place
    if parts.scheme not in _SCHEMES:
        return "is of a kind that is not supported: its address must begin with http://", place
    return None, place
