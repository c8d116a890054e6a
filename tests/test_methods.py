"""Charts and exports are functions that became methods: to readers, editors and type checkers alike.

What mypy has to refuse is marked as an error here: were it accepted, mypy would call the mark unused.
"""

# mypy: enable-error-code="arg-type"

import inspect
from pathlib import Path
from typing import assert_type

import pandas as pd
import pytest
from matplotlib.axes import Axes

import dfns_frames as dff
from dfns_frames.plot import Plot
from tests.conftest import assignment, token

CHARTS = [name for name in dff.measures.__all__ if hasattr(Plot, name)]
EXPORTS = ("to_csv", "to_excel", "to_json", "to_parquet")
MEASURES = ("explain", "who_can")


@pytest.fixture(scope="module")
def pats() -> dff.Frames:
    return dff.read({"items": [token(1, assignment()), token(2)]})


def test_methods_have_their_functions_types(pats: dff.Frames, tmp_path: Path) -> None:
    """Results are Axes and paths to a type checker; wrong options are errors to it, as when run."""
    assert_type(pats.plot.permission_spread(top=5), Axes)
    assert_type(pats.to_excel(tmp_path / "pats.xlsx"), Path)
    assert_type(pats.to_csv(tmp_path / "csv", sanitize=False), Path)
    assert_type(pats.who_can("move_funds", alone=True), pd.DataFrame)
    assert_type(pats.explain("to-1", "Wallets:Read"), pd.DataFrame)
    with pytest.raises(dff.ConfigurationError, match="alone must be True, False or None"):
        pats.who_can("move_funds", "yes")  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="tops"):
        pats.plot.permission_spread(tops=5)  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        pats.plot.permission_spread(5)  # type: ignore[call-arg]
    with pytest.raises(dff.ConfigurationError, match="freq"):
        pats.plot.creation_over_time(freq="M")  # type: ignore[arg-type]
    with pytest.raises(dff.ConfigurationError, match="of must be"):
        pats.plot.concentration(of="users")  # type: ignore[arg-type]
    with pytest.raises(TypeError):
        pats.to_excel(tmp_path / "more.xlsx", True)  # type: ignore[call-arg, arg-type]


@pytest.mark.parametrize("name", CHARTS)
def test_charts_show_their_own_signature(pats: dff.Frames, name: str) -> None:
    """As methods they take options alone, all but `frames`, and document each of them."""
    method = getattr(pats.plot, name)
    options = inspect.signature(method).parameters
    assert [each.name for each in inspect.signature(getattr(Plot, name)).parameters.values()] == [
        "frames",
        *options,
    ]
    by_name = [each.kind for name, each in options.items() if name != "what"]
    assert set(by_name) == {inspect.Parameter.KEYWORD_ONLY}
    assert list(options)[-1] == "ax"
    documented = inspect.getdoc(method) or ""
    assert all(f"\n{option}\n    " in documented for option in options)
    assert (method.__name__, f"pats.plot.{name}(" in documented) == (name, True)


@pytest.mark.parametrize("name", EXPORTS)
def test_exports_show_their_own_signature(pats: dff.Frames, name: str) -> None:
    """As methods they take where to write and options, and document each of them."""
    options = list(inspect.signature(getattr(pats, name)).parameters)
    documented = inspect.getdoc(getattr(pats, name)) or ""
    assert options[0] in ("path", "folder")
    assert all(f"\n{option}\n    " in documented for option in options)


@pytest.mark.parametrize("name", MEASURES)
def test_questions_are_the_measures(pats: dff.Frames, name: str) -> None:
    """As methods they are the same functions, with what is asked first."""
    assert getattr(dff.Frames, name) is getattr(dff.measures, name)
    options = list(inspect.signature(getattr(pats, name)).parameters)
    assert options == list(inspect.signature(getattr(dff.measures, name)).parameters)[1:]


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("pats.plot.", CHARTS),
        ("pats.plot.creation_over_time(", ["freq=", "by=", "as_of=", "ax="]),
        ("pats.plot.who_can('approve', ", ["alone=", "top=", "ax="]),
        ("pats.to_", EXPORTS),
        ("pats.who_can('move_funds', ", ["alone="]),
        ("pats.to_excel('pats.xlsx', ", ["sheets=", "overwrite="]),
    ],
)
def test_methods_complete_in_ipython(pats: dff.Frames, typed: str, offered: list[str]) -> None:
    """The tab key offers charts, exports and their options, by which JupyterLab completes too."""
    completer = pytest.importorskip("IPython.core.completer")
    shell = completer.IPCompleter(namespace={"pats": pats})
    with completer.provisionalcompleter():
        found = {each.text for each in shell.completions(typed, len(typed))}
    assert set(offered) <= found
    if typed == "pats.plot.":
        assert {each for each in found if not each.startswith("_")} == set(offered)


def test_a_chart_shows_its_own_source(pats: dff.Frames) -> None:
    """What `?`, `??` and JupyterLab's Shift+Tab look up is the function that draws, not what binds it."""
    method = pats.plot.permission_spread
    assert Path(inspect.getsourcefile(inspect.unwrap(method)) or "").name == "spread.py"
    assert inspect.getsource(method).startswith("def permission_spread(frames: Tables, *, top: int = 30")


def test_what_only_looks_like_frames_is_refused(tmp_path: Path) -> None:
    """A relation of a database has an `arrow()` too; it is no Frames to a measure, a chart or a file."""

    class Relation:
        def arrow(self) -> None: ...

    with pytest.raises(dff.ConfigurationError, match="Relation"):
        dff.measures.token_ages(Relation())  # type: ignore[arg-type]
    with pytest.raises(dff.ConfigurationError, match="Relation"):
        Plot(Relation())  # type: ignore[arg-type]
    with pytest.raises(dff.ConfigurationError, match="Relation"):
        dff.write(Relation(), tmp_path / "pats.json")  # type: ignore[arg-type]


def test_a_region_is_one_of_a_few() -> None:
    """A type checker knows them, and the error names option, choice and value."""
    with pytest.raises(dff.ConfigurationError, match="region must be 'eu' or 'uae', not 'mars'"):
        dff.Client("t", region="mars")  # type: ignore[arg-type]
