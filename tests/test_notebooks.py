"""The example notebooks: their form, what they show, and that they run on an account without tokens."""

import asyncio
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbclient import NotebookClient

import dfns_frames as dff
from dfns_frames.demo.notebooks import notebook_folder

NOTEBOOKS = sorted(notebook_folder().glob("*.ipynb"))


def load(path: Path) -> Any:
    return nbformat.read(path, as_version=4)


def shown(notebook: Any, kind: str) -> int:
    return sum(
        kind in output.get("data", {}) for cell in notebook.cells for output in cell.get("outputs", [])
    )


def stderr(notebook: Any) -> list[str]:
    return [
        output["text"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if output.get("name") == "stderr"
    ]


def test_they_are_there() -> None:
    """They are found both in a checkout and in an installation, and no two have one number."""
    numbers = [path.name[:2] for path in NOTEBOOKS]
    assert {"01", "02", "03", "04", "05", "06"} <= {*numbers}
    assert len({*numbers}) == len(numbers)


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_short_and_defines_nothing(path: Path) -> None:
    """Cells have at most ten lines; what would need a function is the library's business."""
    for cell in load(path).cells:
        if cell.cell_type == "code":
            assert len(cell.source.splitlines()) <= 10, cell.source
            assert max(map(len, cell.source.splitlines())) <= 88, "a scroll bar in JupyterLab"
            assert "def " not in cell.source
            assert "lambda" not in cell.source


@pytest.mark.parametrize("path", NOTEBOOKS[:2], ids=lambda path: path.stem)
def test_the_saved_outputs_show_charts_and_tables(path: Path) -> None:
    """At least three charts and two tables, no warning, and the words that say it is the demo."""
    notebook = load(path)
    assert shown(notebook, "image/png") >= 3
    assert shown(notebook, "text/html") >= 3  # the frames' own display is one
    assert stderr(notebook) == []
    assert "demo organisation" in str(notebook.cells[2].outputs)


def test_they_run_on_an_account_without_tokens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From a clean kernel, without an error or a warning, with every chart, annotated as empty.

    It is asked for where an event loop runs already, as in JupyterLab.
    """

    async def in_a_cell() -> list[Path]:
        return dff.demo.run_notebooks(tmp_path, on_account=True)

    with dff.demo.serve() as server:
        monkeypatch.setenv("DFNS_API_URL", server.url)
        monkeypatch.setenv("DFNS_AUTH_TOKEN", server.tokens[dff.demo.CALLERS[-1]])
        written = asyncio.run(in_a_cell())
    assert [path.name for path in written] == [path.name for path in NOTEBOOKS]
    for path, saved in zip(written, NOTEBOOKS, strict=True):
        notebook = load(path)
        assert "This is your account." in str([cell.get("outputs") for cell in notebook.cells])
        assert stderr(notebook) == []
        assert shown(notebook, "image/png") == shown(load(saved), "image/png")
        assert server.token not in path.read_text("utf-8")


def test_they_draw_whatever_backend_the_shell_is_set_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """Papermill and nbconvert hand MPLBACKEND on to the kernel, which would keep every chart to itself."""
    monkeypatch.setenv("MPLBACKEND", "Agg")
    for name in ("DFNS_AUTH_TOKEN", "DFNS_API_URL"):
        monkeypatch.delenv(name, raising=False)
    notebook = load(NOTEBOOKS[0])
    NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
    assert shown(notebook, "image/png") == shown(load(NOTEBOOKS[0]), "image/png") > 0
