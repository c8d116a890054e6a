"""The colours of charts and workbooks, which differ in lightness too, for grey print and colour blindness."""

from __future__ import annotations

from dfns_frames._api.catalogue import UNKNOWN

PAPER = "#ffffff"
INK = "#1c1c1c"
INK_ON_DARK = "#f2f2f2"

ACTIVE = "#12355b"
INACTIVE = "#b9d3e6"
OTHERS = "#cfcfcf"

SEVERITY = {
    "critical": "#3f0a35",
    "high": "#a8323e",
    "medium": "#ec8b3c",
    "low": "#f8d38a",
    "none": "#a9bccb",
    UNKNOWN: PAPER,
}
FOUND = {**{name: SEVERITY[name] for name in ("critical", "high", "medium", "low")}, "info": SEVERITY["none"]}
"""The colours of findings: info is what matters to nobody yet."""

DARK = frozenset({SEVERITY["critical"], SEVERITY["high"], ACTIVE})
"""The colours on which light ink is read."""
