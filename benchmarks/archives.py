"""A year of daily looks at one organisation of which 1 % changes every day, and what is asked of it.

For many organisations, once and by hand: ``python -m benchmarks.archives 100`` copies the year so many times
(8 GB), and prints how long each question takes for one of them alone, for one among them, and for all.
"""

from __future__ import annotations

import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.contenders import Contender, Rows, Work
from benchmarks.data import RESULTS, response

TOKENS, DAYS = 1_000, 365
_SEED = 20261127
_FIRST = date(2025, 11, 1)
_MONTH = {"since": date(2026, 6, 1), "until": date(2026, 6, 30)}
_ASKED_ON = date(2026, 5, 1)
_CALLER = "us-bench"

Question = Callable[..., Any]
QUESTIONS: dict[str, Question] = {
    "lifetimes": lambda archive, **whose: archive.lifetimes(**whose),
    "holders": lambda archive, **whose: archive.holders("move_funds", on=_ASKED_ON, **whose),
    "changes of a month": lambda archive, **whose: archive.changes(**_MONTH, **whose),
}


def year() -> Path:
    """Return the folder of an archive of one year; made when first asked for."""
    import dfns_frames as dff

    folder = RESULTS / f"archive-{TOKENS}-{DAYS}"
    if not folder.exists():
        unfinished = folder.with_suffix(".part")
        shutil.rmtree(unfinished, ignore_errors=True)
        archive = dff.Archive(unfinished)
        for day, body in enumerate(_looks()):
            archive.add(dff.read(body, caller=_CALLER, fetched_at=_midnight(day)))
        unfinished.rename(folder)
    return folder


def _midnight(day: int) -> datetime:
    return datetime.fromisoformat(f"{_FIRST + timedelta(days=day)}T00:00:00+00:00")


def _looks() -> Iterator[bytes]:
    """Iterate over the answers of the days; each is the one before, with one token in a hundred changed."""
    draw = random.Random(_SEED)  # noqa: S311 - made-up data, nothing secret
    items: list[dict[str, Any]] = json.loads(response(TOKENS).read_bytes())["items"]
    permissions = [each for item in items for each in item["permissionAssignments"]]
    for day in range(DAYS):
        yield json.dumps({"items": items}).encode()
        for number, place in enumerate(draw.sample(range(TOKENS), TOKENS // 100)):
            more = draw.choice(permissions)
            items[place] = draw.choice(_changed(items[place], f"{day}-{number}", day, more))


def _changed(item: dict[str, Any], new: str, day: int, more: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what may become of a token: a successor, a new name, a switch, a permission less or more."""
    held = item["permissionAssignments"]
    return [
        {**item, "tokenId": f"to-{new}", "dateCreated": f"{_midnight(day):%Y-%m-%dT%H:%M:%SZ}"},
        {**item, "name": f"renamed on day {day}"},
        {**item, "isActive": not item["isActive"]},
        {**item, "permissionAssignments": held[1:]},
        {**item, "permissionAssignments": [*held, more]},
    ]


def _asks(question: Question) -> Contender:
    def prepare(_: str) -> Work:
        import dfns_frames as dff

        archive = dff.Archive(year())
        import duckdb  # noqa: F401 - imported when first asked, which is not what is measured

        return lambda: (len(question(archive)),)

    return prepare


def _adds(path: str) -> Work:
    import dfns_frames as dff

    frames = dff.read(path, caller=_CALLER, fetched_at="2026-05-01")
    archive = dff.Archive(tempfile.mkdtemp(prefix="archive-bench-"))

    def work() -> Rows:
        archive.add(frames)
        return (len(frames.tokens),)

    return work


def _writes(path: str) -> Work:
    import dfns_frames as dff

    frames = dff.read(path, caller=_CALLER, fetched_at="2026-05-01")
    folder = Path(tempfile.mkdtemp(prefix="archive-bench-"))

    def work() -> Rows:
        frames.to_parquet(folder / "look")
        return (len(frames.tokens),)

    return work


ARCHIVES: dict[str, Contender] = {
    "to_parquet": _writes,
    "archive add": _adds,
    **{f"archive {name}": _asks(question) for name, question in QUESTIONS.items()},
}


def _many(count: int) -> None:
    """Print how long the questions take in an archive of so many organisations, copies of the one."""
    import dfns_frames as dff

    one, folder = year(), RESULTS / f"archive-{TOKENS}-{DAYS}-{count}"
    if not folder.exists():
        (known,) = (one / "snapshots").iterdir()
        shutil.copytree(one, folder, ignore=lambda *_: [known.name])
        for number in range(count):
            shutil.copytree(known, folder / "snapshots" / f"org=or-{number}")
    for name, question in QUESTIONS.items():
        alone = _seconds(question, dff.Archive(one))
        among = _seconds(question, dff.Archive(folder), org="or-0")
        every = _seconds(question, dff.Archive(folder), rounds=1)
        print(f"{name}: alone {alone:.2f} s, one of {count} {among:.2f} s, all {count} {every:.1f} s")


def _seconds(question: Question, archive: Any, rounds: int = 5, **whose: str) -> float:
    """Return the best time of a question."""
    found = []
    for _ in range(rounds):
        start = time.perf_counter()
        question(archive, **whose)
        found.append(time.perf_counter() - start)
    return min(found)


if __name__ == "__main__":
    _many(int(sys.argv[1]))
