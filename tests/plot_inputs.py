"""The inputs on which every chart is tested and looked at: what organisations, and strangers, come up with."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import dfns_frames as dff

NOW = "2026-06-15T08:00:00Z"
KNOWN = tuple(sorted(dff.operations().query("status == 'current'")["operation"]))
MADE_UP = tuple(f"Vaults:Area{number % 7}:Verb{number}" for number in range(120))
LONG = "the token that somebody once made for a load test and that nobody dares to remove " * 3
ODD = (
    "🚀🧨 launch 👩‍💻", "תשלומים יומיים", "تقرير شهري للمحاسبة", "夜间对账任务", "$x^2$ and \\frac{1}{2}$", "_under^score",
    "two\nlines\tand a tab", "\x00\x07bell", "a\u0301\u0301\u0301\u0301\u0301\u0301 zalgo", "\u202eright to left override",
    "\ue000 private", "한국어 토큰", "", "   ", "%d {0} %s", "ไทย", "𓀀 hieroglyph", LONG[:200], "W" * 200, "夜" * 200,
)  # fmt: skip


def token(number: int, *permissions: Any, **fields: Any) -> dict[str, Any]:
    """Make one token; a permission is its name, or (name, operations), or (name, None) for unlisted ones."""
    return {
        "tokenId": f"to-{number}",
        "name": f"token {number}",
        "kind": "Pat",
        "isActive": True,
        "dateCreated": "2025-03-01T09:30:00.000Z",
        "orgId": "or-1",
        "linkedUserId": f"us-{number % 5}",
        "linkedAppId": "",
        "credId": "",
        "publicKey": "",
        "permissionAssignments": [_assignment(permission) for permission in permissions],
        **fields,
    }


def _assignment(permission: Any) -> dict[str, Any]:
    name, operations = permission if isinstance(permission, tuple) else (permission, ("Wallets:Read",))
    made = {"permissionId": f"pm-{name}", "permissionName": name, "assignmentId": ""}
    return made if operations is None else {**made, "operations": list(operations)}


def frames(items: Sequence[dict[str, Any]], *, fetched_at: str = NOW, **page: Any) -> dff.Frames:
    """Read tokens; what the catalogue does not know is part of the input and no cause for a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dff.DriftWarning)
        return dff.read({"items": list(items), **page}, fetched_at=fetched_at)


def demo(caller: str = "platform-lead") -> dff.Frames:
    """Read what the demo organisation answers to one caller."""
    from dfns_frames.demo.org import bodies

    return frames(bodies()[caller]["items"], fetched_at="2026-11-23T08:00:00Z")


def thousand() -> dff.Frames:
    """Make 1,000 tokens over three years, of 12 permissions that contain 200 operations in all."""
    operations = (*KNOWN, *MADE_UP)[:200]
    roles = [(f"role {number}", operations[number * 15 : number * 15 + 40]) for number in range(12)]
    begin = datetime(2023, 6, 1, tzinfo=UTC)
    return frames(
        [
            token(
                number,
                roles[number % 12],
                *([roles[number * 7 % 12]] if number % 3 else []),
                isActive=number % 4 != 0,
                kind=("Pat", "Pat", "ServiceAccount", "Application")[number % 4],
                dateCreated=f"{begin + timedelta(hours=number * number / 39):%Y-%m-%dT%H:%M:%S.000Z}",
            )
            for number in range(1000)
        ]
    )


def many_shapes() -> dff.Frames:
    """Make 300 tokens that each hold a different set out of 60 permissions and 150 operations."""
    return frames(
        [
            token(n, *[(f"p{(n * k) % 60}", MADE_UP[: (n % 40)] + KNOWN[n % 50 : n % 50 + k * 4]) for k in range(1, 2 + n % 5)])
            for n in range(300)
        ]
    )  # fmt: skip


INPUTS: dict[str, Callable[[], dff.Frames]] = {
    "demo": demo,
    "none": lambda: frames([]),
    "one-token": lambda: frames([token(1, ("ci", KNOWN[:12]))]),
    "one-token-without-permissions": lambda: frames([token(1)]),
    "one-permission": lambda: frames([token(n, "only one", isActive=n % 3 > 0) for n in range(9)]),
    "thousand": thousand,
    "many-shapes": many_shapes,
    "long-names": lambda: frames(
        [token(n, (f"{n} {LONG}"[:200], KNOWN[n : n + 9]), name=f"{n} {LONG}"[:200], kind=LONG[:200] + str(n)) for n in range(30)]
    ),
    "odd-names": lambda: frames(
        [token(n, (name, KNOWN[n : n + 5]), name=name, kind=name or "?") for n, name in enumerate(ODD)]
    ),
    "all-inactive": lambda: frames([token(n, ("p", KNOWN[:20]), isActive=False) for n in range(12)]),
    "one-second": lambda: frames([token(n, f"p{n % 3}", dateCreated="2026-06-15T07:59:59.000Z") for n in range(40)]),
    "unknown-operations-only": lambda: frames([token(n, (f"p{n % 3}", MADE_UP[: n + 3])) for n in range(8)]),
    "unlisted-operations": lambda: frames(
        [token(1, ("seen", KNOWN[:9])), token(2, ("hidden", None)), token(3, ("seen", KNOWN[:9]), ("hidden", None))]
    ),
    "only-unlisted-operations": lambda: frames([token(n, ("hidden", None)) for n in range(3)]),
    "full-administrators": lambda: frames(
        [token(1, ("ManagedFullAdminAccess", None)), token(2, ("DfnsFullAdminAccess", KNOWN)), token(3, ("viewer", KNOWN[:4]))]
    ),
    "strange-dates": lambda: frames(
        [
            token(n, "p", dateCreated=when)
            for n, when in enumerate(
                ("1970-01-01T00:00:00.000Z", "2031-01-01T00:00:00.000Z", "soon", "", "2026-05-31T23:59:59.999Z", "2026-06-01T00:00:00.000Z")
            )
        ]
    ),
    "incomplete": lambda: frames([token(n, "p") for n in range(4)], nextPageToken="more"),
}  # fmt: skip
