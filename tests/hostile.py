"""Bodies that have killed, hung or fooled a reader of JSON, and what is to become of each.

``python -m tests.hostile`` reads them all, with limited memory, and prints what became of each.
"""

from __future__ import annotations

import json
import time
import warnings
from collections.abc import Callable

import dfns_frames as dff
from tests.conftest import assignment, token

DEEP = 100_000
MEGABYTES = 1 << 20
ROOM = 6 << 30  # bytes of address space, most of which pyarrow only reserves


def around(name: str, value: bytes, kind: str = "token") -> bytes:
    """Make a token list that holds a value in some field of its envelope, a token or an assignment."""
    parts = {"assignment": assignment(), "token": token(1), "list": {"items": []}}
    parts[kind][name] = "HERE"
    whole = {
        "assignment": {"items": [token(1, parts["assignment"])]},
        "token": {"items": [parts["token"]]},
        "list": parts["list"],
    }
    return json.dumps(whole[kind]).encode().replace(b'"HERE"', value)


def deep(opening: bytes = b"[", closing: bytes = b"]", inner: bytes = b"") -> bytes:
    return opening * DEEP + inner + closing * DEEP


def wide(count: int) -> bytes:
    return around("x", b"1,%b" % b",".join(b'"x%d": %d' % (n, n) for n in range(count)) + b', "y": 1')


READ, RESPONSE, SCHEMA = "Frames", "ResponseError", "SchemaError"

BODIES: dict[str, tuple[Callable[[], bytes], str]] = {
    "nothing": (lambda: b"", RESPONSE),
    "white space": (lambda: b" \n" * 5000, RESPONSE),
    "null": (lambda: b"null", RESPONSE),
    "null after a BOM": (lambda: b"\xef\xbb\xbfnull", RESPONSE),
    "null after much white space": (lambda: b" " * 5000 + b"null", RESPONSE),
    "two BOMs": (lambda: b"\xef\xbb\xbf" * 2 + b'{"items": []}', RESPONSE),
    "two lists": (lambda: b'{"items": []}{"items": []}', RESPONSE),
    "a list, NUL and more": (lambda: b'{"items": []}\0{"items": [', RESPONSE),
    "NUL in a text": (lambda: around("name", b'"a\\u0000b"'), READ),
    "raw NUL in a text": (lambda: around("name", b'"a\0b"'), RESPONSE),
    "arrays, nested": (deep, RESPONSE),
    "arrays, nested and never closed": (lambda: b"[" * DEEP, RESPONSE),
    "objects, nested": (lambda: deep(b'{"items":', b"}", b"[]"), RESPONSE),
    "nested arrays in an unknown field of the list": (lambda: around("x", deep(), "list"), RESPONSE),
    "nested arrays in an unknown field of a token": (lambda: around("x", deep()), RESPONSE),
    "nested objects in an unknown field": (lambda: around("x", deep(b'{"a":', b"}", b"1")), RESPONSE),
    "nested arrays in the items": (lambda: around("items", deep(), "list"), RESPONSE),
    "nested arrays in the operations": (lambda: around("operations", deep(), "assignment"), RESPONSE),
    "nested arrays in a text": (lambda: around("name", deep()), RESPONSE),
    "nested arrays in the secret": (lambda: around("accessToken", deep()), RESPONSE),
    "a number of 5,000 digits": (lambda: around("x", b"9" * 5000), READ),
    "a number of 5,000 digits for a text": (lambda: around("name", b"9" * 5000), SCHEMA),
    "a number of 5,000 digits for the secret": (lambda: around("accessToken", b"9" * 5000), READ),
    "1e400": (lambda: around("x", b"1e400"), READ),
    "NaN": (lambda: around("x", b"NaN"), RESPONSE),
    "NaN for a text": (lambda: around("name", b"NaN"), RESPONSE),
    "a key twice": (lambda: around("name", b'"first", "name": "second"'), READ),
    "a lone surrogate": (lambda: around("name", b'"\\ud800"'), READ),
    "a lone surrogate as a key": (lambda: around("x", b'1, "\\udfff": 1'), READ),
    "a surrogate in UTF-8": (lambda: around("name", b'"\xed\xa0\x80"'), RESPONSE),
    "an overlong sequence": (lambda: around("name", b'"\xc0\x80"'), RESPONSE),
    "30 MB in one text": (lambda: around("name", b'"%b"' % (b"x" * (30 * MEGABYTES))), READ),
    "30 MB in one unknown field": (lambda: around("x", b'"%b"' % (b"x" * (30 * MEGABYTES))), READ),
    "30 MB in one date": (lambda: around("dateCreated", b'"%b"' % (b"2" * (30 * MEGABYTES))), READ),
    "30 MB in one text, never closed": (lambda: b'{"items": ["' + b"x" * (30 * MEGABYTES), RESPONSE),
    "ten thousand unknown fields": (lambda: wide(10_000), READ),
    "an unknown field of 100,000 arrays": (lambda: around("x", b"[%b]" % b",".join([b"[]"] * DEEP)), READ),
    "an unknown field of mixed types": (lambda: around("x", b'[1, "a", {}, [], null, true]'), READ),
    "null among the items": (lambda: b'{"items": [null]}', SCHEMA),
    "null among the assignments": (lambda: around("permissionAssignments", b"[null]"), SCHEMA),
    "null among the operations": (lambda: around("operations", b'["X:Y", null]', "assignment"), SCHEMA),
    "a million numbers for items": (lambda: b'{"items": [%b1]}' % (b"1," * 1_000_000), SCHEMA),
    "a million numbers for operations": (
        lambda: around("operations", b"[%b1]" % (b"1," * 1_000_000), "assignment"),
        SCHEMA,
    ),
    "a million unknown operations": (
        lambda: around("operations", json.dumps([f"X:{n}" for n in range(10**6)]).encode(), "assignment"),
        READ,
    ),
    "a million unknown fields": (lambda: wide(10**6), READ),
}

REFUSED = {name: make for name, (make, becomes) in BODIES.items() if becomes == RESPONSE}


def main() -> None:
    """Read every body and print what became of it."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (ROOM, ROOM))
    except ImportError:
        pass
    warnings.simplefilter("ignore", dff.DriftWarning)
    for name, (make, _) in BODIES.items():
        start = time.process_time()  # what else the machine does is no fault of the body
        try:
            outcome = type(dff.read(make())).__name__
        except Exception as error:  # noqa: BLE001 - whatever it is, it is what became of the body
            outcome = type(error).__name__
        print(json.dumps([name, outcome, time.process_time() - start]), flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
