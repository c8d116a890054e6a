"""The whole organisation in one call: every source that the caller may read, and why others are missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dfns_frames._api.readings import DRIFT, REJECTED
from dfns_frames._api.readings import SOURCES as LISTS
from dfns_frames._api.sources import SOURCES
from dfns_frames._api.vocabulary import Source
from dfns_frames._facts.asked import asked, not_read
from dfns_frames._hints import did_you_mean
from dfns_frames.client.fetching import Asks, Fetcher, parent_of
from dfns_frames.errors import (
    AuthenticationError,
    ConfigurationError,
    DfnsFramesError,
    Hint,
    PermissionDeniedError,
    SourceWarning,
)
from dfns_frames.frames.container import Frames
from dfns_frames.frames.intake import warn, warn_of_drift
from dfns_frames.frames.joining import joined
from dfns_frames.frames.making import with_caller, with_organisation

_NOT_THERE = (402, 404, 410)
_DETAIL = 2_000  # characters


def organization(client: Asks, *, require: Iterable[str] = (), skip_invalid: bool = False) -> Frames:
    """Fetch everything that says who can do what: tokens, users, permissions, groups and policies.

    The sources are asked one after the other. A source that the caller may not read, or that fails, is left
    out. `sources` has a row for each source, with its status, the operation that it needs and what went
    wrong. What was not read stays unknown: no measure takes it for empty.

    Parameters
    ----------
    require
        Sources without which the rest is of no use, by method or path: ``["users"]``. If one of them is lost,
        its error is raised.
    skip_invalid
        Set items that do not fit the documented shape aside, in `rejected`, instead of losing their source.

    Returns
    -------
    Frames
        A table is missing if no source that feeds it was read; it has no rows if they list nothing. The
        status of a source is ``ok``; ``forbidden`` (`needs_operation` would help); ``unavailable`` (the
        organisation does not have it); ``failed`` (`detail` says why); or ``skipped`` (it has one listing per
        item of a source that was not read).

    Raises
    ------
    AuthenticationError
        The token was not accepted.
    ConfigurationError
        `require` names something that is not a source, or a proxy in the environment cannot be used.
    NetworkError
        The host cannot be reached at all.
    DfnsFramesError
        A source that `require` names was not read.

    Warns
    -----
    SourceWarning
        Sources were not read.
    DriftWarning
        Responses hold something unexpected; see `drift`.

    Notes
    -----
    It makes one request per permission and per group, and leaves half of the organisation's rate limit to
    production. The call ends after an hour.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> org = dff.demo.client("compliance").organization()
    >>> org.sources[["source", "status", "item_count"]].head(3)
                       source status  item_count
    0              /auth/pats     ok           3
    1  /auth/service-accounts     ok          19
    2             /auth/users     ok          18
    """
    needed = _required(require)
    parts: dict[str, Frames] = {}
    with client._asking.call(len(SOURCES), skip_invalid=skip_invalid) as fetcher:
        for source in SOURCES.values():
            parts[source.path] = _attempt(fetcher, source, parts, is_needed=source in needed)
            if fetcher.caller is None:
                (fetcher.caller,) = parts[source.path].arrow("sources")["caller"].to_pylist()
    frames = joined(_of_one_organisation([*parts.values()]))
    warn_of_drift(frames)
    lost = not_read(asked(frames))
    if lost:
        warn("; ".join(lost), SourceWarning)
    return frames


def _required(require: object) -> set[Source]:
    """Return the sources that are required, and those without which they cannot be read.

    Raises
    ------
    ConfigurationError
        A name is not that of a source.
    """
    names = [require] if isinstance(require, str) else require
    if not isinstance(names, Iterable):
        raise ConfigurationError(f"must be names of sources, not {require!r}", option="require")
    methods = {source.method: source for source in SOURCES.values() if source.method}
    known = {**methods, **SOURCES}
    found = set()
    for name in names:
        if not isinstance(name, str) or name not in known:
            near = did_you_mean(name, known) if isinstance(name, str) else ""
            raise ConfigurationError(
                f"knows no source {name!r}.{near} There are: {', '.join(methods)}; or paths such as "
                f"{next(iter(SOURCES))}",
                option="require",
            )
        found |= {known[name], parent_of(known[name]) or known[name]}
    return found


def _attempt(fetcher: Fetcher, source: Source, parts: Mapping[str, Frames], *, is_needed: bool) -> Frames:
    """Fetch a source; if that fails, return frames that only say so."""
    parent = parent_of(source)
    around = parts[parent.path] if parent else None
    if parent and around:
        (status,) = around.arrow("sources")["status"].to_pylist()
        if status != "ok":
            detail = f"it needs {source.operation} and {parent.items}, which were not read ({status})"
            return _lost(fetcher, source, "skipped", detail=detail)
    try:
        return fetcher.fetch(source, around)
    except (AuthenticationError, ConfigurationError):
        raise  # these end the whole call
    except DfnsFramesError as error:
        # Where nothing answers the first request, the others would only take as long, one after the other.
        if is_needed or (error.hint is Hint.REACH and not fetcher.call.answered):
            raise
        status, needs = "failed", source.operation
        if isinstance(error, PermissionDeniedError):
            status, needs = "forbidden", error.operation or source.operation
        elif error.status in _NOT_THERE and fetcher.is_first and parent is None:
            status = "unavailable"
        return _lost(fetcher, source, status, detail=str(error), needs_operation=needs)


def _lost(fetcher: Fetcher, source: Source, status: str, **more: Any) -> Frames:
    """Return frames that say that a source was not read, and why."""
    answered = fetcher.answered if status != "skipped" else []
    row = {
        "source_no": 0,
        "source": source.path,
        "url": fetcher.asking.url + source.path,
        "status": status,
        "needs_operation": source.operation,
        "request_count": len(answered),
        "asked_as": fetcher.asking.asked_as,
        **more,
    }
    if answered:
        (row["fetched_at"], row["fetched_at_basis"]), (row["finished_at"], _) = answered[0], answered[-1]
    if len(row["detail"]) > _DETAIL:
        row["detail"] = f"{row['detail'][:_DETAIL]}…"
    tables = {"sources": LISTS.from_rows([row]), "drift": DRIFT.empty(), "rejected": REJECTED.empty()}
    return Frames(with_caller(tables, fetcher.caller or fetcher.asking.asked_as))


def _of_one_organisation(parts: Sequence[Frames]) -> list[Frames]:
    """Return the parts; where all that name an organisation name the same one, the others are of it too."""
    tables = [part.arrow(name) for part in parts for name in part]
    columns = [table["org_id"] for table in tables if "org_id" in table.column_names]
    found = {each for column in columns for each in column.unique().to_pylist()} - {None}
    if len(found) != 1:
        return list(parts)
    return [Frames(with_organisation({name: part.arrow(name) for name in part}, *found)) for part in parts]
