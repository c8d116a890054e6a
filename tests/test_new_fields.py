"""A field that this version does not know costs little, changes no row, and is listed wherever it stands."""

from __future__ import annotations

import json
import warnings
from typing import Any
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dfns_frames as dff
from dfns_frames._api.sources.pats import PATS
from dfns_frames._engine.census import Census
from dfns_frames._engine.reader import Reader, Reading
from dfns_frames._hidden import Body
from tests.conftest import WHEN, assignment, token
from tests.test_hostile_input import read_once, tokens

ROWS = ("tokens", "token_assignments", "token_operations")
KEYS = ["x", "", "tokenId", "items", "na:me", ":", 'q"', "\\", "a b", "dateCreated", "operations", "\u00fc"]
names = st.sampled_from(KEYS)
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=5)
    | st.sampled_from([":", '":', " :", "]}"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=6,
)
fields = st.dictionaries(
    st.sampled_from(["x", "y", "", "na:me", 'q"', "\\", "a b", "\u00fc"]), values, max_size=2
)


def listed(data: bytes) -> tuple[dff.Frames, list[dict[str, Any]]]:
    """Read a body, without a look by the step that explains."""
    with (
        warnings.catch_warnings(),
        mock.patch("dfns_frames._engine.reader.explain", side_effect=AssertionError("taken")),
    ):
        warnings.simplefilter("ignore", dff.DriftWarning)
        frames = dff.read(data, fetched_at=WHEN)
    return frames, frames.arrow("drift").to_pylist()


def explained(data: bytes) -> Reading:
    """Read a body by the step that explains alone."""
    reader = Reader(PATS, steps=("explain",), saved=True)
    reader.add(Body(data))
    return reader.finish()


def agree(data: bytes) -> list[dict[str, Any]]:
    """Check that both steps make the same of a body; returns the drift."""
    (loose, drift), slow = listed(data), explained(data)
    for name in ROWS:
        # The reader alone does not know who asked.
        columns = [column for column in slow.tables[name].column_names if column != "caller"]
        assert loose.arrow(name).select(columns).equals(slow.tables[name].select(columns)), name
    rows = [{key: value for key, value in row.items() if key != "caller"} for row in drift]
    assert rows == slow.drift
    return rows


def write(document: Any, form: str) -> str:
    separators = {"compact": (",", ":"), "spaced": (", ", ": "), "odd": (" ,\n", " :\t")}
    if form == "indented":
        return json.dumps(document, indent="\t")
    return json.dumps(document, separators=separators[form], ensure_ascii=form == "compact")


@given(
    st.lists(st.tuples(tokens, fields, fields), max_size=6),
    fields,
    st.sampled_from(["compact", "spaced", "odd", "indented"]),
    st.booleans(),
)
def test_the_census_is_what_the_slow_step_reports(
    items: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]],
    envelope: dict[str, Any],
    form: str,
    before: bool,
) -> None:
    """Rows and drift are the same, at every depth, whatever the value, the white space and the order."""
    made = [
        {
            **item,
            **more,
            "permissionAssignments": [{**each, **below} for each in item["permissionAssignments"]],
        }
        for item, more, below in items
    ]
    document = {**envelope, "items": made} if before else {"items": made, **envelope}
    data = write(document, form).encode()
    agree(data)
    expected = {
        (row["what"], row["path"], row["detail"]): row["count"]
        for row in explained(data).drift
        if row["what"] in ("unknown field", "duplicate key")
    }
    for chunk in (None, 1, 200):
        census = Census(PATS, chunk=chunk)
        taken = census.take(Body(data))
        assert taken or chunk  # where a chunk does not fit, the body is parsed as a whole
        if taken:
            assert census.drift() == expected


@pytest.mark.parametrize(
    "value", [b"1", b"null", b'"a"', b"{}", b'{"a": [1, {"b": null}]}', b"[%b]" % (b"[]," * 9_999 + b"[]")]
)
@pytest.mark.parametrize("place", ["list", "before", "token", "first", "assignment"])
def test_a_field_anywhere_with_any_value(value: bytes, place: str) -> None:
    """Each place and type of a new field is read by the same fast step."""
    one, two = token(1, assignment()), token(2, assignment(), assignment("B"))
    document: Any = {"items": [one, two]}
    if place == "list":
        document["new"] = "HERE"
    elif place == "before":
        document = {"new": "HERE", **document}
    elif place == "token":
        two["new"] = "HERE"
    elif place == "first":
        document["items"] = [{"new": "HERE", **each} for each in (one, two)]
    else:
        two["permissionAssignments"][1]["new"] = "HERE"
    (row,) = agree(json.dumps(document).replace('"HERE"', value.decode()).encode())
    assert row["what"] == "unknown field"
    assert row["count"] == (2 if place == "first" else 1)


def test_10_000_nested_arrays_end_no_process() -> None:
    """They are listed, or an error where they are more than Python's stack takes; never a crash."""
    deep = b"[" * 10_000 + b"]" * 10_000
    body = json.dumps({"items": [token(new="HERE")]}).encode().replace(b'"HERE"', deep)
    got = read_once(body)
    if isinstance(got, dff.Frames):
        assert got.drift[["path", "detail"]].to_numpy().tolist() == [["items[].new", "an array"]]
    else:
        assert "nested too deeply" in str(got)


@pytest.mark.parametrize(
    "array",
    [
        '"x": [{"tokenId": 1}, {"tokenId": 2}]',
        '"x": {"items": [{"tokenId": 1}, {"tokenId": 2}]}',
    ],
)
def test_an_array_that_looks_like_the_items_is_none(array: str) -> None:
    """Cut or not, what stands in an unknown field becomes no row."""
    items = json.dumps([token(n) for n in range(40)])
    inside = json.dumps([{**token(n), "x": "HERE"} for n in range(40)]).replace('"x": "HERE"', array)
    for body in (
        f'{{"items": {items}, {array}}}',
        f'{{{array}, "items": {items}}}',
        f'{{"items": {inside}}}',
    ):
        for size in (100, 1 << 30):
            with mock.patch("dfns_frames._engine.pieces.SIZE", size):
                agree(body.encode())
        assert len(listed(body.encode())[0].tokens) == 40


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (('"items":', '"x": 1, "x": "a", "items":'), "x"),
        (('"name":', '"x": 1, "x": 2, "name":'), "x"),
        (('"name":', '"x": {"name": 1, "name": 2}, "name":'), "name"),
        (('"permissionName":', '"x": [[{"a": 1, "a": 1}]], "permissionName":'), "a"),
    ],
)
def test_a_key_that_comes_twice_in_what_is_unknown_is_listed(change: tuple[str, str], key: str) -> None:
    """Also where the object that holds it is not read at all."""
    body = json.dumps({"items": [token(1, assignment())]}).replace(*change)
    found = {(row["what"], row["path"]) for row in agree(body.encode())}
    assert ("duplicate key", key) in found


def test_a_key_that_comes_twice_around_the_items_is_listed() -> None:
    """Though one stands in the first piece and one in the last."""
    items = json.dumps([token(n) for n in range(40)])
    body = f'{{"total": 1, "items": {items}, "total": "two"}}'.encode()
    for size in (100, 1 << 30):
        with mock.patch("dfns_frames._engine.pieces.SIZE", size):
            found = {(row["what"], row["path"], row["detail"], row["count"]) for row in agree(body)}
        assert found == {
            ("duplicate key", "total", "the last one counts", 1),
            ("unknown field", "total", "text", 1),
        }


def test_a_large_body_is_read_in_pieces() -> None:
    """Of 20 MB with new fields at three depths each one is counted, and no row differs."""
    made = [
        token(
            n, assignment(expiresAt=None), assignment("B"), new={"a": [n]}, **{"odd": 1} if n % 7 == 0 else {}
        )
        for n in range(38_000)
    ]
    data = json.dumps({"total": len(made), "items": made, "more": False}).encode()
    assert len(data) > 17 << 20
    found = {(row["path"], row["detail"]): row["count"] for row in agree(data)}
    assert found == {
        ("items[].new", "an object"): 38_000,
        ("items[].odd", "a number"): 5_429,
        ("items[].permissionAssignments[].expiresAt", "null"): 38_000,
        ("total", "a number"): 1,
        ("more", "true or false"): 1,
    }


def test_what_is_wrong_besides_is_explained() -> None:
    """A new field hides no problem, and no problem hides the field."""
    items = [token(1, new=1), token(2, new=2, isActive="yes")]
    with pytest.raises(dff.SchemaError, match=r"items\[1\]\.isActive"):
        dff.read({"items": items})
    with pytest.warns(dff.DriftWarning, match="new"):
        frames = dff.read({"items": items}, skip_invalid=True)
    assert frames.tokens["token_id"].tolist() == ["to-1"]
    assert frames.drift["count"].tolist() == [2]
