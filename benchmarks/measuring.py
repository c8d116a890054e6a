"""Running things in processes of their own, in turns, and what came of it."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

_SLOW = 20.0  # seconds from which on one round is enough to know


@dataclass
class Line:
    """One contender's results.

    Attributes
    ----------
    seconds
        Wall time of each round. The best is what ratios are made of: noise only ever adds.
    cpu
        Processor time of each round, of all threads.
    peak
        Most memory that was ever resident, less what was before the work began (imports), least of all
        rounds. Bytes; None where it is not measured.
    rows
        Row counts of what was made.
    note
        Why there is no result, or what is wrong with it.
    """

    name: str
    seconds: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    peak: int | None = None
    rows: tuple[int, ...] = ()
    note: str = ""

    @property
    def best(self) -> float:
        """Return the best wall time."""
        return min(self.seconds, default=float("nan"))

    @property
    def median(self) -> float:
        """Return the median wall time."""
        return statistics.median(self.seconds) if self.seconds else float("nan")

    def as_dict(self) -> dict[str, Any]:
        """Return the line as JSON can hold it."""
        return {**asdict(self), "best": self.best, "median": self.median} if self.seconds else asdict(self)


def in_turns(jobs: Iterable[tuple[str, str, str]], rounds: int) -> list[Line]:
    """Run contenders one after the other, all of them once a round.

    Parameters
    ----------
    jobs
        Label, contender and place of each.
    rounds
        How often.
    """
    lines = {label: Line(label) for label, _, _ in jobs}
    for _ in range(rounds):
        for label, name, place in jobs:
            if not lines[label].note and not lines[label].best > _SLOW:
                _run(lines[label], [sys.executable, "-m", "benchmarks.worker", name, place])
    return list(lines.values())


def commands(jobs: dict[str, list[str]], rounds: int) -> list[Line]:
    """Time whole processes, from start to exit, in turns; the label of each and its arguments of Python."""
    lines = {label: Line(label) for label in jobs}
    for _ in range(rounds):
        for label, arguments in jobs.items():
            start = time.perf_counter()
            done = subprocess.run([sys.executable, *arguments], capture_output=True, text=True, check=False)
            if done.returncode:
                lines[label].note = _last(done.stderr)
            else:
                lines[label].seconds.append(time.perf_counter() - start)
    return list(lines.values())


def _run(line: Line, command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        line.note = _last(done.stderr)
        return
    result = json.loads(done.stdout.splitlines()[-1])
    line.seconds.append(result["seconds"])
    line.cpu.append(result["cpu"])
    line.rows = tuple(result["rows"])
    line.peak = min(result["peak"], line.peak or result["peak"])


def _last(text: str) -> str:
    return text.strip().splitlines()[-1][:100] if text.strip() else "no result"
