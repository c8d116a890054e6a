"""What every output says of what it shows: where it came from, when, and whether it is all there is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames import __version__
from dfns_frames._api.sources import SOURCES
from dfns_frames._engine.drift import shorten
from dfns_frames._facts.asked import (
    asked,
    count,
    counted,
    held,
    is_read,
    items_of,
    listed,
    not_read,
    subject,
    title,
)
from dfns_frames._facts.tables import Tables

LOOKS = "lists of one caller"
"""In `drift`: a user whose tokens several of the joined lists are of, and how many lists."""

# In the metadata of the Arrow table `tokens`, and in files: how many tokens there were before a filter. The
# counts in `sources` do not tell: a token in two lists is one, though no filter left any out.
FILTERED_FROM = b"filtered_from"
_ASSIGNMENTS = ("token_assignments", "user_assignments")
_NAMED = 3  # sources that a caption names
_SECONDS, _MINUTES = "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"


def percent(share: Any) -> str:
    """Return a share in whole percent, 0 or 100 only where it is: one token of 4,000 is not none."""
    if 0 < share < 0.005:
        return "<1%"
    return ">99%" if 0.995 <= share < 1 else f"{share:.0%}"


def plural(count: int, noun: str) -> str:
    """Return the noun as it stands after a number."""
    return noun if count == 1 else f"{noun}s"


def source_lines(tables: Tables) -> list[str]:
    """Return a line for each source that was asked; one that did not come says what would help."""
    lines = []
    rows = asked(tables)
    callers = {row["caller"] for row in rows}
    for row in rows:
        by = f" by {shorten(row['caller'])}" if len(callers) > 1 and row["caller"] else ""
        begin = f"{row['source']}{by} from {row['url'] or 'somewhere'}, {_when(row)}: {row['status']}, "
        if is_read(row):
            rejected = f", {row['rejected_count'] or 0:,} set aside" * bool(row["rejected_count"])
            lines.append(f"{begin}{_how_many(row)}{rejected}")
        else:
            lines.append(f"{begin}{''.join(not_read([row]))}")
    return lines


def _how_many(row: dict[str, Any]) -> str:
    if row["item_count"] is None:
        return f"an unknown number of {items_of(row)[1]}"
    return count(row["item_count"], *items_of(row))


def _when(source: dict[str, Any]) -> str:
    if source["fetched_at"] is None:
        return "at an unknown time"
    time = f"{source['fetched_at'].astimezone(UTC):{_SECONDS}} UTC"
    forms = {"file date": f"file date {time}", "clock": f"read {time} by this computer's clock"}
    return forms.get(source.get("fetched_at_basis") or "", time)


def taken(tables: Tables) -> str:
    """Say in a few words when the lists were made, and where that is only a file's date or a clock's time."""
    rows = [row for row in asked(tables) if row["fetched_at"]]
    sources = [row for row in rows if is_read(row)] or rows
    if not sources:
        return "taken at an unknown time"
    times = [row["fetched_at"].astimezone(UTC) for row in sources]
    bases = [row.get("fetched_at_basis") for row in sources]
    nouns, notes = ("snapshot", "snapshots"), []
    if all(basis == "file date" for basis in bases):
        nouns = ("file date", "file dates")
    elif all(basis == "clock" for basis in bases):
        nouns, notes = ("read", "read"), ["by this computer's clock"]
    else:
        counted = {basis: bases.count(basis) for basis in ("file date", "clock") if basis in bases}
        notes = [f"{basis} for {count:,} of {len(bases):,}" for basis, count in counted.items()]
    note = f" ({', '.join(notes)})" * bool(notes)
    for form in (_MINUTES, _SECONDS):  # seconds only where minutes do not tell the lists apart
        first, last = f"{min(times):{form}}", f"{max(times):{form}}"
        if first != last:
            return f"{nouns[1]} from {first} to {last} UTC{note}"
    return f"{nouns[0]} {min(times):{_MINUTES}} UTC{note}"


def visibility(tables: Tables) -> str:
    """Return to whom it is visible; what a list holds depends on who asks."""
    rows = [row for row in asked(tables) if is_read(row)]
    callers = {row["caller"] for row in rows}
    if len(rows) < 2 or (len({row["source"] for row in rows}) == len(rows) and len(callers) == 1):
        return "visible to the caller"
    if _looks(tables) == [len(rows)] or (len(callers) == 1 and None not in callers):
        return f"visible to the one caller of {len(rows):,} lists"
    return f"visible to the callers of {len(rows):,} lists"


def cautions(tables: Tables) -> list[str]:
    """Return the sentences without which a count of these tokens misleads."""
    said = [
        f"{count:,} lists of one caller are joined: tokens deleted in between are still counted."
        for count in _looks(tables)
    ]
    ids = held(tables, "tokens")["token_id"].drop_null()
    repeated = int((pc.value_counts(ids).field("counts").to_numpy() > 1).sum())
    if repeated:
        stand = f"{repeated:,} token {'id stands' if repeated == 1 else 'ids stand'}"
        said.append(f"{stand} in more than one row; each row counts as a token.")
    return said


def _looks(tables: Tables) -> list[int]:
    """Return, for each caller of whom several lists were joined, how many; those without tokens left out."""
    tokens, drift = held(tables, "tokens"), held(tables, "drift")
    here = set(zip(tokens["source"].to_pylist(), tokens["caller"].to_pylist(), strict=True))
    joined = drift.filter(pc.equal(drift["what"], LOOKS)).to_pylist()
    return [row["count"] for row in joined if (row["source"], row["caller"]) in here]


def filtered(tables: Tables) -> str:
    """Return how many of the tokens that were read a filter left; empty if it left all."""
    before = _filtered_from(held(tables, "tokens"))
    if before is None:
        return ""
    kept = held(tables, "tokens").num_rows
    return (
        f" ({kept:,} of the {before:,} that were read)"
        if before >= 0
        else " (a part of those that were read)"
    )


def caption(tables: Tables, shown: Callable[[str], str] = str) -> str:
    """Say below a picture where its data came from, when, and what it leaves out.

    Parameters
    ----------
    tables
        The tables.
    shown
        How the picture shows a text that is from outside.
    """
    rows, before = asked(tables), _filtered_from(held(tables, "tokens"))
    part = "" if before is None else f" of the {before:,} read" if before >= 0 else ", a part of those read"
    said = [
        f"Source: {shown(_origin(tables, rows))}; {counted(tables)}{part}{_by_source(tables)}, "
        f"{visibility(tables)}; "
        f"{taken(tables)}."
    ]
    said += [f"NOT ALL: {shown(text)}." for text in _incomplete(rows)]
    lacking = not_read(rows)
    if lacking:
        said.append(f"NOT ALL: {shown('; '.join(lacking))}.")
    for name, number in _rejected(rows):
        said.append(f"{number:,} invalid {plural(number, name)} set aside.")
    return " ".join([*said, *cautions(tables)])


def _by_source(tables: Tables) -> str:
    """Say which list how many of the tokens are of, where they are of several endpoints."""
    counts = pc.value_counts(held(tables, "tokens")["source"].cast(pa.string())).to_pylist()
    said = ", ".join(f"{each['counts']:,} of {each['values']}" for each in counts)
    return f" ({said})" if len(counts) > 1 else ""


def _origin(tables: Tables, rows: list[dict[str, Any]]) -> str:
    """Name the sources that came; of many, those that what is counted comes from."""
    names = sorted({row["source"] for row in rows if is_read(row)})
    if len(names) > _NAMED and "tokens" in tables:
        fed = [name for name in names if name in SOURCES and "tokens" in SOURCES[name].tables]
        names = [*fed, *(name for name in names if name not in fed)]
    more = f" and {len(names) - _NAMED:,} more" * (len(names) > _NAMED)
    return ", ".join(f"GET {name}" for name in names[:_NAMED]) + more or "no source"


def _incomplete(rows: list[dict[str, Any]]) -> list[str]:
    found = [row for row in rows if row["status"] == "incomplete"]
    if len(rows) == 1:
        return ["a source is incomplete"] * len(found)
    return [
        f"the list of {items} is incomplete" for items in dict.fromkeys(items_of(row)[1] for row in found)
    ]


def _rejected(rows: list[dict[str, Any]]) -> list[tuple[str, int]]:
    """Return how many items were set aside, by what they are."""
    counts: dict[str, int] = {}
    for row in rows:
        if row["rejected_count"]:
            name = items_of(row)[0]
            counts[name] = counts.get(name, 0) + row["rejected_count"]
    return [*counts.items()]


def when(tables: Tables) -> str:
    """Say when the lists were made, as the beginning of a sentence."""
    text = taken(tables)
    return text[0].upper() + text[1:]


def overview(tables: Tables) -> list[str]:
    """Say what this is: of what, visible to whom, when, from where, and what it cannot show."""
    rows = asked(tables)
    begin = f"Access {subject(tables).removeprefix('the ')}" if "tokens" in tables else title(tables)
    assigned = [name for name in _ASSIGNMENTS if name in tables]
    besides = ", and the permissions assigned to them" * bool(assigned)
    lines = [
        f"{begin} {visibility(tables)}{filtered(tables)}{besides}.",
        f"{when(tables)}; written by dfns-frames {__version__}.",
        *cautions(tables),
        *(f"NOT ALL: {text}." for text in not_read(rows)),
        *source_lines(tables),
    ]
    if "tokens" in tables:
        lines.append(_limit(rows))
    lines += [
        f"INCOMPLETE: the API had further pages that were never read; there are more {items}."
        for items in dict.fromkeys(items_of(row)[1] for row in rows if row["status"] == "incomplete")
    ]
    unknown = sum(tables.arrow(name)["operation_count"].null_count for name in assigned)
    if unknown:
        some = f"{unknown:,} {plural(unknown, 'assignment')}"
        lines.append(f"For {some} the API listed no operations, so these are unknown, not none.")
    unknown_things = "not known to this version, or noted when lists were joined"
    for name, meaning in (("rejected", "set aside as unreadable"), ("drift", unknown_things)):
        if number := held(tables, name).num_rows:
            lines.append(f"{number:,} {plural(number, 'row')} in {name!r}: {meaning}.")
    return lines


def _limit(rows: list[dict[str, Any]]) -> str:
    """Say whose tokens are not here, whoever asks for whatever there is."""
    asked_for = [SOURCES[row["source"]] for row in rows if row["source"] in SOURCES]
    others = {
        source.items for source in asked_for if source.scope == "organization" and "tokens" in source.tables
    }
    begin = f"Apart from those of {listed(sorted(others))}, the" if others else "The"
    return f"{begin} API lists the caller's own tokens only, so those of other people are not here."


def _filtered_from(tokens: pa.Table) -> int | None:
    """Return how many tokens there were before a filter: None if all are here, -1 if that is not known."""
    before = int((tokens.schema.metadata or {}).get(FILTERED_FROM, tokens.num_rows))
    return None if before == tokens.num_rows else before


def note_filter(kept: pa.Table, before: pa.Table) -> pa.Table:
    """Note on the tokens that a filter kept how many there were before the first filter."""
    metadata = {FILTERED_FROM: str(before.num_rows).encode(), **(kept.schema.metadata or {})}
    return kept.replace_schema_metadata(metadata)


def note_join(joined: pa.Table, parts: Sequence[pa.Table]) -> pa.Table:
    """Note on joined tokens whether a filter had left some out; of how many different ones is not known."""
    metadata = dict(joined.schema.metadata or {})
    metadata.pop(FILTERED_FROM, None)
    if any(_filtered_from(part) is not None for part in parts):
        metadata[FILTERED_FROM] = b"-1"
    return joined.replace_schema_metadata(metadata)
