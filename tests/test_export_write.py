"""`write`: any DataFrame as a workbook, CSV, Markdown or JSON, with nothing lost and nothing that runs."""

from __future__ import annotations

import datetime as dt
import json
import logging
import math
import re
import stat
import warnings
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from python_calamine import CalamineWorkbook

import dfns_frames as dff
from tests.conftest import assignment, read, token
from tests.export_samples import HOSTILE, SUFFIXES, cells, named, written


def test_frames_of_odd_shapes(tmp_path: Path) -> None:
    """Empty frames say so; an index, headers that occur twice and headers of any kind are kept."""
    assert written(pd.DataFrame([]), tmp_path) == [["This table has no rows and no columns."]]
    assert written(pd.DataFrame(index=range(3)), tmp_path) == [["This table has 3 rows but no columns."]]
    assert written(pd.DataFrame(columns=["a", "b"]), tmp_path) == [["a", "b"]]
    assert written(pd.DataFrame({"a": [1, 2]}, index=["x", "y"]), tmp_path) == [
        ["index", "a"],
        ["x", 1],
        ["y", 2],
    ]
    both = pd.DataFrame({"a": [1]}, index=pd.Index(["x"], name="a"))
    assert written(both, tmp_path) == [["a", "a (2)"], ["x", 1]]
    assert written(both, tmp_path, ".json") == [["a", "a (2)"], ["x", 1]]
    levels = pd.MultiIndex.from_tuples([("x", 1), ("y", 2)], names=["letter", None])
    assert written(pd.DataFrame({"a": [3, 4]}, index=levels), tmp_path) == [
        ["letter", "level 1", "a"], ["x", 1, 3], ["y", 2, 4]
    ]  # fmt: skip
    pivot = pd.DataFrame([[1, 2]], columns=pd.MultiIndex.from_tuples([("active", "x"), ("active", "")]))
    assert written(pivot, tmp_path)[0] == ["active / x", "active"]
    odd = pd.DataFrame(
        [[1] * 7], columns=[1, None, ("a", 2), pd.Timestamp("2026-01-01", tz="UTC"), "b", "B", "b"]
    )
    assert written(odd, tmp_path)[0] == [
        "1", "(no name)", "a, 2", "2026-01-01T00:00:00Z", "b", "B (2)", "b (3)"
    ]  # fmt: skip
    assert written(odd, tmp_path, ".json")[0][4:] == ["b", "B", "b (2)"]
    assert written(pd.Series([1, 2], name="n"), tmp_path) == [["n"], [1], [2]]
    assert written(pd.Series(["x"]).value_counts(), tmp_path)[1] == ["x", 1]


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_an_index_that_only_counts_is_left_out(suffix: str, tmp_path: Path) -> None:
    """Row numbers are not written, sorted or not; what is left of them after a selection is."""
    frame = pd.DataFrame({"a": [1, 2, 3]})
    for plain in (frame, frame.sort_values("a", ascending=False), frame.iloc[:0]):
        assert "index" not in written(plain, tmp_path, suffix)[0]
    kept = written(frame[frame["a"] > 1], tmp_path, suffix)
    assert kept[0] == ["index", "a"]
    assert [str(row[0]) for row in kept[1:]] == ["1", "2"]


def naive(value: Any) -> str:
    """Render a cell as one would by hand, for comparison."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and value != value):
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dt.datetime):
        return value.replace(tzinfo=None).isoformat()
    return str(value)


def comparable(text: Any) -> str:
    """Take away what formats may write differently: the form of a number, of a time, of a line break."""
    text = naive(text)
    if re.fullmatch(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?Z?", text):
        return str(pd.Timestamp(text.removesuffix("Z")).floor("ms"))
    try:
        return repr(float(text)) if re.fullmatch(r"-?\d+(\.\d+)?(e[-+]\d+)?", text) else text
    except ValueError:
        return text


TEXTS = st.text(
    st.one_of(st.characters(exclude_categories=["Cs", "Cc"]), st.sampled_from("=+-@|`<[]_*$&\\")), max_size=8
)
TIMES = st.datetimes(dt.datetime(1901, 1, 1), dt.datetime(2200, 1, 1)).map(
    lambda time: time.replace(microsecond=0)
)
CELLS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(10**14), 10**14),
    st.integers(),
    st.floats(-1e14, 1e14).map(lambda number: round(number, 3)),
    TEXTS,
    st.dates(dt.date(1901, 1, 1), dt.date(2200, 1, 1)),
    TIMES,
    TIMES.map(lambda time: time.replace(tzinfo=dt.UTC)),
)
KINDS = (CELLS, TEXTS, TIMES, st.integers(), st.booleans())
COLUMNS = st.one_of(*(st.lists(kind, min_size=3, max_size=3) for kind in KINDS))


@example(columns=[[1, None, True], ["a", "b | c", "<"]])
@example(columns=[["", "\\|", "\\"], [None, None, None]])
@given(columns=st.lists(COLUMNS, min_size=1, max_size=4))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_what_is_written_is_what_was_there(
    suffix: str, tmp_path_factory: pytest.TempPathFactory, columns: list[list[Any]]
) -> None:
    """Read back, every cell says what a naive rendering says."""
    frame = pd.DataFrame({f"c{i}": pd.Series(each, dtype=object) for i, each in enumerate(columns)})
    _, *rows = written(frame, tmp_path_factory.getbasetemp(), suffix)
    assert len(rows) == 3
    for i, column in enumerate(columns):
        for row, value in zip(rows, column, strict=True):
            found, wanted = comparable(row[i]), comparable(value)
            if suffix == ".md":
                found, wanted = (
                    found.strip(),
                    comparable(re.sub("[\x85\u2028\u2029]", "⏎", naive(value))).strip(),
                )
            if suffix == ".csv":
                found = re.sub(r"(^|;)'(?=[^\w]*[-=+@\uff1d\uff0b\uff0d\uff20])", r"\1", found)
            if isinstance(value, dt.date) and suffix in (".xlsx", ".md"):
                found, wanted = found[:10], wanted[:10]
            assert found == wanted or math.isclose(float(found), float(wanted)), (value, row[i])


@given(frame_of=st.lists(HOSTILE, min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
@pytest.mark.parametrize("suffix", SUFFIXES)
def test_nothing_runs(suffix: str, tmp_path_factory: pytest.TempPathFactory, frame_of: list[str]) -> None:
    """Neither a text nor a header nor an index becomes a formula, a link or markup."""
    frame = pd.DataFrame([frame_of], columns=frame_of, index=pd.Index(frame_of[:1], name=frame_of[0]))
    logging.disable()
    path = dff.write(frame, tmp_path_factory.getbasetemp() / f"hostile{suffix}", overwrite=True)
    logging.disable(logging.NOTSET)
    if suffix == ".xlsx":
        sheet = openpyxl.load_workbook(path)["Data"]
        assert not [
            cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f" or cell.hyperlink
        ]
        assert CalamineWorkbook.from_path(path).get_sheet_by_name("Data").to_python() != []
    elif suffix == ".csv":
        for row in cells(path):
            for cell in row:
                assert not re.match("[=+\\-@\uff1d\uff0b\uff0d\uff20\t\r\n]", cell)
    elif suffix == ".md":
        lines = path.read_text(encoding="utf-8").split("\n")
        assert len(lines) == 4
        assert len({len(re.findall(r"(?<!\\)\|", line.replace("\\\\", ""))) for line in lines[:3]}) == 1
        assert not re.search(r"(?<!\\)[`\[\]*$]|<|>", "".join(lines).replace("\\\\", ""))


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("a|b", r"a\|b"),
        ("`x`", r"\`x\`"),
        ("<script>", "&lt;script&gt;"),
        ("[x](http://a.example)", r"\[x\](http\://a.example)"),
        ("https://a.example", r"https\://a.example"),
        ("www.a.example", r"www\.a.example"),
        ("me@a.example", "me@&NoBreak;a.example"),
        ("@team #12", "@&NoBreak;team #&NoBreak;12"),
        ("a\nb\r\nc", "a⏎b⏎c"),
        ("$x^2$ **b** ~~c~~", r"\$x\^2\$ \*\*b\*\* \~\~c\~\~"),
        ("move_funds _em_", r"move_funds \_em\_"),
        ("&lt; \\", r"&amp;lt; \\"),
        ("Wallets:Read", "Wallets:Read"),
    ],
)
def test_markdown_shows_texts_as_they_are(text: str, markdown: str, tmp_path: Path) -> None:
    """Each is escaped for what it would otherwise be: markup, a link, a mention, another cell."""
    path = dff.write(pd.DataFrame({"a": [text]}), tmp_path / "a.md")
    assert path.read_text(encoding="utf-8") == f"| a |\n| --- |\n| {markdown} |\n"


def test_markdown_is_a_table_of_what_a_measure_says(demo_pats: dff.Frames, tmp_path: Path) -> None:
    """Numbers stand on the right, times say that they are UTC."""
    frame = demo_pats.tokens[["name", "date_created", "operation_count"]].head(2)
    lines = dff.write(frame, tmp_path / "a.md").read_text(encoding="utf-8").splitlines()
    assert lines[:2] == ["| name | date_created (UTC) | operation_count |", "| --- | --- | ---: |"]
    assert re.fullmatch(r"\| .* \| \d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? \| \d+ \|", lines[2])


def test_frames_as_json(demo_pats: dff.Frames, tmp_path: Path) -> None:
    """One object: the name of each table, and its rows."""
    found = json.loads(dff.write(demo_pats, tmp_path / "pats.json").read_bytes())
    assert found.pop("schema_version") == 1
    assert any("122 tokens" in line for line in found.pop("about"))
    assert list(found) == list(demo_pats)
    for name, rows in found.items():
        assert len(rows) == len(demo_pats[name])
        assert all(list(row) == list(demo_pats[name]) for row in rows)
    assert [row["name"] for row in found["tokens"]] == list(demo_pats.tokens["name"])
    assert found["tokens"][0]["is_active"] in (True, False)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", found["tokens"][0]["date_created"])
    assert {"operation_count"} <= set(found["token_assignments"][0])
    assert json.loads(dff.write(read(), tmp_path / "none.json").read_bytes())["tokens"] == []


def test_frames_as_a_workbook(tmp_path: Path) -> None:
    """The same as to_excel makes."""
    pats = read(token(1, assignment()))
    books = [pats.to_excel(tmp_path / "a.xlsx"), dff.write(pats, tmp_path / "b.xlsx")]
    one, other = (openpyxl.load_workbook(book) for book in books)
    assert one.sheetnames == other.sheetnames
    assert [list(sheet.values) for sheet in one] == [list(sheet.values) for sheet in other]


def test_refusals(tmp_path: Path) -> None:
    """Other suffixes, other data and existing files are refused, with a way out; nothing is left behind."""
    pats, frame = named("a"), pd.DataFrame({"a": [1]})
    for data, name, message in [
        (pats, "a.csv", r"to_csv\(folder\)"),
        (pats, "a.md", r"pats\.tokens"),
        (pats, "a.parquet", r"to_parquet\(folder\)"),
        (frame, "a.xls", r"ends in '\.xls'; write makes \.xlsx, \.csv, \.md, \.json"),
        (frame, "a", "has no suffix"),
        (frame, "", "the path is empty"),
        ([1], "a.csv", "takes a pandas DataFrame or Frames, not list"),
        (None, "a.csv", "not NoneType"),
        (pats.arrow("tokens"), "a.csv", "not pyarrow.Table"),
        (pd.DataFrame([range(16_385)]), "a.xlsx", "16,385 columns, but a sheet holds 16,384"),
    ]:
        with pytest.raises(dff.ConfigurationError, match=message):
            dff.write(data, tmp_path / name if name else name)
    assert not list(tmp_path.iterdir())
    for suffix in (*SUFFIXES, ".CSV"):
        path = dff.write(frame, tmp_path / "new" / f"a{suffix}")
        with pytest.raises(FileExistsError, match="overwrite=True"):
            dff.write(frame, path)
        path.chmod(0o600)
        assert dff.write(frame, str(path), overwrite=True) == path
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_what_is_changed_is_counted(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """One line in the log says what was changed in how many cells; where nothing was, there is none."""
    frame = pd.DataFrame({"name": ["=1", "+2", "a\x07"], "=n": [-1, -2, -3], "mixed": [-1, "-x", None]})
    dff.write(frame, tmp_path / "a.csv")
    (record,) = caplog.records
    assert record.levelno == logging.WARNING
    assert record.getMessage() == (
        "a.csv: apostrophe before a formula in 1 cell of 'the header'; control characters shown as U+FFFD in "
        "1 cell of 'name'; apostrophe before a formula in 2 cells of 'name'; apostrophe before a formula in "
        "1 cell of 'mixed'"
    )
    assert cells(tmp_path / "a.csv")[1:3] == [["'=1", "-1", "-1"], ["'+2", "-2", "'-x"]]
    caplog.clear()
    dff.write(frame, tmp_path / "a.xlsx")
    dff.write(frame, tmp_path / "a.md")
    assert [record.getMessage().count("U+FFFD") for record in caplog.records] == [1, 1]
    caplog.clear()
    dff.write(frame, tmp_path / "a.json")
    dff.write(pd.DataFrame({"a": ["fine", -1]}), tmp_path / "b.csv")
    assert not caplog.records


def test_long_texts_and_many_columns(tmp_path: Path) -> None:
    """A text that is too long for a cell is shortened in the workbook only; CSV takes any width."""
    frame = pd.DataFrame({"a": ["x" * 40_000]})
    assert len(written(frame, tmp_path)[1][0]) < 32_768
    assert [len(written(frame, tmp_path, suffix)[1][0]) for suffix in SUFFIXES[1:]] == [40_000] * 3
    assert len(written(pd.DataFrame([range(16_385)]), tmp_path, ".csv")[1]) == 16_385


def test_without_pandas_own_text_dtype(tmp_path: Path) -> None:
    """The same under every option of pandas."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pandas warns that the option will go
        with pd.option_context("future.infer_string", False):
            frame = pd.DataFrame({"owner": ["a", None]})
            assert written(frame, tmp_path, ".csv")[1:] == [["a"], [""]]
            assert written(frame, tmp_path)[1:] == [["a"], [None]]
