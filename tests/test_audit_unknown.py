"""Unknown is not clean: sources that are missing, tokens that tell too little, and odd input."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pytest

import dfns_frames as dff
from dfns_frames._api.tables import TABLES
from dfns_frames.audit.catalogue import RULES
from tests.audit_worlds import aged, findings, holder, rules, world
from tests.demo_frames import organisation
from tests.organisations import PATHS, USERS, Assigned, Organisation, Stub, Token
from tests.test_audit_framework import pats

STATUSES = (None, "forbidden", "failed", "unavailable", "skipped", "incomplete")


def without(frames: Any, path: str, status: str | None) -> Stub:
    """Return frames to which a source did not answer; of an incomplete one all rows that came are there."""
    tables = {}
    for name in frames:
        table = frames.arrow(name)
        if name == "sources":
            rows = table.to_pylist()
            rows = [{**row, "status": status if row["source"] == path else row["status"]} for row in rows]
            tables[name] = TABLES[name].from_rows([row for row in rows if row["status"]])
            continue
        if status != "incomplete":
            table = table.filter(pc.not_equal(table["source"].cast(pa.string()), path))
        if table.num_rows:
            tables[name] = table
    return Stub(tables)


@cache
def whole() -> dict[str, Any]:
    return rules(organisation("platform-lead"))


@pytest.mark.parametrize("status", STATUSES, ids=str)
@pytest.mark.parametrize("path", PATHS)
def test_without_a_source_nothing_turns_clean(path: str, status: str | None) -> None:
    """No rule goes from findings or unknown to clean, and each rule that the source feeds names it."""
    less = rules(without(organisation("platform-lead"), path, status))
    for rule, row in less.items():
        assert row["status"] != "clean" or whole()[rule]["status"] == "clean"
        if path in RULES[rule].reads:
            assert row["status"] != "clean"
            assert f"GET {path}" in row["missing"]


def test_a_list_of_tokens_alone() -> None:
    """The rules of tokens say that service accounts were not read; those of policies are not evaluated."""
    ran = rules(pats({}))
    assert ran["R05"]["status"] == "partly"
    assert ran["R05"]["missing"].startswith("service accounts not read")
    assert "Auth:ServiceAccounts:Read" in ran["R05"]["missing"]
    for rule in ("G01", "G02", "G03", "G05", "G06"):
        assert ran[rule]["status"] == "not evaluated"
        assert ran[rule]["looked_at"] is None
        assert "Policies:Read" in ran[rule]["missing"]
    assert {ran[rule]["status"] for rule in ("U01", "U03", "T01", "R06")} == {"not evaluated"}


def test_an_organisation_that_is_well_is_clean() -> None:
    """With all read and nothing to find, rules are clean: unknown is not the only answer."""
    ran = rules(world(holder("Wallets:Read"), {"tokens": {"to-a": {"date_created": aged(1)}}}))
    assert {rule for rule, row in ran.items() if row["status"] == "clean"} >= {*RULES} - {"G01"}
    assert all(row["missing"] is None for row in ran.values())


def test_what_could_not_be_judged_is_counted() -> None:
    """Tokens without a date, with unlisted operations, or whose owner was not read make a rule partly."""
    org = Organisation(
        tokens=(Token("to-a", "us-a"), Token("to-b", "us-a", (Assigned("pm-1", "x", None),))),
    )
    ran = rules(world(org, {"tokens": {"to-a": {"date_created": aged(-1)}}}))
    assert ran["L01"]["status"] == "partly"
    assert "2 tokens without a creation date, or with one in the future" in ran["L01"]["missing"]
    assert ran["L01"]["looked_at"] == 0
    assert "1 token with operations that are not listed" in ran["P02"]["missing"]
    assert "2 tokens whose owner is on no list" in ran["P02"]["missing"]


def test_tokens_that_a_filter_left_out_are_missed() -> None:
    """An audit of a part of the tokens is not one of all."""
    frames = pats({}, {"tokenId": "to-2"}).filter(["to-1"])
    assert "tokens that a filter left out" in rules(frames)["R05"]["missing"]


def test_items_that_were_set_aside_are_missed() -> None:
    """A token that could not be read was not looked at."""
    frames = dff.read({"items": [{"tokenId": "to-1"}]}, skip_invalid=True)
    assert "1 token set aside as unreadable" in rules(frames)["S01"]["missing"]


@pytest.mark.parametrize("tables", [{}, {"sources": TABLES["sources"].empty()}], ids=["none", "no sources"])
def test_frames_of_nothing(tables: dict[str, Any]) -> None:
    """Frames without any table are audited: every rule is not evaluated, and says what would help."""
    audit = dff.Frames(tables).audit()
    ran = audit.rules.set_index("rule").drop("A01")
    assert set(ran["status"]) == {"not evaluated"}
    assert ran["missing"].notna().all()
    assert len(audit.findings) == 0


def test_an_empty_list_of_tokens() -> None:
    """No tokens are no findings, and not a clean organisation."""
    assert findings(pats()).empty
    assert rules(pats())["L01"]["looked_at"] == 0


HOSTILE = (
    "=1+1",
    "<script>alert(1)</script>",
    "[x](http://evil)",
    "| a |",
    "\x1b[2Jred",
    "\u202egnp",
    "a\nb",
    "",
)


@pytest.mark.parametrize("name", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_names_stay_names(name: str) -> None:
    """A sentence stays one line that can be seen; the name itself is kept as it is."""
    [row] = findings(pats({"name": name, "linkedUserId": ""}), "R05").to_dict("records")
    assert row["subject_name"] == name
    assert row["evidence"].isprintable()
    assert row["evidence"].startswith("Token “")


def test_a_long_name_is_cut_in_sentences() -> None:
    """A name of 10,000 letters makes no sentence of that length."""
    [text] = findings(pats({"name": "x" * 10_000, "linkedUserId": ""}), "R05")["evidence"]
    assert len(text) < 300


def test_ids_that_are_missing_or_repeated() -> None:
    """Each token is found once: told by its content, and equal ones by an ordinal."""
    token = {"linkedUserId": "", "tokenId": ""}
    found = findings(pats(token, token, {**token, "name": "other"}), "R05")
    assert found["finding_id"].nunique() == 3
    assert found["finding_id"].str.endswith("-2").sum() == 1
    assert found["subject_id"].isna().all()


def test_the_id_of_a_finding_never_changes() -> None:
    """It is a hash of rule and subject alone, whatever else is in the list."""
    first = findings(pats({"linkedUserId": ""}), "R05")
    second = findings(pats({"tokenId": "to-0"}, {"linkedUserId": "", "name": "renamed"}), "R05")
    assert first["finding_id"].tolist() == second["finding_id"].tolist() == ["b4bea438fcb0c4dc"]


def test_findings_are_sorted_worst_first() -> None:
    """By severity, then rule, name and id."""
    severities = findings(organisation("platform-lead"))["severity"].tolist()
    order = ["critical", "high", "medium", "low", "info"]
    assert severities == sorted(severities, key=order.index)


def test_remedies_name_call_and_approval() -> None:
    """Each remedy names who does what; where policies ask or block, it says so."""
    for rule in RULES.values():
        assert "/" in rule.remedy or rule.id == "A01"
    found = findings(organisation("platform-lead")).set_index("rule")["remedy"]
    assert found["P02"].iloc[0].endswith("No policy asks for approval of it.")
    assert "in some cases" in found["G03"].iloc[0]
    unread = findings(world(holder("Permissions:Assign").without("/v2/policies")), "P02")["remedy"]
    assert unread[0].endswith("policies were not read.")


def test_users_alone() -> None:
    """Frames with users and without tokens are audited as far as they go."""
    ran = rules(without(without(organisation("platform-lead"), PATHS[0], "failed"), PATHS[1], "failed"))
    assert ran["P01"]["status"] == "not evaluated"
    assert ran["U01"]["status"] == "findings"
    assert USERS not in (ran["U01"]["missing"] or "")


def test_the_same_audit_in_json_and_back() -> None:
    """What an audit says is plain: texts, flags, numbers and times."""
    audit = pats({"linkedUserId": ""}).audit()
    json.dumps(audit.arrow("findings").to_pylist(), default=str)
    assert audit == pats({"linkedUserId": ""}).audit()
