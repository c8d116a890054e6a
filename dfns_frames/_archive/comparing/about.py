"""What a row is about: its ids, what it is called, and whose it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._api.tables import TABLES
from dfns_frames._archive.comparing.frame import ID_COLUMNS, followed
from dfns_frames._archive.comparing.match import as_told, item_of, parent_of
from dfns_frames._facts.codes import owner_ids

if TYPE_CHECKING:
    from dfns_frames._archive.comparing.match import Part
    from dfns_frames._facts.codes import Ints

_NAMES = ("name", "username")
_IDENTITIES = {"token": "token_id", "user": "user_id", "service_account": "user_id", "group": "group_id"}


def about(parts: Mapping[str, Part], name: str, rows: Ints) -> dict[str, Any]:
    """Return ids, operation, name and owner of some rows of a table, as far as they apply."""
    part = parts[name]
    table = part.table.take(pa.array(rows))
    told = [each for each in (*ID_COLUMNS, "operation") if each in table.column_names]
    made: dict[str, Any] = {each: _text(table[each]) for each in told}
    made["name"] = _names(parts, name, rows)
    if item_of(name) == "tokens":
        made["owner_id"] = owner_ids(parts["tokens"].table.take(pa.array(part.item[rows])))
    more = [each for each in TABLES[name].ids if each not in made]
    if more:  # ids without a column of their own: filter=walletId, value=wa-1
        words = [pc.binary_join_element_wise(f"{each}=", as_told(table[each]), "") for each in more]
        made["field"] = pc.binary_join_element_wise(*words, ", ")
    if "identity_id" in table.column_names:
        kinds = table["identity_kind"].cast(pa.string()).to_pylist()
        columns = pa.array([_IDENTITIES.get(kind or "", "owner_id") for kind in kinds], pa.string())
        for column in (*dict.fromkeys(_IDENTITIES.values()), "owner_id"):
            made[column] = pc.if_else(pc.equal(columns, column), _text(table["identity_id"]), None)
    return made


def _text(values: pa.ChunkedArray) -> pa.Array:
    return values.cast(pa.string()).combine_chunks()


def _names(parts: Mapping[str, Part], name: str, rows: Ints) -> pa.Array:
    """Return what things are called: by their own name, else by that of what they belong to."""
    part, parent = parts[name], parent_of(name)
    table = part.table.take(pa.array(rows))
    called = [_text(table[each]) for each in _NAMES if each in table.column_names]
    if parent:
        called.append(_names(parts, parent, part.parent[rows]))
    elif "name" not in table.column_names:
        for other in followed():
            if other.name in parts and len(other.ids) == 1 and other.ids[0] in table.column_names:
                listed = parts[other.name].table
                names = [_text(listed[each]) for each in _NAMES if each in listed.column_names]
                if names and other.name != name:
                    place = pc.index_in(_text(table[other.ids[0]]), value_set=_text(listed[other.ids[0]]))
                    called.append(pc.coalesce(*names).take(place))
    return pc.coalesce(*called) if called else pa.nulls(len(rows), pa.string())
