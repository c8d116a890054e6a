"""The answers that were worked out by hand: they name what there is, and leave no case out."""

from dfns_frames.demo import org
from dfns_frames.demo.organisation import listings
from dfns_frames.demo.story.world import MAIN
from tests.demo_answers import effects, findings, gates, move_funds, move_funds_tokens, names, reach

LISTED = listings(MAIN)
POLICIES = LISTED["/v2/policies"]
ACTIVE = {
    token["tokenId"]: token["isActive"]
    for tokens in (
        *(body["items"] for body in org.bodies().values()),
        *(account["accessTokens"] for account in LISTED["/auth/service-accounts"]),
    )
    for token in tokens
}


def test_answers_name_what_there_is() -> None:
    """Every token, policy and activity that the answers name exists, whether on or off as they say."""
    for ways, expected in ((move_funds_tokens.LEAD_TOKENS, True), (move_funds_tokens.LEAD_TOKENS_OFF, False)):
        for listed in ways.values():
            assert {ACTIVE[names.token_id("platform-lead", token)] for token in listed} == {expected}
    for on, listed in move_funds_tokens.TREASURY_TOKENS.items():
        assert {ACTIVE[names.token_id("treasury", token)] for token in listed} == {on}
    for effect in (*effects.EFFECTIVE, *effects.EFFECTIVE_OF_PAYMENTS):
        assert names.token_id(effect.owner, effect.token) in ACTIVE
    for owner, token in reach.UNLISTED:
        assert names.token_id(owner, token) not in ACTIVE
    for caller, (count, _) in reach.COVERED.items():
        assert len(org.bodies()[caller]["items"]) == count
    for activity, keys in gates.ACTIVITIES.items():
        guarding = {item["id"]: item["status"] for item in POLICIES if item["activityKind"] == activity}
        everything, switched_on = (set(map(names.policy_id, listed.split())) for listed in keys)
        assert guarding.keys() == everything
        assert {found for found, status in guarding.items() if status == "Active"} == switched_on
    assert gates.ACTIVITIES.keys() == {policy["activityKind"] for policy in POLICIES}


def test_answers_hold_every_row_that_there_can_be() -> None:
    """Each reason for yes, no and unknown occurs, and so does each gate."""
    reasons = {
        (effect.effective, effect.basis) for effect in (*effects.EFFECTIVE, *effects.EFFECTIVE_OF_PAYMENTS)
    }
    assert reasons == {
        ("yes", "token and user"),
        ("yes", "full administrator"),
        ("yes", "looked up"),
        ("no", "refused for this kind"),
        ("no", "user lacks it"),
        ("unknown", "user not read"),
        ("unknown", "user not found"),
        ("unknown", "user incomplete"),
        ("unknown", "operations unknown"),
    }
    found = {way.gate for way in gates.OTHER_WAYS.values()} | {
        move_funds.gate_of(way, by_itself=holder.by_itself)
        for holder in move_funds.MOVE_FUNDS
        for way in holder.ways
    }
    assert found == {
        "not covered",
        "unknown",
        "blocked",
        "approval by others",
        "approval by itself",
        "sometimes",
        "none",
    }


def test_answers_on_who_is_alone() -> None:
    """Nobody else stands in the way of what works and is not covered, or approved by whoever asks."""
    for holder in move_funds.MOVE_FUNDS:
        open_to_it = [
            way
            for way in holder.ways
            if holder.end_user
            or move_funds.gate_of(way, by_itself=holder.by_itself) in ("not covered", "approval by itself")
        ]
        assert holder.alone == (tuple(open_to_it) if holder.active else ())


def test_answers_hold_the_rules_of_this_story() -> None:
    """Each rule finds something, and something comes near it."""
    assert " ".join(findings.FINDINGS) == (
        "P01 P02 P03 P04 P05 P11 R01 R05 R06 L01 L03 L05 L07 S01 H05 Q01 G01 G02 G03 G05 G06 U01 U03 T01"
    )
    assert all(case.bad and (case.near or rule == "S01") for rule, case in findings.FINDINGS.items())
