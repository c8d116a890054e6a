"""The workbook of an organisation: who can do what, its users, permissions and policies."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import dfns_frames as dff
from dfns_frames.export import to_excel
from tests.demo_frames import organisation
from tests.export_samples import named, with_openpyxl
from tests.organisations import (
    PATS,
    Approval,
    Assigned,
    Organisation,
    Permission,
    Policy,
    Token,
    User,
    frames,
)

Sheets = dict[str, list[list[Any]]]
OWN = ["Who can", "Tokens", "Users", "Permissions", "Policies"]


@pytest.fixture(scope="module")
def sheets(tmp_path_factory: pytest.TempPathFactory) -> Sheets:
    """Return the sheets of the demo's organisation."""
    return with_openpyxl(organisation("platform-lead").to_excel(tmp_path_factory.mktemp("x") / "org.xlsx"))


def frame(sheets: Sheets, name: str) -> pd.DataFrame:
    """Return a sheet as a frame."""
    header, *rows = sheets[name]
    return pd.DataFrame(rows, columns=header)


def test_sheets_of_an_organisation_stand_around_tokens(sheets: Sheets) -> None:
    """Who can stands before Tokens, the others behind it."""
    assert [*sheets][:6] == ["Summary", *OWN]


def test_who_can_holds_every_way_of_everybody(sheets: Sheets) -> None:
    """It has the rows of each question, those who need nobody first, and names of owners and policies."""
    found = frame(sheets, "Who can")
    org = organisation("platform-lead")
    for label, what in (("move funds", "move_funds"), ("approve", "approve"), ("manage keys", "key_custody")):
        asked = org.who_can(what)
        rows = found[found["can"] == label]
        assert len(rows) == asked["way"].notna().sum()
        assert sorted(rows["identity_id"]) == sorted(asked.loc[asked["way"].notna(), "identity_id"])
    words = found["alone"].tolist()
    assert words == sorted(words, key=["yes", "sometimes", "unknown", "no"].index)
    katharina = found.iloc[0]
    assert (katharina["who"], katharina["way"], katharina["gate"]) == (
        "Katharina Lindqvist",
        "transfer",
        "approval by itself",
    )
    assert "Second pair of eyes" in katharina["policies"]
    assert "Ines Moreau" in set(found["owner"])
    # Of whom operations are unlisted there is one row, not one an answer.
    assert found["way"].isna().sum() == 2


def test_users_have_what_they_hold(sheets: Sheets) -> None:
    """A row a user: tokens, groups, permissions by either, and the worst that they can do."""
    found = frame(sheets, "Users").set_index("name")
    ines = found.loc["Ines Moreau"]
    assert (ines["tokens"], ines["groups"], ines["worst severity"]) == (121, "Platform team", "critical")
    assert {"Platform engineering", "payouts-service"} <= set(ines["permissions"].split(", "))
    assert found.loc["Priya Raman", "full administrator"] == "yes"
    assert found.loc["sandbox-faucet", "worst severity"] == "at least none"
    assert found.loc["tomasz.wrona@tidepay.example", "active"] in (False, 0)


def test_permissions_and_policies_are_in_words(sheets: Sheets) -> None:
    """What a permission allows at worst; who has to agree to what a policy watches, and what narrows it."""
    permissions = frame(sheets, "Permissions").set_index("name")
    assert permissions.loc["Treasury operations", "worst severity"] == "critical"
    assert permissions.loc["Treasury operations", "operations"] == 20
    policies = frame(sheets, "Policies").set_index("name")
    assert policies.loc["Large payments", "rule"] == "TransactionAmountLimit 100,000 USD"
    assert policies.loc["Second pair of eyes", "approval"].startswith("Treasury desk: 1 of ")
    assert "(the initiator may agree too)" in policies.loc["Second pair of eyes", "approval"]
    assert policies.loc["Hourly volume of hot wallets", "approval"] == "2 of anyone"
    assert policies.loc["Hourly volume of hot wallets", "only for"] == "walletTags.hasAny: hot, payouts"
    assert (
        policies.loc["Many small payouts", "approval"] == "Checker: 1 of approval-bot (service accounts may)"
    )


def test_owners_stand_by_name_with_the_id_beside(sheets: Sheets, tmp_path: Path) -> None:
    """Tokens names owners where users were read; else the id stands in their place, once."""
    tokens = frame(sheets, "Tokens")
    assert {"Ines Moreau", "payout-service-eu"} <= set(tokens["owner"])
    assert tokens["linked_user_id"].dropna().str.startswith("us-").all()
    header = with_openpyxl(named("a").to_excel(tmp_path / "pats.xlsx"))["Tokens"][0]
    assert "linked_user_id" not in header


def test_readme_explains_each_column(sheets: Sheets) -> None:
    """Each column of these sheets has its meaning there, and each sheet what a row is."""
    readme = frame(sheets, "README")
    for name in OWN:
        explained = set(readme.loc[readme["about"] == name, "name"])
        assert {column.removesuffix(" (UTC)") for column in sheets[name][0]} <= explained
        assert (
            readme.loc[(readme["about"] == "Sheet") & (readme["name"] == name), "text"]
            .item()
            .startswith("A row is one")
        )


def test_a_list_of_tokens_has_none_of_these_sheets(tmp_path: Path) -> None:
    """On PATs alone the workbook is as it was, and these titles are free for sheets of one's own."""
    own = pd.DataFrame({"a": [1]})
    path = named("a").to_excel(tmp_path / "pats.xlsx", sheets={"Permissions": own, "Who can": own})
    assert [*with_openpyxl(path)][:4] == ["Summary", "Permissions", "Who can", "Tokens"]
    with pytest.raises(dff.ConfigurationError, match="the name 'Permissions' is taken"):
        organisation("platform-lead").to_excel(tmp_path / "org.xlsx", sheets={"permissions": own})


def test_other_subsets_have_a_workbook_too(tmp_path: Path) -> None:
    """Users alone, or policies alone, are written without sheets of tokens."""
    whole = organisation("platform-lead")
    for number, names in enumerate((["users", "user_assignments", "user_operations"], ["policies"], [])):
        some = dff.Frames({name: whole.arrow(name) for name in names})
        path = some.to_excel(tmp_path / f"{number}.xlsx")
        assert ("Who can" in with_openpyxl(path)) == ("users" in names)
        assert ("Policies" in with_openpyxl(path)) == ("policies" in names)


def test_hostile_names_are_only_text(tmp_path: Path) -> None:
    """A name that begins as a formula is a text in each of these sheets; an id may be missing."""
    evil = '=HYPERLINK("http://x.example","x")'
    role = Assigned("pm-1", evil, ("Wallets:Transfers:Create",))
    org = Organisation(
        permissions=(Permission("pm-1", ("Wallets:Transfers:Create",), evil),),
        users=(User("us-1", (role,), name=evil), User("us-2", (Assigned("pm-9", "x", None),))),
        tokens=(Token("to-1", "us-1", (role,)), Token("to-2", None)),
        groups=(("ug-1", ("us-1", "us-gone")),),
        policies=(Policy("po-1", approvals=(Approval(("us-1",)),)), Policy("po-2", action="Block")),
    )
    found = with_openpyxl(to_excel(frames(org), tmp_path / "evil.xlsx"))
    for name in ("Who can", "Users", "Permissions", "Policies"):
        assert any(evil in str(cell) for row in found[name] for cell in row)
    assert frame(found, "Users")["worst severity"].tolist() == ["critical", "unknown"]
    only = Organisation(tokens=(Token("to-1", "us-1", (role,)),), statuses={PATS: "ok"})
    assert "Who can" not in with_openpyxl(to_excel(frames(only), tmp_path / "tokens.xlsx"))
