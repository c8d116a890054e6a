"""What an audit is written to: every output holds the same findings, and says what was not looked at."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import dfns_frames as dff
from dfns_frames._api.judgements import FINDING_SEVERITIES, STATUSES
from dfns_frames.export import restoring
from dfns_frames.export.header import counted
from dfns_frames.export.judgement import tokens_sheet
from tests.audit_samples import AS_OF, audit_of, finding, went
from tests.test_audit_framework import pats
from tests.test_cli_tokens import HOSTILE

GAPS = ("policies not read (GET /v2/policies needs Policies:Read)", "3 tokens without a creation date")
TOKENS = [{"tokenId": f"to-{n}", "name": name} for n, name in enumerate(HOSTILE)]
FOUND = [
    finding(
        ("P01", "L03")[n % 2],
        f"to-{n}",
        subject_name=name,
        evidence=f"The token {name!r} is called {name}.",
        severity=FINDING_SEVERITIES[n % 5],
        status=STATUSES[n % 4],
        accepted=n % 3 == 0,
        accepted_reason=f"Because of {name}" if n % 3 == 0 else None,
        accepted_by="Marta" if n % 3 == 0 else None,
        accepted_until=AS_OF if n % 3 == 0 else None,
    )
    for n, name in enumerate(HOSTILE)
]
AUDIT = audit_of(
    pats(*TOKENS),
    FOUND,
    [went("P01"), went("L03", missing=GAPS[1]), went("G01", "not evaluated", GAPS[0]), went("T01", "clean")],
    [{"setting": "L03.privileged_days", "value": "60", "default": "90"}],
)


def counts(frame: pd.DataFrame) -> dict[tuple[str, ...], int]:
    """Count findings by what every output has to tell."""
    columns = ["rule", "status", "severity", "accepted"]
    texts = frame[columns].astype(str).apply(lambda column: column.str.casefold())
    return texts.value_counts().to_dict()


def from_json(path: Path) -> dff.Frames:
    return dff.Frames(restoring.tables(restoring.document(path.read_bytes(), "it"), "it"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with every output."""
    folder = tmp_path_factory.mktemp("audit")
    AUDIT.to_excel(folder / "audit.xlsx")
    AUDIT.to_json(folder / "audit.json")
    AUDIT.to_csv(folder / "csv", sanitize=False)
    AUDIT.to_csv(folder / "sanitized")
    AUDIT.to_parquet(folder / "parquet")
    dff.write(AUDIT, folder / "audit.md")
    return folder


def read_back(folder: Path) -> dict[str, pd.DataFrame]:
    """Read the findings of every output as anybody would."""
    literal: dict[str, Any] = {"keep_default_na": False, "na_values": [""]}
    return {
        "workbook": pd.read_excel(folder / "audit.xlsx", engine="openpyxl", sheet_name="Findings", **literal),
        "json": pd.DataFrame(json.loads((folder / "audit.json").read_text("utf-8"))["findings"]),
        "csv": pd.read_csv(folder / "csv" / "findings.csv", **literal),
        "sanitized": pd.read_csv(folder / "sanitized" / "findings.csv", **literal),
        "parquet": pyarrow.parquet.read_table(folder / "parquet" / "findings").to_pandas(),
    }


def test_all_outputs_hold_the_same_findings(folder: Path) -> None:
    """The same ids and counts, accepted and resolved ones included."""
    for name, frame in read_back(folder).items():
        assert frame["finding_id"].tolist() == AUDIT.findings["finding_id"].tolist(), name
        assert counts(frame) == counts(AUDIT.findings), name
    text = (folder / "audit.md").read_text("utf-8")
    for row in AUDIT.findings.itertuples():
        assert f"{row.finding_id} |" in text


def test_read_back_they_are_equal(folder: Path) -> None:
    """JSON and Parquet keep everything; the texts of CSV are those of the audit, unless sanitized."""
    assert from_json(folder / "audit.json") == AUDIT
    assert dff.read(folder / "parquet") == AUDIT
    columns = ["subject_name", "evidence", "accepted_reason"]
    wanted, found = (
        frame[columns].astype(object).fillna("").replace("\r\n?", "\n", regex=True)
        for frame in (AUDIT.findings, read_back(folder)["csv"])
    )
    pd.testing.assert_frame_equal(found, wanted)


@pytest.mark.parametrize(
    "output", ["audit.json", "audit.md", "csv/README.txt", "parquet/README.txt", "audit.xlsx"]
)
def test_every_output_says_at_its_head_how_it_was_judged(folder: Path, output: str) -> None:
    """Settings that differ, sources with status, what was not looked at, and what no run can see."""
    if output.endswith(".xlsx"):
        text = " ".join(
            pd.read_excel(folder / output, engine="openpyxl", sheet_name="README")["text"].astype(str)
        )
    else:
        text = (folder / output).read_text("utf-8")
    text = text.replace("\\", "")
    for wanted in (
        "L03.privileged_days = 60 (default 90)",
        "/auth/pats from",
        "Asked by us-1: /auth/pats (ok).",
        f"G01 ({GAPS[0]})",
        f"L03 ({GAPS[1]})",
        "No audit can see when a token expires or was last used",
        "which wallets exist, or calls that only read",
    ):
        assert wanted in text, wanted


def test_the_head_counts_what_is_found_now() -> None:
    """What is resolved is not counted among the findings."""
    audit = audit_of(
        pats({}),
        [
            finding("P01", "to-1", severity="critical"),
            finding("P01", "to-2", status="new", accepted=True),
            finding("P01", "to-3", status="resolved"),
            finding("P01", "to-4", status="unknown"),
        ],
        [went("P01")],
    )
    assert counted(audit) == (
        "2 findings (1 critical, 1 high); 1 of them accepted; "
        "since the baseline 1 new, 1 resolved, 1 unknown."
    )


def test_rules_with_something_missing_come_first(folder: Path) -> None:
    """In the workbook and in the report: what was not looked at stands above what was found."""
    rules = pd.read_excel(folder / "audit.xlsx", engine="openpyxl", sheet_name="Rules")
    assert rules["rule"].tolist() == ["G01", "L03", "P01", "T01"]
    lines = (folder / "audit.md").read_text("utf-8").splitlines()
    assert [line[2:5] for line in lines if line[2:5] in ("G01", "L03", "P01", "T01")][:4] == [*rules["rule"]]


def test_findings_and_rules_are_the_first_sheets(folder: Path) -> None:
    """Before Summary; each is a table with filters, and its severities are coloured by what they say."""
    book = openpyxl.load_workbook(folder / "audit.xlsx")
    assert book.sheetnames[:3] == ["Findings", "Rules", "Summary"]
    for name in ("Findings", "Rules"):
        sheet = book[name]
        assert len(sheet.tables) == 1
        assert sheet.page_setup.orientation == "landscape"
        assert sheet.page_setup.fitToWidth == 1
        assert sheet.conditional_formatting
    head = [cell.value for cell in book["Findings"][1]]
    assert head[:4] == ["severity", "status", "rule", "title"]
    assert book["Findings"].print_area == f"'Findings'!$A$1:$N${1 + len(FOUND)}"
    wrapped = [book["Findings"].cell(2, 1 + head.index(name)) for name in ("evidence", "remedy")]
    assert all(cell.alignment.wrap_text for cell in wrapped)


def test_tokens_have_their_worst_finding() -> None:
    """Of those that are new or open and not accepted; and which rules found them."""
    audit = audit_of(
        pats({}, {"tokenId": "to-2"}, {"tokenId": "to-3"}, {"tokenId": "to-4"}),
        [
            finding("P01", "to-1", severity="critical", accepted=True),
            finding("L03", "to-1", severity="low"),
            finding("P01", "to-2", severity="critical", accepted=True),
            finding("P01", "to-3", severity="critical", status="resolved"),
        ],
        [went("P01")],
    )
    sheet = tokens_sheet(audit).select(["token_id", "worst finding", "found by"]).to_pylist()
    assert {row["token_id"]: (row["worst finding"], row["found by"]) for row in sheet} == {
        "to-1": ("low", "L03, P01"),
        "to-2": ("accepted", "P01"),
        "to-3": (None, None),
        "to-4": (None, None),
    }


def test_an_audit_that_found_nothing_is_written_too(tmp_path: Path) -> None:
    """Every output of no findings, and of no tokens."""
    audit = audit_of(pats(), [], [went("P01", "clean")])
    audit.to_excel(tmp_path / "audit.xlsx")
    audit.to_csv(tmp_path / "csv")
    dff.write(audit, tmp_path / "audit.md")
    assert from_json(audit.to_json(tmp_path / "audit.json")) == audit
    assert "No findings." in (tmp_path / "audit.md").read_text()
    assert pd.read_excel(tmp_path / "audit.xlsx", engine="openpyxl", sheet_name="Findings").empty


@pytest.mark.parametrize("name", HOSTILE)
def test_a_name_in_the_report_is_no_markup(name: str, tmp_path: Path) -> None:
    """Each finding is one row of as many cells as the header, whatever it is called."""
    audit = audit_of(pats({}), [finding("P01", "to-1", subject_name=name, evidence=name)], [went("P01")])
    lines = dff.write(audit, tmp_path / "audit.md").read_text("utf-8").split("\n")
    table = lines[lines.index("## Findings") + 2 :]
    assert len(table) == 4
    assert {line.replace("\\|", "").count("|") for line in table[:3]} == {17}
    assert "<script" not in table[2]


def test_json_is_the_same_whoever_writes_it(tmp_path: Path) -> None:
    """`to_json` and `write` make one file; it says its version first."""
    frames = pats({})
    first = frames.to_json(tmp_path / "a.json").read_text()
    assert dff.write(frames, tmp_path / "b.json").read_text() == first
    assert first.startswith('{"schema_version": 1,\n')
    with pytest.raises(FileExistsError):
        frames.to_json(tmp_path / "a.json")
    with pytest.raises(dff.ConfigurationError, match="json"):
        frames.to_json(tmp_path / "a.txt")


texts = st.text(st.characters(exclude_categories=["Cs"]))


@given(st.lists(st.tuples(texts, texts, st.booleans(), st.datetimes())))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_was_found_is_read_back_from_json(tmp_path: Path, rows: list[Any]) -> None:
    """Any text, flag and time."""
    found = [
        finding("P01", f"to-{n}", evidence=text, remedy=other, accepted=flag, accepted_until=moment)
        for n, (text, other, flag, moment) in enumerate(rows)
    ]
    audit = audit_of(pats({}), found, [went("P01")])
    assert from_json(audit.to_json(tmp_path / "audit.json", overwrite=True)) == audit


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"findings": None}, "other columns"),
        ({"findings": [1]}, "other columns"),
        ({"findings": [{"finding_id": "x"}]}, "other columns"),
        ({"findingz": []}, "'findingz', which is no table"),
        ({"schema_version": 0}, "schema_version '0'"),
    ],
)  # fmt: skip
def test_json_that_was_changed_is_refused(tmp_path: Path, change: dict[str, Any], message: str) -> None:
    """The message says what does not fit."""
    document = json.loads(AUDIT.to_json(tmp_path / "audit.json").read_text("utf-8")) | change
    with pytest.raises(dff.ResponseError, match=message):
        restoring.tables(document, "it")


@pytest.mark.parametrize("value", [7, "soon", [], {}, True])
def test_json_with_a_value_of_another_type_is_refused(tmp_path: Path, value: Any) -> None:
    """A time that is none, for instance."""
    document = json.loads(AUDIT.to_json(tmp_path / "audit.json").read_text("utf-8"))
    document["findings"][0]["accepted_until"] = value
    with pytest.raises(dff.ResponseError, match="'accepted_until' of 'findings'"):
        restoring.tables(document, "it")


def test_the_summary_begins_with_the_audit(tmp_path: Path) -> None:
    """How much was found and accepted, by severity, and how many rules could not look at everything."""
    rows = list(openpyxl.load_workbook(AUDIT.to_excel(tmp_path / "a.xlsx"))["Summary"].values)
    assert rows[0][:4] == ("audit", "not accepted", "accepted", "count")
    end = next(number for number, row in enumerate(rows) if row[0] is None)
    told = {row[0]: row[1:4] for row in rows[1:end]}
    current = [each for each in FOUND if each["status"] in ("new", "open")]
    for severity in FINDING_SEVERITIES:
        of_it = [each for each in current if each["severity"] == severity]
        accepted = sum(bool(each["accepted"]) for each in of_it)
        assert told[f"{severity} findings"] == (len(of_it) - accepted, accepted, len(of_it))
    lost = sum(each["status"] == "unknown" for each in FOUND)
    assert told["findings of unknown status"] == (None, None, lost)
    assert told["rules not evaluated"] == (None, None, 1)
    assert told["rules evaluated in part"] == (None, None, 1)
    plain = openpyxl.load_workbook(pats({}).to_excel(tmp_path / "b.xlsx"))["Summary"]
    assert plain["A1"].value == "figure"
