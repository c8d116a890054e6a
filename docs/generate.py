"""Write the generated parts of the documentation, or check that they are up to date (``--check``).

``--pictures`` draws the charts that README.md shows; they are not checked, since fonts differ.
"""

import argparse
import os
import subprocess
import sys
import warnings
from pathlib import Path

import dfns_frames as dff

FOLDER = Path(__file__).parent
SHOWN = ("creation_over_time", "permission_spread")


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


def draw_pictures() -> None:
    """Draw the charts that README.md shows, from the demo organisation."""
    import matplotlib as mpl

    mpl.use("agg")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dff.DriftWarning)
        pats = dff.demo.client().pats()
    (FOLDER / "pictures").mkdir(exist_ok=True)
    for name in SHOWN:
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
    for name, text in (("tables.md", tables()), ("shell.md", shell())):
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
