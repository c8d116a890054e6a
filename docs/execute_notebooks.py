"""Execute the example notebooks on the demo organisation; save them, or check that what is saved is true.

``--check`` compares every output, pictures included, with a run from a clean kernel.
"""

import argparse
import base64
import os
import re
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from pictures import same

from dfns_frames.demo import run_notebooks

FOLDER = Path(__file__).parent.parent / "notebooks"
PORT = re.compile(r"127\.0\.0\.1:\d+")
PLACEHOLDER = "127.0.0.1:PORT"


def outputs(cell: Any) -> list[dict[str, str]]:
    """Return what a cell shows, as far as it is the same in every run: MIME type to content."""
    shown = [dict(output.get("data", {"text": output.get("text", "")})) for output in cell.get("outputs", [])]
    # Styled tables get a random id.
    return [
        {kind: re.sub(r"T_[0-9a-f]{5}", "T_id", str(text)) for kind, text in data.items()} for data in shown
    ]


def equal(saved: list[dict[str, str]], fresh: list[dict[str, str]]) -> bool:
    """Tell whether a cell shows what it showed."""
    return len(saved) == len(fresh) and all(
        old.keys() == new.keys()
        and all(
            same(base64.b64decode(old[kind]), base64.b64decode(new[kind]))
            if kind == "image/png"
            else old[kind] == new[kind]
            for kind in old
        )
        for old, new in zip(saved, fresh, strict=True)
    )


def problems(path: Path, fresh: Any) -> list[str]:
    """Return what is wrong with a saved notebook beside its fresh run."""
    if not path.exists():
        return [f"{path.name} is not saved"]
    saved = nbformat.read(path, as_version=4)
    if [cell.source for cell in saved.cells] != [cell.source for cell in fresh.cells]:
        return [f"{path.name}: other cells were saved"]
    found = []
    for number, (old, new) in enumerate(zip(saved.cells, fresh.cells, strict=True)):
        if not equal(outputs(old), outputs(new)):
            found.append(f"{path.name}, cell {number}: the saved output is not what the cell shows")
        if any(output.get("name") == "stderr" for output in new.get("outputs", [])):
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
