"""Joining frames: what several lists hold is one, whatever is joined with what first."""

from __future__ import annotations

import warnings
from collections import Counter
from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dfns_frames as dff
from dfns_frames._api.tables import TABLES
from dfns_frames._facts.lists import listed_at, lists_of
from tests.conftest import assignment, read, token
from tests.organisations import GRANTS, PERMISSIONS, USERS

TIMES = [f"2026-0{month}-01T00:00:00Z" for month in (1, 2, 3)]


def joined(*parts: dff.Frames) -> dff.Frames:
    """Join without a word of what that loses."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        return dff.concat(parts)


def of(caller: str, time: str, *numbers: int, name: str = "") -> dff.Frames:
    """Make one caller's list of some tokens, each with one permission named after the list."""
    name = name or time[:7]
    tokens = [token(n, assignment(name), linkedUserId=caller, name=name) for n in numbers]
    return read(*tokens, fetched_at=time)


def rows(source: str, table: str, *items: dict[str, Any], **about: Any) -> dff.Frames:
    """Make frames of one table of an organisation's list."""
    listed = {"source_no": 0, "source": source, "status": "ok", "item_count": len(items)} | about
    when = pd.Timestamp(about.get("fetched_at", TIMES[0])).to_pydatetime()
    position = TABLES[table].positions[0]
    place = {"source": source, "caller": about.get("caller")}
    made = [each | place | {position: n} for n, each in enumerate(items)]
    return dff.Frames(
        {
            table: TABLES[table].from_rows(made),
            "sources": TABLES["sources"].from_rows([listed | {"fetched_at": when}]),
        }
    )


def test_each_row_says_who_asked() -> None:
    """The user that all listed tokens act for; a name that was given; nobody where that is not known."""
    assert read(token(1), token(2)).tokens["caller"].tolist() == ["us-1", "us-1"]
    mixed = read(token(1), token(2, linkedUserId="us-2"))
    assert mixed.tokens["caller"].isna().all()
    assert mixed.sources["caller"].isna().all()


@pytest.mark.parametrize("name", [name for name, table in TABLES.items() if table.is_listed])
def test_items_of_a_list_have_a_caller_after_the_source(name: str) -> None:
    """In each table of listed items, and in no other but those about the reading."""
    assert [column.name for column in TABLES[name].columns][:2] == ["source", "caller"]


def test_keys_are_unique_after_a_join() -> None:
    """Of two sources, and of items that were set aside."""
    spoilt = [{"tokenId": "to-8"}, {"tokenId": "to-9"}]
    parts = [
        dff.read({"items": [token(n, linkedUserId=user), *spoilt]}, fetched_at=TIMES[0], skip_invalid=True)
        for n, user in ((1, "us-1"), (2, "us-2"))
    ]
    users = [rows(USERS, "users", {"user_id": each}, url=each) for each in ("us-1", "us-2")]
    made = joined(*parts, *users)
    for name, table in made.items():
        assert not table.duplicated([*TABLES[name].key]).any(), name
    assert made.rejected["rejected_no"].tolist() == [0, 1, 2, 3]
    assert made.rejected["item_no"].tolist() == [1, 2, 1, 2]
    assert made.rejected["caller"].tolist() == ["us-1", "us-1", "us-2", "us-2"]
    assert made.sources["source_no"].tolist() == [0, 1, 2, 3]
    assert made.users["user_no"].tolist() == [0, 1]


def test_tables_of_all_parts_are_there() -> None:
    """Whichever part comes first."""
    tokens, users = read(token(1)), rows(USERS, "users", {"user_id": "us-1", "name": "Ada"})
    for parts in ([tokens, users], [users, tokens]):
        made = joined(*parts)
        assert made.tokens["token_id"].tolist() == ["to-1"]
        assert made.users["name"].tolist() == ["Ada"]
        assert sorted(made.sources["source"]) == ["/auth/pats", "/auth/users"]


def test_one_token_in_two_sources_is_one() -> None:
    """As the list made last has it; a token at the same place in the other source stays another token."""
    own = of("us-1", TIMES[0], 1, 2)
    table = own.arrow("tokens").to_pylist()
    machine = rows(
        "/auth/service-accounts",
        "tokens",
        *({**table[0], "token_id": each} for each in ("to-2", "to-3")),
        fetched_at=TIMES[1],
    )
    full = dff.Frames(
        {**{name: machine.arrow(name) for name in machine}}
        | {name: TABLES[name].empty() for name in ("token_assignments", "token_operations")}
    )
    made = joined(own, full)
    assert made.tokens[["source", "token_no", "token_id"]].astype(object).to_numpy().tolist() == [
        ["/auth/pats", 0, "to-1"],
        ["/auth/service-accounts", 0, "to-2"],
        ["/auth/service-accounts", 1, "to-3"],
    ]
    assert made.token_assignments["token_id"].tolist() == ["to-1"]
    assert made.drift["what"].tolist() == ["differing token"]


def test_ids_of_two_organisations_are_two_things() -> None:
    """A managed permission may have one id everywhere."""
    one, other = (
        rows(PERMISSIONS, "permissions", {"permission_id": "pm-1", "name": org}, org_id=org)
        for org in ("or-1", "or-2")
    )
    assert joined(one, other).permissions["name"].tolist() == ["or-1", "or-2"]
    later = rows(PERMISSIONS, "permissions", {"permission_id": "pm-1", "name": "new"}, fetched_at=TIMES[1])
    assert joined(one, later).permissions["name"].tolist() == ["new"]
    assert len(joined(one, other, joined(one, other)).permissions) == 2


def test_ages_count_from_the_list_that_a_token_comes_from() -> None:
    """Not from the newest of all; also after two looks of one caller, and read back from files."""
    made = joined(of("us-1", TIMES[0], 1, 2), of("us-1", TIMES[1], 2), of("us-2", TIMES[2], 3))
    assert lists_of(made, "tokens").tolist() == [0, 1, 2]
    assert [str(each)[:10] for each in listed_at(made, "tokens")] == [time[:10] for time in TIMES]
    part = made.filter(["to-2", "to-3"])
    assert lists_of(part, "token_operations").tolist() == [1, 1, 2, 2]
    dated = joined(
        read(token(1, dateCreated="2025-12-31T00:00:00Z"), fetched_at=TIMES[0]),
        read(token(2, dateCreated="2025-12-31T00:00:00Z", linkedUserId="us-2"), fetched_at=TIMES[1]),
    )
    ages = dff.measures.token_ages(dated).set_index("token_id")["age_days"]
    assert ages.to_dict() == {"to-1": 1, "to-2": 32}


def test_what_a_filter_left_out_is_remembered() -> None:
    """Through further filters and joins, in copies, and in no file."""
    pats = of("us-1", TIMES[0], 1, 2, 3)
    assert pats.was_listed == frozenset()
    one = pats.filter(["to-1", "to-2"]).filter(["to-1"])
    assert one.was_listed == {"to-2", "to-3"}
    assert joined(one, of("us-2", TIMES[0], 9)).was_listed == {"to-2", "to-3"}


def test_pieces_of_one_list_are_one_list() -> None:
    """Two filters of the same frames: one row of sources, and what is strange is counted once."""
    with pytest.warns(dff.DriftWarning):
        pats = read(token(1), token(2, kind="Odd"))
    made = dff.concat([pats.filter(["to-1"]), pats.filter(["to-2"])])
    assert made.arrow("sources").equals(pats.arrow("sources"))
    assert made.arrow("drift").equals(pats.arrow("drift"))
    assert made.tokens["token_id"].tolist() == ["to-1", "to-2"]


def test_equal_drift_of_one_caller_is_one_row() -> None:
    """With the sum; of two callers it is two."""
    with pytest.warns(dff.DriftWarning):
        odd = [
            read(token(n, kind="Odd", linkedUserId=user), fetched_at=time)
            for n, (user, time) in enumerate([("us-1", TIMES[0]), ("us-1", TIMES[1]), ("us-2", TIMES[0])])
        ]
    drift = joined(*odd).drift
    strange = drift[drift["what"] == "unknown value"]
    assert list(zip(strange["caller"], strange["count"], strict=True)) == [("us-1", 2), ("us-2", 1)]


def test_the_kind_of_an_identity_is_found_anew() -> None:
    """By its prefix, until a list that holds it is joined."""
    given = rows(
        GRANTS,
        "permission_assignments",
        *(
            {"assignment_id": f"as-{n}", "identity_id": each}
            for n, each in enumerate(["us-1", "to-1", "ab-1", "xy"])
        ),
    )
    assert given.permission_assignments["identity_kind"].tolist() == ["user", "token", "unknown", "unknown"]
    machine = rows(USERS, "users", {"user_id": "us-1", "is_service_account": True})
    groups = rows("/auth/user-groups", "user_groups", {"group_id": "xy"})
    made = joined(given, machine, groups)
    assert made.permission_assignments["identity_kind"].tolist() == [
        "service_account",
        "token",
        "unknown",
        "group",
    ]


LISTS = st.lists(
    st.tuples(
        st.sampled_from(["us-1", "us-2"]), st.sampled_from(TIMES), st.lists(st.integers(1, 5), unique=True)
    ),
    min_size=1,
    max_size=5,
)


@settings(deadline=None, max_examples=50)
@given(LISTS, st.data())
def test_joins_may_be_nested_in_any_way(lists: list[tuple[str, str, list[int]]], data: st.DataObject) -> None:
    """The same tokens, lists and ages come out, and those that the latest list has."""
    parts = [of(caller, time, *numbers, name=f"list {n}") for n, (caller, time, numbers) in enumerate(lists)]
    flat = joined(*parts)
    cut = data.draw(st.integers(1, len(parts)))
    first = joined(*parts[:cut])
    nested = joined(first, joined(*parts[cut:])) if parts[cut:] else joined(first)
    for name in ("tokens", "token_assignments", "token_operations", "sources"):
        assert nested.arrow(name).equals(flat.arrow(name)), name
    assert lists_of(nested, "tokens").tolist() == lists_of(flat, "tokens").tolist()
    latest: dict[str, tuple[str, int]] = {}
    for n, (_, time, numbers) in enumerate(lists):
        for number in numbers:
            latest[f"to-{number}"] = max(latest.get(f"to-{number}", ("", -1)), (time, n))
    assert flat.tokens["token_id"].tolist() == [*latest]
    assert flat.tokens["name"].tolist() == [f"list {n}" for _, n in latest.values()]
    assert Counter(flat.token_assignments["permission_name"]) == Counter(
        f"list {n}" for _, n in latest.values()
    )


def test_joined_lists_are_told_apart_in_counts_and_charts() -> None:
    """By who asked and by organisation; what has neither is counted as unknown."""
    made = joined(
        of("us-1", TIMES[0], 1, 2), of("us-2", TIMES[0], 3), read(token(4, linkedUserId="", orgId=""))
    )
    counted = dff.measures.creation_over_time(made, freq="YS", by="caller")
    assert dict(zip(counted["caller"], counted["created"], strict=True)) == {
        "us-1": 2,
        "unknown": 1,
        "us-2": 1,
    }
    by_organisation = dff.measures.creation_over_time(made, freq="YS", by="org_id")
    assert dict(zip(by_organisation["org_id"], by_organisation["created"], strict=True)) == {
        "or-1": 3,
        "unknown": 1,
    }
    legend = made.plot.creation_over_time(by="caller").get_legend()
    assert [text.get_text() for text in legend.get_texts()][:3] == ["us-1", "unknown", "us-2"]
