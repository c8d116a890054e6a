"""Pages of one list, taken one after the other: which source they are of, and whether it is the same one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import pyarrow as pa

from dfns_frames._api.sources import SOURCES
from dfns_frames._api.sources.pats import PATS
from dfns_frames._api.vocabulary import Source
from dfns_frames._engine.drift import shorten
from dfns_frames._engine.reader import Reader
from dfns_frames._engine.recognise import recognise, recognise_other
from dfns_frames.errors import ConfigurationError, DfnsFramesError, Hint, ResponseError
from dfns_frames.frames.endpoints import Endpoint, lacking_values
from dfns_frames.frames.loading import Loaded, Page, load


class Pages:
    """Takes the pages of one list.

    Parameters
    ----------
    endpoint
        Which source they are of; None if the first item tells.
    skip_invalid
        Set items that do not fit the declaration aside instead of raising.

    Attributes
    ----------
    modified
        When the newest of the files was last changed; None if there is none.
    """

    def __init__(self, endpoint: Endpoint | None, *, skip_invalid: bool) -> None:
        self.modified: datetime | None = None
        self._is_told = endpoint is not None
        self._skip_invalid = skip_invalid
        self._reader = self._begin(endpoint) if endpoint else None
        self._given: Mapping[str, str] = endpoint.given if endpoint else {}
        # Pages that list nothing, until another one tells; and of one that tells, which source it is of.
        self._waiting: list[tuple[Loaded, str, Source | None]] = []
        self._places: list[str] = []
        self._people: list[tuple[str, list[str | None]]] = []  # page, and for whom its tokens act
        self._ended: list[bool] = []  # whether the pages say that they are the last

    @property
    def place(self) -> str:
        """Where the pages came from."""
        return self._places[0] + f" and {len(self._places) - 1:,} more" * (len(self._places) > 1)

    def add(self, page: Page, *, is_alone: bool) -> None:
        """Take one more page.

        Parameters
        ----------
        page
            What somebody wants read.
        is_alone
            Whether it is the only one: then messages need no number of it.

        Raises
        ------
        ConfigurationError, ResponseError, SchemaError, OSError
            It cannot be read, is of another source, or does not fit.
        """
        loaded = load(page)
        self._places.append(loaded.place)
        self.modified = max(filter(None, (self.modified, loaded.modified)), default=None)
        number = "" if is_alone else f"page {len(self._places):,}"
        source = recognise(loaded.body, SOURCES.values()) if self._reader is None else None
        self._waiting.append((loaded, repr(loaded.place) if loaded.is_named else number, source))
        if source:
            self._reader = self._begin(Endpoint(source))
        if self._reader:
            self._read(self._reader)

    def finish(self) -> Reader:
        """Return the reader that took all pages.

        Raises
        ------
        ConfigurationError
            They are the lists of several people.
        """
        reader = self._reader or self._begin(Endpoint(PATS))
        self._read(reader)
        single = [(page, users[0]) for page, users in self._people if len(users) == 1 and users[0]]
        others = [(page, user) for page, user in single if user != single[0][1]]
        # The pages of one caller's list are of one user, and all but the last have a token of the next.
        if others and len(single) == len(self._people) and any(self._ended[:-1]):
            (page, user), (other, another) = single[0], others[0]
            raise ConfigurationError(
                f"{page} lists tokens of {user!r}, {other} those of {another!r}: these are the lists of two "
                "people, not pages of one; read each separately, and join them with concat()"
            )
        return reader

    def _begin(self, endpoint: Endpoint) -> Reader:
        problem = lacking_values(endpoint)
        if problem:
            raise problem
        return Reader(endpoint.source, skip_invalid=self._skip_invalid, saved=True)

    def _read(self, reader: Reader) -> None:
        """Read the pages that wait."""
        while self._waiting:
            loaded, name, known = self._waiting.pop(0)
            other = None if known else recognise_other(loaded.body, reader.source, SOURCES.values())
            try:
                if other:
                    raise self._of_another(reader, other)
                reader.add(loaded.body, self._given)
            except DfnsFramesError as error:
                if name:
                    error.args = (f"{name}: {error.args[0]}",)
                raise error from None
            self._note(reader, name or loaded.place)

    def _of_another(self, reader: Reader, other: Source) -> ResponseError:
        """Say that a page is of another source than it is read as."""
        source = reader.source
        found = f"a {other.listing} (GET {other.path})"
        if self._is_told:
            return ResponseError(
                f"the response is {found}, not a {source.listing} (GET {source.path})",
                hint=Hint.OTHER_ENDPOINT,
            )
        return ResponseError(
            f"this is {found}, and the pages before it are of a {source.listing} (GET {source.path}): pages "
            "are of one list; read each list separately, and join them with concat()"
        )

    def _note(self, reader: Reader, name: str) -> None:
        """Note for whom the tokens of a page act, where the list is its caller's own."""
        self._ended.append(reader.next_page is None)
        if reader.source.scope == "caller":
            users = reader.latest("tokens", "linked_user_id").cast(pa.string()).unique().to_pylist()
            if users:
                self._people.append((name, [user and shorten(user) for user in users]))
