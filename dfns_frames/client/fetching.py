"""One call: the sources that it reads, page by page, each into its own frames."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import quote

from dfns_frames._api.sources import SOURCES
from dfns_frames._api.vocabulary import Source
from dfns_frames._engine.reader import Reader
from dfns_frames._http.replies import not_a_list
from dfns_frames._http.transport import Call, Transport
from dfns_frames.client.progress import Progress, progress
from dfns_frames.errors import ResponseError
from dfns_frames.frames.container import Frames
from dfns_frames.frames.intake import to_frames, warn_of_drift


@dataclass(frozen=True)
class Asking:
    """Who asks whom.

    Attributes
    ----------
    transport
        What the requests go through.
    url
        The base address.
    caller
        The name that the user gave for whoever asks.
    asked_as
        Who the bearer token says it belongs to.
    """

    transport: Transport
    url: str
    caller: str | None
    asked_as: str | None

    @contextlib.contextmanager
    def call(self, count: int, *, skip_invalid: bool) -> Iterator[Fetcher]:
        """Begin a call that reads this many sources; it ends with the block."""
        with progress(count) as shown, self.transport.call() as call:
            yield Fetcher(self, call, shown, skip_invalid=skip_invalid)

    def fetch(self, source: Source, *, skip_invalid: bool) -> Frames:
        """Fetch all of one source, and warn about what drifted."""
        parent = parent_of(source)
        with self.call(2 if parent else 1, skip_invalid=skip_invalid) as fetcher:
            around = fetcher.fetch(parent) if parent else None
            frames = fetcher.fetch(source, around)
        warn_of_drift(frames)
        return frames


class Asks(Protocol):
    """A client, as far as its methods need it."""

    _asking: Asking


class Fetcher:
    """Fetches sources within one call.

    Parameters
    ----------
    asking
        Who asks whom.
    call
        The call.
    shown
        Where it reports progress.
    skip_invalid
        Set items that do not fit the declaration aside instead of raising.

    Attributes
    ----------
    caller
        The name of whoever asks, as far as it is known.
    """

    def __init__(self, asking: Asking, call: Call, shown: Progress, *, skip_invalid: bool) -> None:
        self.asking = asking
        self.call = call
        self.caller = asking.caller
        self._shown = shown
        self._skip_invalid = skip_invalid
        self._begun = 0
        self._pages: list[tuple[datetime, str]] = []

    @property
    def is_first(self) -> bool:
        """Whether the source that is being fetched has brought nothing yet."""
        return not self._pages

    @property
    def answered(self) -> list[tuple[datetime, str]]:
        """When each answer of the source that is being fetched came, and what that time rests on."""
        return self.call.answered[self._begun :]

    def fetch(self, source: Source, around: Frames | None = None) -> Frames:
        """Fetch a source, all pages of each of its listings.

        Parameters
        ----------
        source
            What to fetch.
        around
            Frames of the parent source, for a source with one listing per parent, such as members of groups.
        """
        self._shown.begin(f"Reading {source.items}")
        reader = Reader(source, skip_invalid=self._skip_invalid)
        self._begun, self._pages = len(self.call.answered), []
        paths = _paths(source, around)
        self._shown.expect(len(paths) - 1)
        for path, given in paths.items():
            params = {"limit": source.page_size} if source.page_size else None
            for answer in self.call.pages(path, params, following=lambda: reader.next_page):
                self._pages.append((answer.date, answer.basis))
                # A live answer must be more than a saved one, and its errors give other advice.
                problem = not_a_list(answer.body.data, source.listing)
                if problem:
                    raise problem
                reader.add(answer.body, given)
            self._shown.step()
        (fetched_at, basis), (finished_at, _) = self._when(around)
        return to_frames(
            reader,
            url=self.asking.url + source.path,
            fetched_at=fetched_at,
            basis=basis,
            caller=self.caller,
            quiet=True,  # the caller warns once, for all sources
            finished_at=finished_at,
            request_count=len(self.answered),
            asked_as=self.asking.asked_as,
        )

    def _when(self, around: Frames | None) -> tuple[tuple[datetime, str], tuple[datetime, str]]:
        """Return when the first and the last page came, and what those times rest on."""
        if not self._pages and around is not None:
            # The parent source lists nothing, so there was nothing to ask for.
            (row,) = around.arrow("sources").to_pylist()
            self._pages.append((row["fetched_at"], row["fetched_at_basis"]))
        return self._pages[0], self._pages[-1]


def parent_of(source: Source) -> Source | None:
    """Return the source that this one has a listing per item of; None if it is a single listing."""
    if source.each is None:
        return None
    table, _ = source.each
    return next(other for other in SOURCES.values() if table in other.tables and other is not source)


def _paths(source: Source, around: Frames | None) -> dict[str, dict[str, str]]:
    """Return the path of each listing of a source, percent-encoded, with the values that are in it."""
    if source.each is None or around is None:
        return {source.path: {}}
    table, column = source.each
    ids = [*around.arrow(table)[column].to_pylist(), *around.arrow("rejected")["item_id"].to_pylist()]
    return {source.path.replace("{id}", _segment(source, each)): {"id": each} for each in ids}


def _segment(source: Source, item_id: str | None) -> str:
    """Return an id as one segment of a path, whatever characters it has.

    Raises
    ------
    ResponseError
        There is no id, or it is ``.`` or ``..``, which clients resolve to another path even if it is encoded.
    """
    if item_id in (None, ".", ".."):
        listed = "without an id" if item_id is None else f"whose id is {item_id!r}"
        raise ResponseError(f"the API lists something {listed}, so {source.path} cannot be asked for it")
    return quote(str(item_id), safe="")
