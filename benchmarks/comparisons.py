"""Two looks at one caller's tokens, a week apart: some have gone, come, changed or lost a permission."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from benchmarks.contenders import Contender, Rows, Work


def _compare(path: str) -> Work:
    import dfns_frames as dff

    old = dff.read(path, caller="us-1", fetched_at="2026-05-01")
    items = json.loads(Path(path).read_bytes())["items"]
    later = {"items": [each for number, item in enumerate(items) for each in _a_week_later(number, item)]}
    new = dff.read(json.dumps(later).encode(), caller="us-1", fetched_at="2026-05-08")
    del items, later

    def work() -> Rows:
        return (len(dff.compare(old, new)),)

    return work


def _a_week_later(number: int, item: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what has become of a token, and the one that may have come beside it."""
    became: dict[int, list[dict[str, Any]]] = {
        0: [],
        1: [{**item, "name": f"{item['name']} (renamed)"}],
        2: [{**item, "isActive": not item["isActive"]}],
        3: [{**item, "permissionAssignments": item["permissionAssignments"][1:]}],
        4: [item, {**item, "tokenId": f"to-new-{number}"}],
    }
    return became.get(number % 100, [item])


COMPARISONS: dict[str, Contender] = {"compare": _compare}
