"""Charts are guests in the user's figure: shared scales, Axes that are used again, marks that are added."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import dates
from matplotlib import pyplot as plt
from matplotlib.image import imread

import dfns_frames as dff
from dfns_frames.plot import Plot
from tests.plot_inputs import KNOWN, frames, load, token
from tests.test_plot_contract import CHARTS, EVERY_CHART, assert_readable, caption, draw

# Matplotlib's dates are untyped.
_dates: Any = dates
num2date, date2num = _dates.num2date, _dates.date2num
TIME_CHARTS = ("creation_over_time", "creation_and_survival")
NAMED = (
    "permission_spread",
    "operations_per_token",
    "sensitive_reach",
    "operation_matrix",
    "creation_calendar",
)


@pytest.fixture(autouse=True)
def _close_figures() -> Iterator[None]:
    yield
    plt.close("all")


def one(when: str, **fields: Any) -> dff.Frames:
    """Read one token of a date."""
    return frames([token(1, "p", dateCreated=f"{when}T00:00:00Z", **fields)])


def names(ax: Any, axis: str = "y") -> list[str]:
    """Return the texts along an axis, as drawn."""
    ax.figure.canvas.draw()
    return [label.get_text() for label in getattr(ax, f"get_{axis}ticklabels")()]


def bar_dates(ax: Any) -> list[str]:
    """Return the months in which bars stand."""
    return [f"{num2date(bar.get_x()):%Y-%m}" for bars in ax.containers for bar in bars if bar.get_height()]


# ---- shared scales


@pytest.mark.parametrize("share", [True, "col", "all"])
@pytest.mark.parametrize("chart", TIME_CHARTS)
def test_charts_over_time_share_one_scale(chart: str, share: Any) -> None:
    """Below each other with one x axis, both show all their bars, at their own dates, on all dates."""
    figure, (top, below) = plt.subplots(2, 1, sharex=share, figsize=(8, 9))
    getattr(one("2025-03-04").plot, chart)(ax=top)
    getattr(one("2025-09-04").plot, chart)(ax=below)
    assert top.get_xlim() == below.get_xlim()
    low, high = num2date(top.get_xlim()[0]), num2date(top.get_xlim()[1])
    assert low <= datetime(2025, 3, 1, tzinfo=UTC) < datetime(2026, 12, 1, tzinfo=UTC) <= high
    assert bar_dates(top)[0] == "2025-03"
    assert bar_dates(below)[0] == "2025-09"
    for tick, text in zip(below.get_xticks(), names(below, "x"), strict=True):
        assert f"{num2date(tick):%Y-%m-%d}".startswith(text)
    assert_readable(figure)


def test_counts_share_one_scale_whatever_the_order() -> None:
    """With a shared count axis, the larger chart's counts fit, and the smaller one's stand at their place."""
    few = frames([token(n, ("p", KNOWN[:2]), dateCreated="2025-03-04T00:00:00Z") for n in range(2)])
    many = frames([token(n, ("p", KNOWN[:9]), dateCreated="2025-03-04T00:00:00Z") for n in range(50)])
    for pair in ((few, many), (many, few)):
        figure, axes = plt.subplots(1, 2, sharey=True, figsize=(13, 5))
        for pats, ax in zip(pair, axes, strict=True):
            pats.plot.creation_over_time(ax=ax)
        assert axes[0].get_ylim() == axes[1].get_ylim()
        assert axes[0].get_ylim()[1] >= 50
        ticks = axes[0].get_yticks()
        assert names(axes[0]) == [f"{tick:,.0f}" for tick in ticks]
        assert_readable(figure)


@pytest.mark.parametrize("chart", NAMED)
def test_names_are_written_along_no_shared_axis(chart: str) -> None:
    """A chart with names refuses an axis that others share, and leaves the others alone."""
    _, (left, right) = plt.subplots(1, 2, sharey=True, figsize=(12, 6))
    left.plot([1, 2], [3, 4])
    before = names(left)
    with pytest.raises(dff.ConfigurationError, match=r"shares its y axis .*sharey=False"):
        draw("demo", chart, ax=right)
    assert names(left) == before
    assert not right.patches


def test_counts_of_named_bars_share_one_scale() -> None:
    """Bars with names of their own share the count axis below them."""
    figure, (top, below) = plt.subplots(2, 1, sharex=True, figsize=(8, 9))
    draw("one-permission", "permission_spread", ax=top)
    draw("demo", "permission_spread", ax=below)
    assert top.get_xlim() == below.get_xlim()
    assert top.get_xlim()[1] >= 29
    assert names(top) == ["only one"]
    assert "ci-deploy" in names(below)
    assert_readable(figure)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("creation_over_time", "token_ages"),
        ("permission_spread", "operations_per_token"),
        ("concentration", "creation_and_survival"),
        ("token_ages", "permission_spread"),
    ],
)
def test_scales_of_two_kinds_are_not_shared(first: str, second: str) -> None:
    """Dates beside days, tokens beside operations: refused in words that name both."""
    _, axes = plt.subplots(2, 1, sharex=True)
    draw("demo", first, ax=axes[0])
    with pytest.raises(dff.ConfigurationError, match=r"show (dates|tokens|shares|days) along .*sharex=False"):
        draw("demo", second, ax=axes[1])


def test_the_users_own_dates_share_the_scale() -> None:
    """Beside dates that the user plotted, the chart shows both."""
    figure, (own, ax) = plt.subplots(2, 1, sharex=True, figsize=(8, 8))
    own.plot(pd.date_range("2020-01-01", periods=5, freq="YS"), range(5))
    one("2025-09-04").plot.creation_over_time(ax=ax)
    low, high = num2date(own.get_xlim()[0]), num2date(own.get_xlim()[1])
    assert low.year <= 2020
    assert high >= datetime(2026, 12, 1, tzinfo=UTC)
    assert_readable(figure)


@pytest.mark.parametrize("values", [[1, 2, 3], ["a", "b", "c"]], ids=["numbers", "names"])
def test_the_users_other_scales_are_refused(values: list[Any]) -> None:
    """Numbers or names of the user's cannot share an axis with dates, and stay as they are."""
    _, (own, ax) = plt.subplots(2, 1, sharex=True)
    own.plot(values, [1, 2, 3])
    before = own.get_xlim()
    with pytest.raises(dff.ConfigurationError, match="and this chart shows dates"):
        draw("demo", "creation_over_time", ax=ax)
    assert own.get_xlim() == before


@EVERY_CHART
def test_an_empty_chart_leaves_shared_axes_alone(chart: str) -> None:
    """Where there is nothing to draw, Axes that share a scale keep their ticks and limits."""
    share: dict[str, Any] = {"sharex": True} if chart in (*TIME_CHARTS, "token_ages", "concentration") else {}
    _, (top, below) = plt.subplots(2, 1, **share)
    draw("demo", chart, ax=top)
    before = top.get_xlim(), top.get_ylim(), list(top.get_xticks()), list(top.get_yticks())
    draw("none", chart, ax=below)
    assert (top.get_xlim(), top.get_ylim(), list(top.get_xticks()), list(top.get_yticks())) == before


# ---- twins


def test_a_second_axis_of_the_users_is_kept() -> None:
    """On a chart with one axis, the user's twin stays, and shares the dates."""
    figure, ax = plt.subplots(figsize=(8, 5))
    draw("demo", "creation_and_survival", ax=ax)
    right = ax.twinx()
    right.plot(pd.to_datetime(["2025-01-01", "2026-01-01"]), [1, 2])
    draw("demo", "creation_and_survival", ax=ax)
    assert figure.axes == [ax, right]
    assert len(right.lines) == 1


def test_two_second_axes_are_refused() -> None:
    """The running total needs the right-hand axis, which the user's twin has."""
    _, ax = plt.subplots()
    ax.twinx()
    with pytest.raises(dff.ConfigurationError, match="right-hand axis"):
        draw("demo", "creation_over_time", ax=ax)


def test_a_twin_is_no_place_for_a_chart() -> None:
    """A chart needs Axes with both axes: a twin is refused, and told which Axes to pass."""
    _, ax = plt.subplots()
    for twin in (ax.twinx(), ax.twiny()):
        with pytest.raises(dff.ConfigurationError, match=r"twinx\(\) or twiny\(\)"):
            draw("demo", "permission_spread", ax=twin)


# ---- the same Axes again


def _state(figure: Any) -> tuple[Any, ...]:
    figure.canvas.draw()
    return len(figure.axes), bytes(figure.canvas.buffer_rgba())


@EVERY_CHART
def test_a_chart_drawn_again_replaces_the_first(chart: str) -> None:
    """Drawn again into the same Axes, cleared between or not, it looks as if drawn once."""
    figure, ax = plt.subplots(figsize=(8, 7))
    draw("demo", chart, ax=ax)
    once = _state(figure)
    draw("demo", chart, ax=ax)
    assert _state(figure) == once, "over the old one"
    ax.clear()
    draw("demo", chart, ax=ax)
    assert _state(figure) == once, "cleared"


@pytest.mark.parametrize("clear", [False, True], ids=["over the old one", "cleared"])
def test_no_chart_leaves_anything_behind(clear: bool) -> None:
    """After all other charts, each chart looks as on new Axes: no twin, no inset, no slanted label."""
    figure, ax = plt.subplots(figsize=(8, 7))
    for chart in CHARTS:
        draw("none" if chart == "token_ages" else "demo", chart, ax=ax)
        if clear:
            ax.clear()
    for last in ("permission_spread", "creation_over_time", "token_ages", "operation_matrix"):
        new, alone = plt.subplots(figsize=(8, 7))
        draw("demo", last, ax=alone)
        draw("demo", last, ax=ax)
        assert _state(figure) == _state(new), last
        if clear:
            ax.clear()


def test_what_the_user_drew_stays() -> None:
    """A chart drawn again takes away its own parts, none of the user's."""
    _, ax = plt.subplots(figsize=(8, 7))
    draw("demo", "creation_over_time", ax=ax)
    line = ax.axvline(pd.Timestamp("2025-06-01"))
    draw("demo", "creation_and_survival", ax=ax)
    assert line in ax.lines
    assert len(ax.lines) == 1


def test_a_shared_chart_drawn_again_keeps_the_scale() -> None:
    """Redrawing one of two charts that share their dates leaves the other's dates and names right."""
    figure, (top, below) = plt.subplots(2, 1, sharex=True, figsize=(8, 9))
    one("2025-03-04").plot.creation_over_time(ax=top)
    one("2025-09-04").plot.creation_over_time(ax=below)
    once = _state(figure)
    for clear in (False, True):
        if clear:
            top.clear()
        one("2025-03-04").plot.creation_over_time(ax=top)
        assert _state(figure)[0] == 4
        assert top.get_xlim() == below.get_xlim()
    assert _state(figure) == once


# ---- dates


@pytest.mark.parametrize("chart", TIME_CHARTS)
@pytest.mark.parametrize(
    ("freq", "days"),
    [("D", (1,)), ("W", (7,)), ("MS", (28, 29, 30, 31)), ("QS", (90, 91, 92)), ("YS", (365, 366))],
)
def test_bars_are_as_wide_as_their_periods(chart: str, freq: str, days: tuple[int, ...]) -> None:
    """A bar begins where its period does, in matplotlib's dates, and is as wide as the period is long."""
    pats = one("2026-10-04")
    measure = getattr(dff.measures, chart)(pats, freq=freq)
    starts = set(date2num(measure["period_start"].dt.tz_localize(None).to_numpy()))
    ax = getattr(pats.plot, chart)(freq=freq)
    bars = [bar for bars in ax.containers for bar in bars]
    assert bars
    assert {bar.get_x() for bar in bars} <= starts
    assert {round(bar.get_width(), 6) for bar in bars} <= {float(day) for day in days}


@pytest.mark.parametrize("chart", TIME_CHARTS)
def test_marks_at_dates_stand_at_them(chart: str) -> None:
    """Timestamps with and without a time zone, and datetimes, mark their date; the limits stay."""
    ax = draw("demo", chart)
    before = ax.get_xlim()
    whens = (
        pd.Timestamp("2025-06-01"),
        pd.Timestamp("2025-06-01", tz="UTC"),
        pd.Timestamp("2025-06-01 02:00", tz="Europe/Berlin"),
        datetime(2025, 6, 1, tzinfo=UTC),
        np.datetime64("2025-06-01"),
    )
    places = {float(np.asarray(ax.axvline(when).get_xdata(orig=False))[0]) for when in whens}
    assert places == {float(date2num(np.datetime64("2025-06-01")))}
    assert ax.get_xlim() == before
    assert before[0] < places.pop() < before[1]


@pytest.mark.parametrize("chart", TIME_CHARTS)
@pytest.mark.parametrize("freq", ["D", "W", "MS", "QS", "YS"])
def test_date_formatters_tell_the_dates(chart: str, freq: str) -> None:
    """What matplotlib's formatter writes at the ticks is what the chart wrote, whatever the time zone."""
    with mpl.rc_context({"timezone": "Asia/Tokyo"}):
        ax = getattr(load("thousand").plot, chart)(freq=freq)
        written = names(ax, "x")
        form = {4: "%Y", 7: "%Y-%m", 10: "%Y-%m-%d"}[len(written[0])]
        ax.xaxis.set_major_formatter(_dates.DateFormatter(form, tz=UTC))
        assert names(ax, "x") == written


def test_matplotlibs_own_locators_work() -> None:
    """A user may put matplotlib's date locators and formatters on the axis, at the ends of time too."""
    for first, last in (
        ("0001-01-01", "0001-02-01"),
        ("9999-11-01", "9999-12-31"),
        ("2025-01-01", "2026-01-01"),
    ):
        pats = dff.read(
            {
                "items": [
                    token(n, "p", dateCreated=f"{when}T00:00:00Z") for n, when in enumerate((first, last))
                ]
            },
            fetched_at="2026-11-23T08:00:00Z",
        )
        for chart in TIME_CHARTS:
            ax = getattr(pats.plot, chart)(freq="YS")
            locator = _dates.AutoDateLocator(tz=UTC)
            ax.xaxis.set_major_locator(locator)
            ax.xaxis.set_major_formatter(_dates.ConciseDateFormatter(locator, tz=UTC))
            assert names(ax, "x")


@pytest.mark.parametrize("freq", ["W", "MS", "QS", "YS"])
@pytest.mark.parametrize("chart", TIME_CHARTS)
def test_the_ends_of_time_are_drawn(chart: str, freq: str) -> None:
    """Tokens of the years 1 and 9999 hide no others: the last periods are drawn, and the rest is counted."""
    whens = ("0001-01-01", "9999-12-31", "2025-03-01", "2026-10-01")
    pats = frames([token(n, "p", dateCreated=f"{when}T00:00:00Z") for n, when in enumerate(whens)])
    ax = getattr(pats.plot, chart)(freq=freq)
    assert_readable(ax.get_figure())
    said = " ".join(" ".join(text.get_text() for text in ax.texts).split())
    assert "1 dated later" in said or "1 token dated later" in said


def test_the_last_day_of_all_is_on_the_axis() -> None:
    """Periods that end with the year 9999 have a place, and their bars are on the axis."""
    for freq in ("D", "W", "MS", "QS", "YS"):
        ax = one("9999-12-31").plot.creation_over_time(freq=freq)
        low, high = ax.get_xlim()
        (bar,) = ax.containers[0]
        assert low < bar.get_x() + 0.5 < high
        assert names(ax, "x")


def test_a_calendar_of_ten_thousand_years_gives_advice_that_works() -> None:
    """The error names the dates and a way out, which can be taken as it stands."""
    whens = ("0001-01-01", "9999-12-31", "2025-03-01")
    pats = frames([token(n, "p", dateCreated=f"{when}T00:00:00Z") for n, when in enumerate(whens)])
    with pytest.raises(dff.ConfigurationError, match=r"0001-01-01 to 9999-12-31.*pats\.filter") as refused:
        pats.plot.creation_calendar()
    assert "freq" not in str(refused.value)
    kept = pats.filter(pats.tokens["date_created"].between("2015", "2035"))
    assert kept.plot.creation_calendar().collections[0].get_array().sum() == 1
    assert pats.plot.creation_calendar(as_of="2026-01-01").collections[0].get_array().sum() >= 1


# ---- what is refused


@EVERY_CHART
@pytest.mark.parametrize("wrong", ["tokens", "none", "dict"])
def test_charts_take_frames(chart: str, wrong: str) -> None:
    """A DataFrame or a body is refused with what to pass instead."""
    given: Any = {"tokens": load("demo").tokens, "none": None, "dict": {"items": []}}[wrong]
    with pytest.raises(dff.ConfigurationError, match="take Frames"):
        getattr(Plot(given), chart)()


def test_strange_axes_are_refused() -> None:
    """Polar Axes, and Axes that are in no figure any more, are named for what they are."""
    _, polar = plt.subplots(subplot_kw={"projection": "polar"})
    with pytest.raises(dff.ConfigurationError, match="polar"):
        draw("demo", "permission_spread", ax=polar)
    _, removed = plt.subplots()
    removed.remove()
    with pytest.raises(dff.ConfigurationError, match="removed from its figure"):
        draw("demo", "permission_spread", ax=removed)


@EVERY_CHART
def test_a_dark_style_saves_readable_pictures(chart: str) -> None:
    """Saved while a dark style is in use, a chart is as on the screen: dark words on white."""
    with plt.style.context("dark_background"):
        figure: Any = draw("demo", chart).get_figure()
        picture = BytesIO()
        figure.savefig(picture, format="png", dpi=50)
    picture.seek(0)
    pixels = imread(picture)
    assert pixels[:, :2, :3].min() > 0.95
    assert pixels[..., :3].mean() > 0.5


def test_log_axes_become_linear() -> None:
    """Axes that the user made logarithmic hold a chart of counts all the same."""
    _, ax = plt.subplots()
    ax.set_xscale("log")
    ax.set_yscale("log")
    draw("demo", "creation_over_time", ax=ax)
    assert (ax.get_xscale(), ax.get_yscale()) == ("linear", "linear")


@EVERY_CHART
def test_small_axes_hold_a_readable_chart(chart: str) -> None:
    """In Axes of 3 inches, letters shrink so that nothing lies over anything else."""
    figure, axes = plt.subplots(1, 2, figsize=(7, 3.4))
    draw("demo", chart, ax=axes[0])
    axes[1].remove()
    assert_readable(figure, dpi=150)


def test_words_on_a_dark_figure_are_readable_where_they_stand() -> None:
    """Values beside bars, which may stand on white or on black, and the legend, are black on white."""
    _, ax = plt.subplots(facecolor="black")
    draw("demo", "permission_spread", ax=ax)
    values = [text for text in ax.texts if text.get_text().endswith("%)")]
    assert values
    for text in values:
        box: Any = text.get_bbox_patch()
        assert (text.get_color(), box.get_facecolor()) == ("#1c1c1c", (1, 1, 1, 1))
    legend: Any = ax.get_legend()
    assert legend.get_frame().get_facecolor() == (1, 1, 1, 1)
    assert {text.get_color() for text in legend.get_texts()} == {"#1c1c1c"}


@pytest.mark.parametrize("size", [(4, 3), (4.2, 3.9), (3.2, 2.4)], ids=str)
@pytest.mark.parametrize("chart", ["sensitive_reach", "concentration"])
def test_a_small_figure_holds_what_is_readable_in_it(chart: str, size: tuple[float, float]) -> None:
    """Where lines would touch, some are left out and counted; what stands along an axis keeps beside it."""
    figure, ax = plt.subplots(figsize=size)
    draw("demo", chart, ax=ax)
    assert_readable(figure, dpi=100)
    rows = len(ax.get_yticks())
    if chart == "sensitive_reach" and rows < 9:
        assert f"Shown: the first {rows} of 9 classes." in caption(ax)


def test_one_of_many_is_not_none() -> None:
    """A share that is not 0 is not written as 0%, nor one that is not all as 100%."""
    pats = frames([token(n, "all" if n else "one") for n in range(400)])
    ax = pats.plot.permission_spread()
    said = [text.get_text() for text in ax.texts]
    assert "1 (<1%)" in said
    assert "399 (>99%)" in said
