"""Audits of random organisations: no rule raises; order, numbers and further rights lose no finding."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

import dfns_frames as dff
from dfns_frames.audit.running import run
from tests.audit_worlds import aged, findings, frames_of, shuffled, world
from tests.organisations import PATHS, Assigned, Organisation, Stub
from tests.test_organisation_properties import OPERATIONS, organisations

# Shrinking an organisation takes minutes and tells little more.
MANY = settings(deadline=None, max_examples=40, phases=[Phase.explicit, Phase.generate])
STATUS = st.sampled_from([None, "forbidden", "failed", "unavailable", "skipped", "incomplete"])
DAYS = st.lists(st.sampled_from([-5, 0, 31, 91, 366, 731, None]), min_size=8, max_size=8)
KEYS = st.lists(st.sampled_from([None, "SHA256:a", "SHA256:b"]), min_size=8, max_size=8)
POWERS = ("P01", "P02", "P03", "P04", "P05")


@st.composite
def worlds(draw: st.DrawFn) -> Stub:
    """Draw an organisation with ages, keys, ids that are missing or repeated, and odd names."""
    org = draw(organisations())
    days, keys = draw(DAYS), draw(KEYS)
    names = st.sampled_from(["plain", "=1+1", "<script>", "\u202ename", "x" * 10_000, None, "a\nb"])
    changes: dict[str, dict[str, Any]] = {}
    for number, token in enumerate(org.tokens):
        created = None if days[number % 8] is None else aged(days[number % 8])
        changes[token.id] = {
            "date_created": created,
            "public_key": keys[number % 8],
            "name": draw(names),
            "org_id": "or-1",
            "secret_returned": draw(st.booleans()),
            "token_id": draw(st.sampled_from([token.id, token.id, token.id, None, "to-same"])),
        }
    flags = {
        user.id: {"is_registered": draw(st.sampled_from([True, True, False, None]))} for user in org.users
    }
    return world(org, {"tokens": changes, "users": flags})


@MANY
@given(tables=worlds(), seed=st.integers(0, 9))
def test_ids_and_order_survive_shuffling_and_renumbering(tables: Stub, seed: int) -> None:
    """The same findings, with the same ids, in the same order, whatever the order of the lists."""
    first, second = (run(each)["findings"].to_pylist() for each in (tables, shuffled(tables, seed)))
    assert len({row["finding_id"] for row in first}) == len(first)
    assert first == second


@MANY
@given(org=organisations(), path=st.sampled_from(PATHS), status=STATUS)
def test_reading_less_makes_no_rule_clean(org: Organisation, path: str, status: str | None) -> None:
    """Without a source, a rule that found something or was not evaluated does not become clean."""
    whole = {row["rule"]: row["status"] for row in run(world(org))["rules"].to_pylist()}
    less = org.without(path, status or "")
    if status is None:
        less = replace(less, statuses={each: "ok" for each in PATHS if each != path})
    for row in run(world(less))["rules"].to_pylist():
        assert row["status"] != "clean" or whole[row["rule"]] == "clean"


@MANY
@given(org=organisations(), operation=st.sampled_from(OPERATIONS), data=st.data())
def test_more_rights_take_no_finding_away(org: Organisation, operation: str, data: st.DataObject) -> None:
    """Adding an operation to a token removes no finding of what tokens can do."""
    # To one that the API lists operations for: else they are looked up, and one listed would be all.
    listed = [no for no, token in enumerate(org.tokens) if token.assigned and token.assigned[0].operations]
    if not listed:
        return
    number = data.draw(st.sampled_from(listed))
    token = org.tokens[number]
    first = token.assigned[0]
    more = Assigned(first.permission, first.name, (*(first.operations or ()), operation))
    tokens = list(org.tokens)
    tokens[number] = replace(token, assigned=(more, *token.assigned[1:]))
    before, after = (
        {(row.rule, row.subject_id) for row in findings(world(each)).itertuples() if row.rule in POWERS}
        for each in (org, replace(org, tokens=tuple(tokens)))
    )
    assert before <= after


@settings(MANY, max_examples=20)
@given(
    first=worlds(), other=organisations(), path=st.sampled_from(PATHS), status=STATUS, renamed=st.booleans()
)
def test_two_organisations_are_judged_as_each_by_itself(
    first: Stub, other: Organisation, path: str, status: str | None, renamed: bool
) -> None:
    """Of joined frames the findings are those of each, with their ids; what differs is said of both at once.

    Only a key that several tokens share is looked for across organisations.
    """
    less = world(other.without(path, status or "ok"))
    parts = [frames_of(first, "or-1", renamed=False), frames_of(less, "or-2", renamed=renamed)]
    audits, joined = [part.audit() for part in parts], dff.concat(parts).audit()
    rows = [
        {row["finding_id"]: row for row in each.arrow("findings").to_pylist() if row["rule"] != "R01"}
        for each in (*audits, joined)
    ]
    one, two, both = rows
    assert one.keys() | two.keys() == both.keys()
    for name in both.keys() - (one.keys() & two.keys()):
        assert both[name] == {**one, **two}[name]
    for name in one.keys() & two.keys():
        assert one[name]["evidence"] in both[name]["evidence"]
        assert two[name]["evidence"] in both[name]["evidence"]
    went = [each.arrow("rules").to_pylist() for each in (*audits, joined)]
    for here, there, together in zip(*went, strict=True):
        assert (together["status"] == "clean") == (here["status"] == there["status"] == "clean")
