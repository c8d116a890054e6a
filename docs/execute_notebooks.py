"""Execute the example notebooks on the demo organisation; save them, or check that what is saved is true.

``--check`` compares the text of every output with a run from a clean kernel. Pictures are not compared byte
for byte, since fonts differ between machines; that there is one is.
"""

import argparse
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat

from dfns_frames.demo import run_notebooks

FOLDER = Path(__file__).parent.parent / "notebooks"
PORT = re.compile(r"127\.0\.0\.1:\d+")
PLACEHOLDER = "127.0.0.1:PORT"


def outputs(notebook: Any) -> list[list[dict[str, Any]]]:
    """Return what each cell shows, as far as it is the same in every run."""
    shown = []
    for cell in notebook.cells:
        listed = []
        for output in cell.get("outputs", []):
            data = dict(output.get("data", {"text": output.get("text", "")}))
            for picture in ("image/png", "image/svg+xml"):
                if picture in data:
                    data[picture] = "a picture"
            # Styled tables get a random id.
            listed.append({kind: re.sub(r"T_[0-9a-f]{5}", "T_id", str(text)) for kind, text in data.items()})
        shown.append(listed)
    return shown


def problems(path: Path, fresh: Any) -> list[str]:
    """Return what is wrong with a saved notebook beside its fresh run."""
    saved = nbformat.read(path, as_version=4)
    found = []
    for number, (cell, old, new) in enumerate(zip(fresh.cells, outputs(saved), outputs(fresh), strict=True)):
        if old != new:
            found.append(f"{path.name}, cell {number}: the saved output is not what the cell shows")
        if any(output.get("name") == "stderr" for output in cell.get("outputs", [])):
            found.append(f"{path.name}, cell {number}: a warning")
    return found


def main() -> int:
    """Run the command and return its exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail if a notebook is not fresh"
    )
    check = parser.parse_args().check
    os.environ.setdefault("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    found = []
    with tempfile.TemporaryDirectory() as folder:
        for path in run_notebooks(folder):
            path.write_text(PORT.sub(PLACEHOLDER, path.read_text("utf-8")), "utf-8")
            fresh = nbformat.read(path, as_version=4)
            for cell in fresh.cells:
                cell.get("metadata", {}).pop("execution", None)
            if check:
                found += problems(FOLDER / path.name, fresh)
            else:
                nbformat.write(fresh, FOLDER / path.name)
    print("\n".join(found) or f"the notebooks in {FOLDER.name}/ are {'fresh' if check else 'written'}")
    if found:
        print("run `make notebooks` and commit the result")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
