"""The progress of a long call, for whoever waits for it: in a terminal or a notebook, and nowhere else."""

from __future__ import annotations

import contextlib
import importlib
import sys
import threading
from collections.abc import Iterator
from contextvars import ContextVar
from typing import Any

from dfns_frames.frames.jupyter import notebook_display

QUIET = 1.0  # seconds before a bar is shown

_HIDDEN: ContextVar[bool] = ContextVar("hidden", default=False)


class Progress:
    """Counts the listings that were read; a bar shows them.

    Parameters
    ----------
    bar
        What shows it; None if nobody watches.
    """

    def __init__(self, bar: Any = None) -> None:
        self._bar = bar

    def expect(self, count: int) -> None:
        """Say how many more listings will be read."""
        if self._bar is not None:
            self._bar.total += count

    def begin(self, what: str) -> None:
        """Say what is being read."""
        if self._bar is not None:
            self._bar.set_description(what, refresh=self._bar.format_dict["elapsed"] >= QUIET)

    def step(self) -> None:
        """Say that a listing is done."""
        if self._bar is not None:
            self._bar.update()


@contextlib.contextmanager
def hidden(hide: bool = True) -> Iterator[None]:
    """Show no progress of the calls in the block, if `hide`."""
    before = _HIDDEN.set(hide or _HIDDEN.get())
    try:
        yield
    finally:
        _HIDDEN.reset(before)


@contextlib.contextmanager
def progress(count: int) -> Iterator[Progress]:
    """Show a bar while the block runs, if somebody is there to see it; it leaves nothing behind.

    Parameters
    ----------
    count
        How many listings will be read, as far as that is known; for one there is no bar.
    """
    place = _place() if count > 1 and not _HIDDEN.get() else None
    if place is None:
        yield Progress()
        return
    # Loaded on use: most calls are over before a bar would show.
    tqdm: Any = importlib.import_module("tqdm").tqdm

    class Bar(tqdm):  # type: ignore[misc]
        # Otherwise tqdm starts a thread, and for its lock a process, that both outlive the call.
        monitor_interval = 0
        _lock = threading.RLock()

    with Bar(total=count, file=place, leave=False, delay=QUIET, unit=" lists", dynamic_ncols=True) as bar:
        yield Progress(bar)


def _place() -> Any:
    """Return where to write: a terminal, a notebook that somebody watches, or None."""
    display = notebook_display()
    if display is not None:
        return _Cell(display) if _is_watched() else None
    stream = sys.stderr
    with contextlib.suppress(AttributeError, ValueError):  # replaced by something else, or closed
        if stream.isatty():
            return stream
    return None


def _is_watched() -> bool:
    """Tell whether a person runs the cell: the front end can be asked for input, a batch run cannot."""
    with contextlib.suppress(AttributeError, KeyError, TypeError):
        kernel = sys.modules["IPython"].get_ipython().kernel
        return bool(kernel.get_parent("shell")["content"]["allow_stdin"])
    return False


class _Cell:
    """Writes to one output of a notebook's cell, replaced each time and empty in the end."""

    encoding = "utf-8"

    def __init__(self, display: Any) -> None:
        self._display = display
        self._handle: Any = None

    def write(self, text: str) -> None:
        shown = {"text/plain": text.strip("\r\n ")}
        if self._handle is not None:
            self._handle.update(shown, raw=True)
        elif shown["text/plain"]:
            self._handle = self._display(shown, raw=True, display_id=True)

    def flush(self) -> None:
        """Do nothing: what is written is shown at once."""
