"""Where the rights of one identity come from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._api.catalogue import SEVERITIES, UNKNOWN, successor
from dfns_frames._api.vocabulary import TIME
from dfns_frames._facts.codes import as_words
from dfns_frames._facts.contents import is_managed, operations, permissions
from dfns_frames._facts.dtypes import TEXT
from dfns_frames._facts.effective import usable_by_token, usable_by_user
from dfns_frames._facts.holdings import as_severities, severity_of
from dfns_frames._facts.keys import parent_rows
from dfns_frames._facts.people import people, token_users, users_are_read
from dfns_frames._facts.presence import has, need, table
from dfns_frames.measures.asking import known_operation, unknown_identity
from dfns_frames.measures.options import check_frames

if TYPE_CHECKING:
    from dfns_frames._facts.tables import Tables

THROUGH = ("token", "user", "group", "full administrator")
_REFUSED = 2


@dataclass
class _Right:
    """One permission that an identity has; `operations` is None where nothing lists them."""

    through: str
    permission_id: str | None
    permission_name: str | None
    operations: set[str] | None
    assignment_id: str | None = None
    since: Any = None
    in_effect: bool = True
    group_id: str | None = None
    group_name: str | None = None
    is_full: bool = False
    worst: int = -1


def explain(frames: Tables, identity_id: str, operation: str | None = None) -> pd.DataFrame:
    """List where the rights of a token, a user or a service account come from.

    Parameters
    ----------
    frames
        Tokens, users, or both; with permissions and groups the answer is whole.
    identity_id
        The id of a token (to-…), or of a user or service account (us-…).
    operation
        Keep only the rights that contain this operation, under any of its names, and those whose contents no
        list has (their `operation_count` is missing).

    Returns
    -------
    pandas.DataFrame
        A row is one right: one permission that the identity has, once for each time that it was given. For a
        token, its own come first, then its user's, since it can do only what both allow. Columns:

        * `identity_id`: as asked;
        * `through`: ``"token"``, ``"user"`` or ``"group"``, whose right it is; ``"full administrator"`` if it
          gives everything;
        * `permission_id`, `permission_name`; `group_id`, `group_name`: the group that gives it;
        * `assignment_id`, `since`: the assignment, and since when (UTC; missing if assignments were not
          read);
        * `in_effect`: false while the assignment waits for approval, or after it was refused;
        * `operation_count`: how many different operations it contains; missing if no list has them;
        * `worst`: the highest severity of those that the holder's kind can use; missing if there are none.

    Raises
    ------
    ConfigurationError
        `frames` is not a Frames object, or the id or the operation is unknown; the message lists near ones.
    KeyError
        Neither tokens nor users were read.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> pats = dff.demo.client("treasury").pats()
    >>> token = pats.tokens.set_index("name").loc["daily sweep", "token_id"]
    >>> why = dff.measures.explain(pats, token)
    >>> why[["through", "permission_name", "operation_count", "worst"]]
      through      permission_name  operation_count     worst
    0   token  Treasury operations               20  critical
    """
    check_frames(frames)
    if not has(frames, "users"):
        need(frames, "tokens")
    wanted = None if operation is None else successor(known_operation(frames, operation))
    found = _rights_of(frames, identity_id)
    if wanted is not None:
        found = [right for right in found if right.is_full or _contains(right, wanted)]
    return _framed(identity_id, found)


def _contains(right: _Right, operation: str) -> bool:
    return right.operations is None or operation in map(successor, right.operations)


def _rights_of(frames: Tables, identity: str) -> list[_Right]:
    """Return the rights of an identity, and of the user that it acts for."""
    of_token = np.flatnonzero(_equals(table(frames, "tokens")["token_id"], identity))
    if len(of_token):
        rights = _direct(frames, "token", of_token[:1], identity)
        _judge(frames, rights, token=int(of_token[0]))
        number = int(token_users(frames)[of_token[0]])
        return rights + (_rights_of_user(frames, number) if number >= 0 else [])
    everyone = people(frames)
    number = everyone.ids.index(identity) if isinstance(identity, str) and identity in everyone.ids else -1
    rights = _rights_of_user(frames, number) if number >= 0 else []
    # Of an owner of tokens who is on no list, that there is nothing here says nothing of what they hold.
    if not rights and (number < 0 or not everyone.found[number]):
        ids = [*table(frames, "tokens")["token_id"].to_pylist(), *everyone.ids]
        known = [text for text in ids if text and text != identity]
        raise unknown_identity(
            identity, known, _called(frames, identity), are_all_read=users_are_read(frames)
        )
    return rights


def _called(frames: Tables, name: object) -> list[str]:
    """Return the ids of the tokens and users that have this name, each once."""
    found: list[str | None] = []
    for of, columns in (("token", ("name",)), ("user", ("name", "username"))):
        listed = table(frames, f"{of}s")
        is_called = np.any([_equals(listed[each], name) for each in columns], axis=0)
        found += listed.filter(pa.array(is_called))[f"{of}_id"].cast(pa.string()).to_pylist()
    return [each for each in dict.fromkeys(found) if each]


def _rights_of_user(frames: Tables, number: int) -> list[_Right]:
    """Return what a user holds, directly and through groups."""
    everyone = people(frames)
    user = everyone.ids[number]
    held = _direct(frames, "user", np.flatnonzero(everyone.number == number), user)
    if user is not None:
        held += _through_groups(frames, user)
    _judge(frames, held, user=number)
    return held


def _equals(values: pa.ChunkedArray, text: object) -> Any:
    """Tell which texts are this one; nothing equals what is no text."""
    if not isinstance(text, str):
        return np.zeros(len(values), dtype=bool)
    return np.asarray(pc.fill_null(pc.equal(values.cast(pa.string()), text), False)).astype(bool)


def _direct(frames: Tables, of: str, holders: Any, identity: str | None) -> list[_Right]:
    """Return what is assigned to a token or a user itself: as listed with it, and as listed by permission."""
    parents, assignments = table(frames, f"{of}s"), table(frames, f"{of}_assignments")
    given = np.flatnonzero(np.isin(parent_rows(parents, assignments, f"{of}_no"), holders))
    listed = table(frames, f"{of}_operations")
    contents = listed.filter(pa.array(np.isin(parent_rows(parents, listed, f"{of}_no"), holders)))
    held: dict[tuple[Any, ...], set[str]] = {}
    for row in contents.select(["source", f"{of}_no", "assignment_no", "operation"]).to_pylist():
        held.setdefault(tuple(row.values())[:3], set()).add(row["operation"])
    granted = _grants(frames, identity)
    rights = []
    for row in assignments.take(pa.array(given)).to_pylist():
        key = (row["source"], row[f"{of}_no"], row["assignment_no"])
        unlisted = row["operation_count"] is None
        operations = _contents(frames, row["permission_id"]) if unlisted else held.get(key, set())
        right = _Right(of, row["permission_id"], row["permission_name"], operations, row["assignment_id"])
        match = _matching(row, granted)
        if match is not None:
            granted.remove(match)
            _date(right, match)
        rights.append(right)
    return rights + [_granted(frames, of, grant) for grant in granted]


def _through_groups(frames: Tables, user: str) -> list[_Right]:
    """Return what is assigned to the groups that a user is a member of."""
    members, named = table(frames, "user_group_members"), table(frames, "user_groups")
    own = members.filter(pa.array(_equals(members["user_id"], user)))
    groups = dict.fromkeys(own["group_id"].to_pylist())
    names = dict(zip(named["group_id"].to_pylist(), named["name"].to_pylist(), strict=True))
    rights = []
    for group in groups:
        for grant in _grants(frames, group):
            right = _granted(frames, "group", grant)
            right.group_id, right.group_name = group, names.get(group)
            rights.append(right)
    return rights


def _grants(frames: Tables, identity: str | None) -> list[dict[str, Any]]:
    """Return what `permission_assignments` says was given to an identity."""
    assignments = table(frames, "permission_assignments")
    return assignments.filter(pa.array(_equals(assignments["identity_id"], identity))).to_pylist()


def _matching(row: dict[str, Any], granted: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Return the grant that an assignment is listed by: the same id, else the same permission."""
    for column in ("assignment_id", "permission_id"):
        for grant in granted:
            if row[column] is not None and grant[column] == row[column]:
                return grant
    return None


def _granted(frames: Tables, through: str, grant: dict[str, Any]) -> _Right:
    """Return a right that only `permission_assignments` lists."""
    known = permissions(frames)
    permission = grant["permission_id"]
    name = known.names[known.ids.index(permission)] if permission in known.ids else None
    right = _Right(through, permission, name, _contents(frames, permission))
    _date(right, grant)
    return right


def _date(right: _Right, grant: dict[str, Any]) -> None:
    right.assignment_id, right.since = grant["assignment_id"], grant["date_created"]
    right.in_effect = grant["in_effect"] is not False


def _contents(frames: Tables, permission: str | None) -> set[str] | None:
    """Return what a permission contains; None if it is not listed."""
    known, names = permissions(frames), operations(frames).names
    if permission not in known.ids:
        return None
    place = known.ids.index(permission)
    return {names[number] for number in known.operation[known.starts[place] : known.starts[place + 1]]}


def _judge(frames: Tables, rights: list[_Right], *, token: int = -1, user: int = -1) -> None:
    """Say for each right whether it gives everything, and the worst that its holder's kind can use of it."""
    known, all_names = permissions(frames), operations(frames)
    numbers = {name: number for number, name in enumerate(all_names.names)}
    for right in rights:
        place = known.ids.index(right.permission_id) if right.permission_id in known.ids else -1
        managed = is_managed([right.permission_name])[:1]
        right.is_full = bool(known.everything(np.array([place]), managed)[0])
        if right.is_full:
            right.operations = (right.operations or set()) | {
                all_names.names[number] for number in all_names.current
            }
            right.worst = 0
        elif right.operations is None:
            right.worst = SEVERITIES.index(UNKNOWN)
        elif right.operations:
            held = np.array(sorted(numbers[name] for name in right.operations), dtype=np.int64)
            judge, holder = (usable_by_token, token) if token >= 0 else (usable_by_user, user)
            usable = held[judge(frames, np.full(len(held), holder), held) != _REFUSED]
            severities = severity_of([all_names.names[number] for number in usable])
            right.worst = int(severities.min()) if len(severities) else -1


def _framed(identity: str, rights: list[_Right]) -> pd.DataFrame:
    """Return rights as rows."""
    # What waits for approval gives nothing yet, everything included.
    through = [
        "full administrator" if right.is_full and right.in_effect else right.through for right in rights
    ]
    counts = [None if right.operations is None else len(right.operations) for right in rights]

    def text(name: str) -> pd.Series:
        return pd.Series([getattr(right, name) for right in rights], dtype=TEXT)

    return pd.DataFrame(
        {
            "identity_id": pd.Series([identity] * len(rights), dtype=TEXT),
            "through": as_words(np.array([THROUGH.index(word) for word in through], dtype=np.int64), THROUGH),
            "permission_id": text("permission_id"),
            "permission_name": text("permission_name"),
            "group_id": text("group_id"),
            "group_name": text("group_name"),
            "assignment_id": text("assignment_id"),
            "since": pa.array([right.since for right in rights], TIME).to_pandas(),
            "in_effect": pd.array([right.in_effect for right in rights], dtype="boolean"),
            "operation_count": pd.array(counts, dtype="Int64"),
            "worst": as_severities(np.array([right.worst for right in rights], dtype=np.int64)),
        }
    )
