"""The ways to the three frames that are compared, each as its users would write it.

A contender takes a path or an address, imports what it needs, and returns the work to be timed, which returns
the row counts of what it made.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

Rows = tuple[int, ...]  # of tokens, assignments and operations; () where nothing is counted
Work = Callable[[], Rows]
Contender = Callable[[str], Work]

CONTENDERS: dict[str, Contender] = {}
TABLES = ("tokens", "token_assignments", "token_operations")
TOKEN = "made-up"  # noqa: S105 - the loopback server takes any

_SQL = {
    "token_assignments": "select tokenId, unnest(permissionAssignments) as a from tokens",
    "token_operations": "select tokenId, a.permissionId, a.permissionName, unnest(a.operations) as operation "
    "from token_assignments",
}


def contender(name: str) -> Callable[[Contender], Contender]:
    """Enter a function under a name."""

    def enter(prepare: Contender) -> Contender:
        CONTENDERS[name] = prepare
        return prepare

    return enter


@contender("ours")
def _ours(path: str) -> Work:
    from dfns_frames import read

    return lambda: _made(read(path))


@contender("ours, from memory")
def _ours_bytes(path: str) -> Work:
    from dfns_frames import read

    body = Path(path).read_bytes()
    return lambda: _made(read(body))


@contender("ours, from HTTP")
def _ours_http(url: str) -> Work:
    from dfns_frames import Client

    return lambda: _made(Client(TOKEN, url=url).pats())


@contender("ours, organisation from HTTP")
def _ours_organisation(url: str) -> Work:
    from dfns_frames import Client

    def work() -> Rows:
        org = Client(TOKEN, url=url).organization()
        return tuple(
            org.arrow(name).num_rows for name in ("users", "user_operations", "permission_assignments")
        )

    return work


@contender("ours, pages from HTTP")
def _ours_pages(url: str) -> Work:
    import requests  # noqa: F401 - the first request of a process would load it

    return _ours_http(url)


def _made(frames: Any) -> Rows:
    return tuple(len(frames[name]) for name in TABLES)


@contender("json_normalize + explode")
def _json_normalize(path: str) -> Work:
    import pandas as pd

    return lambda: _normalized(pd, json.loads(Path(path).read_bytes()))


@contender("vendor's SDK + json_normalize, from HTTP")
def _sdk(url: str) -> Work:
    import pandas as pd
    from dfns_sdk import DfnsClient, DfnsClientConfig

    def work() -> Rows:
        with DfnsClient(DfnsClientConfig(auth_token=TOKEN, base_url=url)) as client:
            return _normalized(pd, client.auth.list_personal_access_tokens())

    return work


def _normalized(pd: Any, document: Any) -> Rows:
    everything = pd.json_normalize(document["items"])
    tokens = everything.drop(columns="permissionAssignments")
    nested = everything[["tokenId", "permissionAssignments"]].explode("permissionAssignments").dropna()
    assignments = pd.json_normalize(nested["permissionAssignments"].tolist())
    assignments["tokenId"] = nested["tokenId"].to_numpy()
    operations = assignments.explode("operations").dropna(subset="operations")
    return len(tokens), len(assignments), len(operations)


@contender("polars")
def _polars(path: str) -> Work:
    return _in_polars(path, lambda frame: frame)


@contender("polars, to pandas")
def _polars_pandas(path: str) -> Work:
    import pandas as pd  # noqa: F401 - loaded beforehand, as for the others

    return _in_polars(path, lambda frame: frame.to_pandas())


def _in_polars(path: str, finish: Callable[[Any], Any]) -> Work:
    import polars as pl

    def work() -> Rows:
        items = pl.read_json(path).explode("items").unnest("items")
        nested = (
            items.select("tokenId", "permissionAssignments").explode("permissionAssignments").drop_nulls()
        )
        assignments = nested.unnest("permissionAssignments")
        operations = assignments.explode("operations").drop_nulls("operations")
        frames = (items.drop("permissionAssignments"), assignments.drop("operations"), operations)
        return tuple(len(finish(frame)) for frame in frames)

    return work


@contender("DuckDB, to pandas")
def _duckdb(path: str) -> Work:
    import duckdb
    import pandas as pd  # noqa: F401 - loaded beforehand, as for the others

    def work() -> Rows:
        with duckdb.connect() as base:
            base.execute(
                "create table tokens as select unnest(items, max_depth := 2) "  # noqa: S608 - our path
                f"from read_json('{path}', maximum_object_size={1 << 31})"
            )
            for name, select in _SQL.items():
                base.execute(f"create view {name} as {select}")
            return tuple(len(base.table(name).df()) for name in TABLES)

    return work


@contender("msgspec, columns by comprehension")
def _msgspec(path: str) -> Work:
    import msgspec
    import pandas as pd

    assignment = msgspec.defstruct(
        "Assignment",
        [
            ("permissionId", str),
            ("permissionName", str),
            ("assignmentId", str),
            ("operations", list[str], ()),
        ],
    )
    names = ["tokenId", "name", "kind", "dateCreated", "orgId", "linkedUserId", "linkedAppId", "credId"]
    texts = [(name, str) for name in (*names, "publicKey")]
    nested: Any = ("permissionAssignments", list[assignment])  # type: ignore[valid-type]
    token = msgspec.defstruct("Token", [*texts, ("isActive", bool), nested])
    decode = msgspec.json.Decoder(msgspec.defstruct("Response", [("items", list[token])])).decode  # type: ignore[valid-type]

    def work() -> Rows:
        items: Any = decode(Path(path).read_bytes()).items
        fields = (*(name for name, _ in texts), "isActive")
        tokens = pd.DataFrame({name: [getattr(item, name) for item in items] for name in fields})
        pairs = [(item.tokenId, a) for item in items for a in item.permissionAssignments]
        assignments = pd.DataFrame(
            {
                "tokenId": [token_id for token_id, _ in pairs],
                **{name: [getattr(a, name) for _, a in pairs] for name in ("permissionId", "permissionName")},
            }
        )
        operations = pd.DataFrame(
            {
                "tokenId": [token_id for token_id, a in pairs for _ in a.operations],
                "permissionId": [a.permissionId for _, a in pairs for _ in a.operations],
                "permissionName": [a.permissionName for _, a in pairs for _ in a.operations],
                "operation": [operation for _, a in pairs for operation in a.operations],
            }
        )
        return len(tokens), len(assignments), len(operations)

    return work


@contender("dlt into DuckDB, to pandas")
def _dlt(path: str) -> Work:
    import os
    import tempfile

    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"  # else it calls home
    import dlt
    import orjson

    def work() -> Rows:
        items = orjson.loads(Path(path).read_bytes())["items"]
        with tempfile.TemporaryDirectory() as folder:
            pipeline = dlt.pipeline(
                "pats",
                pipelines_dir=folder,
                destination=dlt.destinations.duckdb(f"{folder}/store.duckdb"),
                dataset_name="pats",
            )
            pipeline.run(items, table_name="tokens", loader_file_format="parquet")
            names = ("", "__permission_assignments", "__permission_assignments__operations")
            with pipeline.sql_client() as base:
                return tuple(len(base.native_connection.table(f"pats.tokens{name}").df()) for name in names)

    return work


@contender("floor: simdjson parse alone")
def _simdjson(path: str) -> Work:
    import simdjson

    def work() -> Rows:
        simdjson.Parser().parse(Path(path).read_bytes())
        return ()

    return work


@contender("floor: pyarrow.json.read_json alone")
def _arrow(path: str) -> Work:
    import pyarrow.json

    def work() -> Rows:
        size = Path(path).stat().st_size
        pyarrow.json.read_json(path, read_options=pyarrow.json.ReadOptions(block_size=size + 1))
        return ()

    return work


@contender("floor: body alone, from HTTP")
def _requests(url: str) -> Work:
    import requests

    def work() -> Rows:
        requests.get(f"{url}/auth/pats", timeout=60).content  # noqa: B018 - reading it is the work
        return ()

    return work


@contender("floor: pages alone, from HTTP")
def _requests_pages(url: str) -> Work:
    import requests

    def work() -> Rows:
        token = ""
        with requests.Session() as session:
            while token is not None:
                params = {"paginationToken": token} if token else None
                token = session.get(f"{url}/auth/pats", params=params, timeout=60).json().get("nextPageToken")
        return ()

    return work
