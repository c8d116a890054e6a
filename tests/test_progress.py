"""How far a long call has come is shown to whoever waits for it, and to nobody else."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

import dfns_frames as dff
from tests.small_organisation import Small, serving

pytest.importorskip("tqdm")
pytestmark = pytest.mark.usefixtures("no_account")

SETTING = """
import os, sys
import dfns_frames as dff
from dfns_frames.client import progress
progress.QUIET = 0.0
os.environ |= {"DFNS_AUTH_TOKEN": "t", "DFNS_API_URL": sys.argv[1]}
"""
ASK = """
import sys
import dfns_frames as dff
from dfns_frames.client import progress
progress.QUIET = 0.0
org = dff.Client("t", url=sys.argv[1]).organization()
print(len(org.tokens), "tqdm" in sys.modules)
"""


@pytest.fixture(scope="module")
def server() -> Iterator[Small]:
    with serving() as running:
        yield running


def in_a_terminal(server: Small, ask: str = ASK) -> tuple[str, str]:
    """Run it with a terminal for standard error; return what it printed, and what the terminal got."""
    pty, termios = pytest.importorskip("pty"), pytest.importorskip("termios")
    outer, inner = pty.openpty()
    termios.tcsetwinsize(inner, (24, 100))
    ended = subprocess.run(
        [sys.executable, "-c", ask, server.url], stdout=subprocess.PIPE, stderr=inner, text=True, check=True
    )
    os.close(inner)
    shown = b""
    try:
        while piece := os.read(outer, 1 << 16):
            shown += piece
    except OSError:  # nobody writes any more
        pass
    os.close(outer)
    return ended.stdout, shown.decode()


def test_a_terminal_shows_how_far_it_is(server: Small) -> None:
    """What is read now, and how many lists; in the end nothing of it is left."""
    printed, shown = in_a_terminal(server)
    assert printed == "6 True\n"
    assert "Reading permission assignments" in shown
    assert "/8 " in shown
    assert "\n" not in shown
    assert shown.rstrip("\r").rpartition("\r")[2].strip() == ""


def test_a_terminal_shows_nothing_where_that_was_asked_for(server: Small) -> None:
    """The shell's --quiet leaves nothing on it, and loads nothing for it."""
    asks = {
        "SHELL": "from dfns_frames.cli import main\nmain(['audit', '--all', '--quiet'])",
        "PYTHON": "with progress.hidden(): dff.Client().organization()",
    }
    for ask in asks.values():
        printed, shown = in_a_terminal(server, SETTING + ask + "\nprint('tqdm' in sys.modules)")
        assert printed.endswith("False\n")
        assert shown == ""


def test_what_is_no_terminal_gets_nothing(server: Small) -> None:
    """Nor is anything loaded for it."""
    ended = subprocess.run(
        [sys.executable, "-c", ASK, server.url], capture_output=True, text=True, check=True
    )
    assert (ended.stdout, ended.stderr) == ("6 False\n", "")


def test_a_closed_stream_stops_nobody(server: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a process without a console has it."""
    for stream in (None, object()):
        monkeypatch.setattr(sys, "stderr", stream)
        assert len(dff.Client("t", url=server.url).organization().tokens) == 6


def test_nothing_is_left_in_a_saved_notebook(server: Small, tmp_path: Path) -> None:
    """One that is run to be saved shows no progress at all."""
    from nbclient import NotebookClient

    notebook = nbformat.v4.new_notebook()
    notebook.cells = [nbformat.v4.new_code_cell(ASK.replace("sys.argv[1]", repr(server.url)))]
    NotebookClient(notebook, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert [output["text"] for output in notebook.cells[0].outputs] == ["6 False\n"]


class Display:
    """What shows output in a notebook, as far as it is used."""

    def __init__(self) -> None:
        self.shown: list[str] = []

    def __call__(self, data: dict[str, str], *, raw: bool, display_id: bool) -> Display:
        assert raw
        assert display_id
        self.shown.append(data["text/plain"])
        return self

    def update(self, data: dict[str, str], *, raw: bool) -> None:
        assert raw
        self.shown.append(data["text/plain"])


def test_a_notebook_that_somebody_looks_at_shows_it(server: Small, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one output, which is empty in the end."""
    from types import SimpleNamespace

    display, header = Display(), {"content": {"allow_stdin": True}}
    kernel = SimpleNamespace(get_parent=lambda _: header)
    notebook = SimpleNamespace(
        get_ipython=lambda: SimpleNamespace(kernel=kernel), display=SimpleNamespace(display=display)
    )
    monkeypatch.setitem(sys.modules, "IPython", notebook)
    monkeypatch.setattr("dfns_frames.client.progress.QUIET", 0.0)
    assert len(dff.Client("t", url=server.url).organization().tokens) == 6
    assert any("Reading users" in text for text in display.shown)
    assert display.shown[-1] == ""
    display.shown.clear()
    header["content"]["allow_stdin"] = False
    dff.Client("t", url=server.url).organization()
    assert display.shown == []
