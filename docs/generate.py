"""Write the generated parts of the documentation, or check that they are up to date (``--check``).

``--pictures`` draws the charts that README.md and charts.md show; they are not checked, since fonts differ.
"""

import argparse
import inspect
import os
import subprocess
import sys
import warnings
from pathlib import Path

import docstring_parser

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
    verbs = ("fetch", "tokens", "export", "demo", "serve", "tables", "operations")
    for command in ((), *((verb,) for verb in verbs)):
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
        method = getattr(Plot, name)
        chart, numbers = (
            docstring_parser.parse(inspect.getdoc(documented) or "", docstring_parser.DocstringStyle.NUMPYDOC)
            for documented in (method, getattr(dff.measures, name))
        )
        defaults = [f"{each.name}={each.default!r}" for each in inspect.signature(method).parameters.values()]
        parts += [
            f"\n## {name}",
            f"![{name}](pictures/{name}.png)",
            "",
            (chart.description or "").strip(),
            "",
        ]
        parts += [f"`pats.plot.{name}({', '.join(defaults[1:])})`", ""]
        parts += [
            f"* **{option.arg_name}**: {_joined(option.description)}"
            for option in chart.params
            if option.arg_name != "ax"
        ]
        for about, documented in (("Drawn", chart), ("Numbers", numbers)):
            parts += ["", f"{about}: {_joined(documented.returns and documented.returns.description)}"]
    return "\n".join(parts) + "\n"


def _joined(text: str | None) -> str:
    return " ".join((text or "").split())


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
