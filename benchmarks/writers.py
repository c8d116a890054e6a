"""Measure the exports: ``python -m benchmarks.writers``, after ``pip install -e '.[bench]'``.

Each way runs in a process of its own, in turns, on the same operations: this package's workbook beside what
pandas writes, and 2 million rows for what they need of memory.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa

import dfns_frames as dff
from dfns_frames.catalogue import operation_names
from dfns_frames.schema import compact
from dfns_frames.tables import TABLES

_SMALL, _LARGE = 200_000, 2_000_000
_ROUNDS = 3
_PER_TOKEN = 100
_UNIT = 1 if sys.platform == "darwin" else 1024  # of the system's peak, in bytes


def frames(operations: int) -> dff.Frames:
    """Make frames with so many operations, a hundred a token, one assignment each."""
    count = operations // _PER_TOKEN
    number = np.arange(count)
    tokens = dff.read({"items": [_token(i) for i in range(count)]}, fetched_at="2026-10-19T07:30:00Z")
    rows = np.repeat(number, _PER_TOKEN)
    names = sorted(operation_names())
    source = np.full(operations, "/auth/pats", dtype=object)
    columns = {
        "source": source,
        "token_no": rows,
        "assignment_no": np.zeros(operations, dtype=np.int64),
        "token_id": np.array([f"to-{i:05}-bench-{i:016}" for i in number], dtype=object)[rows],
        "permission_id": np.array([f"pm-{i:05}-bench-{i:016}" for i in range(40)], dtype=object)[rows % 40],
        "permission_name": np.array([f"Permission {i}" for i in range(40)], dtype=object)[rows % 40],
        "operation": np.array(names, dtype=object)[(np.arange(operations) * 7) % len(names)],
    }
    schema = TABLES["token_operations"].arrow_schema
    table = pa.Table.from_arrays(
        [
            pa.array(columns[field.name], type=pa.string()).dictionary_encode()
            if pa.types.is_dictionary(field.type)
            else pa.array(columns[field.name])
            for field in schema
        ],
        schema=schema,
    )
    return dff.Frames({**{name: tokens.arrow(name) for name in tokens}, "token_operations": compact(table)})


def _token(number: int) -> dict[str, object]:
    return {
        "tokenId": f"to-{number:05}-bench-{number:016}",
        "name": f"service {number}",
        "kind": "Pat",
        "isActive": number % 3 > 0,
        "dateCreated": f"20{22 + number % 4}-{1 + number % 12:02}-11T09:30:00.123Z",
        "orgId": "or-1",
        "linkedUserId": f"us-{number % 500}",
        "linkedAppId": "",
        "credId": f"cr-{number}",
        "publicKey": f"SHA256:{number:043}",
        "permissionAssignments": [
            {
                "permissionName": f"Permission {number % 40}",
                "permissionId": f"pm-{number % 40}",
                "assignmentId": "",
            }
        ],
    }


def _pandas(pats: dff.Frames, folder: Path) -> None:
    pats.token_operations.to_excel(folder / "pandas.xlsx", engine="xlsxwriter", index=False)


WAYS: dict[str, Callable[[dff.Frames, Path], object]] = {
    "to_excel": lambda pats, folder: pats.to_excel(folder / "ours.xlsx"),
    "DataFrame.to_excel(engine='xlsxwriter')": _pandas,
    "to_csv": lambda pats, folder: pats.to_csv(folder / "csv"),
    "to_parquet": lambda pats, folder: pats.to_parquet(folder / "parquet"),
}


def main() -> None:
    """Print seconds and peak memory; fail if they are not what is promised."""
    names = list(WAYS)
    small: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(_ROUNDS):
        for name in names:
            small[name].append(_run(name, _SMALL)[0])
    best = {name: min(seconds) for name, seconds in small.items()}
    for name, seconds in best.items():
        print(f"{_SMALL:>9,} operations  {name:<40} {seconds:6.2f} s")
    ratio = best[names[1]] / best[names[0]]
    print(f"the whole workbook is written {ratio:.1f} times as fast as pandas writes the one sheet")
    peaks = {}
    for name in ("to_excel", "to_csv", "to_parquet"):
        seconds, peaks[name] = _run(name, _LARGE)
        print(f"{_LARGE:>9,} operations  {name:<40} {seconds:6.2f} s  {peaks[name] / 1e9:5.2f} GB at most")
    assert ratio >= 4
    assert peaks["to_excel"] < 4e9
    assert peaks["to_csv"] < 1e9


def _run(name: str, operations: int) -> tuple[float, int]:
    command = [sys.executable, "-m", "benchmarks.writers", name, str(operations)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    seconds, peak = json.loads(done.stdout)
    return seconds, peak


def _worker(name: str, operations: int) -> None:
    """Print the seconds of writing, and the peak memory of the whole process, frames and all."""
    pats = frames(operations)
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        WAYS[name](pats, Path(folder))
        seconds = time.perf_counter() - start
    print(json.dumps([seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT]))


if __name__ == "__main__":
    if len(sys.argv) == 3:
        _worker(sys.argv[1], int(sys.argv[2]))
    else:
        main()
