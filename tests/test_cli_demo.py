"""`dfns-frames demo`: what it writes, and what it never writes over."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

import dfns_frames as dff
from dfns_frames.cli import main
from tests.small_organisation import serving

pytestmark = pytest.mark.usefixtures("no_account")
Captured = pytest.CaptureFixture[str]
NOTEBOOK = "02_permission_spread.ipynb"
CLIENT = dff.demo.client


def without_lab(folder: Path) -> list[Path]:
    return []


def with_lab(folder: Path) -> list[Path]:
    """Stand in for the notebooks, which take half a minute, and are not the same twice: of their port."""
    path = Path(folder) / NOTEBOOK
    path.write_text(json.dumps({"cells": [], "run": str(folder)}))
    return [path]


@pytest.fixture(scope="module")
def answers() -> SimpleNamespace:
    """Stand in for a client: what it fetched once of a small organisation."""
    with serving(page_size=500) as server:
        client = dff.Client("t", url=server.url)
        pats, org = client.pats(), client.organization()
    return SimpleNamespace(pats=lambda: pats, organization=lambda: org)


@pytest.fixture(autouse=True)
def quick(answers: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Draw one chart, and no notebook, of little: where it is written matters here, not what."""
    monkeypatch.setattr(dff.demo, "client", lambda: answers)
    monkeypatch.setattr(dff.demo, "run_notebooks", with_lab)
    monkeypatch.setattr("dfns_frames.cli.demo.charts_of", lambda _: ["token_ages"])


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_it_writes_all_there_is_and_says_what_to_open(
    tmp_path: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of the demo organisation; nothing half-made is left, and nothing is said on standard error."""
    monkeypatch.setattr(dff.demo, "client", CLIENT)
    out = tmp_path / "new" / "demo"
    assert main(["demo", "--out", str(out)]) == 0
    names = {path.name for path in out.iterdir()}
    assert {"tokens.csv", "README.txt", "pats.xlsx", "token_ages.png", NOTEBOOK} <= names
    assert {"audit.xlsx", "audit.json", "audit.md"} <= names
    assert [name for name in names if name.startswith(".")] == [".dfns-frames-demo.json"]
    contents, tables = (out / "README.txt").read_text("utf-8").split("The CSV files")
    assert [line.split()[0] for line in contents.splitlines()[2:7]] == [
        *("audit.xlsx", "*.ipynb", "*.png", "pats.xlsx", "*.csv")
    ]
    assert "tokens.csv, 122 rows" in tables
    captured = capsys.readouterr()
    assert captured.err == ""
    assert "full administrators" in captured.out
    last = captured.out.splitlines()[-1]
    assert last.startswith(f"Open first: {out}/audit.xlsx, a workbook that says what is wrong")
    assert NOTEBOOK in last


def test_it_writes_over_its_own_files(tmp_path: Path) -> None:
    """Again and again, with notebooks or without, beside files of others, which stay."""
    (tmp_path / "notes.txt").write_text("mine")
    for _ in range(3):
        assert main(["demo", "--out", str(tmp_path)]) == 0
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_files_that_a_demo_did_not_make_this_time_are_still_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """Without JupyterLab it makes no notebooks, says how to get them, and later writes over the old ones."""
    assert main(["demo", "--out", str(tmp_path)]) == 0
    capsys.readouterr()
    with monkeypatch.context() as patched:
        patched.setattr(dff.demo, "run_notebooks", without_lab)
        assert main(["demo", "--out", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert "pip install '.[lab]'" in shown
    assert "pip install dfns-frames" not in shown
    assert main(["demo", "--out", str(tmp_path)]) == 0


@pytest.mark.parametrize("name", ["tokens.csv", "pats.xlsx", "README.txt", "token_ages.png", NOTEBOOK])
def test_it_refuses_to_write_over_files_of_others(name: str, tmp_path: Path, capsys: Captured) -> None:
    """Code 5, naming the file; nothing is written or removed."""
    (tmp_path / name).write_text("mine")
    before = contents(tmp_path)
    assert main(["demo", "--out", str(tmp_path)]) == 5
    captured = capsys.readouterr()
    assert str(tmp_path / name) in captured.err
    assert captured.out == ""
    assert contents(tmp_path) == before


def test_it_refuses_to_write_over_what_was_changed_since(tmp_path: Path, capsys: Captured) -> None:
    """Somebody's work in a demo's notebook is theirs; put back, it may be replaced."""
    assert main(["demo", "--out", str(tmp_path)]) == 0
    original = (tmp_path / NOTEBOOK).read_text()
    (tmp_path / NOTEBOOK).write_text(original + "\nmy work")
    before = contents(tmp_path)
    assert main(["demo", "--out", str(tmp_path)]) == 5
    assert NOTEBOOK in capsys.readouterr().err
    assert contents(tmp_path) == before
    (tmp_path / NOTEBOOK).write_text(original)
    assert main(["demo", "--out", str(tmp_path)]) == 0


@pytest.mark.parametrize("damage", ["", "[]", '{"tokens.csv": 1}', "\x00"])
def test_a_damaged_list_of_its_files_makes_them_strangers(damage: str, tmp_path: Path) -> None:
    """When in doubt nothing is replaced."""
    (tmp_path / "tokens.csv").write_text("mine")
    (tmp_path / ".dfns-frames-demo.json").write_text(damage)
    assert main(["demo", "--out", str(tmp_path)]) == 5


def test_an_interrupted_demo_leaves_the_last_one_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Captured
) -> None:
    """And the next one may go on."""
    assert main(["demo", "--out", str(tmp_path)]) == 0
    before = contents(tmp_path)

    def interrupt(folder: Path) -> list[Path]:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(dff.demo, "run_notebooks", interrupt)
        assert main(["demo", "--out", str(tmp_path)]) == 130
    assert contents(tmp_path) == before
    assert main(["demo", "--out", str(tmp_path)]) == 0


def test_a_kill_while_files_move_is_no_trap(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half old and half new, all are known as a demo's."""
    assert main(["demo", "--out", str(tmp_path)]) == 0
    moved = []
    replace = Path.replace

    def stop(path: Path, target: Path) -> Path:
        moved.append(path)
        if len(moved) > 3:
            raise KeyboardInterrupt
        return replace(path, target)

    with monkeypatch.context() as patched:
        patched.setattr(dff.demo, "run_notebooks", without_lab)
        patched.setattr("dfns_frames.cli.demo.move", stop)
        assert main(["demo", "--out", str(tmp_path)]) == 130
    assert main(["demo", "--out", str(tmp_path)]) == 0


def test_a_file_is_no_folder(tmp_path: Path, capsys: Captured) -> None:
    """And says so, without advice about --overwrite, which the demo does not have."""
    path = tmp_path / "file"
    path.write_text("mine")
    assert main(["demo", "--out", str(path)]) == 5
    told = capsys.readouterr().err
    assert "folder" in told
    assert "--overwrite" not in told
    assert path.read_text() == "mine"
