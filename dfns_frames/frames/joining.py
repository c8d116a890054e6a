"""Join frames: other callers' lists, other sources, other organisations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dfns_frames._api.readings import DRIFT
from dfns_frames._api.tables import JUDGED, TABLES
from dfns_frames._facts.codes import Ints
from dfns_frames._facts.keys import item_rows, items_of
from dfns_frames._facts.lists import note_lists
from dfns_frames._facts.provenance import LOOKS, note_join
from dfns_frames._facts.tables import compact, with_column
from dfns_frames.errors import ConfigurationError, DriftWarning
from dfns_frames.frames.container import Frames
from dfns_frames.frames.intake import warn
from dfns_frames.frames.looks import Looks, looks_of
from dfns_frames.frames.parts import Parts, bring_together
from dfns_frames.frames.same import Differing, same_items

_READINGS = ("sources", "drift", "rejected")


def concat(frames: Iterable[Frames]) -> Frames:
    """Join Frames: what several callers may see, or what several files hold.

    Two lists of one caller are two snapshots, not one set: a token that was deleted in between is in the
    earlier list only, and is kept and counted. `concat` warns about that, and every output says so. To see
    what changed, use `compare`.

    Parameters
    ----------
    frames
        Frames of any tables, in the order in which their rows should stand.

    Returns
    -------
    Frames
        With every table that one of them holds; positions (`token_no`) are counted anew in each source. A
        token, user, permission, … in several lists is one thing: it stands where it first stood, as the
        newest list has it; `drift` notes where lists differ. Of lists of the same time, the later argument
        counts. Equal ids of different organisations are different things. Items without an id, and ids
        repeated within one list, are all kept. `sources` has each list once.

    Raises
    ------
    ValueError
        There is nothing to join.
    ConfigurationError
        Some hold items without what is inside these, such as tokens without their assignments, others with.
    TypeError
        An element is not Frames.

    Warns
    -----
    DriftWarning
        Lists differ about the same thing.
    UserWarning
        Several lists are snapshots of one caller's tokens.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> token = {
    ...     "tokenId": "to-1", "name": "ci", "kind": "Pat", "isActive": True, "orgId": "or-1",
    ...     "dateCreated": "2026-03-01T09:30:00Z", "linkedUserId": "us-1", "linkedAppId": "",
    ...     "credId": "", "publicKey": "", "permissionAssignments": [],
    ... }
    >>> mine = dff.read({"items": [token]})
    >>> colleague = dff.read({"items": [{**token, "tokenId": "to-2", "linkedUserId": "us-2"}]})
    >>> dff.concat([mine, colleague]).tokens[["token_id", "caller", "linked_user_id"]]
      token_id caller linked_user_id
    0     to-1   us-1           us-1
    1     to-2   us-2           us-2
    """
    if isinstance(frames, Frames):
        raise TypeError("concat() takes a list of Frames: concat([pats, other])")
    parts = list(frames)
    if not parts:
        raise ValueError("concat() needs at least one Frames")
    for part in parts:
        if not isinstance(part, Frames):
            raise TypeError(f"concat() takes Frames, not {type(part).__name__}; read() makes them of a file")
    made, differing, looks = _join(parts)
    _warn_of(differing, looks.new)
    return made


def joined(parts: Sequence[Frames]) -> Frames:
    """Join frames as :func:`concat` does, without warnings: what one call read from several sources."""
    return _join(parts)[0]


def _join(parts: Sequence[Frames]) -> tuple[Frames, list[Differing], Looks]:
    _refuse_partial(parts)
    joining = bring_together(parts)
    names = [name for name in TABLES if joining.holding(name) and name not in JUDGED]
    tables: dict[str, pa.Table] = {}
    differing: list[Differing] = []
    for name in names:
        if items_of(name) != name or name in _READINGS:
            continue
        order = same_items(joining, name)
        differing += order.differing
        for inner in (each for each in names if items_of(each) == name):
            tables[inner] = _ordered(joining, inner, order.rank, order.position)
        tables[name] = _noted(tables[name], joining.lists, order.lists)
    if "tokens" in tables:
        before = [part.arrow("tokens") for part in parts if "tokens" in part]
        tables["tokens"] = note_join(tables["tokens"], before)
    for name in (name for name in names if name not in tables and name not in _READINGS):
        # Inside of items that no part holds.
        tables[name] = pa.concat_tables([parts[part].arrow(name) for part in joining.holding(name)])
    if "rejected" in names:
        tables["rejected"] = _rejected(joining)
    tables |= {name: joining.lists for name in ("sources",) if name in names}
    looks = looks_of(joining)
    if "drift" in names or differing or looks.rows:
        tables["drift"] = _drift(joining, differing, looks)
    made = {name: compact(tables[name]) for name in TABLES if name in tables}
    left_out = frozenset[str]().union(*(part.was_listed for part in parts))
    return Frames._made(made, left_out), differing, looks


def _refuse_partial(parts: Sequence[Frames]) -> None:
    """Refuse items that only some parts hold with what is inside them, which one in both might lose."""
    inside = [(name, items_of(name)) for name in TABLES if items_of(name) != name]
    for name, items in inside:
        holding = [part for part in parts if items in part]
        lacking = [part for part in holding if name not in part]
        if 0 < len(lacking) < len(holding):
            raise ConfigurationError(
                f"some of these frames hold {items!r} without {name!r}, others with it, so joining would "
                f"lose some; make each from whole responses, or leave {name!r} out of all"
            )


def _ordered(joining: Parts, name: str, rank: list[Ints], position: list[Ints]) -> pa.Table:
    """Bring a table's rows together: those of the items that are kept, under their new positions.

    Parameters
    ----------
    joining
        What is joined.
    name
        The table: of the items, or of what is inside them.
    rank, position
        For each part that holds the items, each item's place among all, -1 if it is not kept; and its new
        position.
    """
    column = TABLES[name].positions[0]
    holding = joining.holding(items_of(name))
    pieces, ranks = [], []
    for part in joining.holding(name):
        frames = joining.parts[part]
        table = frames.arrow(name)
        rows = np.arange(table.num_rows) if items_of(name) == name else item_rows(frames, name)
        where = holding.index(part) if part in holding else -1
        of_item = np.append(rank[where], -1)[rows] if where >= 0 else np.full(len(rows), -1)
        kept = of_item >= 0
        numbers = np.append(position[where], -1)[rows] if where >= 0 else rows
        table = with_column(table, column, pa.array(numbers))
        pieces.append(
            table.filter(pa.array(kept)).replace_schema_metadata(TABLES[name].arrow_schema.metadata)
        )
        ranks.append(of_item[kept])
    whole = pa.concat_tables(pieces).unify_dictionaries().combine_chunks()
    order = np.argsort(np.concatenate(ranks), kind="stable")
    return whole if np.array_equal(order, np.arange(len(order))) else whole.take(pa.array(order))


def _noted(table: pa.Table, lists: pa.Table, numbers: Ints) -> pa.Table:
    """Note which list each row is of, if its source and caller do not tell."""
    pairs = zip(lists["source"].to_pylist(), lists["caller"].to_pylist(), strict=True)
    counted = Counter(pairs)
    here = set(zip(table["source"].to_pylist(), table["caller"].to_pylist(), strict=True))
    return note_lists(table, numbers) if any(counted[pair] > 1 for pair in here) else table


def _rejected(joining: Parts) -> pa.Table:
    """Bring the items that were set aside together, those of one list once, and count them anew."""
    pieces = []
    for part in joining.holding("rejected"):
        lists = joining.lists_of(part, "rejected")
        fresh = ~np.isin(lists, list(joining.known[part]))
        pieces.append(joining.parts[part].arrow("rejected").filter(pa.array(fresh)))
    whole = pa.concat_tables(pieces).unify_dictionaries().combine_chunks()
    return with_column(whole, "rejected_no", pa.array(counted_by(whole["source"].to_pylist())))


def _drift(joining: Parts, differing: list[Differing], looks: Looks) -> pa.Table:
    """Bring what is strange together: what is equal, of one caller, is one row with the sum."""
    names = [column.name for column in DRIFT.columns if column.name != "count"]
    counts: Counter[tuple[Any, ...]] = Counter()
    for part in joining.holding("drift"):
        known = joining.known[part]
        whole = {
            (row["source"], row["caller"])
            for row in joining.lists.take(pa.array(sorted(known), pa.int64())).to_pylist()
        }
        for row in joining.parts[part].arrow("drift").to_pylist():
            if row["what"] != LOOKS and (row["source"], row["caller"]) not in whole:
                counts[tuple(row[name] for name in names)] += row["count"]
    for each in differing:
        counts[each.source, each.caller, f"differing {each.item}", "items[]", each.id] += each.count
    rows = [dict(zip(names, row, strict=True), count=count) for row, count in counts.items()]
    return DRIFT.from_rows([*rows, *looks.rows])


def counted_by(groups: Sequence[Any]) -> npt.NDArray[np.int64]:
    """Return the number of each row within its group, from 0."""
    seen: Counter[Any] = Counter()
    numbers = []
    for group in groups:
        numbers.append(seen[group])
        seen[group] += 1
    return np.array(numbers, dtype=np.int64)


def _warn_of(differing: list[Differing], callers: list[str]) -> None:
    if differing:
        ids = ", ".join(each.id for each in differing[:5])
        items = sorted({each.item for each in differing})
        warn(
            f"the lists differ about {len(differing):,} of the same things ({', '.join(items)}), which are "
            f"kept as the newest list has them: {ids}; see .drift",
            DriftWarning,
        )
    if callers:
        more = f" and {len(callers) - 5:,} more" * (len(callers) > 5)
        warn(
            f"several of the lists are of one caller ({', '.join(callers[:5])}{more}), and two snapshots are "
            "not one set: tokens that were deleted in between are still counted. For the present state, use "
            "the latest list alone; to see what changed, use compare().",
            UserWarning,
        )
