"""The tables about the reading itself: what was asked, what was strange, what was set aside."""

from __future__ import annotations

from dfns_frames._api.columns import CALLER, ORG_ID, SOURCE
from dfns_frames._api.vocabulary import Column, Kind, Table

SOURCES = Table(
    "sources",
    row="one source that was asked",
    key=("source_no",),
    ids=("source", "caller"),
    columns=(
        Column("source_no", Kind.POSITION, "Position of the source among those asked, from 0."),
        SOURCE,
        CALLER,
        Column("url", Kind.TEXT, "The address that was asked, or the file that was read."),
        Column("fetched_at", Kind.TIME, "When the response was made; of a file, when it was last changed."),
        Column(
            "fetched_at_basis",
            Kind.CATEGORY,
            "Where that time is from: response (its Date header), file date, given, or clock.",
        ),
        Column("finished_at", Kind.TIME, "When the last page arrived."),
        Column(
            "status",
            Kind.CATEGORY,
            "ok; incomplete (further pages were never read); forbidden; unavailable; failed; skipped.",
        ),
        Column("item_count", Kind.COUNT, "How many items the source listed."),
        Column("rejected_count", Kind.COUNT, "How many of them were set aside by skip_invalid."),
        Column("needs_operation", Kind.TEXT, "Operation that reading the source needs; missing if none."),
        ORG_ID,
        Column("request_count", Kind.COUNT, "How many requests it took."),
        Column("body_sha256", Kind.ID, "SHA-256 of the response bodies in order, as evidence."),
        Column("asked_as", Kind.ID, "User or token in the bearer's own claims, unverified."),
        Column("detail", Kind.TEXT, "Why it is not ok."),
    ),
)

DRIFT = Table(
    "drift",
    row="one thing in a response that this version does not know",
    key=("source", "caller", "what", "path", "detail"),
    ids=("source", "caller", "what", "path", "detail"),
    columns=(
        SOURCE,
        CALLER,
        Column(
            "what",
            Kind.CATEGORY,
            "unknown field, unknown value, repeated value, repeated id, not a timestamp, invalid text, "
            "duplicate key or differing token.",
        ),
        Column("path", Kind.TEXT, "Where in the response, positions left out."),
        Column("detail", Kind.TEXT, "The value; of an unknown field its JSON type only: it may be secret."),
        Column("count", Kind.COUNT, "How often."),
    ),
)

REJECTED = Table(
    "rejected",
    row="one listed item that does not fit the declaration and was set aside",
    key=("source", "rejected_no"),
    ids=("source", "item_id"),
    columns=(
        SOURCE,
        CALLER,
        Column("rejected_no", Kind.POSITION, "Position among the items that were set aside, from 0."),
        Column("item_no", Kind.WHOLE, "Its position in the response, from 0."),
        Column("item_id", Kind.ID, "Its id, as far as it could be read."),
        Column("problems", Kind.TEXT, "Everything that does not fit, separated by semicolons."),
        Column("text", Kind.TEXT, "Its declared fields as JSON, without secrets."),
    ),
)
