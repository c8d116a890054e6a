"""Secrets are planted wherever one may be, and searched for wherever something comes out. None is found."""

from __future__ import annotations

import base64
import copy
import gzip
import http.client
import io
import json
import logging
import pickle
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from traceback import TracebackException
from typing import Any

import pyarrow.parquet
import pytest

import dfns_frames as dff
from dfns_frames.cli import main
from tests.conftest import assignment, token
from tests.faulty import answer, in_turn, resets, sends, serving

pytestmark = pytest.mark.usefixtures("no_account")


def jwt(name: str) -> str:
    """Make what looks like a token, with a name in it by which to find it."""
    parts = ({"alg": "EdDSA"}, {"exp": 4_000_000_000, "sub": f"PLANTED-{name}"}, {"sig": "PLANTED"})
    return ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts
    )


BEARER, RETURNED, NESTED, FOREIGN = map(jwt, ("bearer", "returned", "nested", "foreign"))
PASSWORD = "PLANTED-password"  # noqa: S105 - made up
PLANTED = [BEARER, RETURNED, NESTED, FOREIGN, PASSWORD]

UNKNOWN = {"inner": [{"token": NESTED}], "more": {"deep": NESTED}}
GOOD = token(1, assignment(unknown=UNKNOWN), accessToken=RETURNED, unknown=UNKNOWN)
BAD = [
    token(2, assignment(permissionId={"token": NESTED}), accessToken=RETURNED, unknown=UNKNOWN),
    token(3, name={"token": NESTED}, orgId=[NESTED], accessToken=RETURNED),
    token(4, assignment(operations=[{"token": NESTED}, 5]), accessToken={"token": RETURNED}),
    {"accessToken": RETURNED, "unknown": UNKNOWN},
    [NESTED],
    NESTED,
]
LIST = json.dumps({"items": [GOOD], "unknown": UNKNOWN}).encode()
MIXED = json.dumps({"items": [GOOD, *BAD], "unknown": UNKNOWN}).encode()


def search(text: str | bytes) -> None:
    """Fail if a secret, or the telling part of one, is in a text."""
    data = text if isinstance(text, bytes) else text.encode("utf-8", "backslashreplace")
    for planted in PLANTED:
        assert planted.encode() not in data
        for part in planted.split("."):
            assert part.encode() not in data


def search_error(error: BaseException) -> None:
    """Search all that an error can show, also with the locals of each of our functions."""
    search(str(error) + repr(error) + repr(vars(error)))
    search(pickle.dumps(error))
    shown = TracebackException.from_exception(error, capture_locals=True)
    while shown is not None:
        for frame in shown.stack:
            if frame.filename != __file__:  # what the caller holds is the caller's
                search(f"{frame.name} {frame.locals}")
        search("".join(shown.format_exception_only()))
        following = shown.__cause__ or shown.__context__
        shown = following  # type: ignore[assignment]


def caught(call: Callable[[], Any]) -> dff.DfnsFramesError:
    """Return the error of ours that a call raises."""
    with pytest.raises(dff.DfnsFramesError) as info:
        call()
    return info.value


@pytest.fixture(autouse=True)
def watched(
    caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """Search every log at its most talkative and all that is printed."""
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr(http.client.HTTPConnection, "debuglevel", 1)
    yield
    out, err = capfd.readouterr()
    search(caplog.text + out + err)


@pytest.mark.parametrize(
    "behaviour",
    [
        *(
            sends(answer(status, json.dumps(said).encode()))
            for status in (400, 401, 403, 429, 500)
            for said in (
                {"error": {"id": BEARER[:90], "message": f"token {BEARER} is not good"}},
                {"error": {"id": FOREIGN, "message": f"{FOREIGN}, {BEARER}", "name": NESTED}},
                {"message": f"not allowed: Bearer {FOREIGN} (Auth:Pats:Read)"},
                {"error": f"'{BEARER}'"},
                [BEARER],
            )
        ),
        sends(answer(500, FOREIGN.encode())),
        sends(answer(302, BEARER.encode(), f"Location: https://u:{PASSWORD}@a.test/{BEARER}?t={FOREIGN}")),
        sends(answer(200, json.dumps({"error": {"message": BEARER}}).encode())),
        sends(answer(200, f"<html>{BEARER}".encode())),
        sends(answer(200, MIXED)),
        sends(answer(200, LIST[:-9])),
        sends(answer(200, LIST, length=len(LIST) + 9)),
        sends(answer(200, LIST + b"\xff")),
        sends(answer(200, gzip.compress(LIST)[:-40], "Content-Encoding: gzip")),
        sends(answer(200, LIST, "Content-Encoding: gzip")),
        sends(answer(200, LIST[:-1] + b', "nextPageToken": 5}')),
        sends(answer(204, LIST)),
        sends(b"HTTP/1.1 " + BEARER.encode() + b"\r\n\r\n"),
        resets(answer(200, LIST[:500], length=9999)),
        in_turn(sends(answer(200, LIST[:-1] + b', "nextPageToken": "a"}')), sends(answer(200, b"[1]"))),
    ],
)
@pytest.mark.filterwarnings("ignore::dfns_frames.DriftWarning")
def test_no_error_of_a_call_shows_a_secret(behaviour: Any) -> None:
    """Neither its message, fields and pickle nor its traceback with locals."""
    with serving(behaviour) as server:
        client = dff.Client(BEARER, url=server.url, timeout=0.5, deadline=2, retries=0)
        search_error(caught(client.pats))
        assert server.requests


def test_a_token_that_is_no_jwt_is_blotted_out() -> None:
    """The client's own token is, whatever it looks like."""
    said = json.dumps({"error": {"id": PASSWORD, "message": f"{PASSWORD} is not good"}}).encode()
    with serving(sends(answer(400, said))) as server:
        error = caught(dff.Client(PASSWORD, url=server.url).pats)
    assert "*** is not good" in str(error)
    search_error(error)


@pytest.mark.parametrize(
    "options",
    [
        {"url": f"https://user:{PASSWORD}@api.dfns.io"},
        {"url": f"https://{PASSWORD}@api.dfns.io"},
        {"url": f"https://api.dfns.io?password={PASSWORD}"},
        {"url": f"https://api.dfns.io:{PASSWORD}"},
        {"url": f"ftp://user:{PASSWORD}@api.dfns.io"},
        {"url": f"https://user:{PASSWORD}@api.dfns.io", "region": "eu"},
        {"url": f"https://user:{PASSWORD}@[::1"},
        {"region": "mars"},
        {"timeout": -1},
        {"max_body": 0},
        {"token": BEARER + "\n" + BEARER},
        {"token": BEARER + "é"},
        {"token": BEARER.encode()},
    ],
    ids=lambda options: f"{next(iter(options))}-{len(str(options))}",
)
def test_no_refused_setting_shows_a_secret(options: dict[str, Any]) -> None:
    """Neither the token nor a password in the address, whichever of the two is fine."""
    search_error(caught(lambda: dff.Client(**{"token": BEARER} | options)))


def test_no_refused_environment_shows_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address with credentials in DFNS_API_URL is refused."""
    monkeypatch.setenv("DFNS_AUTH_TOKEN", BEARER)
    monkeypatch.setenv("DFNS_API_URL", f"https://user:{PASSWORD}@api.dfns.io")
    error = caught(dff.Client)
    assert "DFNS_API_URL must not hold" in str(error)
    search_error(error)


def read_text_file() -> dff.Frames:
    return dff.read(io.StringIO(MIXED.decode()))


@pytest.mark.parametrize(
    "call",
    [
        lambda: dff.read(MIXED),
        lambda: dff.read(json.loads(MIXED)),
        lambda: dff.read([GOOD, *BAD[:4]]),  # type: ignore[list-item]
        lambda: dff.read([LIST, MIXED]),
        lambda: dff.read(MIXED.decode()),
        lambda: dff.read("\ufeff" + MIXED.decode()),
        read_text_file,
        lambda: dff.read(json.loads(MIXED) | {"x": {1, 2}}),
        lambda: dff.read(LIST[:-5]),
        lambda: dff.read(LIST + b"\xff"),
        lambda: dff.read(LIST, fetched_at="yesterday"),
        lambda: dff.read(gzip.compress(LIST, 0)[:-5]),
        lambda: dff.read({"items": {"accessToken": RETURNED}}),
        lambda: dff.read([[NESTED]]),  # type: ignore[list-item]
    ],
)
@pytest.mark.filterwarnings("ignore::dfns_frames.DriftWarning")
def test_no_error_of_reading_shows_a_secret(call: Callable[[], Any]) -> None:
    """Whatever form the response is given in."""
    search_error(caught(call))


def test_a_warning_made_an_error_shows_no_secret() -> None:
    """As tests and strict notebooks do."""
    with pytest.raises(dff.DriftWarning) as info:
        dff.read(json.loads(LIST))
    search_error(info.value)


WAYS: dict[str, Callable[[str], dff.Frames]] = {
    "read": lambda _: dff.read(MIXED, skip_invalid=True),
    "fetched": lambda url: dff.Client(BEARER, url=url).pats(skip_invalid=True),
}


@pytest.fixture(params=WAYS)
def frames(request: pytest.FixtureRequest) -> dff.Frames:
    """Frames of a response full of secrets, invalid items set aside."""
    with serving(sends(answer(200, MIXED))) as server, pytest.warns(dff.DriftWarning) as warned:
        made = WAYS[request.param](server.url)
    search("".join(str(each.message) for each in warned))
    assert len(made.rejected) == len(BAD)
    assert made.tokens["secret_returned"].tolist() == [True]
    return made


def test_no_frame_shows_a_secret(frames: dff.Frames) -> None:
    """As text, as HTML, as a pickle, as Arrow."""
    search(repr(frames) + frames._repr_html_())
    search(pickle.dumps(frames))
    for name in frames:
        search(frames[name].to_csv() + frames[name].to_html() + repr(frames.arrow(name).to_pylist()))
    search(pickle.dumps(dff.concat([frames, frames])))


def test_no_file_holds_a_secret(frames: dff.Frames, tmp_path: Path) -> None:
    """No CSV file, Parquet file or member of the workbook."""
    frames.to_csv(tmp_path / "csv")
    frames.to_parquet(tmp_path / "parquet")
    with zipfile.ZipFile(frames.to_excel(tmp_path / "pats.xlsx")) as workbook:
        members = {name: workbook.read(name) for name in workbook.namelist()}
    assert any(b"to-1" in data for data in members.values())
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.suffix for path in files} >= {".csv", ".parquet", ".xlsx"}
    for data in (*members.values(), *(path.read_bytes() for path in files)):
        search(data)
    for path in files:
        if path.suffix == ".parquet":
            table = pyarrow.parquet.read_table(path)
            search(repr(table.to_pylist()) + repr(table.schema.metadata))


@pytest.mark.parametrize("body", [MIXED, LIST[:-5], LIST])
def test_the_shell_shows_no_secret(
    body: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither what it prints nor what it writes; and it takes the token from the environment only."""
    monkeypatch.setenv("DFNS_AUTH_TOKEN", BEARER)
    with serving(sends(answer(200, body))) as server:
        monkeypatch.setenv("DFNS_API_URL", server.url)
        main(["fetch", "--out", str(tmp_path / "out")])
        main(["fetch", "--skip-invalid", "--out", str(tmp_path / "rest")])
        assert server.requests
    with pytest.raises(SystemExit):
        main(["fetch", "--token", "x"])
    out, err = capfd.readouterr()
    search(out + err)
    for path in tmp_path.rglob("*.*"):
        search(path.read_bytes())


def all_of(thing: Any) -> str:
    """Show the attributes of a thing, and those of each that is of ours."""
    shown = repr(thing)
    for value in vars(thing).values() if hasattr(thing, "__dict__") else ():
        ours = type(value).__module__.startswith("dfns_frames")
        shown += all_of(value) if ours else repr(value)
    return shown


def test_a_client_gives_no_secret_away() -> None:
    """It cannot be pickled or copied, and nothing that it holds shows the token."""
    client = dff.Client(BEARER, url="http://127.0.0.1:1")
    search(repr(client) + all_of(client))
    for give in (pickle.dumps, copy.copy, copy.deepcopy):
        with pytest.raises(TypeError, match="secret"):
            give(client)


def test_the_search_finds() -> None:
    """A secret that is there is found, whole or in part, so that the tests above can fail."""
    for text in (f"x{BEARER}y", RETURNED.split(".")[1], f"https://user:{PASSWORD}@x", pickle.dumps(NESTED)):
        with pytest.raises(AssertionError):
            search(text)
    with pytest.raises(AssertionError):
        search_error(ValueError(FOREIGN))
