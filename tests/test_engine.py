"""What the engine makes of declarations, whichever: the traps that declared trees hold."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from dfns_frames import _engine
from dfns_frames._api import functions
from dfns_frames._api.sources import SOURCES
from dfns_frames._api.tables import TABLES
from dfns_frames._api.vocabulary import Column, Field, Kind, Rows, Source, Table, same
from dfns_frames._engine.reader import STEPS, Reader, Reading
from dfns_frames._hidden import Body
from dfns_frames.errors import ResponseError, SchemaError

_SOURCE = Column("source", Kind.CATEGORY, "Where from.")


def table(name: str, *columns: tuple[str, Kind], key: tuple[str, ...] = (), **counts: str) -> Table:
    """Make a table; `counts` are columns that count the rows of another."""
    made = [Column(column, kind, "?") for column, kind in columns]
    made += [Column(column, Kind.COUNT, "?", counts=counted) for column, counted in counts.items()]
    return Table(name, "a row", key, (), (_SOURCE, *made))


def read(rows: Rows, *bodies: Any, item_id: str = "id?", **options: Any) -> Reading:
    """Read bodies by a tree of places; each step is forced in turn, and they must agree."""
    source = Source("/x", "thing", "things", None, "caller", rows, item_id=item_id)
    readings = []
    for steps in (STEPS, ("loose",), ("explain",)):
        reader = Reader(source, steps=steps, **options)
        for body in bodies:
            reader.add(
                Body(body if isinstance(body, bytes) else json.dumps(body).encode()), {"parent": "p-1"}
            )
        readings.append(reader.finish())
    for other in readings[1:]:
        assert other.drift == readings[0].drift
        assert {name: each.to_pylist() for name, each in other.tables.items()} == {
            name: each.to_pylist() for name, each in readings[0].tables.items()
        }
    return readings[0]


def columns(made: pa.Table, *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in made.to_pylist()]


ITEM = table("items", ("item_no", Kind.POSITION), ("item_id", Kind.ID), ("name", Kind.TEXT))
PART = table("parts", ("item_no", Kind.POSITION), ("part_no", Kind.POSITION), ("part", Kind.CATEGORY))


def test_what_is_required_below_something_optional() -> None:
    """An optional object may be absent or null; one without what it has to hold is a problem."""
    rows = Rows("items[]", ITEM, {"item_id": "id", "name": "more?.deep?.name"})
    good = [
        {"id": "a"},
        {"id": "b", "more": None},
        {"id": "c", "more": {}},
        {"id": "d", "more": {"deep": {"name": "n"}}},
    ]
    made = read(rows, {"items": good}).tables["items"]
    assert columns(made, "item_id", "name") == [("a", None), ("b", None), ("c", None), ("d", "n")]
    with pytest.raises(SchemaError) as caught:
        read(rows, {"items": [{"id": "a"}, {"id": "b", "more": {"deep": {}}}, {"id": "c", "more": []}]})
    assert [(p.path, p.expected, p.found) for p in caught.value.problems] == [
        ("items[1].more.deep.name", "text", "nothing"),
        ("items[2].more", "an object", "an array"),
    ]


def test_positions_restart_within_the_nearest_place_that_the_table_names() -> None:
    """Otherwise they count over all items, also below places that feed no table, and on every page."""
    inner = table("inner", ("inner_no", Kind.POSITION), ("value", Kind.TEXT))
    outer = table("outer", ("item_no", Kind.POSITION), ("outer_no", Kind.POSITION), ("value", Kind.TEXT))
    rows = Rows(
        "items[]",
        ITEM,
        {"item_id": "id"},
        inner=(
            Rows("groups[]", inner=(Rows("a[]", inner, {"value": ""}), Rows("b[]", outer, {"value": ""}))),
        ),
    )
    items = [
        {"id": "1", "groups": [{"a": ["p", "q"], "b": ["s"]}, {"a": ["r"], "b": ["t", "u"]}]},
        {"id": "2", "groups": []},
        {"id": "3", "groups": [{"a": ["v"], "b": ["w"]}]},
    ]
    made = read(rows, {"items": items[:1]}, {"items": items[1:]}).tables
    assert columns(made["inner"], "inner_no", "value") == [(0, "p"), (1, "q"), (2, "r"), (3, "v")]
    assert columns(made["outer"], "item_no", "outer_no", "value") == [
        (0, 0, "s"),
        (0, 1, "t"),
        (0, 2, "u"),
        (2, 0, "w"),
    ]


def test_handed_down_by_name_through_places_without_a_table() -> None:
    """A column of another name is named; an own optional column is never inherited from one of its name."""
    child = table(
        "children", ("item_no", Kind.POSITION), ("item_id", Kind.ID), ("of", Kind.TEXT), ("name", Kind.TEXT)
    )
    leaf = Rows("leaves[]", child, {"name": "name?"}, down={"item_id": "item_id", "of": "name"})
    rows = Rows("items[]", ITEM, {"item_id": "id", "name": "name"}, inner=(Rows("box?", inner=(leaf,)),))
    items = [
        {"id": "1", "name": "x", "box": {"leaves": [{}, {"name": "own"}]}},
        {"id": "2", "name": "y"},
        {"id": "3", "name": "z", "box": {"leaves": [{"name": None}]}},
    ]
    made = read(rows, {"items": items}).tables["children"]
    assert columns(made, "item_no", "item_id", "of", "name") == [
        (0, "1", "x", None),
        (0, "1", "x", "own"),
        (2, "3", "z", None),
    ]


def test_a_column_without_a_field_is_missing_even_if_a_place_inside_is_handed_one_of_its_name() -> None:
    """What is handed through a place for those inside it is not its own."""
    middle = table("middle", ("item_no", Kind.POSITION), ("name", Kind.TEXT))
    leaf = table("leaf", ("item_no", Kind.POSITION), ("of", Kind.TEXT))
    rows = Rows(
        "items[]",
        ITEM,
        {"item_id": "id", "name": "name"},
        inner=(Rows("m[]", middle, inner=(Rows("l[]", leaf, down={"of": "name"}),)),),
    )
    made = read(rows, {"items": [{"id": "1", "name": "x", "m": [{"l": [{}, {}]}]}]}).tables
    assert columns(made["middle"], "name") == [(None,)]
    assert columns(made["leaf"], "of") == [("x",), ("x",)]


def test_several_arrays_into_one_table() -> None:
    """Rows stand in the order of the items, then of the declaration; categories are those that occur."""
    value = table("values", ("item_no", Kind.POSITION), ("which", Kind.CATEGORY), ("value", Kind.TEXT))
    rows = Rows(
        "items[]",
        table("items", ("item_no", Kind.POSITION), value_count="values"),
        inner=(
            Rows("a?[]", value, {"value": ""}, const={"which": "A"}),
            Rows("b.c[]", value, {"value": ""}, const={"which": "B"}),
            Rows("d?[]", value, {"value": ""}, const={"which": "D"}),
        ),
    )
    items = [{"b": {"c": ["1"]}}, {"a": ["2", "3"], "b": {"c": ["4"]}, "d": []}]
    reading = read(rows, {"items": items})
    made = reading.tables["values"]
    assert columns(made, "item_no", "which", "value") == [
        (0, "B", "1"),
        (1, "A", "2"),
        (1, "A", "3"),
        (1, "B", "4"),
    ]
    assert made["which"].combine_chunks().dictionary.to_pylist() == ["B", "A"]
    assert reading.tables["items"]["value_count"].to_pylist() == [None, 3]


def test_several_arrays_into_one_numbered_table() -> None:
    """The later place counts on, so that positions stay a key; what is inside is handed the right one."""
    part = table("parts", ("item_no", Kind.POSITION), ("part_no", Kind.POSITION), ("name", Kind.TEXT))
    leaf = table("leaves", ("item_no", Kind.POSITION), ("part_no", Kind.POSITION), ("leaf", Kind.TEXT))
    leaves = Rows("l[]", leaf, {"leaf": ""})
    rows = Rows(
        "items[]",
        ITEM,
        inner=tuple(Rows(f"{name}[]", part, {"name": "name"}, inner=(leaves,)) for name in "ab"),
    )
    items = [
        {"a": [{"name": "p", "l": ["1"]}, {"name": "q", "l": []}], "b": [{"name": "r", "l": ["2", "3"]}]},
        {"a": [], "b": [{"name": "s", "l": ["4"]}]},
    ]
    made = read(rows, {"items": items}).tables
    assert columns(made["parts"], "item_no", "part_no", "name") == [
        (0, 0, "p"),
        (0, 1, "q"),
        (0, 2, "r"),
        (1, 0, "s"),
    ]
    assert columns(made["leaves"], "item_no", "part_no", "leaf") == [
        (0, 0, "1"),
        (0, 2, "2"),
        (0, 2, "3"),
        (1, 0, "4"),
    ]


def test_a_value_that_an_array_repeats_counts_once() -> None:
    """Within that array only; where the value is part of the key; and it is noted."""
    key = Table("parts", "a row", ("item_no", "part_no", "part"), (), PART.columns)
    rows = Rows(
        "items[]",
        table("items", ("item_no", Kind.POSITION), part_count="parts"),
        inner=(Rows("parts?[]", key, {"part": ""}),),
    )
    reading = read(rows, {"items": [{"parts": ["a", "b", "a", "a"]}, {"parts": ["a"]}, {}, {"parts": []}]})
    assert columns(reading.tables["parts"], "item_no", "part_no", "part") == [
        (0, 0, "a"),
        (0, 1, "b"),
        (1, 0, "a"),
    ]
    assert reading.tables["items"]["part_count"].to_pylist() == [2, 1, None, 0]
    (row,) = reading.drift
    assert (row["what"], row["path"], row["detail"], row["count"]) == (
        "repeated value",
        "items[].parts[]",
        "a",
        2,
    )


def test_counts_over_places_between_are_unknown_where_any_is_absent() -> None:
    """An array that is absent is unknown, never none; different values are counted once."""
    leaf = table("leaves", ("item_no", Kind.POSITION), ("leaf", Kind.CATEGORY))
    top = Table(
        "items",
        "a row",
        (),
        (),
        (
            Column("item_no", Kind.POSITION, "?"),
            Column("all", Kind.COUNT, "?", counts="leaves"),
            Column("different", Kind.COUNT, "?", counts="leaves", distinct="leaf"),
        ),
    )
    inner = tuple(Rows(f"{name}?[]", inner=(Rows("l?[]", leaf, {"leaf": ""}),)) for name in "ab")
    items = [
        {"a": [{"l": ["x", "y"]}, {"l": ["x"]}], "b": [{"l": ["y", "z"]}]},
        {"a": [], "b": []},
        {"a": [{"l": ["x"]}, {}], "b": []},
        {"a": [{"l": ["x"]}]},
    ]
    made = read(Rows("items[]", top, inner=inner), {"items": items}).tables["items"]
    assert columns(made, "all", "different") == [(5, 3), (0, 0), (None, None), (None, None)]


def test_numbers() -> None:
    """Whole numbers of 64 bits and finite ones fit; a fraction, a huge one and a text are named."""
    rows = Rows(
        "items[]",
        table("items", ("item_no", Kind.POSITION), ("whole", Kind.WHOLE), ("number", Kind.NUMBER)),
        {"whole": "w?", "number": "n?"},
    )
    good = b'{"items":[{"w":-0,"n":1},{"w":9223372036854775807,"n":1.5e3},{"w":null},{"n":1e-400}]}'
    made = read(rows, good).tables["items"]
    assert columns(made, "whole", "number") == [(0, 1.0), (2**63 - 1, 1500.0), (None, None), (None, 0.0)]
    for bad in (
        b'"w":1.0',
        b'"w":1e2',
        b'"w":"1"',
        b'"w":9223372036854775808',
        b'"w":true',
        b'"n":"1"',
        b'"n":1e400',
    ):
        with pytest.raises(SchemaError, match=r"items\[0\].*expected a (whole )?number"):
            read(rows, b'{"items":[{%b}]}' % bad)
    with pytest.raises(SchemaError, match="expected a number"):
        read(rows, b'{"items":[{"n":%b}]}' % (b"9" * 400))  # which Arrow takes for infinite
    for bad in (b"NaN", b"-Infinity"):
        with pytest.raises(ResponseError, match="is not a JSON value"):
            read(rows, b'{"items":[{"n":%b}]}' % bad)


def test_columns_by_a_function_and_fields_that_are_not_wanted() -> None:
    """Of an address only the host stays; what it leaves out stands in no drift and no report."""
    rows = Rows(
        "items[]",
        table("items", ("item_no", Kind.POSITION), ("host", Kind.ID), ("tls", Kind.FLAG), ("any", Kind.FLAG)),
        {
            "host": Field("url", functions.host),
            "tls": Field("url", functions.is_https),
            "any": Field("filters?", functions.holds_any),
        },
        known=("old[]", "gone", "box?.*"),
        inner=(Rows("filters?.tags?[]", table("tags", ("item_no", Kind.POSITION)), const={}),),
    )
    items: list[dict[str, Any]] = [
        {"url": "https://Chat.example/T0/PLANTED", "old": ["x"], "gone": "y", "box": {"z": {"a": [1]}}},
        {"url": "http://[::1]:80/", "filters": {}, "gone": 3, "old": "odd", "box": None},
        {"url": "PLANTED", "filters": {"tags": []}},
        {"url": "PLANTED\ud800", "filters": {"new kind of filter": 1}},
    ]
    reading = read(rows, {"items": items[:3]})
    assert reading.drift == []
    reading = read_explained(rows, items)
    assert columns(reading.tables["items"], "host", "tls", "any") == [
        ("chat.example", True, False),
        ("[::1]", False, False),
        (None, False, True),
        (None, False, True),
    ]
    assert [row["what"] for row in reading.drift] == ["invalid text", "unknown field"]
    skipped = read_explained(rows, [{"url": "https://x/PLANTED", "filters": 3}])
    assert "PLANTED" not in json.dumps(reading.drift) + json.dumps(skipped.rejected)


def read_explained(rows: Rows, items: list[Any]) -> Reading:
    """Read what the first two steps must refuse."""
    source = Source("/x", "thing", "things", None, "caller", rows, item_id="id?")
    body = Body(json.dumps({"items": items}).encode())
    with pytest.raises(ResponseError, match="refused by strict and loose reading"):
        Reader(source, steps=("strict", "loose")).add(body)
    reader = Reader(source, skip_invalid=True)
    reader.add(body)
    return reader.finish()


def test_a_field_that_is_not_declared_counts_where_a_column_tells_if_an_object_is_empty() -> None:
    """Unknown never turns into no: approvers of an unknown kind are not "anyone"."""
    rows = Rows(
        "items[]",
        table("items", ("item_no", Kind.POSITION), ("anyone", Kind.FLAG)),
        {"anyone": Field("approvers", functions.is_empty)},
        inner=(Rows("approvers.userId?.in[]", table("users", ("user", Kind.ID)), {"user": ""}),),
    )
    assert read(rows, {"items": [{"approvers": {}}, {"approvers": {"userId": {"in": []}}}]}).tables["items"][
        "anyone"
    ].to_pylist() == [True, False]
    made = read_explained(
        rows, [{"approvers": {"groupId": {"in": ["ug-1"]}}}, {"approvers": {"userId": None}}]
    )
    assert made.tables["items"]["anyone"].to_pylist() == [False, True]


def test_a_long_text_above_many_rows_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Repeated for each of them, it would take any amount of memory; only categories are held once."""
    monkeypatch.setattr("dfns_frames._engine.build.MOST_TEXT", 10_000)
    child = table("children", ("item_no", Kind.POSITION), ("of", Kind.TEXT))
    rows = Rows("items[]", ITEM, {"name": "name"}, inner=(Rows("children[]", child, down={"of": "name"}),))
    children: list[Any] = [{}] * 100
    assert read(rows, {"items": [{"name": "x", "children": children}]}).item_count == 1
    with pytest.raises(ResponseError, match="repeats"):
        read(rows, {"items": [{"name": "x" * 1000, "children": children}]})


def test_the_secret_has_no_column_and_no_way_out() -> None:
    """Whatever its type is, only that it came is known."""
    rows = Rows(
        "items[]",
        table("items", ("item_no", Kind.POSITION), ("name", Kind.TEXT), ("came", Kind.FLAG)),
        {"name": "name", "came": functions.secret("key")},
    )
    assert read(
        rows, {"items": [{"name": "", "key": "PLANTED"}, {"name": "", "key": None}, {"name": ""}]}
    ).tables["items"]["came"].to_pylist() == [True, False, False]
    strange: list[Any] = [{"key": ["PLANTED"]}, {"key": {"PLANTED": 1}}, {"key": 0}, {"key": "PLANTED\ud800"}]
    reader = Reader(Source("/x", "thing", "things", None, "caller", rows, item_id="name"), skip_invalid=True)
    reader.add(Body(json.dumps({"items": [*({"name": "n", **each} for each in strange), *strange]}).encode()))
    reading = reader.finish()
    assert reading.tables["items"]["came"].to_pylist() == [True] * 4
    assert len(reading.rejected) == 4
    assert "PLANTED" not in json.dumps(reading.rejected) + json.dumps(reading.drift) + repr(reading)


def test_the_first_of_several_fields() -> None:
    """It is read where it is there, and one of them has to be there."""
    rows = Rows("items[]", ITEM, {"item_id": "userId|id"}, known=("*",))
    items: list[Any] = [{"userId": "u", "id": "i"}, {"id": "j"}, {"userId": None, "id": "k", "x": {"y": 1}}]
    reading = read(rows, {"items": items}, item_id="userId|id")
    assert reading.tables["items"]["item_id"].to_pylist() == ["u", "j", "k"]
    assert reading.drift == []
    with pytest.raises(SchemaError, match=r"items\[0\]\.userId: expected text, found nothing"):
        read(rows, {"items": [{"x": 1}]}, item_id="userId|id")


def test_constants_of_a_request_and_no_request_at_all() -> None:
    """A listing for each of something knows of what; where there is nothing to list, tables are empty."""
    source = SOURCES["/auth/user-groups/{id}/members"]
    reader = Reader(source)
    for group in ("ug-1", "ug-2"):
        reader.add(Body(b'{"items":[{"userId":"us-1"},{"id":"us-2"}]}'), {"id": group})
    made = reader.finish()
    assert columns(made.tables["user_group_members"], "member_no", "group_id", "user_id") == [
        (0, "ug-1", "us-1"),
        (1, "ug-1", "us-2"),
        (2, "ug-2", "us-1"),
        (3, "ug-2", "us-2"),
    ]
    assert made.drift == []
    for source in SOURCES.values():
        for name, empty in Reader(source).finish().tables.items():
            assert empty.schema.equals(TABLES[name].arrow_schema)
            assert empty.num_rows == 0


def test_unknown_fields_at_each_depth_are_named_by_path_and_type() -> None:
    """And counted; their values stand nowhere."""
    leaf = Rows("leaves[]", PART, {"part": "name"})
    rows = Rows("items[]", ITEM, {"item_id": "id"}, inner=(Rows("box?", inner=(leaf,)),))
    item = {
        "id": "1",
        "new": "PLANTED",
        "box": {"n": 1, "leaves": [{"name": "x", "n": [], "m": None}, {"name": "y"}]},
    }
    reading = read(rows, {"items": [item, item | {"id": "2"}], "page": 3, "nextPageToken": "next"})
    assert [(row["path"], row["detail"], row["count"]) for row in reading.drift] == [
        ("items[].box.leaves[].m", "null", 2),
        ("items[].box.leaves[].n", "an array", 2),
        ("items[].box.n", "a number", 2),
        ("items[].new", "text", 2),
        ("page", "a number", 1),
    ]
    assert {row["what"] for row in reading.drift} == {"unknown field"}
    assert reading.next_page == "next"


def test_declarations_hold_together() -> None:
    """Each column of a table is fed by its sources or known to be derived; a name has one type everywhere."""
    types: dict[str, set[pa.DataType]] = {}
    for made in TABLES.values():
        assert len({column.name for column in made.columns}) == len(made.columns)
        assert {*made.key, *made.ids} <= {column.name for column in made.columns}
        for column in made.columns:
            types.setdefault(column.name, set()).add(column.kind.arrow)
            assert column.meaning.endswith(".")
    # Of one finding whether it was, of a rule how many were: neither joins.
    assert {name for name, kinds in types.items() if len(kinds) > 1} == {"accepted"}
    derived = {("permission_assignments", "identity_kind")} | {(name, "caller") for name in TABLES}
    for source in SOURCES.values():
        for _, rows in source.places():
            if rows.into is None:
                continue
            fed = {
                *rows.fields,
                *rows.down,
                *rows.const,
                *rows.given,
                *rows.into.positions,
                "source",
            }
            fed |= {column.name for column in rows.into.columns if column.counts}
            missing = {column.name for column in rows.into.columns} - fed
            assert {(rows.into.name, name) for name in missing} <= derived
            assert {*rows.fields, *rows.down, *rows.const, *rows.given} <= {c.name for c in rows.into.columns}


def test_the_engine_names_no_source_and_no_column() -> None:
    """A new source touches no file of it."""
    text = "".join(
        re.sub(r'""".*?"""', "", path.read_text(), flags=re.DOTALL)
        for path in Path(_engine.__file__).parent.glob("*.py")
    )
    words = set(re.findall(r'"([^"]*)"', text)) - {
        "rejected_no",
        "item_no",
        "item_id",
        "problems",
        "text",
        "detail",
        "path",
        "count",
    }
    assert not words & {
        column.name for made in TABLES.values() for column in made.columns if made.name != "drift"
    }
    assert not words & {*TABLES, *SOURCES}


def test_same_hands_down_under_its_own_name() -> None:
    assert same("a", "b") == {"a": "a", "b": "b"}
