"""What every chart promises on every input: one Axes, nothing cut off or overlapping, no side effects."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.transforms import Bbox

import dfns_frames as dff
from dfns_frames.plot import Plot
from dfns_frames.plot.text import Ruler, drawable, fitted, style, wrapped
from tests.organisations import QUESTIONS
from tests.plot_inputs import ITEMS, ODD, frames, load, token

CHARTS = tuple(name for name in dff.measures.__all__ if hasattr(Plot, name))
EVERY_CHART = pytest.mark.parametrize("chart", CHARTS)
_SLANTED = 45


@pytest.fixture(autouse=True)
def _close_figures() -> Iterator[None]:
    yield
    plt.close("all")


def draw(name: str, chart: str, **options: Any) -> Axes:
    """Draw a chart of one of the inputs."""
    ax: Axes = getattr(load(name).plot, chart)(**options)
    return ax


def texts(figure: Any, dpi: int = 60, *, pixels: bool = False) -> list[tuple[Text, Bbox]]:
    """Arrange a figure as for drawing, and return its visible texts, and where they are."""
    figure.set_dpi(dpi)
    # Pixels take most of the time, and say nothing about places.
    (figure.canvas.draw if pixels else figure.draw_without_rendering)()
    found: list[Text] = []
    for ax in figure.findobj(Axes):
        found += [*ax.texts, *(ax.get_legend().findobj(Text) if ax.get_legend() else [])]
        if ax.axison:
            found += [ax.xaxis.label, ax.yaxis.label] if ax.xaxis.get_visible() else [ax.yaxis.label]
            found += [*(ax.get_xticklabels() if ax.xaxis.get_visible() else []), *ax.get_yticklabels()]
    shown = [text for text in dict.fromkeys(found) if text.get_visible() and text.get_text().strip()]
    return [(text, text.get_window_extent()) for text in shown]


def assert_readable(figure: Any, dpi: int = 60, *, pixels: bool = False) -> None:
    """Assert that no text leaves the figure or lies over another."""
    found = texts(figure, dpi, pixels=pixels)
    for text, box in found:
        assert box.x0 >= -1, f"cut off on the left: {text.get_text()!r}"
        assert box.y0 >= -1, f"cut off below: {text.get_text()!r}"
        assert box.x1 <= figure.bbox.width + 1, f"cut off on the right: {text.get_text()!r}"
        assert box.y1 <= figure.bbox.height + 1, f"cut off above: {text.get_text()!r}"
    # The box around a slanted text says little about where it is.
    upright = [(text, box) for text, box in found if text.get_rotation() != _SLANTED]
    boxes = np.array([box.extents for _, box in upright]).reshape(-1, 4)
    left, below, right, above = (
        np.maximum.outer(boxes[:, i], boxes[:, i]) if i < 2 else np.minimum.outer(boxes[:, i], boxes[:, i])
        for i in range(4)
    )
    overlapping = np.triu((right - left > 1.5) & (above - below > 1.5), k=1)
    for one, other in np.argwhere(overlapping):
        raise AssertionError(f"{upright[one][0].get_text()!r} lies over {upright[other][0].get_text()!r}")


def caption(ax: Axes) -> str:
    """Return the caption of a chart, line breaks taken out."""
    return " ".join(next(t.get_text() for t in ax.texts if "Source:" in t.get_text()).split())


@EVERY_CHART
@pytest.mark.parametrize("name", ITEMS)
def test_every_chart_is_readable_on_every_input(name: str, chart: str) -> None:
    """No warning, nothing cut off, no text over another, and the caption counts the tokens."""
    ax = draw(name, chart)
    assert isinstance(ax, Axes)
    assert_readable(ax.get_figure(), pixels=True)
    count = len(ITEMS[name]())
    assert f"{count:,} token{'' if count == 1 else 's'}, visible to the caller" in caption(ax)
    assert "snapshot 2026-11-23 08:00 UTC" in caption(ax)


@EVERY_CHART
@pytest.mark.parametrize("name", ["demo", "long-names"])
def test_charts_are_readable_at_other_resolutions(name: str, chart: str) -> None:
    """Letters are not quite as wide at the resolution of a report as on the screen."""
    figure = draw(name, chart).get_figure()
    for dpi in (120, 200, 300):
        assert_readable(figure, dpi)


@pytest.mark.parametrize("size", [(15, 18), (10, 20)], ids=str)
@pytest.mark.parametrize("name", ["demo", "long-names", "unlisted-operations"])
def test_charts_share_a_figure(name: str, size: tuple[float, float]) -> None:
    """Drawn into a grid, each chart keeps to its cell."""
    figure, axes = plt.subplots(-(-len(CHARTS) // 3), 3, figsize=size)
    for chart, ax in zip(CHARTS, axes.flat[: len(CHARTS)], strict=True):
        assert draw(name, chart, ax=ax) is ax
    for ax in axes.flat[len(CHARTS) :]:
        ax.remove()
    assert_readable(figure)


@EVERY_CHART
def test_charts_refuse_what_are_no_axes(chart: str) -> None:
    """An array of Axes, which subplots() gives, or a figure, is named for what it is."""
    figure, axes = plt.subplots(1, 2)
    for wrong, name in ((axes, "ndarray"), (list(axes), "list"), (figure, "Figure"), (3, "int")):
        with pytest.raises(TypeError, match=f"such as axes.0., not {name}"):
            draw("one-token", chart, ax=wrong)


@pytest.mark.parametrize("arrange", ["constrained", "tight", "tight_layout()", "subfigures", "by hand"])
def test_charts_stand_any_layout(arrange: str) -> None:
    """Whoever arranges the figure, two charts side by side stay readable, without a warning."""
    figure: Any = plt.figure(figsize=(12, 5), layout=arrange if arrange in ("constrained", "tight") else None)
    if arrange == "subfigures":
        axes = [part.subplots() for part in figure.subfigures(1, 2)]
    elif arrange == "by hand":
        axes = [figure.add_axes((0, 0, 0.5, 1)), figure.add_axes((0.5, 0, 0.5, 1))]
    else:
        axes = list(figure.subplots(1, 2))
    draw("long-names", "permission_spread", ax=axes[0])
    draw("demo", "creation_over_time", ax=axes[1])
    if arrange == "tight_layout()":
        figure.tight_layout()
    assert_readable(figure)


@EVERY_CHART
def test_charts_leave_no_trace(chart: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No rcParams change, nothing is shown or saved, and one figure is made, on white."""
    monkeypatch.setattr(plt, "show", lambda: pytest.fail("shown"))
    before = dict(mpl.rcParams)
    figure: Any = draw("demo", chart).get_figure()
    figure.canvas.draw()
    assert dict(mpl.rcParams) == before
    assert plt.get_fignums() == [figure.number]
    assert figure.get_facecolor() == (1, 1, 1, 1)


@EVERY_CHART
def test_charts_look_the_same_whatever_the_rcparams(chart: str) -> None:
    """A dark theme, TeX, a serif font, a grid: pixels do not change."""
    plain: Any = draw("demo", chart).get_figure()
    plain.canvas.draw()
    strange = {
        "text.usetex": True, "font.family": "serif", "axes.grid": True, "figure.constrained_layout.use": True,
        "font.size": 20, "xtick.direction": "in", "axes.unicode_minus": False, "lines.marker": "x",
        "axes.labelweight": "bold", "axes.xmargin": 0.3, "xtick.minor.visible": True, "xtick.top": True,
        "ytick.right": True, "xtick.bottom": False, "legend.frameon": True,
    }  # fmt: skip
    with plt.style.context(["dark_background", strange]), mpl.rc_context({"timezone": "Asia/Tokyo"}):
        dark: Any = draw("demo", chart).get_figure()
        dark.set_dpi(plain.dpi)
        dark.canvas.draw()
    assert bytes(dark.canvas.buffer_rgba()) == bytes(plain.canvas.buffer_rgba())


@EVERY_CHART
def test_charts_are_deterministic(chart: str) -> None:
    """The same tokens give the same pixels."""
    first, second = (draw("many-shapes", chart).get_figure() for _ in range(2))
    for figure in (first, second):
        figure.canvas.draw()
    assert bytes(first.canvas.buffer_rgba()) == bytes(second.canvas.buffer_rgba())


@EVERY_CHART
def test_text_on_a_dark_figure_is_light(chart: str) -> None:
    """Outside the Axes, text contrasts with the figure that the user chose."""
    figure, ax = plt.subplots(figsize=(9, 7), facecolor="#111111")
    draw("demo", chart, ax=ax)
    title = next(text for text in ax.texts if text.get_transform() == figure.transSubfigure)
    assert title.get_color() == "#f2f2f2"
    assert ax.get_facecolor() == (1, 1, 1, 1)


@EVERY_CHART
def test_no_text_is_parsed(chart: str) -> None:
    """Neither mathtext nor TeX sees a name; control and direction characters never arrive."""
    figure: Any = draw("odd-names", chart).get_figure()
    for text, _ in texts(figure):
        assert not text.get_parse_math() or "$" not in text.get_text()
        assert not set("\x00\x07\t\u202e\u200d") & set(text.get_text())


@EVERY_CHART
@pytest.mark.parametrize("name", ["none", "one-token-without-permissions"])
def test_nothing_to_draw_is_said(name: str, chart: str) -> None:
    """Without tokens, Axes without data say why; with one token and no permission they still draw.

    What rules found is drawn all the same: each looked at no token, and says so.
    """
    ax = draw(name, chart)
    words = [text.get_text() for text in ax.texts if text.get_transform() == ax.transAxes]
    if name == "none" and chart != "findings":
        assert any("visible to the caller" in " ".join(word.split()) for word in words)
        assert not ax.patches
        assert not ax.lines


def test_methods_are_the_measures() -> None:
    """Each chart draws a measure of its name, and takes `ax` and its options by keyword only.

    Only what is asked for may be given by its place.
    """
    public = [name for name in dir(Plot) if not name.startswith("_")]
    assert public == sorted(CHARTS)
    assert set(dff.measures.__all__) - set(CHARTS) == {"capabilities", *QUESTIONS} - set(CHARTS)
    for name in public:
        _, *options = inspect.signature(getattr(Plot, name)).parameters.values()
        named = [option for option in options if option.name != "what"]
        assert all(option.kind is inspect.Parameter.KEYWORD_ONLY for option in named)
        assert options[-1].name == "ax"


def test_repr_names_the_charts() -> None:
    """Shown in a notebook, the accessor says what it can draw."""
    assert "creation_over_time" in repr(load("none").plot)


@pytest.mark.parametrize(
    ("chart", "options"),
    [
        ("creation_over_time", {"freq": "M"}),
        ("creation_over_time", {"by": "name"}),
        ("token_ages", {"as_of": "today"}),
        ("permission_spread", {"top": 0}),
        ("permission_combinations", {"top": 0}),
        ("operation_matrix", {"top": 0}),
        ("operation_matrix", {"top_operations": 0}),
        ("concentration", {"of": "money"}),
        ("permission_spread", {"top": "30"}),
        ("operations_per_token", {"top": True}),
        ("operations_per_token", {"top": 2.5}),
        ("permission_combinations", {"top": None}),
        ("permission_matrix", {"top": [3]}),
        ("permission_matrix", {"top_operations": "75"}),
        ("who_can", {"top": 0}),
        ("who_can", {"alone": "yes"}),
    ],
    ids=str,
)
def test_bad_options_are_refused(chart: str, options: dict[str, Any]) -> None:
    """An option out of range is a ConfigurationError, and no figure is left behind half drawn."""
    before = plt.get_fignums()
    with pytest.raises(dff.ConfigurationError, match=next(iter(options))):
        draw("demo", chart, **options)
    assert plt.get_fignums() == before


@EVERY_CHART
def test_captions_say_what_is_missing(chart: str) -> None:
    """An incomplete source, and a part of the tokens, are named on every chart."""
    pats = frames([token(1, "p"), token(2, "p")], nextPageToken="more")
    ax = getattr(pats.filter("to-1").audit().plot, chart)()
    assert "NOT ALL: a source is incomplete." in caption(ax)
    assert "1 token of the 2 read" in caption(ax)


@pytest.mark.parametrize("name", ODD)
def test_drawable_text_is_one_line_of_known_glyphs(name: str) -> None:
    """What remains has no control characters, no line breaks, no replacement sign, and is never empty."""
    text = drawable(name)
    assert text
    assert text.replace("\u200e", "").isprintable()
    assert "\ufffd" not in text


def test_marks_do_not_pile_up() -> None:
    """Of many combining marks, two remain."""
    assert drawable("a" + "\u0301" * 40) == "\u00e1\u0301\u0301"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("x\ue000y", r"x\ue000y"),
        ("two\nlines\tand\x00", r"two\nlines\tand\x00"),
        ("ad\u200bmin", r"ad\u200bmin"),
        ("ad\u200dmin", r"ad\u200dmin"),
        ("\u202eevil", r"\u202eevil"),
        ("\ufeff", r"\ufeff"),
        ("a\u00a0b", "a b"),
        ("\u05d0", "\u200e\u05d0\u200e"),
        ("$x^2$", "$x^2$"),
        ("  ", "(no name)"),
        (None, "(no name)"),
    ],
    ids=repr,
)
def test_what_no_glyph_shows_is_escaped(name: str | None, shown: str) -> None:
    """Two names that differ in a hidden character look different; nothing is dropped or replaced."""
    assert drawable(name) == shown


def test_an_escape_is_never_cut_in_two() -> None:
    """Shortened in the middle, both ends hold whole characters or whole escapes."""
    _, ax = plt.subplots()
    for width in range(20, 200, 7):
        (text,) = fitted(ax, [drawable("\ue000" * 30)], size=8, width=width)
        assert set(re.split("…", text.replace(r"\ue000", ""))) == {""}


_WORDS = st.text("iWw l\u00e9\u0301", max_size=60).map(drawable)


@given(text=_WORDS, width=st.integers(5, 200), size=st.sampled_from([3.0, 7.5]))
@settings(max_examples=40, deadline=None)
def test_texts_are_no_shorter_than_they_need_be(text: str, width: int, size: float) -> None:
    """A text that fits stays whole; of one that does not, as many letters remain as fit, and at least one."""
    ax = Figure().subplots()
    ruler = Ruler(ax, size)
    left = (
        f"{text[: kept - kept // 2].rstrip()}\u2026{text[len(text) - kept // 2 :].lstrip()}"
        for kept in range(len(text) - 1, 1, -1)
    )
    fits = (candidate for candidate in [text, *left] if ruler.width(candidate) <= width)
    assert fitted(ax, [text], size=size, width=width) == [next(fits, f"{text[0]}\u2026")]


@given(text=_WORDS, width=st.integers(30, 400))
@settings(max_examples=40, deadline=None)
def test_lines_are_as_full_as_they_can_be(text: str, width: int) -> None:
    """No line is too wide, and the first word of the next would not have fitted; no word is lost."""
    ax = Figure().subplots()
    ruler = Ruler(ax, 7.5)
    lines = wrapped(ax, text, size=7.5, width=width).split("\n")
    assert all(ruler.width(line) <= width or len(line) <= 2 for line in lines)
    for line, after in pairwise(lines):
        if "\u2026" not in line + after:
            assert ruler.width(f"{line} {after.split(' ')[0]}") > width
    if not any("\u2026" in line for line in lines):
        assert " ".join(lines) == text


def test_texts_are_as_wide_as_they_are_drawn() -> None:
    """What is measured before is what matplotlib draws afterwards, and a little more to be safe."""
    _, ax = plt.subplots()
    for name in map(drawable, [*ODD, "i", "plain"]):
        drawn = ax.text(0, 0, name, **style(name, size=7.5, color="black"))
        width = drawn.get_window_extent().width
        assert Ruler(ax, 7.5).width(name) == pytest.approx(1.04 * width)


@pytest.mark.parametrize("backend", ["pdf", "svg", "ps"])
def test_every_chart_is_drawn_by_every_backend(backend: str, tmp_path: Path) -> None:
    """A script that writes PDF or SVG draws the same charts, without a warning."""
    plt.switch_backend(backend)
    try:
        for chart in CHARTS:
            figure: Any = draw("none", chart).get_figure()
            figure.savefig(tmp_path / f"{chart}.{backend}")
            assert type(figure.canvas).__module__ == f"matplotlib.backends.backend_{backend}"
            plt.close(figure)
    finally:
        plt.switch_backend("agg")
    assert len(list(tmp_path.iterdir())) == len(CHARTS)
