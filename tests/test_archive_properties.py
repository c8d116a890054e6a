"""Random histories of an organisation, looked at at random times: the archive against what truly happened."""

from __future__ import annotations

import tempfile
import warnings
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pandas as pd
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dfns_frames as dff
from tests.conftest import token

_START = datetime(2026, 3, 1, tzinfo=UTC)
_OPERATIONS = ("Wallets:Read", "Wallets:Transfers:Create", "Keys:Export")


@dataclass(frozen=True)
class Truth:
    """How a token truly is at one time."""

    name: str = "a"
    active: bool = True
    operations: tuple[str, ...] = ()


World = dict[int, Truth]


@dataclass(frozen=True)
class Seen:
    """One look: which tokens it lists in full, without their operations, or only as set aside; all or not."""

    day: int
    world: World
    complete: bool = True
    hidden: frozenset[int] = frozenset()
    unlisted: frozenset[int] = frozenset()
    aside: frozenset[int] = frozenset()

    @property
    def listed(self) -> set[int]:
        return {*self.world} - self.aside - (frozenset() if self.complete else self.hidden)

    def proves_absent(self, number: int) -> bool:
        return self.complete and number not in self.world


tokens = st.builds(
    Truth,
    st.sampled_from("ab"),
    st.booleans(),
    st.lists(st.sampled_from(_OPERATIONS), unique=True).map(tuple),
)
some = st.frozensets(st.integers(0, 3), max_size=2)


@st.composite
def histories(draw: st.DrawFn) -> list[Seen]:
    """Draw the looks at a history, a day apart; the world changes in between."""
    world: World = {}
    looks = []
    for day in range(draw(st.integers(2, 5))):
        for number in draw(st.frozensets(st.integers(0, 3), max_size=3)):
            if number in world and draw(st.booleans()):
                world = {key: value for key, value in world.items() if key != number}
            else:
                world = {**world, number: draw(tokens)}
        look = Seen(day, dict(sorted(world.items())))
        if draw(st.booleans()):
            look = replace(look, complete=draw(st.booleans()), hidden=draw(some), unlisted=draw(some))
            look = replace(look, aside=draw(some) if draw(st.booleans()) else frozenset())
        looks.append(look)
    return looks


def time(day: float) -> datetime:
    return _START + timedelta(days=day)


def answered(look: Seen) -> dff.Frames:
    """Return what the API answered."""
    items = []
    for number, true in look.world.items():
        if not look.complete and number in look.hidden:
            continue
        held: dict[str, Any] = {"permissionName": "P", "permissionId": "pm-1", "assignmentId": ""}
        if number not in look.unlisted:
            held["operations"] = list(true.operations)
        item = token(number, held, name=true.name, isActive=true.active, dateCreated="2026-01-01T00:00:00Z")
        items.append({**item, "kind": 5} if number in look.aside else item)
    body = {"items": items} | ({} if look.complete else {"nextPageToken": "more"})
    return dff.read(body, fetched_at=time(look.day), skip_invalid=True, caller="us-1")


def kept(folder: str, looks: list[Seen]) -> dff.Archive:
    archive = dff.Archive(folder)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for look in (*looks[1:], looks[0]):  # the first is added late
            archive.add(answered(look), org="or-1")
    return archive


def expected(looks: list[Seen]) -> set[tuple[Any, ...]]:
    """Return every change that two looks show: each thing between the looks that tell of it."""
    found: set[tuple[Any, ...]] = set()
    for number in range(4):
        telling = [look for look in looks if number in look.listed or look.proves_absent(number)]
        for old, new in pairwise(telling):
            was, is_ = number in old.listed, number in new.listed
            if was != is_:
                found.add(("appeared" if is_ else "disappeared", number, None, None, old.day, new.day))
            elif was:
                before, after = old.world[number], new.world[number]
                for field, left, right in (
                    ("name", before.name, after.name),
                    ("is_active", before.active, after.active),
                ):
                    if left != right:
                        found.add(("changed", number, field, None, old.day, new.day))
        for run in _spells(telling, number):
            open_ = [look for look in run if number not in look.unlisted]
            for old, new in pairwise(open_):
                less, more = set(old.world[number].operations), set(new.world[number].operations)
                for change, which in (("appeared", more - less), ("disappeared", less - more)):
                    found |= {(change, number, None, each, old.day, new.day) for each in which}
    return found


def _spells(telling: list[Seen], number: int) -> list[list[Seen]]:
    """Return the looks that list a token, parted by those that prove that it was not there."""
    runs: list[list[Seen]] = [[]]
    for look in telling:
        if number in look.listed:
            runs[-1].append(look)
        else:
            runs.append([])
    return runs


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(histories())
def test_the_archive_tells_all_that_its_looks_show_and_nothing_else(looks: list[Seen]) -> None:
    """Changes, lifetimes, holders and frames as of a day are what a plain reading of the looks gives."""
    with tempfile.TemporaryDirectory() as folder:
        archive = kept(folder, looks)
        _check_changes(archive, looks)
        _check_lifetimes(archive, looks)
        _check_holders(archive, looks)
        complete = [look for look in looks if look.complete]
        if complete:
            last = complete[-1]
            assert {*archive.at(time(9)).tokens["token_id"]} == {f"to-{each}" for each in last.listed}


def _check_changes(archive: dff.Archive, looks: list[Seen]) -> None:
    found = archive.changes()
    known = found[found["change"] != "unknown"].astype(object)
    rows = known.where(known.notna(), None)
    assert {
        (
            row.change, int(row.token_id[3:]), row.field, row.operation,
            (row.after - _START).days, (row.by - _START).days,
        )
        for row in rows.itertuples()
    } == expected(looks)  # fmt: skip
    assert len(rows) == len(expected(looks))
    later = archive.changes(since=time(0.5), until=time(2.5))
    assert {*later.loc[later["change"] != "unknown", "by"]} <= {time(1), time(2)}
    in_window = sum(0.5 < row[-1] < 2.5 for row in expected(looks))
    assert (later["change"] != "unknown").sum() == in_window
    open_ = found[(found["change"] == "unknown") & (found["object"] == "token")]
    last = looks[-1]
    for token_id in open_["token_id"]:
        number = int(token_id[3:])
        assert number not in last.listed
        assert not last.proves_absent(number)


def _check_lifetimes(archive: dff.Archive, looks: list[Seen]) -> None:
    found = archive.lifetimes().set_index("token_id")
    for number in range(4):
        seen = [look.day for look in looks if number in look.listed]
        if not seen:
            assert f"to-{number}" not in found.index
            continue
        row = found.loc[f"to-{number}"]
        assert (row.first_seen, row.last_seen) == (time(seen[0]), time(seen[-1]))
        gone = [look.day for look in looks if look.day > seen[-1] and look.proves_absent(number)]
        assert pd.isna(row.gone_by) if not gone else row.gone_by == time(gone[0])
        assert pd.isna(row.gone_after) if not gone else row.gone_after == time(seen[-1])
        on = [day for day in seen if looks[day].world[number].active]
        off = [day for day in seen if not on or day > on[-1]]
        assert pd.isna(row.off_by) if not off else row.off_by == time(off[0])
        assert pd.isna(row.off_after) if not off or not on else row.off_after == time(on[-1])


def _check_holders(archive: dff.Archive, looks: list[Seen]) -> None:
    for moment in (0, 0.5, 1, 1.5, 7):
        rows = archive.holders("move_funds", on=time(moment))
        found = dict(zip(rows["token_id"], rows["certainty"].astype(str), strict=True))
        for number in range(4):
            telling = [look for look in looks if number in look.listed or look.proves_absent(number)]
            before = [_state(look, number) for look in telling if look.day <= moment][-1:]
            after = [_state(look, number) for look in telling if look.day >= moment][:1]
            states = {*before, *after}
            wanted = "seen" if before == after == [2] else "possible" if states & {1, 2} else None
            assert found.get(f"to-{number}") == wanted


def _state(look: Seen, number: int) -> int:
    """Return 2 if a look shows that a token could move funds, 1 if it leaves it open, 0 if not."""
    if number not in look.listed or not look.world[number].active:
        return 0
    return 1 if number in look.unlisted else 2 * ("Wallets:Transfers:Create" in look.world[number].operations)
