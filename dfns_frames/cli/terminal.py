"""What the shell says and where: results on standard output, everything else on standard error."""

from __future__ import annotations

import difflib
import logging
import os
import sys
import unicodedata
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import dfns_frames as dff
from dfns_frames.cli.hints import HINTS

DONE, FINDINGS, USAGE, REFUSED, NOT_UNDERSTOOD, FILE_FAILED, INTERRUPTED = 0, 1, 2, 3, 4, 5, 130
BROKEN_PIPE = 128 + 13


class ShellError(Exception):
    """A command that cannot be done, in the shell's own words, with its exit code."""

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class OutputError(OSError):
    """Standard output cannot be written: the disk behind it is full, for instance."""


def known(option: str, given: str, choices: list[str]) -> str:
    """Return what was given, if it is one of the choices.

    Raises
    ------
    ShellError
        It is none; the message suggests one and lists all.
    """
    if given not in choices:
        near = difflib.get_close_matches(given, choices, n=1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise ShellError(USAGE, f"{option} does not know {given!r}.{hint} There are: {', '.join(choices)}")
    return given


def open_streams() -> None:
    """Make the process's streams usable whatever it was started with.

    A stream that the caller closed (``>&-``) is None in Python, and its number would go to the next file
    that is opened: the null device takes its place. A letter that the terminal cannot show is escaped.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            null = os.open(os.devnull, os.O_RDWR)
            setattr(sys, name, os.fdopen(null, mode, closefd=False))
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def visible(text: str, *, keep: str = "") -> str:
    r"""Return text in which nothing steers a terminal or hides: such characters are escaped, as ``\x1b``.

    Those are control characters (C0 and C1), line breaks, marks that change the direction of writing, and
    whatever else is not drawn.
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        character.encode("unicode_escape").decode() if _steers(character, keep) else character
        for character in text
    )


def _steers(character: str, keep: str) -> bool:
    # Categories of Unicode: C… is control, format, surrogate, private and unassigned; Zl and Zp break lines.
    kind = unicodedata.category(character)
    return (kind[0] == "C" or kind in ("Zl", "Zp")) and character not in keep


def say(text: str = "") -> None:
    """Print to standard output."""
    with _output():
        print(text)


def flush() -> None:
    """Write out what was said."""
    with _output():
        sys.stdout.flush()


@contextmanager
def _output() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(error.errno, error.strerror, "standard output") from error


def settle() -> None:
    """Write out what was said, or let go of it, so that Python does not fail at it once more on ending."""
    try:
        sys.stdout.flush()
    except OSError:
        with suppress(OSError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(text: str) -> None:
    """Print to standard error; if that fails too, there is nobody left to tell."""
    with suppress(OSError):
        print(f"dfns-frames: {visible(text, keep=chr(10))}", file=sys.stderr)


class _Records(logging.Handler):
    """Shows what the library logs as a warning: that a request is repeated, and why."""

    def __init__(self, *, quiet: bool) -> None:
        super().__init__(logging.WARNING)
        self._quiet = quiet

    def emit(self, record: logging.LogRecord) -> None:
        if not self._quiet:
            complain(record.getMessage())


@contextmanager
def notices(*, quiet: bool) -> Iterator[None]:
    """Show warnings and what the library logs as one calm line each; nothing of them if `quiet`."""
    log = logging.getLogger("dfns_frames")
    records = _Records(quiet=quiet)
    log.addHandler(records)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("always", dff.DriftWarning)
            warnings.simplefilter("ignore", dff.SourceWarning)  # said once all is read, a line each
            # It is meant for whoever runs the command, not for whoever wrote it.
            warnings.filterwarnings("always", "api.dfns.ninja", DeprecationWarning)
            warnings.showwarning = _ignore if quiet else _show
            yield
    finally:
        log.removeHandler(records)


def _ignore(*_: object, **__: object) -> None:
    pass


def _show(message: Warning | str, category: type[Warning], *_: object, **__: object) -> None:
    text = str(message)
    if isinstance(message, dff.DriftWarning) and message.hint:
        text = message.worded(HINTS[message.hint])
    first = text.partition("\n")[0]
    # The table of that name has what this is about; the shell counts it once all is read.
    if not (issubclass(category, dff.DriftWarning) and ".drift" in first):
        complain(f"warning: {first}")
