"""What every output says of its tokens: where they came from, when, and whether they are all there are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames import __version__
from dfns_frames._api.sources import SOURCES
from dfns_frames._api.sources.pats import PATS
from dfns_frames._api.tables import TABLES
from dfns_frames._facts.tables import Tables

LOOKS = "lists of one caller"
"""In `drift`: a user whose tokens several of the joined lists are of, and how many lists."""

# In the metadata of the Arrow table `tokens`: of how many tokens a filter kept these; files keep it too. What
# the sources listed does not tell: a token that two lists have is one, and no filter left it out.
FILTERED_FROM = b"filtered_from"
_READ = ("ok", "incomplete")
_SECONDS, _MINUTES = "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M"


def plural(count: int, noun: str) -> str:
    """Return the noun as it stands after a number."""
    return noun if count == 1 else f"{noun}s"


def held(tables: Tables, name: str) -> pa.Table:
    """Return a table, without rows where frames do not hold it."""
    return tables.arrow(name) if name in tables else TABLES[name].empty()


def source_lines(tables: Tables) -> list[str]:
    """Return a line for each source that was asked."""
    lines = []
    for row in held(tables, "sources").to_pylist():
        count = row["item_count"] or 0
        rejected = f", {row['rejected_count'] or 0:,} set aside" * bool(row["rejected_count"])
        source = SOURCES.get(row["source"])
        item, items = (source.item, source.items) if source else ("item", "items")
        listed = f"{count:,} {item if count == 1 else items}{rejected}"
        if row["status"] not in _READ:  # none were listed, which is no sign that there are none
            listed = _not_read(row)
        lines.append(f"{row['source']} from {row['url']}, {_when(row)}: {row['status']}, {listed}")
    return lines


def unread(tables: Tables) -> list[str]:
    """Say of each source that was asked for and did not come what it would take."""
    asked = held(tables, "sources").to_pylist()
    came = {row["source"] for row in asked if row["status"] in _READ}
    return list(dict.fromkeys(_not_read(row) for row in asked if row["source"] not in came))


def _not_read(row: dict[str, Any]) -> str:
    source = SOURCES.get(row["source"])
    items = source.items if source else row["source"]
    if row["status"] == "unavailable":
        return f"{items} not read: this organisation does not have them"
    if row["status"] == "skipped" and source and source.each:
        return f"{items} not read: {source.each[0].replace('_', ' ')} were not read"
    needed = row.get("needs_operation") or (source.operation if source else None)
    if row["status"] == "forbidden" and needed:
        return f"{items} not read: needs {needed}"
    return f"{items} not read: {row['status']}"


def _when(source: dict[str, Any]) -> str:
    if source["fetched_at"] is None:
        return "at an unknown time"
    time = f"{source['fetched_at'].astimezone(UTC):{_SECONDS}} UTC"
    forms = {"file date": f"file date {time}", "clock": f"read {time} by this computer's clock"}
    return forms.get(source.get("fetched_at_basis") or "", time)


def taken(tables: Tables) -> str:
    """Say in a few words when the lists were made, and where that is only a file's date or a clock's time."""
    sources = [row for row in held(tables, "sources").to_pylist() if row["fetched_at"]]
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
    """Return to whom the tokens are visible; a list holds its caller's own only."""
    lists = held(tables, "sources")["source"].to_pylist().count(PATS.path)
    if lists < 2:
        return "visible to the caller"
    if _looks(tables) == [lists]:
        return f"visible to the one caller of {lists:,} lists"
    return f"visible to the callers of {lists:,} lists"


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
    asked, tokens = held(tables, "sources"), held(tables, "tokens")
    before = _filtered_from(tokens)
    part = "" if before is None else f" of the {before:,} read" if before >= 0 else ", a part of those read"
    counted = f"{tokens.num_rows:,} {plural(tokens.num_rows, 'token')}{part}{_by_source(tokens)}"
    names = ", ".join(sorted({f"GET {name}" for name in asked["source"].to_pylist()})) or "no source"
    said = [f"Source: {shown(names)}; {counted}, {visibility(tables)}; {taken(tables)}."]
    if "incomplete" in asked["status"].to_pylist():
        said.append("NOT ALL: a source is incomplete.")
    if missing := unread(tables):
        said.append(f"NOT ALL: {shown('; '.join(missing))}.")
    rejected = pc.sum(asked["rejected_count"]).as_py() or 0
    if rejected:
        said.append(f"{rejected:,} invalid {plural(rejected, 'token')} set aside.")
    return " ".join([*said, *cautions(tables)])


def _by_source(tokens: pa.Table) -> str:
    """Say which list how many of the tokens are of, where they are of several."""
    counts = pc.value_counts(tokens["source"].cast(pa.string())).to_pylist()
    if len(counts) < 2:
        return ""
    said = ", ".join(f"{each['counts']:,} of {each['values']}" for each in counts)
    return f" ({said})"


def when(tables: Tables) -> str:
    """Say when the lists were made, as the beginning of a sentence."""
    text = taken(tables)
    return text[0].upper() + text[1:]


def overview(tables: Tables) -> list[str]:
    """Say what this is: whose tokens, when, from where, and what it cannot show."""
    counts = {name: tables.arrow(name).num_rows for name in tables}
    assignments = held(tables, "token_assignments")
    unknown = pc.sum(assignments["operation_count"].is_null()).as_py() or 0
    subject, limits = "What is", []
    if "tokens" in tables:
        subject = "Access tokens"
        limits = ["The API lists the caller's own tokens only, so those of other people are not here."]
    besides = ", and the permissions assigned to them" * ("token_assignments" in tables)
    lines = [
        f"{subject} {visibility(tables)}{filtered(tables)}{besides}.",
        f"{when(tables)}; written by dfns-frames {__version__}.",
        *cautions(tables),
        *source_lines(tables),
        *limits,
    ]
    if pc.any(pc.equal(held(tables, "sources")["status"], "incomplete")).as_py():
        lines.append("INCOMPLETE: the API had further pages that were never read; there are more tokens.")
    if unknown:
        some = f"{unknown:,} {plural(unknown, 'assignment')}"
        lines.append(f"For {some} the API listed no operations, so these are unknown, not none.")
    unknown_things = "not known to this version, or noted when lists were joined"
    for name, meaning in (("rejected", "set aside as unreadable"), ("drift", unknown_things)):
        if count := counts.get(name):
            lines.append(f"{count:,} {plural(count, 'row')} in {name!r}: {meaning}.")
    return lines


def _filtered_from(tokens: pa.Table) -> int | None:
    """Return of how many tokens a filter kept these: None if all are here, -1 if that is not known."""
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
