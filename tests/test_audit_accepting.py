"""Accepting findings: the file, its entries, and what becomes of those that accept nothing."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import dfns_frames as dff
from dfns_frames.audit.accepting import Verdict, judged, marked, unfit
from dfns_frames.audit.entries import Entry, a_year_after, read_entries
from tests.audit_samples import AS_OF, finding, findings

RULES = ("P01", "L03", "R05", "A01")
GOOD = {"rule": '"P01"', "subject": '"to-1"', "reason": '"sealed"', "by": '"Marta"', "until": "2027-03-31"}
FOUND = findings(
    finding("P01", "to-1"),
    finding("P01", "to-2"),
    finding("L03", "to-1"),
    finding("P01", None, subject_name="?"),
)


def written(tmp_path: Path, *entries: dict[str, str], before: str = "") -> Path:
    text = "\n".join(
        "[[accept]]\n" + "\n".join(f"{key} = {value}" for key, value in entry.items()) for entry in entries
    )
    path = tmp_path / "accepted.toml"
    path.write_text(f"{before}{text}", "utf-8")
    return path


def verdict(tmp_path: Path, as_of: datetime = AS_OF, **changes: str | None) -> Verdict:
    entry = {key: value for key, value in (GOOD | changes).items() if value is not None}
    [found] = judged(read_entries(written(tmp_path, entry), RULES), FOUND, {}, as_of)
    return found


def test_an_entry_accepts_what_it_names_and_says_why(tmp_path: Path) -> None:
    """The finding stays, marked with reason, name and date; all others are as before."""
    table = marked(FOUND, [verdict(tmp_path)])
    assert table["accepted"].to_pylist() == [True, False, False, False]
    [row] = table.slice(0, 1).select(["accepted_reason", "accepted_by", "accepted_until"]).to_pylist()
    assert (row["accepted_reason"], row["accepted_by"]) == ("sealed", "Marta")
    assert row["accepted_until"].isoformat() == "2027-03-31T23:59:59.999999+00:00"
    assert table.drop_columns(["accepted", "accepted_reason", "accepted_by", "accepted_until"]).equals(
        FOUND.drop_columns(["accepted", "accepted_reason", "accepted_by", "accepted_until"])
    )


@pytest.mark.parametrize(
    ("subject", "rows"),
    [("to-1", [0]), ("to-*", [0, 1]), ("to-[2-9]", [1]), ("P01-?", [3]), ("*-1", [0])],
)
def test_a_subject_is_an_id_or_a_glob(tmp_path: Path, subject: str, rows: list[int]) -> None:
    """A subject without an id is accepted by the id of its finding, and by no glob."""
    assert verdict(tmp_path, subject=f'"{subject}"').rows.tolist() == rows


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        *(({field: None}, f"lacks {field}") for field in GOOD),
        ({"reason": '"  "'}, "lacks reason"),
        ({"by": "7"}, "lacks by"),
        ({"until": '"soon"'}, "lacks until"),
        ({"until": "09:30:00"}, "lacks until"),
        ({"reason": None, "by": None}, "lacks reason and by"),
        ({"until": "2026-11-01"}, "expired on 2026-11-01"),
        ({"until": "2026-11-02T08:59:59Z"}, "expired on 2026-11-02"),
        ({"until": "2027-11-03"}, "ends on 2027-11-03, more than a year ahead"),
        ({"until": "9999-12-31"}, "more than a year ahead"),
        ({"subject": '"*"'}, "everything"),
        ({"subject": '"**"'}, "everything"),
        ({"subject": '" ?* "'}, "everything"),
        ({"subject": '"to-3"'}, "matches no finding of P01"),
        ({"subject": '"TO-1"'}, "matches no finding of P01"),
        ({"rule": '"R05"'}, "matches no finding of R05"),
    ],
)
def test_an_entry_that_cannot_be_relied_on_is_a_finding_and_accepts_nothing(
    tmp_path: Path, changes: dict[str, str | None], problem: str
) -> None:
    """What is wrong is said, the severity is medium, and nothing is marked."""
    found = verdict(tmp_path, **changes)
    assert marked(FOUND, [found])["accepted"].to_pylist() == [False] * 4
    [evidence] = unfit([found]).evidence
    assert problem in evidence
    assert evidence.startswith("Entry 1 of the acceptance file")
    assert unfit([found]).severity == "medium"


@pytest.mark.parametrize(
    "until", ["2026-11-02", "2027-11-02", '"2027-11-02"', "2026-11-02T09:00:00Z", "2027-01-01T00:00:00+02:00"]
)
def test_an_entry_holds_to_the_end_of_its_day_and_for_a_year(tmp_path: Path, until: str) -> None:
    """A day counts whole; a time holds up to it; the same day a year ahead is not too far."""
    assert verdict(tmp_path, until=until).rows.tolist() == [0]


@pytest.mark.parametrize(("count", "accepted"), [(50, True), (51, False)])
def test_an_entry_accepts_fifty_findings_at_most(tmp_path: Path, count: int, accepted: bool) -> None:
    """One that matches more has not been looked at one by one."""
    found = findings(*(finding("P01", f"to-{n}") for n in range(count)))
    path = written(tmp_path, GOOD | {"subject": '"to-*"'})
    [one] = judged(read_entries(path, RULES), found, {}, AS_OF)
    assert (len(one.rows) == count) is accepted
    assert ("more than 50" in one.problem) is not accepted


def test_what_a_rule_could_not_look_at_stands_beside_an_entry_that_matches_nothing(tmp_path: Path) -> None:
    """It may match what was not read: the finding about it is likely, and says so."""
    path = written(tmp_path, GOOD | {"subject": '"to-9"'})
    verdicts = judged(read_entries(path, RULES), FOUND, {"P01": "service accounts not read"}, AS_OF)
    found = unfit(verdicts)
    assert (found.confidence, found.unknown) == (["likely"], ["service accounts not read"])


def test_the_first_of_several_entries_is_named(tmp_path: Path) -> None:
    """Two entries for one finding: the reason is the first one's."""
    path = written(tmp_path, GOOD, GOOD | {"reason": '"another"', "subject": '"to-?"'})
    table = marked(FOUND, judged(read_entries(path, RULES), FOUND, {}, AS_OF))
    assert table["accepted_reason"].to_pylist() == ["sealed", "another", None, None]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[accept]]\nrule = \n", r"does not parse as TOML at line 2, column 8"),
        ("[[accept]\n", r"at line 1, column 9"),
        ('rule = "', r"at line 1, column \d+"),
        ("a = [[" * 5_000, "does not parse as TOML"),
        (f"a = {'1' * 5_000}", "does not parse as TOML"),
        ('rule = "P01"\n', "'rule' stands outside of an entry"),
        ("accept = [1]\n", "'accept' stands outside of an entry"),
        (
            '[[accept]]\nrule = "P1"\n',
            r"entry 1 names the rule 'P1', which does not exist\. Did you mean 'P01'",
        ),
        ('[[accept]]\nrule = "p01"\n', "Did you mean 'P01'"),
        ('[[accept]]\nrule = "*"\n', r"Rules: P01, L03, R05, A01"),
    ],
    ids=range(10),
)
def test_a_file_that_cannot_be_meant_is_an_error(tmp_path: Path, text: str, message: str) -> None:
    """The error says where and what; nothing in the file is passed over."""
    path = tmp_path / "accepted.toml"
    path.write_text(text)
    with pytest.raises(dff.ConfigurationError, match=message):
        read_entries(path, RULES)


def test_a_file_that_is_not_utf_8_is_an_error(tmp_path: Path) -> None:
    """With line and column of what cannot be read."""
    path = tmp_path / "accepted.toml"
    path.write_bytes('[[accept]]\nreason = "ä"'.encode("latin-1"))
    with pytest.raises(dff.ConfigurationError, match="not UTF-8 at line 2, column 11"):
        read_entries(path, RULES)


@pytest.mark.parametrize("path", ["", "  ", 7, b"accepted.toml", {"rule": "P01"}])
def test_what_is_no_path_is_an_error(path: object) -> None:
    """It says what to pass."""
    with pytest.raises(dff.ConfigurationError, match="accept"):
        read_entries(path, RULES)


def test_a_file_without_entries_accepts_nothing(tmp_path: Path) -> None:
    """An empty file, with a byte order mark or without, is a file of no entries."""
    path = tmp_path / "accepted.toml"
    for text in (b"", b"\xef\xbb\xbf# none\n", b"accept = []\n"):
        path.write_bytes(text)
        assert read_entries(path, RULES) == []


def test_entries_may_be_named_as_one_likes(tmp_path: Path) -> None:
    """A table by any name is an entry, so that none is lost by a slip of the pen."""
    path = tmp_path / "accepted.toml"
    body = "\n".join(f"{key} = {value}" for key, value in GOOD.items())
    path.write_text(f"[sealed]\n{body}\n[[acceptd]]\n{body}\n")
    assert [entry.subject for entry in read_entries(path, RULES)] == ["to-1", "to-1"]


def test_what_an_entry_says_decides_its_id_not_where_it_stands(tmp_path: Path) -> None:
    """Entries in another order are the same findings."""
    bad = [GOOD | {"until": "2020-01-01"}, GOOD | {"subject": '"to-7"'}]
    contents = []
    for entries in (bad, bad[::-1]):
        verdicts = judged(read_entries(written(tmp_path, *entries), RULES), FOUND, {}, AS_OF)
        contents.append(sorted(unfit(verdicts).subjects.contents))
    assert contents[0] == contents[1]


@given(st.datetimes(timezones=st.just(AS_OF.tzinfo)))
def test_a_year_ahead_is_a_year_ahead(moment: datetime) -> None:
    """Whatever the day, a leap day and the last one included."""
    later = a_year_after(moment)
    assert timedelta(0) <= later - moment <= timedelta(days=367)


@given(st.text(), st.text())
def test_any_text_is_a_subject(subject: str, other: str) -> None:
    """No glob raises, and an id picks itself."""
    entry = Entry(1, "P01", subject, "r", "b", AS_OF, "", ())
    assert entry.picks(subject)
    entry.picks(other)


def test_any_path_will_do(tmp_path: Path) -> None:
    """Of the standard library or not, as for `open`."""

    class Place:
        def __fspath__(self) -> str:
            return str(tmp_path / "accepted.toml")

    written(tmp_path, GOOD)
    assert len(read_entries(Place(), RULES)) == 1
