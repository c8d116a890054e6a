"""Which source a method's name, a path or an address stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

from dfns_frames._api.sources import SOURCES
from dfns_frames._api.vocabulary import Source
from dfns_frames._hints import did_you_mean
from dfns_frames.errors import ConfigurationError

_LETTERS = 80


@dataclass(frozen=True)
class Endpoint:
    """A source, and the values in its path that a response was asked for with."""

    source: Source
    given: Mapping[str, str] = field(default_factory=dict)


def endpoint_of(name: object) -> Endpoint:
    """Return the source that is meant, and the ids that its path holds.

    Parameters
    ----------
    name
        A method of the client (``policies``), a path (``/v2/policies``), or an address that was asked; of
        that the path counts, whatever stands before it or in its query.

    Raises
    ------
    ConfigurationError
        No source is called that.
    """
    text = name.strip() if isinstance(name, str) else ""
    named = next((source for source in SOURCES.values() if text and source.method == text), None)
    if named:
        return Endpoint(named)
    server, path = _split(text)
    for source in SOURCES.values():
        found = _pattern(source).fullmatch(path)
        # In front of an address' path may stand that of a proxy.
        if found and (server or not found["before"]):
            given = {name: unquote(value) for name, value in found.groupdict().items() if name != "before"}
            return Endpoint(source, {name: value for name, value in given.items() if value != f"{{{name}}}"})
    raise _unknown(name, path if server else text)


def lacking_values(endpoint: Endpoint) -> ConfigurationError | None:
    """Return the error of a source whose rows hold an id of its path that is not known; None if all are."""
    source = endpoint.source
    lacks = {name for _, rows in source.places() for name in rows.given.values()} - endpoint.given.keys()
    if not lacks:
        return None
    example = re.sub(r"\{\w+\}", "ID", source.path)
    return ConfigurationError(
        f"must be a path with the id of what is listed, such as {example!r}: nothing in the response of "
        f"GET {source.path} says whose {source.items} they are",
        option="endpoint",
    )


def _split(text: str) -> tuple[str, str]:
    """Return the server of an address, empty if there is none, and its path."""
    try:
        address = urlsplit(text)
    except ValueError:  # brackets that hold no IPv6 address
        return "", text
    return address.netloc, f"/{address.path.strip('/')}"


def _unknown(name: object, text: str) -> ConfigurationError:
    methods = [source.method for source in SOURCES.values() if source.method]
    # Of an address the path is shown only: its query may hold what is nobody's business.
    found = repr(text[:_LETTERS]) if isinstance(name, str) else type(name).__name__
    return ConfigurationError(
        f"must be a method's name or a path, not {found}.{did_you_mean(text, [*methods, *SOURCES])} "
        f"Methods: {', '.join(methods)}. Paths: {', '.join(SOURCES)}",
        option="endpoint",
    )


def _pattern(source: Source) -> re.Pattern[str]:
    path = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(source.path))
    return re.compile(f"(?P<before>.*?){path}")
