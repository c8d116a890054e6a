"""What `read` is given: where it comes from, when that was, and what it is instead of a response."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import os
import types
import warnings
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import dfns_frames as dff
from tests.conftest import WHEN, assignment, read, token

LIST = json.dumps({"items": [token(1, assignment())]}).encode()


def zipped(name: str) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(name, LIST)
    return made.getvalue()


def basis(frames: dff.Frames) -> str:
    (found,) = frames.arrow("sources")["fetched_at_basis"].to_pylist()
    return str(found)


@pytest.mark.parametrize("kind", [str, Path])
def test_a_home_is_expanded(kind: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As exports expand it."""
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    (tmp_path / "pats.json").write_bytes(LIST)
    assert len(dff.read(kind("~/pats.json")).tokens) == 1


def test_a_file_may_have_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that looks like JSON, or like somebody's home."""
    monkeypatch.chdir(tmp_path)
    for name in ("[1] pats.json", "{}", "~nobody-has-this-name"):
        Path(name).write_bytes(LIST)
        assert len(dff.read(name).tokens) == 1


def test_any_mapping_is_a_mapping() -> None:
    """A read-only view of a parsed response is read like the dict itself, wherever it stands."""
    body = {"items": [token(1, assignment())]}
    view = types.MappingProxyType(body)
    nested = {"items": [types.MappingProxyType(token(1, types.MappingProxyType(assignment())))]}
    for form in (view, nested, nested["items"], [view]):
        assert dff.read(form).arrow("token_operations") == dff.read(body).arrow("token_operations")


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("https://api.dfns.io/auth/pats", r"not a web address; to ask the API"),
        ("HTTP://localhost/x", r"to ask the API"),
        (Path("https://api.dfns.io/auth/pats"), r"to ask the API"),
        ("s3://bucket/pats.json", r"download the file first"),
        ("file:///home/pats.json", r"leave out `file://`"),
        ('{"items": []}', r"not JSON text; .*text\.encode"),
        ("", r"this one is empty"),
        (" ", r"this one is empty"),
        ("a\0b", r"NUL"),
        (iter([LIST]), r"make a list of it"),
        ({LIST}, r"make a list of it"),
        (3, r"not int$"),
        (pd.DataFrame(), r"not a DataFrame"),
        ([pd.DataFrame()], r"not a DataFrame"),
        (pd.Series(dtype=object), r"not a Series"),
    ],
)
def test_what_is_no_source_is_told_what_is(source: Any, message: str) -> None:
    """The error says what was passed, and what to do instead."""
    with pytest.raises(dff.ConfigurationError, match=message):
        dff.read(source)


def test_frames_are_read_already() -> None:
    """Alone or in a list they are not a response; joining them is another function."""
    pats = read(token(1))
    for source in (pats, [pats], [pats, pats]):
        with pytest.raises(dff.ConfigurationError, match=r"Frames already.*concat"):
            dff.read(source)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (LIST[:-5], "truncated"),
        (b"<html>", "HTML"),
        (b"{}", "not a token list"),
        (b"hello world", "not JSON"),
        (LIST + b"\n" + LIST, "several documents"),
        (repr(json.loads(LIST)).encode(), "printed Python dict"),
        (repr(json.loads(LIST)["items"]).encode(), "printed Python dict"),
        (b'{"items": ["\xff"]}', "save it again as UTF-8"),
        ('{"items": []}'.encode("utf-16"), "UTF-16"),
        ('{"items": []}'.encode("utf-16-le"), "UTF-16"),
        (json.dumps({"items": [token(isActive=3)]}).encode(), "isActive"),
        (b"source,token_no,token_id\n/auth/pats,0,to-1\n", "CSV.*JSON.*folder that to_parquet"),
        (b'\xef\xbb\xbf"source";"token_no"\r\n', "CSV"),
        (b"source\ttoken_no\n", "CSV"),
        (b"| source | token_no |\n|---|---|\n", "Markdown"),
        (b"# Tokens\n", "Markdown"),
        (b'{"schema_version": 1,\n"about": [],\n"tokens": []}', r"JSON that to_json\(\) wrote.*baseline="),
        (gzip.compress(LIST)[:-9], "cannot be unpacked"),
        (gzip.compress(gzip.compress(LIST)), "it is compressed"),
        (bz2.compress(LIST), "it is compressed"),
        (lzma.compress(LIST), "it is compressed"),
        (zlib.compress(LIST), "it is compressed"),
        (b"\x28\xb5\x2f\xfd\x04\x58\x69", "it is compressed"),
        (zipped("pats.json"), "it is compressed"),
        (b"\x0b\x02\x80{}\x03", "it is compressed"),  # brotli, which has no mark of its own
        (b"\x1b\x0c\x00 \x04x", "it is compressed"),  # the same, and valid UTF-8
        (zipped("[Content_Types].xml"), "a workbook"),
        (b"PAR1....PAR1", "Parquet"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(data: bytes, message: str, tmp_path: Path) -> None:
    """The error holds the file's name, what the file is instead, and what to do; also of one of several."""
    path, good = tmp_path / "my pats.json", tmp_path / "good.json"
    path.write_bytes(data)
    good.write_bytes(LIST)
    for source in (path, str(path), [good, path], path.open("rb")):
        with pytest.raises((dff.ResponseError, dff.SchemaError), match=f"(?s)my pats.json'.*{message}"):
            dff.read(source)
        if hasattr(source, "close"):
            source.close()
    with pytest.raises((dff.ResponseError, dff.SchemaError), match=message) as caught:
        dff.read(data)
    assert "bytes" not in str(caught.value).partition(":")[0]


def test_a_page_without_a_name_has_a_number() -> None:
    """Of several pages the error says which."""
    with pytest.raises(dff.ResponseError, match=r"^page 2: the response is empty"):
        dff.read([LIST, b""])


@pytest.mark.parametrize("skip_invalid", [False, True])
def test_advice_applies(skip_invalid: bool) -> None:
    """A page token that is not text is no token's fault, so that setting tokens aside cannot help."""
    with pytest.raises(dff.SchemaError, match="does not help") as caught:
        dff.read({"items": [token(1)], "nextPageToken": 2}, skip_invalid=skip_invalid)
    assert "Pass skip_invalid" not in str(caught.value)
    assert "the list itself does not fit" in str(caught.value)
    with pytest.raises(dff.SchemaError, match="the list itself, and 1 of its 1 tokens, does not fit"):
        dff.read({"items": [token(isActive=3)], "nextPageToken": 2}, skip_invalid=skip_invalid)


def test_what_a_time_rests_on(tmp_path: Path) -> None:
    """A file has its date, whoever says a time gave it, and anything else has the clock's."""
    path = tmp_path / "pats.json"
    path.write_bytes(LIST)
    assert basis(dff.read(path)) == "file date"
    assert basis(dff.read([b'{"items": []}', str(path)])) == "file date"
    assert basis(dff.read(path, fetched_at=WHEN)) == "given"
    with path.open("rb") as file:
        assert basis(dff.read(file)) == "clock"
    for source in (LIST, json.loads(LIST), [token(1)]):
        assert basis(dff.read(source)) == "clock"
        assert basis(dff.read(source, fetched_at=WHEN)) == "given"


def test_the_basis_is_kept(tmp_path: Path) -> None:
    """By Parquet and by joins; it stands right after the time."""
    given, clock = read(token(2, linkedUserId="us-2")), dff.read(LIST)
    joined = dff.concat([given, clock])
    assert joined.sources["fetched_at_basis"].tolist() == ["given", "clock"]
    assert dff.read(joined.to_parquet(tmp_path / "pats")) == joined
    names = joined.arrow("sources").column_names
    assert names[names.index("fetched_at") + 1] == "fetched_at_basis"


@pytest.mark.parametrize("when", [0, 315_532_800, 1_772_350_000])
def test_a_file_older_than_its_newest_token_is_warned_of(when: int, tmp_path: Path) -> None:
    """A date of 1970 or 1980, as images and archives give it, is not when the list was made."""
    path = tmp_path / "pats.json"
    path.write_bytes(LIST)
    os.utime(path, (when, when))
    with pytest.warns(
        dff.DriftWarning, match=r"the file's date.*is earlier than its newest token.*fetched_at="
    ):
        assert basis(dff.read(path)) == "file date"
    assert basis(dff.read(path, fetched_at=WHEN)) == "given"


def test_a_file_as_old_as_its_newest_token_is_not_warned_of(tmp_path: Path) -> None:
    """A file's date may have whole seconds only; and without tokens it can be anything."""
    path = tmp_path / "pats.json"
    path.write_text(
        json.dumps({"items": [token(1, dateCreated="2026-03-01T12:00:00.400Z"), token(2, dateCreated="")]})
    )
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()
    os.utime(path, (noon, noon))
    with pytest.warns(dff.DriftWarning) as caught:
        dff.read(path)
    assert not any("file's date" in str(each.message) for each in caught)
    path.write_text('{"items": []}')
    os.utime(path, (0, 0))
    dff.read(path)


def test_a_day_is_its_end() -> None:
    """What was created on that day was there; and a day that is not over ends now."""
    for day in ("2026-03-01", date(2026, 3, 1)):
        frames = read(token(1, dateCreated="2026-03-01T23:00:00Z"), fetched_at=day)
        assert frames.fetched_at == datetime(2026, 3, 1, 23, 59, 59, 999999, UTC)
    before = datetime.now(UTC)
    today = read(fetched_at=before.date().isoformat()).fetched_at
    assert before <= today <= datetime.now(UTC)


def test_a_midnight_is_no_day() -> None:
    """A datetime or a text with a time stays what it is."""
    midnight = datetime(2026, 3, 1, tzinfo=UTC)
    for when in ("2026-03-01T00:00:00Z", midnight, midnight.replace(tzinfo=None), pd.Timestamp(midnight)):
        assert read(fetched_at=when).fetched_at == midnight


def test_the_future_is_refused() -> None:
    """Clocks may differ a little, and elsewhere a day begins before it does in UTC; nothing else is right."""
    now = datetime.now(UTC)
    for late in (now + timedelta(minutes=6), "9999-12-31", "2999-01-01T00:00:00Z", date.max):
        with pytest.raises(dff.ConfigurationError, match=r"fetched_at=.* is in the future: it is now"):
            read(fetched_at=late)
    assert read(fetched_at=now + timedelta(minutes=4)).fetched_at == now + timedelta(minutes=4)
    if now.hour >= 10:
        assert read(fetched_at=now.date() + timedelta(days=1)).fetched_at <= datetime.now(UTC)


@pytest.mark.parametrize("when", ["last week", "", "2026-13-01", "2026-1-1", 3, pd.NaT, b"2026-03-01", True])
def test_what_is_no_time_is_refused(when: Any) -> None:
    """The message shows the forms that are taken."""
    with pytest.raises(dff.ConfigurationError, match=r"is not a time; pass a date such as '2026-03-02'"):
        read(fetched_at=when)


@pytest.mark.parametrize(
    "measure", [dff.measures.creation_over_time, dff.measures.creation_calendar, dff.measures.token_ages]
)
def test_as_of_takes_days_alike(measure: Callable[..., pd.DataFrame]) -> None:
    """Each measure counts to the end of that day."""
    pats = read(token(1, dateCreated="2026-03-01T23:00:00Z"), token(2, dateCreated="2026-03-02T00:00:00Z"))
    day, end = measure(pats, as_of="2026-03-01"), measure(pats, as_of="2026-03-01T23:59:59.999999Z")
    pd.testing.assert_frame_equal(day, end)


def test_no_warning_of_a_time_for_what_is_given() -> None:
    """Whoever gives a time answers for it; tokens created later have no age."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert basis(read(token(1, dateCreated="9999-12-31T00:00:00Z"))) == "given"
