"""Arrow's JSON reader, with the guards that it needs."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.json

from dfns_frames._hidden import Body

MAX_BODY = 2**31 - 2  # it counts the bytes of a block in 32 bits
_OPENING = 4096  # bytes in which the object has to begin
_SMALL = 1 << 14  # bytes that are read sooner than a thread is woken


def is_safe(body: Body) -> bool:
    """Tell whether a body can be handed to Arrow.

    Its reader ends the process on a body of ``null``, and accepts some bytes that are not UTF-8.
    """
    if not body.data[:_OPENING].lstrip(b" \t\r\n").startswith(b"{") or len(body.data) > MAX_BODY:
        return False
    # Arrow's own check of a text that is the whole body: nothing is decoded into an object.
    offsets = pa.py_buffer(np.array([0, len(body.data)], dtype=np.int32))
    try:
        pa.Array.from_buffers(pa.binary(), 1, [None, offsets, pa.py_buffer(body.data)]).cast(pa.string())
    except pa.ArrowInvalid:
        return False
    return True


def read_object(body: Body, schema: pa.Schema, *, ignore: bool) -> pa.StructArray | None:
    """Read a body that is one object; None if Arrow refuses it, for whatever reason.

    Parameters
    ----------
    body
        What `is_safe` found to be safe.
    schema
        The fields to read.
    ignore
        Pass over fields that the schema lacks, instead of refusing the body. (To infer their types is no
        choice: it ends the process on 10,000 nested arrays.)
    """
    try:
        table = pyarrow.json.read_json(
            pa.BufferReader(body.data),
            # One block holds the whole body, so that the object is one row of one chunk.
            read_options=pyarrow.json.ReadOptions(
                block_size=len(body.data) + 1, use_threads=len(body.data) > _SMALL
            ),
            parse_options=pyarrow.json.ParseOptions(
                explicit_schema=schema,
                # Without line breaks one pass less is needed, which would look for where the object ends.
                newlines_in_values=b"\n" in body.data or b"\r" in body.data,
                unexpected_field_behavior="ignore" if ignore else "error",
            ),
        )
    except pa.ArrowException:
        return None
    if table.num_rows != 1:  # `{…}{…}` reads as two
        return None
    return pa.StructArray.from_arrays(
        [column.chunk(0) for column in table.columns], fields=list(table.schema)
    )
