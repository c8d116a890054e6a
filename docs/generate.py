"""Write the generated parts of the documentation, or check that they are up to date (``--check``).

``--pictures`` draws the charts that README.md and charts.md show; they are not checked, since fonts differ.
"""

import argparse
import inspect
import os
import re
import subprocess
import sys
import warnings
from pathlib import Path

import dfns_frames as dff
from dfns_frames.plot import Plot

FOLDER = Path(__file__).parent
CHARTS = [name for group in Plot.mro() for name in vars(group) if name in dff.measures.__all__]


def tables() -> str:
    """Return the data dictionary as Markdown."""
    parts = [
        "# Tables",
        "Generated from the declarations (`make docs`). In Python: `dff.dictionary()`; in the shell:",
        "`dfns-frames tables`. All times are UTC; positions count from 0; the key of a table is **bold**.",
    ]
    for (table, row), columns in dff.dictionary().groupby(["table", "row"], sort=False):
        parts += [
            f"\n## {table}",
            f"A row is {row}.",
            "",
            "| column | type | field | meaning |",
            "|---|---|---|---|",
        ]
        for column in columns.to_dict("records"):
            name = f"**{column['column']}**" if column["key"] else column["column"]
            field = f"`{column['field']}`" if isinstance(column["field"], str) else ""
            parts.append(f"| {name} | {column['type']} | {field} | {column['meaning']} |")
    return "\n".join(parts) + "\n"


def shell() -> str:
    """Return every command's help as Markdown."""
    parts = ["# The shell", "Generated from `--help` (`make docs`)."]
    for command in ((), ("fetch",), ("export",), ("demo",), ("serve",), ("tables",), ("operations",)):
        shown = subprocess.run(
            [sys.executable, "-m", "dfns_frames", *command, "--help"],
            env=os.environ | {"COLUMNS": "100"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        parts += [f"\n## dfns-frames {' '.join(command)}".rstrip(), "```", shown.rstrip(), "```"]
    return "\n".join(parts) + "\n"


def charts() -> str:
    """Return every chart's documentation as Markdown, with its picture and what its numbers are."""
    parts = [
        "# Charts",
        "Generated from the docstrings (`make docs`, and `make pictures`). `pats.plot.NAME()` draws what",
        "`dff.measures.NAME(pats)` returns as a DataFrame. Every chart takes `ax`, Axes to draw into, and",
        "returns it; it neither shows nor saves. The pictures are of the demo organisation.",
    ]
    for name in CHARTS:
        chart = _sections(getattr(Plot, name))
        signature = str(inspect.signature(getattr(Plot, name))).replace("self, ", "").split(" ->")[0]
        parts += [f"\n## {name}", f"![{name}](pictures/{name}.png)", "", chart[""], ""]
        parts += [f"`pats.plot.{name}{re.sub(r': [^=,)]+ = ', '=', signature)}`", ""]
        parts += [option for option in _definitions(chart.get("Parameters", "")) if "**ax**" not in option]
        parts += ["", f"Drawn: {_joined(chart['Returns'])}", ""]
        parts += [f"Numbers: {_joined(_sections(getattr(dff.measures, name))['Returns'])}"]
    return "\n".join(parts) + "\n"


def _sections(documented: object) -> dict[str, str]:
    """Split a numpydoc docstring into its sections; what comes before the first is ``""``."""
    pieces = re.split(r"^(\w+)\n-+\n", inspect.getdoc(documented) or "", flags=re.MULTILINE)
    return {name: text.strip() for name, text in zip(["", *pieces[1::2]], pieces[::2], strict=True)}


def _definitions(section: str) -> list[str]:
    """Return a section of names and what they mean as a list."""
    pieces = re.split(r"^(\S.*)\n", section, flags=re.MULTILINE)
    return [
        f"* **{name}**: {' '.join(text.split())}"
        for name, text in zip(pieces[1::2], pieces[2::2], strict=True)
    ]


def _joined(section: str) -> str:
    """Return what a section says of the one thing that it names."""
    return " ".join(section.split("\n", 1)[1].split())


def draw_pictures() -> None:
    """Draw the charts that README.md and charts.md show, from the demo organisation."""
    import matplotlib as mpl

    mpl.use("agg")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dff.DriftWarning)
        pats = dff.demo.client().pats()
    (FOLDER / "pictures").mkdir(exist_ok=True)
    for name in CHARTS:
        getattr(pats.plot, name)().figure.savefig(FOLDER / "pictures" / f"{name}.png", dpi=100)


def main() -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail if a file is not up to date"
    )
    parser.add_argument("--pictures", action="store_true", help="draw the pictures too")
    options = parser.parse_args()
    if options.pictures:
        draw_pictures()
    stale = []
    for name, text in (("tables.md", tables()), ("charts.md", charts()), ("shell.md", shell())):
        path = FOLDER / name
        if options.check:
            stale += [name] if not path.exists() or path.read_text("utf-8") != text else []
        else:
            path.write_text(text, "utf-8")
    if stale:
        print(f"not up to date: {', '.join(stale)}; run `make docs` and commit the result")
    return bool(stale)


if __name__ == "__main__":
    sys.exit(main())
