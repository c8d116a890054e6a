"""What each token can do, class by class: `capabilities`, and the rules that all measures share."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dfns_frames as dff
from dfns_frames.measures.classes import worst_text
from tests import naive_measures as naive
from tests import organisations
from tests.plot_inputs import DATES, ITEMS, MADE_UP, Item, frames, load, token

EVERY = pytest.mark.parametrize("name", ITEMS)
KINDS = ("Pat", "ServiceAccount", "Token", "Application", "Brand New")
SPECIAL = sorted(
    {*naive.REFUSED["Pat"], *naive.REFUSED["ServiceAccount"], "Policies:Evaluations:Vote"}
    | {"Policies:Approvals:Approve", "Auth:Recover:Delegated", "Auth:Login:Delegated"}
)
COLUMNS = [
    *("token_id", "name", "owner_id", "owner_name", "is_active", "age_days", "holds_everything", "worst"),
    *("worst_is_lower_bound", *naive.CLASSES, "source", "token_no"),
]
_operation = st.sampled_from(SPECIAL) | st.sampled_from(sorted(naive.CATALOGUE)) | st.sampled_from(MADE_UP)
_given = st.tuples(
    st.sampled_from(["p", "q", "r", "s", "t", "u", "v", "ManagedFullAdminAccess"]),
    st.none() | st.lists(_operation, max_size=4),
)
_fields = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(KINDS),
        "isActive": st.booleans(),
        "dateCreated": st.sampled_from(DATES),
        "linkedUserId": st.sampled_from(["us-1", "None", "nan", ""]),
        "linkedAppId": st.sampled_from(["", "", "ap-1"]),
    }
)
_items = st.lists(
    st.builds(lambda given, fields: {"given": given, **fields}, st.lists(_given, max_size=3), _fields),
    max_size=8,
).map(lambda made: [token(n, *each.pop("given"), **each) for n, each in enumerate(made)])


def _check(items: list[Item], frame: pd.DataFrame) -> None:
    assert list(frame.columns) == COLUMNS
    assert sorted(frame.index) == list(range(len(items)))
    for n, item in enumerate(items):
        row: Any = frame.loc[n]
        assert row["token_id"] == item["tokenId"]
        assert row["token_no"] == n
        assert row["holds_everything"] == naive.is_full(item)
        owner = item["linkedUserId"] or item["linkedAppId"]
        assert row["owner_id"] == owner if owner else pd.isna(row["owner_id"])
        worst = naive.worst(item)
        assert pd.isna(row["worst"]) if worst is None else row["worst"] == worst
        assert row["worst_is_lower_bound"] == naive.is_bound(item)
        assert [row[name] for name in naive.CLASSES] == [naive.can(item, name) for name in naive.CLASSES]


@EVERY
def test_capabilities_are_those_counted_from_the_response(name: str) -> None:
    """A row a token: owner, worst and each class are what a plain count of the response gives."""
    _check(ITEMS[name](), dff.measures.capabilities(load(name)))


@given(_items)
@settings(max_examples=80, deadline=None)
def test_capabilities_of_any_tokens(items: list[Item]) -> None:
    """So are they of random tokens; operations_per_token and sensitive_reach say the same."""
    pats = frames(items)
    frame = dff.measures.capabilities(pats)
    _check(items, frame)
    counted = dff.measures.operations_per_token(pats).loc[frame.index]
    pd.testing.assert_frame_equal(
        counted[["worst", "worst_is_lower_bound", "holds_everything"]],
        frame[["worst", "worst_is_lower_bound", "holds_everything"]],
    )
    assert (counted[[*naive.SEVERITIES, "refused"]].sum(axis=1) == counted["operation_count_at_least"]).all()
    assert counted["operation_count"].tolist() == [len(naive.listed(items[n])) for n in frame.index]
    reach = dff.measures.sensitive_reach(pats).set_index("category")
    for category in naive.CLASSES:
        active = frame[frame["is_active"]][category]
        assert reach.loc[category, "tokens_active"] == (active == "yes").sum()
        assert reach.loc[category, "active_uncertain"] == (active == "unknown").sum()
        assert reach.loc[category, "token_count"] == (frame[category] == "yes").sum()


@given(_items.filter(bool), _given, st.integers(0, 7))
@settings(max_examples=60, deadline=None)
def test_more_rights_never_turn_a_yes_into_a_no(items: list[Item], more: Any, which: int) -> None:
    """A further assignment takes nothing away; an unlisted one turns no into unknown and nothing else."""
    name, operations = more
    before = dff.measures.capabilities(frames(items)).sort_index()
    extra = token(0, (f"{name} more" if operations is None else name, operations))["permissionAssignments"]
    changed = which % len(items)
    items[changed]["permissionAssignments"] += extra
    after = dff.measures.capabilities(frames(items)).sort_index()
    for category in naive.CLASSES:
        was, is_ = before.loc[changed, category], after.loc[changed, category]
        assert was != "yes" or is_ == "yes"
        if operations is None:
            assert is_ == ("unknown" if was == "no" else was)
    assert before.drop(index=changed).equals(after.drop(index=changed))


@pytest.mark.parametrize(
    ("given", "worst", "words", "bound"),
    [
        ([], None, None, False),
        ([("p", ())], None, None, False),
        ([("p", ("Wallets:Create",))], "low", "low", False),
        ([("p", ("Wallets:Create",)), ("hidden", None)], "low", "at least low", True),
        ([("p", ("Wallets:Read",)), ("hidden", None)], "none", "at least none", True),
        ([("p", ("Wallets:Create", MADE_UP[0]))], "low", "at least low", True),
        ([("hidden", None)], "unknown", "unknown", True),
        ([("p", (MADE_UP[0],))], "unknown", "unknown", True),
        ([("p", ("Keys:Export",)), ("hidden", None)], "critical", "critical", False),
        ([("ManagedFullAdminAccess", None)], "critical", "critical", False),
        ([("DfnsFullAdminAccess", ("Wallets:Read", MADE_UP[0])), ("p", None)], "critical", "critical", False),
        ([("p", ("Auth:Pats:Create",))], None, None, False),
        ([("p", ("Auth:Recover:Delegated", "Wallets:Create"))], "low", "low", False),
    ],
    ids=str,
)
def test_worst_is_the_highest_known(
    given: list[Any], worst: str | None, words: str | None, bound: bool
) -> None:
    """One rule everywhere: the highest severity listed and usable, and a flag where more may be held."""
    pats = frames([token(1, *given)])
    for frame in (dff.measures.capabilities(pats), dff.measures.operations_per_token(pats)):
        assert frame["worst"].astype(object).where(frame["worst"].notna(), None).tolist() == [worst]
        assert frame["worst_is_lower_bound"].tolist() == [bound]
        said = worst_text(frame["worst"], frame["worst_is_lower_bound"])
        assert said.astype(object).where(said.notna(), None).tolist() == [words]


def test_a_service_accounts_vote_is_unknown() -> None:
    """Whether its vote counts depends on policies, which are not read; a personal token's vote counts."""
    vote = ("p", ("Policies:Approvals:Approve",))
    pats = frames([token(0, vote, kind="ServiceAccount"), token(1, vote), token(2, vote, kind="New")])
    frame = dff.measures.capabilities(pats).sort_index()
    assert frame["approve"].tolist() == ["unknown", "yes", "yes"]
    assert frame["worst"].tolist() == ["unknown", "critical", "critical"]
    assert frame["worst_is_lower_bound"].tolist() == [True, False, False]
    assert set(frame.loc[0, naive.CLASSES].drop("approve")) == {"no"}
    assert dff.measures.token_ages(pats).sort_index()["privilege"].tolist() == [
        "unknown",
        "critical or high",
        "critical or high",
    ]


def test_capabilities_come_worst_first_then_oldest() -> None:
    """Those without a date come last among equals, and so does what is unknown or nothing."""
    low, critical = ("p", ("Wallets:Create",)), ("q", ("Keys:Export",))
    pats = frames(
        [
            token(0),
            token(1, ("hidden", None)),
            token(2, low, dateCreated="2026-01-01T00:00:00Z"),
            token(3, low, dateCreated="soon"),
            token(4, low, dateCreated="2024-01-01T00:00:00Z"),
            token(5, critical),
        ]
    )
    assert dff.measures.capabilities(pats)["token_no"].tolist() == [5, 4, 2, 3, 1, 0]


def test_capabilities_make_masks() -> None:
    """A mask of the frame, which is sorted, keeps the tokens that it names; of filtered frames too."""
    pats = load("demo")
    pats = pats.filter(pats.tokens["is_active"])
    frame = dff.measures.capabilities(pats)
    kept = pats.filter(frame["move_funds"] == "yes")
    assert set(kept.tokens["token_id"]) == set(frame[frame["move_funds"] == "yes"]["token_id"])
    assert frame["source"].dtype == "category"


def test_capabilities_of_no_tokens_have_every_column() -> None:
    """The empty frame has the columns and dtypes of a full one, categories included."""
    empty, full = (dff.measures.capabilities(load(name)) for name in ("none", "demo"))
    assert empty.empty
    assert empty.drop(columns="source").dtypes.equals(full.drop(columns="source").dtypes)


@pytest.mark.filterwarnings("ignore::dfns_frames.DriftWarning")
@pytest.mark.parametrize(
    ("fetched_at", "created", "days"),
    [
        ("2026-03-02T12:00:00Z", "2026-03-02T12:00:00.400Z", 0),  # the answer's Date has whole seconds
        ("2026-03-02T12:00:00Z", "2026-03-02T12:00:01Z", None),
        ("2026-03-02T12:00:00Z", "2026-03-01T12:00:00.000001Z", 0),
        ("2026-03-02T12:00:00Z", "2026-03-01T12:00:00Z", 1),
        ("1980-01-01T00:00:00Z", "2026-03-01T12:00:00Z", None),  # a file out of an archive
        ("2026-03-02T12:00:00Z", "0001-01-01T00:00:00Z", 739676),
        ("2026-03-02T12:00:00Z", "9999-12-31T23:59:59.999999Z", None),
        ("2026-03-02T12:00:00Z", "soon", None),
    ],
)
def test_ages_are_whole_days_rounded_down_and_never_negative(
    fetched_at: str, created: str, days: int | None
) -> None:
    """The same in every measure that has ages."""
    pats = dff.read({"items": [token(1, dateCreated=created)]}, fetched_at=fetched_at)
    for measure in (dff.measures.capabilities, dff.measures.token_ages):
        ages = measure(pats)["age_days"]
        assert ages.dtype == "Int64"
        assert ages.isna().tolist() == [days is None]
        assert ages.dropna().tolist() == [days] * (days is not None)


@pytest.mark.filterwarnings("ignore:The 'future.infer_string' option")
def test_capabilities_are_the_same_whatever_pandas_calls_text() -> None:
    """With `future.infer_string` off, a missing owner stays missing, and one called "nan" stays text."""
    items = [token(n, linkedUserId=owner) for n, owner in enumerate(["", "nan", "None", "us-1"])]
    frame = dff.measures.capabilities(frames(items))
    with pd.option_context("future.infer_string", False):
        again = dff.measures.capabilities(frames(items))
    assert again["owner_id"].isna().tolist() == [True, False, False, False]
    assert again["owner_id"].dropna().tolist() == ["nan", "None", "us-1"]
    pd.testing.assert_frame_equal(again, frame, check_column_type=False)


MANAGED = "ManagedFullAdminAccess"
READ = {organisations.PATS: "ok", organisations.PERMISSIONS: "ok"}


@pytest.mark.parametrize(
    ("listed", "statuses", "is_full"),
    [
        ((), {organisations.PATS: "ok"}, True),
        ((organisations.Permission("pm-1", ("Wallets:Read",), MANAGED, immutable=True),), READ, True),
        ((organisations.Permission("pm-1", ("Wallets:Read",), MANAGED),), READ, False),
        ((), READ, False),
        ((), {**READ, organisations.PERMISSIONS: "forbidden"}, True),
    ],
    ids=["permissions not asked for", "immutable", "can be edited", "not listed", "refused"],
)
def test_a_managed_name_is_everything_only_where_it_is_immutable(
    listed: tuple[organisations.Permission, ...], statuses: dict[str, str], is_full: bool
) -> None:
    """Anybody may call a permission so; where permissions were read, every measure asks whose it is."""
    given = organisations.Assigned("pm-1", MANAGED, ("Wallets:Read",))
    holder = organisations.Token("to-1", "us-1", (given,))
    org = organisations.frames(
        organisations.Organisation(permissions=listed, tokens=(holder,), statuses=statuses)
    )
    measures = dff.measures
    assert measures.capabilities(org)["holds_everything"].tolist() == [is_full]
    assert measures.operations_per_token(org)["holds_everything"].tolist() == [is_full]
    assert measures.sensitive_reach(org)["token_count"].iloc[0] == is_full
    assert set(measures.operation_matrix(org)["holds_everything"]) == {is_full}
    assert set(measures.permission_matrix(org)["holds_everything"]) == {is_full}
    assert (len(measures.effective_operations(org)) > 1) == is_full
    through = measures.explain(org, "to-1")["through"].tolist()
    assert through == ["full administrator" if is_full else "token"]


def test_owners_have_names_where_users_were_read() -> None:
    """A user is called by name, else by the name to sign in with; an owner who was not read has none."""
    users = [
        organisations.User("us-1", name="Ada"),
        organisations.User("us-2"),
        organisations.User("us-3", name="  "),
    ]
    tokens = [organisations.Token(f"to-{n}", f"us-{n}") for n in range(1, 5)]
    org = organisations.Organisation(users=tuple(users), tokens=(*tokens, organisations.Token("to-5", None)))
    able = dff.measures.capabilities(organisations.frames(org)).set_index("token_id").loc[:"to-5"]
    assert able["owner_id"].dropna().tolist() == ["us-1", "us-2", "us-3", "us-4"]
    assert able["owner_name"].dropna().to_dict() == {
        "to-1": "Ada",
        "to-2": "us-2@example.test",
        "to-3": "us-3@example.test",
    }
    assert dff.measures.capabilities(load("half-known"))["owner_name"].isna().all()
