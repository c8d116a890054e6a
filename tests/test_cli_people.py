"""`dfns-frames who-can`, `explain`, and owners and ways in `tokens`: the organisation from the shell."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from dfns_frames.cli import main
from tests.demo_answers import names
from tests.demo_frames import organisation

pytestmark = pytest.mark.usefixtures("no_account")
Captured = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a folder with the demo's organisation, as Parquet."""
    return str(organisation("platform-lead").to_parquet(tmp_path_factory.mktemp("org") / "lead"))


def rows(capsys: Captured) -> list[dict[str, str]]:
    """Return the rows of the CSV that was printed."""
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))


@pytest.mark.parametrize("words", [["move_funds"], ["move", "funds"], ["move-funds"]], ids=" ".join)
def test_who_can_is_the_measure(words: list[str], folder: str, capsys: Captured) -> None:
    """Ways and categories may be written with spaces or hyphens; --alone leaves out whom something stops."""
    assert main(["who-can", *words, "--from", folder, "--format", "csv"]) == 0
    found = rows(capsys)
    expected = organisation("platform-lead").who_can("move_funds")
    assert [row["identity_id"] for row in found] == expected["identity_id"].tolist()
    assert list(found[0]) == list(expected)
    assert main(["who-can", *words, "--alone", "--from", folder, "--format", "csv"]) == 0
    assert {row["alone"] for row in rows(capsys)} == {"yes", "unknown"}


def test_who_can_names_what_was_not_read(tmp_path: Path, capsys: Captured) -> None:
    """Standard error names each source that was not read; a table has no column that is empty throughout."""
    left = organisation("payments-engineer").to_parquet(tmp_path / "half")
    assert main(["who-can", "vote", "--from", str(left)]) == 0
    said = capsys.readouterr()
    for operation in ("Auth:Users:Read", "Permissions:Assignments:Read", "Policies:Read"):
        assert f"needs {operation}" in said.err
    assert "gate" in said.out.splitlines()[0]
    assert main(["who-can", "vote", "--from", str(left), "--quiet"]) == 0
    assert capsys.readouterr().err == ""


def test_nobody_is_said(folder: str, capsys: Captured) -> None:
    """An empty answer says on standard error that it is one."""
    assert main(["who-can", "Wallets:Sweeps:Delete", "--from", folder]) == 2
    assert "there is nothing called 'Wallets:Sweeps:Delete'" in capsys.readouterr().err
    assert main(["who-can", "Stakes:Delete", "--from", folder, "--alone"]) in (0, 2)
    assert "dfns-frames: " in capsys.readouterr().err


def test_what_nobody_knows_is_refused_before_anything_is_read(capsys: Captured) -> None:
    """The message lists what there is, and no token is needed to get it."""
    assert main(["who-can", "mov", "funds"]) == 2
    said = capsys.readouterr().err
    assert "close matches: move_funds" in said
    assert "Ways: transfer, " in said


def test_explain_says_through_what(folder: str, capsys: Captured) -> None:
    """A token's own rights and its user's, with dates; as JSON it is what the measure returns."""
    token = names.token_id("platform-lead", "2026-10-06 sweeper")
    assert main(["explain", token, "--from", folder]) == 0
    table = capsys.readouterr().out.splitlines()
    assert table[0].split()[:2] == ["through", "permission_name"]
    assert {line.split()[0] for line in table[1:]} >= {"token", "user", "group"}
    assert main(["explain", token, "--operation", "Wallets:Transfers:Create", "--from", folder]) == 0
    assert len(capsys.readouterr().out.splitlines()) < len(table)
    assert main(["explain", token, "--from", folder, "--format", "json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == len(table) - 1
    assert main(["explain", token[:-1], "--from", folder]) == 2
    assert f"close matches: {token}" in capsys.readouterr().err


@pytest.mark.parametrize("owner", ["rebalancer", "Rebalancer", None], ids=str)
def test_tokens_of_an_owner_by_name(owner: str | None, folder: str, capsys: Captured) -> None:
    """An owner is called by name or by id; both stand in the table."""
    owner = owner or names.identity_id("rebalancer")
    assert main(["tokens", "--owner", owner, "--from", folder, "--format", "csv"]) == 0
    (token,) = rows(capsys)
    assert token["token_id"] == names.token_id("rebalancer", "2026-02 rebalancer")
    assert token["owner_name"] == "rebalancer"
    assert main(["tokens", "--owner", owner, "--from", folder]) == 0
    assert "owner_name" in capsys.readouterr().out.splitlines()[0]
    assert main(["tokens", "--owner", "rebalancr", "--from", folder]) == 0
    assert "close matches: rebalancer" in capsys.readouterr().err


def test_tokens_that_can_go_a_way(folder: str, capsys: Captured) -> None:
    """A way needs all its operations, an operation counts under each of its names."""
    asked = ["tokens", "--from", folder, "--format", "csv", "--can"]
    assert main([*asked, "withdraw from an exchange"]) == 0
    can = {row["token_id"]: row["withdraw_from_an_exchange"] for row in rows(capsys)}
    assert can[names.token_id("rebalancer", "2026-02 rebalancer")] == "yes"
    assert can[names.token_id("sandbox-faucet", "2026-03 faucet")] == "unknown"
    assert main([*asked, "Wallets:Transfers:Create"]) == 0
    can = {row["token_id"]: row["Wallets:Transfers:Create"] for row in rows(capsys)}
    assert can[names.token_id("platform-lead", "2022-11 test")] == "yes"  # as Wallets:TransferAsset
    assert main([*asked, "swap"]) == 0
    assert names.token_id("platform-lead", "2022-11 test") not in {row["token_id"] for row in rows(capsys)}
    assert main([*asked, "config"]) == 0
    assert len(rows(capsys)) > 0
    assert main([*asked, "Wallets:Nonsense"]) == 2
    assert main([*asked, "transfr"]) == 2
    assert "Did you mean transfer?" in capsys.readouterr().err


def test_the_table_says_where_it_holds(folder: str, capsys: Captured) -> None:
    """Own delegated wallets are not all wallets: the scope stands beside the gate."""
    assert main(["who-can", "move_funds", "--from", folder]) == 0
    columns = capsys.readouterr().out.splitlines()[0].split()
    assert columns[columns.index("gate") + 1] == "scope"
