"""The tables about the reading itself: what was asked, what was strange, what was set aside."""

from __future__ import annotations

from dfns_frames._api.columns import SOURCE
from dfns_frames._api.vocabulary import Column, Kind, Table

SOURCES = Table(
    "sources",
    row="one source that was asked",
    key=("source", "url", "fetched_at"),
    ids=("source",),
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
    ids=("source", "what", "path", "detail"),
    columns=(
        SOURCE,
        Column(
            "what",
            Kind.CATEGORY,
            "unknown field, unknown value, not a timestamp, invalid text, duplicate key, repeated value, "
            "repeated id, overlapping pages; of joined lists: differing token, or lists of one caller.",
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
    ids=("source", "token_id"),
    columns=(
        SOURCE,
        Column("item_no", Kind.POSITION, "Its position in the response, from 0."),
        Column("token_id", Kind.JOIN_ID, "Its id, as far as it could be read."),
        Column("problems", Kind.TEXT, "Everything that does not fit, separated by semicolons."),
        Column("text", Kind.TEXT, "Its declared fields as JSON, without secrets."),
    ),
)
