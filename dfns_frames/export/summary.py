"""The Summary: figures and charts, each with what it counts and how to list it."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pyarrow as pa

from dfns_frames import measures
from dfns_frames._api.catalogue import CATEGORIES, SEVERITIES, SEVERITY_MEANINGS, UNKNOWN
from dfns_frames._facts.dtypes import TEXT
from dfns_frames._facts.tables import Tables
from dfns_frames.export.about import Changes
from dfns_frames.export.audited import HOW, audit_figures
from dfns_frames.export.audited import WHAT as _WHAT
from dfns_frames.export.cells import from_frame
from dfns_frames.export.judgement import ADMINISTRATOR, AGE, CREATED, LISTED, OWNER, PERMISSIONS, WORST
from dfns_frames.export.sheet import Block, Chart, Sheet
from dfns_frames.measures.classes import SENSITIVE, worst_text
from dfns_frames.measures.options import Freq

_CHART_ROWS = 17
_PERMISSIONS_SHOWN = 15  # what a page holds
_NOTHING = "no operations"
_PERIODS_AT_MOST = 120
_PERIODS: dict[Freq, tuple[str, str]] = {
    "MS": ("month", "%Y-%m"),
    "QS": ("quarter", "%Y-%m"),
    "YS": ("year", "%Y"),
}
_YEAR = 365
_HOW = "to list them in Tokens, filter"
_WIDTHS = (30.0, 10.0, 10.0, 10.0, 10.0, 52.0, 40.0)  # of all blocks, which stand one below the other
_CHART_WIDTH = 1_000


def summary(tables: Tables, changes: Changes) -> Sheet:
    """Return the figures, the charts, and below each chart the numbers that it draws."""
    tokens = _tokens(tables)
    below, blocks, charts = 0, [], []
    for frame in [*audit_figures(tables), _figures(tokens), _severities(tokens)]:
        blocks.append(_placed(frame, below, changes))
        below = blocks[-1].below
    for title, frame, drawn, values in (
        ("Tokens that can …", _reach(tokens), (1, 2, 4), "tokens"),
        (*_permissions(tables), (1, 2), "tokens"),
        (*_created(tables), (1, 2), "tokens that still exist"),
    ):
        rows = range(below, below + _CHART_ROWS)
        if frame.empty or not len(tokens):
            rows = range(below, below)
        block = _placed(frame, rows.stop, changes)
        blocks.append(block)
        if rows:
            charts.append(Chart(title, block, drawn, rows, values, width=_CHART_WIDTH))
        below = block.below
    names = {name for block in blocks for name in block.cells.column_names}
    return Sheet(
        "Summary",
        tuple(blocks),
        tuple(charts),
        wrapped=frozenset({_WHAT, _HOW, HOW, *(block.cells.column_names[0] for block in blocks)}),
        shares=frozenset({"share"}),
        severities=frozenset({WORST}),
        widths={
            name: _WIDTHS[block.cells.column_names.index(name)]
            for name in names
            for block in blocks
            if name in block.cells.column_names
        },
        breaks=tuple(chart.rows.start - 1 for chart in charts),  # a row before it, which is empty
    )


def _placed(frame: pd.DataFrame, row: int, changes: Changes) -> Block:
    block = from_frame("Summary", frame, changes)
    return Block(block.cells, row, block.numbers)


def _tokens(tables: Tables) -> pd.DataFrame:
    """Return what each token can do, and which are counted by what else stands in Tokens."""
    able = measures.capabilities(tables)
    tokens = tables.arrow("tokens").take(pa.array(able.index.to_numpy()))
    words = worst_text(able["worst"], able["worst_is_lower_bound"])
    return able.assign(
        worst_text=words.to_numpy(),
        kind=tokens["kind"].cast(pa.string()).to_pandas().to_numpy(),
        unassigned=(tokens["assignment_count"].to_numpy() == 0),
        unlisted=tokens["operation_count"].is_null().to_numpy(),
    )


def _rows(tokens: pd.DataFrame, rows: list[tuple[str, pd.Series, str, str]], label: str) -> pd.DataFrame:
    """Count tokens: label, which ones, what that is, and how to list them."""
    active = tokens["is_active"]
    return pd.DataFrame(
        {
            label: pd.Series([row[0] for row in rows], dtype=TEXT),
            "active": [int((row[1] & active).sum()) for row in rows],
            "not active": [int((row[1] & ~active).sum()) for row in rows],
            "tokens": [int(row[1].sum()) for row in rows],
            "share": [float(row[1].sum() / max(len(tokens), 1)) for row in rows],
            _WHAT: pd.Series([row[2] for row in rows], dtype=TEXT),
            _HOW: pd.Series([row[3] for row in rows], dtype=TEXT),
        }
    )


# Label, which tokens, what that is, and how to list them.
_FIGURES: tuple[tuple[str, Callable[[pd.DataFrame], pd.Series], str, str], ...] = (
    (
        "all tokens",
        lambda tokens: pd.Series(True, index=tokens.index),
        "Tokens in the list. Active is what the API says; a token also needs an active user.",
        "active = TRUE or FALSE",
    ),
    (
        "full administrators",
        lambda tokens: tokens["holds_everything"],
        "Hold a permission that contains every operation, listed or not.",
        f"{ADMINISTRATOR} = yes",
    ),
    (
        "a year old or more",
        lambda tokens: (tokens["age_days"] >= _YEAR).fillna(False).astype(bool),
        f"Created at least {_YEAR} days before the snapshot.",
        f"{AGE} ≥ {_YEAR}",
    ),
    (
        "of unknown age",
        lambda tokens: tokens["age_days"].isna(),
        "Without a creation date, or with one after the snapshot.",
        f"{AGE} = (Blanks)",
    ),
    (
        "without an owner",
        lambda tokens: tokens["owner_id"].isna(),
        "Linked to neither a user nor an application.",
        f"{OWNER} = (Blanks)",
    ),
    (
        "without any permission",
        lambda tokens: tokens["unassigned"],
        "No permission is assigned to them.",
        f"{PERMISSIONS} = (Blanks)",
    ),
    (
        "with unknown operations",
        lambda tokens: tokens["unlisted"],
        "The API did not list the operations of at least one of their permissions.",
        f"{LISTED} = (Blanks)",
    ),
)


def _figures(tokens: pd.DataFrame) -> pd.DataFrame:
    rows = [(label, which(tokens), what, how) for label, which, what, how in _FIGURES]
    rows += [
        (f"of kind {kind}", tokens["kind"] == kind, "Kind of token.", f"kind = {kind}")
        for kind in tokens["kind"].value_counts().index
    ]
    return _rows(tokens, [row for row in rows if row[0] != "of unknown age" or row[1].any()], "figure")


def _severities(tokens: pd.DataFrame) -> pd.DataFrame:
    """Count tokens by the worst that they can do, in the words that Tokens has for it."""
    words, rows = tokens["worst_text"], []
    for severity in SEVERITIES:
        for text in (severity, f"at least {severity}"):
            here = words == text
            if text == severity or here.any():
                meaning = SEVERITY_MEANINGS[severity]
                if text != severity:
                    meaning = "The same, but some of their operations are unknown: it may be worse."
                rows.append((text, here, meaning, f"{WORST} = {text}"))
    rows.append((_NOTHING, words.isna(), "Nothing that they hold can be used.", f"{WORST} = (Blanks)"))
    return _rows(tokens, rows, WORST)


def _reach(tokens: pd.DataFrame) -> pd.DataFrame:
    rows = [
        (label, tokens[name] == "yes", CATEGORIES[name].meaning, f"{label} = yes (those not known: unknown)")
        for name, label in SENSITIVE.items()
    ]
    made = _rows(tokens, rows, "can")
    unknown = [int(((tokens[name] == UNKNOWN) & tokens["is_active"]).sum()) for name in SENSITIVE]
    made.insert(4, "unknown, active", unknown)
    return made.drop(columns="share")


def _permissions(tables: Tables) -> tuple[str, pd.DataFrame]:
    """Return who holds the most common permissions, and what the chart of it is called."""
    spread = measures.permission_spread(tables)
    title, count = "Tokens per permission", len(spread)
    if count > _PERMISSIONS_SHOWN:
        title += f": the {_PERMISSIONS_SHOWN} most common of {count:,}"
    spread = spread.head(_PERMISSIONS_SHOWN)
    name = spread["permission_name"].where(spread["permission_name"] != "", "(no name)")
    frame = pd.DataFrame(
        {
            "permission": name,
            "active": spread["tokens_active"],
            "not active": spread["tokens_inactive"],
            "tokens": spread["token_count"],
            "share": spread["share"],
            "tokens that hold it: in Assignments, filter": "permission_id = " + spread["permission_id"],
        }
    )
    return title, frame


def _created(tables: Tables) -> tuple[str, pd.DataFrame]:
    """Return how many tokens were created when, in periods so long that they can be looked at."""
    created, freq = _in_periods(lambda freq: measures.creation_over_time(tables, freq=freq, by="is_active"))
    period, form = _PERIODS[freq]
    # As texts, because before 1900 a workbook has no dates. pandas' strftime knows no year before 1000.
    starts = created["period_start"].drop_duplicates().dropna().sort_values()
    partial = set(created.loc[created["is_partial"], "period_start"])
    counts = created.pivot_table(
        index="period_start", columns="is_active", values="created", aggfunc="sum", observed=False
    ).reindex(index=starts, columns=[True, False], fill_value=0)
    labels = [_label(start, form) + " (so far)" * (start in partial) for start in starts]
    active, inactive = ([int(count) for count in counts[state].fillna(0)] for state in (True, False))
    total = pd.Series(active, dtype="Int64").add(inactive).cumsum()
    undated = created.loc[created["period_start"].isna()]
    if undated["created"].sum():
        labels.append("date missing")
        for state, numbers in ((True, active), (False, inactive)):
            numbers.append(int(undated.loc[undated["is_active"] == state, "created"].sum()))
    frame = pd.DataFrame({period: pd.Series(labels, dtype=TEXT), "active": active, "not active": inactive})
    frame["tokens"] = frame["active"] + frame["not active"]
    frame["cumulative"] = total.reindex(frame.index)
    what = [f"Created in that {period} (UTC); deleted tokens are in no list."] + [""] * len(frame)
    frame[_WHAT] = pd.Series(what[: len(frame)], dtype=TEXT)
    frame[_HOW] = pd.Series([f"{CREATED} (UTC): the {period}" for _ in labels], dtype=TEXT)
    return f"Tokens created per {period} (UTC)", frame


def _in_periods(measure: Callable[[Freq], pd.DataFrame]) -> tuple[pd.DataFrame, Freq]:
    for freq in _PERIODS:
        created = measure(freq)
        if created["period_start"].nunique() <= _PERIODS_AT_MOST:
            break
    return created, freq


def _label(start: pd.Timestamp, form: str) -> str:
    month = f"-{start.month:02}" if "%m" in form else ""
    return f"{start.year:04}{month}"
