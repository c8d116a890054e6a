"""Colours that differ in lightness too, so that they survive grey print and colour blindness."""

from __future__ import annotations

PAPER = "#ffffff"
INK = "#1c1c1c"
INK_ON_DARK = "#f2f2f2"
FAINT = "#d9d9d9"
UNKNOWN = "#ffffff"
UNKNOWN_HATCH = "xxx"
PARTIAL_HATCH = "////"
UNLISTED_HATCH = "...."
REFUSED_HATCH = "||||"
EVERYTHING_HATCH = "////"

ACTIVE = "#12355b"
INACTIVE = "#b9d3e6"

GROUPS = ("#12355b", "#e08214", "#a6cee3", "#8c2d04", "#fee0b6", "#2b7a78")
OTHERS = "#cfcfcf"

SEVERITY = {
    "critical": "#3f0a35",
    "high": "#a8323e",
    "medium": "#ec8b3c",
    "low": "#f8d38a",
    "none": "#a9bccb",
    "unknown": UNKNOWN,
}

CALENDAR = ("#eef0f2", "#cfe0ec", "#94bcd8", "#4f8fbf", "#1f5f95", "#0b2747")
