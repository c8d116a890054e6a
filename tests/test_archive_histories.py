"""Random histories of whole organisations: the archive's answers against a plain reading of every look."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections import Counter
from datetime import datetime, timedelta
from random import Random

import pandas as pd
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import dfns_frames as dff
from tests import naive_past
from tests.histories import START, Look, frames, history, later, looked, made

FUZZ = os.environ.get("HYPOTHESIS_PROFILE") == "fuzz"
chances = st.randoms(use_true_random=False)
troubles = st.sampled_from([0.0, 0.1, 0.3])


def tries(few: int) -> settings:
    """Return how often a test tries: a few times, or very often where nothing else is done."""
    many, quiet = 500 if FUZZ else few, list(HealthCheck)
    # A history is no simpler for being smaller, and each attempt at one takes seconds.
    phases = [each for each in Phase if each not in (Phase.shrink, Phase.explain)]
    return settings(deadline=None, max_examples=many, suppress_health_check=quiet, phases=phases)


def kept(folder: str, *histories: tuple[str, list[Look]], random: Random) -> dff.Archive:
    """Add looks in any order."""
    archive = dff.Archive(folder)
    looks = [(org, look) for org, looks in histories for look in looks]
    random.shuffle(looks)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # most tokens of a list are gone
        for org, look in looks:
            archive.add(frames(look, org), org=org, caller=look.caller)
    return archive


@tries(6)
@given(chances, st.integers(2, 5), troubles)
def test_the_archive_tells_what_a_plain_reading_of_all_looks_finds(
    random: Random, days: int, trouble: float
) -> None:
    """Of two organisations side by side, whatever stood in the way: all that looks show, and no more."""
    looks, others = history(random, days, trouble), history(random, 2, trouble)
    times = [each.when for look in looks for each in look.listings.values()]
    since, until = sorted(random.choice(times) + timedelta(hours=random.choice((0, 0, 3))) for _ in "ab")
    with tempfile.TemporaryDirectory() as folder:
        archive = kept(folder, ("or-1", looks), ("or-2", others), random=random)
        found = archive.changes()
        for org, of in (("or-1", looks), ("or-2", others)):
            assert naive_past.rows_of(found[found["org_id"] == org]) == naive_past.changes(of)
        check_window(archive, looks, since, until, random.choice((None, looks[0].caller)))
        check_lives(archive, looks, until)
        check_looking_back(archive, looks, until)


def check_window(
    archive: dff.Archive, looks: list[Look], since: datetime, until: datetime, caller: str | None
) -> None:
    """Ask for what the looks up to a moment show, as if there were no others, after another moment."""
    found = archive.changes(since=since, until=until, org="or-1", caller=caller)
    wanted = naive_past.changes([each for each in looks if caller in (None, each.caller)], until)
    assert naive_past.rows_of(found) == Counter({row: wanted[row] for row in wanted if row[-1] > since})


def check_lives(archive: dff.Archive, looks: list[Look], moment: datetime) -> None:
    """From when to when tokens were there, and who could move funds at a moment."""
    found = archive.lifetimes(org="or-1").set_index("token_id")
    wanted = naive_past.lifetimes(looks)
    told = found[["first_seen", "last_seen", "gone_after", "gone_by", "off_after", "off_by"]].astype(object)
    assert told.where(told.notna(), None).to_dict("index") == wanted
    found = archive.holders("move_funds", on=moment, org="or-1")
    assert dict(zip(found["token_id"], found["certainty"].astype(str), strict=True)) == naive_past.holders(
        looks, moment
    )


def check_looking_back(archive: dff.Archive, looks: list[Look], moment: datetime) -> None:
    """As of a moment, of each list the last complete look, else the last."""
    frames = archive.at(moment, org="or-1")
    lists, things = naive_past.at(looks, moment)
    rows = frames["sources"][["source", "status", "fetched_at"]].astype(object).to_numpy().tolist()
    assert {tuple(row) for row in rows} == lists
    assert naive_past.listed(frames) == things


@tries(20)
@given(chances, troubles)
def test_comparing_two_looks_is_what_a_plain_reading_of_both_finds(random: Random, trouble: float) -> None:
    """Every change of every table that has ids, and unknown only what one of the looks leaves open."""
    old, new = two(random, trouble)
    assert naive_past.rows_of(dff.compare(frames(old), frames(new))) == naive_past.compared(old, new)


def two(random: Random, trouble: float) -> tuple[Look, Look]:
    """Make up two looks of one caller, which list nothing twice."""
    world = made(random)
    old = looked(random, world, "us-1", START, trouble, repeats=False)
    when = START + timedelta(days=1)
    return old, looked(random, later(random, world), "us-1", when, trouble, repeats=False)


@tries(4)
@given(chances, troubles)
def test_of_two_looks_changes_and_compare_say_the_same(random: Random, trouble: float) -> None:
    """All columns and severities of what is not unknown, in all tables."""
    both = [*two(random, trouble)]
    with tempfile.TemporaryDirectory() as folder:
        found = kept(folder, ("or-1", both), random=random).changes()
    compared = dff.compare(*map(frames, both))
    made = [each[each["change"] != "unknown"].reset_index(drop=True) for each in (found, compared)]
    columns = [*compared.columns]
    pd.testing.assert_frame_equal(made[0][columns].astype(object), made[1].astype(object))
