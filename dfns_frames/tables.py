"""The declarations: what the API returns, and what each row and column means.

Names, dtypes, empty frames, validation, the data dictionary and the drift report derive from here; a new
endpoint is one more declaration.
"""

from __future__ import annotations

import pandas as pd

from dfns_frames.catalogue import operation_names
from dfns_frames.schema import ELEMENT, Column, Endpoint, Kind, Table

KINDS = frozenset({"Pat", "ServiceAccount", "Token", "Code", "Recovery", "Temp", "Application"})

_SOURCE = Column("source", Kind.CATEGORY, "The endpoint that the row came from.")
_TOKEN_NO = Column("token_no", Kind.POSITION, "Position of the token among those listed, from 0.")
_ASSIGNMENT_NO = Column("assignment_no", Kind.POSITION, "Position of the assignment in its token, from 0.")

TOKENS = Table(
    "tokens",
    row="one access token, as listed",
    key=("source", "token_no"),
    json="items",
    secret="accessToken",  # noqa: S106 - the name of a field, not a password
    columns=(
        _SOURCE,
        _TOKEN_NO,
        Column("token_id", Kind.JOIN_ID, "Id of the token (to-…).", json="tokenId", required=True),
        Column("name", Kind.TEXT, "Name that a user chose for it.", json="name", required=True),
        Column("kind", Kind.CATEGORY, "Kind of token, such as Pat.", json="kind", required=True, known=KINDS),
        Column(
            "is_active",
            Kind.FLAG,
            "Whether the API calls it active; its user may be inactive, and it may have expired.",
            json="isActive",
            required=True,
        ),
        Column("date_created", Kind.TIME, "When it was created.", json="dateCreated", required=True),
        Column("org_id", Kind.ID, "Organisation that it belongs to (or-…).", json="orgId", required=True),
        Column(
            "linked_user_id", Kind.ID, "User that it acts for (us-…).", json="linkedUserId", required=True
        ),
        Column(
            "linked_app_id",
            Kind.ID,
            "Application that it acts for (ap-…); missing on personal access tokens.",
            json="linkedAppId",
            required=True,
        ),
        Column("cred_id", Kind.ID, "Credential that it was created with.", json="credId", required=True),
        Column(
            "public_key",
            Kind.ID,
            "Fingerprint of its public key (SHA256:…).",
            json="publicKey",
            required=True,
        ),
        Column(
            "secret_returned",
            Kind.FLAG,
            "Whether the response held the token's secret value, which was dropped.",
        ),
        Column(
            "assignment_count",
            Kind.COUNT,
            "How many permission assignments it has.",
            counts="token_assignments",
        ),
        Column(
            "operation_count",
            Kind.COUNT,
            "How many different operations its assignments list; missing if those of any are unknown.",
            counts="token_operations",
            distinct="operation",
        ),
    ),
)

TOKEN_ASSIGNMENTS = Table(
    "token_assignments",
    row="one permission assigned to one token",
    key=("source", "token_no", "assignment_no"),
    json="permissionAssignments",
    columns=(
        _SOURCE,
        _TOKEN_NO,
        _ASSIGNMENT_NO,
        Column("token_id", Kind.CATEGORY_ID, "Id of the token."),
        Column(
            "permission_id",
            Kind.CATEGORY_ID,
            "Id of the permission, a role in the dashboard.",
            json="permissionId",
            required=True,
        ),
        Column(
            "permission_name",
            Kind.CATEGORY,
            "Name of the permission.",
            json="permissionName",
            required=True,
        ),
        Column(
            "assignment_id",
            Kind.ID,
            "Id of the assignment; often missing, so never a key.",
            json="assignmentId",
            required=True,
        ),
        Column(
            "operation_count",
            Kind.COUNT,
            "How many operations the API listed for it; missing where it listed none at all: unknown.",
            counts="token_operations",
        ),
    ),
)

TOKEN_OPERATIONS = Table(
    "token_operations",
    row="one operation that one assignment gives one token",
    key=("source", "token_no", "assignment_no", "operation"),
    json="operations",
    required=False,
    columns=(
        _SOURCE,
        _TOKEN_NO,
        _ASSIGNMENT_NO,
        Column("token_id", Kind.CATEGORY_ID, "Id of the token."),
        Column("permission_id", Kind.CATEGORY_ID, "Id of the permission that contains the operation."),
        Column("permission_name", Kind.CATEGORY, "Name of that permission."),
        Column(
            "operation",
            Kind.CATEGORY,
            "What the token may do, such as Wallets:Read.",
            json=ELEMENT,
            known=operation_names(),
        ),
    ),
)

SOURCES = Table(
    "sources",
    row="one source that was asked",
    key=("source", "url", "fetched_at"),
    columns=(
        Column("source", Kind.CATEGORY, "The endpoint that was asked, or whose saved response was read."),
        Column("url", Kind.TEXT, "The address that was asked, or the file that was read."),
        Column("fetched_at", Kind.TIME, "When the response was made, as far as that is known."),
        Column(
            "fetched_at_basis",
            Kind.CATEGORY,
            "What that time rests on: response (its own date); file date (when the file was last changed); "
            "given (fetched_at=); clock (when it was read).",
        ),
        Column(
            "status",
            Kind.CATEGORY,
            "ok; incomplete (further pages were never read); forbidden; failed.",
        ),
        Column("item_count", Kind.COUNT, "How many tokens the source listed; one on two pages counts once."),
        Column("rejected_count", Kind.COUNT, "How many of them were set aside by skip_invalid."),
        Column("needs_operation", Kind.TEXT, "Operation that reading the source needs; missing if none."),
    ),
)

DRIFT = Table(
    "drift",
    row="one thing that is new to this version or unexpected in a response, or that joined lists differ in",
    key=("source", "what", "path", "detail"),
    columns=(
        Column("source", Kind.CATEGORY, "The endpoint that it came from."),
        Column(
            "what",
            Kind.CATEGORY,
            "unknown field, unknown value, not a timestamp, invalid text, duplicate key, repeated id, "
            "overlapping pages; of joined lists: "
            "differing token, or lists of one caller.",
        ),
        Column("path", Kind.TEXT, "Where in the response, positions left out."),
        Column("detail", Kind.TEXT, "The value; of an unknown field its JSON type only: it may be secret."),
        Column("count", Kind.COUNT, "How often."),
    ),
)

REJECTED = Table(
    "rejected",
    row="one listed token that does not fit the declaration and was set aside",
    key=("source", "item_no"),
    columns=(
        Column("source", Kind.CATEGORY, "The endpoint that listed it."),
        Column("item_no", Kind.POSITION, "Its position in the response, from 0."),
        Column("token_id", Kind.JOIN_ID, "Its id, as far as it could be read."),
        Column("problems", Kind.TEXT, "Everything that does not fit, separated by semicolons."),
        Column("text", Kind.TEXT, "Its declared fields as JSON, without secrets."),
    ),
)

PATS = Endpoint("/auth/pats", operation=None, tables=(TOKENS, TOKEN_ASSIGNMENTS, TOKEN_OPERATIONS))

TABLES = {table.name: table for table in (*PATS.tables, SOURCES, DRIFT, REJECTED)}


def dictionary() -> pd.DataFrame:
    """Return the data dictionary: a row is one column of one table.

    It derives from the declarations that the frames are made by, so it holds for every :class:`Frames`.

    Returns
    -------
    pandas.DataFrame
        `table`, `row` (what a row of that table is), `key` (whether the column helps to identify a row),
        `column`, `type`, `field` (of the response of ``GET /auth/pats``; missing for what is computed) and
        `meaning`. A new frame at each call.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> dff.dictionary().set_index(["table", "column"]).loc[("tokens", "date_created"), "type"]
    'time, UTC, microseconds'
    """
    return pd.DataFrame(
        [
            {
                "table": table.name,
                "row": table.row,
                "key": column.name in table.key,
                "column": column.name,
                "type": column.kind.label,
                "field": column.json or (table.json if column.json == ELEMENT else None),
                "meaning": column.meaning,
            }
            for table in TABLES.values()
            for column in table.columns
        ]
    )
