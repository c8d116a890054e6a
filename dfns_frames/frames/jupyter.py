"""How this package's warnings look in a notebook: one calm line, where Python would print a red block."""

from __future__ import annotations

import sys
import warnings
from typing import Any

_PACKAGE = __name__.partition(".")[0]


def calm_warnings() -> None:
    """In a Jupyter kernel, show the warnings of this package as a line of output; elsewhere do nothing.

    It wraps `warnings.formatwarning`, which Python calls only for what it is about to print: filters and
    ``catch_warnings`` work as ever, and the warnings of others look as ever.
    """
    display = notebook_display()
    if display is not None and not isinstance(warnings.formatwarning, _Calm):
        warnings.formatwarning = _Calm(display, warnings.formatwarning)


class _Calm:
    def __init__(self, display: Any, otherwise: Any) -> None:
        self._display = display
        self._otherwise = otherwise

    def __call__(
        self,
        message: Warning | str,
        category: type[Warning],
        filename: str,
        lineno: int,
        line: str | None = None,
    ) -> str:
        if category.__module__.partition(".")[0] != _PACKAGE:
            return str(self._otherwise(message, category, filename, lineno, line))
        # The first line says what happened and where more is listed.
        calm = "dfns-frames: " + str(message).partition("\n")[0].removesuffix(":")
        if warnings.showwarning.__module__ != warnings.catch_warnings.__module__:
            return f"{calm}\n"  # somebody else shows warnings, in a log for instance
        self._display({"text/plain": calm}, raw=True)
        return ""


def notebook_display() -> Any:
    """Return what shows output in a notebook; None if this process is no kernel."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return ipython.display.display if ipython and getattr(shell, "kernel", None) else None
