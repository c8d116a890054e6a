"""Every rule, and the listing of them."""

from __future__ import annotations

import pandas as pd

from dfns_frames._api.judgements import FINDING_SEVERITIES
from dfns_frames._api.sources import SOURCES
from dfns_frames._facts.dtypes import TEXT
from dfns_frames.audit import (
    acceptance,
    approvals,
    combinations,
    hygiene,
    lifetime,
    ownership,
    people,
    policies,
    privilege,
)
from dfns_frames.audit.framework import Rule

_TOPICS = (
    privilege,
    combinations,
    ownership,
    policies,
    approvals,
    lifetime,
    hygiene,
    people,
    acceptance,
)

RULES: dict[str, Rule] = {
    each.id: each for topic in _TOPICS for each in vars(topic).values() if isinstance(each, Rule)
}
"""Every rule by its id, in the order in which outputs list them."""

THRESHOLDS: dict[str, float] = {
    name: default for rule in RULES.values() for name, default in rule.thresholds.items()
}
"""Every threshold by its name, with its default."""


def rules() -> pd.DataFrame:
    """List the rules of `audit`: a row is one rule.

    Returns
    -------
    pandas.DataFrame
        Key: `id`, which never changes. Columns: `id`, `title`, `severity` (the worst that it gives; ordered,
        from info to critical), `category`, `why` (with what decides the severity), `remedy`, `references`,
        `needs` (the sources that it reads, and the operations that these need), `cannot_see` (false alarms,
        and what stays hidden) and `thresholds` (names and defaults; missing if it has none). A new frame at
        each call.

    Examples
    --------
    >>> import dfns_frames as dff
    >>> dff.rules().set_index("id").loc["P01", ["title", "severity"]].tolist()
    ['Token of a full administrator', 'critical']
    """
    listed = list(RULES.values())

    def text(values: list[str | None]) -> pd.Series:
        return pd.Series(values, dtype=TEXT)

    return pd.DataFrame(
        {
            "id": text([rule.id for rule in listed]),
            "title": text([rule.title for rule in listed]),
            "severity": pd.Categorical(
                [rule.severity for rule in listed],
                pd.Index(FINDING_SEVERITIES[::-1], dtype=TEXT),
                ordered=True,
            ),
            "category": text([rule.category for rule in listed]).astype("category"),
            "why": text([rule.why for rule in listed]),
            "remedy": text([rule.remedy for rule in listed]),
            "references": text([", ".join(rule.references) for rule in listed]),
            "needs": text(["; ".join(map(described, rule.reads)) for rule in listed]),
            "cannot_see": text([rule.cannot_see for rule in listed]),
            "thresholds": text(
                [
                    ", ".join(f"{name}={default:g}" for name, default in rule.thresholds.items()) or None
                    for rule in listed
                ]
            ),
        }
    )


def described(path: str) -> str:
    """Return a source with the operation that reading it needs."""
    operation = SOURCES[path].operation
    return f"GET {path}" + (f" ({operation})" if operation else "")
