"""What the frames hold: which tables, which sources answered, and facts that were computed before."""

from __future__ import annotations

import weakref
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._api.tables import TABLES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dfns_frames._facts.codes import Flags, Ints
    from dfns_frames._facts.tables import Tables

Fact = TypeVar("Fact")

_KEPT: dict[int, dict[str, Any]] = {}


def kept(compute: Callable[[Tables], Fact]) -> Callable[[Tables], Fact]:
    """Compute a fact once for each Frames, and forget it with them.

    Frames compare by content and so have no hash; their tables never change, so their identity will do.
    """
    name = f"{compute.__module__}.{compute.__qualname__}"

    @wraps(compute)
    def get(frames: Tables) -> Fact:
        if id(frames) not in _KEPT:
            _KEPT[id(frames)] = {}
            weakref.finalize(frames, _KEPT.pop, id(frames), None)
        facts = _KEPT[id(frames)]
        if name not in facts:
            facts[name] = compute(frames)
        fact: Fact = facts[name]
        return fact

    return get


def has(frames: Tables, name: str) -> bool:
    """Tell whether a table is here; one whose sources were refused is not."""
    return any(name == each for each in frames)


def need(frames: Tables, name: str) -> pa.Table:
    """Return a table that a question cannot do without.

    Raises
    ------
    KeyError
        It is not here; the frames say which source and method would bring it.
    """
    return frames.arrow(name)


def table(frames: Tables, name: str) -> pa.Table:
    """Return a table, or an empty one where it is not here."""
    return frames.arrow(name) if has(frames, name) else TABLES[name].empty()


def listed_tokens(frames: Tables) -> set[str]:
    """Return the ids of all tokens that were listed, those that a filter left out included."""
    here = {text for text in table(frames, "tokens")["token_id"].cast(pa.string()).to_pylist() if text}
    return here | set(getattr(frames, "was_listed", ()))


def statuses(frames: Tables, path: str) -> list[str]:
    """Return the status of each time that a source was asked."""
    return _asked(frames).get(path, [])


@kept
def _asked(frames: Tables) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for row in table(frames, "sources").select(["source", "status"]).to_pylist():
        found.setdefault(row["source"], []).append(row["status"])
    return found


def is_ok(frames: Tables, path: str) -> bool:
    """Tell whether a source was read in full; what was set aside as unreadable is not listed all the same.

    Of several callers one who may read it is enough; but what one organisation's source lists says nothing of
    another organisation, so frames of several need all of them.
    """
    found = statuses(frames, path)
    return (all if _organisations(frames) > 1 else any)(status == "ok" for status in found) and bool(found)


@kept
def _organisations(frames: Tables) -> int:
    """Count the organisations that tokens and users belong to."""
    columns = [table(frames, name)["org_id"].cast(pa.string()).unique() for name in ("tokens", "users")]
    return len({text for column in columns for text in column.to_pylist()} - {None})


def is_whole(frames: Tables, path: str) -> bool:
    """Tell whether a source was read in full, nothing of it set aside: what it does not list is not there."""
    aside = table(frames, "sources").select(["source", "rejected_count"]).to_pylist()
    return is_ok(frames, path) and not any(row["source"] == path and row["rejected_count"] for row in aside)


def places(values: pa.ChunkedArray | pa.Array, ids: Iterable[str | None]) -> Ints:
    """Return where each value stands among some ids; -1 where it is missing or not among them."""
    wanted = pa.array(ids, pa.string())
    texts = values.cast(pa.string())
    found = pc.index_in(texts, value_set=wanted, skip_nulls=True)
    return as_numbers(pc.fill_null(found, -1))


def as_numbers(values: pa.ChunkedArray | pa.Array) -> Ints:
    """Return whole numbers without missing ones."""
    return np.asarray(values.to_numpy() if isinstance(values, pa.ChunkedArray) else values).astype(np.int64)


def is_value(listed: pa.Table, column: str, value: str) -> Flags:
    """Return where a text column holds a value; missing does not."""
    return np.asarray(pc.fill_null(pc.equal(listed[column].cast(pa.string()), value), False)).astype(bool)


def expand(groups: Ints, starts: Ints) -> tuple[Ints, Ints]:
    """Return, for each of some groups, the place of each of its members, and whose place it is.

    The members of group ``g`` stand from ``starts[g]`` to ``starts[g + 1]``. Each group's places are its
    start and the numbers that follow, so they are a running number minus where the group's run began.
    """
    sizes = starts[groups + 1] - starts[groups]
    owner = np.repeat(np.arange(len(groups)), sizes)
    begun = np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.arange(len(owner)) - begun + starts[groups][owner], owner


def grouped(groups: Ints, count: int) -> tuple[Ints, Ints]:
    """Return the rows in the order of their groups (those of none, -1, left out), and where each starts."""
    order = np.argsort(groups, kind="stable")[np.count_nonzero(groups < 0) :]
    starts = np.concatenate([[0], np.cumsum(np.bincount(groups[order], minlength=count))])
    return order, starts.astype(np.int64)
