"""The demo's organisation as one caller reads it: asked over HTTP, read by the engine."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any
from urllib.parse import quote

import pyarrow as pa
import requests

import dfns_frames as dff
from dfns_frames._api.sources import SOURCES
from dfns_frames._api.tables import TABLES
from dfns_frames._engine.reader import Reader
from dfns_frames._hidden import Body
from dfns_frames.demo.drawing import WEEK_BEFORE

Tables = dict[str, list[pa.Table]]


@cache
def organisation(caller: str, week_before: bool = False) -> dff.Frames:
    """Return all that a caller of the demo may read, with a row of `sources` for each of the eight."""
    tables: Tables = {}
    asked: list[dict[str, Any]] = []
    when = WEEK_BEFORE if week_before else dff.demo.SNAPSHOT
    with dff.demo.serve(week_before=week_before) as server, requests.Session() as session:
        session.headers["Authorization"] = f"Bearer {server.tokens[caller]}"
        for path in SOURCES:
            status = _read(session, server.url, path, tables)
            place: dict[str, Any] = {"source_no": len(asked), "source": path, "status": status}
            place |= {"url": server.url, "item_count": 0, "rejected_count": 0}
            place["needs_operation"] = SOURCES[path].operation
            asked.append({**place, "fetched_at": when})
    found = {name: pa.concat_tables(parts) for name, parts in tables.items()}
    found |= {name: TABLES[name].empty() for name in ("drift", "rejected")}
    return dff.Frames({**found, "sources": TABLES["sources"].from_rows(asked)})


def _read(session: requests.Session, url: str, path: str, tables: Tables) -> str:
    """Read one source into tables, and return its status."""
    source = SOURCES[path]
    ids: list[str | None] = [None]
    if source.each:
        parent, column = source.each
        if parent not in tables:
            return "skipped"
        ids = [each for table in tables[parent] for each in table[column].to_pylist()]
    reader = Reader(source)
    for each in ids:
        listing = path if each is None else path.replace("{id}", quote(each))
        for status, body in _pages(session, f"{url}{listing}?limit={source.page_size or 100}"):
            if status != requests.codes.ok:
                return "forbidden"
            reader.add(Body(body), {} if each is None else {"id": each})
    for name, table in reader.finish().tables.items():
        tables.setdefault(name, []).append(table)
    return "ok"


def _pages(session: requests.Session, address: str) -> Iterator[tuple[int, bytes]]:
    """Yield the status and the body of each page."""
    token: str | None = ""
    while token is not None:
        reply = session.get(f"{address}&paginationToken={quote(token)}" if token else address, timeout=30)
        yield reply.status_code, reply.content
        token = reply.json().get("nextPageToken")
