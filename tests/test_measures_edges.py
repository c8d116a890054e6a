"""The ends of what measures take: odd options, odd dates, tokens without owner, what are no frames."""

from __future__ import annotations

import inspect
from typing import Any

import numpy as np
import pandas as pd
import pytest

import dfns_frames as dff
from dfns_frames._api.catalogue import CATEGORIES, SEVERITIES, SEVERITY_MEANINGS, usability
from dfns_frames.measures.classes import SENSITIVE
from dfns_frames.measures.options import check_count
from tests import naive_measures as naive
from tests.organisations import QUESTIONS
from tests.plot_inputs import KNOWN, frames, load, token

MEASURES = [getattr(dff.measures, name) for name in dff.measures.__all__]
OF_TOKENS = [measure for measure in MEASURES if measure.__name__ not in QUESTIONS]
EVERY = pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.__name__)


@EVERY
@pytest.mark.parametrize(
    ("given", "words"),
    [
        (lambda: load("demo").tokens, "a DataFrame: pass `pats`, not `pats.tokens`"),
        (lambda: load("demo").tokens["name"], "a Series"),
        (lambda: pd.DataFrame({"arrow": [1]}), "a DataFrame"),
        (lambda: None, "None"),
        (lambda: {"items": []}, "a dict: "),
        (lambda: [load("demo")], "a list: "),
        (lambda: load("demo").arrow("tokens"), "a Table: "),
    ],
    ids=["tokens", "column", "column called arrow", "None", "dict", "list", "arrow"],
)
def test_what_are_no_frames_is_refused_in_words(measure: Any, given: Any, words: str) -> None:
    """Every measure says what to pass instead, not which attribute it missed."""
    with pytest.raises(dff.ConfigurationError) as refused:
        measure(given(), *QUESTIONS.get(measure.__name__, ()))
    assert "take Frames" in str(refused.value)
    assert words in str(refused.value)


@EVERY
def test_options_are_typed_and_documented(measure: Any) -> None:
    """Each takes frames first and options by name, and its docstring has every section."""
    first, *rest = inspect.signature(measure).parameters.values()
    assert first.name == "frames"
    if measure.__name__ not in QUESTIONS:
        assert all(option.kind is option.KEYWORD_ONLY for option in rest)
    for part in ("Parameters\n", "Returns\n", "Raises\n", "Examples\n", "A row is"):
        assert part in measure.__doc__


@pytest.mark.parametrize(
    "value",
    ["X", "ms", "", None, 3, ["MS"], {"MS"}, pd.DataFrame({"a": range(99)}), np.array(["MS"])],
    ids=type,
)
@pytest.mark.parametrize(
    ("measure", "option", "choices"),
    [
        ("creation_over_time", "freq", ["D", "W", "MS", "QS", "YS"]),
        ("creation_over_time", "by", ["kind", "is_active", "source", "caller", "org_id"]),
        ("creation_and_survival", "freq", ["D", "W", "MS", "QS", "YS"]),
        ("concentration", "of", ["operations", "permissions", "owners"]),
    ],
)
def test_options_with_few_values_name_what_is_possible(
    measure: str, option: str, choices: list[str], value: Any
) -> None:
    """The message has the option, the value and every possible one, whatever was given."""
    with pytest.raises(dff.ConfigurationError) as refused:
        getattr(dff.measures, measure)(load("demo"), **{option: value})
    said = str(refused.value)
    assert said.startswith(f"{option} must be one of {', '.join(map(repr, choices))}, not {repr(value)[:20]}")
    assert len(said) < 200


@pytest.mark.parametrize(
    "value", ["30", 2.0, None, True, [3], np.float64(3), "x", np.array([1, 2])], ids=repr
)
def test_counts_are_whole_numbers(value: Any) -> None:
    """A text or a float is refused with the option's name, not with a TypeError of Python's."""
    with pytest.raises(dff.ConfigurationError, match=r"^top must be a whole number of at least 1, not "):
        check_count("top", value)


@pytest.mark.parametrize("value", [0, -3, np.int64(0)])
def test_counts_begin_at_one(value: Any) -> None:
    """Zero and less are refused with the number that was given; numpy's integers are as good as Python's."""
    with pytest.raises(dff.ConfigurationError, match=f"^top must be at least 1, not {value}$"):
        check_count("top", value)
    assert check_count("top", np.int32(30)) == check_count("top", 30) == 30


ENDS = ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z")


@pytest.mark.parametrize("measure", OF_TOKENS, ids=lambda measure: measure.__name__)
@pytest.mark.parametrize("dates", [ENDS[:1], ENDS[1:]], ids=["first", "last"])
def test_the_ends_of_time_are_counted(measure: Any, dates: tuple[str, ...]) -> None:
    """A token of year 1 or 9999 is in every measure."""
    pats = frames([token(n, "p", dateCreated=when) for n, when in enumerate(dates)])
    frame = measure(pats)
    assert len(frame)
    if "created" in frame:
        assert frame["created"].sum() == 1


@pytest.mark.parametrize("freq", ["D", "W", "MS", "QS", "YS"])
def test_periods_from_year_1_to_9999(freq: Any) -> None:
    """All five lengths count both tokens, or say which option helps."""
    pats = frames([token(n, "p", dateCreated=when) for n, when in enumerate(ENDS)])
    frame = dff.measures.creation_over_time(pats, freq=freq)
    assert frame["created"].sum() == 2
    assert frame["period_start"].min() == pd.Timestamp(ENDS[0])


def test_millions_of_periods_are_refused_with_both_ways_out() -> None:
    """Two states of 3,652,059 days are too many rows: a longer freq helps, or fewer tokens."""
    pats = frames([token(n, "p", dateCreated=when) for n, when in enumerate(ENDS)])
    with pytest.raises(dff.ConfigurationError, match=r"3,652,059 periods.*pass a longer freq.*or leave out"):
        dff.measures.creation_over_time(pats, freq="D", by="is_active")


def test_a_calendar_of_millions_of_days_gives_advice_that_applies() -> None:
    """It has no freq, so none is mentioned; what the message says to do works."""
    items = [token(n, dateCreated=when) for n, when in enumerate([*ENDS, "2025-05-05T00:00:00Z"])]
    pats = frames(items)
    with pytest.raises(dff.ConfigurationError) as refused:
        dff.measures.creation_calendar(pats)
    said = str(refused.value)
    assert "freq" not in said
    assert "0001-01-01" in said
    assert "9999-12-31" in said
    assert 'pats.filter(pats.tokens["date_created"].between("2020", "2100"))' in said
    kept = pats.filter(pats.tokens["date_created"].between("2020", "2100"))
    assert dff.measures.creation_calendar(kept)["created"].sum() == 1


def test_periods_that_are_yet_to_come_are_not_over() -> None:
    """A token dated in the future makes future periods; none of them counts as complete."""
    dates = ["2026-10-01T00:00:00Z", "2027-01-15T00:00:00Z"]
    pats = frames([token(n, dateCreated=when) for n, when in enumerate(dates)])
    for measure in (dff.measures.creation_over_time, dff.measures.creation_and_survival):
        frame = measure(pats)
        assert frame["is_partial"].tolist() == [False, True, True, True]
    later = dff.measures.creation_over_time(pats.filter(["to-1"]))
    assert later["is_partial"].tolist() == [True]


def test_nothing_created_before_hundreds_of_periods_is_lost() -> None:
    """Of 60 years by day, every token is in the totals, those dated after the snapshot too."""
    dates = [f"{year}-07-01T00:00:00Z" for year in range(1975, 2036)]
    pats = frames([token(n, dateCreated=when) for n, when in enumerate(dates)])
    frame = dff.measures.creation_and_survival(pats, freq="D")
    assert len(frame) > 20_000
    assert frame["created"].sum() == frame["cumulative_created"].max() == len(dates)


@pytest.mark.filterwarnings("ignore:The 'future.infer_string' option")
@pytest.mark.parametrize("infer", [True, False])
def test_no_owner_is_called_nan(infer: bool) -> None:
    """A token without an owner is nobody's, under every option of pandas: one owner, Gini 0."""
    pats = frames([token(1, linkedUserId="us-1"), token(2, linkedUserId="")])
    with pd.option_context("future.infer_string", infer):
        frame = dff.measures.concentration(pats, of="owners")
    assert frame["holder"].fillna("missing").tolist() == ["us-1", "missing"]
    assert frame["value"].tolist() == [1, 1]
    assert frame["value_share"].isna().tolist() == [False, True]
    assert frame["gini"].tolist() == [0.0, 0.0]
    assert frame.attrs["notes"] == ["1 token without an owner is left out."]


def test_an_application_owns_what_no_user_does() -> None:
    """The user comes first; an application stands in where there is none."""
    pats = frames(
        [
            token(1, linkedUserId="us-1", linkedAppId="ap-1"),
            token(2, linkedUserId="", linkedAppId="ap-1"),
            token(3, linkedUserId="", linkedAppId="ap-1"),
        ]
    )
    frame = dff.measures.concentration(pats, of="owners")
    assert dict(zip(frame["holder"], frame["value"], strict=True)) == {"us-1": 1, "ap-1": 2}
    assert frame.attrs["notes"] == []


@pytest.mark.filterwarnings("ignore::dfns_frames.errors.DriftWarning")
def test_concentration_calls_holders_by_name() -> None:
    """Owners as users are called where these were read; a token without an owner is nobody's."""
    org = dff.demo.client("compliance").organization()
    owners = dff.measures.concentration(org, of="owners")
    users = org.users.drop_duplicates("user_id").set_index("user_id")
    called = users["name"].fillna(users["username"])
    assert owners["holder_name"].tolist()[:-1] == called.reindex(owners["holder"][:-1]).tolist()
    assert owners.iloc[-1][["holder", "holder_name"]].isna().all()
    tokens = dff.measures.concentration(org)
    names = org.tokens.set_index("token_id")["name"]
    assert tokens["holder_name"].tolist() == names.reindex(tokens["holder"]).tolist()
    alone = dff.demo.client("compliance").pats()
    assert dff.measures.concentration(alone, of="owners")["holder_name"].isna().all()


@pytest.mark.parametrize("n", [1, 2, 7])
def test_gini_of_one_who_has_everything(n: int) -> None:
    """It is (n - 1) / n, as the docstring says, and 0 where all have the same."""
    one = [token(0, ("p", KNOWN[:9])), *(token(k) for k in range(1, n))]
    same = [token(k, ("p", KNOWN[:9])) for k in range(n)]
    assert dff.measures.concentration(frames(one))["gini"].iloc[0] == pytest.approx((n - 1) / n)
    assert dff.measures.concentration(frames(same))["gini"].iloc[0] == pytest.approx(0)


def test_concentration_says_what_it_assumed_and_left_out() -> None:
    """Full administrators count with everything, unlisted operations are left out, and the notes say so."""
    frame = dff.measures.concentration(load("full-administrators"))
    assert frame.attrs["notes"] == [
        f"2 tokens of full administrators: all {len(naive.CURRENT)} current operations each, listed or not."
    ]
    frame = dff.measures.concentration(load("unlisted-operations"))
    assert frame.attrs["notes"] == ["2 tokens are left out: the API did not list all of their operations."]


def test_full_administrators_hold_everything_in_every_measure() -> None:
    """Whatever the API listed of them, nobody holds more, in counts, classes, groups and shares."""
    pats = frames(
        [
            token(1, ("ManagedFullAdminAccess", KNOWN[:57])),
            token(2, ("broad", KNOWN[:60])),
            token(3, ("DfnsFullAdminAccess", None), isActive=False),
        ]
    )
    counted = dff.measures.operations_per_token(pats)
    assert counted["token_id"].tolist() == ["to-1", "to-3", "to-2"]
    assert counted["operation_count"].tolist() == [57, 0, 60]
    assert counted["operation_count_at_least"].tolist() == [len(KNOWN), len(KNOWN), 60]
    groups = dff.measures.operation_matrix(pats)
    assert groups.loc[groups["holds_everything"], "token_ids"].unique().tolist() == [("to-1", "to-3")]
    assert set(groups.loc[groups["holds_everything"], "operation"]) == set(KNOWN)
    permissions = dff.measures.permission_matrix(pats)
    assert permissions.groupby("permission_name")["operation"].nunique().to_dict() == {
        "ManagedFullAdminAccess": len(KNOWN),
        "DfnsFullAdminAccess": len(KNOWN),
        "broad": 60,
    }
    shares = dff.measures.concentration(pats).set_index("holder")["value"]
    assert shares.to_dict() == {"to-1": len(KNOWN), "to-2": 60, "to-3": len(KNOWN)}
    able = dff.measures.capabilities(pats).set_index("token_id")
    assert set(able.loc[["to-1", "to-3"], naive.CLASSES].to_numpy().ravel()) == {"yes"}
    reach = dff.measures.sensitive_reach(pats).set_index("category").drop(index="unknown")
    assert (reach["tokens_active"] >= 1).all()
    assert (reach["tokens_inactive"] == 1).all()


def test_tokens_with_unlisted_operations_are_never_said_to_be_the_same() -> None:
    """Each is a group of its own, named after itself; a group of several has no one's name."""
    hidden, seen = ("hidden", None), ("seen", KNOWN[:3])
    given = [(hidden,), (hidden,), (seen,), (seen, "extra"), (seen,)]
    pats = frames([token(n, *each) for n, each in enumerate(given, start=1)])
    groups = dff.measures.operation_matrix(pats).drop_duplicates("group").set_index("token_ids")
    assert groups["name"].fillna("missing").to_dict() == {
        ("to-3", "to-5"): "missing",
        ("to-1",): "token 1",
        ("to-2",): "token 2",
        ("to-4",): "token 4",
    }
    assert groups["permission_names"].iloc[0] == ("seen",)
    assert groups.index[~groups["is_complete"]].tolist() == [("to-1",), ("to-2",)]


def test_refusals_are_those_of_the_access_matrix() -> None:
    """By kind of token, today's names and older ones; of other kinds nothing is refused."""
    for name in naive.CATALOGUE:
        for kind in ("Pat", "ServiceAccount", "Token", "something new", None):
            assert usability(kind, name) == naive.usable({"kind": kind}, name)
    assert usability("Pat", "Auth:Login:Delegated") == "no"
    assert usability("ServiceAccount", "Policies:Approvals:Approve") == "unknown"
    assert usability("Pat", "In:No:Catalogue") == "yes"


def test_refused_operations_exist() -> None:
    """The file of refusals names current operations of the catalogue, so that a typo is noticed."""
    assert naive.REFUSED["Pat"] | naive.REFUSED["ServiceAccount"] <= naive.CURRENT


def test_every_category_and_severity_has_words() -> None:
    """Labels and meanings stand in one place, for every value that occurs; sentences end in a full stop."""
    operations = dff.operations()
    assert set(CATEGORIES) == set(operations["category"])
    assert list(SENSITIVE) == naive.CLASSES == list(CATEGORIES)[: len(SENSITIVE)]
    assert len({category.label for category in CATEGORIES.values()}) == len(CATEGORIES)
    assert list(dff.operations()["severity"].cat.categories) == [*reversed(SEVERITIES)][1:]
    assert (tuple(SEVERITY_MEANINGS), SEVERITIES[-1]) == (SEVERITIES, "unknown")
    for meaning in [*SEVERITY_MEANINGS.values(), *(category.meaning for category in CATEGORIES.values())]:
        assert meaning[0].isupper()
        assert meaning.endswith(".")


@pytest.mark.parametrize("measure", OF_TOKENS, ids=lambda measure: measure.__name__)
@pytest.mark.filterwarnings("ignore:The 'future.infer_string' option")
def test_missing_text_is_missing_under_every_option_of_pandas(measure: Any) -> None:
    """Ids that are missing, and names that read as if they were, are the same whatever pandas infers."""
    bare = token(2, ("nan", None), "None", tokenId="", linkedUserId="", name="None", dateCreated="soon")
    for given in bare["permissionAssignments"]:
        given["permissionId"] = ""
    items = [token(1, ("p", KNOWN[:3]), linkedUserId="nan"), bare, token(3, linkedUserId="")]
    with pd.option_context("future.infer_string", True):
        expected = measure(frames(items))
    with pd.option_context("future.infer_string", False):
        found = measure(frames(items))
    pd.testing.assert_frame_equal(found, expected, check_column_type=False)
    for column in found.select_dtypes("string"):
        missing = expected[column].isna()
        assert not found.loc[missing, column].isin(["nan", "None", "<NA>"]).any()
