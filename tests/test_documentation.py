"""Documentation is executed."""

import doctest
import importlib
import pkgutil
import re
import warnings
from pathlib import Path

import pytest

import dfns_frames as dff
from dfns_frames.audit.entries import read_entries

DOCS = Path(__file__).parent.parent / "docs"
MODULES = sorted(
    info.name
    for info in pkgutil.walk_packages(dff.__path__, "dfns_frames.")
    if not info.name.endswith("__main__")
)


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_of_docstrings_run(name: str, tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:  # type: ignore[no-untyped-def]
    """What a docstring shows is what happens."""
    monkeypatch.chdir(tmp_path)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dff.DriftWarning)
        failed, _ = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert failed == 0


def test_the_acceptance_file_of_the_rules_page_is_whole(tmp_path: Path) -> None:
    """What docs/rules.md shows can be copied: an entry with all its fields, of a rule that there is."""
    [example] = re.findall(r"```toml\n(.*?)```", (DOCS / "rules.md").read_text("utf-8"), re.DOTALL)
    path = tmp_path / "accepted.toml"
    path.write_text(example, "utf-8")
    [entry] = read_entries(path, dff.rules()["id"].tolist())
    assert entry.missing == ()
    assert not entry.is_bare


def test_the_shell_page_has_every_command() -> None:
    """Whatever the help of `dfns-frames` lists stands in docs/shell.md with its own help."""
    page = (DOCS / "shell.md").read_text("utf-8")
    listed = re.findall(r"^    (\S+)", page.partition("  COMMAND\n")[2].partition("\n\n")[0], re.MULTILINE)
    assert len(listed) > 10
    assert {f"\n## dfns-frames {name}\n" in page for name in listed} == {True}


@pytest.mark.parametrize(
    "question", ["", " list", " at", " changes", " lifetimes", " holders", " check", " forget"]
)
def test_the_shell_page_has_every_question_of_an_archive(question: str) -> None:
    """Each stands in docs/shell.md with its help."""
    page = (DOCS / "shell.md").read_text("utf-8")
    assert f"\n## dfns-frames archive{question}\n```\nusage: dfns-frames archive{question} " in page


def test_the_weekly_job_compares_only_what_was_fetched() -> None:
    """The crontab line of docs/archive.md asks for changes only if the fetch succeeded, by the full path."""
    jobs = re.findall(r"^0 6 \* \* 1 .*$", (DOCS / "archive.md").read_text("utf-8"), re.MULTILINE)
    assert len(jobs) == 1
    assert re.search(r" /\S+/dfns-frames fetch .* && /\S+/dfns-frames archive changes ", jobs[0])
