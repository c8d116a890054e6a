"""``python -m tests.engine_hostile`` reads special bodies by the engine, with limited memory.

Those that `dff.read` refuses, perhaps before the engine has seen them. The others reach the engine by
``python -m tests.hostile``.
"""

from __future__ import annotations

import json
import time

from dfns_frames._api.sources import SOURCES
from dfns_frames._engine.reader import Reader
from dfns_frames._hidden import Body
from tests.hostile import REFUSED, ROOM


def main() -> None:
    """Read every body and print what became of it."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (ROOM, ROOM))
    except ImportError:
        pass
    for name, make in REFUSED.items():
        start = time.monotonic()
        reader = Reader(SOURCES["/auth/pats"], saved=True)
        try:
            reader.add(Body(make()))
            reader.finish()
            outcome = "Frames"
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what became of the body
            outcome = type(error).__name__
        print(json.dumps([name, outcome, time.monotonic() - start]), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
