"""`compare`: what changed between two snapshots of one organisation.

A row is one change. What is inside a thing comes and goes with it: a new token is one row, whatever it holds.
What one side cannot tell is `unknown`; what neither can is no row. ``docs/compare.md`` has the rules.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, cast

from dfns_frames._archive.comparing.frame import as_changes
from dfns_frames._archive.comparing.rows import rows_of
from dfns_frames._archive.comparing.sides import order_trouble, paired
from dfns_frames._archive.comparing.summary import summarized
from dfns_frames._archive.comparing.tables import compared
from dfns_frames.errors import ConfigurationError, DriftWarning, Hint
from dfns_frames.frames.container import Frames
from dfns_frames.frames.intake import warn
from dfns_frames.frames.loading import folder_of
from dfns_frames.frames.saved import Saved, read

if TYPE_CHECKING:
    import pandas as pd

Look = Frames | Saved | Sequence[Saved]


def compare(old: Look, new: Look) -> pd.DataFrame:
    """List what changed between two snapshots of one organisation, the worst first.

    Parameters
    ----------
    old, new
        The earlier snapshot and the later one: Frames, or whatever `read` takes, such as a saved response or
        a folder that `to_parquet` wrote.

    Returns
    -------
    pandas.DataFrame
        A row is one change. Columns:

        * `change`: appeared, changed or disappeared; unknown where one side cannot tell;
        * `object`: token, assignment, operation, user, permission and so on; `source` where everything that a
          source lists is unknown;
        * the ids `token_id`, `permission_id`, `assignment_id`, `user_id`, `policy_id` and `group_id`, missing
          where they do not apply;
        * `name`, and `owner_id`: the user, else the application, that a token acts for;
        * `field`, `old` and `new`, as text; a thing that changed has one row per field;
        * `operation`;
        * `severity` of what was gained: the worst operation of a token that appeared or was switched on, or
          of an assignment or operation that was added; none if nothing was gained, missing where `change` is
          unknown;
        * `after` and `by`: the change happened after the first and no later than the second.

        A new token is one row, together with all that it holds. ``attrs["summary"]`` says what was compared,
        from when to when, and what could not be.

    Raises
    ------
    ConfigurationError
        The sides are of different organisations, list tokens of different callers, or are the wrong way
        round; or one of them cannot be read.
    MissingTableError
        A side lacks the table `sources`, which says what was read.

    Warns
    -----
    DriftWarning
        `new` seems older than `old`, but the times are only those of files or of this computer's clock.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> token = {
    ...     "tokenId": "to-1", "name": "ci", "kind": "Pat", "isActive": True, "orgId": "or-1",
    ...     "dateCreated": "2026-03-01T09:30:00Z", "linkedUserId": "us-1", "linkedAppId": "",
    ...     "credId": "", "publicKey": "", "permissionAssignments": [],
    ... }
    >>> gained = {"permissionId": "pm-1", "permissionName": "treasury", "assignmentId": "",
    ...     "operations": ["Wallets:Transfers:Create"]}
    >>> may = dff.read({"items": [token]}, fetched_at="2026-05-01")
    >>> june = dff.read(
    ...     {"items": [{**token, "name": "deploy", "permissionAssignments": [gained]}]},
    ...     fetched_at="2026-06-01",
    ... )
    >>> changes = dff.compare(may, june)
    >>> changes[["change", "object", "token_id", "field", "old", "new", "severity"]]
         change      object token_id            field  old       new  severity
    0  appeared  assignment     to-1  permission_name  NaN  treasury  critical
    1   changed       token     to-1             name   ci    deploy      none
    """
    sides = _frames(old, "old"), _frames(new, "new")
    try:
        pair = paired(*sides)
    except ConfigurationError as error:
        if error.hint is Hint.SAME_CALLER and (folder_of(old) or folder_of(new)):
            error.hint = Hint.FETCHED_AS  # a folder says itself who asked
        raise
    trouble = order_trouble(pair)
    if trouble:
        warn(
            DriftWarning(
                f"new seems older than old, but nothing vouches for these times ({trouble}); the two are "
                "compared in the order given",
                hint=Hint.LOOKED_AT,
            )
        )
    comparison = compared(pair)
    changes = as_changes(rows_of(comparison))
    changes.attrs["summary"] = summarized(comparison, changes)
    return changes


def _frames(look: object, side: str) -> Frames:
    """Return one side as Frames; an error says which side it is about."""
    if isinstance(look, Frames):
        return look
    kinds = (str, os.PathLike, bytes, bytearray, memoryview, Mapping, list, tuple)
    if not isinstance(look, kinds) and not hasattr(look, "read"):
        raise ConfigurationError(
            f"must be Frames, a saved response or a folder, not {type(look).__name__}", option=side
        )
    return read(cast("Saved", look))
