"""The inputs on which every chart is tested and looked at: what organisations and strangers come up with."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import dfns_frames as dff
from dfns_frames.demo.org import bodies

Item = dict[str, Any]

NOW = "2026-11-23T08:00:00Z"
KNOWN = tuple(sorted(dff.operations().query("status == 'current'")["operation"]))
MADE_UP = tuple(f"Vaults:Area{number % 7}:Verb{number}" for number in range(120))
LONG = "the token that somebody once made for a load test and that nobody dares to remove " * 3
ODD = (
    "🚀🧨 launch 👩‍💻",
    "תשלומים יומיים",
    "تقرير شهري للمحاسبة",
    "夜间对账任务",
    "$x^2$ and \\frac{1}{2}$",
    "_under^score",
    "two\nlines\tand a tab",
    "\x00\x07bell",
    "a\u0301\u0301\u0301\u0301\u0301\u0301 zalgo",
    "\u202eright to left override",
    "\ue000 private",
    "한국어 토큰",
    "",
    "   ",
    "%d {0} %s",
    "ไทย",
    "𓀀 hieroglyph",
    LONG[:200],
    "W" * 200,
    "夜" * 200,
)
DATES = (
    "1970-01-01T00:00:00.000Z",
    "2031-01-01T00:00:00.000Z",
    "soon",
    "",
    "2026-10-31T23:59:59.999Z",
    "2026-11-01T00:00:00.000Z",
    "2026-11-01T01:30:00.000+02:00",
)


def token(number: int, *permissions: Any, **fields: Any) -> Item:
    """Make one token; a permission is a name, or (name, operations), or (name, None): nothing listed."""
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


def _assignment(permission: Any) -> Item:
    name, operations = permission if isinstance(permission, tuple) else (permission, ("Wallets:Read",))
    made = {"permissionId": f"pm-{name}", "permissionName": name, "assignmentId": ""}
    return made if operations is None else {**made, "operations": list(operations)}


def frames(items: Sequence[Item], **page: Any) -> dff.Frames:
    """Read tokens; what the catalogue does not know is part of the input and no cause for a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dff.DriftWarning)
        return dff.read({"items": list(items), **page}, fetched_at=NOW)


def _thousand() -> list[Item]:
    """Make 1,000 tokens over three years, of 12 permissions that contain 200 operations in all."""
    operations = (*KNOWN, *MADE_UP)[:200]
    roles = [(f"role {number}", operations[number * 15 : number * 15 + 40]) for number in range(12)]
    begin = datetime(2023, 6, 1, tzinfo=UTC)
    return [
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


def _many_shapes() -> list[Item]:
    """Make 300 tokens that hold different sets out of 60 permissions and 220 operations."""
    return [
        token(
            n,
            *(
                (f"p{n * k % 60}", MADE_UP[: n % 40] + KNOWN[n % 50 : n % 50 + k * 4])
                for k in range(1, 2 + n % 5)
            ),
        )
        for n in range(300)
    ]


def _long_names() -> list[Item]:
    names = [f"{n} {LONG}"[:200] for n in range(30)]
    return [token(n, (name, KNOWN[n : n + 9]), name=name, kind=name) for n, name in enumerate(names)]


ITEMS: dict[str, Callable[[], list[Item]]] = {
    "demo": lambda: bodies()["platform-lead"]["items"],
    "none": list,
    "one-token": lambda: [token(1, ("ci", KNOWN[:12]))],
    "one-token-without-permissions": lambda: [token(1)],
    "one-permission": lambda: [token(n, "only one", isActive=n % 3 > 0) for n in range(9)],
    "thousand": _thousand,
    "many-shapes": _many_shapes,
    "long-names": _long_names,
    "odd-names": lambda: [
        token(n, (name, KNOWN[n : n + 5]), name=name, kind=name or "?") for n, name in enumerate(ODD)
    ],
    "all-inactive": lambda: [token(n, ("p", KNOWN[:20]), isActive=False) for n in range(12)],
    "one-second": lambda: [token(n, f"p{n % 3}", dateCreated="2026-11-23T07:59:59.000Z") for n in range(40)],
    "unknown-operations-only": lambda: [token(n, (f"p{n % 3}", MADE_UP[: n + 3])) for n in range(8)],
    "unlisted-operations": lambda: [
        token(1, ("seen", KNOWN[:9])),
        token(2, ("hidden", None)),
        token(3, ("seen", KNOWN[:9]), ("hidden", None)),
    ],
    "only-unlisted-operations": lambda: [token(n, ("hidden", None)) for n in range(3)],
    "full-administrators": lambda: [
        token(1, ("ManagedFullAdminAccess", None)),
        token(2, ("DfnsFullAdminAccess", KNOWN)),
        token(3, ("viewer", KNOWN[:4])),
    ],
    "only-full-administrators": lambda: [token(1, ("ManagedFullAdminAccess", None))],
    "assigned-twice": lambda: [
        token(1, ("p", KNOWN[:5]), ("p", KNOWN[:5])),
        token(2, ("p", KNOWN[:5]), ("q", KNOWN[3:8])),
    ],
    "one-month": lambda: [
        token(n, (f"p{n % 4}", KNOWN[n : n + 6]), dateCreated=f"2026-11-{1 + n * 3 % 22:02}T09:30:00.000Z")
        for n in range(15)
    ],
    "ten-years": lambda: [
        token(
            n, (f"p{n % 4}", KNOWN[n : n + 6]), dateCreated=f"{2016 + n // 12}-{n % 12 + 1:02}-07T00:00:00Z"
        )
        for n in range(120)
    ],
    "half-known": lambda: [
        token(1, ("creator", ("Wallets:Create",)), ("hidden", None)),
        token(2, ("hidden", None)),
        token(3, ("new", MADE_UP[:2])),
        token(4, ("newer", (MADE_UP[0], "Wallets:Read")), isActive=False),
        token(5),
        token(6, ("service", KNOWN[:60]), kind="ServiceAccount"),
        token(7, ("creator", ("Wallets:Create",))),
        token(8, ("creator", ("Wallets:Create",)), linkedUserId=""),
        token(9, ("ManagedFullAdminAccess", None)),
        token(10, ("DfnsFullAdminAccess", (*KNOWN[:57], *MADE_UP)), isActive=False),
        token(11, ("broad", (*KNOWN, *MADE_UP))),
    ],
    "strange-dates": lambda: [token(n, "p", dateCreated=when) for n, when in enumerate(DATES)],
}


@cache
def load(name: str) -> dff.Frames:
    """Read one of the inputs, and audit it, so that what was found can be drawn too."""
    return frames(ITEMS[name]()).audit()
