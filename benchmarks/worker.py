"""One contender, once, in a process of its own: ``python -m benchmarks.worker NAME PATH_OR_ADDRESS``."""

from __future__ import annotations

import json
import resource
import sys
import time

from benchmarks.contenders import CONTENDERS

_UNIT = 1 if sys.platform == "darwin" else 1024


def main() -> None:
    """Print the seconds, the peak memory and the row counts as JSON."""
    name, place = sys.argv[1:]
    work = CONTENDERS[name]()
    before = _peak()
    start, busy = time.perf_counter(), time.process_time()
    rows = work(place)
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    print(json.dumps({"seconds": seconds, "cpu": busy, "peak": _peak() - before, "imports": before, "rows": rows}))


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _UNIT


if __name__ == "__main__":
    main()
