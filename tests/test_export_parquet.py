"""Parquet: what is read back is what was written, or a clear refusal."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from export_samples import demo, read, token
from hypothesis import given, settings
from hypothesis import strategies as st

import dfns_frames as dff


def test_read_back_equal(tmp_path: Path) -> None:
    """The demo organisation comes back equal, each frame with its dtypes and categories."""
    pats = demo()
    back = dff.Frames.from_parquet(pats.to_parquet(tmp_path / "out"))
    assert back == pats
    assert list(back) == list(pats)
    for name in pats:
        pd.testing.assert_frame_equal(back[name], pats[name])


def test_filtered_empty_and_joined_frames_read_back_equal(tmp_path: Path) -> None:
    """So do frames without rows, filtered ones, and those of several callers."""
    pats = demo()
    samples = {
        "empty": dff.read({"items": []}, fetched_at="2026-01-01T00:00:00Z"),
        "filtered": pats.filter(~pats.tokens.is_active),
        "joined": dff.concat([read("a"), dff.read({"items": [token("b", tokenId="to-2")]})]),
    }
    for name, frames in samples.items():
        assert dff.Frames.from_parquet(frames.to_parquet(tmp_path / name)) == frames


def test_files_explain_themselves(tmp_path: Path) -> None:
    """Each file says what a row is, what each column means, and where and when the data is from."""
    folder = read("a").to_parquet(tmp_path / "out")
    schema = pq.read_schema(folder / "tokens.parquet")
    assert schema.metadata[b"row"] == b"one access token, as listed"
    assert all(field.metadata[b"description"] for field in schema)
    about = json.loads(schema.metadata[b"dfns_frames"])
    assert about["fetched_at"] == "2026-03-02T00:00:00+00:00"
    assert about["sources"] == [
        "/auth/pats from a dict, 2026-03-02 00:00:00 UTC: ok, 1 tokens",
    ]


def test_no_secret(tmp_path: Path) -> None:
    """The value of accessToken is in no file of any kind."""
    pats = dff.read({"items": [token("a", accessToken="SECRET-VALUE")]})
    for folder in (pats.to_parquet(tmp_path / "parquet"), pats.to_csv(tmp_path / "csv")):
        assert not [path for path in folder.iterdir() if b"SECRET-VALUE" in path.read_bytes()]
    assert pats.tokens.secret_returned.all()


@given(st.integers(min_value=0), st.binary(min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_damage_is_refused_or_harmless(where: int, junk: bytes) -> None:
    """Overwritten bytes lead to a ResponseError or an OSError, never to another exception."""
    data = _TOKENS.read_bytes()
    place = where % len(data)
    try:
        (_DAMAGED / "tokens.parquet").write_bytes(
            (data[:place] + junk + data[place + len(junk) :])[: len(data)]
        )
        dff.Frames.from_parquet(_DAMAGED)
    except (dff.ResponseError, OSError):
        pass


@pytest.fixture(scope="module", autouse=True)
def _folders(tmp_path_factory: pytest.TempPathFactory) -> None:
    global _TOKENS, _DAMAGED
    pats = demo()
    _TOKENS = pats.to_parquet(tmp_path_factory.mktemp("whole") / "out") / "tokens.parquet"
    _DAMAGED = pats.to_parquet(tmp_path_factory.mktemp("damaged") / "out")


_TOKENS = _DAMAGED = Path()


def test_truncated_and_foreign_files_are_refused(tmp_path: Path) -> None:
    """A truncated file, one of other origin and one of another version's columns are named."""
    folder = read("a").to_parquet(tmp_path / "out")
    file = folder / "tokens.parquet"
    whole = file.read_bytes()
    table = pq.read_table(file)
    file.write_bytes(whole[:-20])
    with pytest.raises(dff.ResponseError, match=r"tokens\.parquet' is not what to_parquet"):
        dff.Frames.from_parquet(folder)
    file.write_bytes(b"")
    with pytest.raises(dff.ResponseError, match="damaged"):
        dff.Frames.from_parquet(folder)
    pq.write_table(pa.table({"a": [1]}), file)
    with pytest.raises(dff.ResponseError, match="another origin"):
        dff.Frames.from_parquet(folder)
    pq.write_table(table.drop_columns(["cred_id"]), file)
    with pytest.raises(dff.ResponseError, match="columns"):
        dff.Frames.from_parquet(folder)


@pytest.mark.parametrize(
    "about",
    [b"", b"null", b"[1]", b'{"tables": 5}', b'{"tables": null}', b'{"tables": [[]]}', b"[" * 100_000],
)
def test_files_that_explain_themselves_wrongly_are_refused(tmp_path: Path, about: bytes) -> None:
    """Whatever stands where the counts of the rows should."""
    folder = dff.read({"items": []}).to_parquet(tmp_path / "out")
    file = folder / "tokens.parquet"
    table = pq.read_table(file)
    pq.write_table(table.replace_schema_metadata({**table.schema.metadata, b"dfns_frames": about}), file)
    with pytest.raises(dff.ResponseError):
        dff.Frames.from_parquet(folder)


def test_texts_that_are_none_are_refused(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 do not become a frame that fails when it is shown."""
    frames = read("x")
    tokens = frames.arrow("tokens")
    i = tokens.column_names.index("name")
    broken = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.array([0, 1], pa.int32()).buffers()[1], pa.py_buffer(b"\xff")]
    )
    tables = {name: frames.arrow(name) for name in frames}
    tables["tokens"] = tokens.set_column(i, tokens.schema.field(i), broken)
    folder = dff.Frames(tables).to_parquet(tmp_path / "out")
    with pytest.raises(dff.ResponseError, match="damaged"):
        dff.Frames.from_parquet(folder)


def test_mixed_exports_are_refused(tmp_path: Path) -> None:
    """Files of two exports, mixed up in one folder, are not taken for one."""
    one = read("a").to_parquet(tmp_path / "one")
    two = read("a", "b").to_parquet(tmp_path / "two")
    (one / "tokens.parquet").write_bytes((two / "tokens.parquet").read_bytes())
    with pytest.raises(dff.ResponseError, match="do not belong together"):
        dff.Frames.from_parquet(one)


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    """A missing folder, a file and an empty folder fail with the OSError that says so."""
    with pytest.raises(FileNotFoundError, match="no such folder"):
        dff.Frames.from_parquet(tmp_path / "none")
    (tmp_path / "file").write_text("x")
    with pytest.raises(NotADirectoryError, match="to_parquet"):
        dff.Frames.from_parquet(tmp_path / "file")
    (tmp_path / "a=b").mkdir()
    with pytest.raises(FileNotFoundError, match="lacks this table"):
        dff.Frames.from_parquet(tmp_path / "a=b")
    read("a").to_parquet(tmp_path / "a=b")
    assert len(dff.Frames.from_parquet(tmp_path / "a=b").tokens) == 1


def test_polars_and_duckdb_take_the_tables() -> None:
    """Two lines lead to Polars and to DuckDB."""
    pats = demo()
    duckdb = pytest.importorskip("duckdb")
    polars = pytest.importorskip("polars")

    frame = polars.from_arrow(pats.arrow("tokens"))
    assert frame["token_id"].to_list() == pats.tokens.token_id.to_list()

    tokens = pats.arrow("tokens")  # noqa: F841 - DuckDB finds it by its name
    counted = duckdb.sql("SELECT kind, count(*) FROM tokens GROUP BY kind").fetchall()
    assert dict(counted) == pats.tokens.kind.value_counts().to_dict()
