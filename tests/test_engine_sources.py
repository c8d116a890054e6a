"""What the engine reads of every source equals a naive flattening that shares no code with it."""

from __future__ import annotations

import copy
import json
import os
import random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dfns_frames._api.sources import SOURCES
from dfns_frames._api.tables import TABLES
from dfns_frames._engine.reader import Reader, Reading
from dfns_frames._hidden import Body
from dfns_frames.errors import DfnsFramesError, ResponseError, SchemaError
from tests.engine_bodies import ITEMS
from tests.engine_naive import FLATTEN

FUZZ = os.environ.get("HYPOTHESIS_PROFILE") == "fuzz"
tries = settings(deadline=None, max_examples=2_000 if FUZZ else 25, suppress_health_check=list(HealthCheck))

PLANTED = "PLANTED-0123456789"
PATHS = sorted(SOURCES)
OPEN = {"/permissions", "/auth/user-groups/{id}/members", "/permissions/{id}/assignments", "/v2/policies"}


_CALLER = "caller"  # who asked is no part of a response: the engine leaves it empty


def read(path: str, *bodies: Any, **options: Any) -> Reading:
    """Read bodies: bytes, or what is to be their JSON."""
    reader = Reader(SOURCES[path], **options)
    for body in bodies:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        reader.add(Body(data), {"id": "ug-1"})
    return reader.finish()


def tried(path: str, *bodies: Any, **options: Any) -> Reading | DfnsFramesError:
    """Read, an error of ours as a value; any other breaks the test."""
    try:
        return read(path, *bodies, **options)
    except (ResponseError, SchemaError) as error:
        return error


def rows(reading: Reading) -> dict[str, list[dict[str, Any]]]:
    for name, table in reading.tables.items():
        assert table.schema.equals(TABLES[name].arrow_schema, check_metadata=True)
        table.validate(full=True)
    asked = {
        name: table.drop_columns(_CALLER) if _CALLER in table.column_names else table
        for name, table in reading.tables.items()
    }
    return {name: table.to_pylist() for name, table in asked.items()}


def news(reading: Reading) -> list[tuple[Any, ...]]:
    return [tuple(sorted(row.items())) for row in reading.drift]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("steps", [("strict", "loose"), ("loose",), ("explain",)])
@tries
@given(data=st.data(), size=st.sampled_from([1, 1 << 23]))
def test_each_step_reads_what_a_naive_flattening_reads(
    path: str, steps: tuple[str, ...], data: st.DataObject, size: int
) -> None:
    """Row for row and value for value, whole or cut into pieces, each step forced in turn."""
    items = data.draw(st.lists(ITEMS[path], max_size=4))
    made = rows(read(path, {"items": items, "nextPageToken": None}, steps=steps, piece_size=size))
    assert made == FLATTEN[path](items)
    for name, table in made.items():
        keys = [tuple(row[column] for column in TABLES[name].key) for row in table]
        assert len(set(keys)) == len(keys), name


@pytest.mark.parametrize("path", sorted(set(PATHS) - OPEN))
@tries
@given(data=st.data())
def test_the_strict_step_takes_whatever_is_documented(path: str, data: st.DataObject) -> None:
    """Alone; but for sources with objects that may hold anything, which the loose step reads."""
    items = data.draw(st.lists(ITEMS[path], max_size=3))
    assert rows(read(path, {"items": items}, steps=["strict"])) == FLATTEN[path](items)


odd = st.one_of(
    st.none(),
    st.booleans(),
    st.sampled_from(["", "x", "\ud800"]),
    st.sampled_from(
        [0, -1, 1.5, 2**63, 10**400, 1e300, [], {}, ["x"], [None], {"hidden": PLANTED}, [[[[]]]]]
    ),
)


def spoil(body: Any, value: Any, data: st.DataObject) -> None:
    """Put a value in the place of some part of a body, take that part out, or add a field."""
    node = body
    while True:
        keys = sorted(node) if isinstance(node, dict) else list(range(len(node)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(node[key], dict | list) or not node[key] or data.draw(st.booleans()):
            break
        node = node[key]
    change = data.draw(st.sampled_from(["put", "delete", "add"]))
    if change == "delete":
        del node[key]
    elif change == "put" or isinstance(node, list):
        node[key] = copy.deepcopy(value)
    else:
        node["unknown"] = copy.deepcopy(value)


@pytest.mark.parametrize("path", PATHS)
@tries
@given(data=st.data(), value=odd, times=st.integers(1, 2))
def test_whatever_two_steps_take_they_read_alike(
    path: str, data: st.DataObject, value: Any, times: int
) -> None:
    """Tables, drift and page token; and a step takes no body that the one that explains refuses."""
    body = {"items": data.draw(st.lists(ITEMS[path], min_size=1, max_size=3)), "nextPageToken": ""}
    for _ in range(times):
        if body:
            spoil(body, value, data)
    got = agree(path, json.dumps(body).encode())
    assert PLANTED not in (str(got) if isinstance(got, DfnsFramesError) else repr(rows(got)) + repr(got))


def agree(path: str, body: bytes) -> Reading | DfnsFramesError:
    explained = tried(path, body, steps=["explain"])
    for options in ({"steps": ["strict"]}, {"steps": ["loose"]}, {}, {"piece_size": 1}):
        got = tried(path, body, **options)
        if isinstance(got, Reading):
            assert isinstance(explained, Reading), explained
            assert rows(got) == rows(explained)
            assert news(got) == news(explained)
            assert (got.item_count, got.next_page) == (explained.item_count, explained.next_page)
        elif "steps" not in options:
            assert (type(got), str(got)) == (type(explained), str(explained))
    return explained


@pytest.mark.parametrize("path", PATHS)
@tries
@given(data=st.data(), value=odd)
def test_items_set_aside_are_accounted_for(path: str, data: st.DataObject, value: Any) -> None:
    """Every item is in the tables or in `rejected`, and no planted secret is in either."""
    items = data.draw(st.lists(ITEMS[path], min_size=1, max_size=4))
    number = data.draw(st.integers(0, len(items) - 1))
    holder = {"item": copy.deepcopy(items[number])}
    spoil(holder["item"], value, data)
    spoiled = [*items[:number], holder["item"], *items[number + 1 :]]
    got = tried(path, {"items": spoiled}, skip_invalid=True)
    assert isinstance(got, Reading)
    assert got.item_count == len(items)
    assert [row["item_no"] for row in got.rejected] in ([], [number])
    kept = spoiled if not got.rejected else [*items[:number], *items[number + 1 :]]
    if got.rejected:
        assert rows(got) == FLATTEN[path](kept)
        assert got.rejected[0]["problems"]
    assert PLANTED not in json.dumps(got.rejected) + json.dumps(got.drift)


SNIPPETS = [
    *(
        b"\0",
        b"null",
        b"true",
        b"NaN",
        b"-Infinity",
        b"1e400",
        b"1.5",
        b"9" * 30,
        b"-",
        b"[",
        b"]",
        b"{",
        b"}",
    ),
    *(b'"', b",", b":", b" ", b"\n", b"{}", b"[]", b"\\", b"\\ud800", b"\\u0000", b"\xff", b"\xed\xa0\x80"),
    *(
        b'"items":',
        b'"isActive":true,',
        b'"name":"x",',
        b'"id":null,',
        b'"x":{"y":[1]},',
        b'"pendingChangeRequest":{},',
    ),
    *(b'},{"id":', b'},{"tokenId":"x",', b"]}", b'{"items":[', b'],"items":[', b'],"nextPageToken":"x"}'),
    *(b'"*":true,', b'"userInfo":{},', b'"accessToken":"%b",' % PLANTED.encode(), b'"filters":{"new":1},'),
]


OTHERS: list[object] = [
    *(
        "x",
        "",
        "\ud800",
        0,
        -1,
        1.5,
        2**63,
        10**25,
        True,
        None,
        [],
        {},
        [None],
        ["x", "x"],
        [[]],
        [{}],
        {"in": ["x"]},
    ),
    *(
        {"id": "x"},
        {"requester": {}},
        {"userId": "x"},
        {"operations": ["A", "A"]},
        {"configuration": {"limit": "1"}},
    ),
]
NAMES = [
    "new",
    "id",
    "operations",
    "userId",
    "name",
    "kind",
    "filters",
    "accessToken",
    "pendingChangeRequest",
    "*",
]


def mutate(body: bytes, draw: random.Random) -> bytes:
    """Swap, add and take out values; or flip, cut out and put in bytes, or cut the body off."""
    document = json.loads(body)
    for _ in range(draw.randint(0, 3)):
        node, inner = document, document
        while isinstance(inner, dict | list) and inner and draw.random() < 0.9:
            node, key = inner, draw.choice(sorted(inner) if isinstance(inner, dict) else range(len(inner)))
            inner = node[key]
        if isinstance(node, dict) and draw.random() < 0.3:
            node[draw.choice(NAMES)] = copy.deepcopy(draw.choice(OTHERS))
        elif node is not inner and draw.random() < 0.8:
            node[key] = copy.deepcopy(draw.choice(OTHERS))
        elif node is not inner:
            del node[key]
    body = json.dumps(document).encode()
    for _ in range(draw.choice([0, 0, 1, 3])):
        at = draw.randrange(len(body) + 1)
        put = draw.choice([bytes([draw.randrange(256)]), draw.choice(SNIPPETS), b""])
        body = body[:at] + put + body[at + draw.randint(0, 9) :]
        if draw.random() < 0.05:
            body = body[: draw.randrange(len(body) + 1)]
    return body


@pytest.mark.parametrize("path", PATHS)
@tries
@given(data=st.data(), seed=st.integers(0, 2**32))
def test_mutated_bodies_crash_nothing(path: str, data: st.DataObject, seed: int) -> None:
    """They end in a reading or a typed error, the same by whatever way they are read."""
    draw = random.Random(seed)  # noqa: S311 - made-up data
    body = json.dumps({"items": data.draw(st.lists(ITEMS[path], min_size=1, max_size=2))}).encode()
    for _ in range(5):
        agree(path, mutate(body, draw))


@pytest.mark.parametrize("path", PATHS)
@tries
@given(data=st.data(), other=st.sampled_from(PATHS))
def test_one_sources_body_read_as_anothers(path: str, other: str, data: st.DataObject) -> None:
    """It is refused with every problem, and read as empty only if it lists nothing."""
    items = data.draw(st.lists(ITEMS[path], max_size=2))
    got = tried(other, {"items": items})
    if path != other and items and "members" not in other:
        assert isinstance(got, SchemaError)
        assert {problem.item for problem in got.problems} == set(range(len(items)))
