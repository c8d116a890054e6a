"""What becomes of a token list: rows, values, dtypes, drift, problems, input forms."""

import gzip
import io
import json
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import dfns_frames as dff
from dfns_frames.errors import PROBLEMS_SHOWN
from tests.conftest import WHEN, assignment, read, token


def test_every_value_arrives() -> None:
    """Each documented field is in its column, under its snake_case name."""
    row = read(token(7, credId="c", publicKey="SHA256:x", linkedAppId="ap-1")).tokens.iloc[0]
    assert row.drop(["source", "token_no"]).to_dict() == {
        "caller": "us-1",
        "token_id": "to-7",
        "name": "token 7",
        "kind": "Pat",
        "is_active": True,
        "date_created": pd.Timestamp("2026-03-01 09:30", tz="UTC"),
        "org_id": "or-1",
        "linked_user_id": "us-1",
        "linked_app_id": "ap-1",
        "cred_id": "c",
        "public_key": "SHA256:x",
        "secret_returned": False,
        "assignment_count": 0,
        "operation_count": 0,
    }


def test_an_empty_id_is_missing_and_an_empty_name_is_not() -> None:
    """`""` in an id says that there is none; a name may be empty."""
    tokens = read(token(linkedAppId="", credId="", publicKey="", linkedUserId="", tokenId="", name="")).tokens
    ids = ["linked_app_id", "cred_id", "public_key", "linked_user_id", "token_id"]
    assert tokens[ids].isna().all(axis=None)
    assert tokens["name"].tolist() == [""]


def test_unknown_operations_are_not_none() -> None:
    """Operations that are absent or null count as unknown, an empty list as none, all up to the token."""
    without = {name: value for name, value in assignment().items() if name != "operations"}
    frames = read(
        token(1, assignment(operations=[])),
        token(2, without),
        token(3, assignment(operations=None), assignment()),
        token(4),
    )
    assert frames.token_assignments["operation_count"].tolist() == [0, pd.NA, pd.NA, 2]
    assert frames.tokens["operation_count"].tolist() == [0, pd.NA, pd.NA, 0]
    assert frames.tokens["assignment_count"].tolist() == [1, 1, 2, 0]


def test_a_tokens_operations_are_counted_once_each() -> None:
    """An operation that several assignments give has a row for each; one that an assignment repeats, one."""
    with pytest.warns(dff.DriftWarning, match="repeated value"):
        frames = read(
            token(1, assignment(operations=["Wallets:Read"] * 2), assignment(operations=["Wallets:Read"]))
        )
    assert frames.tokens["operation_count"].tolist() == [1]
    assert frames.token_assignments["operation_count"].tolist() == [1, 1]
    assert frames.token_operations["assignment_no"].tolist() == [0, 1]
    (row,) = frames.arrow("drift").to_pylist()
    assert (row["what"], row["detail"], row["count"]) == ("repeated value", "Wallets:Read", 1)


def test_children_carry_their_parents_ids() -> None:
    """Each assignment and operation names its token and permission, missing where these have no id."""
    frames = read(
        token(1), token(2, assignment("A"), assignment("B", permissionId="")), token(3, assignment("A"))
    )
    assert frames.token_assignments["token_id"].tolist() == ["to-2", "to-2", "to-3"]
    assert frames.token_assignments["token_no"].tolist() == [1, 1, 2]
    operations = frames.token_operations.drop_duplicates("assignment_no")
    assert operations["permission_name"].tolist() == ["A", "B"]
    assert operations["permission_id"].isna().tolist() == [False, True]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-01T09:30:00Z", "2026-03-01T09:30:00"),
        ("2026-03-01T09:30:00.1Z", "2026-03-01T09:30:00.1"),
        ("2026-03-01T09:30:00.123456Z", "2026-03-01T09:30:00.123456"),
        ("2026-03-01T09:30:00.123456789Z", "2026-03-01T09:30:00.123456"),
        ("2026-03-01t09:30:00z", "2026-03-01T09:30:00"),
        ("2026-03-01 09:30:00Z", "2026-03-01T09:30:00"),
        ("2026-03-01T09:30:00", "2026-03-01T09:30:00"),
        ("2026-03-01T09:30:00+05:30", "2026-03-01T04:00:00"),
        ("2026-03-01T09:30:00.5-08:00", "2026-03-01T17:30:00.5"),
        ("2016-12-31T23:59:60Z", "2017-01-01T00:00:00"),
        ("0001-01-01T00:00:00Z", "0001-01-01T00:00:00"),
        ("9999-12-31T23:59:59.999999Z", "9999-12-31T23:59:59.999999"),
    ],
)
def test_timestamps(text: str, expected: str) -> None:
    """Every form that RFC 3339 allows, and one without an offset, is read as UTC."""
    created = read(token(dateCreated=text)).arrow("tokens")["date_created"][0].as_py()
    assert created == datetime.fromisoformat(expected).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2026-02-30T00:00:00Z",
        "2026-03-01",
        "2026-03-01T25:00:00Z",
        "1700000000",
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+01:00",
        "2026-03-01T09:30:00+24:00",
        "2026-03-01T09:30:61Z",
        "2026-03-01T09:30Z",
        "\uff12026-03-01T09:30:00Z",  # a full-width digit
    ],
)
def test_a_text_that_is_no_timestamp_is_missing_and_listed(text: str) -> None:
    """It costs neither the row nor the other dates."""
    with pytest.warns(dff.DriftWarning, match="not a timestamp"):
        frames = read(token(1, dateCreated=text), token(2))
    assert frames.tokens["date_created"].isna().tolist() == [True, False]
    drift = frames.drift.iloc[0]
    assert (drift["what"], drift["path"], drift["detail"]) == ("not a timestamp", "items[].dateCreated", text)


def test_an_empty_list_has_the_same_columns_and_dtypes() -> None:
    """Code that works on a full list works on an empty one."""
    empty, full = read(), read(token(1, assignment()))
    for name in ("tokens", "token_assignments", "token_operations"):
        assert list(empty[name].columns) == list(full[name].columns)
        for column in full[name].columns:
            dtype, other = full[name][column].dtype, empty[name][column].dtype
            if isinstance(dtype, pd.CategoricalDtype):
                assert isinstance(other, pd.CategoricalDtype)
                assert other.categories.dtype == "str", (name, column)
            else:
                assert other == dtype, (name, column)


def test_dtypes_do_not_depend_on_the_data() -> None:
    """Counts are nullable integers and flags nullable booleans, missing values or not."""
    tokens = read(token(1, assignment())).tokens
    assert str(tokens["operation_count"].dtype) == "Int64"
    assert str(tokens["is_active"].dtype) == "boolean"
    assert str(tokens["token_no"].dtype) == "int64"
    assert str(tokens["date_created"].dtype) == "datetime64[us, UTC]"
    missing = read(token(1, assignment(operations=None, permissionId="")))
    assert missing.token_assignments["permission_id"].cat.categories.dtype == "str"


def test_an_unknown_field_is_listed_and_kept_out() -> None:
    """It is reported once with path and type; its value, which may be a secret, nowhere."""
    odd = token(1, assignment(color="PLANTED"), vault={"key": "PLANTED"})
    with pytest.warns(dff.DriftWarning) as caught:
        frames = dff.read({"items": [odd, odd | {"tokenId": "to-2"}], "page": 3})
    assert len(caught) == 1
    listed = {(row["path"], row["detail"], row["count"]) for row in frames.drift.to_dict("records")}
    assert listed == {
        ("items[].vault", "an object", 2),
        ("items[].permissionAssignments[].color", "text", 2),
        ("page", "a number", 1),
    }
    assert len(frames.token_operations) == 4
    assert "PLANTED" not in str(caught[0].message) + "".join(frame.to_csv() for frame in frames.values())


def test_unknown_operations_and_kinds_are_kept_and_listed() -> None:
    """The vocabularies are open: a new word is news, not a failure."""
    with pytest.warns(dff.DriftWarning):
        frames = read(token(1, assignment(operations=["New:Thing", "Wallets:Read"]), kind="Robot"))
    assert frames.tokens["kind"].tolist() == ["Robot"]
    assert "New:Thing" in frames.token_operations["operation"].tolist()
    assert set(frames.drift["detail"]) == {"New:Thing", "Robot"}


def test_the_warning_points_at_the_users_line() -> None:
    """Whoever reads the warning sees their own code, not ours."""
    with pytest.warns(dff.DriftWarning) as caught:
        dff.read({"items": [token(kind="Robot")]})
    assert Path(caught[0].filename).name == "test_read.py"


def test_the_secret_is_dropped_but_remembered() -> None:
    """`accessToken` has no column; that it came does."""
    frames = read(token(1, accessToken="PLANTED"), token(2, accessToken=None), token(3))
    assert frames.tokens["secret_returned"].tolist() == [True, False, False]
    assert (
        "PLANTED"
        not in "".join(frame.to_csv() for frame in frames.values()) + repr(frames) + frames._repr_html_()
    )


@pytest.mark.parametrize(
    ("change", "path", "expected", "found"),
    [
        ({"tokenId": 5}, "items[1].tokenId", "text", "a number"),
        ({"isActive": "yes"}, "items[1].isActive", "true or false", "text"),
        ({"name": None}, "items[1].name", "text", "null"),
        ({"permissionAssignments": None}, "items[1].permissionAssignments", "an array", "null"),
        ({"permissionAssignments": [3]}, "items[1].permissionAssignments[0]", "an object", "a number"),
        (
            {"permissionAssignments": [assignment(), assignment(operations=["a", 1])]},
            "items[1].permissionAssignments[1].operations[1]",
            "text",
            "a number",
        ),
        (
            {"permissionAssignments": [assignment(operations="x")]},
            "items[1].permissionAssignments[0].operations",
            "an array",
            "text",
        ),
    ],
)
def test_what_does_not_fit_is_named(change: dict[str, Any], path: str, expected: str, found: str) -> None:
    """A problem says where it is, what was expected and what stands there."""
    with pytest.raises(dff.SchemaError) as caught:
        read(token(1), token(2) | change)
    (problem,) = caught.value.problems
    assert (problem.item, problem.path, problem.expected, problem.found) == (1, path, expected, found)
    assert problem.item_id == ("to-2" if "tokenId" not in change else None)
    assert path in str(caught.value)


def test_all_problems_of_all_tokens_are_listed() -> None:
    """The message shows the first twenty, `.problems` has all, of a missing field too."""
    bad = {name: value for name, value in token().items() if name != "orgId"} | {"kind": 1}
    with pytest.raises(dff.SchemaError, match=r"15 of 16 listed tokens .* \(30 problems\)") as caught:
        read(*[bad] * 15, token(9))
    assert len(caught.value.problems) == 30
    assert caught.value.problems[1].found == "nothing"
    assert str(caught.value).count("\n") == PROBLEMS_SHOWN + 1


def test_skip_invalid_sets_bad_tokens_aside() -> None:
    """The rest is complete, the bad ones are listed with number, problems and text, and counts add up."""
    bad = token(2, accessToken="PLANTED", isActive="no", vault={"accessToken": "PLANTED"})
    with pytest.warns(dff.DriftWarning, match="vault"):
        frames = read(token(1), bad, 7, token(3), skip_invalid=True)
    assert frames.tokens["token_id"].tolist() == ["to-1", "to-3"]
    assert frames.rejected["item_no"].tolist() == [1, 2]
    assert json.loads(frames.rejected["text"][0])["tokenId"] == "to-2"
    assert "PLANTED" not in frames.rejected.to_csv()
    source = frames.sources.iloc[0]
    assert (source["item_count"], source["rejected_count"]) == (4, 2)


def test_every_form_of_input(tmp_path: Path) -> None:
    """A path, text path, gzip, binary file, bytes, dict, list of tokens and pages all read alike."""
    tokens = [token(1, assignment()), token(2)]
    body = {"items": tokens}
    compact, pretty = json.dumps(body).encode(), json.dumps(body, indent=4).encode()
    path, packed = tmp_path / "pats.json", tmp_path / "pats.json.gz"
    path.write_bytes(pretty)
    packed.write_bytes(gzip.compress(compact))
    pages = [{"items": tokens[:1], "nextPageToken": "n"}, json.dumps({"items": tokens[1:]}).encode()]
    forms: list[Any] = [
        path, str(path), packed, compact, bytearray(pretty), memoryview(compact), io.BytesIO(pretty),
        b"\xef\xbb\xbf" + compact, b" \n" + pretty, body, tokens, json.dumps(tokens).encode(), pages, [path],
    ]  # fmt: skip
    expected = dff.read(body)
    for form in forms:
        frames = dff.read(form)
        for name in ("tokens", "token_assignments", "token_operations"):
            assert frames.arrow(name) == expected.arrow(name), form
        assert frames.sources["status"].tolist() == ["ok"]


def test_a_page_whose_next_was_never_read_is_incomplete() -> None:
    """A saved page that has a successor does not read as the whole list."""
    frames = dff.read({"items": [], "nextPageToken": "more"})
    assert frames.sources["status"].tolist() == ["incomplete"]
    assert "incomplete" in repr(frames)
    assert "incomplete" in frames._repr_html_()


def test_the_time_is_the_files_unless_given(tmp_path: Path) -> None:
    """A saved response is as old as its file; `fetched_at` overrides that, as text or datetime."""
    path = tmp_path / "pats.json"
    path.write_text('{"items": []}')
    os.utime(path, (1_700_000_000, 1_700_000_000))
    assert dff.read(path).fetched_at == datetime.fromtimestamp(1_700_000_000, UTC)
    given = datetime(2026, 3, 2, 8, tzinfo=UTC)
    for when in (given, WHEN, given.replace(tzinfo=None)):
        assert dff.read(path, fetched_at=when).fetched_at == given


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"<!doctype html><html></html>", "HTML"),
        (b"null", "found null"),
        (b"42", "found a number"),
        (b"{}", "'items' is nothing"),
        (b'{"items": {}}', "'items' is an object"),
        (b'{"error": {"message": "no"}}', "error report"),
        (b'{"items": [', "truncated"),
        (b'{"items": [{"name": "ab', "truncated"),
        (b'{"items": []} {"items": []}', "Extra data"),
        (b'{"items": [NaN]}', "NaN"),
        ('{"items": []}'.encode("utf-16"), "UTF-16"),
        (b'{"items": ["\xff"]}', "UTF-8"),
        (b"\x1f\x8b\x08 damaged", "gzip"),
        (b'{"items": ' + b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_token_list_is_an_error(body: bytes, message: str) -> None:
    """It never reads as an empty list."""
    with pytest.raises(dff.ResponseError, match=message):
        dff.read(body)


@pytest.mark.parametrize("wrong", [3, None, '{"items": []}', io.StringIO("{}"), object()])
def test_a_wrong_argument_is_told_what_is_taken(wrong: Any) -> None:
    """An argument that is no source at all is the caller's mistake, and says so."""
    with pytest.raises(dff.ConfigurationError, match="read"):
        dff.read(wrong)


def test_a_wrong_time_is_refused() -> None:
    """`fetched_at` that is no time is not ignored."""
    with pytest.raises(dff.ConfigurationError, match="RFC 3339"):
        dff.read({"items": []}, fetched_at="last week")


def test_a_missing_file_is_an_os_error(tmp_path: Path) -> None:
    """Files fail with Python's own errors."""
    with pytest.raises(FileNotFoundError):
        dff.read(tmp_path / "no.json")


def test_what_was_exported_is_no_response(tmp_path: Path) -> None:
    """A workbook, a Parquet file and their folder are named for what they are, with the way back."""
    pats = dff.read({"items": [token(1, assignment())]})
    folder = pats.to_parquet(tmp_path / "pats")
    with pytest.raises(IsADirectoryError, match="a folder is not a page"):
        dff.read([folder, folder])
    with pytest.raises(
        dff.ResponseError, match=r"tokens\.parquet' is not a saved response but a file of Parquet"
    ):
        dff.read(folder / "tokens/tokens.parquet")
    with pytest.raises(dff.ResponseError, match="is not a saved response but a workbook"):
        dff.read(pats.to_excel(tmp_path / "pats.xlsx"))
    with pytest.raises(
        dff.ResponseError, match=r"audit\.json' is not a saved response but the JSON that to_json"
    ):
        dff.read(pats.audit().to_json(tmp_path / "audit.json"))


def test_lone_surrogates_do_not_deny_the_report() -> None:
    """A name that no UTF-8 can hold is repaired visibly and listed."""
    with pytest.warns(dff.DriftWarning, match="invalid text"):
        frames = dff.read(json.dumps({"items": [token(name="a\ud800b"), token(2, assignment())]}).encode())
    assert frames.tokens["name"].tolist() == ["a\ufffdb", "token 2"]
    assert len(frames.token_operations) == 2


def test_duplicate_keys_are_listed() -> None:
    """Of a field given twice the last one counts, and the drift report says that there were two."""
    body = json.dumps({"items": [token()]}).replace('"name":', '"name": "first", "name":').encode()
    with pytest.warns(dff.DriftWarning, match="duplicate key"):
        frames = dff.read(body)
    assert frames.tokens["name"].tolist() == ["token 1"]
