"""The archive: snapshots in a folder, what is refused, and what is damaged."""

from __future__ import annotations

import json
import shutil
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import dfns_frames as dff
from dfns_frames._archive.layout import quoted, unquoted
from tests.conftest import WHEN, assignment, read, token

MOVER = assignment("Treasury", operations=["Wallets:Transfers:Create"])
LOOK = "look=2026-03-02T08-00-00Z"


def day(number: int, *tokens: dict[str, Any], **options: Any) -> dff.Frames:
    """Read a look of one day of March 2026."""
    return read(*tokens, **{"fetched_at": f"2026-03-{number:02}T08:00:00Z", **options})


@pytest.fixture
def archive(tmp_path: Path) -> dff.Archive:
    return dff.Archive(tmp_path / "archive")


def test_a_snapshot_is_what_to_parquet_writes(archive: dff.Archive, tmp_path: Path) -> None:
    """A snapshot stands under organisation, caller and second, and is read back equal, by `read` too."""
    frames = read(token(1), token(2))
    path = archive.add(frames)
    assert path == tmp_path / "archive" / "snapshots" / "org=or-1" / "caller=us-1" / LOOK
    assert dff.read(path) == frames
    assert archive.at(WHEN) == frames
    assert sorted(each.name for each in path.iterdir()) == [
        "README.txt", "drift", "rejected", "sources", "token_assignments", "token_operations", "tokens",
    ]  # fmt: skip
    assert not list((tmp_path / "archive" / "staging").iterdir())


def test_an_equal_snapshot_is_the_one_that_is_there(archive: dff.Archive) -> None:
    """Adding the same again changes nothing; another answer of that second is refused, and the first kept."""
    path = archive.add(read(token(1)))
    before = {file: file.stat().st_mtime_ns for file in path.rglob("*")}
    assert archive.add(read(token(1))) == path
    assert {file: file.stat().st_mtime_ns for file in path.rglob("*")} == before
    with pytest.raises(
        dff.ConfigurationError, match=r"another snapshot of this.*fetch again a second later$"
    ):
        archive.add(read(token(2)))
    assert archive.at(WHEN).tokens["token_id"].tolist() == ["to-1"]


def test_snapshots_are_listed(archive: dff.Archive) -> None:
    """A row is one snapshot, the oldest first, whatever the order in which they were added."""
    archive.add(day(3, token(1), token(2)))
    archive.add(day(2, token(1)))
    archive.add(day(2, token(5, linkedUserId="us-2")))
    found = archive.snapshots()
    assert found.columns.tolist() == ["org_id", "caller", "taken", "statuses", "rows", "bytes"]
    assert found["caller"].tolist() == ["us-1", "us-2", "us-1"]
    assert found["taken"].is_monotonic_increasing
    assert found["statuses"].unique().tolist() == ["/auth/pats ok"]
    assert found["rows"].tolist() == [2, 2, 3]
    assert (found["bytes"] > 1000).all()
    assert archive.snapshots(caller="us-2")["org_id"].tolist() == ["or-1"]


def test_an_empty_archive_has_frames_with_columns(archive: dff.Archive) -> None:
    """Before anything is added every question has an answer without rows, but `at`."""
    assert archive.snapshots().empty
    assert archive.lifetimes().empty
    assert archive.changes().empty
    assert archive.changes().columns.tolist()[:4] == ["org_id", "caller", "change", "object"]
    assert archive.holders("move_funds", on="2026-03-02").empty
    assert archive.check().empty
    assert str(archive.lifetimes()["born"].dtype) == "datetime64[us, UTC]"
    with pytest.raises(dff.ConfigurationError, match="no snapshots yet"):
        archive.at("2026-03-02")


@pytest.mark.parametrize(
    ("made", "message"),
    [
        (lambda: read(token(1), token(2)).filter(["to-1"]), "filtered"),
        (lambda: dff.concat([read(token(1)), read(token(2, linkedUserId="us-2"))]), "join the lists"),
        (lambda: read(token(1), token(2, orgId="or-2")), "2 organisations"),
        (lambda: read(), "org must be given"),
        (lambda: read(token(1, orgId="")), "org must be given"),
        (lambda: read(token(1), token(2, linkedUserId="us-2")), "caller must be given"),
        (lambda: read(token(1)).tokens, "keeps Frames, not DataFrame"),
        (lambda: dff.Frames({}), "do not say where they come from"),
    ],
    ids=[
        "filtered",
        "joined",
        "organisations",
        "empty",
        "no organisation",
        "no caller",
        "DataFrame",
        "nothing",
    ],
)
def test_what_is_not_one_answer_is_refused(archive: dff.Archive, made: Any, message: str) -> None:
    """What is not all that one caller was answered at one time would make things seem to be gone."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        frames = made()
    with pytest.raises(dff.ConfigurationError, match=message):
        archive.add(frames)
    assert archive.snapshots().empty


def test_two_looks_of_one_caller_are_refused(archive: dff.Archive) -> None:
    """Two looks joined are refused: what the later one lacks would seem to be there."""
    with pytest.warns(UserWarning, match="two snapshots"):
        frames = dff.concat([day(1, token(1)), day(2, token(2))])
    with pytest.raises(dff.ConfigurationError, match="2 lists of /auth/pats"):
        archive.add(frames)


def test_who_and_whose_can_be_said(archive: dff.Archive) -> None:
    """Of an empty list organisation and caller are said, and are there when it is read back."""
    path = archive.add(read(), org="or-9", caller="Ann & co")
    found = archive.at(WHEN)
    assert path.parts[-3:-1] == ("org=or-9", "caller=~41nn~20~26~20co")
    assert found.sources[["org_id", "caller"]].to_numpy().tolist() == [["or-9", "Ann & co"]]
    assert archive.snapshots()["caller"].tolist() == ["Ann & co"]
    with pytest.raises(dff.ConfigurationError, match="these frames are of or-1"):
        archive.add(read(token(1)), org="or-2")


def test_a_time_that_nobody_vouches_for_is_refused(archive: dff.Archive, tmp_path: Path) -> None:
    """The date of a file is not when the list was made."""
    saved = tmp_path / "pats.json"
    saved.write_text(json.dumps({"items": [token(1)]}))
    with pytest.raises(dff.ConfigurationError, match=r"fetched_at=…"):
        archive.add(dff.read(saved))
    archive.add(dff.read(saved, fetched_at=WHEN))


def test_a_look_that_is_still_to_come_is_refused(archive: dff.Archive) -> None:
    """Clocks differ by minutes, which is forgiven; more is a fault, and would hide all looks until then."""
    now = datetime.now(UTC)
    archive.add(_at(now + timedelta(minutes=4)))
    with pytest.raises(dff.ConfigurationError, match="in the future"):
        archive.add(_at(now + timedelta(minutes=6)))


def _at(when: datetime) -> dff.Frames:
    """Return frames as a server whose clock is ahead makes them."""
    frames = read(token(1))
    sources = frames.arrow("sources")
    place = sources.column_names.index("fetched_at")
    field = sources.schema.field(place)
    tables = {name: frames.arrow(name) for name in frames}
    tables["sources"] = sources.set_column(place, field, [[when]])
    return dff.Frames(tables)


def test_an_answer_that_lacks_most_tokens_is_kept_and_warned_of(archive: dff.Archive) -> None:
    """It may be a fault of the API; nothing is lost by keeping it."""
    archive.add(day(1, *map(token, range(1, 10))))
    archive.add(day(2, *map(token, range(1, 6))))
    with pytest.warns(UserWarning, match="4 of the 5 tokens that /auth/pats listed last time"):
        archive.add(day(3, token(1)))
    assert len(archive.snapshots()) == 3


def test_at_takes_the_last_complete_look(archive: dff.Archive) -> None:
    """An incomplete look stands in for no complete one; ages are said; before the first is an error."""
    archive.add(day(1, token(1), token(2)))
    partial = dff.read({"items": [token(1)], "nextPageToken": "x"}, fetched_at="2026-03-03T08:00:00Z")
    archive.add(partial)
    assert partial.sources["status"].tolist() == ["incomplete"]
    found = archive.at("2026-03-05")
    assert found.tokens["token_id"].tolist() == ["to-1", "to-2"]
    assert found.fetched_at == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert archive.at("2026-03-01") == found
    with pytest.raises(dff.ConfigurationError, match="before the first snapshot, of 2026-03-01 08:00:00 UTC"):
        archive.at("2026-02-28")
    assert archive.at("2026-03-01T08:00:00Z") == found


def test_at_without_a_complete_look_says_so(archive: dff.Archive) -> None:
    """A list of which no look was complete is there as far as it was read, with its status."""
    archive.add(dff.read({"items": [token(1)], "nextPageToken": "x"}, fetched_at=WHEN))
    assert archive.at("2026-03-05").sources["status"].tolist() == ["incomplete"]


def test_at_joins_callers_and_asks_which_organisation(archive: dff.Archive) -> None:
    """The lists of all callers are one; those of several organisations never are."""
    archive.add(day(1, token(1)))
    archive.add(day(2, token(2, linkedUserId="us-2")))
    assert archive.at("2026-03-05").tokens["token_id"].tolist() == ["to-1", "to-2"]
    assert archive.at("2026-03-05", caller="us-2").tokens["token_id"].tolist() == ["to-2"]
    archive.add(day(1, token(7, orgId="or-2")))
    with pytest.raises(dff.ConfigurationError, match=r"2 organisations.*or-1, or-2"):
        archive.at("2026-03-05")
    assert archive.at("2026-03-05", org="or-2").tokens["token_id"].tolist() == ["to-7"]


def test_forget_removes_one_organisation(archive: dff.Archive, tmp_path: Path) -> None:
    """Nothing of it is left on disk, and nothing else is touched; one that is not there is an error."""
    archive.add(day(1, token(1)))
    archive.add(day(2, token(1)))
    archive.add(day(1, token(7, orgId="or-2")))
    assert archive.forget("or-1") == 2
    assert archive.snapshots()["org_id"].tolist() == ["or-2"]
    assert not [path for path in (tmp_path / "archive").rglob("*") if "or-1" in str(path)]
    assert not list((tmp_path / "archive" / "staging").iterdir())
    with pytest.raises(dff.ConfigurationError, match=r"no organisation 'or-1'.*or-2"):
        archive.forget("or-1")


@pytest.mark.parametrize(
    ("whose", "message"),
    [
        ({"org": "or-nope"}, r"^the archive has no organisation 'or-nope'; there are: or-1, or-2$"),
        ({"caller": "us-nope"}, r"^the archive has no caller 'us-nope'; there are: us-1, us-2$"),
        ({"org": "or-2", "caller": "us-2"}, r"^the archive has no caller 'us-2' of or-2; there are: us-1$"),
    ],
    ids=["organisation", "caller", "both"],
)
def test_whose_is_not_kept_is_an_error(archive: dff.Archive, whose: dict[str, str], message: str) -> None:
    """A misspelt organisation or caller never has an empty answer; the message lists what there is."""
    archive.add(day(1, token(1)))
    archive.add(day(1, token(2, linkedUserId="us-2")))
    archive.add(day(1, token(7, orgId="or-2")))
    for question in (
        lambda: archive.snapshots(**whose),
        lambda: archive.at("2026-03-02", **whose),
        lambda: archive.changes(**whose),
        lambda: archive.lifetimes(**whose),
        lambda: archive.holders("move_funds", on="2026-03-02", **whose),
    ):
        with pytest.raises(dff.ConfigurationError, match=message):
            question()


def test_what_a_killed_forget_left_goes_with_the_next(archive: dff.Archive, tmp_path: Path) -> None:
    """`check` names what is left over, and `forget` again finishes it."""
    archive.add(day(1, token(1)))
    home = tmp_path / "archive"
    (home / "snapshots" / "org=or-1").rename(home / "staging" / "forget-0123456789abcdef")
    assert archive.check()["remedy"].tolist() == ["call forget() again"]
    assert archive.forget("or-1") == 0
    assert archive.check().empty


def test_an_archive_can_be_opened_again(archive: dff.Archive, tmp_path: Path) -> None:
    """Opening changes nothing; a folder with something else in it is refused, and so is a newer archive."""
    archive.add(read(token(1)))
    assert len(dff.Archive(tmp_path / "archive").snapshots()) == 1
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "notes.txt").write_text("mine")
    with pytest.raises(dff.ConfigurationError, match=r"is not an archive.*notes\.txt"):
        dff.Archive(tmp_path / "other")
    assert [path.name for path in (tmp_path / "other").iterdir()] == ["notes.txt"]
    with pytest.raises(NotADirectoryError):
        dff.Archive(tmp_path / "other" / "notes.txt")
    (tmp_path / "archive" / "archive.json").write_text('{"format": 2}')
    with pytest.raises(dff.ConfigurationError, match="install a newer version"):
        dff.Archive(tmp_path / "archive")
    (tmp_path / "archive" / "archive.json").write_text("{")
    with pytest.raises(dff.ResponseError, match="damaged"):
        dff.Archive(tmp_path / "archive")


def test_check_names_what_is_damaged(archive: dff.Archive) -> None:
    """Files that are shortened, missing or of another look, and what is foreign, each with what to do."""
    paths = [archive.add(day(number, token(1), token(number + 1))) for number in range(1, 6)]
    assert archive.check().empty
    other, cut, lost, moved, _ = paths
    shutil.copy(paths[1] / "tokens" / "tokens.parquet", other / "tokens" / "tokens.parquet")
    (cut / "tokens" / "tokens.parquet").write_bytes(b"PAR1")
    (lost / "tokens" / "tokens.parquet").unlink()
    moved.rename(moved.with_name("look=2026-04-01T00-00-00Z"))
    (moved.parent / "notes.txt").write_text("mine")
    (archive.folder / "staging" / "add-0123456789abcdef").mkdir()
    (archive.folder / ".DS_Store").write_text("")
    found = archive.check()
    assert [Path(path).name for path in found["path"]] == [
        "add-0123456789abcdef", "notes.txt", other.name, cut.name, lost.name, "look=2026-04-01T00-00-00Z",
    ]  # fmt: skip
    assert found["problem"].str.len().min() > 10
    assert found["remedy"].str.len().min() > 10


def test_a_flipped_bit_changes_no_value_in_silence(archive: dff.Archive) -> None:
    """Wherever a bit of a file is flipped, `check` names the file, or nothing that it says is different."""
    path = archive.add(day(1, token(1, MOVER), token(2, name="another"), token(3)))
    frames = archive.at("2026-03-01")
    file = path / "tokens" / "tokens.parquet"
    whole, named = file.read_bytes(), 0
    for place in range(4, len(whole), len(whole) // 80):
        content = bytearray(whole)
        content[place] ^= 4
        file.write_bytes(content)
        if archive.check().empty:
            assert archive.at("2026-03-01") == frames
        else:
            named += 1
    assert named > 20


def test_questions_name_a_damaged_file(archive: dff.Archive) -> None:
    """A question that meets a damaged file says so, and does not leave the snapshot out."""
    archive.add(day(1, token(1)))
    path = archive.add(day(2, token(1)))
    (path / "tokens" / "tokens.parquet").write_bytes(b"PAR1")
    with pytest.raises(dff.ResponseError, match=r"check\(\)"):
        archive.lifetimes()
    with pytest.raises(dff.ResponseError):
        archive.at("2026-03-05")


@given(st.text(min_size=1, max_size=30))
def test_any_id_names_a_folder(text: str) -> None:
    """Each id gets a name of its own on every file system, from which it can be read again."""
    try:
        name = quoted(text, "caller")
    except dff.ConfigurationError:
        assert len(text.encode("utf-8", "surrogatepass")) > 60 or not text.isprintable()
        return
    assert unquoted(name) == text
    assert name == name.lower()
    assert set(name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_.~")


@pytest.mark.parametrize(
    "hostile",
    ["../../etc", "a/b", "null", "NULL", "a=b", "*", "%2e", "it's; DROP TABLE x", "2026-01-01", "7"],
)
def test_a_hostile_caller_is_a_name_like_any_other(archive: dff.Archive, hostile: str) -> None:
    """Paths, patterns, SQL, dates and numbers come back as the texts that they are."""
    path = archive.add(read(token(1)), caller=hostile)
    assert path.parent.parent.name == "org=or-1"
    assert archive.snapshots(caller=hostile)["caller"].tolist() == [hostile]
    assert archive.lifetimes()["caller"].tolist() == [hostile]
    assert archive.lifetimes(caller=hostile)["token_id"].tolist() == ["to-1"]
    assert archive.at(WHEN, caller=hostile).sources["caller"].tolist() == [hostile]


@pytest.mark.parametrize("name", ["", "x" * 300, "\ud800"], ids=["empty", "long", "half a character"])
def test_what_cannot_name_a_folder_is_refused(archive: dff.Archive, name: str) -> None:
    """Nothing is written under a name that could not be told from another."""
    with pytest.raises(dff.ConfigurationError, match="caller"):
        archive.add(read(token(1)), caller=name)


def test_copies_answer_as_the_original(archive: dff.Archive, tmp_path: Path) -> None:
    """An archive is its files: copied elsewhere, it tells the same."""
    archive.add(day(1, token(1), token(2)))
    archive.add(day(2, token(1)))
    shutil.copytree(archive.folder, tmp_path / "copy")
    pd.testing.assert_frame_equal(dff.Archive(tmp_path / "copy").lifetimes(), archive.lifetimes())
