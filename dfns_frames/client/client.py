"""The client: one method per source, each returning `Frames`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from dfns_frames._hidden import Secret
from dfns_frames._hints import no_attribute
from dfns_frames._http.address import Region, base_url, is_staging
from dfns_frames._http.transport import Transport
from dfns_frames.client import listings
from dfns_frames.client.fetching import Asking
from dfns_frames.client.organization import organization
from dfns_frames.client.settings import caller_name, limits
from dfns_frames.frames.intake import warn


class Client:
    """Read the Dfns API with one caller's token; nothing is ever written to it.

    Parameters
    ----------
    token
        The bearer token; by default, the environment variable DFNS_AUTH_TOKEN. It is kept out of every repr,
        log, error and file, and is sent to the configured host only.
    url
        Base address of the API, with a path prefix if there is one; by default, the environment variable
        DFNS_API_URL, else Europe. It is https, or http on the loopback, where no proxy is used.
    region
        A region by name, ``"eu"`` or ``"uae"``, instead of `url`.
    caller
        A name for whoever asks, for the column `caller`; by default, the user that all listed tokens act for,
        else the one that the bearer token names.
    timeout
        Seconds to connect, and to wait between two bytes.
    deadline
        Seconds for one request with its retries. A call ends after an hour, however many requests it makes.
    retries
        How often to repeat a request after 429, 502, 503, 504 or a connection fault. A ``Retry-After`` of up
        to 60 seconds is honoured; a longer one, or one beyond the deadline, raises the error at once.
    max_body
        The most bytes that the answers of one call may have together, unpacked.

    Raises
    ------
    ConfigurationError
        There is no token, it is malformed, or an option is out of range.

    Warns
    -----
    DeprecationWarning
        The address is the vendor's staging environment.

    Notes
    -----
    A client may be used from several threads. It cannot be pickled. It keeps its connection open between
    calls, and there is nothing to close: the connection ends with the client, or with Python.

    The whole organisation shares one rate limit, production included. A client leaves the last half of each
    window alone and waits for the next one.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> with dff.demo.serve() as server:
    ...     client = dff.Client(server.token, url=server.url)
    ...     client.url == server.url
    True
    """

    def __init__(
        self,
        token: str | None = None,
        *,
        url: str | None = None,
        region: Region | None = None,
        caller: str | None = None,
        timeout: tuple[float, float] | float = (5, 30),
        deadline: float = 120,
        retries: int = 4,
        max_body: int = 1 << 30,
    ) -> None:
        try:
            self._url = base_url(url, region)
            name = caller_name(caller)
            secret = Secret(token)
            transport = Transport(self._url, secret, limits(timeout, deadline, retries, max_body))
            self._asking = Asking(transport, self._url, name, secret.identity())
        finally:
            # A traceback with locals must show neither the token nor a password in the address.
            del token, url
        if is_staging(self._url):
            warn("api.dfns.ninja, the staging environment, is deprecated", DeprecationWarning)

    @property
    def url(self) -> str:
        """The base address."""
        return self._url

    pats = listings.pats
    service_accounts = listings.service_accounts
    users = listings.users
    permissions = listings.permissions
    permission_assignments = listings.permission_assignments
    user_groups = listings.user_groups
    user_group_members = listings.user_group_members
    policies = listings.policies
    organization = organization

    if not TYPE_CHECKING:  # else a type checker would take every name for one of a method

        def __getattr__(self, name: str) -> NoReturn:
            raise no_attribute("'Client' object", name, dir(type(self)))

    def __repr__(self) -> str:
        # A traceback with locals also shows a client whose __init__ failed half-way.
        return f"Client(url={getattr(self, '_url', None)!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client holds a secret and cannot be pickled; make a new one where it is needed")
