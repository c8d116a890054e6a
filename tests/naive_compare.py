"""A second comparison of two looks, as plain as it can be made; it shares no code with the first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import dfns_frames as dff

Row = tuple[str, ...]
"""change, object, ids and operation joined, field, old, new, severity."""

ORDER = ("critical", "high", "medium", "low", "unknown", "none")
# What these kinds cannot use, as far as the made-up organisations hold it.
REFUSED = {("Pat", "Auth:Pats:Create"), ("ServiceAccount", "Auth:Pats:Create")}


@dataclass
class Held:
    """A token or user as one look shows it: fields, and permissions with operations, None if not listed."""

    id: str
    fields: dict[str, str]
    kind: str
    assigned: list[tuple[str, str, list[str] | None]] = field(default_factory=list)
    strange: set[str] = field(
        default_factory=set
    )  # permissions that are not the vendor's, whatever their names


@dataclass
class Shown:
    """What one look shows of one kind of thing in one source."""

    status: str = "not asked"
    things: dict[str, Held] = field(default_factory=dict)
    aside: set[str] = field(default_factory=set)
    nameless: bool = False
    hidden: set[str] = field(default_factory=set)
    is_about: bool = True  # whether the ids set aside are those of these things
    owners: dict[str, str] = field(default_factory=dict)

    @property
    def is_read(self) -> bool:
        return self.status in ("ok", "incomplete")


def harm(kind: str | None, operation: str) -> str:
    """Return what an operation can do in the hands of a kind."""
    if (kind, operation) in REFUSED:
        return "none"
    return _severities().get(operation, "unknown")


@cache
def _severities() -> dict[str, str]:
    listed = dff.operations()
    return dict(zip(listed["operation"].astype(str), listed["severity"].astype(str), strict=True))


def worst(holder: Held, assigned: list[tuple[str, str, list[str] | None]]) -> str:
    """Return the worst that permissions give together."""
    found = ["none"]
    for permission, name, operations in assigned:
        found += ["unknown"] if operations is None else [harm(holder.kind, each) for each in operations]
        found += ["critical"] * (name == "ManagedFullAdminAccess" and permission not in holder.strange)
    return min(found, key=ORDER.index)


def holders(name: str, child: tuple[str, str], old: Shown, new: Shown) -> Counter[Row]:
    """Compare tokens or users of one source, with what they hold."""
    rows: Counter[Row] = Counter()
    if not (old.is_read and new.is_read):
        return rows
    for each in {*old.things, *new.things}:
        here, there = old.things.get(each), new.things.get(each)
        if here and there:
            for what in here.fields:
                if here.fields[what] != there.fields[what]:
                    on = (what, here.fields[what], there.fields[what]) == ("is_active", "false", "true")
                    gained = worst(there, there.assigned) if on else "none"
                    rows["changed", name, each, what, here.fields[what], there.fields[what], gained] += 1
            rows += rights(child, here, there)
        elif there:
            why = reason(old, each, new)
            told = ("unknown", name, each, "listed", why, "listed", "")
            rows[told if why else ("appeared", name, each, "", "", "", worst(there, there.assigned))] += 1
        else:
            why = reason(new, each, old)
            row = ("disappeared", name, each, "", "", "", "none")
            rows[("unknown", name, each, "listed", "listed", why, "") if why else row] += 1
    for number, (side, other) in enumerate(((old, new), (new, old))):
        for each in side.aside - other.aside if side.is_about else set():
            if each in other.things and each not in side.things:
                continue  # said above
            listed = each in other.things or each in other.hidden
            word = "listed" if listed else "incomplete" if other.status == "incomplete" else "not listed"
            words = (word, "set aside") if number else ("set aside", word)
            rows["unknown", name, each, "listed", *words, ""] += 1
    return rows


def reason(lacking: Shown, each: str, having: Shown) -> str:
    """Say why a look may lack something that exists; nothing if it cannot."""
    if each in lacking.hidden:
        return "left out by a filter"
    owner = each if lacking.is_about else having.owners[each]
    if lacking.nameless or owner in lacking.aside:
        return "set aside"
    return "incomplete" if lacking.status == "incomplete" else ""


def rights(child: tuple[str, str], here: Held, there: Held) -> Counter[Row]:
    """Compare what one holder is assigned."""
    rows: Counter[Row] = Counter()
    assignment, operation = child
    for permission in {each[0] for each in here.assigned + there.assigned}:
        key = f"{here.id} {permission}"
        old, new = ([each for each in side.assigned if each[0] == permission] for side in (here, there))
        if not old or not new:
            for change, some, gained in (
                ("appeared", new, worst(there, new)),
                ("disappeared", old, "none"),
            ):
                for _, name, each in some:
                    told = ("", name) if change == "appeared" else (name, "")
                    gained = worst(there, [(permission, name, each)]) if change == "appeared" else "none"
                    rows[change, assignment, key, "permission_name", *told, gained] += 1
            continue
        before, after = old[0][1], new[0][1]
        if before != after:
            rows["changed", assignment, key, "permission_name", before, after, "none"] += min(
                len(old), len(new)
            )
        more = len(new) - len(old)
        if more:
            change, name = ("appeared", after) if more > 0 else ("disappeared", before)
            told = ("", name) if more > 0 else (name, "")
            rows[change, assignment, key, "permission_name", *told, "*"] += abs(more)
        dark = [any(each[2] is None for each in side) for side in (old, new)]
        if dark[0] != dark[1]:
            told = ("not listed", "listed") if dark[0] else ("listed", "not listed")
            rows["unknown", assignment, key, "operations", *told, ""] += 1
        listed = [Counter(op for each in side for op in each[2] or []) for side in (old, new)]
        for name in {*listed[0], *listed[1]}:
            gain = listed[1][name] - listed[0][name]
            if gain > 0 and not dark[0] and more <= 0:
                rows["appeared", operation, f"{key} {name}", "", "", "", harm(there.kind, name)] += gain
            if gain < 0 and not dark[1] and more >= 0:
                rows["disappeared", operation, f"{key} {name}", "", "", "", "none"] -= gain
    return rows


def permissions(old: Shown, new: Shown) -> Counter[Row]:
    """Compare permissions, whose operations stand in one assignment of their own."""
    made = holders("permission", ("", "permission_operation"), old, new)
    rows: Counter[Row] = Counter()
    for row, count in made.items():
        change, what, key, *rest = row
        if what == "permission_operation":
            permission, _, operation = key.split(" ")
            row = (change, what, f"{permission} {operation}", *rest)
        elif change == "appeared":
            row = (*row[:-1], "none")
        rows[row] += count
    return rows


def sources(statuses: list[dict[str, str]]) -> Counter[Row]:
    """Return a row for each source of which one look knows less."""
    rows: Counter[Row] = Counter()
    for path in {*statuses[0], *statuses[1]}:
        old, new = (each.get(path, "not asked") for each in statuses)
        if old != new and {old, new} & {"ok", "incomplete"}:
            rows["unknown", "source", path, "status", old, new, ""] += 1
    return rows


def told(changes: Any) -> Counter[Row]:
    """Return a frame of changes as such rows."""
    rows: Counter[Row] = Counter()
    plain = changes.astype(object).where(changes.notna(), "")
    for row in plain.to_dict("records"):
        ids = [row[each] for each in ("token_id", "user_id", "permission_id", "operation") if row[each]]
        key = row["name"] if row["object"] == "source" else " ".join(ids)
        said = (row["field"], row["old"], row["new"], row["severity"])
        rows[(row["change"], row["object"], key, *said)] += 1
    return rows
