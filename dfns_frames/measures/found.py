"""What an audit found: by category or rule, and by token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames._api.judgements import FINDING_SEVERITIES
from dfns_frames._facts.dtypes import TEXT
from dfns_frames._facts.people import owner_names
from dfns_frames.measures.options import check_choice, check_frames

if TYPE_CHECKING:
    from dfns_frames._facts.tables import Tables

Grouped = Literal["category", "rule"]
"""What `findings` counts by."""

CURRENT = ("new", "open")
"""The statuses of what a rule finds now."""


def findings(frames: Tables, *, by: Grouped = "category") -> pd.DataFrame:
    """Count what an audit found, by category or rule and severity.

    Parameters
    ----------
    frames
        What `audit` returned.
    by
        ``"category"`` or ``"rule"``.

    Returns
    -------
    pandas.DataFrame
        A row is one category or one rule, the worst findings first; those without findings are included.
        Key: `category`, or `rule`. `critical`, `high`, `medium`, `low` and `info` count new and open findings
        that nobody has accepted, `accepted` those that somebody has. `rules` counts the rules,
        `not_evaluated` those that could not be evaluated, and `partly` those that could not look at
        everything. Where these two are not 0, there may be more findings.

    Raises
    ------
    MissingTableError
        These frames are no audit.
    ConfigurationError
        An option is out of range.

    Examples
    --------
    >>> dff.measures.findings(pats.audit(), by="rule").head(2)  # doctest: +SKIP
      rule  critical  high  medium  low  info  accepted  rules  not_evaluated  partly
    0  P01         2     1       0    0     0         0      1              0       1
    1  S01         1     0       0    0     0         0      1              0       1
    """
    check_frames(frames)
    check_choice("by", by, Grouped)
    found, rules = frames.arrow("findings"), frames.arrow("rules")
    status = rules["status"].cast(pa.string())
    counted = pd.DataFrame(
        {
            by: _texts(rules[by]),
            "not_evaluated": pc.equal(status, "not evaluated").to_numpy(),
            "partly": pc.and_(
                pc.is_valid(rules["missing"]), pc.not_equal(status, "not evaluated")
            ).to_numpy(),
        }
    )
    current = found.filter(_is_current(found))
    severity = _texts(current["severity"]).where(~_flags(current["accepted"]), "accepted")
    names = [*FINDING_SEVERITIES, "accepted"]
    counts = pd.crosstab(_texts(current[by]), severity).reindex(columns=names, fill_value=0)
    grouped = counted.groupby(by, sort=False)
    table = grouped[["not_evaluated", "partly"]].sum()
    table.insert(0, "rules", grouped.size())
    # Every finding is of a rule in `rules`; if one ever is not, the outer join still counts it.
    table = counts.join(table, how="outer").fillna(0).astype("int64")
    place = {name: number for number, name in enumerate(dict.fromkeys(counted[by]))}
    table["place"] = [place.get(str(name), len(place)) for name in table.index]
    order = [*FINDING_SEVERITIES, "accepted"]
    table = table.sort_values([*order, "place"], ascending=[False] * len(order) + [True])
    return table.drop(columns="place").rename_axis(columns=None, index=by).reset_index().astype({by: TEXT})


def findings_by_token(frames: Tables) -> pd.DataFrame:
    """List what was found about each token: the worst, how many, and the operations that matter.

    Parameters
    ----------
    frames
        What `audit` returned.

    Returns
    -------
    pandas.DataFrame
        A row is one token, the worst findings first; tokens without findings come last. Key: `source`,
        `token_no`. `owner_name` is missing where no users were read. `worst` is the severity of its worst
        finding that is new or open and not accepted. It is missing if there is none, which promises nothing
        where a rule could not look at everything
        (`attrs["notes"]` says which). `critical`, `high`, `medium`, `low` and `info` count these findings,
        `accepted` those that somebody accepted. `rules` and `operations` list, separated by commas, the rules
        that found them and the operations that matter, for accepted findings too.

        A finding about a key counts for each token that has the key. `attrs["elsewhere"]` counts the findings
        about tokens without an id, which are in no row.

    Raises
    ------
    MissingTableError
        These frames are no audit, or hold no tokens.

    Examples
    --------
    >>> by_token = dff.measures.findings_by_token(pats.audit())  # doctest: +SKIP
    >>> by_token[["name", "worst", "critical", "high", "rules"]].head(2)  # doctest: +SKIP
                name     worst  critical  high     rules
    0  incident 4127  critical         1     0  P01, L03
    1      terraform  critical         1     1  P02, L03
    """
    check_frames(frames)
    found, tokens = frames.arrow("findings"), frames.arrow("tokens")
    found = found.filter(_is_current(found))
    rows = pd.DataFrame(
        {
            "source": _texts(tokens["source"]),
            "token_no": tokens["token_no"].to_numpy(),
            "token_id": _texts(tokens["token_id"]),
            "name": _texts(tokens["name"]),
            "owner_id": _texts(pc.coalesce(*(tokens[name].cast(pa.string()) for name in _OWNERS))),
            "owner_name": _texts(owner_names(frames)),
            "is_active": tokens["is_active"].to_numpy(),
        }
    )
    about, elsewhere = _about(found, tokens)
    made = rows.join(_summed(about))
    made[_COUNTS] = made[_COUNTS].fillna(0).astype("int64")
    made["worst"] = pd.Categorical(
        made["worst"], pd.Index(FINDING_SEVERITIES[::-1], dtype=TEXT), ordered=True
    )
    made = made.astype({"rules": TEXT, "operations": TEXT})
    order = np.lexsort([-made[name].to_numpy() for name in reversed(_COUNTS)])
    made = made.iloc[order].reset_index(drop=True)
    made.attrs["elsewhere"] = elsewhere
    made.attrs["notes"] = not_looked_at(frames)
    return made[
        [
            *("source", "token_no", "token_id", "name", "owner_id", "owner_name", "is_active", "worst"),
            *_COUNTS,
            *_LISTS,
        ]
    ]


def not_looked_at(frames: Tables) -> list[str]:
    """Return a line for each thing that was not looked at, with the rules that needed it."""
    told: dict[tuple[bool, str], list[str]] = {}
    for row in frames.arrow("rules").select(["rule", "status", "missing"]).to_pylist():
        evaluated = row["status"] != "not evaluated"
        if row["missing"] or not evaluated:
            told.setdefault((evaluated, row["missing"] or "its tables are not here"), []).append(row["rule"])
    return [
        f"{'Partly evaluated' if evaluated else 'Not evaluated'}: {', '.join(rules)} ({missing})."
        for (evaluated, missing), rules in sorted(told.items(), key=lambda item: item[0][0])
    ]


_OWNERS = ("linked_user_id", "linked_app_id")
_COUNTS = [*FINDING_SEVERITIES, "accepted"]
_LISTS = ["rules", "operations"]


def _about(found: pa.Table, tokens: pa.Table) -> tuple[pd.DataFrame, int]:
    """Return the findings with the row of the token that each is about, and how many are about none here."""
    listed = pd.DataFrame(
        {
            "kind": _texts(found["subject_kind"]),
            "id": _texts(found["subject_id"]),
            "severity": _texts(found["severity"]).where(~_flags(found["accepted"]), "accepted"),
            "rule": _texts(found["rule"]),
            "operations": _texts(found["operations"]),
        }
    )
    parts = []
    for kind, column in (("token", "token_id"), ("key", "public_key")):
        ids = _texts(tokens[column]).dropna().rename("id").rename_axis("row").reset_index()
        parts.append(listed[listed["kind"] == kind].dropna(subset="id").merge(ids, on="id"))
    of_tokens = listed[listed["kind"] == "token"]
    elsewhere = int((~of_tokens["id"].isin(parts[0]["id"])).sum())
    return pd.concat(parts, ignore_index=True), elsewhere


def _summed(about: pd.DataFrame) -> pd.DataFrame:
    """Return, by row of a token, what its findings come to."""
    counts = pd.crosstab(about["row"], about["severity"]).reindex(columns=_COUNTS, fill_value=0)
    grouped = about.groupby("row", sort=True)
    names = np.array([*FINDING_SEVERITIES, None], dtype=object)
    has = counts[list(FINDING_SEVERITIES)].to_numpy() > 0
    counts["worst"] = names[np.where(has.any(axis=1), has.argmax(axis=1), len(FINDING_SEVERITIES))]
    counts["rules"] = grouped["rule"].agg(lambda rules: ", ".join(sorted(set(rules))))
    counts["operations"] = grouped["operations"].agg(_operations)
    return counts.rename_axis(columns=None)


def _operations(texts: pd.Series) -> str | None:
    names = {name for text in texts.dropna() for name in text.split(", ")}
    return ", ".join(sorted(names)) or None


def _is_current(found: pa.Table) -> pa.ChunkedArray:
    return pc.is_in(found["status"].cast(pa.string()), pa.array(CURRENT))


def _texts(column: pa.ChunkedArray) -> pd.Series:
    return column.cast(pa.string()).to_pandas().astype(TEXT)


def _flags(column: pa.ChunkedArray) -> pd.Series:
    return pc.fill_null(column, False).to_pandas().astype(bool)
