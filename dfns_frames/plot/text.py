"""Text from strangers, made fit to draw: one line, no markup, nothing hidden, no overflow."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from functools import cache
from itertools import accumulate
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from matplotlib.axes import Axes

BASE_FONT = "DejaVu Sans"  # comes with matplotlib
_ESCAPE = re.compile(r"\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|\\U[0-9a-f]{8}|.", re.DOTALL)
_UNSEEN = ("Cc", "Cf", "Zl", "Zp", "Cs", "Cn", "Co")  # controls, direction marks, line breaks, unassigned
_JOINERS = ("\u200c", "\u200d", *map(chr, range(0xFE00, 0xFE10)))
# A picture saved at another resolution than the screen's has letters up to so much wider.
_HINTED = 1.04
_MARKS_IN_A_ROW = 2  # what writing needs; more pile up over the neighbouring lines
_LONGEST = 400
_NAMELESS = "(no name)"
_LEFT_TO_RIGHT = "\N{LEFT-TO-RIGHT MARK}"  # or a number added to a Hebrew name would stand before it

# Families that cover what no single script's name leads to.
_WIDE_FAMILIES = (
    "Noto Sans CJK", "Noto Sans SC", "Noto Sans JP", "Noto Sans KR", "Source Han Sans", "Droid Sans Fallback",
    "WenQuanYi", "PingFang", "Hiragino Sans", "Microsoft YaHei", "Yu Gothic", "MS Gothic", "Malgun Gothic",
    "Noto Sans Symbols2", "Noto Sans Symbols", "Noto Emoji", "Segoe UI Emoji", "Segoe UI Symbol", "Symbola",
    "Apple Symbols", "Arial Unicode MS", "Segoe UI", "Unifont", "OpenSymbol",
)  # fmt: skip


def drawable(text: str | None) -> str:
    """Return a text as one line in which every character shows, by a glyph or by its escape."""
    line = "".join(_shown(unicodedata.normalize("NFC", (text or "")[:_LONGEST])))
    line = " ".join(line.split()) or _NAMELESS
    return f"{_LEFT_TO_RIGHT}{line}{_LEFT_TO_RIGHT}" if any(map(_is_right_to_left, line)) else line


def _shown(text: str) -> Iterator[str]:
    r"""Yield each character, or what stands for it: ``\n``, ``\x07``, ``\u202e``."""
    marks, before = 0, ""
    for character in text:
        kind = unicodedata.category(character)
        marks = marks + 1 if kind[0] == "M" else 0
        if character in _JOINERS and not before.isascii():
            continue  # part of how some scripts, and emoji, are written; alone it hides in a name
        if kind[0] == "M" and marks > _MARKS_IN_A_ROW:
            continue
        if kind in _UNSEEN or (font_of(character) is None):
            yield character.encode("unicode_escape").decode()
        else:
            yield " " if kind == "Zs" else character
        before = character


def _is_right_to_left(character: str) -> bool:
    return unicodedata.bidirectional(character) in ("R", "AL")


def families(*texts: str) -> list[str]:
    """Return the font families that these drawable texts need, the usual one first."""
    fonts = {font_of(character) for text in texts for character in text}
    return [BASE_FONT, *sorted(font for font in fonts if font and font != BASE_FONT)]


@cache
def font_of(character: str) -> str | None:
    """Return an installed font family that has a glyph for the character; None if there is none."""
    code = ord(character)
    if code in _glyphs(_default_file()):
        return BASE_FONT
    return next((family for family, file in _candidates(_script(character)) if code in _glyphs(file)), None)


def _script(character: str) -> str:
    """Return the first word of the character's name, which for letters is the script."""
    return unicodedata.name(character, "").split(" ")[0].title()


@cache
def _candidates(script: str) -> tuple[tuple[str, str], ...]:
    """Return families and files that may cover a script: those named after it, then broad ones."""
    regular = dict(_regular_faces())
    named = sorted(name for name in regular if script and f" {script}" in name)
    broad = [name for wanted in _WIDE_FAMILIES for name in sorted(regular) if name.startswith(wanted)]
    return tuple((name, regular[name]) for name in dict.fromkeys([*named, *broad]))


def _regular_faces() -> Iterator[tuple[str, str]]:
    from matplotlib.font_manager import fontManager

    for face in sorted(fontManager.ttflist, key=lambda face: (face.name, face.fname), reverse=True):
        if face.style == "normal" and face.weight in (400, "normal", "regular", "book"):
            yield face.name, face.fname


def _default_file() -> str:
    from matplotlib import get_data_path

    return f"{get_data_path()}/fonts/ttf/DejaVuSans.ttf"


@cache
def _glyphs(file: str) -> frozenset[int]:
    """Return the characters that a font file can draw at any size; none if it cannot be read."""
    from matplotlib.font_manager import get_font

    try:
        font = get_font(file)
    except (OSError, RuntimeError):
        return frozenset()
    return frozenset(font.get_charmap()) if font.scalable else frozenset()


def style(*texts: str, size: float, color: str) -> dict[str, Any]:
    """Return the properties with which drawable texts are drawn, whatever the user's rcParams say."""
    return {
        "family": families(*texts),
        "fontsize": size,
        "color": color,
        "fontweight": "normal",
        "fontstyle": "normal",
        "parse_math": False,
        "usetex": False,
    }


def fitted(ax: Axes, texts: Sequence[str], *, size: float, width: float) -> list[str]:
    """Return drawable texts, those wider than `width` pixels shortened in the middle."""
    measure = Ruler(ax, size)
    return [measure.shorten(text, width) for text in texts]


def wrapped(ax: Axes, text: str, *, size: float, width: float) -> str:
    """Return a text broken into lines of at most `width` pixels, at spaces where there are any."""
    measure = Ruler(ax, size)
    lines: list[str] = []
    for paragraph in text.split("\n"):
        words = paragraph.split(" ")
        while words:
            fitting = measure.how_many(words, width)
            lines.append(measure.shorten(" ".join(words[:fitting]), width))
            words = words[fitting:]
    return "\n".join(lines)


class Ruler:
    """Measures texts in pixels, as the figure would draw them."""

    def __init__(self, ax: Axes, size: float) -> None:
        figure: Any = ax.get_figure(root=True)
        self._renderer = figure._get_renderer()
        self._size = size
        self._fonts: dict[tuple[str, ...], Any] = {}

    def width(self, text: str) -> float:
        """Return how wide a drawable text is."""
        if not text:
            return 0.0
        # What a Text would ask of the renderer for its one line, without laying out a Text.
        width, _, _ = self._renderer.get_text_width_height_descent(text, self._font(text), ismath=False)
        return _HINTED * float(width)

    def _font(self, text: str) -> Any:
        from matplotlib.font_manager import FontProperties

        names = tuple(families(text))
        if names not in self._fonts:
            self._fonts[names] = FontProperties(
                family=list(names), size=self._size, weight="normal", style="normal"
            )
        return self._fonts[names]

    def how_many(self, words: Sequence[str], width: float) -> int:
        """Return how many of the words fit side by side, at least one."""
        ends = list(accumulate(len(word) + 1 for word in words))
        most = bisect_right(ends, self._too_many(width))
        return 1 + bisect_right(
            range(2, most + 1), width, key=lambda count: self.width(" ".join(words[:count]))
        )

    def shorten(self, text: str, width: float) -> str:
        """Return the text, its middle left out if it is wider than that."""
        letters, most = _ESCAPE.findall(text), self._too_many(width)  # half an escape would be another text
        if len(text) <= most and self.width(text) <= width:
            return text
        low, high = 1, max(1, min(most, len(letters) - 1))
        while low < high:
            kept = (low + high + 1) // 2
            low, high = (kept, high) if self.width(_middle(letters, kept)) <= width else (low, kept - 1)
        return _middle(letters, low)

    def _too_many(self, width: float) -> int:
        """Return a number of letters that no width holds: what is longer need not be measured, which is slow.

        Some writing puts two marks on a letter, which take no width, so a third of the narrowest letter.
        """
        return int(3 * width / max(self.width("i"), 0.1)) + 1


def _middle(letters: list[str], kept: int) -> str:
    """Leave out the middle, so that this many characters remain beside the dots."""
    end = kept // 2
    first, last = letters[: kept - end], letters[len(letters) - end :]
    return f"{''.join(first).rstrip()}…{''.join(last).lstrip()}"
