"""Measure everything, print tables and write JSON: ``python -m benchmarks --help``."""

from __future__ import annotations

import argparse
import json
import os
import platform
from importlib.metadata import distributions
from pathlib import Path

from benchmarks.data import RESULTS, response
from benchmarks.measuring import Line
from benchmarks.sections import SECTIONS, SIZED

_HEADER = ("", "best s", "median s", "cpu s", "÷ first", "peak MB", "÷ first", "rows")
_LIBRARIES = ("pandas", "pyarrow", "polars", "duckdb", "msgspec", "dlt", "dfns_sdk", "pysimdjson")


def main() -> None:
    """Run the sections that were asked for."""
    options = _options()
    chosen = options.only or list(SECTIONS)
    report = {"machine": _machine(), "size": options.size, "rounds": options.rounds, "sections": {}}
    for name in chosen:
        size, body = SIZED.get(name, options.size), None
        if size:
            body = response(size).stat().st_size
        lines = SECTIONS[name](size, options.rounds)
        report["sections"][name] = [line.as_dict() for line in lines]
        print(f"\n{name}{f' ({size:,} tokens, {body / 1e6:,.1f} MB)' if body else ''}")
        print(table(lines) if lines else "  nothing to measure yet")
    RESULTS.mkdir(exist_ok=True)
    options.json.write_text(json.dumps(report, indent=1), encoding="utf-8")
    print(f"\n{options.json}")


def table(lines: list[Line]) -> str:
    """Return lines as text; ratios are of best times, and of memory, to the first line's."""
    rows = [_HEADER, *(_cells(line, lines[0]) for line in lines)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    text = []
    for name, *numbers, rest in rows:
        aligned = [number.rjust(width) for number, width in zip(numbers, widths[1:], strict=False)]
        text.append("  ".join([" ", name.ljust(widths[0]), *aligned, rest]))
    return "\n".join(text)


def _cells(line: Line, first: Line) -> tuple[str, ...]:
    if not line.seconds:
        return line.name, *[""] * 6, line.note
    cpu = f"{min(line.cpu):.3f}" if line.cpu else ""
    times = (f"{line.best:.3f}", f"{line.median:.3f}", cpu, f"{line.best / first.best:.2f}")
    memory = ("", "")
    if line.peak and first.peak:
        memory = (f"{line.peak / 1e6:,.0f}", f"{line.peak / first.peak:.2f}")
    return line.name, *times, *memory, " ".join([*map("{:,}".format, line.rows), line.note])


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--size", type=int, default=100_000, help="tokens in the response (default: 100000)")
    parser.add_argument("--rounds", type=int, default=5, help="how often each contender runs (default: 5)")
    parser.add_argument(
        "--only",
        nargs="+",
        choices=SECTIONS,
        metavar="SECTION",
        help=f"of {', '.join(SECTIONS)}; without it all (1.5 GB of disk, 3 of memory)",
    )
    parser.add_argument(
        "--json", type=Path, default=RESULTS / "latest.json", help="where to write the results"
    )
    return parser.parse_args()


def _machine() -> dict[str, object]:
    return {
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
        **{name: found.version for name in _LIBRARIES for found in distributions(name=name)},
    }


if __name__ == "__main__":
    main()
