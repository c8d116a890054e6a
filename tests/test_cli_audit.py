"""The verbs `audit` and `rules`: what they print where, and how they end."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

import dfns_frames as dff
from dfns_frames.cli import main
from dfns_frames.export import restoring
from tests.test_audit_framework import TOKEN

ENTRY = '[[accept]]\nrule = "{}"\nsubject = "{}"\nreason = "r"\nby = "b"\nuntil = {}\n'


@pytest.fixture
def saved(tmp_path: Path) -> str:
    """Return a saved list with a token without an owner, and a harmless one."""
    path = tmp_path / "pats.json"
    items = [TOKEN, {**TOKEN, "tokenId": "to-2", "name": "\x1b[31m|evil|", "linkedUserId": ""}]
    path.write_text(json.dumps({"items": items}))
    return str(path)


def entry(tmp_path: Path, rule: str = "A01", subject: str = "to-9", until: str = "2000-01-01") -> str:
    path = tmp_path / "accepted.toml"
    path.write_text(ENTRY.format(rule, subject, until))
    return str(path)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["audit", *arguments])
    out, err = capsys.readouterr()
    return code, out, err


def test_every_format_lists_the_same_findings(
    saved: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Only the findings go to standard output; what was not looked at goes to standard error."""
    accept = entry(tmp_path)
    wanted = dff.read(saved).audit(accept=accept).findings["finding_id"].tolist()
    assert wanted
    shown: dict[str, Any] = {}
    for form in ("table", "csv", "json", "jsonl", "markdown"):
        code, out, err = run(capsys, "--from", saved, "--accept", accept, "--format", form)
        shown[form] = out
        assert code == 0
        assert "No audit can see when a token expires" in (out if form == "markdown" else err)
        assert "\x1b" not in out + err
    assert pd.read_csv(io.StringIO(shown["csv"]))["finding_id"].tolist() == wanted
    rows = [json.loads(line) for line in shown["jsonl"].splitlines()]
    assert [row["finding_id"] for row in rows] == wanted
    assert [row["finding_id"] for row in json.loads(shown["json"])["findings"]] == wanted
    assert all(f" {each} |" in shown["markdown"] for each in wanted)
    assert len(shown["table"].splitlines()) == 1 + len(wanted)
    assert shown["table"].split()[:4] == ["severity", "status", "rule", "title"]


def test_what_json_prints_is_a_baseline(
    saved: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole audit, in ASCII; the next run says what is open since."""
    _, out, _ = run(capsys, "--from", saved, "--accept", entry(tmp_path), "--format", "json")
    assert out.isascii()
    path = tmp_path / "last-week.json"
    path.write_text(out)
    found = dff.Frames(restoring.tables(restoring.document(path.read_bytes(), "it"), "it"))
    assert found == dff.read(saved).audit(accept=entry(tmp_path))
    arguments = ("--from", saved, "--accept", entry(tmp_path), "--baseline", str(path), "--format", "jsonl")
    _, out, _ = run(capsys, *arguments)
    assert {json.loads(line)["status"] for line in out.splitlines()} == {"open"}


def test_thresholds_and_the_time_of_ages_are_those_of_the_library(
    saved: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The settings say what was given, and the findings are those of the same audit in Python."""
    arguments = (
        "--threshold",
        "L03.days=5",
        "--threshold",
        " U01.most = 1",
        "--as-of",
        "2026-11-01T00:00:00Z",
    )
    code, out, _ = run(capsys, "--from", saved, *arguments, "--format", "json", "--quiet")
    wanted = dff.read(saved).audit("2026-11-01T00:00:00Z", thresholds={"L03.days": 5, "U01.most": 1})
    found = json.loads(out)
    assert code == 0
    assert [row["finding_id"] for row in found["findings"]] == wanted.findings["finding_id"].tolist()
    told = {row["setting"]: row["value"] for row in found["settings"]}
    assert (told["L03.days"], told["U01.most"]) == ("5", "1")
    assert told["as_of"] == wanted.settings.set_index("setting").loc["as_of", "value"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--threshold", "L03"), "--threshold takes NAME=VALUE, such as L03.days=180, not 'L03'"),
        (("--threshold", "L03.days=soon"), "--threshold L03.days takes a number, not 'soon'"),
        (("--threshold", "L03.days="), "--threshold L03.days takes a number, not ''"),
        (("--threshold", "L03.days=nan"), "--threshold must give L03.days a number of at least 0, not 'nan'"),
        (("--threshold", "L03.days=-1"), "--threshold must give L03.days a number of at least 0, not '-1.0'"),
        (("--threshold", "l03.day=1"), "--threshold knows no 'l03.day'. Did you mean 'L03.days'?"),
        (("--threshold", "L03.days=1", "--threshold", "L03.days=2"), "--threshold gives L03.days twice"),
        (("--as-of", "soon"), "--as-of 'soon' is not a time; pass a date"),
    ],
    ids=["no value", "no number", "empty", "nan", "negative", "misspelt", "twice", "no time"],
)
def test_settings_that_cannot_be_are_refused_before_anything_is_read(
    arguments: tuple[str, ...], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """With exit code 2, and what there is instead."""
    code, out, err = run(capsys, "--from", "no such file", *arguments)
    assert (code, out) == (2, "")
    assert said in err


def test_rules_list_their_thresholds(capsys: pytest.CaptureFixture[str]) -> None:
    """Every name that --threshold takes, with its default."""
    assert main(["rules"]) == 0
    shown = capsys.readouterr().out
    for line in dff.rules()["thresholds"].dropna():
        assert line in shown


def test_it_fails_on_findings_that_are_bad_enough(
    saved: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A finding at that severity or above ends with 1, and the reason is said; a lesser one does not."""
    empty = tmp_path / "none.json"
    empty.write_text('{"items": []}')
    arguments = ("--from", str(empty), "--accept", entry(tmp_path))
    for level, code in (("critical", 0), ("high", 0), ("medium", 1), ("low", 1), ("info", 1)):
        found, _, err = run(capsys, *arguments, "--fail-on", level)
        assert found == code, level
        assert (f"fails: 1 finding at or above {level}, not accepted" in err) is bool(code)
    assert run(capsys, *arguments)[0] == 0


def test_it_fails_on_rules_that_were_not_evaluated(saved: str, capsys: pytest.CaptureFixture[str]) -> None:
    """If that is asked for: on a list of tokens alone, no rule about policies is."""
    rules = dff.read(saved).audit().rules
    missing = rules[rules["status"] == "not evaluated"]
    code, _, err = run(capsys, "--from", saved, "--fail-on-unknown")
    assert code == bool(len(missing))
    assert (f"{len(missing)} rules at or above info not evaluated" in err) is (len(missing) > 1)


def test_out_decides_the_form(saved: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A workbook, JSON or Markdown; nothing is printed but its name, and no file is replaced unasked."""
    for name in ("audit.xlsx", "audit.json", "audit.md"):
        path = tmp_path / "out" / name
        code, out, _ = run(capsys, "--from", saved, "--out", str(path))
        assert (code, out) == (0, f"wrote {path}\n")
    assert openpyxl.load_workbook(tmp_path / "out" / "audit.xlsx").sheetnames[0] == "Findings"
    assert run(capsys, "--from", saved, "--out", str(path))[0] == 5
    assert run(capsys, "--from", saved, "--out", str(path), "--overwrite")[0] == 0
    for wrong in ("audit.csv", "audit", "-", ""):
        code, _, err = run(capsys, "--from", saved, "--out", wrong)
        assert (code, ".xlsx, .json, .md" in err) == (2, True)


@pytest.mark.parametrize(
    ("text", "code", "said"),
    [
        ("rule = ", 2, "at line 1, column 8"),
        ('[[accept]]\nrule = "Z99"\n', 2, "names the rule 'Z99'"),
    ],
)
def test_a_bad_acceptance_file_is_wrong_usage(
    saved: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, code: int, said: str
) -> None:
    """The message says where."""
    path = tmp_path / "accepted.toml"
    path.write_text(text)
    found, _, err = run(capsys, "--from", saved, "--accept", str(path))
    assert (found, said in err) == (code, True)


def test_bad_baselines_end_as_what_they_are(
    saved: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Wrong usage, not understood, not readable."""
    assert run(capsys, "--from", saved, "--baseline", saved)[0] == 4
    assert run(capsys, "--from", saved, "--baseline", str(tmp_path / "no.json"))[0] == 5
    other = dff.read({"items": [{**TOKEN, "orgId": "or-2"}]}).audit().to_json(tmp_path / "other.json")
    code, _, err = run(capsys, "--from", saved, "--baseline", str(other))
    assert (code, "--baseline is of another organisation (or-2)" in err) == (2, True)
    assert run(capsys, "--from", saved, "--all")[0] == 2


def test_quiet_says_nothing_but_the_findings(saved: str, capsys: pytest.CaptureFixture[str]) -> None:
    """As for every verb."""
    assert run(capsys, "--from", saved, "--quiet")[2] == ""


def test_rules_are_listed_and_shown(capsys: pytest.CaptureFixture[str]) -> None:
    """All of them, or one with everything that is to be known of it."""
    assert main(["rules", "--format", "jsonl"]) == 0
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["id"] for row in rows] == dff.rules()["id"].tolist()
    assert main(["rules", "a01"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in ("why ", "remedy ", "cannot_see "))
    assert main(["rules", "A01", "--format", "json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 1
    assert main(["rules", "A1"]) == 2
    assert "Did you mean A01?" in capsys.readouterr().err
