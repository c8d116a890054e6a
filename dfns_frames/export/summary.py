"""The sheets that sum up: figures and charts, and which token may do what."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames import measures
from dfns_frames.dtypes import TEXT
from dfns_frames.export.about import Changes
from dfns_frames.export.cells import as_cells, from_frame
from dfns_frames.export.sheet import Block, Chart, Sheet
from dfns_frames.measures.classes import SENSITIVE
from dfns_frames.measures.holdings import SEVERITIES
from dfns_frames.schema import Tables

MATRIX_CELLS_AT_MOST = 30_000  # 200 tokens by 150 operations: what eyes can follow
_COLUMNS_AT_MOST = 1_000
_LOW, _HIGH = 14, 17  # rows of the charts: names of permissions stand below theirs
_PERMISSIONS_SHOWN = 20
_NOTHING = "no operations"
_PERIODS_AT_MOST = 120
_PERIODS = {"MS": ("month", "%Y-%m"), "QS": ("quarter", "%Y-%m"), "YS": ("year", "%Y")}


def summary(tables: Tables, changes: Changes) -> Sheet:
    """Return the figures, the charts, and below them the numbers that these draw."""
    figures, created, permissions, reach, severities = (
        as_cells("Summary", from_frame(frame), changes)
        for frame in (
            _figures(tables),
            _created(tables),
            _permissions(tables),
            _reach(tables),
            _severities(tables),
        )
    )
    first = Block(figures)
    worst = Block(severities, first.below)
    reached = Block(reach, worst.below)
    drawn = reached.below
    rows = [range(drawn, drawn := drawn + height) for height in (_HIGH, _HIGH, _LOW)]
    spread = Block(permissions, drawn)
    months = Block(created, spread.below)
    period = created.column_names[0]
    charts = (
        Chart("Tokens that can …", reached, (1, 4, 2), rows[0], "tokens"),
        Chart("Tokens per permission", spread, (1, 2), rows[1], "tokens"),
        Chart(f"Tokens created per {period} (UTC)", months, (1,), rows[2], "tokens that still exist"),
    )
    tokens = tables.arrow("tokens").num_rows
    names = ("figure", "worst severity", "can", "permission", period)
    return Sheet(
        "Summary",
        (first, worst, reached, spread, months),
        tuple(chart for chart in charts if tokens and chart.block.cells.num_rows),
        shares=frozenset({"share"}),
        widths=dict.fromkeys(names, 28.0),  # all columns fit on paper
    )


def _figures(tables: Tables) -> pd.DataFrame:
    tokens, assignments = tables.arrow("tokens"), tables.arrow("token_assignments")
    spread = measures.permission_spread(tables)
    active = pc.sum(tokens["is_active"]).as_py() or 0
    figures = {
        "tokens": tokens.num_rows,
        "active": active,
        "not active": tokens.num_rows - active,
        "without any permission": pc.sum(pc.equal(tokens["assignment_count"], 0)).as_py() or 0,
        "with unknown operations": tokens["operation_count"].null_count,
        "permission assignments": assignments.num_rows,
        "different permissions": len(spread),
        "different operations": len(tables.arrow("token_operations")["operation"].unique()),
    }
    kinds = measures.creation_over_time(tables, freq="YS").groupby("kind", observed=True, sort=False)
    figures |= {f"of kind {kind}": int(count) for kind, count in kinds["created"].sum().items()}
    return pd.DataFrame({"figure": list(figures), "count": list(figures.values())})


def _permissions(tables: Tables) -> pd.DataFrame:
    spread = measures.permission_spread(tables).head(_PERMISSIONS_SHOWN)
    return _by_state("permission", spread["permission_name"], spread).assign(share=spread["share"])


def _reach(tables: Tables) -> pd.DataFrame:
    reach = measures.sensitive_reach(tables)
    names = reach["category"].astype(TEXT).replace({**SENSITIVE, "unknown": "something unknown"})
    return _by_state("can", names, reach).assign(unclear=reach["active_uncertain"])


def _by_state(label: str, names: pd.Series, measured: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            label: names,
            "active": measured["tokens_active"],
            "not active": measured["tokens_inactive"],
            "tokens": measured["token_count"],
        }
    )


def _severities(tables: Tables) -> pd.DataFrame:
    """Count tokens by the worst that they can do."""
    measured = measures.operations_per_token(tables)
    worst = measured["worst"].cat.add_categories(_NOTHING).fillna(_NOTHING)
    counts = pd.crosstab(worst, measured["is_active"].to_numpy(), dropna=False)
    counts = counts.reindex(index=[*SEVERITIES, _NOTHING], columns=[True, False], fill_value=0)
    return pd.DataFrame(
        {
            "worst severity": counts.index.astype(TEXT),
            "active": counts[True].to_numpy(),
            "not active": counts[False].to_numpy(),
            "tokens": counts.sum(axis=1).to_numpy(),
        }
    )


def _created(tables: Tables) -> pd.DataFrame:
    """Return how many tokens were created when, in periods so long that they can be looked at."""
    freq, created = next(
        (freq, created)
        for freq in _PERIODS
        if (created := measures.creation_over_time(tables, freq=freq))["period_start"].nunique()
        <= _PERIODS_AT_MOST
        or freq == "YS"
    )
    period, label = _PERIODS[freq]
    dated = created.dropna(subset=["period_start"]).groupby("period_start", as_index=False)
    rows = dated.agg({"created": "sum", "cumulative": "sum", "is_partial": "any"})
    undated = int(created.loc[created["period_start"].isna(), "created"].sum())
    # As texts, because before 1900 a workbook has no dates.
    labels = [
        start.strftime(label) + " (so far)" * bool(partial)
        for start, partial in zip(rows["period_start"], rows["is_partial"], strict=True)
    ]
    counts = [*rows["created"], *[undated] * bool(undated)]
    return pd.DataFrame(
        {
            period: pd.Series([*labels, *["date missing"] * bool(undated)], dtype=TEXT),
            "created": pd.Series(counts, dtype="Int64"),
            "cumulative": rows["cumulative"].astype("Int64").reindex(range(len(counts))),
        }
    )


def matrix(tables: Tables, changes: Changes) -> Sheet | str:
    """Return which token may do what, a column for each operation; or why there is no such sheet."""
    tokens, held = tables.arrow("tokens"), tables.arrow("token_operations")
    operations = sorted(held["operation"].unique().to_pylist())
    if not operations or not tokens.num_rows:
        return "left out: no operations are listed"
    cells = tokens.num_rows * len(operations)
    if cells > MATRIX_CELLS_AT_MOST or len(operations) > _COLUMNS_AT_MOST:
        return (
            f"left out: {tokens.num_rows:,} tokens by {len(operations):,} operations is too much to look at"
        )
    place = {key: row for row, key in enumerate(_keys(tokens))}
    column = {operation: i for i, operation in enumerate(operations)}
    marks = np.full((tokens.num_rows, len(operations)), "", dtype=object)
    marks[tokens["operation_count"].is_null().to_numpy()] = "?"
    for key, operation in zip(_keys(held), held["operation"].to_pylist(), strict=True):
        marks[place[key], column[operation]] = "x"
    columns = {"name": tokens["name"], "token_id": tokens["token_id"]}
    columns |= {
        operation: pa.array(marks[:, i], mask=marks[:, i] == "", type=pa.string())
        for operation, i in column.items()
    }
    return Sheet(
        "Matrix",
        (Block(as_cells("Matrix", pa.table(columns), changes)),),
        frozen_columns=1,
        widths=dict.fromkeys(operations, 16.0),
    )


def _keys(table: pa.Table) -> list[tuple[str, int]]:
    return list(zip(table["source"].to_pylist(), table["token_no"].to_pylist(), strict=True))
