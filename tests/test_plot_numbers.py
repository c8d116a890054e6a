"""What the charts draw, against numbers counted from the response itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from dfns_frames._api.catalogue import SEVERITIES, usability
from dfns_frames.plot.colors import UNLISTED_HATCH
from tests.plot_inputs import ITEMS, KNOWN, load
from tests.test_measures import NOW, _date, _is_full, _operations, _permissions

EVERY = pytest.mark.parametrize("name", [name for name in ITEMS if name != "none"])


@pytest.fixture(autouse=True)
def _close_figures() -> Iterator[None]:
    yield
    plt.close("all")


def _bars(ax: Axes, way: str) -> dict[str, float]:
    """Return the lengths of a chart's bars in all, by what they stand for."""
    sums: dict[str, float] = {}
    for container in ax.containers:
        lengths = [getattr(bar, f"get_{way}")() for bar in container]
        sums[str(container.get_label())] = sums.get(str(container.get_label()), 0) + sum(lengths)
    return sums


def _words(ax: Axes) -> str:
    return " ".join(" ".join(text.get_text() for text in ax.texts).split())


@EVERY
def test_created_bars_are_the_kinds(name: str) -> None:
    """Bars of a kind sum to its tokens with a date; the line ends at all of them."""
    items = [item for item in ITEMS[name]() if _date(item)]
    ax = load(name).plot.creation_over_time()
    kinds = Counter(item["kind"] for item in items)
    drawn = _bars(ax, "height")
    if name == "strange-dates":
        assert "Bars not drawn: 1 token created earlier, 1 dated later." in _words(ax)
        assert sum(drawn.values()) == len(items) - 2
        return
    assert sum(drawn.values()) == len(items)
    if len(kinds) <= 6:
        assert drawn == kinds
    (right,) = (other for other in ax.get_figure().axes if other is not ax)
    assert np.asarray(right.lines[0].get_ydata())[-1] == len(items)
    assert [bar.get_hatch() for bar in ax.patches if bar.get_label() == "not over"] == ["////"]


@EVERY
def test_survival_ends_at_the_snapshot(name: str) -> None:
    """The last column holds all dated tokens, the dark part of it those active at snapshot."""
    if name == "strange-dates":
        pytest.skip("dates after the snapshot are outside the window")
    items = [item for item in ITEMS[name]() if _date(item)]
    ax = load(name).plot.creation_and_survival()
    last = {str(c.get_label()): c[-1].get_height() for c in ax.containers if len(c)}
    active = sum(item["isActive"] for item in items)
    assert last.get("active at snapshot", 0) == active
    assert last.get("inactive at snapshot", 0) == len(items) - active


@EVERY
def test_calendar_cells_are_the_days(name: str) -> None:
    """The cells sum to the tokens of the last eight years with any, and the busiest day is right."""
    days = Counter(when.date() for item in ITEMS[name]() if (when := _date(item)))
    years = sorted({day.year for day in days})[-8:]
    days = Counter({day: count for day, count in days.items() if day.year in years})
    cells: Any = load(name).plot.creation_calendar().collections[0].get_array()
    assert cells.sum() == sum(days.values())
    assert cells.max() == max(days.values())


@EVERY
def test_age_curve_is_right_at_any_age(name: str) -> None:
    """Read off the curve, and beside the limits, is the share at least that old of what existed by then."""
    active = [when for item in ITEMS[name]() if item["isActive"] and (when := _date(item)) and when <= NOW]
    ax = load(name).plot.token_ages()
    if not active:
        assert "No active token" in _words(ax)
        return
    ages = np.array([(NOW - when).total_seconds() / 86400 for when in active])
    curve = ax.lines[0]
    x, y = np.asarray(curve.get_xdata()), np.asarray(curve.get_ydata())
    for limit in (90, 365, 730):
        old = int((ages >= limit).sum())
        assert y[np.searchsorted(x, limit, side="left") - 1] == pytest.approx(old / len(ages))
        assert f"{old:,} of {len(ages):,} are at least {limit} days old" in _words(
            ax
        ) or f"{limit} d: {old:,}" in _words(ax)


@EVERY
def test_permission_bars_are_tokens(name: str) -> None:
    """The bars sum to the pairs of token and permission, active and inactive apart."""
    counted = Counter((p, item["isActive"]) for item in ITEMS[name]() for p in _permissions(item))
    top = sorted({p for p, _ in counted}, key=lambda p: (-counted[p, True] - counted[p, False], p))
    ax = load(name).plot.permission_spread(top=500)
    drawn = len(ax.get_yticks()) if counted else 0
    sizes = [sum(counted[p, state] for p in top[:drawn]) for state in (True, False)]
    if counted and drawn == len(top):
        assert _bars(ax, "width") == {"active at snapshot": sizes[0], "inactive at snapshot": sizes[1]}
    assert drawn == len(top) or f"The first {drawn}".lower() in _words(ax).lower()


@EVERY
def test_combination_bars_and_dots(name: str) -> None:
    """A column's bar is the combination's tokens, and its dots are as many as its permissions."""
    counted = Counter(frozenset(_permissions(item)) for item in ITEMS[name]())
    bars, matrix = load(name).plot.permission_combinations().child_axes
    heights = [sum(bar.get_height() for bar in stack) for stack in zip(*bars.containers, strict=True)]
    assert heights == sorted(counted.values(), reverse=True)[: len(heights)]
    if len(heights) == len(counted) and not any(
        "other permissions" in t.get_text() for t in matrix.get_yticklabels()
    ):
        dots: Any = matrix.collections[1].get_offsets()
        assert len(dots) == sum(max(len(held), 1) for held in counted)


@EVERY
def test_operation_bars_are_distinct_operations(name: str) -> None:
    """A bar is as long as its token has operations; a full administrator's is longer than all others."""
    items = ITEMS[name]()
    ax = load(name).plot.operations_per_token(top=500)
    rows = len(ax.get_yticks())
    lengths, open_ended = np.zeros(rows), np.zeros(rows)
    for container in ax.containers:
        widths = [bar.get_width() for bar in container]
        if container.get_label() == "everything":
            open_ended += widths
        else:
            lengths += widths
    ranked = sorted(((_is_full(i), len(_operations(i))) for i in items), reverse=True)
    full = sum(is_full for is_full, _ in ranked[:rows])
    assert lengths.tolist() == [0] * full + [count for _, count in ranked[full:rows]]
    assert (open_ended[:full] > max(len(KNOWN), lengths.max())).all()
    assert len(set(open_ended[:full])) <= 1
    assert not open_ended[full:].any()


def test_a_full_administrator_without_list_can_do_everything() -> None:
    """Where nothing is listed for a full administrator, the bar goes beyond all current operations."""
    ax = load("only-full-administrators").plot.operations_per_token()
    assert max(bar.get_width() for bar in ax.patches) > len(KNOWN)  # type: ignore[attr-defined]
    assert "everything (0 listed)" in _words(ax)


@pytest.mark.parametrize("chart", ["operation_matrix", "permission_matrix"])
def test_matrix_shows_the_unlisted_as_unknown(chart: str) -> None:
    """Cells of what the API did not list are hatched; never empty as if not held."""
    ax: Axes = getattr(load("unlisted-operations").plot, chart)()
    cells: Any = ax.collections[0].get_array()
    assert sorted(Counter((cells == len(SEVERITIES) + 1).all(axis=1)).items())[-1][0]
    assert (cells > 0).all()
    hatched = [part for part in ax.collections if part.get_hatch() == UNLISTED_HATCH]
    assert len(hatched[0].get_paths()) == (cells == len(SEVERITIES) + 1).sum()


def test_matrix_gives_full_administrators_every_column() -> None:
    """Full administrators are the first row, without an empty cell, whatever was listed for each."""
    ax = load("full-administrators").plot.operation_matrix()
    cells: Any = ax.collections[0].get_array()
    assert (cells > 0).all(axis=1).tolist() == [True, False]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["full administrators (2)", "token 3"]


def test_matrix_cells_are_the_pairs() -> None:
    """With room for all operations, the filled cells are the distinct pairs of group and operation."""
    groups = {
        (frozenset((name, usability(item["kind"], name)) for name in _operations(item)), _is_full(item))
        for item in ITEMS["thousand"]()
    }
    cells: Any = (
        load("thousand").plot.operation_matrix(top=100, top_operations=500).collections[0].get_array()
    )
    assert (cells > 0).sum() == sum(len(held) for held, _ in groups)
    assert cells.shape == (len(groups), len({name for held, _ in groups for name, _ in held}))


def test_unknown_operations_are_never_none() -> None:
    """Operations in no catalogue are drawn as unknown in bars and cells, and counted as such."""
    ax = load("unknown-operations-only").plot.operations_per_token()
    drawn = _bars(ax, "width")
    assert drawn["unknown"] == sum(len(_operations(item)) for item in ITEMS["unknown-operations-only"]())
    assert sum(drawn[severity] for severity in SEVERITIES[:-1]) == 0
    reach = load("unknown-operations-only").plot.sensitive_reach()
    assert [bar.get_width() for bar in reach.containers[0]] == [0] * 8 + [8]
    assert [bar.get_width() for bar in reach.containers[1]] == [8] * 8 + [0]


@pytest.mark.parametrize("name", ["demo", "thousand", "many-shapes"])
def test_lorenz_curve_hangs_below_the_diagonal(name: str) -> None:
    """The curve's points are the running shares of the sorted counts."""
    listed = [i for i in ITEMS[name]() if not any("operations" not in a for a in i["permissionAssignments"])]
    values = sorted(len({*_operations(i), *KNOWN}) if _is_full(i) else len(_operations(i)) for i in listed)
    curve = load(name).plot.concentration().lines[1]
    assert np.asarray(curve.get_ydata()) == pytest.approx(np.cumsum([0, *values]) / sum(values))


def test_few_holders_get_a_caveat() -> None:
    """Below twenty holders, the chart says that the coefficient is shaky."""
    assert "Fewer than 20" in _words(load("one-permission").plot.concentration())
    assert "Fewer than 20" not in _words(load("demo").plot.concentration())


@pytest.mark.parametrize("chart", ["creation_over_time", "creation_and_survival", "creation_calendar"])
def test_as_of_leaves_out_and_says_so(chart: str) -> None:
    """A chart of another day says which, and how many tokens it does not show."""
    pats = load("demo")
    later = int((pats.tokens["date_created"] >= "2026-01-02T00:00:00Z").sum())
    words = _words(getattr(pats.plot, chart)(as_of="2026-01-01"))
    assert f"As of 2026-01-01 23:59 UTC, without {later} tokens created later." in words
    assert "As of" not in _words(getattr(pats.plot, chart)())


def test_as_of_moves_ages() -> None:
    """Ages and limits count to `as_of`."""
    for as_of in (datetime(2025, 3, 31, tzinfo=UTC), "2025-03-31T00:00:00Z"):
        words = _words(load("one-token").plot.token_ages(as_of=as_of))
        assert "0 of 1 are at least 90 days old" in words
        assert "Ages as of 2025-03-31" in words
