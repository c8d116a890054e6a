"""Unpacks bodies in bounded steps, since a few bytes may unpack to any size; tells what is packed. Pure."""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

STEP = 1 << 20  # bytes that are unpacked at a time

_MOST_CODINGS = 5
_MAGIC = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\x78\x01": "zlib",
    b"\x78\x5e": "zlib",
    b"\x78\x9c": "zlib",
    b"\x78\xda": "zlib",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
    b"\x04\x22\x4d\x18": "lz4",
}
_OPENINGS = (b"{", b"[", b" ", b"\t", b"\r", b"\n")
_CONTROLS = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class UnpackError(ValueError):
    """A body is not what its Content-Encoding says, or is packed in a way that nobody asked for."""


def unpack(parts: Iterable[bytes], encoding: str) -> Iterator[bytes]:
    """Undo the Content-Encoding of a body, a step at a time.

    Parameters
    ----------
    parts
        The body as it arrives.
    encoding
        The header's value: codings, in the order in which they were applied.

    Raises
    ------
    UnpackError
        A coding is unknown, or the body is damaged or truncated.
    """
    codings = [coding.strip().lower() for coding in encoding.split(",")]
    codings = [coding for coding in codings if coding not in ("", "identity")]
    if len(codings) > _MOST_CODINGS:
        raise UnpackError(f"the answer says that it is compressed {len(codings):,} times over")
    for coding in reversed(codings):
        if coding in ("gzip", "x-gzip"):
            parts = _gzip(parts)
        elif coding == "deflate":
            parts = _deflate(parts)
        else:
            raise UnpackError("the answer says that it is compressed, but not with gzip, which was asked for")
    yield from parts


def nature(data: bytes) -> str:
    """Say what bytes are, judged by how they begin, if they are not UTF-8; nothing if that does not show."""
    for magic, name in _MAGIC.items():
        if data.startswith(magic):
            return f"it is compressed ({name})"
    start = data[:4].replace(b"\0", b"")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "it looks like UTF-16"
    if len(start) < len(data[:4]) and start[:1] in _OPENINGS and start.isascii():
        return "it looks like UTF-16"
    # Brotli has no mark of its own, but no JSON text has control characters.
    if data[:1] not in (*_OPENINGS, b"\xef") or _CONTROLS.search(data[:64]):
        return "it is compressed, perhaps with brotli, or of another binary format"
    return ""


def _gzip(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Unpack gzip: one member or several, with nothing but zeros in between and behind."""
    decoder = None
    for part in parts:
        while part := part if decoder else part.lstrip(b"\0"):
            decoder = decoder or zlib.decompressobj(16 + zlib.MAX_WBITS)
            yield _step(decoder, part)
            part = decoder.unconsumed_tail
            if decoder.eof:
                part, decoder = decoder.unused_data, None
    if decoder:
        yield _end(decoder)


def _deflate(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Unpack deflate: with zlib's two header bytes, as the standard has it, or bare, as some send it."""
    decoder, head = None, b""
    for part in parts:
        if decoder is None:
            part = head = head + part
            if len(head) < 2:
                continue
            wrapped = head[0] & 0x0F == 8 and int.from_bytes(head[:2], "big") % 31 == 0
            decoder = zlib.decompressobj(zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS)
        while part:
            yield _step(decoder, part)
            part = decoder.unconsumed_tail
        if decoder.unused_data:
            raise UnpackError("the answer says that it is compressed, but cannot be unpacked")
    if decoder:
        yield _end(decoder)
    elif head:
        raise UnpackError("the answer is compressed and truncated")


def _step(decoder: Any, part: bytes) -> bytes:
    try:
        return decoder.decompress(part, STEP)
    except zlib.error:
        pass
    raise UnpackError("the answer says that it is compressed, but cannot be unpacked")


def _end(decoder: Any) -> bytes:
    """Return what the decoder still holds, which is little once it has taken all of its input."""
    rest: bytes = decoder.flush()
    if not decoder.eof:
        raise UnpackError("the answer is compressed and truncated")
    return rest
