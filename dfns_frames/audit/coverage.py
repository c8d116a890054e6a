"""What a rule could not look at: sources that did not come, and the operation that would help."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dfns_frames._api.sources import SOURCES
from dfns_frames._api.sources.pats import PATS
from dfns_frames._api.sources.policies import POLICIES
from dfns_frames._facts.organisations import homeless, organisations
from dfns_frames._facts.presence import is_ok, is_value, kept, statuses, table
from dfns_frames._facts.provenance import filtered

if TYPE_CHECKING:
    from dfns_frames._api.vocabulary import Source
    from dfns_frames._facts.tables import Tables
    from dfns_frames.audit.framework import Rule

_SAID = {
    "incomplete": "read in part",
    "unavailable": "not available in this organisation",
}


def unread(frames: Tables, path: str) -> str | None:
    """Say that a source was not read in full, and what would help; None if it was."""
    source = SOURCES[path]
    if is_ok(frames, path) or _has_no_parents(frames, source):
        return None
    troubles = [status for status in dict.fromkeys(statuses(frames, path)) if status != "ok"]
    if not troubles:
        said = "not read"
    elif len(troubles) == 1 and troubles[0] in _SAID:
        said = _SAID[troubles[0]]
    else:
        said = f"not read, {' and '.join(troubles)}"
    helps = f" needs {source.operation}" if source.operation else ""
    return f"{source.items} {said} (GET {path}{helps})"


def _has_no_parents(frames: Tables, source: Source) -> bool:
    """Tell whether there is nothing to list a source of, such as members where there are no groups."""
    if source.each is None:
        return False
    parents = next(each for each in SOURCES.values() if source.each[0] in each.tables)
    return is_ok(frames, parents.path) and table(frames, source.each[0]).num_rows == 0


def rejected(frames: Tables, path: str) -> str | None:
    """Say how many items of a source were set aside as unreadable; None if none were."""
    count, source = _rejected(frames).get(path, 0), SOURCES[path]
    return (
        f"{count:,} {source.item if count == 1 else source.items} set aside as unreadable" if count else None
    )


@kept
def _rejected(frames: Tables) -> dict[str, int]:
    """Count the items that were set aside, by source."""
    found: dict[str, int] = {}
    for row in table(frames, "sources").select(["source", "rejected_count"]).to_pylist():
        found[row["source"]] = found.get(row["source"], 0) + (row["rejected_count"] or 0)
    return found


def missing_sources(frames: Tables, rule: Rule) -> list[str]:
    """Say what of a rule's sources did not come."""
    said = [text(frames, path) for path in rule.reads for text in (unread, rejected)]
    if left_out := filtered(frames) if PATS.path in rule.reads else "":
        said.append(f"tokens that a filter left out{left_out}")
    if POLICIES.path in rule.reads:
        said.append(_mixed(frames))
    return [each for each in said if each]


def _mixed(frames: Tables) -> str | None:
    """Say that policies may be applied to tokens and users of other organisations."""
    paths = homeless(frames)
    if not paths:
        return None
    lists = " and ".join(f"GET {path}" for path in paths)
    return (
        f"lists of {len(organisations(frames)):,} organisations are joined, and nothing says of which "
        f"{'these are' if len(paths) > 1 else 'this one is'}: {lists}; audit each organisation separately"
    )


def is_evaluable(frames: Tables, rule: Rule) -> bool:
    """Tell whether the sources came that a rule cannot do without.

    A path in `needs` has to be read in full. For a tuple of paths it is enough that one came, even in part,
    since what it lists can be judged.
    """
    return all(
        is_ok(frames, path) if isinstance(path, str) else any(_came(frames, each) for each in path)
        for path in rule.needs
    )


def _came(frames: Tables, path: str) -> bool:
    """Tell whether a source listed something, or that there is nothing."""
    if not {"ok", "incomplete"}.isdisjoint(statuses(frames, path)):
        return True
    listed = table(frames, next(iter(SOURCES[path].tables)))
    return bool(is_value(listed, "source", path).any())
