"""How warnings look in a notebook."""

from typing import Any

import nbclient
import nbformat
import pytest

from tests.conftest import token

CELLS = (
    "import dfns_frames as dff\ndff.demo.client().pats().tokens.shape[1] > 0",
    "import warnings\nwarnings.warn('of somebody else')",
    "with warnings.catch_warnings(record=True) as caught:\n"
    "    warnings.simplefilter('always')\n"
    "    dff.demo.client().pats()\n"
    "[each.category.__name__ for each in caught]",
    "warnings.simplefilter('ignore', dff.DriftWarning)\ndff.demo.client().pats().tokens.shape[1] > 0",
    "warnings.simplefilter('error', dff.DriftWarning)\n"
    "try:\n    dff.demo.client().pats()\nexcept dff.DriftWarning:\n    print('raised')",
)


@pytest.fixture(scope="module")
def outputs() -> list[list[Any]]:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in CELLS])
    nbclient.NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
    return [cell.outputs for cell in notebook.cells]


def test_drift_is_one_calm_line(outputs: list[list[Any]]) -> None:
    """No red block on standard error, no path into somebody's package, no second line."""
    shown, result = outputs[0]
    assert shown.output_type == "display_data"
    [line] = shown.data["text/plain"].splitlines()
    assert line.startswith("dfns-frames: ")
    assert ".drift" in line
    assert result.data["text/plain"] == "True"


def test_warnings_of_others_look_as_ever(outputs: list[list[Any]]) -> None:
    """On standard error, with their place."""
    [shown] = outputs[1]
    assert (shown.name, "UserWarning: of somebody else" in shown.text) == ("stderr", True)


def test_filters_and_recording_work_as_ever(outputs: list[list[Any]]) -> None:
    """What is recorded, ignored or raised is not shown."""
    assert [each.data["text/plain"] for each in outputs[2]] == ["['DriftWarning']"]
    assert [each.output_type for each in outputs[3]] == ["execute_result"]
    assert [each.text for each in outputs[4]] == ["raised\n"]


def test_outside_a_kernel_warnings_are_pythons_own() -> None:
    """Nothing is installed there."""
    import warnings

    import dfns_frames as dff

    before = warnings.formatwarning
    with pytest.warns(dff.DriftWarning):
        dff.read({"items": [token(1, kind="Robot")]})
    assert warnings.formatwarning is before
