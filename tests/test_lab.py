"""`make lab`: what is worked on there stays out of git, and is never lost."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Make a small clone that is set up, in which JupyterLab only says where it would start."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    shutil.copy(ROOT / ".gitignore", tmp_path)
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).touch()
    (tmp_path / "notebooks").mkdir()
    for name in ("01_a.ipynb", "02_b.ipynb"):
        (tmp_path / "notebooks" / name).write_text("tracked")
    jupyter = tmp_path / ".venv" / "bin" / "jupyter"
    jupyter.parent.mkdir(parents=True)
    jupyter.write_text('#!/bin/sh\necho "jupyter $*"\n')
    jupyter.chmod(0o755)
    (tmp_path / ".venv" / ".lab").touch()  # newer than what it is made of: nothing is installed
    return tmp_path


def lab(clone: Path) -> str:
    return subprocess.run(["make", "lab"], cwd=clone, capture_output=True, text=True, check=True).stdout


@pytest.mark.skipif(not shutil.which("make"), reason="needs make")
def test_the_lab_opens_copies(clone: Path) -> None:
    """They are kept when they exist, whatever became of them; new notebooks are added."""
    assert "--notebook-dir lab" in lab(clone)
    (clone / "lab" / "01_a.ipynb").write_text("my organisation")
    (clone / "notebooks" / "03_c.ipynb").write_text("tracked")
    assert "03_c.ipynb" in lab(clone)
    copies = {path.name: path.read_text() for path in (clone / "lab").iterdir()}
    assert copies == {"01_a.ipynb": "my organisation", "02_b.ipynb": "tracked", "03_c.ipynb": "tracked"}
    assert (clone / "notebooks" / "01_a.ipynb").read_text() == "tracked"


@pytest.mark.skipif(not (shutil.which("make") and shutil.which("git")), reason="needs make and git")
def test_git_ignores_the_lab(clone: Path) -> None:
    """So no `git add` puts an organisation's tokens into a repository."""
    lab(clone)
    subprocess.run(["git", "init", "--quiet"], cwd=clone, check=True)
    ignored = subprocess.run(["git", "check-ignore", "lab/01_a.ipynb", "demo-output/tokens.csv"], cwd=clone)
    assert ignored.returncode == 0
