"""What an audit of the demo's organisation finds is what was worked out by hand, with these severities."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import dfns_frames as dff
from dfns_frames.audit.running import run
from dfns_frames.demo.org import token_items
from dfns_frames.demo.story.tokens import Token
from dfns_frames.demo.story.world import MAIN
from tests.demo_answers import names, reach
from tests.demo_answers.findings import FINDINGS, FOUND, SEVERE
from tests.demo_frames import organisation

TOKENS = ("P01", "P02", "P03", "P04", "P05", "P11", "R05", "R06", "L01", "L03", "L05", "L07", "S01", "H05")


@cache
def audited(caller: str) -> dict[str, pd.DataFrame]:
    """Return the tables of an audit of all that a caller may read."""
    return {name: table.to_pandas() for name, table in run(organisation(caller)).items()}


def found(caller: str, rule: str) -> dict[str, str]:
    """Return what a rule found, by id, with the severity."""
    rows = audited(caller)["findings"]
    rows = rows[rows["rule"] == rule]
    assert not rows["subject_id"].duplicated().any()
    return dict(zip(rows["subject_id"], rows["severity"], strict=True))


def subject(rule: str, name: str) -> str:
    """Return the id of what an answer names."""
    if rule in TOKENS:
        owner, _, token = name.rpartition(" / ")
        return names.token_id(owner or "platform-lead", token)
    ids: dict[str, Any] = {
        "R01": lambda _: key_of("payout-service-eu"),
        "Q01": lambda key: names.permission_id(key),
        "U01": lambda _: organisation("platform-lead").arrow("tokens")["org_id"][0].as_py(),
        "U03": names.user_id,
        "G01": str,
    }
    return str(ids.get(rule, names.policy_id)(name))


def key_of(machine: str) -> str:
    """Return the key of a service account's token."""
    tokens = organisation("platform-lead").arrow("tokens").to_pylist()
    owner = names.machine_id(machine)
    return str(next(row["public_key"] for row in tokens if row["linked_user_id"] == owner))


@pytest.mark.parametrize("rule", FOUND)
def test_exactly_the_findings_of_the_story(rule: str) -> None:
    """Each rule finds what the story tells of, with these severities, and nothing else."""
    expected = {
        subject(rule, name): severity
        for severity, listed in FOUND[rule].items()
        for name in names.lines(listed)
    }
    assert found("platform-lead", rule) == expected


def unlisted() -> Iterator[tuple[str, Token]]:
    """Yield every token that the lead's view does not list, with its id."""
    for user in MAIN.users:
        if user.key in reach.UNLISTED_OF:
            items = token_items((user.key,), user.tokens, "", "")
            yield from zip((item["tokenId"] for item in items), user.tokens, strict=True)
    for owner, token in MAIN.unlisted:
        yield names.token_id(owner, f"{token.when} {token.name}"), token


def test_exactly_the_tokens_that_are_on_no_list() -> None:
    """T01 finds every token that only its permissions tell of, and Bruno; nothing that was never granted."""
    expected = {
        token_id: "high" if {key.rstrip("?") for key in token.permissions.split()} & SEVERE else "medium"
        for token_id, token in unlisted()
        if token.permissions
    }
    assert len(expected) == len(reach.UNLISTED) + sum(reach.UNLISTED_OF.values())
    assert found("platform-lead", "T01") == expected | {names.identity_id("bruno"): "medium"}


def test_near_misses_are_no_findings() -> None:
    """What comes near a rule is not found by it."""
    owners = [*(user.key for user in MAIN.users), *(machine.key for machine in MAIN.machines)]
    for rule, case in FINDINGS.items():
        for near in case.near if rule in TOKENS else ():
            ids = {each for owner in owners for each in tokens_named(owner, near)}
            assert ids
            assert not ids & found("platform-lead", rule).keys()


def tokens_named(owner: str, name: str) -> set[str]:
    """Return the token of an owner that is called so, if there is one."""
    try:
        return {names.token_id(owner, name)}
    except ValueError:
        return set()


def test_the_sister_organisation_signs_freely() -> None:
    """G02: no policy guards signing, and a token can; assigning by two administrators is no finding."""
    assert list(found("sandbox-lead", "G02").values()) == ["critical"]
    assert found("sandbox-lead", "U01") == {}


def test_what_a_filter_left_out_is_on_a_list(tmp_path: Path) -> None:
    """T01 finds no token that was filtered away; read back from files, it says that it cannot tell."""
    with pytest.warns(dff.DriftWarning):
        org = dff.demo.client("platform-lead").organization()
    some = org.filter(lambda tokens: tokens["name"] == "terraform")
    expected = found("platform-lead", "T01")
    assert t01(some) == expected.keys()
    some.to_parquet(tmp_path / "some")
    again = dff.read(tmp_path / "some")
    assert t01(again) == {names.identity_id("bruno")}
    [missing] = again.audit().rules.loc[lambda rules: rules["rule"] == "T01", "missing"]
    assert "whose lists were not read in full" in missing


def t01(frames: dff.Frames) -> set[str]:
    """Return whom T01 finds."""
    rows = frames.audit().findings
    return set(rows[rows["rule"] == "T01"]["subject_id"])


def test_the_client_reads_what_the_rules_were_held_against() -> None:
    """An audit of `organization()` finds the same, under the same ids."""
    with pytest.warns(dff.DriftWarning):
        audit = dff.demo.client("platform-lead").organization().audit()
    expected = audited("platform-lead")
    assert audit.findings["finding_id"].tolist() == expected["findings"]["finding_id"].tolist()
    assert audit.rules["status"].tolist() == expected["rules"]["status"].tolist()
