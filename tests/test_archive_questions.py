"""What an archive tells of the past: lifetimes, holders and changes."""

from __future__ import annotations

import re
import subprocess
import sys
import warnings
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import dfns_frames as dff
from dfns_frames._archive.asking import text_of
from dfns_frames._archive.comparing.frame import followed
from dfns_frames._archive.comparing.match import fields_of
from dfns_frames.cli import main
from tests.conftest import assignment, read, token

MOVER = assignment("Treasury", operations=["Wallets:Transfers:Create"])
UNLISTED = {key: value for key, value in MOVER.items() if key != "operations"}


def time(day: int) -> datetime:
    return datetime(2026, 3, day, 8, tzinfo=UTC)


@pytest.fixture
def archive(tmp_path: Path) -> dff.Archive:
    return dff.Archive(tmp_path / "archive")


def look(archive: dff.Archive, day: int, *tokens: dict[str, Any], **options: Any) -> None:
    """Add what was listed on a day of March 2026."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        archive.add(
            read(*tokens, fetched_at=time(day), **options), org=None if tokens else "or-1", caller="us-1"
        )


def partial(archive: dff.Archive, day: int, *tokens: dict[str, Any]) -> None:
    """Add a look that was not read to its end."""
    body = {"items": list(tokens), "nextPageToken": "more"}
    archive.add(dff.read(body, fetched_at=time(day)), org="or-1", caller="us-1")


def lifetime(archive: dff.Archive, which: str = "to-1") -> dict[str, Any]:
    """Return the days of one token's lifetime."""
    found = archive.lifetimes().set_index("token_id").loc[which]
    names = ["first_seen", "last_seen", "gone_after", "gone_by", "off_after", "off_by"]
    return {name: found[name].day for name in names if not pd.isna(found[name])}


def test_from_one_snapshot_nothing_is_known_to_be_gone(archive: dff.Archive) -> None:
    """One look tells when a token was born, and that it was there."""
    look(archive, 2, token(1), token(2, isActive=False))
    found = archive.lifetimes()
    assert found.columns.tolist() == [
        "org_id", "caller", "token_id", "name", "born", "first_seen", "last_seen", "gone_after", "gone_by",
        "off_after", "off_by",
    ]  # fmt: skip
    assert found["born"].tolist() == [datetime(2026, 3, 1, 9, 30, tzinfo=UTC)] * 2
    assert lifetime(archive, "to-1") == {"first_seen": 2, "last_seen": 2}
    assert lifetime(archive, "to-2") == {"first_seen": 2, "last_seen": 2, "off_by": 2}


def test_gone_is_between_two_looks(archive: dff.Archive) -> None:
    """A token went between the last look that has it and the first complete one that has not."""
    look(archive, 2, token(1), token(2))
    partial(archive, 3, token(2))
    look(archive, 4, token(2, name="new name"))
    look(archive, 5, token(2, name="new name"))
    assert lifetime(archive) == {"first_seen": 2, "last_seen": 2, "gone_after": 2, "gone_by": 4}
    assert lifetime(archive, "to-2") == {"first_seen": 2, "last_seen": 5}
    assert archive.lifetimes().set_index("token_id").loc["to-2", "name"] == "new name"


def test_what_came_back_is_not_gone(archive: dff.Archive) -> None:
    """A token that a later look lists again is there."""
    look(archive, 2, token(1), token(2))
    look(archive, 3, token(2))
    look(archive, 4, token(1), token(2))
    assert lifetime(archive) == {"first_seen": 2, "last_seen": 4}


def test_off_is_since_the_last_time_it_was_on(archive: dff.Archive) -> None:
    """Switched off, on and off again: the last time counts; on again: it is not off."""
    for day, active in ((2, True), (3, False), (4, True), (5, True), (6, False), (7, False)):
        look(archive, day, token(1, isActive=active))
    assert lifetime(archive) == {"first_seen": 2, "last_seen": 7, "off_after": 5, "off_by": 6}
    look(archive, 8, token(1))
    assert lifetime(archive) == {"first_seen": 2, "last_seen": 8}


def test_late_looks_take_their_place(archive: dff.Archive) -> None:
    """A look that is added late counts by its own time."""
    look(archive, 2, token(1), token(2))
    look(archive, 6, token(2))
    look(archive, 4, token(1), token(2))
    assert lifetime(archive)["gone_after"] == 4


def test_an_item_set_aside_may_be_the_missing_one(archive: dff.Archive) -> None:
    """A set-aside item with the token's id leaves open whether it is there; with no id, whether any is."""
    look(archive, 2, token(1), token(2))
    odd = {key: value for key, value in token(1).items() if key != "name"}
    look(archive, 3, token(2), odd, skip_invalid=True)
    assert lifetime(archive) == {"first_seen": 2, "last_seen": 2}
    look(archive, 4, token(2), {"name": 5}, skip_invalid=True)
    assert lifetime(archive) == {"first_seen": 2, "last_seen": 2}
    look(archive, 5, token(2), {**odd, "tokenId": "to-9"}, skip_invalid=True)
    assert lifetime(archive) == {"first_seen": 2, "last_seen": 2, "gone_after": 2, "gone_by": 5}


def test_callers_and_organisations_are_kept_apart(archive: dff.Archive) -> None:
    """What one caller is not shown says nothing of what another is."""
    look(archive, 2, token(1))
    archive.add(read(token(7, linkedUserId="us-2"), fetched_at=time(3)))
    archive.add(read(token(1, orgId="or-2"), fetched_at=time(4)))
    found = archive.lifetimes()
    assert found[["org_id", "caller", "token_id"]].to_numpy().tolist() == [
        ["or-1", "us-1", "to-1"], ["or-1", "us-2", "to-7"], ["or-2", "us-1", "to-1"],
    ]  # fmt: skip
    assert found["gone_by"].isna().all()
    assert len(archive.lifetimes(org="or-2")) == 1
    assert archive.lifetimes(org="or-1", caller="us-2")["token_id"].tolist() == ["to-7"]


def holders(archive: dff.Archive, on: str, category: str = "move_funds") -> dict[str, str]:
    found = archive.holders(category, on=on)
    return dict(zip(found["token_id"], found["certainty"].astype(str), strict=True))


def test_holders_are_seen_between_two_looks_that_agree(archive: dff.Archive) -> None:
    """On a day between, seen if both looks say so, possible if one does; after the last look all possible."""
    gained, lost, steady, other = token(1), token(2, MOVER), token(3, MOVER), token(4, assignment())
    look(archive, 2, gained, lost, steady, other)
    look(archive, 4, token(1, MOVER), token(2), steady, other)
    assert holders(archive, "2026-03-02T08:00:00Z") == {"to-2": "seen", "to-3": "seen"}
    assert holders(archive, "2026-03-03") == {"to-1": "possible", "to-2": "possible", "to-3": "seen"}
    assert holders(archive, "2026-03-04T08:00:00Z") == {"to-1": "seen", "to-3": "seen"}
    assert holders(archive, "2026-03-05") == {"to-1": "possible", "to-3": "possible"}
    assert holders(archive, "2026-03-01") == {"to-2": "possible", "to-3": "possible"}
    assert holders(archive, "2026-02-27") == {}  # none of them was born


def test_holders_are_as_capabilities_says(archive: dff.Archive, demo_pats: dff.Frames) -> None:
    """At the moment of a look, seen is yes and possible unknown, of the tokens that are active."""
    archive.add(demo_pats, caller="us-1")
    able = dff.measures.capabilities(demo_pats).query("is_active")
    for category in ("move_funds", "approve", "grant_access", "identities"):
        found = holders(archive, demo_pats.fetched_at.isoformat(), category)
        words = {"yes": "seen", "unknown": "possible"}
        told = able.set_index("token_id")[category].astype(str).map(words).dropna()
        assert found == told.to_dict()


def test_inactive_and_unlisted_holders(archive: dff.Archive) -> None:
    """An inactive token holds nothing; one with unlisted operations is possible."""
    look(archive, 2, token(1, MOVER, isActive=False), token(2, UNLISTED), token(3, UNLISTED, MOVER))
    assert holders(archive, "2026-03-02T08:00:00Z") == {"to-2": "possible", "to-3": "seen"}


def test_an_unknown_category_is_refused(archive: dff.Archive) -> None:
    """The message names what was probably meant, and all there are."""
    with pytest.raises(dff.ConfigurationError, match="Did you mean 'move_funds'"):
        archive.holders("move_fund", on="2026-03-02")
    with pytest.raises(dff.ConfigurationError, match="is not a time"):
        archive.holders("move_funds", on="yesterday")


def test_without_duckdb_the_error_names_the_extra(tmp_path: Path) -> None:
    """Adding and looking back work without DuckDB; a question says what to install."""
    code = (
        "import sys; sys.modules['duckdb'] = None\n"
        "import dfns_frames as dff\nfrom tests.conftest import read, token\n"
        f"archive = dff.Archive({str(tmp_path / 'archive')!r})\n"
        "archive.add(read(token(1))); archive.at('2026-04-01'); archive.snapshots(); archive.check()\n"
        "try:\n    archive.lifetimes()\nexcept dff.ConfigurationError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "pip install 'dfns-frames[archive]'" in done.stdout


def rows_of(changes: pd.DataFrame) -> list[str]:
    """Return changes as sorted rows, without whose they are."""
    plain = changes.drop(columns=["org_id", "caller"], errors="ignore").astype(str)
    return sorted(" | ".join(map(str, row)) for row in plain.to_numpy().tolist())


def told(archive: dff.Archive, **options: Any) -> list[str]:
    """Return what changed, in a few words."""
    found = archive.changes(**options)
    columns = ["change", "object", "token_id", "field", "old", "new", "after", "by"]
    rows = found[columns].astype(object).where(found[columns].notna(), None).to_numpy().tolist()
    days = [[*row[:6], *(f"{each.day}" for each in row[6:])] for row in rows]
    return sorted(" ".join(str(each) for each in row if each is not None) for row in days)


def test_changes_are_those_of_compare_from_look_to_look(archive: dff.Archive) -> None:
    """Where each look is complete, changes are what compare gives for each two that follow each other."""
    once, twice = (
        assignment("Twice", operations=["Keys:Export"]),
        assignment("Once", operations=["Wallets:Read"]),
    )
    looks = [
        [token(1, MOVER, twice, twice), token(2), token(3, UNLISTED)],
        [token(1, MOVER, twice, name="new"), token(2, isActive=False), token(4, once, MOVER)],
        [token(1, twice), token(2), token(4, once, UNLISTED, kind="ServiceAccount"), token(3, MOVER)],
        [token(2, assignment(permissionName="renamed", permissionId="pm-x")), token(4, once), token(5)],
        [],
    ]
    frames = [
        read(*tokens, fetched_at=time(day), **({"caller": "us-1"} if not tokens else {}))
        for day, tokens in enumerate(looks, start=2)
    ]
    for each in frames:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            archive.add(each, org="or-1")
    steps = [dff.compare(old, new) for old, new in pairwise(frames)]
    expected = [row for step in steps for row in rows_of(step[step["change"] != "unknown"])]
    found = archive.changes()
    assert rows_of(found[found["change"] != "unknown"]) == sorted(expected)
    assert found.dtypes["severity"] == steps[0].dtypes["severity"]
    for day in range(2, 7):
        part = archive.changes(since=time(day), until=time(day + 1))
        assert rows_of(part[part["change"] != "unknown"]) == sorted(
            row for step in steps[day - 2 : day - 1] for row in rows_of(step[step["change"] != "unknown"])
        )


def test_a_gap_is_bridged(archive: dff.Archive) -> None:
    """What an incomplete look leaves open, the next complete one tells: from the look before on."""
    look(archive, 2, token(1), token(2))
    partial(archive, 3, token(2))
    assert told(archive) == [
        "unknown source status ok incomplete 2 3",
        "unknown token to-1 listed listed incomplete 2 3",
    ]
    look(archive, 4, token(2), token(3))
    assert told(archive) == ["appeared token to-3 2 4", "disappeared token to-1 2 4"]


def test_since_and_until_are_about_the_look_that_shows_it(archive: dff.Archive) -> None:
    """A change counts by the look that shows it; a date as `since` is its beginning, as `until` its end."""
    for day in (2, 4, 6):
        look(archive, day, *(token(number) for number in range(1, day)))
    assert len(archive.changes()) == 4
    assert told(archive, since="2026-03-05") == ["appeared token to-4 4 6", "appeared token to-5 4 6"]
    assert told(archive, until="2026-03-04") == ["appeared token to-2 2 4", "appeared token to-3 2 4"]
    assert told(archive, since=time(4), until=time(6)) == told(archive, since="2026-03-05")
    assert told(archive, since=time(6)) == []


def test_unlisted_operations_say_nothing(archive: dff.Archive) -> None:
    """Operations are compared between the looks that list any, however long ago the one was."""
    wider = MOVER | {"operations": ["Wallets:Transfers:Create", "Keys:Export"]}
    look(archive, 2, token(1, MOVER))
    look(archive, 3, token(1, UNLISTED))
    assert told(archive) == ["unknown assignment to-1 operations listed not listed 2 3"]
    look(archive, 4, token(1, wider))
    assert told(archive) == ["appeared operation to-1 2 4"]
    assert told(archive, since="2026-03-04") == ["appeared operation to-1 2 4"]


@pytest.mark.parametrize("since", [[], ["--since", "2026-03-02T12:00:00Z"]], ids=["ever", "since"])
def test_a_refused_source_makes_nothing_disappear(
    archive: dff.Archive, since: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """A source that was refused when last asked is one row, and nothing that --fail-on could judge."""
    look(archive, 2, token(1))
    frames = read(token(1), fetched_at=time(3))
    tables = {name: frames.arrow(name) for name in frames if not name.startswith("token")}
    sources = tables["sources"]
    place = sources.column_names.index("status")
    refused = pd.Series(["forbidden"], dtype="category")
    import pyarrow as pa

    tables["sources"] = sources.set_column(
        place, sources.schema.field(place), pa.array(refused).cast(sources.schema.field(place).type)
    )
    archive.add(dff.Frames(tables), org="or-1", caller="us-1")
    assert told(archive) == ["unknown source status ok forbidden 2 3"]
    assert main(["archive", "changes", str(archive.folder), *since, "--fail-on", "low"]) == 2
    assert "was answered; the newest is from 2026-03-02 08:00 UTC" in capsys.readouterr().err
    assert lifetime(archive) == {"first_seen": 2, "last_seen": 2}


def test_the_shell_says_which_looks_it_compares(
    archive: dff.Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each list from the last complete look up to --since; one without a new look is named."""
    for day in ("2026-03-01", "2026-03-03", "2026-03-05"):
        archive.add(read(token(1), fetched_at=f"{day}T08:00:00Z"))
    archive.add(read(token(2, linkedUserId="us-2"), fetched_at="2026-03-01T09:00:00Z"))
    assert main(["archive", "changes", str(archive.folder), "--since", "2026-03-04", "--fail-on", "low"]) == 0
    assert capsys.readouterr().err == (
        "dfns-frames: Compared the snapshots of or-1: /auth/pats of us-1 from 2026-03-03 08:00 UTC to "
        "2026-03-05 08:00 UTC. Not compared, since that time has no second list of them: /auth/pats of us-2. "
        "No changes.\n"
    )


def test_an_empty_archive_is_nothing_to_judge(
    archive: dff.Archive, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where no look was ever kept, --fail-on ends with 2."""
    assert main(["archive", "changes", str(archive.folder), "--fail-on", "low"]) == 2
    assert "no snapshot was kept, so nothing was compared" in capsys.readouterr().err


def test_a_date_since_when_is_its_beginning(archive: dff.Archive) -> None:
    """The message about what is no time says so, and of `until` that a date is its end."""
    with pytest.raises(
        dff.ConfigurationError, match=r"^since='last week' is not a time.*beginning of that day"
    ):
        archive.changes(since="last week")
    with pytest.raises(dff.ConfigurationError, match=r"^until='soon' is not a time.*end of that day"):
        archive.changes(until="soon")


def test_the_end_of_the_time_may_lie_within_a_snapshot(archive: dff.Archive) -> None:
    """`until` between two lists of one snapshot: the earlier list counts, the later one is still to come."""
    permission = {
        "id": "pm-1", "name": "Treasury", "operations": [], "status": "Active", "isImmutable": False,
        "isArchived": False, "dateCreated": "2026-01-01T00:00:00Z", "dateUpdated": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    for day, tokens, name, more in ((2, 1, "Treasury", {"nextPageToken": "2"}), (3, 2, "Payments", {})):
        listed = {"items": [{**permission, "name": name}], **more}
        permissions = dff.read(
            listed, endpoint="permissions", caller="us-1", fetched_at=time(day) + timedelta(minutes=5)
        )
        pats = read(*map(token, range(1, tokens + 1)), fetched_at=time(day), caller="us-1")
        archive.add(dff.concat([pats, permissions]))
    within = archive.changes(until=time(3) + timedelta(minutes=2))
    assert within[["change", "object", "token_id"]].values.tolist() == [["appeared", "token", "to-2"]]
    assert sorted(archive.changes()["change"]) == ["appeared", "changed"]


def test_what_a_look_lists_twice_and_another_not_at_all_has_changed(archive: dff.Archive) -> None:
    """Twice in one look and never in the next is as often as once in each, and not the same."""
    look(archive, 2, token(1, MOVER, MOVER), token(2), token(2))
    look(archive, 3, token(1))
    found = archive.changes()
    assert found[["change", "object", "token_id"]].values.tolist() == [
        ["disappeared", "token", "to-2"],
        ["disappeared", "token", "to-2"],
        ["disappeared", "assignment", "to-1"],
        ["disappeared", "assignment", "to-1"],
    ]


def test_what_was_listed_long_before_the_window_still_counts(archive: dff.Archive) -> None:
    """Operations that the look at `since` leaves open are compared with the last that listed them."""
    more = {**MOVER, "operations": ["Wallets:Transfers:Create", "Keys:Export"]}
    look(archive, 2, token(1, MOVER), token(2, MOVER))
    for day in (3, 4, 5):
        look(archive, day, token(1, UNLISTED), *([] if day == 4 else [token(2, UNLISTED)]))
    look(archive, 6, token(1, more), token(2, more))
    found = archive.changes(since=time(5))
    # Token 2 was gone in between: what it held before that says nothing of what it holds now.
    assert found[["change", "token_id", "operation"]].values.tolist() == [["appeared", "to-1", "Keys:Export"]]
    assert found["after"].tolist() == [time(2)]
    pd.testing.assert_frame_equal(
        found, archive.changes().query("by > @found.after[0] and operation.notna()").reset_index(drop=True)
    )


def test_a_strangers_permission_does_not_make_a_full_administrator(archive: dff.Archive) -> None:
    """Where the permissions were read, one called as the vendor's is only that if it is immutable."""
    managed = {
        "id": "pm-9", "name": "ManagedFullAdminAccess", "operations": ["Wallets:Read"], "status": "Active",
        "isArchived": False, "dateCreated": "2026-01-01T00:00:00Z", "dateUpdated": "2026-01-01T00:00:00Z",
    }  # fmt: skip
    held = assignment("ManagedFullAdminAccess", permissionId="pm-9", operations=["Wallets:Read"])
    severities = []
    for number, immutable in enumerate((False, True)):
        org = dff.Archive(archive.folder.parent / str(number))
        permissions = {"items": [{**managed, "isImmutable": immutable}]}
        for day, tokens in ((2, [token(1)]), (3, [token(1), token(2, held)])):
            listed = dff.read(permissions, endpoint="permissions", caller="us-1", fetched_at=time(day))
            org.add(dff.concat([read(*tokens, fetched_at=time(day), caller="us-1"), listed]))
        severities += [*org.changes()["severity"]]
    assert severities == ["none", "critical"]


@pytest.mark.parametrize(
    "naive", [datetime(2026, 3, 2, 8), "2026-03-02T08:00:00", pd.Timestamp("2026-03-02")]
)
def test_a_time_without_an_offset_is_refused(archive: dff.Archive, naive: Any) -> None:
    """Whoever asks about a moment says in which zone; a date alone is a day in UTC."""
    look(archive, 2, token(1))
    for ask in (
        lambda: archive.at(naive),
        lambda: archive.changes(since=naive),
        lambda: archive.changes(until=naive),
        lambda: archive.holders("move_funds", on=naive),
    ):
        with pytest.raises(dff.ConfigurationError, match=r"has no offset.*T08:00:00Z"):
            ask()
    assert len(archive.at("2026-03-02").tokens) == 1


def members(day: int, group: str, *users: str) -> dff.Frames:
    """Return who is in one group, asked for by its id."""
    body = {"items": [{"userId": each} for each in users]}
    endpoint = f"/auth/user-groups/{group}/members"
    return dff.read(body, endpoint=endpoint, fetched_at=time(day), caller="us-1")


def test_a_group_that_was_not_asked_for_loses_no_members(archive: dff.Archive) -> None:
    """Who is in another group says nothing of it, with `since` or without; its own list does."""
    archive.add(members(2, "ug-1", "us-1", "us-2"), org="or-1")
    archive.add(members(3, "ug-2", "us-3"), org="or-1")
    for since in (None, time(2)):
        found = archive.changes(since=since)
        assert found[["change", "object", "user_id", "new"]].astype(str).to_numpy().tolist() == [
            ["unknown", "user_group_member", "us-1", "incomplete"],
            ["unknown", "user_group_member", "us-2", "incomplete"],
        ]
    archive.add(members(4, "ug-1", "us-1"), org="or-1")
    gone = archive.changes(since=time(3)).query("change == 'disappeared'")
    assert gone[["user_id", "after"]].to_numpy().tolist() == [["us-2", time(2)]]


def test_what_a_look_lists_twice_can_disappear(archive: dff.Archive) -> None:
    """One look lists a token twice and the next not at all: listed as often as there are looks, yet gone."""
    look(archive, 2, token(1), token(1), token(2))
    look(archive, 3, token(2))
    assert told(archive) == ["disappeared token to-1 2 3"] * 2


def test_questions_name_every_column_that_can_change() -> None:
    """What the declarations say can change, the SQL reads, column by column: a new one is not forgotten."""
    changing = {table.name: {*fields_of(table.name)} for table in followed() if fields_of(table.name)}
    fields: dict[str, set[str]] = {}
    for part in text_of("fields").split("UNION ALL"):
        name = re.findall(r"JOIN dfns_(\w+) AS t", part)[0]
        said = re.findall(r"WHEN '(\w+)' THEN (?:CAST\()?t\.(\w+)", part)
        assert all(word == column for word, column in said)
        fields[name] = {*re.findall(r"\('(\w+)'\)", part)}
        assert fields[name] == {word for word, _ in said}
    assert fields == changing
    grouped = re.findall(
        r"FROM dfns_(\w+)(?: AS t)?\n(?:.* JOIN .*\n)?\s+GROUP BY([^()]*)", text_of("unsteady")
    )
    counted = {name: {*re.findall(r"\w+", columns.split("UNION")[0])} for name, columns in grouped}
    for name, columns in changing.items():
        assert columns <= counted[name]


def test_a_window_that_ends_before_it_begins_is_refused(archive: dff.Archive) -> None:
    """Its answer would be empty, which looks like good news."""
    archive.add(read(token(1)))
    with pytest.raises(dff.ConfigurationError, match=r"since='2026-05-02' is after 2026-05-01, the end"):
        archive.changes(since="2026-05-02", until="2026-05-01")
    assert archive.changes(since="2026-05-01", until="2026-05-01").empty  # the whole day


def test_several_categories_are_refused(archive: dff.Archive) -> None:
    """A list of them is an error like an unknown one, and the message lists those that there are."""
    wrong: Any = ["move_funds"]
    with pytest.raises(
        dff.ConfigurationError, match=r"does not know \['move_funds'\].*There are: move_funds"
    ):
        archive.holders(wrong, on="2026-05-01")
