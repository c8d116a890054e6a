"""Where the API is: regions, base addresses, and what is refused."""

from __future__ import annotations

import ipaddress
import os
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from dfns_frames._hints import did_you_mean
from dfns_frames.errors import ConfigurationError

URL_VARIABLE = "DFNS_API_URL"
Region = Literal["eu", "uae"]
REGIONS: dict[Region, str] = {"eu": "https://api.dfns.io", "uae": "https://api.uae.dfns.io"}
STAGING = "api.dfns.ninja"


def base_url(url: str | None = None, region: Region | None = None) -> str:
    """Return the base address of the API, without a trailing slash.

    Parameters
    ----------
    url
        A base address, with a path prefix if need be.
    region
        A region by name. An argument beats the environment variable DFNS_API_URL; without any, Europe.

    Raises
    ------
    ConfigurationError
        Both are given, the region is unknown, or the address is not one that a token may be sent to.
    """
    problem = address = option = None
    if url is not None and region is not None:
        problem = "give url or region, not both"
    elif region is not None:
        address = REGIONS.get(region)
        if not address:
            near = did_you_mean(str(region).strip().lower(), REGIONS)
            option, problem = "region", f"must be {' or '.join(map(repr, REGIONS))}, not {region!r}"
            problem += near and f".{near}"
    else:
        name = "url" if url is not None else URL_VARIABLE
        address = url if url is not None else os.environ.get(URL_VARIABLE, "").strip() or REGIONS["eu"]
        fault = _problem(address)
        problem = fault and f"{name} {fault}"
    if problem:
        # It may hold a password, which neither the message nor a traceback with locals may show.
        del url, address
        raise ConfigurationError(problem, option=option)
    return str(address).strip().rstrip("/")


def is_loopback(url: str) -> bool:
    """Tell whether an address is on this machine, by name or number, without asking a resolver."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_staging(url: str) -> bool:
    """Tell whether an address is the vendor's staging environment, which is deprecated."""
    return urlsplit(url).hostname == STAGING


def _problem(address: object) -> str | None:
    if not isinstance(address, str):
        return f"must be text such as {REGIONS['eu']!r}, not {type(address).__name__}"
    try:
        parts: SplitResult = urlsplit(address.strip())
        host, _ = parts.hostname, parts.port
    except ValueError:
        return "is not an address: its host or port cannot be read"
    if parts.scheme not in ("https", "http") or not host:
        return f"must be a full address such as {REGIONS['eu']!r}"
    if parts.username is not None or parts.password is not None:
        return "must not hold a user name or password; the token goes in DFNS_AUTH_TOKEN"
    if parts.query or parts.fragment:
        return "must be a base address, without ? or #"
    if any(ord(character) <= 32 for character in address.strip()):
        return "holds a space or a control character"
    if parts.scheme == "http" and not is_loopback(address):
        return "must begin with https: the token would travel in the clear (http is for this machine only)"
    return None
