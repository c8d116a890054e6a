"""Documentation is executed."""

import doctest
import importlib
import pkgutil
import warnings

import pytest

import dfns_frames as dff

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
