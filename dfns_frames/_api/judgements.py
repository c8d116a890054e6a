"""The tables of what an audit found, what it could not look at, and by which settings."""

from __future__ import annotations

from dfns_frames._api.vocabulary import Column, Kind, Table

FINDING_SEVERITIES = ("critical", "high", "medium", "low", "info")
"""How much a finding matters, the worst first."""

STATUSES = ("new", "open", "resolved", "unknown")
"""What became of a finding since the baseline; without one all are open."""

RULE_STATUSES = ("findings", "not evaluated", "partly", "clean")
"""How a rule went: the first of these that applies."""

_RISING = FINDING_SEVERITIES[::-1]

_RULE = Column("rule", Kind.CATEGORY, "Id of the rule, which never changes.")
_TITLE = Column("title", Kind.CATEGORY, "The rule's title: what is wrong.")
_CATEGORY = Column("category", Kind.CATEGORY, "The area that the rule is about.")

FINDINGS = Table(
    "findings",
    row="one thing that a rule found, the worst first",
    key=("finding_id",),
    ids=("finding_id",),
    columns=(
        Column("finding_id", Kind.ID, "Hash of rule and subject, equal in every run."),
        _RULE,
        Column(
            "status",
            Kind.CATEGORY,
            "new, open or resolved since the baseline, unknown where that cannot be told; else open.",
        ),
        Column("severity", Kind.CATEGORY, "critical, high, medium, low or info.", order=_RISING),
        Column("severity_reason", Kind.TEXT, "Which condition of the rule decided the severity."),
        _CATEGORY,
        _TITLE,
        Column(
            "subject_kind",
            Kind.CATEGORY,
            "What it is about, such as token, key, user, permission, policy, activity or organisation.",
        ),
        Column("subject_id", Kind.ID, "Its id; missing if it has none."),
        Column("subject_name", Kind.TEXT, "Its name, as its owner wrote it; missing if it has none."),
        Column("owner_id", Kind.ID, "User, else application, that the token acts for."),
        Column("owner_name", Kind.TEXT, "Name of that owner, where it was read."),
        Column("evidence", Kind.TEXT, "What was found, in a sentence."),
        Column("operations", Kind.TEXT, "The operations that matter, separated by commas; missing if none."),
        Column(
            "confidence",
            Kind.CATEGORY,
            "certain (follows from what was listed), likely (rests on an inference or on something unread) "
            "or hint.",
        ),
        Column("unknown", Kind.TEXT, "What is unknown and could change the finding; missing if nothing is."),
        Column("remedy", Kind.TEXT, "What to do: the call, who makes it, and whether it needs approval."),
        Column("references", Kind.TEXT, "Controls and guides that ask for it, separated by commas."),
        Column("accepted", Kind.FLAG, "Whether somebody accepted it, in the acceptance file."),
        Column("accepted_reason", Kind.TEXT, "Why; missing if it is not accepted."),
        Column("accepted_by", Kind.TEXT, "Who accepted it."),
        Column("accepted_until", Kind.TIME, "Until when it is accepted, UTC."),
    ),
)

RULES = Table(
    "rules",
    row="one rule, and how it went",
    key=("rule",),
    ids=("rule",),
    columns=(
        _RULE,
        _TITLE,
        Column(
            "status",
            Kind.CATEGORY,
            "findings, else not evaluated, partly or clean. Only clean means that it looked at everything.",
        ),
        Column("severity", Kind.CATEGORY, "The worst severity that it can give.", order=_RISING),
        _CATEGORY,
        Column("looked_at", Kind.COUNT, "How many subjects it looked at; missing if it was not evaluated."),
        Column("found", Kind.COUNT, "How many findings it has, accepted ones included, resolved ones not."),
        Column("accepted", Kind.COUNT, "How many of these are accepted."),
        Column(
            "missing",
            Kind.TEXT,
            "What it could not look at, and which source and operation would help; missing if nothing.",
        ),
    ),
)

SETTINGS = Table(
    "settings",
    row="one setting of the audit",
    key=("setting",),
    ids=("setting",),
    columns=(
        Column("setting", Kind.TEXT, "as_of, version, or the name of a threshold."),
        Column("value", Kind.TEXT, "What it was."),
        Column("default", Kind.TEXT, "Its default."),
    ),
)
