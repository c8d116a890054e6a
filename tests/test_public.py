"""What the package offers, and what importing it costs."""

import inspect
import subprocess
import sys

import pytest

import dfns_frames as dff


def run(code: str) -> str:
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


def test_the_public_names_are_a_sorted_list_and_all_exist() -> None:
    """`__all__` is sorted, complete, and every name of it can be had."""
    assert list(dff.__all__) == sorted(dff.__all__, key=lambda name: (name.startswith("_"), name))
    for name in dff.__all__:
        assert getattr(dff, name) is not None
    assert set(dir(dff)) == set(dff.__all__)


@pytest.mark.parametrize(
    ("owner", "name", "near"),
    [
        ("dff", "compar", "compare"),
        ("dff", "clent", "Client"),
        ("dff", "zzzzzz", ""),
        ("dff", "_private", ""),
        ("measures", "capabilties", "capabilities"),
        ("measures", "_private", ""),
        ("client", "organisation", "organization"),
        ("client", "pat", "pats"),
        ("client", "__getstate_", ""),
        ("plot", "creation_over_tim", "creation_over_time"),
    ],
)
def test_a_misspelt_name_is_an_attribute_error_that_suggests_one(owner: str, name: str, near: str) -> None:
    """Python suggests one only in tracebacks that it prints itself, so not in a notebook."""
    plot = dff.read({"items": []}).plot
    things = {"dff": dff, "measures": dff.measures, "client": dff.Client("t"), "plot": plot}
    with pytest.raises(AttributeError) as caught:
        getattr(things[owner], name)
    assert repr(name) in str(caught.value)
    assert ("Did you mean" in str(caught.value)) is bool(near)
    assert not near or f"Did you mean {near!r}?" in str(caught.value)
    assert not hasattr(things[owner], name)


@pytest.mark.parametrize("unwanted", ["matplotlib", "xlsxturbo", "requests", "urllib3"])
def test_importing_and_reading_loads_nothing_heavy(unwanted: str) -> None:
    """Neither the import, reading a saved response nor making a client loads what only a request needs.

    Nor matplotlib or the workbook writer.
    """
    code = (
        "import sys, dfns_frames as dff; p = dff.read({'items': []}); p.tokens; dff.Frames; dff.operations();"
        f"dff.Client('t'); print({unwanted!r} in sys.modules)"
    )
    assert run(code) == "False"


def test_help_loads_no_pandas() -> None:
    """`dfns-frames --help` answers without pandas or pyarrow."""
    code = (
        "import sys, contextlib, io\nfrom dfns_frames.cli import main\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()): main(['--help'])\n"
        "print('pandas' in sys.modules, 'pyarrow' in sys.modules)"
    )
    assert run(code) == "False False"


def test_submodules_do_not_hide_functions() -> None:
    """A public function stays one after the module that defines it was imported."""
    code = (
        "import dfns_frames._api.catalogue, dfns_frames.frames.intake, dfns_frames.frames.joining\n"
        "import dfns_frames._facts.dictionary\n"
        "import dfns_frames as dff\n"
        "print(all(map(callable, (dff.operations, dff.read, dff.concat, dff.dictionary))))"
    )
    assert run(code) == "True"


def test_everything_public_is_documented() -> None:
    """Every public class, function and method has a docstring; functions show an example that runs."""
    for name in dff.__all__:
        thing = getattr(dff, name)
        if not (inspect.isclass(thing) or inspect.isfunction(thing)):
            continue
        assert inspect.getdoc(thing), name
        if inspect.isfunction(thing):
            assert "Examples\n" in str(thing.__doc__), name
        for method_name, method in inspect.getmembers(thing, inspect.isfunction):
            if not method_name.startswith("_"):
                assert method.__doc__, f"{name}.{method_name}"
