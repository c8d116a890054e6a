"""What measures find in the demo's organisation equals the answers that were worked out by hand."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

import dfns_frames as dff
from tests.demo_answers import effects, gates, move_funds, move_funds_tokens, names, reach
from tests.demo_frames import organisation

Row = tuple[Any, ...]
"""Identity, way, effective, active, gate, alone and scope."""


def found(caller: str, what: str) -> list[Row]:
    """Return the rows of `who_can` for a caller."""
    return rows_of(organisation(caller), what)


def rows_of(frames: dff.Frames, what: str) -> list[Row]:
    """Return the rows of `who_can`, missing as None."""
    frame = frames.who_can(what)
    columns = ["identity_id", "way", "effective", "active", "gate", "alone", "scope"]
    return [
        tuple(None if pd.isna(value) else value for value in row)
        for row in frame[columns].itertuples(index=False)
    ]


def row(identity: str, way: str | None, holder: move_funds.Holder) -> Row:
    """Return what the answers say of one way of one holder."""
    sure = way in holder.ways
    gate = "unknown" if way is None else move_funds.gate_of(way, by_itself=holder.by_itself)
    gate = "not covered" if holder.end_user else gate
    alone = "yes" if way in holder.alone else "unknown"
    if not holder.active or gate == "approval by others":
        alone = "no"
    scope = "own delegated wallets" if holder.end_user else "organisation"
    return identity, way, "yes" if sure else "unknown", holder.active, gate, alone, scope


def holders() -> Iterator[tuple[str, move_funds.Holder]]:
    """Yield who can move funds, the platform lead's tokens among them, by id."""
    for holder in move_funds.MOVE_FUNDS:
        key = holder.key
        yield names.token_id(key, holder.token) if holder.token else names.identity_id(key), holder
    listed = ((move_funds_tokens.LEAD_TOKENS, True), (move_funds_tokens.LEAD_TOKENS_OFF, False))
    for tokens, active in listed:
        for ways, called in tokens.items():
            for token in called:
                holder = move_funds.Holder("token", "platform-lead", ways, token=token, active=active)
                yield names.token_id("platform-lead", token), holder


def test_who_can_move_funds() -> None:
    """Everybody who can move funds, each way, gate and whether alone; and nobody else."""
    expected = [
        row(identity, way, holder) for identity, holder in holders() for way in (*holder.ways, *holder.maybe)
    ]
    assert sorted(found("platform-lead", "move_funds"), key=str) == sorted(expected, key=str)


def test_who_can_move_funds_in_the_sister_organisation() -> None:
    """Where nothing guards signing, all is free but what no policy engine is known to see."""
    alone: dict[str, tuple[set[str | None], set[str | None]]] = {}
    for identity, way, effective, _, _, word, _ in found("sandbox-lead", "move_funds"):
        assert effective == "yes"
        ways, free = alone.setdefault(identity, (set(), set()))
        ways.add(way)
        free |= {way} if word == "yes" else set()
    assert alone == {
        names.token_id(key, token) if token else names.identity_id(key): (set(ways), set(free))
        for (_, key, token), (ways, free) in move_funds.SANDBOX_MOVE_FUNDS.items()
    }


@pytest.mark.parametrize("way", gates.OTHER_WAYS)
def test_who_can_go_the_other_ways(way: str) -> None:
    """Users and service accounts that can, whether active, the gate, and whether alone."""
    answer = gates.OTHER_WAYS[way]
    frame = dff.measures.who_can(organisation("platform-lead"), way)
    frame = frame[(frame["identity_kind"] != "token") & frame["way"].notna()]
    rows = {each.identity_id: (each.active, each.gate, each.alone) for each in frame.itertuples()}
    on = {names.identity_id(key): (True, answer.gate, answer.alone) for key in answer.holders}
    off = {names.identity_id(key): (False, answer.gate, "no") for key in answer.inactive}
    assert rows == on | off


@pytest.mark.parametrize(
    ("caller", "answers"),
    [("platform-lead", effects.EFFECTIVE), ("payments-engineer", effects.EFFECTIVE_OF_PAYMENTS)],
    ids=["platform-lead", "payments-engineer"],
)
def test_effective_operations(caller: str, answers: tuple[effects.Effect, ...]) -> None:
    """What tokens can really do, and why, for who reads everything and for who is refused half."""
    frame = dff.measures.effective_operations(organisation(caller)).astype(object)
    rows = {
        (each.token_id, None if pd.isna(each.operation) else each.operation): (
            each.effective,
            each.basis,
            None if pd.isna(each.active) else each.active,
        )
        for each in frame.itertuples()
    }
    expected = {
        (names.token_id(each.owner, each.token), each.operation): (each.effective, each.basis, each.active)
        for each in answers
    }
    assert {key: rows.get(key) for key in expected} == expected


@pytest.mark.parametrize(
    ("caller", "answers"), [("platform-lead", gates.GATES), ("sandbox-lead", gates.SANDBOX_GATES)]
)
def test_gates(caller: str, answers: dict[str, str]) -> None:
    """The weakest gate of each kind of activity that ways lead to."""
    frame = dff.measures.gates(organisation(caller)).set_index("activity_kind")
    assert frame.loc[[*answers], "gate"].to_dict() == answers


def test_gates_count_policies() -> None:
    """How many policies watch each kind of activity, and how many of them are active."""
    frame = dff.measures.gates(organisation("platform-lead")).set_index("activity_kind")
    counted = {kind: tuple(len(keys.split()) for keys in both) for kind, both in gates.ACTIVITIES.items()}
    there = frame[frame["policies"] > 0]
    assert {kind: (row.policies, row.active_policies) for kind, row in there.iterrows()} == counted


def test_unlisted_tokens() -> None:
    """Tokens that no list holds, what they are assigned, and the worst that it allows."""
    frame = dff.measures.unlisted_tokens(organisation("platform-lead"))
    rows = {
        each.token_id: (set(each.permission_names), each.worst, each.holds_everything)
        for each in frame.itertuples()
    }
    expected = {
        names.token_id(*key): (set(permissions.split(", ")), worst, everything)
        for key, (permissions, worst, everything) in reach.UNLISTED.items()
    }
    assert {token: rows.get(token) for token in expected} == expected
    assert len(rows) == 77


def test_pat_coverage() -> None:
    """Only the caller's own list is here; tokens of others that it does not hold are counted."""
    frame = dff.measures.pat_coverage(organisation("platform-lead"))
    listed = frame[frame["listed"]]
    expected = {names.identity_id(key): own for key, (_, own) in reach.COVERED.items()}
    assert listed.set_index("user_id")["token_count"].to_dict() == expected
    assert frame.attrs["unlisted_tokens"] == 77


@pytest.mark.parametrize("caller", reach.REFUSED)
def test_what_callers_may_read(caller: str) -> None:
    """Each caller is served as many of the eight listings as the story says."""
    sources: Any = organisation(caller).arrow("sources")["status"].to_pylist()
    assert sources.count("ok") == reach.REFUSED[caller].served


def test_lists_of_colleagues_complete_it() -> None:
    """Joined to the lead's organisation, the treasury's tokens move funds as Katharina does herself."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dff.DriftWarning)
        own = dff.demo.client("treasury").pats()
        org = dff.concat([organisation("platform-lead"), own])
    katharina = next(holder for holder in move_funds.MOVE_FUNDS if holder.key == "treasury")
    expected = [
        row(names.token_id("treasury", token), way, holder)
        for active, listed in move_funds_tokens.TREASURY_TOKENS.items()
        for token in listed
        for holder in [katharina._replace(active=active, alone=katharina.alone if active else ())]
        for way in holder.ways
    ]
    ids = set(own.tokens["token_id"])
    joined = [each for each in rows_of(org, "move_funds") if each[0] in ids and each[1] is not None]
    assert sorted(joined, key=str) == sorted(expected, key=str)
    assert len(dff.measures.unlisted_tokens(org)) == 77 - reach.UNLISTED_OF["treasury"]
    coverage = dff.measures.pat_coverage(org)
    assert set(coverage.loc[coverage["listed"], "user_id"]) == {
        names.identity_id("platform-lead"),
        names.identity_id("treasury"),
    }


def test_a_right_that_waits_for_approval_makes_no_administrator() -> None:
    """Ines asked for everything and has not got it: the row is not in effect, and says whose it is."""
    rights = organisation("platform-lead").explain(names.identity_id("platform-lead"))
    (asked,) = rights[rights["permission_name"] == "ManagedFullAdminAccess"].itertuples()
    assert (asked.through, asked.in_effect) == ("user", False)
    priya = organisation("platform-lead").explain(names.identity_id("technology"))
    assert "full administrator" in set(priya.loc[priya["in_effect"], "through"])
