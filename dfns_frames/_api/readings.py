"""The tables about the reading itself: what was asked, what was unexpected, what was set aside."""

from __future__ import annotations

from dfns_frames._api.columns import CALLER, SOURCE
from dfns_frames._api.vocabulary import Column, Kind, Table

SOURCES = Table(
    "sources",
    row="one source that was asked",
    key=("source_no",),
    ids=("source", "caller"),
    columns=(
        Column("source_no", Kind.POSITION, "Position among the sources of these frames, from 0."),
        Column("source", Kind.CATEGORY, "The endpoint that was asked, or whose saved response was read."),
        CALLER,
        Column("url", Kind.TEXT, "The address that was asked, or the file that was read."),
        Column("fetched_at", Kind.TIME, "When the response was made, as far as is known."),
        Column(
            "fetched_at_basis",
            Kind.CATEGORY,
            "What that time rests on: response (its own date); file date (when the file was last changed); "
            "given (fetched_at=); clock (when it was read).",
        ),
        Column(
            "finished_at",
            Kind.TIME,
            "When its last page was made: later than fetched_at if there were several; missing for files.",
        ),
        Column(
            "status",
            Kind.CATEGORY,
            "ok; incomplete (further pages were never read); forbidden (needs_operation would help); "
            "unavailable (this organisation does not have it); failed (detail says why); skipped (it needs "
            "another source that did not come).",
        ),
        Column("item_count", Kind.COUNT, "How many items it listed; an item on two pages counts once."),
        Column("rejected_count", Kind.COUNT, "How many of them were set aside by skip_invalid."),
        Column("needs_operation", Kind.TEXT, "Operation that reading it takes; missing if none."),
        Column(
            "org_id",
            Kind.ID,
            "Organisation that the listed items belong to (or-…); missing if none or several.",
        ),
        Column("request_count", Kind.COUNT, "How many requests were answered; missing for files."),
        Column(
            "body_sha256",
            Kind.TEXT,
            "SHA-256 of its bodies in order, unpacked, in hexadecimal; proves that a saved body is the same.",
        ),
        Column(
            "asked_as",
            Kind.ID,
            "User or token that the bearer token names, unverified; missing if none.",
        ),
        Column("detail", Kind.TEXT, "What went wrong, if anything did."),
    ),
)

DRIFT = Table(
    "drift",
    row="one thing in a response that this version does not expect, or that joined lists differ in",
    key=("source", "caller", "what", "path", "detail"),
    ids=("source", "caller", "what", "path", "detail"),
    columns=(
        SOURCE,
        CALLER,
        Column(
            "what",
            Kind.CATEGORY,
            "unknown field, unknown value, not a timestamp, invalid text, duplicate key, repeated value, "
            "repeated id, overlapping pages; of joined lists: differing token (user, …), or lists of one "
            "caller.",
        ),
        Column("path", Kind.TEXT, "Where in the response, without positions."),
        Column(
            "detail", Kind.TEXT, "The value; for an unknown field only its JSON type, since it may be secret."
        ),
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
        Column("rejected_no", Kind.POSITION, "Its position among those set aside, from 0."),
        Column("item_no", Kind.WHOLE, "Its position in the response, from 0."),
        Column("item_id", Kind.JOIN_ID, "Its id, as far as it could be read."),
        Column("problems", Kind.TEXT, "Everything that does not fit, separated by semicolons."),
        Column("text", Kind.TEXT, "Its declared fields as JSON, without secrets."),
    ),
)
