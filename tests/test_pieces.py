"""A body that is read in pieces holds what it holds when read whole."""

from __future__ import annotations

import json
import threading
import time
import warnings
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest import mock

import pytest

import dfns_frames as dff
from dfns_frames._api.sources.pats import PATS
from dfns_frames._engine import pieces
from dfns_frames._hidden import Body
from tests.conftest import assignment, token

TOKENS = [token(n, assignment(), assignment(operations=["Wallets:Read"])) for n in range(40)]


@pytest.fixture(autouse=True)
def _short_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "SIZE", 1000)


def cut(body: bytes) -> list[bytes]:
    whole = Body(body)
    return [pieces.piece(whole, span, PATS).data for span in pieces.spans(whole, PATS)]


FORMS: dict[str, Callable[[Any], bytes]] = {
    "compact": lambda document: json.dumps(document, separators=(",", ":")).encode(),
    "spaced": lambda document: json.dumps(document).encode(),
    "indented": lambda document: json.dumps(document, indent="\t").replace("\n", "\r\n").encode(),
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@pytest.mark.parametrize(
    "envelope", [{}, {"nextPageToken": "x"}, {"nextPageToken": None}], ids=["last", "more", "null"]
)
def test_each_piece_is_a_list_of_whole_items(form: Callable[[Any], bytes], envelope: dict[str, Any]) -> None:
    """Whatever white space is between them, and what stands behind the items stays with the last."""
    found = cut(form({"items": TOKENS, **envelope}))
    documents = [json.loads(each) for each in found]
    assert len(found) > 10
    assert [item for document in documents for item in document["items"]] == TOKENS
    assert all(document["items"] for document in documents)
    kept = documents.pop()
    assert {name: value for name, value in kept.items() if name != "items"} == envelope
    assert all(document.keys() == {"items"} for document in documents)


@pytest.mark.parametrize(
    "body",
    [
        {"items": []},
        {"items": TOKENS[:1]},
        {"items": [{"name": "x", **TOKENS[0]}, *TOKENS]},
        {"nextPageToken": "x", "items": TOKENS},
        {"items": [{"permissionId": "x", **each} for each in TOKENS]},
    ],
    ids=[
        "no items",
        "one item",
        "the first begins differently",
        "another key before the items",
        "as assignments begin",
    ],
)
def test_what_cannot_be_cut_stays_whole(body: dict[str, Any]) -> None:
    """It is then read as one piece."""
    data = json.dumps(body).encode()
    assert cut(data) == [data]


def test_pieces_are_read_side_by_side_and_joined_in_order() -> None:
    """Positions, categories and drift are those of the whole, without the slow path."""
    tokens = [{**each, "kind": f"Kind{n % 7}"} for n, each in enumerate(TOKENS)]
    body = json.dumps({"items": tokens, "nextPageToken": "x"}).encode()
    with (
        mock.patch("dfns_frames._engine.reader.explain", side_effect=AssertionError("taken")),
        pytest.warns(dff.DriftWarning, match="Kind"),
    ):
        got = dff.read(body, fetched_at="2026-10-19T07:30:00Z")
    with mock.patch.object(pieces, "SIZE", 1 << 30), pytest.warns(dff.DriftWarning):
        whole = dff.read(body, fetched_at="2026-10-19T07:30:00Z")
    assert got == whole
    assert got.tokens["token_no"].tolist() == list(range(40))
    assert got.token_operations["token_no"].is_monotonic_increasing
    assert got.tokens["kind"].cat.categories.tolist() == [f"Kind{n}" for n in range(7)]
    assert got.drift["count"].sum() == 40
    assert got.sources["status"].tolist() == ["incomplete"]


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
    assert dff.read({"items": named}).tokens["name"].tolist() == [each["name"] for each in named]
    halves = (json.dumps(TOKENS[:20])[1:-1], json.dumps(TOKENS[20:])[1:-1])
    broken = '{"items":[%s%s%s]}' % (halves[0], between, halves[1])  # noqa: UP031 - braces
    results = []
    for size in (1, 1 << 30):
        with mock.patch.object(pieces, "SIZE", size):
            results.append(_outcome(broken.encode()))
    assert results[0] == results[1]


def test_a_page_token_that_comes_twice_is_noticed() -> None:
    """Whatever stands between the two."""
    listed = json.dumps(TOKENS)
    body = f'{{"nextPageToken":"a","items":{listed},"nextPageToken":null}}'.encode()
    with pytest.warns(dff.DriftWarning, match="duplicate key"):
        assert dff.read(body).sources["status"].tolist() == ["ok"]


def test_dates_do_not_depend_on_their_neighbours() -> None:
    """A date of the year 0, which Arrow reads and Python does not, is none in every piece."""
    odd = [{**each, "dateCreated": "0000-12-31T23:59:59-23:59"} for each in TOKENS]
    odd[0]["dateCreated"] = "soon"
    with pytest.warns(dff.DriftWarning, match="not a timestamp"):
        assert dff.read({"items": odd}).tokens["date_created"].isna().all()


def test_where_no_thread_can_be_started_one_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with a limit on processes, or while Python is ending."""

    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    body = json.dumps({"items": TOKENS}).encode()
    assert len(cut(body)) > 10
    assert len(dff.read(body).tokens) == len(TOKENS)


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
        dff.read({"items": TOKENS * 10})
    assert len(begun) < 25


def _outcome(body: bytes) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dff.DriftWarning)
        try:
            return dff.read(body, fetched_at="2026-10-19T07:30:00Z").arrow("tokens")
        except dff.DfnsFramesError as error:
            return type(error), str(error)
