"""Rules about secrets, leftovers, and what the lists do not tell."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from dfns_frames._api.sources.permissions import PERMISSIONS
from dfns_frames._api.sources.users import USERS
from dfns_frames._facts.codes import flags, missing
from dfns_frames._facts.contents import assigned_everything, permissions
from dfns_frames._facts.presence import places, table
from dfns_frames.audit.framework import Context, Found, Subjects, rule
from dfns_frames.audit.remedies import DELETE, REISSUE, REVOKE
from dfns_frames.audit.terms import TOKEN_LISTS, token_subjects, tokens
from dfns_frames.audit.wording import counted, quoted

if TYPE_CHECKING:
    from dfns_frames._facts.tables import Tables


@rule(
    "S01",
    "The API handed out a token's secret",
    severity="critical",
    category="secrets",
    why=(
        "The list contained the token itself, so whoever read the list, or a saved copy of it, has the "
        "token. The value was dropped when it was read here. Severity: critical."
    ),
    remedy=REISSUE + " Delete every saved copy of the list.",
    references="NHI2, IA-5",
    reads=TOKEN_LISTS,
    needs=(TOKEN_LISTS,),
    cannot_see="Who else read the list.",
)
def secret_returned(context: Context) -> Found:
    """Find tokens whose secret stood in the list."""
    found = tokens(context.frames)
    rows = np.flatnonzero(flags(table(context.frames, "tokens"), "secret_returned"))
    return Found(
        token_subjects(context.frames, rows),
        "critical",
        "its secret stood in the list",
        [
            f"{found.called[row]} was listed with its secret, which every reader of the list now has."
            for row in rows.tolist()
        ],
        len(found.ids),
    )


@rule(
    "H05",
    "Active token without permissions",
    severity="low",
    category="hygiene",
    why=(
        "It can do nothing itself, but it can sign for its user's other tokens, and nobody would miss it. "
        "Severity: low."
    ),
    remedy=DELETE,
    references="NHI1, AC-2",
    reads=TOKEN_LISTS,
    needs=(TOKEN_LISTS,),
    cannot_see="A token that was just created and gets its permissions tomorrow.",
)
def without_permissions(context: Context) -> Found:
    """Find active tokens to which nothing is assigned."""
    found = tokens(context.frames)
    none = table(context.frames, "tokens")["assignment_count"].fill_null(-1).to_numpy() == 0
    rows = np.flatnonzero(found.is_active & none)
    return Found(
        token_subjects(context.frames, rows),
        "low",
        "active, and nothing is assigned to it",
        [f"{found.called[row]} is active, and no permission is assigned to it." for row in rows.tolist()],
        int(found.is_active.sum()),
    )


@rule(
    "Q01",
    "Operations unknown",
    severity="info",
    category="quality",
    why=(
        "No list says what this permission allows, so every rule may understate what its holders can do. "
        "Severity: info."
    ),
    remedy=(
        "An administrator gives whoever runs this audit a permission with Permissions:Read, and the audit is "
        "run again. If the permission is still on no list, somebody who holds Permissions:Revoke takes it "
        f"away: {REVOKE}."
    ),
    references="AC-6(7)",
    reads=(*TOKEN_LISTS, USERS.path, PERMISSIONS.path),
    needs=(("/auth/pats", "/auth/service-accounts", "/auth/users"),),
    cannot_see="What the permission allows.",
)
def operations_unknown(context: Context) -> Found:
    """Find permissions that somebody holds and whose operations no list has."""
    holders: dict[tuple[str | None, str | None], set[tuple[str, str]]] = {}
    for permission_id, name, holder in _unlisted(context.frames):
        # Without an id, a permission is told by its name.
        key = (permission_id, None) if permission_id is not None else (None, name)
        holders.setdefault(key, set()).add(holder)
    names: dict[tuple[str | None, str | None], str | None] = {}
    for permission_id, name, _ in _unlisted(context.frames):
        key = (permission_id, None) if permission_id is not None else (None, name)
        if name is not None:
            names[key] = min(name, names.get(key) or name)
    rows = list(holders)
    found = [names.get(key) for key in rows]
    counts = [[sum(kind == of for kind, _ in holders[key]) for of in ("token", "user")] for key in rows]
    return Found(
        Subjects("permission", [key[0] for key in rows], found, [name or "" for name in found]),
        "info",
        "no list says what it contains",
        [
            f"No list says what the permission {quoted(name)} allows; {_held(*count)} it."
            for name, count in zip(found, counts, strict=True)
        ],
        table(context.frames, "token_assignments").num_rows
        + table(context.frames, "user_assignments").num_rows,
    )


def _held(of_tokens: int, of_users: int) -> str:
    holders = [counted(count, noun) for count, noun in ((of_tokens, "token"), (of_users, "user")) if count]
    return f"{' and '.join(holders)} {'holds' if of_tokens + of_users == 1 else 'hold'}"


def _unlisted(frames: Tables) -> Iterator[tuple[str | None, str | None, tuple[str, str]]]:
    """Yield permission and holder of each assignment whose operations nothing lists."""
    known = permissions(frames)
    for of in ("token", "user"):
        assigned = table(frames, f"{of}_assignments")
        place = places(assigned["permission_id"], known.ids)
        dark = missing(assigned, "operation_count") & (place < 0) & ~assigned_everything(frames, assigned)
        rows = assigned.filter(pa.array(dark)).to_pylist()
        for row in rows:
            holder = row[f"{of}_id"] or f"{row['source']} {row[f'{of}_no']}"
            yield row["permission_id"], row["permission_name"], (of, holder)
