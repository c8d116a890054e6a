"""The two sides of a comparison: which of their lists can be compared, and what each proves.

Lists can be compared if they are of one series: of one source of one organisation and, for ``/auth/pats``,
which lists each caller's own tokens, of one caller. A look is what one side knows of one series.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from dfns_frames._api.sources import SOURCES
from dfns_frames._facts.asked import held
from dfns_frames._facts.lists import lists_of
from dfns_frames._facts.provenance import FILTERED_FROM
from dfns_frames.errors import ConfigurationError, Hint

if TYPE_CHECKING:
    from dfns_frames._facts.codes import Ints
    from dfns_frames.frames.container import Frames

OK, INCOMPLETE, NOT_ASKED = "ok", "incomplete", "not asked"
SIDES = ("old", "new")
_SURE = ("response", "given")
_OWN = frozenset(path for path, source in SOURCES.items() if source.scope == "caller")
_SHOWN = 5

Series = tuple[str, str | None, str | None]
"""Source, caller (of a list of the caller's own only) and organisation."""


@dataclass(frozen=True)
class Look:
    """What one side knows of one series.

    Parameters
    ----------
    status
        What came of it: `OK`, `INCOMPLETE`, `NOT_ASKED`, or why it was not read.
    at
        When the list was made.
    basis
        What that time rests on.
    set_aside
        Ids of the items that were set aside.
    nameless
        How many were set aside whose id could not be read.
    """

    status: str = NOT_ASKED
    at: datetime | None = None
    basis: str | None = None
    set_aside: frozenset[str] = frozenset()
    nameless: int = 0

    @property
    def is_read(self) -> bool:
        """Whether it lists anything, or that there is nothing."""
        return self.status in (OK, INCOMPLETE)


@dataclass(frozen=True)
class Listed:
    """One list of one side: its `source_no`, its series, and when it was made, in microseconds of 1970."""

    number: int
    series: Series
    micros: int


@dataclass(frozen=True)
class Side:
    """One side.

    Parameters
    ----------
    frames
        Its tables.
    lists
        Its lists.
    looks
        What it knows of each series.
    """

    frames: Frames
    lists: list[Listed]
    looks: dict[Series, Look]

    def look(self, series: Series) -> Look:
        """Return what is known of a series."""
        return self.looks.get(series, Look())

    @property
    def hides(self) -> bool:
        """Whether a filter left out tokens whose ids are no longer known."""
        tokens = held(self.frames, "tokens")
        noted = (tokens.schema.metadata or {}).get(FILTERED_FROM)
        if noted is None or int(noted) == tokens.num_rows:
            return False
        # After a join it is not known how many were left out, and files do not hold which ones were.
        return int(noted) < 0 or int(noted) - tokens.num_rows > len(self.frames.was_listed)

    def lists_of(self, name: str) -> Ints:
        """Return the `source_no` of the list that each row of a table of listed items comes from."""
        found = lists_of(self.frames, name)
        known = [each.number for each in self.lists]
        if not np.isin(found, known).all():
            raise ConfigurationError(
                f"the table {name!r} has rows of lists that the table 'sources' does not name; compare "
                "Frames as `read`, a client or `concat` makes them"
            )
        return found


@dataclass(frozen=True)
class Pair:
    """Both sides, and what was taken for granted to bring them together.

    Parameters
    ----------
    sides
        Old and new.
    series
        Every series that one of them asked for.
    taken
        Sentences on what one side did not know.
    """

    sides: tuple[Side, Side]
    series: list[Series]
    taken: list[str]

    @property
    def organisations(self) -> list[str]:
        """The organisations, as far as they are known."""
        return sorted({org for _, _, org in self.series if org})


def paired(old: Frames, new: Frames) -> Pair:
    """Bring the lists of two frames together.

    Raises
    ------
    ConfigurationError
        They are of different organisations, or lists of tokens of different callers.
    """
    lists = [_lists(frames) for frames in (old, new)]
    taken = [*_organisations(lists), *_callers(lists)]
    for row in (row for rows in lists for row in rows):
        row["series"] = (row["source"], row["caller"], row["org_id"])
    sides = _side(old, lists[0]), _side(new, lists[1])
    return Pair(sides, [*dict.fromkeys([*sides[0].looks, *sides[1].looks])], taken)


def _side(frames: Frames, rows: list[dict[str, Any]]) -> Side:
    lists = [
        Listed(row["source_no"], row["series"], _micros(row["fetched_at"] or frames.fetched_at))
        for row in rows
    ]
    found: dict[Series, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["series"], []).append(row)
    aside = _set_aside(frames, rows)
    looks = {series: _look(group, aside.get(series, [])) for series, group in found.items()}
    return Side(frames, lists, looks)


def _micros(time: datetime) -> int:
    return (time - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)


def _lists(frames: Frames) -> list[dict[str, Any]]:
    """Return the lists of a side; who asked matters only where the answer depends on it."""
    rows: list[dict[str, Any]] = frames.arrow("sources").to_pylist()
    for row in rows:
        row["asker"] = row["caller"]
        row["caller"] = row["caller"] if row["source"] in _OWN else None
    return rows


def _organisations(lists: list[list[dict[str, Any]]]) -> list[str]:
    """Fill in the organisation of lists that do not say it; refuse what is of different ones."""
    known = [sorted({row["org_id"] for row in rows if row["org_id"]}) for rows in lists]
    if known[0] and known[1] and not {*known[0]} & {*known[1]}:
        raise ConfigurationError(
            f"these are of different organisations: old of {_named(known[0])}, new of {_named(known[1])}. "
            "Compare two snapshots of the same one"
        )
    taken = []
    for number, rows in enumerate(lists):
        for row in (row for row in rows if not row["org_id"]):
            near = known[number] or known[1 - number]
            row["org_id"] = near[0] if len(near) == 1 else None
        if rows and not known[number] and len(known[1 - number]) == 1:
            taken.append(
                f"The {SIDES[number]} side does not say which organisation it is of: taken as "
                f"{known[1 - number][0]}."
            )
    return taken


def _callers(lists: list[list[dict[str, Any]]]) -> list[str]:
    """Fill in whose tokens a list holds that does not say it; refuse what is of different callers."""
    own = [[row for row in rows if row["source"] in _OWN] for rows in lists]
    known = [sorted({row["caller"] for row in rows if row["caller"]}) for rows in own]
    taken = []
    for number, rows in enumerate(own):
        other = known[1 - number]
        left = [caller for caller in other if caller not in known[number]] or other
        unsaid = [row for row in rows if not row["caller"]]
        if unsaid and len(left) > 1:
            raise ConfigurationError(
                f"the {SIDES[number]} side has a list of tokens that does not say whose it is, and the other "
                f"side has those of {_named(left)}",
                hint=Hint.SAME_CALLER,
            )
        if unsaid and left:
            taken.append(
                f"The {SIDES[number]} side does not say whose {unsaid[0]['source']} it lists: "
                f"taken as {left[0]}'s."
            )
            for row in unsaid:
                row["caller"] = left[0]
    return [*taken, *_other_callers(lists, own)]


def _other_callers(lists: list[list[dict[str, Any]]], own: list[list[dict[str, Any]]]) -> list[str]:
    """Refuse tokens of different callers; beside lists that do not depend on who asks, only say so."""
    callers = [{row["caller"] for row in rows} for rows in own]
    if not all(callers) or callers[0] & callers[1]:
        return []
    old, new = (_named(sorted(map(str, each))) for each in callers)
    why = (
        f"{own[0][0]['source']} lists to each caller their own tokens, and these are of different callers: "
        f"old of {old}, new of {new}."
    )
    others = [{row["source"] for row in rows if row["source"] not in _OWN} for rows in lists]
    if others[0] & others[1]:
        return [why]
    raise ConfigurationError(f"{why} Compare two lists of one caller", hint=Hint.SAME_CALLER)


def _named(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + f" and {len(names) - _SHOWN:,} more" * (len(names) > _SHOWN)


def _set_aside(frames: Frames, rows: list[dict[str, Any]]) -> dict[Series, list[str | None]]:
    """Return the ids of the items of each series that were set aside; None where it has none."""
    of = {(row["source"], row["asker"]): row["series"] for row in rows}
    found: dict[Series, list[str | None]] = {}
    columns = held(frames, "rejected").select(["source", "caller", "item_id"])
    names = [columns[name].cast(pa.string()).to_pylist() for name in columns.column_names]
    for source, caller, item in zip(*names, strict=True):
        if (source, caller) in of:
            found.setdefault(of[source, caller], []).append(item)
    return found


def _look(rows: list[dict[str, Any]], aside: list[str | None]) -> Look:
    """Return what several lists of one series say together: one that is whole is enough."""
    statuses = [row["status"] or "failed" for row in rows]
    status = next((each for each in (OK, INCOMPLETE) if each in statuses), statuses[-1])
    timed = [row for row in rows if row["fetched_at"] and row["status"] == status]
    last = max(timed, key=itemgetter("fetched_at"), default=None)
    noted = sum(row["rejected_count"] or 0 for row in rows)
    ids = frozenset(each for each in aside if each)
    nameless = sum(1 for each in aside if not each) + max(noted - len(aside), 0)
    at = last["fetched_at"].astimezone(UTC) if last else None
    return Look(status, at, last["fetched_at_basis"] if last else None, ids, nameless)


def order_trouble(pair: Pair) -> str | None:
    """Say which list of the old side was made later than that of the new side; None if none was.

    Raises
    ------
    ConfigurationError
        Both times are certain: the sides are the wrong way round.
    """
    trouble = None
    for series in pair.series:
        old, new = (side.look(series) for side in pair.sides)
        if not old.is_read or not new.is_read or not old.at or not new.at or new.at >= old.at:
            continue
        times = (
            f"{series[0]}: old from {old.at:%Y-%m-%d %H:%M:%S} UTC, new from {new.at:%Y-%m-%d %H:%M:%S} UTC"
        )
        if old.basis in _SURE and new.basis in _SURE:
            raise ConfigurationError(f"new was listed before old ({times})", hint=Hint.EARLIER_FIRST)
        trouble = times
    return trouble
