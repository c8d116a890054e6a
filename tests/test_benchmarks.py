"""What is measured is what is claimed: the same data each time, the same rows from each way, every chart."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import dfns_frames as dff
from benchmarks import data, outputs
from benchmarks.abilities import ABILITIES
from benchmarks.audits import AUDITS
from benchmarks.comparisons import COMPARISONS
from benchmarks.contenders import CONTENDERS
from dfns_frames.plot import Plot


@pytest.fixture
def saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(data, "RESULTS", tmp_path)
    return data.response(300)


def test_the_data_are_the_same_each_time_and_in_the_documented_shape(saved: Path) -> None:
    """As many tokens as asked for, of 40 permissions, with 0 to 6 assignments each."""
    first = saved.read_bytes()
    saved.unlink()
    assert data.response(300).read_bytes() == first
    items = json.loads(first)["items"]
    assert len(items) == 300
    assert {len(item["permissionAssignments"]) for item in items} == set(range(7))
    pats = dff.read(saved)
    assert pats.drift.empty
    assert pats.token_assignments["permission_id"].nunique() <= 40


@pytest.mark.parametrize("name", ["json_normalize + explode", "polars"])
def test_ways_that_are_compared_make_the_same_rows(saved: Path, name: str) -> None:
    """Those whose packages the tests have; the others are checked when they are measured."""
    assert CONTENDERS[name](str(saved))() == CONTENDERS["ours"](str(saved))()


def test_an_audit_that_is_measured_finds_something(saved: Path) -> None:
    """The organisation is one that rules have work with."""
    [found] = AUDITS["audit"](str(saved))()
    assert found > 100


@pytest.mark.parametrize("name", ABILITIES)
def test_abilities_that_are_measured_find_somebody(saved: Path, name: str) -> None:
    """The organisation is one in which people can do something, and each run finds the same."""
    work = ABILITIES[name](str(saved))
    assert work() == work() > (100,)


def test_a_comparison_that_is_measured_finds_something(saved: Path) -> None:
    """Of 300 tokens 3 have gone, 3 have come, and so on."""
    [found] = COMPARISONS["compare"](str(saved))()
    assert found >= 12


def test_every_chart_is_measured() -> None:
    """None is left out when charts move."""
    assert set(outputs.charts()) == {name for name in dir(Plot) if not name.startswith("_")}
