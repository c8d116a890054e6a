"""What has become of findings since an earlier audit: new, open, resolved, unknown."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import dfns_frames as dff
from dfns_frames.audit.baseline import Baseline, asked, places
from dfns_frames.audit.progress import Outcome, with_status
from tests import organisations as org
from tests.audit_samples import Row, audit_of, finding, findings, went
from tests.test_audit_framework import pats

READS = (org.PATS, org.MACHINES, org.USERS)
WHOLE, NONE = Outcome(True, None, READS), Outcome(False, "users not read", READS)
PARTLY = Outcome(True, "2 tokens without a creation date", READS)
TOKENS = (
    org.Token("to-1", "us-1"),
    org.Token("to-2", "us-1"),
    org.Token("to-3", "us-m", source=org.MACHINES),
)
NOW = org.Organisation(tokens=TOKENS)


def earlier(*rows: Row, frames: Any = None, missing: dict[str, str | None] | None = None) -> Baseline:
    """Return a baseline that found these, in frames of all three tokens."""
    frames = org.frames(NOW) if frames is None else frames
    held = {name: frames.arrow(name) for name in frames}
    return Baseline(findings(*rows), missing or {}, asked(held), places(held))


def status(found: pa.Table) -> dict[str, str]:
    """Return the status of each finding, by its id."""
    return dict(zip(found["finding_id"].to_pylist(), found["status"].to_pylist(), strict=True))


def since(
    baseline: Baseline | None, *rows: Row, outcome: Outcome = WHOLE, now: org.Organisation = NOW
) -> dict[str, str]:
    """Return what became of the findings, where this is found now."""
    return status(with_status(findings(*rows), baseline, {"P01": outcome}, org.frames(now)))


def dated(organisation: org.Organisation) -> Any:
    """Return frames in which nothing of any token is unknown."""
    stub = org.frames(organisation)
    tables = {name: stub.arrow(name) for name in stub}
    tokens = tables["tokens"]
    for name, value in (("date_created", org.WHEN), ("operation_count", 3)):
        kind = tokens.schema.field(name).type
        tokens = tokens.set_column(
            tokens.column_names.index(name),
            tokens.schema.field(name),
            pa.array([value] * tokens.num_rows, kind),
        )
    return org.Stub(tables | {"tokens": tokens})


def test_without_a_baseline_all_are_open() -> None:
    """There is nothing that they could be new to."""
    assert since(None, finding("P01", "to-1")) == {"P01-to-1": "open"}


def test_what_was_there_is_open_and_the_rest_is_new() -> None:
    """Whatever became of it in between; what was unknown counts as having been there."""
    before = earlier(finding("P01", "to-1"), finding("P01", "to-3", status="unknown"))
    found = since(before, *(finding("P01", f"to-{n}") for n in (1, 2, 3)))
    assert found == {"P01-to-1": "open", "P01-to-2": "new", "P01-to-3": "open"}


def test_what_is_gone_is_resolved_where_its_rule_saw_everything() -> None:
    """The finding stays in the list, as it was."""
    gone = finding("P01", "to-9", evidence="As it was.", accepted=True)
    table = with_status(findings(), earlier(gone), {"P01": WHOLE}, org.frames(NOW))
    assert status(table) == {"P01-to-9": "resolved"}
    assert table["evidence"].to_pylist() == ["As it was."]


def test_what_cannot_be_evaluated_now_is_unknown() -> None:
    """Never resolved, even where the token is listed."""
    assert since(earlier(finding("P01", "to-1")), outcome=NONE) == {"P01-to-1": "unknown"}


@pytest.mark.parametrize("lost", READS)
@pytest.mark.parametrize("how", ["forbidden", "failed", "incomplete"])
def test_what_rests_on_a_source_that_did_not_come_is_unknown(lost: str, how: str) -> None:
    """A policy, or a token that was on the list that did not come."""
    before = earlier(
        finding("P01", "to-1"), finding("P01", "to-3"), finding("P01", "plc-1", subject_kind="policy")
    )
    found = since(before, outcome=PARTLY, now=NOW.without(lost, how))
    assert found["P01-plc-1"] == "unknown"
    assert found[{org.PATS: "P01-to-1"}.get(lost, "P01-to-3")] == "unknown"


def test_a_source_that_the_rule_does_not_read_may_be_missing() -> None:
    """It does not make what is mended unknown."""
    found = since(earlier(finding("P01", "to-9")), now=NOW.without(org.POLICIES))
    assert found == {"P01-to-9": "resolved"}


def test_a_source_that_never_came_hides_nothing_more_than_before() -> None:
    """On a list of PATs alone every rule is partly evaluated, and mended is mended all the same."""
    alone = NOW.without(org.MACHINES)
    before = earlier(finding("P01", "to-9"), frames=org.frames(alone))
    assert since(before, outcome=PARTLY, now=alone) == {"P01-to-9": "resolved"}


def test_a_token_of_which_something_is_unknown_now_is_unknown() -> None:
    """Its operations are no longer listed, or its date: the rule may not have been able to tell."""
    before = earlier(finding("P01", "to-1"))
    assert since(before, outcome=PARTLY) == {"P01-to-1": "unknown"}
    clear = with_status(findings(), before, {"P01": PARTLY}, dated(NOW))
    assert status(clear) == {"P01-to-1": "resolved"}


def test_what_is_no_token_is_resolved_only_where_no_more_is_missing_than_before() -> None:
    """What a rule could not look at is the same sentence as before, or it may hide the finding."""
    policy = finding("P01", "plc-1", subject_kind="policy")
    assert since(earlier(policy), outcome=PARTLY) == {"P01-plc-1": "unknown"}
    before = earlier(policy, missing={"P01": PARTLY.missing})
    assert since(before, outcome=PARTLY) == {"P01-plc-1": "resolved"}


def test_findings_of_rules_that_are_judged_elsewhere_are_left_out() -> None:
    """Each rule's findings are carried once."""
    assert since(earlier(finding("A01", None, subject_name="entry"))) == {}


def test_a_token_that_a_filter_left_out_or_that_was_set_aside_is_unknown() -> None:
    """It may still be as it was."""
    frames = pats({}, {"tokenId": "to-2"})
    before = earlier(finding("P01", "to-2"), frames=frames)
    left = with_status(findings(), before, {"P01": WHOLE}, frames.filter(["to-1"]))
    assert status(left) == {"P01-to-2": "unknown"}
    aside = dff.read({"items": [{"tokenId": "to-2"}]}, skip_invalid=True)
    assert status(with_status(findings(), before, {"P01": WHOLE}, aside)) == {"P01-to-2": "unknown"}


# --- From rules to status, as `audit` does it ---------------------------------------------------------------


def test_an_audit_is_its_own_baseline(tmp_path: Path) -> None:
    """As what `audit` returned, or as the JSON of it: nothing is new, nothing is resolved."""
    frames = pats({"publicKey": "key"}, {"tokenId": "to-2", "publicKey": "key"})
    first = frames.audit()
    path = first.to_json(tmp_path / "first.json")
    for baseline in (first, path, str(path)):
        again = frames.audit(baseline=baseline)
        assert again == first


@pytest.mark.parametrize("baseline", ["", 7, b"{}", {"findings": []}, Ellipsis])
def test_what_is_no_audit_is_refused(baseline: Any) -> None:
    """It says what to pass."""
    frames = pats({})
    with pytest.raises(dff.ConfigurationError, match="baseline") as raised:
        frames.audit(baseline=frames if baseline is Ellipsis else baseline)
    assert raised.value.option == "baseline"


def test_a_baseline_of_another_organisation_is_refused() -> None:
    """The message names both; where neither is known, none is another."""
    other = pats({"orgId": "or-2"}).audit()
    with pytest.raises(dff.ConfigurationError, match=r"another organisation \(or-2\).*or-1"):
        pats({}).audit(baseline=other)
    assert pats().audit(baseline=other) is not None


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"schema_version": 2}, "another version of dfns-frames"),
        ({"schema_version": True}, "another version"),
        ({"schema_version": "1"}, "another version"),
        ({"settings": [{"setting": "version", "value": "9.9", "default": "9.9"}]}, "another version"),
        ({"settings": []}, "another version"),
    ],
)
def test_a_baseline_of_another_version_is_refused(
    tmp_path: Path, change: dict[str, Any], message: str
) -> None:
    """The message says what to do: audit the earlier responses again."""
    path = pats({}).audit().to_json(tmp_path / "first.json")
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(dff.ConfigurationError, match=f"{message}.*audit the responses of that time again"):
        pats({}).audit(baseline=path)


def test_a_baseline_without_an_audit_is_refused(tmp_path: Path) -> None:
    """JSON of frames that nobody audited."""
    path = pats({}).to_json(tmp_path / "pats.json")
    with pytest.raises(dff.ConfigurationError, match="holds no table 'findings'"):
        pats({}).audit(baseline=path)


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "{}", '{"items": []}', "null", "[" * 100_000, f'{{"a": {"1" * 5_000}'],
    ids=range(8),
)  # fmt: skip
def test_a_file_that_is_no_audit_is_refused(tmp_path: Path, text: str) -> None:
    """As a response that is none."""
    path = tmp_path / "first.json"
    path.write_text(text)
    with pytest.raises(dff.ResponseError, match="is not what to_json"):
        pats({}).audit(baseline=path)


def test_a_file_that_is_not_there_is_an_error_of_the_system(tmp_path: Path) -> None:
    """Which the shell words by itself."""
    with pytest.raises(FileNotFoundError):
        pats({}).audit(baseline=tmp_path / "none.json")


def test_acceptance_and_baseline_together(tmp_path: Path) -> None:
    """What is unknown may be accepted; what is resolved is not matched; A01 has a status of its own."""
    first = audit_of(pats({}), [finding("P01", "to-1"), finding("P01", "to-9")], [went("P01")])
    path = tmp_path / "accepted.toml"
    path.write_text(
        '[[accept]]\nrule = "A01"\nsubject = "to-9"\nreason = "r"\nby = "b"\nuntil = 2027-01-01\n'
    )
    frames = pats({})
    with_entry = frames.audit(accept=path, baseline=first)
    rows = with_entry.findings.set_index("rule")
    assert "A01" in rows.index
    assert rows.loc["A01", "status"] == "new"
    again = frames.audit(accept=path, baseline=with_entry)
    assert again.findings.set_index("rule").loc["A01", "status"] == "open"
    without = frames.audit(baseline=with_entry)
    assert without.findings.set_index("rule").loc["A01", "status"] == "unknown"
    counts = with_entry.rules.set_index("rule").loc["A01"]
    assert (counts["status"], counts["looked_at"], counts["found"]) == ("findings", 1, 1)


def test_changed_findings_keep_their_own_words() -> None:
    """What is still found is told as it is now, not as it was."""
    before = earlier(finding("P01", "to-1", evidence="Then."))
    table = with_status(findings(finding("P01", "to-1", evidence="Now.")), before, {"P01": WHOLE}, dated(NOW))
    assert table["evidence"].to_pylist() == ["Now."]
    assert replace(WHOLE).missing is None


def test_frames_without_any_table_have_an_audit_and_a_baseline(tmp_path: Path) -> None:
    """No rule could be evaluated, and nothing is resolved."""
    nothing = dff.Frames({})
    path = nothing.audit().to_json(tmp_path / "nothing.json")
    assert nothing.audit(baseline=path) == nothing.audit()
    found = pats({"linkedUserId": ""}).audit()
    assert set(nothing.audit(baseline=found).findings["status"]) == {"unknown"}
