"""Hostile text made harmless: what a token is called is chosen by any user of the organisation."""

from __future__ import annotations

from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

CELL_UNITS = 32_767  # what a workbook's cell holds, in UTF-16 units
CELL_LINES = 254  # and how many lines

# Neither XML nor most readers of CSV can hold these; U+FFFE and U+FFFF are no characters at all.
_CONTROLS = r"[\x00-\x08\x0B\x0C\x0E-\x1F\x{FFFE}\x{FFFF}]"
# A spreadsheet takes a cell for a formula by its first character; full-width forms count where they are
# typed. Blanks, marks that do not show, and quotes are no hindrance.
_TRIGGER = r"[=+\-@\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]"
_SKIPPED = r"[\p{Z}\p{Cf}\x{FFFD}\"]*"
_STARTS_FORMULA = rf"^([\t\r\n]|[\t\r\n\p{{Z}}\p{{Cf}}\x{{FFFD}}\"]*{_TRIGGER})"
# Where the list separator is a semicolon, or quotes are not honoured, a cell also begins within the text.
_STARTS_CELL = rf"([;\t\r\n])({_SKIPPED}{_TRIGGER})"


def is_text(kind: pa.DataType) -> bool:
    """Whether a column of this type holds texts, categorical ones included."""
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind)


def rewrite(column: pa.ChunkedArray, change: Callable[[pa.Array], pa.Array]) -> tuple[pa.ChunkedArray, int]:
    """Rewrite the texts of a column, of a dictionary only once each.

    Returns
    -------
    tuple
        The column, and how many of its cells differ now.
    """
    values = pa.chunked_array([column.combine_chunks()]) if column.num_chunks != 1 else column
    values = values.chunk(0)
    if not pa.types.is_dictionary(values.type):
        changed = change(values)
        return pa.chunked_array([changed]), pc.sum(pc.not_equal(values, changed)).as_py() or 0
    changed = change(values.dictionary)
    differs = pc.not_equal(values.dictionary, changed)
    if not pc.any(differs).as_py():
        return column, 0
    # Encoded anew, because two texts may have become one.
    encoded = changed.dictionary_encode()
    indices = encoded.indices.take(values.indices)
    count = pc.sum(differs.take(values.indices)).as_py() or 0
    return pa.chunked_array([pa.DictionaryArray.from_arrays(indices, encoded.dictionary)]), count


def show_controls(texts: pa.Array) -> pa.Array:
    """Put U+FFFD in the place of control characters, so that they are seen and harm nothing."""
    return pc.replace_substring_regex(texts, _CONTROLS, "\N{REPLACEMENT CHARACTER}")


def defuse(texts: pa.Array) -> pa.Array:
    """Put an apostrophe before what a spreadsheet would run on opening a CSV file."""
    within = pc.replace_substring_regex(texts, _STARTS_CELL, r"\1'\2")
    return pc.if_else(
        pc.match_substring_regex(within, _STARTS_FORMULA),
        pc.binary_join_element_wise("'", within, ""),
        within,
    )


def unify_newlines(texts: pa.Array) -> pa.Array:
    """Make every line break the one that cells have: a line feed."""
    return pc.replace_substring_regex(texts, r"\r\n?", "\n")


def shorten(texts: pa.Array) -> pa.Array:
    """Shorten what no cell of a workbook can hold, saying by how much."""
    # A text has at least as many bytes as UTF-16 units, so few need to be looked at.
    suspects = pc.or_(
        pc.greater(pc.binary_length(texts), CELL_UNITS),
        pc.greater_equal(pc.count_substring(texts, "\n"), CELL_LINES),
    )
    if not pc.any(suspects).as_py():
        return texts
    return pc.replace_with_mask(
        texts,
        suspects.fill_null(False),
        pa.array([_shorten(text) for text in texts.filter(suspects).to_pylist()], type=texts.type),
    )


def _shorten(text: str) -> str:
    lines = text.split("\n", CELL_LINES - 1)
    text = "\n".join([*lines[:-1], lines[-1].replace("\n", " ")])
    units = text.encode("utf-16-le")
    if len(units) <= 2 * CELL_UNITS:
        return text
    room = CELL_UNITS - 40
    kept = units[: 2 * room].decode("utf-16-le", errors="ignore")
    return f"{kept} … (+{len(text) - len(kept):,} characters)"
