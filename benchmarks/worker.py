"""One contender, once, in a process of its own: ``python -m benchmarks.worker NAME PATH_OR_ADDRESS``."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

from benchmarks.abilities import ABILITIES
from benchmarks.archives import ARCHIVES
from benchmarks.audits import AUDITS
from benchmarks.comparisons import COMPARISONS
from benchmarks.contenders import CONTENDERS
from benchmarks.outputs import WRITERS, chart

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")


def main() -> None:
    """Print the seconds, the peak memory and the row counts as JSON."""
    name, place = sys.argv[1:]
    contender = (CONTENDERS | WRITERS | AUDITS | COMPARISONS | ABILITIES | ARCHIVES).get(name) or chart(name)
    work = contender(place)
    before = _peak(anew=True)
    start, busy = time.perf_counter(), time.process_time()
    rows = work()
    seconds, busy = time.perf_counter() - start, time.process_time() - busy
    peak = _peak() - before
    print(json.dumps({"seconds": seconds, "cpu": busy, "peak": peak, "before": before, "rows": rows}))


def _peak(*, anew: bool = False) -> int:
    """Return the most bytes that were ever resident; on Linux it can be counted anew from now on."""
    if _STATUS.exists():  # Linux's ru_maxrss may be that of the process that started this one
        if anew:
            _CLEAR.write_text("5")
        highest = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM"))
        return int(highest.split()[1]) << 10
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)


if __name__ == "__main__":
    main()
