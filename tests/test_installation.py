"""What the package asks of a machine: versions, pins, and what make says where something is missing."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PINS = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text("utf-8").split())
PYTHONS = [f"3.{minor}.0" for minor in (11, 12, 13, 14)]
ELSEWHERE = {"py4j", "pyspark", "xlsxwriter"}  # pinned for `make spark` and `make bench`: tests run without


def requirements(*extras: str) -> dict[str, SpecifierSet]:
    """Return what the package, or an extra of it, asks for."""
    optional = PROJECT["optional-dependencies"]
    lines = [line for extra in extras for line in optional[extra]] if extras else PROJECT["dependencies"]
    return {each.name: each.specifier for each in map(Requirement, lines) if each.name != PROJECT["name"]}


def installed() -> dict[str, metadata.Distribution]:
    """Return the pinned packages that are installed at their pins, by the names of the pins."""
    found = {}
    for name, version in PINS.items():
        try:
            distribution = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            continue
        if distribution.version == version:
            found[name] = distribution
    return found


def test_every_pin_fits_every_python_that_is_supported() -> None:
    """As each pinned package says of itself, from the first 3.11 on: Debian 12 has 3.11.2."""
    here = installed()
    if not here.keys() >= requirements().keys():
        pytest.skip("these are not the pins: the lowest or the newest versions are being tested")
    assert PINS.keys() - here.keys() <= ELSEWHERE
    for name, distribution in here.items():
        wanted = SpecifierSet(",".join(distribution.metadata.get_all("Requires-Python") or []))
        for python in PYTHONS:
            assert wanted.contains(python), f"{name}=={PINS[name]} needs Python {wanted}"


def test_all_that_is_asked_for_is_pinned() -> None:
    """CI and everybody else get the same versions, within the bounds."""
    pins = {canonicalize_name(name): version for name, version in PINS.items()}
    for name, bound in (requirements() | requirements("lab", "dev")).items():
        assert bound.contains(pins[canonicalize_name(name)]), name


@pytest.mark.parametrize(
    ("package", "version"),
    [
        ("pandas", "2.3.0"),
        ("numpy", "2.2.0"),
        ("matplotlib", "3.10.0"),
        ("pyarrow", "19.0.0"),
        ("urllib3", "2.3.0"),
        ("requests", "2.32.3"),
    ],
)
def test_an_environment_of_the_last_two_years_is_left_as_it_is(package: str, version: str) -> None:
    """Pip replaces none of these; `make lowest` runs the tests on them."""
    assert requirements()[package].contains(version)
    assert not [bound for bound in requirements()[package] if bound.operator != ">="]


def test_no_request_without_what_protects_the_secret() -> None:
    """Before 2.32.2, requests asked the adapter for connections in another way than ours is asked."""
    assert not requirements()["requests"].contains("2.32.1")


def test_every_python_that_is_supported_is_named() -> None:
    """The classifiers say what `requires-python` says."""
    named = re.findall(r"Python :: (3\.\d+)", "\n".join(PROJECT["classifiers"]))
    assert named == [python.removesuffix(".0") for python in PYTHONS]
    assert all(SpecifierSet(PROJECT["requires-python"]).contains(python) for python in PYTHONS)
    assert not SpecifierSet(PROJECT["requires-python"]).contains("3.10.13")


PRETENDER = """#!{python}
import sys
{pretence}
if sys.argv[1] != "-c":
    sys.exit("nothing is to be installed here")
exec(sys.argv[2])
"""
OLD = 'sys.version_info = (3, 9, 2, "final", 0)'
WITHOUT_VENV = 'sys.modules["ensurepip"] = None'


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make on a copy of what it needs, in a folder without an environment."""
    if not shutil.which("make"):
        pytest.skip("make is not installed")
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        if not (folder / name).exists():
            shutil.copy(ROOT / name, folder)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    return subprocess.run(
        ["make", *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("target", ["demo", "test", "lab", "check", "lowest", "newest"])
@pytest.mark.parametrize(
    ("pretence", "says"),
    [
        (OLD, r"^\S+ is Python 3\.9\.2, but 3\.11 or later is needed: .* make {} PYTHON=python3\.12$"),
        (WITHOUT_VENV, r"^\S+ has no venv: .*apt install python3-venv\)$"),
        (None, r"^\S+ is not to be found: install Python 3\.11 or later, .* make {} PYTHON=python3\.12$"),
    ],
)
def test_make_says_what_is_the_matter_with_a_python(
    target: str, pretence: str | None, says: str, tmp_path: Path
) -> None:
    """In one sentence, before anything is made: too old, without venv, or not there at all."""
    python = tmp_path / "python3"
    if pretence:
        python.write_text(PRETENDER.format(python=sys.executable, pretence=pretence))
        python.chmod(0o755)
    ended = make(tmp_path, target, f"PYTHON={python}")
    assert ended.returncode
    sentence, *rest = ended.stderr.splitlines()
    assert re.search(says.format(target), sentence)
    assert len(rest) <= 1  # of make itself
    assert not list(tmp_path.glob(".venv*"))


@pytest.mark.parametrize("target", ["demo", "test"])
def test_make_says_what_it_sets_up_before_the_minutes_of_silence(target: str, tmp_path: Path) -> None:
    """What for, how long and how large, and that it is once; and it needs no more than the target does."""
    planned = make(tmp_path, "--dry-run", target, f"PYTHON={sys.executable}").stdout
    assert re.search(r"once.*minute.* GB on disk.*\n.*venv.*\n.*pip install", planned)
    assert ("[dev]" in planned) == (target == "test")
    (tmp_path / ".venv").mkdir()
    for stamp in (".lab", ".dev"):
        (tmp_path / ".venv" / stamp).touch()
    assert not re.search("-m venv|pip install", make(tmp_path, "--dry-run", target).stdout)
