"""What the measures say, against numbers counted from the response itself."""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta, timezone
from importlib.resources import files
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest

import dfns_frames as dff
from tests import naive_measures as naive
from tests.organisations import QUESTIONS
from tests.plot_inputs import ITEMS, KNOWN, Item, frames, load, token

FULL = {"ManagedFullAdminAccess", "DfnsFullAdminAccess"}
SEVERITIES = ["critical", "high", "medium", "low", "none", "unknown"]
CATALOGUE = {
    row["operation"]: row
    for row in csv.DictReader(
        files("dfns_frames._api").joinpath("data", "operations.csv").read_text("utf-8").splitlines()
    )
}
EVERY = pytest.mark.parametrize("name", ITEMS)
NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)


def _date(item: Item) -> datetime | None:
    try:
        return datetime.fromisoformat(item["dateCreated"]).astimezone(UTC)
    except ValueError:
        return None


def _operations(item: Item) -> set[str]:
    return {name for given in item["permissionAssignments"] for name in given.get("operations", [])}


def _permissions(item: Item) -> set[str]:
    return {given["permissionId"] for given in item["permissionAssignments"]}


def _is_full(item: Item) -> bool:
    return any(given["permissionName"] in FULL for given in item["permissionAssignments"])


def _is_unlisted(item: Item) -> bool:
    return any("operations" not in given for given in item["permissionAssignments"])


def _severity(operation: str) -> str:
    return CATALOGUE[operation]["severity"] if operation in CATALOGUE else "unknown"


def _rows(frame: pd.DataFrame) -> list[Any]:
    return list(frame.itertuples())


@EVERY
def test_creation_over_time_counts_every_token_once(name: str) -> None:
    """Months, kinds and running totals are those counted from the response; undated tokens are a row."""
    items = ITEMS[name]()
    frame = dff.measures.creation_over_time(load(name))
    months = Counter((when.strftime("%Y-%m"), item["kind"]) for item in items if (when := _date(item)))
    dated = frame[frame["period_start"].notna()]
    found = {
        (row.period_start.strftime("%Y-%m"), row.kind): row.created for row in _rows(dated) if row.created
    }
    assert found == months
    assert frame["created"].sum() == len(items)
    assert frame.loc[frame["period_start"].isna(), "created"].sum() == sum(
        _date(item) is None for item in items
    )
    if len(dated):
        last = dated[dated["period_start"] == dated["period_start"].max()]
        assert last["cumulative"].sum() == sum(months.values())
        starts = dated["period_start"].drop_duplicates()
        assert list(starts) == list(pd.date_range(starts.iloc[0], starts.iloc[-1], freq="MS"))
        assert (dated["is_partial"] == (dated["period_start"] >= "2026-11")).all()


@pytest.mark.parametrize(
    ("freq", "first"),
    [
        ("D", "2026-10-31"),
        ("W", "2026-10-26"),
        ("MS", "2026-10-01"),
        ("QS", "2026-10-01"),
        ("YS", "2026-01-01"),
    ],
)
def test_periods_begin_where_the_calendar_says(freq: str, first: str) -> None:
    """A Saturday evening in UTC falls into its day, week from Monday, month, quarter and year."""
    pats = frames([token(1, dateCreated="2026-11-01T01:30:00.000+02:00")])
    frame = dff.measures.creation_over_time(pats, freq=freq)
    assert frame["period_start"].iloc[0] == pd.Timestamp(first, tz="UTC")
    assert frame["created"].tolist() == [1] + [0] * (len(frame) - 1)
    assert frame["is_partial"].tolist() == [False] * (len(frame) - 1) + [True]


@pytest.mark.parametrize(
    "as_of",
    [
        datetime(2026, 10, 1, 1),
        datetime(2026, 9, 30, 23, tzinfo=timezone(-timedelta(hours=2))),
        "2026-10-01T01:00:00",
        "2026-09-30T23:00:00-02:00",
    ],
    ids=str,
)
def test_partial_period_follows_as_of(as_of: datetime | str) -> None:
    """Only the period in which `as_of` falls is partial; a time without an offset is UTC."""
    pats = frames([token(1, dateCreated="2026-09-15T00:00:00.000Z")])
    frame = dff.measures.creation_over_time(pats, as_of=as_of)
    assert frame["is_partial"].tolist() == [False, True]


@pytest.mark.parametrize("measure", ["creation_over_time", "creation_and_survival", "creation_calendar"])
def test_what_was_created_after_as_of_is_left_out(measure: str) -> None:
    """As if it had been counted then. Undated tokens are counted, and without `as_of` all are."""
    dates = ["2025-11-30T12:00:00Z", "2026-01-01T00:00:00Z", "2026-01-01T00:00:01Z", "2027-05-05T00:00:00Z"]
    pats = frames([token(n, dateCreated=date) for n, date in enumerate([*dates, "soon"])])
    count = getattr(dff.measures, measure)
    frame = count(pats, as_of="2026-01-01T00:00:00Z")
    assert frame["created"].sum() == 3
    when = frame.iloc[:, 0].dropna()
    assert when.max() == pd.Timestamp("2026-01-01", tz="UTC")
    assert count(pats)["created"].sum() == 5
    early = count(pats, as_of="1990-01-01")
    assert early["created"].tolist() == [1]


@pytest.mark.parametrize(
    "options",
    [
        *({"freq": "month"}, {"freq": ""}, {"by": "name"}, {"as_of": "2026-01"}, {"as_of": 2026}),
        *({"as_of": pd.NaT}, {"as_of": datetime.max.replace(tzinfo=timezone(-timedelta(hours=2)))}),
    ],
    ids=str,
)
def test_options_out_of_range_are_named(options: dict[str, Any]) -> None:
    """An option that does not exist is a ConfigurationError that repeats it."""
    with pytest.raises(dff.ConfigurationError, match=next(iter(options))):
        dff.measures.creation_over_time(load("demo"), **options)


@EVERY
def test_creation_and_survival_tells_the_snapshot_from_then(name: str) -> None:
    """Totals end at all dated tokens and at those of them active at the snapshot."""
    dated = [item for item in ITEMS[name]() if _date(item)]
    frame = dff.measures.creation_and_survival(load(name))
    assert frame["created"].sum() == len(ITEMS[name]())
    if dated:
        last = frame[frame["period_start"].notna()].iloc[-1]
        assert last["cumulative_created"] == len(dated)
        assert last["cumulative_active"] == sum(item["isActive"] for item in dated)


@EVERY
def test_creation_calendar_knows_weekdays(name: str) -> None:
    """Each day's count, weekday and week are those of the standard library's calendar."""
    days = Counter(when.date() for item in ITEMS[name]() if (when := _date(item)))
    frame = dff.measures.creation_calendar(load(name))
    some = frame[frame["created"] > 0].dropna(subset=["date"])
    assert dict(zip(some["date"].dt.date, some["created"], strict=True)) == days
    for row in _rows(some):
        day = row.date
        assert row.weekday == day.weekday()
        assert row.week == (day.timetuple().tm_yday - 1 + datetime(day.year, 1, 1).weekday()) // 7


@EVERY
def test_token_ages_are_of_active_tokens(name: str) -> None:
    """Ages in days, and the share at least as old, are of the active tokens with a date."""
    active = [item for item in ITEMS[name]() if item["isActive"]]
    ages = sorted((NOW - when for item in active if (when := _date(item)) and when <= NOW), reverse=True)
    frame = dff.measures.token_ages(load(name))
    assert len(frame) == len(active)
    assert frame["age_days"].dropna().tolist() == [age.days for age in ages]
    expected = [sum(other >= age for other in ages) / len(ages) for age in ages]
    assert frame["share_at_least"].dropna().tolist() == pytest.approx(expected)


@EVERY
def test_permission_spread_counts_tokens_not_assignments(name: str) -> None:
    """A token that has a permission twice counts once; the share is of all tokens."""
    items = ITEMS[name]()
    counted = Counter((given, item["isActive"]) for item in items for given in _permissions(item))
    frame = dff.measures.permission_spread(load(name))
    for row in _rows(frame):
        assert (row.tokens_active, row.tokens_inactive) == (
            counted[row.permission_id, True],
            counted[row.permission_id, False],
        )
        assert row.share == row.token_count / len(items)
    assert frame["token_count"].sum() == sum(counted.values())
    order = list(zip(-frame["token_count"], frame["permission_name"], strict=True))
    assert order == sorted(order)


@EVERY
def test_permission_combinations_cover_every_token_once(name: str) -> None:
    """The sets are those of the response, with the right number of tokens each."""
    counted = Counter(frozenset(_permissions(item)) for item in ITEMS[name]())
    frame = dff.measures.permission_combinations(load(name))
    assert {frozenset(row.permission_ids): row.token_count for row in _rows(frame)} == counted
    assert (frame["permission_count"] == frame["permission_ids"].map(len)).all()


@EVERY
def test_operations_per_token_counts_distinct_operations(name: str) -> None:
    """Counts, severities, the worst and the unknown of each token are those of the response."""
    frame = dff.measures.operations_per_token(load(name)).set_index("token_id")
    severe = set(frame.index[frame["worst"] >= "high"])
    for item in ITEMS[name]():
        row: Any = frame.loc[item["tokenId"]]
        held = _operations(item)
        severities = Counter(naive.severities(item))
        assert row["operation_count"] == len(held)
        assert row["operation_count_at_least"] == len(naive.held(item))
        assert row[SEVERITIES].tolist() == [severities[severity] for severity in SEVERITIES]
        assert row["refused"] == sum(naive.usable(item, o) == "no" for o in naive.held(item))
        assert row["holds_everything"] == _is_full(item)
        assert row["unlisted_assignments"] == sum(
            "operations" not in a for a in item["permissionAssignments"]
        )
        worst = naive.worst(item)
        assert pd.isna(row["worst"]) if worst is None else row["worst"] == worst
        assert row["worst_is_lower_bound"] == naive.is_bound(item)
        assert (row["worst"] in ("critical", "high")) == (item["tokenId"] in severe)


@EVERY
def test_masks_of_tokens_filter_the_tokens_that_they_are_of(name: str) -> None:
    """Measures that list tokens are sorted, but keep the index by which `filter` finds them."""
    pats = load(name)
    breadth = dff.measures.operations_per_token(pats)
    for chosen in (breadth["worst"] >= "critical", breadth["operation_count"] > 10):
        assert set(pats.filter(chosen).tokens["token_no"]) == set(breadth.loc[chosen, "token_no"])
    active = pats.filter(pats.tokens["is_active"])
    ages = dff.measures.token_ages(active)
    old = ages["age_days"] > 200
    assert set(active.filter(old).tokens["token_no"]) == set(ages.loc[old, "token_no"])


@EVERY
def test_sensitive_reach_keeps_what_is_unknown(name: str) -> None:
    """Holders of a class are counted; those who might hold it are kept apart, never taken as not holding."""
    items = [item for item in ITEMS[name]() if item["isActive"]]
    frame = dff.measures.sensitive_reach(load(name)).set_index("category")
    for category, row in frame.drop(index="unknown").iterrows():
        answers = Counter(naive.can(item, category) for item in items)
        assert row["tokens_active"] == answers["yes"]
        assert row["active_uncertain"] == answers["unknown"]
        share = row["share_active"]
        assert share == answers["yes"] / len(items) if items else np.isnan(share)
    unknown = [
        not _is_full(i) and (_is_unlisted(i) or any(o not in CATALOGUE for o in _operations(i)))
        for i in items
    ]
    assert frame.loc["unknown", "tokens_active"] == sum(unknown)


@EVERY
@pytest.mark.parametrize("of", ["operations", "permissions", "owners"])
def test_gini_is_the_mean_difference(name: str, of: str) -> None:
    """The coefficient is half the relative mean difference of all pairs; the curve ends at 1.

    Tokens without an owner are a row of their own, and no owner to compare with.
    """
    frame = dff.measures.concentration(load(name), of=of).dropna(subset="holder")
    values = frame["value"].dropna().astype(float).tolist()
    if not sum(values):
        assert frame["gini"].isna().all()
        return
    if len(values) <= 300:
        pairs = 2 * sum(abs(a - b) for a, b in combinations(values, 2))
        assert frame["gini"].iloc[0] == pytest.approx(pairs / (2 * len(values) * sum(values)))
    assert frame["value_share"].dropna().iloc[-1] == pytest.approx(1)
    assert frame["value_share"].dropna().is_monotonic_increasing


def test_concentration_leaves_unknown_tokens_without_value() -> None:
    """A token whose operations are not all listed has no value; a full administrator has all current ones."""
    frame = dff.measures.concentration(load("unlisted-operations"))
    assert frame["value"].isna().sum() == 2
    full = dff.measures.concentration(load("full-administrators"))
    assert full["value"].max() == len(KNOWN) == sum(row["status"] == "current" for row in CATALOGUE.values())


@EVERY
def test_operation_matrix_groups_tokens_that_hold_the_same(name: str) -> None:
    """Full administrators are one group, tokens with unlisted operations alone; the members are right."""
    items = {item["tokenId"]: item for item in ITEMS[name]()}
    expected: dict[Any, list[str]] = defaultdict(list)
    for token_id, item in items.items():
        alone = (
            token_id
            if _is_unlisted(item)
            else frozenset((o, naive.usable(item, o)) for o in _operations(item))
        )
        expected["everything" if _is_full(item) else alone].append(token_id)
    frame = dff.measures.operation_matrix(load(name))
    found = {rows["token_ids"].iloc[0]: rows for _, rows in frame.groupby("group")}
    assert sorted(found) == sorted(map(tuple, expected.values()))
    for members, rows in found.items():
        some, first = [items[member] for member in members], rows.iloc[0]
        assert first["token_count"] == len(members)
        assert first["tokens_active"] == sum(item["isActive"] for item in some)
        assert first["name"] == some[0]["name"] if len(some) == 1 else pd.isna(first["name"])
        common = set.intersection(*({a["permissionName"] for a in i["permissionAssignments"]} for i in some))
        assert list(first["permission_names"]) == sorted(common)
        assert first["holds_everything"] == _is_full(some[0])
        assert first["is_complete"] == (_is_full(some[0]) or not _is_unlisted(some[0]))
        held = rows["operation"].dropna().tolist()
        assert held == sorted(set.union(*map(naive.held, some)))
        assert rows["severity"].dropna().tolist() == [_severity(name) for name in held]
        if len({item["kind"] for item in some}) == 1:
            assert rows["usable"].dropna().tolist() == [naive.usable(some[0], name) for name in held]


@EVERY
def test_permission_matrix_unites_what_assignments_list(name: str) -> None:
    """A permission contains what any assignment of it lists; it is unknown only if none lists anything."""
    contained: dict[str, set[str]] = defaultdict(set)
    known: dict[str, bool] = defaultdict(bool)
    for item in ITEMS[name]():
        for assigned in item["permissionAssignments"]:
            full = assigned["permissionName"] in FULL
            contained[assigned["permissionId"]] |= set(assigned.get("operations", []))
            contained[assigned["permissionId"]] |= naive.CURRENT if full else set()
            known[assigned["permissionId"]] |= full or "operations" in assigned
    frame = dff.measures.permission_matrix(load(name))
    assert set(frame["permission_id"]) == set(contained)
    for permission, rows in frame.groupby("permission_id"):
        assert set(rows["operation"].dropna()) == contained[str(permission)]
        assert rows["is_complete"].all() == known[str(permission)]


@EVERY
def test_filtered_frames_measure_as_if_read_alone(name: str) -> None:
    """Positions that a filter leaves as they were join all the same."""
    pats = load(name)
    kept = pats.filter(pats.tokens["token_no"] % 2 == 1)
    alone = frames([item for number, item in enumerate(ITEMS[name]()) if number % 2])
    for measure in set(dff.measures.__all__) - set(QUESTIONS):
        pd.testing.assert_frame_equal(
            getattr(dff.measures, measure)(kept).drop(columns="token_no", errors="ignore"),
            getattr(dff.measures, measure)(alone).drop(columns="token_no", errors="ignore"),
            check_categorical=False,
        )
