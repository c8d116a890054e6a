"""Joining the tokens of several callers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyarrow as pa

from dfns_frames._api.readings import DRIFT
from dfns_frames._api.sources.pats import PATS
from dfns_frames._api.tables import JUDGED, TABLES
from dfns_frames._facts.provenance import note_join
from dfns_frames._facts.tables import compact
from dfns_frames.errors import ConfigurationError, DriftWarning
from dfns_frames.frames.container import Frames
from dfns_frames.frames.intake import warn
from dfns_frames.frames.looks import looks_of, without_looks

_CHILDREN = [name for name in PATS.tables if name != "tokens"]


def concat(frames: Iterable[Frames]) -> Frames:
    """Join the tokens visible to several callers.

    Two lists of one caller are two looks at the same tokens, not one set: a token that the later list lacks,
    since it was deleted in between, is kept and counted. `concat` warns of that, and every output says so.

    Parameters
    ----------
    frames
        Frames, in the order that their tokens are to have.

    Returns
    -------
    Frames
        A row of `tokens` is one access token; positions (`token_no`) are counted anew. A token id that
        several inputs list is kept once: where it first stood if all agree, else as the input fetched
        last has it, which is warned of and listed in `drift`. Tokens without an id, and ids repeated
        within one input, are all kept. `sources` has a row for each source of each input.

    Raises
    ------
    ValueError
        There is nothing to join.
    ConfigurationError
        They hold other tables than those of ``GET /auth/pats``, or not all of these.
    TypeError
        An element is not Frames.

    Warns
    -----
    DriftWarning
        Inputs differ about a token.
    UserWarning
        Several lists are of one caller: the one user that all tokens of a list act for.

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
    >>> dff.concat([mine, colleague]).tokens[["token_id", "linked_user_id"]]
      token_id linked_user_id
    0     to-1           us-1
    1     to-2           us-2
    """
    if isinstance(frames, Frames):
        raise TypeError("concat() takes a list of Frames: concat([pats, other])")
    parts = list(frames)
    if not parts:
        raise ValueError("concat() needs at least one Frames")
    for part in parts:
        if not isinstance(part, Frames):
            raise TypeError(f"concat() takes Frames, not {type(part).__name__}; read() makes them of a file")
    _refuse_others(parts)
    keep, differing = _chosen(parts)
    looks = looks_of(parts)
    tables: dict[str, list[pa.Table]] = {name: [] for name in parts[0] if name not in JUDGED}
    start = 0
    for part, kept in zip(parts, keep, strict=True):
        tokens = part.arrow("tokens")
        renumbered = np.where(kept, start + np.cumsum(kept) - 1, -1)
        for name in tables:
            tables[name].append(_renumber(part.arrow(name), tokens, renumbered))
        start += int(kept.sum())
    tables["drift"] = [without_looks(table) for table in tables["drift"]]
    tables["drift"].append(DRIFT.from_rows([*differing, *looks.rows]))
    _warn_of(differing, looks.new)
    joined = {name: compact(pa.concat_tables(each)) for name, each in tables.items()}
    joined["tokens"] = note_join(joined["tokens"], [part.arrow("tokens") for part in parts])
    return Frames(joined)


def _refuse_others(parts: list[Frames]) -> None:
    """Refuse frames of which something would be lost, or stand under the key of something else."""
    names = [*PATS.tables, "sources", "drift", "rejected"]
    for part in parts:
        if [name for name in part if name not in JUDGED] != names:
            raise ConfigurationError(
                f"concat() joins Frames with the tables of GET /auth/pats, {', '.join(names)}; these hold "
                f"{', '.join(part) or 'none'}"
            )


def _warn_of(differing: list[dict[str, Any]], callers: list[str]) -> None:
    if differing:
        ids = ", ".join(str(row["detail"]) for row in differing[:5])
        warn(
            f"the inputs differ about {len(differing):,} token(s), kept as fetched last: {ids}; see .drift",
            DriftWarning,
        )
    if callers:
        more = f" and {len(callers) - 5:,} more" * (len(callers) > 5)
        warn(
            f"several of the lists are of one caller ({', '.join(callers[:5])}{more}), and two looks are not "
            "one set: tokens that were deleted in between are still counted. For what there is now, use the "
            "latest list alone.",
            UserWarning,
        )


def _renumber(table: pa.Table, tokens: pa.Table, renumbered: Any) -> pa.Table:
    """Keep the rows of the tokens that are kept, under their new numbers."""
    if "token_no" not in table.column_names:
        return table
    numbers = tokens["token_no"].to_numpy()
    order = np.argsort(numbers, kind="stable")
    found = order[np.searchsorted(numbers, table["token_no"].to_numpy(), sorter=order)]
    new = renumbered[found]
    i = table.column_names.index("token_no")
    return table.set_column(i, table.schema.field(i), pa.array(new)).filter(pa.array(new >= 0))


def _chosen(parts: list[Frames]) -> tuple[list[Any], list[dict[str, Any]]]:
    """Choose, for each input, which of its tokens are kept; and list the ids that inputs differ about."""
    keep = [np.ones(part.arrow("tokens").num_rows, dtype=bool) for part in parts]
    holders: dict[str, list[int]] = {}
    for i, part in enumerate(parts):
        for token_id in part.arrow("tokens")["token_id"].unique().drop_null().to_pylist():
            holders.setdefault(token_id, []).append(i)
    shared = {token_id: inputs for token_id, inputs in holders.items() if len(inputs) > 1}
    contents = [_contents(part, shared.keys()) for part in parts] if shared else []
    differing = []
    dropped: list[set[str]] = [set() for _ in parts]
    for token_id, inputs in shared.items():
        kept = inputs[0]
        if any(contents[i][token_id] != contents[kept][token_id] for i in inputs):
            kept = max(inputs, key=lambda i: (parts[i].fetched_at, i))
            differing.append(
                {
                    "source": PATS.path,
                    "what": "differing token",
                    "path": "items[]",
                    "detail": token_id,
                    "count": len(inputs),
                }
            )
        for i in inputs:
            if i != kept:
                dropped[i].add(token_id)
    for part, mask, ids in zip(parts, keep, dropped, strict=True):
        if ids:
            listed = part.arrow("tokens")["token_id"].to_pylist()
            mask &= np.array([token_id not in ids for token_id in listed], dtype=bool)
    return keep, differing


def _contents(part: Frames, ids: Iterable[str]) -> dict[str, list[str]]:
    """Return all that frames say about some tokens, positions and order left out, in comparable form."""
    listed = set(part.arrow("tokens")["token_id"].to_pylist())
    wanted = part.filter([token_id for token_id in ids if token_id in listed])
    said: dict[str, list[str]] = {}
    for name in ("tokens", *_CHILDREN):
        names = [column.name for column in TABLES[name].columns if not column.name.endswith("_no")]
        for row in wanted.arrow(name).select(names).to_pylist():
            said.setdefault(row["token_id"], []).append(f"{name} {row}")
    return {token_id: sorted(rows) for token_id, rows in said.items()}
