"""What a comparison says of itself: what was compared, from when to when, and what could not be."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dfns_frames._api.sources import SOURCES
from dfns_frames._archive.comparing.frame import CHANGES, object_of
from dfns_frames._archive.comparing.sides import INCOMPLETE, SIDES
from dfns_frames._archive.comparing.tables import is_open
from dfns_frames._facts.provenance import plural

if TYPE_CHECKING:
    import pandas as pd

    from dfns_frames._archive.comparing.sides import Look, Series
    from dfns_frames._archive.comparing.tables import Comparison

_UNSURE = {"file date": " (file date)", "clock": " (by this computer's clock)"}


def summarized(comparison: Comparison, changes: pd.DataFrame) -> str:
    """Return one paragraph; its first sentence says what was compared and what came out."""
    return " ".join([_compared(comparison), _found(comparison, changes), *_left_open(comparison)])


def _compared(comparison: Comparison) -> str:
    pair = comparison.pair
    spans: dict[str, list[str]] = {}
    for series in pair.series:
        old, new = (side.look(series) for side in pair.sides)
        if old.is_read and new.is_read:
            spans.setdefault(f"from {_time(old)} to {_time(new)}", []).append(_called(series))
    if not spans:
        return "Nothing could be compared: no source was read on both sides."
    at = f" of {', '.join(pair.organisations)}" * bool(pair.organisations)
    listed = "; ".join(f"{', '.join(names)} {span}" for span, names in spans.items())
    return f"Compared two snapshots{at}: {listed}."


def _time(look: Look) -> str:
    time = f"{look.at:%Y-%m-%d %H:%M:%S} UTC" if look.at else "an unknown time"
    return f"{time}{_UNSURE.get(look.basis or '', '')}"


def _called(series: Series) -> str:
    return f"{series[0]} of {series[1]}" if series[1] else series[0]


def _found(comparison: Comparison, changes: pd.DataFrame) -> str:
    if len(changes):
        return counted(changes)
    old, new = (side.frames for side in comparison.pair.sides)
    if old is new or old == new:
        return "No changes: both sides are the same snapshot."
    if _bodies(comparison, 0) == _bodies(comparison, 1) != set():
        return "No changes: both sides are the same response, byte for byte."
    return "No changes."


def counted(changes: pd.DataFrame) -> str:
    """Return how many changes of each sort there are, as a sentence."""
    counts = changes["change"].value_counts()
    return f"{', '.join(f'{counts[each]:,} {each}' for each in CHANGES if counts[each]) or 'No changes'}."


def _bodies(comparison: Comparison, side: int) -> set[str]:
    """Return the digests of the bodies that a side was read from; none if any is not known."""
    found = comparison.pair.sides[side].frames.arrow("sources")["body_sha256"].to_pylist()
    return set() if None in found else set(found)


def _left_open(comparison: Comparison) -> list[str]:
    """Return a sentence for each thing that was not compared, or was taken for granted."""
    pair = comparison.pair
    said = [*pair.taken, *_troubles(comparison)]
    for name in comparison.matchings:
        counts = [comparison.without_id(side, name) for side in (0, 1)]
        if any(counts):
            said.append(
                f"Without an id, so counted and not followed: {name}, {counts[0]:,} on the old side and "
                f"{counts[1]:,} on the new."
            )
    for name in filter(is_open, comparison.matchings):
        both = int((comparison.unlisted(0, name) & comparison.unlisted(1, name)).sum())
        if both:
            what = plural(both, object_of(name).replace("_", " "))
            said.append(f"Neither side lists the operations of {both:,} {what}.")
    said += [
        f"Not compared, since only the {SIDES[side]} side holds it: the table {name}."
        for side in (0, 1)
        for name in comparison.parts[side]
        if name not in comparison.parts[1 - side] and _is_read(comparison, 1 - side, name)
    ]
    for side, frames in enumerate(each.frames for each in pair.sides):
        if pair.sides[side].hides or frames.was_listed:
            said.append(
                f"A filter left out tokens of the {SIDES[side]} side, so what became of them is unknown."
            )
    return said


def _is_read(comparison: Comparison, side: int, name: str) -> bool:
    """Tell whether a side read a source that feeds a table."""
    return any(
        look.is_read and name in SOURCES[series[0]].tables
        for series, look in comparison.pair.sides[side].looks.items()
        if series[0] in SOURCES
    )


def _troubles(comparison: Comparison) -> list[str]:
    """Say which sources were not compared, or only in part, and which had items set aside."""
    found: dict[str, list[str]] = {
        "Could not be compared": [],
        "Compared as far as listed": [],
        "Set aside": [],
    }
    lacking, partly, aside = found.values()
    for series in comparison.pair.series:
        old, new = (side.look(series) for side in comparison.pair.sides)
        what = f"{_called(series)} (old: {old.status}, new: {new.status})"
        if not old.is_read or not new.is_read:
            lacking.append(what)
            continue
        if INCOMPLETE in (old.status, new.status):
            partly.append(what)
        counts = [len(look.set_aside) + look.nameless for look in (old, new)]
        if any(counts):
            aside.append(f"{_called(series)} (old: {counts[0]:,}, new: {counts[1]:,})")
    return [f"{word}: {'; '.join(each)}." for word, each in found.items() if each]
