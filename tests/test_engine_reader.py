"""What a reader makes of bodies and pages: guards, pieces, limits, and the messages of what it refuses."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dfns_frames._api.sources import SOURCES
from dfns_frames._engine import pieces
from dfns_frames._engine.reader import STEPS, Reader, Reading
from dfns_frames._engine.recognise import recognise
from dfns_frames._hidden import Body
from dfns_frames.errors import PROBLEMS_SHOWN, ResponseError, SchemaError
from tests.conftest import assignment, token
from tests.engine_bodies import ITEMS
from tests.hostile import REFUSED
from tests.test_engine_sources import tries

PATS = SOURCES["/auth/pats"]
TOKENS = [token(n, assignment(), assignment(operations=["Wallets:Read"])) for n in range(40)]


def read(*bodies: Any, **options: Any) -> Reading:
    """Read bodies of `/auth/pats`: bytes, or what is to be their JSON."""
    reader = Reader(PATS, **options)
    for body in bodies:
        reader.add(Body(body if isinstance(body, bytes) else json.dumps(body).encode()))
    return reader.finish()


def column(reading: Reading, name: str, table: str = "tokens") -> list[Any]:
    return list(reading.tables[table][name].to_pylist())


# Pages


def test_an_id_on_two_pages_is_kept_as_listed_last() -> None:
    """With what is inside it; and the drift says that it came twice. Within one page both rows stay."""
    first = {"items": [token(1, assignment("A")), token(2, assignment("B")), token(3)]}
    second = {"items": [token(2, assignment("C"), name="renamed"), token(4), token(4), token(5, tokenId="")]}
    reading = read(first, second, {"items": [token(5, tokenId=""), token(1)]})
    assert column(reading, "token_id") == ["to-3", "to-2", "to-4", "to-4", None, None, "to-1"]
    assert column(reading, "name")[1] == "renamed"
    assert column(reading, "token_no") == list(range(7))
    assert column(reading, "assignment_count") == [0, 1, 0, 0, 0, 0, 0]
    assert column(reading, "permission_name", "token_assignments") == ["C"]
    assert column(reading, "token_no", "token_operations") == [1, 1]
    names = reading.tables["token_operations"]["permission_name"].combine_chunks()
    assert names.dictionary.to_pylist() == ["C"]
    assert [(row["what"], row["detail"], row["count"]) for row in reading.drift] == [
        ("overlapping pages", "to-1", 2),
        ("overlapping pages", "to-2", 2),
        ("repeated id", "to-4", 2),
    ]
    assert {row["path"] for row in reading.drift} == {"items[].tokenId"}
    assert reading.item_count == 7


@pytest.mark.parametrize("steps", [STEPS, ("loose",), ("explain",)])
def test_the_page_token_is_that_of_the_last_body(steps: tuple[str, ...]) -> None:
    """An empty one is none; one of another type is refused, whatever else is in the body."""
    assert (
        read({"items": [], "nextPageToken": "a"}, {"items": [], "nextPageToken": "b"}, steps=steps).next_page
        == "b"
    )
    assert (
        read({"items": [], "nextPageToken": "a"}, {"items": [], "nextPageToken": ""}, steps=steps).next_page
        is None
    )
    for strange in (2, ["a"], {"a": 1}, True):
        with pytest.raises((SchemaError, ResponseError), match=r"nextPageToken|refused"):
            read({"items": [], "nextPageToken": strange}, steps=steps, skip_invalid=True)


def test_problems_are_numbered_through_all_pages() -> None:
    """An item's number counts from the first page's first item."""
    good, bad = {"items": [token(1), token(2)]}, {"items": [token(3), {}]}
    with pytest.raises(SchemaError) as caught:
        read(good, bad)
    assert {problem.item for problem in caught.value.problems} == {3}
    assert [row["item_no"] for row in read(good, bad, skip_invalid=True).rejected] == [3]


def test_pages_together_are_as_limited_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many bodies there are, their texts fit into what one table can hold."""
    body = json.dumps({"items": [token(1, assignment())]}).encode()
    monkeypatch.setattr("dfns_frames._engine.reader.MAX_BODY", 2 * len(body))
    assert read(body, body).item_count == 1
    with pytest.raises(ResponseError, match="at most"):
        read(body, body, body)


def test_a_long_id_above_many_rows_is_held_once() -> None:
    """Repeated for each of them, it would take any amount of memory."""
    many = assignment(operations=[f"X:{n}" for n in range(1000)])
    made = read({"items": [token(1, many, tokenId="x" * 100_000)]}).tables["token_operations"]
    assert made.num_rows == 1000
    assert made.nbytes < 300_000


# Guards and messages


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "is empty; a token list was expected"),
        (b"  \n", "empty"),
        (b"<!doctype html><html></html>", "HTML"),
        (b"null", "not a token list: expected an object with an array 'items', found null"),
        (b"42", "found a number"),
        (b'"x"', "found text"),
        (b"[]", "found an array"),
        (b"{}", "'items' is nothing"),
        (b'{"items": {}}', "'items' is an object"),
        (b'{"error": {"message": "no"}}', "error report"),
        (b'{"items": [', "truncated"),
        (b'{"items": [{"name": "ab', "truncated"),
        (b'{"items": []} {"items": []}', "Extra data"),
        (b'{"items": []}{"items": []}', "Extra data"),
        (b'{"items": [NaN]}', "NaN is not a JSON value"),
        ('{"items": []}'.encode("utf-16"), "UTF-16"),
        (b'{"items": ["\xff"]}', r"not valid UTF-8 \(byte 12\)$"),
        (b'{"items": ' + b"[" * 100_000, "nested too deeply"),
        (gzip.compress(b"{}", mtime=0), "UTF-8"),
    ],
)
@pytest.mark.parametrize("steps", [STEPS, ("explain",)])
def test_what_is_not_the_documented_list_is_an_error(
    body: bytes, message: str, steps: tuple[str, ...]
) -> None:
    """It never reads as an empty list."""
    with pytest.raises(ResponseError, match=message):
        read(body, steps=steps)


def test_what_was_saved_may_lack_its_envelope() -> None:
    """A list is read where somebody saved it, and only there; so is advice on how to save it."""
    assert read(TOKENS, saved=True).tables == read({"items": TOKENS}).tables
    assert read(b"\xef\xbb\xbf" + json.dumps({"items": TOKENS}).encode()).item_count == 40
    with pytest.raises(ResponseError, match="found an array"):
        read(TOKENS)
    with pytest.raises(ResponseError, match="save it again as UTF-8"):
        read(b'{"items": ["\xff"]}', saved=True)


@pytest.mark.parametrize("path", sorted(SOURCES))
def test_messages_name_what_the_source_lists(path: str) -> None:
    """A list of permissions is no token list."""
    source = SOURCES[path]
    for body, kind in ((b"{}", ResponseError), (b"", ResponseError), (b'{"items":[3]}', SchemaError)):
        with pytest.raises(kind, match=f"{source.items}|{source.listing}"):
            Reader(source).add(Body(body))


def test_all_problems_of_all_items_are_listed() -> None:
    """In the order of the response; the message shows the first twenty, `.problems` has all."""
    bad = {name: value for name, value in token().items() if name != "orgId"} | {"kind": 1}
    with pytest.raises(SchemaError, match=r"15 of 16 listed tokens .* \(30 problems\)") as caught:
        read({"items": [bad] * 15 + [token(9)]})
    assert len(caught.value.problems) == 30
    first, second = caught.value.problems[:2]
    assert (first.path, first.expected, first.found, first.item_id) == (
        "items[0].kind",
        "text",
        "a number",
        "to-1",
    )
    assert (second.path, second.expected, second.found) == ("items[0].orgId", "text", "nothing")
    assert str(caught.value).count("\n") == PROBLEMS_SHOWN + 1


@pytest.mark.parametrize(
    ("change", "path", "expected", "found"),
    [
        ({"tokenId": 5}, "items[1].tokenId", "text", "a number"),
        ({"isActive": "yes"}, "items[1].isActive", "true or false", "text"),
        ({"name": None}, "items[1].name", "text", "null"),
        ({"permissionAssignments": None}, "items[1].permissionAssignments", "an array", "null"),
        ({"permissionAssignments": [3]}, "items[1].permissionAssignments[0]", "an object", "a number"),
        (
            {"permissionAssignments": [assignment(), assignment(operations=["a", 1])]},
            "items[1].permissionAssignments[1].operations[1]",
            "text",
            "a number",
        ),
        (
            {"permissionAssignments": [assignment(operations="x")]},
            "items[1].permissionAssignments[0].operations",
            "an array",
            "text",
        ),
    ],
)
def test_what_does_not_fit_is_named(change: dict[str, Any], path: str, expected: str, found: str) -> None:
    """A problem says where it is, what was expected and what stands there."""
    with pytest.raises(SchemaError) as caught:
        read({"items": [token(1), token(2) | change]})
    (problem,) = caught.value.problems
    assert (problem.item, problem.path, problem.expected, problem.found) == (1, path, expected, found)
    assert problem.item_id == ("to-2" if "tokenId" not in change else None)


@pytest.mark.parametrize("items", [[1] * 99, [token(1, assignment(operations=[1] * 99))]])
@pytest.mark.parametrize("skip_invalid", [False, True])
def test_problems_without_end_are_not_all_listed(
    items: list[Any], skip_invalid: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one item or in many; to set so many aside is refused too."""
    monkeypatch.setattr("dfns_frames._engine.explain.MOST_PROBLEMS", 10)
    with pytest.raises(SchemaError, match="at least") as caught:
        read({"items": items}, skip_invalid=skip_invalid)
    assert len(caught.value.problems) == 10


def test_items_set_aside_name_themselves() -> None:
    """By number, id, problems and declared text; an id inside an object of the item too."""
    bad = token(2, accessToken="PLANTED", isActive="no", vault={"accessToken": "PLANTED"})
    reading = read({"items": [token(1), bad, 7]}, skip_invalid=True)
    assert [(row["item_no"], row["item_id"]) for row in reading.rejected] == [(1, "to-2"), (2, None)]
    assert json.loads(reading.rejected[0]["text"]).keys() == token().keys()
    assert "PLANTED" not in json.dumps(reading.rejected)
    odd = {"id": "ug-1", "name": {"key": "PLANTED"}, "memberCount": {"key": "PLANTED"}, "dateCreated": 5}
    groups = Reader(SOURCES["/auth/user-groups"], skip_invalid=True)
    groups.add(Body(json.dumps({"items": [odd, odd | {"memberCount": 1.5}]}).encode()))
    shown = [json.loads(row["text"]) for row in groups.finish().rejected]
    assert shown[0] == {
        "id": "ug-1",
        "name": "<an object>",
        "memberCount": "<an object>",
        "dateCreated": "<a number>",
    }
    assert shown[1]["memberCount"] == "1.5"
    reader = Reader(SOURCES["/auth/service-accounts"], skip_invalid=True)
    reader.add(Body(b'{"items": [{"userInfo": {"userId": "us-1"}}, {"accessTokens": []}, {"userInfo": 3}]}'))
    rejected = reader.finish().rejected
    assert [row["item_id"] for row in rejected] == ["us-1", None, None]
    assert "items[1].userInfo: expected an object, found nothing" in rejected[1]["problems"]


def test_a_key_that_comes_twice_is_noted() -> None:
    """The last one counts, whether it is declared or not."""
    text = json.dumps({"items": [token()]})
    body = text.replace('"name":', '"name": "first", "x": 1, "x": [], "name":').encode()
    reading = read(body)
    assert column(reading, "name") == ["token 1"]
    assert [(row["what"], row["path"], row["detail"]) for row in reading.drift] == [
        ("duplicate key", "name", "the last one counts"),
        ("duplicate key", "x", "the last one counts"),
        ("unknown field", "items[].x", "an array"),
    ]


def test_odd_texts() -> None:
    """A lone surrogate is repaired and noted; long texts arrive whole, and are cut in reports."""
    reading = read(json.dumps({"items": [token(name="a\ud800b"), token(2, name="x" * 1_000_000)]}).encode())
    assert column(reading, "name") == ["a\ufffdb", "x" * 1_000_000]
    assert [(row["what"], row["path"]) for row in reading.drift] == [("invalid text", "items[].name")]
    drift = read({"items": [token(kind="K" * 1_000_000, dateCreated="2" * 1_000_000)]}).drift
    assert [row["what"] for row in drift] == ["not a timestamp", "unknown value"]
    assert max(len(row["detail"]) for row in drift) < 300


@pytest.mark.parametrize(
    "value", [b"[" * 10_000 + b"]" * 10_000, b"9" * 10_000, b'{"a":[[[{"b":1e9}]]]}', b"1e99"]
)
def test_odd_values_of_an_unknown_field_kill_nothing(value: bytes) -> None:
    """They are named as drift, or refused as nested too deeply, the same by loose reading and explaining."""
    body = json.dumps({"items": [token(1) | {"new": "HERE"}]}).encode().replace(b'"HERE"', value)
    outcomes = []
    for steps in (STEPS, ("explain",)):
        try:
            outcomes.append([(row["path"], row["count"]) for row in read(body, steps=steps).drift])
        except ResponseError as error:
            outcomes.append([(str(error), 0)])
    assert outcomes[0] == outcomes[1]
    assert outcomes[0][0][0] in ("items[].new", "the response is nested too deeply to be a token list")


def test_special_bodies_do_no_harm() -> None:
    """The engine refuses what `dff.read` refuses, in a process of its own, with limited memory."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.engine_hostile"],
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    assert {name: outcome for name, outcome, _ in lines} == dict.fromkeys(REFUSED, "ResponseError")


@pytest.mark.parametrize("path", sorted(SOURCES))
@tries
@given(data=st.data())
def test_a_source_is_recognised_by_its_first_item(path: str, data: st.DataObject) -> None:
    """With its envelope, whatever stands before the items, and without; a first item that is odd too."""
    items = data.draw(st.lists(ITEMS[path], min_size=1, max_size=2))
    for document in ({"items": items}, {"page": [1, {"a": []}], "items": items}, items):
        got = recognise(
            Body(json.dumps(document, indent=data.draw(st.sampled_from([None, 1]))).encode()),
            SOURCES.values(),
        )
        assert got is SOURCES[path]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"{}",
        b"[]",
        b'{"items":[]}',
        b'{"items":[{"a":1}]}',
        b'{"items":[{',
        b'{"items":[{"a":NaN}]}',
    ],
)
def test_what_lists_nothing_is_not_recognised(body: bytes) -> None:
    """Nor what is no response at all."""
    assert recognise(Body(body), SOURCES.values()) is None


# Pieces


def cut(body: bytes) -> list[bytes]:
    whole = Body(body)
    return [pieces.piece(whole, span, PATS).data for span in pieces.spans(whole, PATS, 1000)]


FORMS: dict[str, Callable[[Any], bytes]] = {
    "compact": lambda document: json.dumps(document, separators=(",", ":")).encode(),
    "spaced": lambda document: json.dumps(document).encode(),
    "indented": lambda document: json.dumps(document, indent="\t").replace("\n", "\r\n").encode(),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize("envelope", [{}, {"nextPageToken": "x"}, {"nextPageToken": None}])
def test_each_piece_is_a_list_of_whole_items(form: Callable[[Any], bytes], envelope: dict[str, Any]) -> None:
    """Whatever white space is between them, and what stands behind the items stays with the last."""
    documents = [json.loads(each) for each in cut(form({"items": TOKENS, **envelope}))]
    assert len(documents) > 10
    assert [item for document in documents for item in document["items"]] == TOKENS
    kept = documents.pop()
    assert {name: value for name, value in kept.items() if name != "items"} == envelope
    assert all(document.keys() == {"items"} and document["items"] for document in documents)


@pytest.mark.parametrize(
    "body",
    [
        {"items": []},
        {"items": TOKENS[:1]},
        {"items": [{"name": "x", **TOKENS[0]}, *TOKENS]},
        {"nextPageToken": "x", "items": TOKENS},
        {"items": [{"permissionId": "x", **each} for each in TOKENS]},
    ],
    ids=["no items", "one", "the first begins differently", "a key before", "as assignments begin"],
)
def test_what_cannot_be_cut_stays_whole(body: dict[str, Any]) -> None:
    """It is then read as one piece."""
    data = json.dumps(body).encode()
    assert cut(data) == [data]


def test_pieces_are_read_side_by_side_and_joined_in_order() -> None:
    """Positions, categories and drift are those of the whole; one piece with news costs only itself."""
    tokens = [{**each, "kind": f"Kind{n % 7}"} for n, each in enumerate(TOKENS)]
    tokens[17]["new"] = 1
    body = {"items": tokens, "nextPageToken": "x"}
    got = read(body, steps=["strict", "loose"], piece_size=1000)
    whole = read(body, steps=["explain"], piece_size=1 << 30)
    assert got.tables == whole.tables
    assert (got.drift, got.next_page, got.item_count) == (whole.drift, "x", 40)
    assert column(got, "token_no") == list(range(40))
    kinds = got.tables["tokens"]["kind"].combine_chunks()
    assert kinds.dictionary.to_pylist() == [f"Kind{n}" for n in range(7)]


@pytest.mark.parametrize(
    "between",
    [
        '},{"permissionAssignments":',  # as every token here begins
        ']}{"items":[',
        '],"items":[',
        '],"nextPageToken":"y","items":[',
        "\f,",  # no white space to JSON
        ",\v",
    ],
)
def test_what_looks_like_items_is_read_as_it_stands(between: str) -> None:
    """In a text it is text; between items it is what it would be in the whole."""
    named = [{**each, "name": f"{n} {between}"} for n, each in enumerate(TOKENS)]
    assert column(read({"items": named}, piece_size=1), "name") == [each["name"] for each in named]
    halves = (json.dumps(TOKENS[:20])[1:-1], json.dumps(TOKENS[20:])[1:-1])
    broken = '{"items":[%s%s%s]}' % (halves[0], between, halves[1])  # noqa: UP031 - braces
    outcomes = []
    for size in (1, 1 << 30):
        try:
            outcomes.append(repr(read(broken.encode(), piece_size=size)))
        except (ResponseError, SchemaError) as error:
            outcomes.append(f"{type(error)} {error}")
    assert outcomes[0] == outcomes[1]


def test_items_in_an_unknown_array_are_no_items() -> None:
    """A place that looks like one between items, in a field that Arrow passes over, is not cut at."""
    inner = [{"permissionAssignments": [], "n": n} for n in range(50)]
    tokens = [{**each, "new": inner} for each in TOKENS[:5]]
    body = json.dumps({"items": [{"permissionAssignments": [], **each} for each in tokens]}).encode()
    assert read(body, piece_size=1).tables == read(body, piece_size=1 << 30).tables
    assert read(body, piece_size=1).item_count == 5


def test_where_no_thread_can_be_started_one_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with a limit on processes, or while Python is ending."""

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    assert read({"items": TOKENS}, piece_size=1000).item_count == 40


def test_an_interrupt_leaves_no_piece_to_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever stops a large reading waits for nothing that has not begun."""
    begun: list[Any] = []
    submitted: list[Any] = []
    submit = ThreadPoolExecutor.submit

    def interrupt(*arguments: Any) -> Any:
        if len(submitted) == 50:
            raise KeyboardInterrupt
        submitted.append(arguments)
        return submit(*arguments)

    def read_slowly(*_: Any) -> None:
        begun.append(None)
        time.sleep(0.02)

    monkeypatch.setattr(ThreadPoolExecutor, "submit", interrupt)
    monkeypatch.setattr("dfns_frames._engine.reader.read_object", read_slowly)
    with pytest.raises(KeyboardInterrupt):
        read({"items": TOKENS * 10}, piece_size=1000)
    assert len(begun) < 25
