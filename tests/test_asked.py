"""Every output of any frames says what they are of, and what was asked for and did not come."""

from __future__ import annotations

import html
import json
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib import pyplot

import dfns_frames as dff
from dfns_frames._api.sources import SOURCES
from dfns_frames._api.tables import TABLES
from dfns_frames._facts.provenance import caption, source_lines
from tests.conftest import WHEN
from tests.test_doors import LISTED
from tests.test_engine_sources import tries


@cache
def tables(path: str) -> dict[str, Any]:
    """Read one item of a source."""
    frames = dff.read([LISTED[path]], endpoint=path.replace("{id}", "ug-7"), fetched_at=WHEN)
    return {name: frames.arrow(name) for name in SOURCES[path].tables}


def asked(**statuses: str | dict[str, Any]) -> dff.Frames:
    """Make frames of the sources that came, by the client's method; of the others only the status."""
    held: dict[str, Any] = {}
    rows: list[dict[str, Any]] = []
    for method, said in statuses.items():
        source = next(each for each in SOURCES.values() if each.method == method)
        row: dict[str, Any] = {
            "source": source.path,
            "url": f"https://api.dfns.io{source.path}",
            "fetched_at": dff.demo.SNAPSHOT,
            "needs_operation": source.operation,
            **(said if isinstance(said, dict) else {"status": said}),
        }
        if row["status"] in ("ok", "incomplete"):
            row["item_count"] = 1
            held |= tables(source.path)
        rows.append({**row, "source_no": len(rows)})
    return dff.Frames({**held, "sources": TABLES["sources"].from_rows(rows)})


def texts(path: Path) -> str:
    """Return all that a workbook's sheets say."""
    with zipfile.ZipFile(path) as book:
        pages = " ".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
    return html.unescape(pages)


def outputs(frames: dff.Frames, folder: Path) -> dict[str, str]:
    """Return what each output says of frames, white space made even."""
    frames.to_csv(folder / "csv")
    frames.to_parquet(folder / "parquet")
    dff.write(frames, folder / "all.json")
    assert dff.read(folder / "parquet") == frames
    written = json.loads((folder / "all.json").read_text(encoding="utf-8"))
    assert {name: len(written[name]) for name in frames} == {
        name: frames.arrow(name).num_rows for name in frames
    }
    said = {
        "repr": repr(frames),
        "html": frames._repr_html_(),
        "readme": (folder / "csv/README.txt").read_text(encoding="utf-8"),
        "json": " ".join(written["about"]),
        "workbook": texts(frames.to_excel(folder / "all.xlsx")),
        "caption": caption(frames),
    }
    return {name: " ".join(text.split()) for name, text in said.items()}


@pytest.mark.parametrize(
    ("status", "message"),
    [
        ("forbidden", "users not read: needs Auth:Users:Read"),
        ("unavailable", "users not read: unavailable"),
        (
            {"status": "failed", "detail": "the server\n answered 500"},
            "users not read: failed, the server answered",
        ),
        ({"status": "skipped", "detail": None}, "users not read: skipped, as it needs another list"),
    ],
    ids=["forbidden", "unavailable", "failed", "skipped"],
)
def test_what_was_asked_for_and_did_not_come(status: Any, message: str, tmp_path: Path) -> None:
    """Every output says it, with the operation that would help; and nothing of what was not asked for."""
    frames = asked(pats="ok", users=status)
    for name, said in outputs(frames, tmp_path).items():
        assert message in said, name
        assert "policies not read" not in said, name
    ax = frames.plot.permission_spread()
    assert message in " ".join(" ".join(text.get_text() for text in ax.texts).split())
    pyplot.close("all")


def sources(*rows: dict[str, Any]) -> dff.Frames:
    """Make frames that hold nothing but sources."""
    numbered = [{"source_no": number, **row} for number, row in enumerate(rows)]
    return dff.Frames({"sources": TABLES["sources"].from_rows(numbered)})


def test_a_source_that_came_at_another_time_is_not_missed() -> None:
    """Of the same caller; where somebody else could read it, it says who could not."""
    refused = {"source": "/auth/users", "status": "forbidden", "needs_operation": "Auth:Users:Read"}
    read = {"source": "/auth/users", "status": "ok", "item_count": 1}
    both = sources({**refused, "caller": "ben"}, {**read, "caller": "ada"})
    assert "users not read by ben: needs Auth:Users:Read." in caption(both)
    assert "/auth/users by ada from somewhere, at an unknown time: ok, 1 user" in repr(both)
    assert "NOT ALL" not in caption(sources({**refused, "caller": "ben"}, {**read, "caller": "ben"}))
    assert "users not read: needs Auth:Users:Read." in caption(sources(refused))


@pytest.mark.parametrize(
    ("methods", "words"),
    [
        (["users"], "users"),
        (["policies"], "policies"),
        (["service_accounts"], "tokens and users"),
        (["permissions", "user_groups"], "user groups and permissions"),
        (["pats", "users", "policies"], "tokens, users and policies"),
        (["permission_assignments", "user_group_members"], "group members and permission assignments"),
    ],
    ids="+".join,
)
def test_frames_are_called_by_what_they_hold(methods: list[str], words: str, tmp_path: Path) -> None:
    """Nothing that holds no tokens speaks of tokens."""
    frames = asked(**dict.fromkeys(methods, "ok"))
    said = outputs(frames, tmp_path)
    assert said["repr"].startswith(f"Frames of the {words} visible to the caller")
    assert f"<b>{words[0].upper()}{words[1:]} visible to the caller</b>" in said["html"]
    begin = f"Access {words}" if words.startswith("tokens") else f"{words[0].upper()}{words[1:]}"
    assert said["readme"].startswith(f"{begin} visible to the caller")
    assert begin in said["workbook"]
    assert begin in said["json"]
    if "tokens" not in words:
        assert "own tokens" not in said["readme"]
        assert "token" not in said["caption"]


def test_what_was_set_aside_is_called_what_it_is() -> None:
    """An invalid user is no invalid token."""
    users = [LISTED["/auth/users"], {**LISTED["/auth/users"], "isActive": 3}]
    frames = dff.read({"items": users, "nextPageToken": "x"}, skip_invalid=True, fetched_at=WHEN)
    assert caption(frames) == (
        "Source: GET /auth/users; 1 user, visible to the caller; snapshot 2026-03-02 08:00 UTC. "
        "NOT ALL: a source is incomplete. 1 invalid user set aside."
    )
    assert source_lines(frames)[0].endswith("incomplete, 2 users, 1 set aside")


def test_many_sources_are_counted_in_a_caption() -> None:
    """Those that list what the chart counts come first."""
    every = [source.method for source in SOURCES.values()]
    said = caption(asked(**dict.fromkeys([name for name in every if name], "ok")))
    assert said.startswith("Source: GET /auth/pats, GET /auth/service-accounts, GET ")
    assert " and 5 more; 2 tokens, visible to the caller;" in said or " and 5 more; 1 token" in said


@tries
@given(names=st.sets(st.sampled_from([*TABLES])), empty=st.booleans())
def test_any_tables_can_be_shown_and_written(
    names: set[str], empty: bool, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """In each form, with rows or without, whatever else is not here; each table is named in it."""
    full = {name: table for path in LISTED for name, table in tables(path).items()}
    held = {name: full[name] if name in full and not empty else TABLES[name].empty() for name in names}
    frames = dff.Frames(held)
    for name, said in outputs(frames, tmp_path_factory.mktemp("any")).items():
        if name in ("repr", "html", "readme"):
            assert all(each in said for each in names)
    assert frames.fetched_at.tzinfo
