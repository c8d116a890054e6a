"""The functions that columns are made by: pure, vectorised, of one field each."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._api.vocabulary import Field

_HOST = r"^[A-Za-z][A-Za-z0-9+.\-]*://(?:[^/?#@]*@)?(?P<host>\[[0-9A-Fa-f:.]+\]|[^/?#@:\[\]]+)(?::[0-9]*)?(?:[/?#]|$)"


def secret(path: str) -> Field:
    """Declare the field that may hold a secret; the column says whether it came."""
    return Field(f"{path}?", returned, secret=True)


def returned(texts: pa.Array) -> pa.Array:
    """Tell where a text is there and not empty."""
    return pc.fill_null(pc.not_equal(texts, ""), False)


def present(values: pa.Array) -> pa.Array:
    """Tell where a field is there."""
    return pc.is_valid(values)


def absent(values: pa.Array) -> pa.Array:
    """Tell where a field is not there."""
    return pc.is_null(values)


def holds_any(objects: pa.StructArray) -> pa.Array:
    """Tell where an object is there and has a field; one that this version does not know counts."""
    held = pa.array([False]).take(pa.array([0] * len(objects), pa.int64()))
    for number in range(objects.type.num_fields):
        held = pc.or_(held, pc.is_valid(pc.struct_field(objects, [number])))
    return held


def is_empty(objects: pa.StructArray) -> pa.Array:
    """Tell where an object has no field; missing where there is no object."""
    return pc.if_else(pc.is_valid(objects), pc.invert(holds_any(objects)), pa.scalar(None, pa.bool_()))


def host(addresses: pa.StringArray) -> pa.Array:
    """Return the host of each address, in lower case; the path of a webhook often is a secret."""
    return pc.utf8_lower(pc.struct_field(pc.extract_regex(addresses, _HOST), "host"))


def is_https(addresses: pa.StringArray) -> pa.Array:
    """Tell which addresses are encrypted."""
    return pc.starts_with(addresses, "https://", ignore_case=True)


def in_effect(changes: pa.StructArray) -> pa.Array:
    """Tell which assignments grant something, by their pending change.

    An assignment is listed before it is granted: while its creation is pending, and after it was refused. One
    whose removal is pending is still in effect.
    """
    created = pc.equal(pc.struct_field(changes, "operationKind"), "Create")
    applied = pc.equal(pc.struct_field(changes, "status"), "Applied")
    return pc.fill_null(pc.or_(pc.invert(created), applied), True)
