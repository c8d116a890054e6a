"""Colours that differ in lightness too, so that they survive grey print and colour blindness."""

from __future__ import annotations

from dfns_frames._facts.palette import ACTIVE as ACTIVE
from dfns_frames._facts.palette import INACTIVE as INACTIVE
from dfns_frames._facts.palette import INK as INK
from dfns_frames._facts.palette import INK_ON_DARK as INK_ON_DARK
from dfns_frames._facts.palette import OTHERS as OTHERS
from dfns_frames._facts.palette import PAPER as PAPER
from dfns_frames._facts.palette import SEVERITY as SEVERITY

FAINT = "#d9d9d9"
UNKNOWN_HATCH = "xxx"
PARTIAL_HATCH = "////"
UNLISTED_HATCH = "...."
REFUSED_HATCH = "||||"
EVERYTHING_HATCH = "////"

GROUPS = ("#12355b", "#e08214", "#a6cee3", "#8c2d04", "#fee0b6", "#2b7a78")

CALENDAR = ("#eef0f2", "#cfe0ec", "#94bcd8", "#4f8fbf", "#1f5f95", "#0b2747")
