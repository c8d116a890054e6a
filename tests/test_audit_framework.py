"""How an audit runs: its tables, its settings, and what frames keep of it."""

from __future__ import annotations

from typing import Any

import pytest

import dfns_frames as dff
from dfns_frames._api.judgements import FINDING_SEVERITIES, RULE_STATUSES

TOKEN: dict[str, Any] = {
    "tokenId": "to-1",
    "name": "ci",
    "kind": "Pat",
    "isActive": True,
    "orgId": "or-1",
    "dateCreated": "2026-03-01T09:30:00Z",
    "linkedUserId": "us-1",
    "linkedAppId": "",
    "credId": "",
    "publicKey": "",
    "permissionAssignments": [],
}


def pats(*tokens: dict[str, Any]) -> dff.Frames:
    """Return the frames of a list of tokens."""
    return dff.read({"items": [{**TOKEN, **token} for token in tokens]}, fetched_at="2026-11-02T09:00:00Z")


def test_an_audit_is_the_same_frames_with_three_tables_more() -> None:
    """Nothing of the frames is lost, and the three tables come last."""
    frames = pats({})
    audit = frames.audit()
    assert [*audit] == [*frames, "findings", "rules", "settings"]
    assert all(audit.arrow(name).equals(frames.arrow(name)) for name in frames)


def test_the_audit_falls_away_on_filter_and_concat() -> None:
    """What was judged of other frames is not kept."""
    audit = pats({}).audit()
    assert [*audit.filter(["to-1"])] == [*pats({})]
    assert [*dff.concat([audit, pats({"tokenId": "to-2"})])] == [*pats({})]


def test_every_rule_has_a_row_and_a_listing() -> None:
    """`rules` of an audit and of the package name the same rules, in the same order."""
    ran, listed = pats({}).audit().rules, dff.rules()
    assert ran["rule"].astype(str).tolist() == listed["id"].tolist()
    assert set(ran["status"]) <= {*RULE_STATUSES}
    assert set(listed["severity"].astype(str)) <= {*FINDING_SEVERITIES}
    assert listed.drop(columns="thresholds").notna().all(axis=None)


def test_every_rule_says_why_and_when_it_is_how_severe() -> None:
    """In this order, so that the documentation can show the two apart; the worst severity is among them."""
    for rule in dff.rules().to_dict("records"):
        why, _, severity = rule["why"].partition(" Severity: ")
        assert why.endswith("."), rule["id"]
        assert rule["severity"] in severity, rule["id"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"L03.privileged_day": 60}, "thresholds knows no 'L03.privileged_day'. Did you mean"),
        (
            {"L03.privileged_days": -1},
            "thresholds must give L03.privileged_days a number of at least 0, not '-1'",
        ),
        ({"L03.privileged_days": "60"}, "a number of at least 0"),
        ({"L03.privileged_days": True}, "a number of at least 0"),
        ({"L03.privileged_days": float("nan")}, "a number of at least 0"),
        (["L03.privileged_days"], "takes a dict"),
    ],
)
def test_odd_thresholds_are_refused(given: Any, said: str) -> None:
    """A threshold is one that exists, and a number."""
    with pytest.raises(dff.ConfigurationError, match=r"thresholds") as raised:
        pats({}).audit(thresholds=given)
    assert raised.value.option == "thresholds"
    assert said in str(raised.value)


def test_severities_compare() -> None:
    """What is at least so bad is one comparison away, in findings and in rules."""
    audit = pats({"linkedUserId": ""}).audit()
    assert set(audit.findings[audit.findings["severity"] >= "high"]["rule"]) == {"R05"}
    assert (audit.rules["severity"] > "high").any()
    assert pats().audit().findings["severity"].cat.ordered


def test_settings_tell_what_was_set() -> None:
    """`as_of` and the version stand among the settings, each with its default."""
    settings = pats({}).audit(as_of="2026-10-01T00:00:00Z").settings.set_index("setting")
    assert settings.loc["as_of", "value"] == "2026-10-01T00:00:00Z"
    assert settings.loc["version", "value"] == dff.__version__
    with pytest.raises(dff.ConfigurationError, match="as_of"):
        pats({}).audit(as_of="soon")


def test_ids_survive_a_join_in_any_order() -> None:
    """Lists of two people, joined the one way and the other, have the same findings in the same order."""
    mine, others = (
        pats({"linkedUserId": ""}),
        pats({"tokenId": "to-2", "linkedUserId": "us-2"}, {"tokenId": "to-3"}),
    )
    first, second = (dff.concat(each).audit() for each in ([mine, others], [others, mine]))
    assert len(first.findings) > 2
    assert first.arrow("findings").equals(second.arrow("findings"))
    assert set(mine.audit().findings["finding_id"]) < set(first.findings["finding_id"])


def test_a_list_of_two_organisations_is_judged_as_two() -> None:
    """What was not read is missing of every one, and nothing is said of mixed policies."""
    both = pats({}, {"tokenId": "to-2", "orgId": "or-2"}).audit().rules.set_index("rule")["missing"]
    assert "every organisation: policies not read" in both["P02"]
    assert "joined" not in both["P02"]


def test_policies_of_nobody_knows_whom_are_a_reservation() -> None:
    """Rules that read them name the list, and say what to do."""
    policies = dff.read({"items": []}, endpoint="policies")
    joined = dff.concat([pats({}), pats({"tokenId": "to-2", "orgId": "or-2"}), policies])
    missing = joined.audit().rules.set_index("rule")["missing"]
    said = "lists of 2 organisations are joined, and nothing says of which this one is: GET /v2/policies"
    assert f"{said}; audit each organisation separately" in missing["P02"]
    assert "organisations" not in missing["L01"]
