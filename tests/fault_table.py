"""What may go wrong between a call and its answer, and what is promised: one row each.

``python -m tests.fault_table`` writes the table into docs/failure-modes.md.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import dfns_frames as dff
from tests import fault_worlds as worlds
from tests.faulty import (
    LIST,
    Behaviour,
    Faulty,
    answer,
    chunks,
    hangs,
    in_turn,
    repeats,
    resets,
    sends,
)

FRAMES = "complete frames"
DOCUMENT = Path(__file__).parents[1] / "docs" / "failure-modes.md"
MARKERS = ("<!-- generated: begin -->\n", "<!-- generated: end -->\n")

Network, Response, Api = dff.NetworkError, dff.ResponseError, dff.ApiError
Denied, Limited, Server = dff.PermissionDeniedError, dff.RateLimitError, dff.ServerError


@dataclass(frozen=True)
class Row:
    """One fault, and what is promised of it."""

    name: str
    behaviour: Behaviour  # of the server
    promise: str | type[dff.DfnsFramesError]  # exactly this class
    says: str = ""  # what the error's message matches
    fields: dict[str, Any] = field(default_factory=dict)  # of the error
    tries: int = 1  # how often the server is asked, with one retry allowed
    options: dict[str, Any] = field(default_factory=dict)  # of the client, beside short timeouts
    world: Any = nullcontext  # what else is the case

    def around(self, server: Faulty) -> AbstractContextManager[str]:
        """Bring about what else has to be the case; gives the address to ask."""
        return nullcontext(server.url) if self.world is nullcontext else self.world(server)


def broken(name: str, behaviour: Behaviour, says: str = r"the connection to 127.0.0.1:\d+ failed") -> Row:
    """Make a row of a fault that is tried again."""
    return Row(name, behaviour, Network, says, AGAIN, 2)


def late(name: str, behaviour: Behaviour) -> Row:
    """Make a row of a fault that only the deadline ends."""
    return Row(name, behaviour, Network, "within the deadline")


def no_list(name: str, sent: bytes, says: str) -> Row:
    """Make a row of an answer that is no token list."""
    return Row(name, sends(sent), Response, says)


def fine(name: str, sent: bytes) -> Row:
    """Make a row of an answer that is odd, but complete."""
    return Row(name, sends(sent), FRAMES)


def too_much(name: str, behaviour: Behaviour, limit: int, tries: int = 1) -> Row:
    """Make a row of an answer that is larger than allowed."""
    return Row(name, behaviour, Network, "max_body", {"retryable": False}, tries, {"max_body": limit})


def elsewhere(name: str, world: Any, promise: Any, says: str = "", **fields: Any) -> Row:
    """Make a row of a fault that comes before the server is asked."""
    return Row(name, hangs(), promise, says, fields, 0, world=world)


AGAIN = {"retryable": True}
CUT = "cut in the middle"
HERE = "IP:127.0.0.1"
ERRORS = {
    "an id and a message": b'{"error": {"id": "er-1", "status": 0, "message": "%b.", "details": {}}}',
    "a name and a message": b'{"error": {"name": "Broken", "message": "%b.", "serviceName": "auth"}}',
    "a message": b'{"message": "%b."}',
}
PACKED = gzip.compress(LIST)
BOMB = gzip.compress(bytes(1 << 28))
PAGE = LIST[:-1] + b', "nextPageToken": "a"}'
PAGES = [answer(200, LIST[:-1] + b', "nextPageToken": "%d"}' % n) for n in range(9)]
GZIP = "Content-Encoding: gzip"
STATUSES = {
    400: Api,
    401: dff.AuthenticationError,
    402: Api,
    403: Denied,
    404: Api,
    409: Api,
    410: Api,
    412: Api,
    422: Api,
    429: Limited,
    500: Server,
    502: Server,
    503: Server,
    504: Server,
}
LATER = {429, 502, 503, 504}


def _refusals() -> Iterator[Row]:
    for status, kind in STATUSES.items():
        fields = {"status": status, "retryable": status in LATER, "retry_after": None}
        tries = 1 + (status in LATER)
        for name, body in ERRORS.items():
            known = fields | {"error_id": "er-1" if b"er-1" in body else None}
            said = sends(answer(status, body % b"It is broken"))
            yield Row(f"status {status} with {name}", said, kind, "It is broken", known, tries)
        for name, body in {"HTML": b"<html>Sorry</html>", "no body": b"", "a list": b"[1]"}.items():
            yield Row(
                f"status {status} with {name}", sends(answer(status, body)), kind, str(status), fields, tries
            )


def _redirects() -> Iterator[Row]:
    for status in (300, 301, 302, 303, 304, 305, 307, 308):
        moved = answer(status, b"", "Location: https://elsewhere.test/auth/pats")
        yield Row(
            f"status {status}, to another host",
            sends(moved),
            Network,
            "redirect to elsewhere.test",
            {"status": status, "retryable": False},
        )
    for name, location in {
        "no address": "",
        "one that cannot be read": "http://[::1",
        "itself": "/auth/pats",
        "a file": "file:///etc/passwd",
    }.items():
        moved = answer(302, b"", f"Location: {location}")
        yield Row(f"status 302, to {name}", sends(moved), Network, "redirect to another address")
    endless = repeats(bytes(1 << 20), answer(302, b"", "Location: /x", length=1 << 40), every=0)
    yield Row("a redirect with an endless body", endless, Network, "redirect")


def _waits() -> Iterator[Row]:
    for name, after, seconds, tries in (
        ("in seconds, soon", "0", 0.0, 2),
        ("in seconds, beyond the deadline", "50", 50.0, 1),
        ("in seconds, beyond every clock", "9" * 400, 1e9, 1),
        ("as a date", "Mon, 19 Oct 2026 07:30:40 GMT", 40.0, 1),
        ("as a date long past", "Mon, 19 Oct 1970 07:30:40 GMT", 0.0, 2),
        ("as nonsense", "soon", None, 2),
        ("as a negative number", "-5", None, 2),
        ("as no number", "NaN", None, 2),
    ):
        limited = answer(429, b"", f"Retry-After: {after}", "Date: Mon, 19 Oct 2026 07:30:00 GMT")
        yield Row(
            f"status 429 with Retry-After {name}",
            sends(limited),
            Limited,
            "429",
            {"retry_after": seconds, "retryable": True},
            tries,
        )
    yield Row("status 503 once", in_turn(sends(answer(503)), sends(answer(200, LIST))), FRAMES, tries=2)


CONNECTIONS = (
    elsewhere(
        "nothing listens", worlds.nothing_listens, Network, r"127.0.0.1:\d+ cannot be reached", retryable=True
    ),
    elsewhere(
        "nobody accepts the connection", worlds.nobody_accepts, Network, "no connection", retryable=True
    ),
    elsewhere("the host name is unknown", worlds.no_such_name, Network, "cannot be resolved", retryable=True),
    elsewhere("the resolver hangs", worlds.resolver_hangs, Network, "within the deadline"),
    Row(
        "a proxy in the environment, for this machine",
        sends(answer(200, LIST)),
        FRAMES,
        world=worlds.proxy_in_the_environment,
    ),
    elsewhere("a certificate that nobody vouches for", worlds.secured(HERE, trusted=False), Network, "TLS"),
    elsewhere("a certificate for another host", worlds.secured("DNS:a.test", trusted=True), Network, "TLS"),
    elsewhere("a private CA in REQUESTS_CA_BUNDLE", worlds.secured(HERE, trusted=True), FRAMES),
    elsewhere(
        "a CA bundle that does not exist", worlds.no_such_bundle, dff.ConfigurationError, "no CA bundle"
    ),
    elsewhere("no TLS where TLS is expected", worlds.unsecured(sends(answer(400))), Network, "TLS"),
    Row(
        "a TLS handshake that drips",
        hangs(),
        Network,
        "within the deadline",
        tries=0,
        options={"timeout": 30},
        world=worlds.unsecured(repeats(b"\0", b"\x16\x03\x03\x40\0")),
    ),
    broken("it answers nothing", hangs(), "stopped sending"),
    broken("it stops in the headers", hangs(b"HTTP/1.1 200 OK\r\nA: b"), "stopped sending"),
    broken("it stops in the body", hangs(answer(200, LIST[:9], length=99)), "stopped sending"),
    late("headers drip", repeats(b"A: b\r\n", b"HTTP/1.1 200 OK\r\n")),
    late("a status line drips", repeats(b" ")),
    late("a body drips", repeats(b" ", answer(200, length=1 << 20))),
    late("a chunked body drips", repeats(b"1\r\n \r\n", chunks(end=b""))),
    late("a body without a length drips", repeats(b" ", answer(200, length=""))),
    late("an error's body drips", repeats(b" ", answer(500, length=1 << 20))),
    late("100 Continue, over and over", repeats(b"HTTP/1.1 100 Continue\r\n\r\n")),
    broken("a reset before the headers", resets()),
    broken("a reset in the headers", resets(b"HTTP/1.1 200 OK\r\nA: b")),
    broken("a reset in the body", resets(answer(200, LIST[:9], length=99)), CUT),
    broken("it hangs up without a word", sends()),
    Row("it resets once", in_turn(resets(), sends(answer(200, LIST))), FRAMES, tries=2),
    broken("it speaks another protocol", sends(b"SSH-2.0-OpenSSH_9.6\r\n")),
    broken("a header without end", sends(b"HTTP/1.1 200 OK\r\nA: " + b"b" * (1 << 17))),
    broken("a thousand headers", sends(answer(200, LIST, *["A: b"] * 1000))),
)

LENGTHS = (
    broken("Content-Length too long", sends(answer(200, LIST, length=len(LIST) + 9)), CUT),
    broken("the same, where the JSON is complete", sends(answer(200, b'{"items": []}', length=99)), CUT),
    no_list("Content-Length too short", answer(200, LIST, length=len(LIST) - 9), "truncated"),
    fine("Content-Length is no number", answer(200, LIST, length="many")),
    no_list("the same, and the body is cut", answer(200, LIST[:-9], length="many"), "truncated"),
    fine("Content-Length is negative", answer(200, LIST, length=-5)),
    broken("two lengths that differ", sends(answer(200, LIST, "Content-Length: 5"))),
    fine("no length", answer(200, LIST, length="")),
    no_list("no length, and the body is cut", answer(200, LIST[:-1], length=""), "truncated"),
    fine("chunked", chunks(LIST[:50], LIST[50:])),
    broken("chunked, without its end", sends(chunks(LIST, end=b"")), CUT),
    broken("chunked, cut in a chunk", sends(chunks(LIST)[:-40]), CUT),
    broken("chunked, with a length that is no number", sends(chunks(LIST, end=b"zz\r\n")), CUT),
    broken("a chunk's length without end", repeats(b"1" * (1 << 16), chunks(end=b""), every=0.01), CUT),
    too_much("more than max_body", sends(answer(200, LIST)), 99),
    too_much("more than any limit", repeats(b" " * (1 << 16), answer(200, length=""), every=0), 1 << 22),
    too_much("pages that have more than max_body together", in_turn(*map(sends, PAGES)), 3 * len(LIST), 3),
)

BODIES = (
    *(
        Row(f"status {status}", sends(answer(status)), Response, str(status), {"status": status})
        for status in (101, 102, 103, 201, 202, 204, 205, 206)
    ),
    Row("status 999", sends(answer(999)), Server, "999"),
    no_list("an empty answer", answer(200), "empty"),
    no_list("HTML", answer(200, b"<html>Log in</html>"), "HTML"),
    no_list("JSON of another shape", answer(200, b'{"data": []}'), "no token list"),
    no_list("`null`", answer(200, b"null"), "no token list"),
    no_list("an error with status 200", answer(200, ERRORS["an id and a message"]), "error report"),
    Row("tokens that do not fit", sends(answer(200, b'{"items": [{}]}')), dff.SchemaError, "1 of 1"),
    fine("gzip", answer(200, PACKED, GZIP)),
    fine("deflate", answer(200, zlib.compress(LIST), "Content-Encoding: deflate")),
    no_list("gzip that is none", answer(200, LIST, GZIP), "unpacked"),
    no_list("gzip, damaged", answer(200, PACKED[:60] + bytes(9) + PACKED[69:], GZIP), "unpacked"),
    no_list("gzip, cut", answer(200, PACKED[:-40], GZIP), "truncated"),
    too_much("a gzip bomb", sends(answer(200, BOMB, GZIP)), 1 << 20),
    too_much("a gzip bomb in gzip", sends(answer(200, gzip.compress(BOMB), f"{GZIP}, gzip")), 1 << 20),
    Row("a gzip bomb as an error", sends(answer(500, BOMB, GZIP)), Server, "500"),
    Row("an error's body, cut", sends(answer(500, b"{", length=99)), Server, "500"),
    Row("a gzip bomb as a redirect", sends(answer(302, BOMB, GZIP, "Location: /")), Network, "redirect"),
    fine("another charset than the body's", answer(200, LIST, "Content-Type: text/html; charset=utf-16")),
    fine("a BOM", answer(200, b"\xef\xbb\xbf" + LIST)),
    no_list("UTF-16", answer(200, LIST.decode().encode("utf-16")), "UTF-16"),
    no_list("Latin-1", answer(200, LIST.replace(b"token 1", b"t\xf6ken")), "not valid UTF-8"),
    fine("a date at the end of time", answer(200, LIST, "Date: Fri, 31 Dec 9999 23:59:59 -2300")),
    Row("a page token that comes twice", sends(answer(200, PAGE)), Response, "twice", tries=2),
    Row(
        "pages that break off", in_turn(sends(answer(200, PAGE)), sends(answer(500))), Server, "500", tries=2
    ),
)

ROWS = (*CONNECTIONS, *LENGTHS, *BODIES, *_refusals(), *_redirects(), *_waits())


def generated() -> str:
    """Return the table as Markdown."""
    lines = ["| what goes wrong | what you get | retried |", "|---|---|---|"]
    for row in ROWS:
        promise = row.promise if isinstance(row.promise, str) else f"`{row.promise.__name__}`"
        again = row.fields.get("retryable", row.tries > 1)
        lines.append(f"| {row.name} | {promise} | {'yes' if again else ''} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the table into the document."""
    (begin, end), text = MARKERS, DOCUMENT.read_text("utf-8")
    DOCUMENT.write_text(text.split(begin)[0] + begin + generated() + end + text.split(end)[1], "utf-8")


if __name__ == "__main__":
    main()
