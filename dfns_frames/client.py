"""The client: one method a source, each returning `Frames`."""

from __future__ import annotations

from typing import NoReturn

from dfns_frames._api.sources.pats import PATS
from dfns_frames._api.vocabulary import Source
from dfns_frames._engine.arrow import MAX_BODY
from dfns_frames._engine.reader import Reader
from dfns_frames._hidden import Secret
from dfns_frames._http.address import Region, base_url, is_staging
from dfns_frames._http.exchange import Answer, Limits, Params
from dfns_frames._http.replies import not_a_list
from dfns_frames._http.transport import Transport
from dfns_frames.errors import ConfigurationError
from dfns_frames.frames.container import Frames
from dfns_frames.frames.intake import to_frames, warn

_DAY = 86_400


class Client:
    """Reads the Dfns API with one caller's token; never writes to it.

    Parameters
    ----------
    token
        The bearer token. Without it, the environment variable DFNS_AUTH_TOKEN. It is kept out of every
        repr, log, error and file, and sent to the configured host only.
    url
        Base address of the API, with a path prefix if need be. Without it, the environment variable
        DFNS_API_URL, else Europe. https, or http on the loopback, where no proxy is used.
    region
        A region by name, ``"eu"`` or ``"uae"``, instead of `url`.
    timeout
        Seconds to connect, and to wait between two bytes.
    deadline
        Seconds for one call in all, its pages and retries included.
    retries
        How often a request is repeated after 429, 502, 503, 504 or a connection fault. A ``Retry-After``
        is honoured up to 60 seconds; a longer one, or one beyond the deadline, is raised at once.
    max_body
        Bytes of one call's answers, unpacked.

    Raises
    ------
    ConfigurationError
        There is no token, it cannot be one, or an option is out of range.

    Warns
    -----
    DeprecationWarning
        The address is the vendor's staging environment.

    Notes
    -----
    A client may be used from several threads. It does not pickle. It keeps its connection open from one call
    to the next; there is nothing to close: the connection ends with the client, or with Python.

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
        timeout: tuple[float, float] | float = (5, 30),
        deadline: float = 120,
        retries: int = 4,
        max_body: int = 1 << 30,
    ) -> None:
        try:
            self._url = base_url(url, region)
            limits = _limits(timeout, deadline, retries, max_body)
            self._transport = Transport(self._url, Secret(token), limits)
        finally:
            # A traceback with locals must show neither the token nor a password in the address.
            del token, url
        if is_staging(self._url):
            warn("api.dfns.ninja, the staging environment, is deprecated", DeprecationWarning)

    @property
    def url(self) -> str:
        """The base address."""
        return self._url

    def pats(self, *, skip_invalid: bool = False) -> Frames:
        """Fetch the caller's own access tokens: ``GET /auth/pats``.

        The API lists only the caller's own tokens; no endpoint lists every token of an organisation. Join
        the lists of several callers with `dfns_frames.concat`.

        Parameters
        ----------
        skip_invalid
            Set tokens that do not fit the documented shape aside, in `rejected`, instead of raising.

        Returns
        -------
        Frames
            Times are UTC, `fetched_at` is the response's own date. A caller without tokens gives frames
            without rows.

        Raises
        ------
        ApiError
            The API refused; its subclasses tell why.
        NetworkError
            No complete answer came.
        ResponseError
            The answer is not a token list.
        SchemaError
            Tokens do not fit the documented shape.

        Warns
        -----
        DriftWarning
            The response holds something unexpected; see `drift`.

        Examples
        --------
        >>> import dfns_frames as dff
        >>> pats = dff.demo.client("treasury").pats()
        >>> pats.tokens[["token_id", "assignment_count"]].head(3)
                                  token_id  assignment_count
        0  to-3sxnz-184kx-md0fwgpd1s2b7g67                 1
        1  to-8b02m-d87mq-7ny9dv3m0qn1jnte                 2
        2  to-a4tce-4xwdc-sc1frbz5nsnh5bg3                 1
        """
        return self._fetch(PATS, skip_invalid=skip_invalid)

    def _fetch(self, source: Source, params: Params | None = None, *, skip_invalid: bool) -> Frames:
        """Fetch a list, all pages of it; its time is that of the first."""
        reader = Reader(source, skip_invalid=skip_invalid)
        dates = []
        with self._transport.call() as call:
            for answer in call.pages(source.path, params, following=lambda: reader.next_page):
                dates.append((answer.date, answer.basis))
                _add(reader, answer)
        fetched_at, basis = dates[0]
        return to_frames(reader, url=self._url + source.path, fetched_at=fetched_at, basis=basis)

    def __repr__(self) -> str:
        # A traceback with locals shows a client too that its settings kept from being made.
        return f"Client(url={getattr(self, '_url', None)!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a client holds a secret and cannot be pickled; make a new one where it is needed")


def _add(reader: Reader, answer: Answer) -> None:
    """Read an answer. Of a live one, more is expected and other advice is given than of a saved one."""
    problem = not_a_list(answer.body.data)
    if problem:
        raise problem
    reader.add(answer.body)


def _limits(timeout: tuple[float, float] | float, deadline: float, retries: int, max_body: int) -> Limits:
    pair = timeout if isinstance(timeout, tuple | list) else (timeout, timeout)
    for name, value in (("deadline", deadline), *(("timeout", each) for each in pair)):
        if not _is_duration(value):
            raise ConfigurationError(f"{name} must be seconds above 0, at most a day, not {value!r}")
    if len(pair) != 2:
        raise ConfigurationError(f"timeout must be (connect, read) in seconds, not {timeout!r}")
    if not isinstance(retries, int) or not 0 <= retries <= 10:
        raise ConfigurationError(f"retries must be a whole number from 0 to 10, not {retries!r}")
    if not isinstance(max_body, int) or not 0 < max_body <= MAX_BODY:
        raise ConfigurationError(f"max_body must be bytes from 1 to {MAX_BODY:,}, not {max_body!r}")
    return Limits((pair[0], pair[1]), deadline, retries, max_body)


def _is_duration(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= _DAY
