"""The demo's organisation as its callers read it, fetched once for all tests."""

from __future__ import annotations

import warnings
from functools import cache

import dfns_frames as dff


@cache
def organisation(caller: str, week_before: bool = False) -> dff.Frames:
    """Return all that a caller of the demo may read; what is refused is part of the story."""
    with dff.demo.serve(week_before=week_before) as server, warnings.catch_warnings():
        warnings.simplefilter("ignore", dff.DriftWarning)
        warnings.simplefilter("ignore", dff.SourceWarning)
        return dff.Client(server.tokens[caller], url=server.url).organization()
