"""What may go wrong between a call and its answer, and what is promised: one row each.

``python -m tests.fault_table`` writes the table into docs/failure-modes.md.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path

import dfns_frames as dff
from tests import fault_worlds as worlds
from tests.fault_rows import (
    AGAIN,
    CUT,
    FRAMES,
    Api,
    Denied,
    Limited,
    Network,
    Response,
    Row,
    Server,
    Wrong,
    broken,
    elsewhere,
    fine,
    late,
    no_list,
    too_much,
)  # fmt: skip
from tests.faulty import LIST, answer, chunks, hangs, in_turn, repeats, resets, sends

DOCUMENT = Path(__file__).parents[1] / "docs" / "failure-modes.md"
MARKERS = ("<!-- generated: begin -->\n", "<!-- generated: end -->\n")

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
GZIP, DEFLATE = "Content-Encoding: gzip", "Content-Encoding: deflate"
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
    for status in (300, 301, 302, 303, 305, 307, 308):
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


HIDDEN = "u:PLANTED@"  # a password
PROXIES = (
    *(
        elsewhere(f"a proxy {name}", worlds.proxied(address), promise, says, retryable=False)
        for name, address, promise, says in (
            ("that nothing is at", "http://127.0.0.1:9", Network, "127.0.0.1:9.* cannot be reached"),
            ("whose name is unknown", f"http://{HIDDEN}nowhere.test", Network, "nowhere.test.* resolved"),
            ("of the kind SOCKS", f"socks5://{HIDDEN}a.test:1080", Wrong, "a.test:1080.* SOCKS"),
            ("whose password has a #", "http://u:PL#ANTED@a.test", Wrong, "a.test.* %23"),
            ("whose port is no number", f"http://{HIDDEN}a.test:x", Wrong, "port"),
        )
    ),
    Row("a proxy that wants a password", sends(answer(407)), Network, "407", world=worlds.proxy_here),
    Row("a proxy that fails", sends(answer(502)), Network, "answered 502", AGAIN, 2, {}, worlds.proxy_here),
)
CONNECTIONS = (
    elsewhere(
        "nothing listens", worlds.nothing_listens, Network, r"127.0.0.1:\d+ cannot be reached", retryable=True
    ),
    elsewhere(
        "nobody accepts the connection", worlds.nobody_accepts, Network, "no connection", retryable=True
    ),
    elsewhere("the host name is unknown", worlds.no_such_name, Network, "cannot be resolved", retryable=True),
    elsewhere("the resolver hangs", worlds.resolver_hangs, Network, "within the deadline"),
    *PROXIES,
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
        for status in (101, 102, 103, 201, 202, 204, 205, 206, 304)
    ),
    Row("status 999", sends(answer(999)), Server, "999"),
    no_list("an empty answer", answer(200), "empty"),
    no_list("HTML", answer(200, b"<html>Log in</html>"), "HTML"),
    no_list("JSON of another shape", answer(200, b'{"data": []}'), "not a token list"),
    no_list("`null`", answer(200, b"null"), "not a token list"),
    no_list("an error with status 200", answer(200, ERRORS["an id and a message"]), "error report"),
    Row("tokens that do not fit", sends(answer(200, b'{"items": [{}]}')), dff.SchemaError, "1 of 1"),
    fine("gzip", answer(200, PACKED, GZIP)),
    fine("gzip in two members", answer(200, gzip.compress(LIST[:99]) + gzip.compress(LIST[99:]), GZIP)),
    fine("gzip, then zeros", answer(200, PACKED + bytes(99), GZIP)),
    fine("gzip in gzip, which it says", answer(200, gzip.compress(PACKED), f"{GZIP}, X-Gzip")),
    fine("gzip, chunked", chunks(PACKED[:9], PACKED[9:-9], PACKED[-9:], headers=(GZIP,))),
    fine("identity", answer(200, LIST, "Content-Encoding: identity")),
    fine("deflate", answer(200, zlib.compress(LIST), DEFLATE)),
    fine("deflate without its header", answer(200, zlib.compress(LIST, wbits=-15), DEFLATE)),
    fine("deflate, byte by byte", chunks(*(b"%c" % b for b in zlib.compress(LIST)), headers=(DEFLATE,))),
    no_list("deflate, cut", answer(200, zlib.compress(LIST)[:-9], DEFLATE), "truncated"),
    no_list("deflate, one byte of it", answer(200, b"\x78", DEFLATE), "truncated"),
    no_list("deflate, then other bytes", answer(200, zlib.compress(LIST) + b"x", DEFLATE), "unpacked"),
    no_list("deflate that is none", answer(200, LIST, DEFLATE), "unpacked"),
    no_list("gzip, then other bytes", answer(200, PACKED + LIST, GZIP), "unpacked"),
    no_list("gzip without a word", answer(200, PACKED), "compressed"),
    no_list("gzip in gzip without a word", answer(200, gzip.compress(PACKED), GZIP), "compressed"),
    no_list("another compression", answer(200, LIST, "Content-Encoding: br"), "not with gzip"),
    no_list("six compressions", answer(200, LIST, f"{GZIP}{', gzip' * 5}"), "6 times"),
    no_list("gzip of nothing", answer(200, b"", GZIP), "empty"),
    no_list("an array", answer(200, b"[]"), "an array"),
    no_list("gzip that is none", answer(200, LIST, GZIP), "unpacked"),
    no_list("gzip, damaged", answer(200, PACKED[:60] + bytes(9) + PACKED[69:], GZIP), "unpacked"),
    no_list("gzip, cut", answer(200, PACKED[:-40], GZIP), "truncated"),
    too_much("a gzip bomb", sends(answer(200, BOMB, GZIP)), 1 << 20),
    too_much("a deflate bomb", sends(answer(200, zlib.compress(bytes(1 << 28)), DEFLATE)), 1 << 20),
    too_much("a gzip bomb in gzip", sends(answer(200, gzip.compress(BOMB), f"{GZIP}, gzip")), 1 << 20),
    Row("a gzip bomb as an error", sends(answer(500, BOMB, GZIP)), Server, "500"),
    Row("an error's body, cut", sends(answer(500, b"{", length=99)), Server, "500"),
    Row("a gzip bomb as a redirect", sends(answer(302, BOMB, GZIP, "Location: /")), Network, "redirect"),
    fine("another charset than the body's", answer(200, LIST, "Content-Type: text/html; charset=utf-16")),
    fine("a BOM", answer(200, b"\xef\xbb\xbf" + LIST)),
    no_list("UTF-16", answer(200, LIST.decode().encode("utf-16")), "UTF-16"),
    no_list("Latin-1", answer(200, LIST.replace(b"token 1", b"t\xf6ken")), "not UTF-8"),
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
