"""The demo's two states, a week apart: what has become of the findings is what was worked out by hand."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

import dfns_frames as dff
from tests.demo_answers import names
from tests.demo_answers.week import WEEK
from tests.demo_frames import organisation
from tests.test_audit_demo import subject

LEAD = "platform-lead"


@pytest.fixture(scope="module")
def week() -> dff.Frames:
    """Return the audit of now, with that of a week before as its baseline."""
    return organisation(LEAD).audit(baseline=organisation(LEAD, week_before=True).audit())


@pytest.mark.parametrize("status", WEEK)
def test_new_resolved_and_unknown_are_those_of_the_story(week: dff.Frames, status: str) -> None:
    """Exactly these, and all that is left is open."""
    rows = week.findings[week.findings["status"] == status]
    expected = {
        (rule, subject(rule, name)) for rule, listed in WEEK[status].items() for name in names.lines(listed)
    }
    assert {*zip(rows["rule"], rows["subject_id"], strict=True)} == expected
    assert len(rows) == len(expected)
    assert set(week.findings["status"]) == {*WEEK, "open"}


def test_from_json_it_is_the_same(week: dff.Frames, tmp_path: Path) -> None:
    """The baseline may have been written and read back in between."""
    path = organisation(LEAD, week_before=True).audit().to_json(tmp_path / "before.json")
    assert organisation(LEAD).audit(baseline=path) == week


def test_what_somebody_else_may_not_read_is_unknown() -> None:
    """Half of the lead's sources refuse the engineer: what rests on them is unknown, never resolved."""
    now = organisation("payments-engineer").audit(baseline=organisation(LEAD).audit())
    went = now.rules.set_index("rule")["status"]
    gone = now.findings[now.findings["status"].isin(["resolved", "unknown"])]
    assert len(gone)
    assert set(gone.loc[gone["rule"].map(went) == "not evaluated", "status"]) == {"unknown"}
    tokens = gone[gone["subject_kind"] == "token"]
    assert set(tokens["status"]) == {"unknown"}


@pytest.mark.filterwarnings("ignore::dfns_frames.DriftWarning")
def test_the_server_says_which_week_it_is() -> None:
    """Its date is a week before the snapshot's; the newest token was made before it."""
    with dff.demo.serve(week_before=True) as server:
        before = dff.Client(server.token, url=server.url).pats()
    assert before.fetched_at == dff.demo.SNAPSHOT - timedelta(days=7)
    assert before.tokens["date_created"].max() < before.fetched_at
    now = dff.demo.client().pats()
    assert now.fetched_at == dff.demo.SNAPSHOT
    assert set(before.tokens["name"]) - set(now.tokens["name"]) == {"incident 5790"}
