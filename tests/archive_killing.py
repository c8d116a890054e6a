"""Kills processes at random moments of `add` and `forget`: ``python -m tests.archive_killing FOLDER KILLS``.

A process of its own, since it forks: a child starts in no time, so 200 can be killed in a few seconds. What
the children said before they died, and what was missing or half there after that, is printed as JSON.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
import warnings
from pathlib import Path

import dfns_frames as dff
from tests.conftest import read, token

_ORGANISATIONS = 3


def work(folder: str, org: str, first: int, say: int) -> None:
    """Add one look after the other, forget them all now and then, and say what is done."""
    warnings.simplefilter("ignore")
    archive = dff.Archive(folder)
    for number in range(first, first + 1000):
        when = f"2026-01-{1 + number // 1440 % 28:02}T{number // 60 % 24:02}:{number % 60:02}:00Z"
        path = archive.add(read(token(1, orgId=org), token(2 + number, orgId=org), fetched_at=when))
        os.write(say, f"added {path.name}\n".encode())
        if number % 7 == 6:
            os.write(say, b"forgetting\n")
            archive.forget(org)
            os.write(say, b"forgot\n")


def killed(folder: str, org: str, first: int, seconds: float) -> list[str]:
    """Kill a process that works, and return what it said."""
    hears, says = os.pipe()
    child = os.fork()
    if not child:
        os.close(hears)
        try:
            work(folder, org, first, says)
        finally:
            os._exit(1)
    os.close(says)
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(hears) as heard:
        return heard.read().split("\n")[:-1]


def _seconds_of_an_add(folder: str) -> float:
    """Return how long one takes here; after it all is imported that a child needs."""
    archive = dff.Archive(folder)
    for number in range(3):
        began = time.monotonic()
        archive.add(read(token(1), fetched_at=f"2026-01-01T00:00:0{number}Z"))
    return time.monotonic() - began


def main(folder: str, kills: int) -> None:
    """Kill, and look after each time whether all is there that should be."""
    draw = random.Random(kills)  # noqa: S311 - moments, nothing secret
    patience = 5 * _seconds_of_an_add(f"{folder}-other")
    expected: dict[str, set[str]] = {}
    faults, said = [], 0
    for number in range(kills):
        org = f"or-{number % _ORGANISATIONS}"
        there = expected.setdefault(org, set())
        is_open = False
        for line in killed(folder, org, number * 10, draw.random() * patience):
            said += 1
            if line == "forgetting":
                is_open = True
            elif line == "forgot":
                there.clear()
                is_open = False
            else:
                there.add(line.removeprefix("added "))
        found = {path.name for path in Path(folder, "snapshots").glob(f"org={org}/caller=*/look=*")}
        if there - found and not (is_open and not found):
            faults.append(f"{number}: {sorted(there - found)} is missing of {org}")
        expected[org] = found  # one may have been put in place just before the end
    print(json.dumps({"said": said, "faults": faults}))  # noqa: T201 - it is a command


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
