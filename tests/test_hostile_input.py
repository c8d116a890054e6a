"""Any bytes give frames or a typed error; and frames hold what a plain reading of the same bytes holds.

``HYPOTHESIS_PROFILE=fuzz`` tries many more examples.
"""

from __future__ import annotations

import copy
import gzip
import json
import os
import subprocess
import sys
import warnings
from typing import Any
from unittest import mock

import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

import dfns_frames as dff
from tests import naive
from tests.conftest import assignment, token
from tests.hostile import BODIES

FUZZ = os.environ.get("HYPOTHESIS_PROFILE") == "fuzz"
tries = settings(max_examples=5_000 if FUZZ else 150, suppress_health_check=list(HealthCheck))

PLANTED = "PLANTED-0123456789"

ODD_TEXTS = [
    *("", "to-1", "=cmd|' /C calc'!A0", "\0", "\u202etxt.exe", "\ufeff", "a\u0301", "\U0001f4a3"),
    *("<script>", "\\", '"', "\x7f\x85", "\u2028", '},{"tokenId":', "]}"),
]
texts = st.one_of(st.text(max_size=8), st.sampled_from(ODD_TEXTS))
offsets = st.sampled_from(["Z", "", "+00:00", "-00:00", "+05:30", "-23:59", "+23:59"])
fractions = st.sampled_from(["", ".0", ".123", ".123456"])
formatted = st.builds(
    lambda time, *rest: time.isoformat()[:19] + "".join(rest), st.datetimes(), fractions, offsets
)
ODD_TIMES = [
    *("", "soon", "2026-02-30T00:00:00Z", "2016-12-31T23:59:60Z"),
    *("9999-12-31T23:59:59-01:00", "0001-01-01T00:00:00+01:00"),
]
times = st.one_of(formatted, st.sampled_from(ODD_TIMES))
names = st.one_of(st.sampled_from(["Wallets:Read", "Wallets:Create", "Auth:Pats:Read"]), texts)
assignments = st.fixed_dictionaries(
    dict.fromkeys(naive.ASSIGNMENT_TEXTS, texts),
    optional={"operations": st.none() | st.lists(names, max_size=4)},
)
tokens = st.fixed_dictionaries(
    dict.fromkeys(naive.TEXTS, texts)
    | {
        "dateCreated": times,
        "isActive": st.booleans(),
        "permissionAssignments": st.lists(assignments, max_size=3),
    },
    optional={"accessToken": st.sampled_from(["", PLANTED])},
)
numbers = st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.just(10**400))
nested = st.sampled_from([[], {}, ["x"], {"hidden": PLANTED}, [[[[]]]]])
odd = st.one_of(st.none(), st.booleans(), texts, st.just("\ud800"), numbers, nested)
SNIPPETS = [
    *(b"\0", b"null", b"true", b"NaN", b"-Infinity", b"1e400", b"0" * 30, b"-", b"+1", b"//", b"/**/"),
    *(b"[", b"]", b"{", b"}", b'"', b",", b":", b" ", b"\n", b"{}", b"[]", b"\\"),
    *(b"\\ud800", b"\\u0000", b"\\udc00\\ud800", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xef\xbb\xbf"),
    *(b'"items":', b'"isActive":true,', b'"name":"x",', b'"operations":null,', b'"x":{"y":[1]},'),
    *(b'},{"tokenId":', b'},{"tokenId":"x",', b"]}", b'{"items":[', b'],"items":['),
    b'],"nextPageToken":"x"}',
    b'"accessToken":"%b",' % PLANTED.encode(),
]
snippets = st.one_of(st.binary(max_size=4), st.sampled_from(SNIPPETS))
edits = st.tuples(st.floats(0, 1), st.integers(0, 9), snippets)


def flattened(frames: dff.Frames) -> dict[str, list[dict[str, Any]]]:
    return {
        name: frames.arrow(name).to_pylist() for name in ("tokens", "token_assignments", "token_operations")
    }


def read(data: bytes, **options: Any) -> dff.Frames | dff.DfnsFramesError:
    """Read, whole and cut wherever it can be; an error of ours is a value, any other breaks the test."""
    whole = read_once(data, **options)
    with mock.patch("dfns_frames._engine.pieces.SIZE", 1):
        cut = read_once(data, **options)
    if isinstance(whole, dff.Frames):
        assert cut == whole
    else:
        assert (type(cut), str(cut)) == (type(whole), str(whole))
        assert PLANTED not in str(whole)
    return cut


def read_once(data: bytes, **options: Any) -> dff.Frames | dff.DfnsFramesError:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dff.DriftWarning)
        try:
            return dff.read(data, fetched_at="2026-10-19T07:30:00Z", **options)
        except (dff.ResponseError, dff.SchemaError) as error:
            return error


def agree(data: bytes) -> None:
    """Check a reading against the plain one."""
    got, expected = read(data), naive.outcome(data)
    if isinstance(got, dff.Frames):
        assert not isinstance(expected, str), expected
        assert flattened(got) == naive.tables(expected)
    else:
        assert type(got).__name__ == expected


@tries
@given(
    st.lists(tokens, max_size=5), st.booleans(), st.sampled_from([1, 1 << 20]), st.sampled_from([0, 1 << 8])
)
def test_the_fast_path_holds_what_the_response_holds(
    items: list[Any], escaped: bool, bitmap: int, sparse: int
) -> None:
    """Row for row and value for value, without a look by the slow path, however operations are counted."""
    with (
        mock.patch("dfns_frames._engine.reader.explain", side_effect=AssertionError("taken")),
        mock.patch.multiple("dfns_frames._engine.values", BITMAP=bitmap, SPARSE=sparse),
    ):
        got = read(json.dumps({"items": items}, ensure_ascii=escaped).encode())
    assert isinstance(got, dff.Frames)
    assert flattened(got) == naive.tables(items)


@tries
@given(st.lists(tokens, max_size=5), odd, st.data())
def test_the_slow_path_holds_what_the_response_holds(
    items: list[Any], value: Any, data: st.DataObject
) -> None:
    """An unknown field, wherever it stands and whatever it holds, changes no row; it is listed as drift."""
    expected = naive.tables(items)
    body = {"items": copy.deepcopy(items)}
    places = [
        body,
        *body["items"],
        *(each for item in body["items"] for each in item["permissionAssignments"]),
    ]
    data.draw(st.sampled_from(places))["unknown"] = value
    got = read(json.dumps(body).encode())
    assert isinstance(got, dff.Frames)
    assert flattened(got) == expected
    assert "unknown field" in got.drift["what"].tolist()
    assert PLANTED not in got.drift.to_string() + repr(got) + got._repr_html_()


@tries
@given(st.lists(tokens, min_size=1, max_size=3), odd, st.data())
def test_a_response_with_one_odd_value(items: list[Any], value: Any, data: st.DataObject) -> None:
    """It gives the frames, or the error, that a plain reading of it gives."""
    body: dict[str, Any] = {"items": items, "nextPageToken": ""}
    spoil(body, value, data)
    agree(json.dumps(body).encode())


def spoil(body: dict[str, Any], value: Any, data: st.DataObject) -> None:
    """Put a value in the place of some part of a body, or take that part out."""
    node: Any = body
    while True:
        keys = sorted(node) if isinstance(node, dict) else list(range(len(node)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(node[key], dict | list) or not node[key] or data.draw(st.booleans()):
            break
        node = node[key]
    if data.draw(st.booleans()):
        node[key] = copy.deepcopy(value)  # which what follows may change
    else:
        del node[key]


@tries
@given(st.lists(tokens, max_size=2), st.booleans(), st.lists(edits, min_size=1, max_size=4))
@example([], True, [(1.0, 0, b"\0{}")])
def test_a_response_with_bytes_changed(
    items: list[Any], escaped: bool, changes: list[tuple[float, int, bytes]]
) -> None:
    """Bytes taken out and put in anywhere give what a plain reading of them gives."""
    body = json.dumps({"items": items}, ensure_ascii=escaped).encode()
    for place, taken, put in changes:
        at = int(place * len(body))
        body = body[:at] + put + body[at + taken :]
    assume(not body.startswith(b"\x1f\x8b"))
    agree(body)


@tries
@given(st.binary(max_size=200))
def test_any_bytes(data: bytes) -> None:
    """They are read, or refused as no token list; damaged gzip too."""
    assert isinstance(read(data), dff.Frames | dff.ResponseError | dff.SchemaError)
    packed = gzip.compress(b'{"items": []}')
    assert isinstance(read(packed[: len(data)] + data), dff.Frames | dff.ResponseError | dff.SchemaError)


@tries
@given(st.lists(tokens, min_size=1, max_size=5), odd, st.data())
def test_items_set_aside_are_accounted_for(items: list[Any], value: Any, data: st.DataObject) -> None:
    """Every item is either in the tables, as a plain reading has it, or in `rejected`, without a secret."""
    body: dict[str, Any] = {"items": items}
    for _ in range(data.draw(st.integers(1, 3))):
        spoil(body, value, data)
        assume(isinstance(body.get("items"), list))
    listed = naive.listed(naive.parse(json.dumps(body).encode())) or []
    got = read(json.dumps(body).encode(), skip_invalid=True)
    assert isinstance(got, dff.Frames)
    good = [item for item in listed if naive.fits(item)]
    assert flattened(got) == naive.tables(good)
    assert got.rejected["item_no"].tolist() == [n for n, item in enumerate(listed) if not naive.fits(item)]
    (source,) = got.arrow("sources").to_pylist()
    assert source["item_count"] == len(listed) == len(got.tokens) + source["rejected_count"]
    shown = got.rejected.to_csv() + repr(got) + got._repr_html_() + got.drift.to_csv()
    assert PLANTED not in shown


def test_pages_together_are_as_limited_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many bodies there are, their texts fit into what one table can hold."""
    bodies = [json.dumps({"items": [token(n, assignment())]}).encode() for n in range(3)]
    monkeypatch.setattr("dfns_frames._engine.reader.MAX_BODY", 2 * len(bodies[0]))
    assert len(dff.read(bodies[:2]).tokens) == 2
    with pytest.raises(dff.ResponseError, match="at most"):
        dff.read(bodies)


def test_problems_are_numbered_through_all_pages() -> None:
    """An item's number counts from the first page's first item."""
    good, bad = {"items": [token(1), token(2)]}, {"items": [token(3), {}]}
    with pytest.raises(dff.SchemaError) as caught:
        dff.read([good, bad])
    assert {problem.item for problem in caught.value.problems} == {3}
    assert dff.read([good, bad], skip_invalid=True).rejected["item_no"].tolist() == [3]


@pytest.mark.parametrize("items", [[1] * 99, [token(1, assignment(operations=[1] * 99))]])
@pytest.mark.parametrize("skip_invalid", [False, True])
def test_problems_without_end_are_not_all_listed(
    items: list[Any], skip_invalid: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one item or in many; to set so many aside is refused too."""
    monkeypatch.setattr("dfns_frames._engine.explain.MOST_PROBLEMS", 10)
    with pytest.raises(dff.SchemaError, match="at least") as caught:
        dff.read({"items": items}, skip_invalid=skip_invalid)
    assert len(caught.value.problems) == 10


def test_drift_without_end_is_not_all_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is beyond the limit is counted, on several pages too."""
    monkeypatch.setattr("dfns_frames._engine.drift.MOST_DRIFT", 5)
    pages = [{"items": [token(page, **{f"{page}{n}": 1 for n in range(9)})]} for page in (1, 2)]
    with pytest.warns(dff.DriftWarning):
        drift = dff.read(pages).drift
    assert len(drift) == 6
    assert drift["count"].sum() == 18


@pytest.fixture(scope="module")
def outcomes() -> dict[str, list[Any]]:
    """Read every special body in a process of its own, which may be killed by it, with limited memory."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.hostile"], capture_output=True, text=True, timeout=300, check=False
    )
    lines = [json.loads(line) for line in ended.stdout.splitlines()]
    return {name: rest for name, *rest in lines}


@pytest.mark.parametrize("name", BODIES)
def test_a_special_body_does_no_harm(name: str, outcomes: dict[str, list[Any]]) -> None:
    """It is read or refused as expected, soon, and the process lives."""
    assert name in outcomes, "the process died"
    got, seconds = outcomes[name]
    assert got == BODIES[name][1]
    assert seconds < 20
