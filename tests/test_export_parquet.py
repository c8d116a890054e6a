"""Parquet: what is read back is what was written, or a clear refusal."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import dfns_frames as dff
from dfns_frames._api.tables import VERSION
from tests.conftest import read, token
from tests.export_samples import named


def test_read_back_equal(demo_pats: dff.Frames, tmp_path: Path) -> None:
    """The demo organisation comes back equal, each frame with its dtypes and categories."""
    back = dff.read(demo_pats.to_parquet(tmp_path / "out"))
    assert back == demo_pats
    assert list(back) == list(demo_pats)
    for name in demo_pats:
        pd.testing.assert_frame_equal(back[name], demo_pats[name])


def test_filtered_empty_and_joined_frames_read_back_equal(demo_pats: dff.Frames, tmp_path: Path) -> None:
    """So do frames without rows, filtered ones, and those of several callers."""
    samples = {
        "empty": read(),
        "filtered": demo_pats.filter(~demo_pats.tokens.is_active),
        "joined": dff.concat([named("a"), read(token(2, linkedUserId="us-2"))]),
    }
    for name, frames in samples.items():
        assert dff.read(frames.to_parquet(tmp_path / name)) == frames


def test_files_explain_themselves(tmp_path: Path) -> None:
    """Each file says what a row is, what each column means, and where and when the data is from."""
    folder = named("a").to_parquet(tmp_path / "out")
    schema = pq.read_schema(folder / "tokens/tokens.parquet")
    assert schema.metadata[b"row"] == b"one access token, as listed"
    assert all(field.metadata[b"description"] for field in schema)
    about = json.loads(schema.metadata[b"dfns_frames"])
    assert about["fetched_at"] == "2026-03-02T08:00:00+00:00"
    assert about["sources"] == ["/auth/pats from a dict, 2026-03-02 08:00:00 UTC: ok, 1 token"]


def test_no_secret(tmp_path: Path) -> None:
    """The value of accessToken is in no file of any kind."""
    pats = read(token(accessToken="SECRET-VALUE"))
    for folder in (pats.to_parquet(tmp_path / "parquet"), pats.to_csv(tmp_path / "csv")):
        files = [path for path in folder.rglob("*") if path.is_file()]
        assert len(files) > len(pats)
        assert not [path for path in files if b"SECRET-VALUE" in path.read_bytes()]
    assert pats.tokens.secret_returned.all()


@pytest.fixture(scope="session")
def written(demo_pats: dff.Frames, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """Write the demo organisation; return the folder, and the bytes of its tokens."""
    folder = demo_pats.to_parquet(tmp_path_factory.mktemp("damaged") / "out")
    return folder, (folder / "tokens/tokens.parquet").read_bytes()


@given(where=st.integers(min_value=0), junk=st.binary(min_size=1, max_size=8))
@settings(max_examples=60, deadline=None)
def test_damage_is_refused_or_harmless(written: tuple[Path, bytes], where: int, junk: bytes) -> None:
    """Overwritten bytes lead to a ResponseError or an OSError, never to another exception."""
    folder, data = written
    place = where % len(data)
    damaged = (data[:place] + junk + data[place + len(junk) :])[: len(data)]
    (folder / "tokens/tokens.parquet").write_bytes(damaged)
    with contextlib.suppress(dff.ResponseError, OSError):
        dff.read(folder)


def test_truncated_and_foreign_files_are_refused(tmp_path: Path) -> None:
    """A truncated file, one of other origin and one of another version's columns are named."""
    folder = named("a").to_parquet(tmp_path / "out")
    file = folder / "tokens/tokens.parquet"
    whole = file.read_bytes()
    table = pq.read_table(file)
    file.write_bytes(whole[:-20])
    with pytest.raises(dff.ResponseError, match=r"tokens\.parquet' is not what to_parquet"):
        dff.read(folder)
    file.write_bytes(b"")
    with pytest.raises(dff.ResponseError, match="damaged"):
        dff.read(folder)
    pq.write_table(pa.table({"a": [1]}), file)
    with pytest.raises(dff.ResponseError, match="another origin"):
        dff.read(folder)
    pq.write_table(table.drop_columns(["cred_id"]), file)
    with pytest.raises(dff.ResponseError, match="columns"):
        dff.read(folder)


@pytest.mark.parametrize(
    "about",
    [b"", b"null", b"[1]", b'{"tables": 5}', b'{"tables": null}', b'{"tables": [[]]}', b"[" * 100_000],
)
def test_files_that_explain_themselves_wrongly_are_refused(tmp_path: Path, about: bytes) -> None:
    """Whatever stands where the counts of the rows should."""
    folder = dff.read({"items": []}).to_parquet(tmp_path / "out")
    file = folder / "tokens/tokens.parquet"
    table = pq.read_table(file)
    pq.write_table(table.replace_schema_metadata({**table.schema.metadata, b"dfns_frames": about}), file)
    with pytest.raises(dff.ResponseError):
        dff.read(folder)


def test_texts_that_are_none_are_refused(tmp_path: Path) -> None:
    """Bytes that are no UTF-8 do not become a frame that fails when it is shown."""
    frames = named("x")
    tokens = frames.arrow("tokens")
    i = tokens.column_names.index("name")
    broken = pa.Array.from_buffers(
        pa.string(), 1, [None, pa.array([0, 1], pa.int32()).buffers()[1], pa.py_buffer(b"\xff")]
    )
    tables = {name: frames.arrow(name) for name in frames}
    tables["tokens"] = tokens.set_column(i, tokens.schema.field(i), broken)
    folder = dff.Frames(tables).to_parquet(tmp_path / "out")
    with pytest.raises(dff.ResponseError, match="damaged"):
        dff.read(folder)


def test_mixed_exports_are_refused(tmp_path: Path) -> None:
    """Files of two exports, mixed up in one folder, are not taken for one."""
    one = named("a").to_parquet(tmp_path / "one")
    two = named("a").filter([]).to_parquet(tmp_path / "two")
    (one / "tokens/tokens.parquet").write_bytes((two / "tokens/tokens.parquet").read_bytes())
    with pytest.raises(dff.ResponseError, match="do not belong together"):
        dff.read(one)


def test_a_folder_that_is_none(tmp_path: Path) -> None:
    """A missing folder, an empty one and that of one table fail with the OSError that says so."""
    with pytest.raises(FileNotFoundError):
        dff.read(tmp_path / "none")
    folder = tmp_path / "a=b"
    folder.mkdir()
    with pytest.raises(FileNotFoundError, match=r"no Parquet export; to .*name the files"):
        dff.read(folder)
    named("a").to_parquet(folder)
    with pytest.raises(FileNotFoundError, match="name the folder above"):
        dff.read(folder / "tokens")
    assert len(dff.read(folder).tokens) == 1
    (folder / "sources/sources.parquet").unlink()
    with pytest.raises(FileNotFoundError, match="the export lacks this table"):
        dff.read(folder)


def about(folder: Path, **changes: object) -> None:
    """Change what all files of an export say of it; None takes a word out."""
    for file in folder.rglob("*.parquet"):
        table = pq.read_table(file)
        said = json.loads(table.schema.metadata[b"dfns_frames"]) | changes
        said = {name: value for name, value in said.items() if value is not None}
        metadata = {**table.schema.metadata, b"dfns_frames": json.dumps(said).encode()}
        pq.write_table(table.replace_schema_metadata(metadata), file)


def rewrite(file: Path, change: Callable[[pa.Table], pa.Table]) -> None:
    """Change a table, and leave what its file says of the export."""
    table = pq.read_table(file)
    pq.write_table(change(table).replace_schema_metadata(table.schema.metadata), file)


def test_the_version_of_the_tables_is_in_the_files(tmp_path: Path) -> None:
    """Files of a later version are refused with both versions, before their columns are looked at."""
    folder = named("a").to_parquet(tmp_path / "out")
    about(folder, schema=VERSION)
    assert dff.read(folder) == named("a")
    about(folder, schema=VERSION + 1)
    rewrite(folder / "tokens/tokens.parquet", lambda table: table.drop_columns(["name"]))
    with pytest.raises(
        dff.ResponseError, match=rf"newer version .* version {VERSION + 1}, and this one knows {VERSION}"
    ):
        dff.read(folder)


def test_a_column_that_an_older_version_did_not_have_is_missing(tmp_path: Path) -> None:
    """In each row; positions are counted. A column that no version had is an error even there."""
    folder = read(token(1), token(2)).to_parquet(tmp_path / "out")
    tokens = folder / "tokens/tokens.parquet"
    about(folder, schema=None)
    rewrite(tokens, lambda table: table.drop_columns(["public_key", "token_no"]))
    back = dff.read(folder)
    assert back.tokens["public_key"].isna().all()
    assert back.tokens["token_no"].tolist() == [0, 1]
    assert back.tokens["token_id"].tolist() == ["to-1", "to-2"]
    rewrite(tokens, lambda table: table.append_column("more", pa.array([1, 2])))
    with pytest.raises(dff.ResponseError, match=r"tokens\.parquet' has other columns .*: it has 'more'"):
        dff.read(folder)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: table.drop_columns(["cred_id"]), "it lacks 'cred_id'"),
        (lambda table: table.rename_columns({"cred_id": "credId"}), "it lacks 'cred_id', has 'credId'"),
        (lambda table: table.append_column("name", table["name"]), "it has 'name' twice"),
        (
            lambda table: table.set_column(0, "is_active", pa.array(["yes"])).rename_columns(
                ["source", *table.column_names[1:]]
            ),
            "it has 'source' as string",
        ),
    ],
)
def test_other_columns_are_named(
    change: Callable[[pa.Table], pa.Table], message: str, tmp_path: Path
) -> None:
    """One that is missing, unknown, there twice, or of another type, in a file of this version."""
    folder = named("a").to_parquet(tmp_path / "out")
    rewrite(folder / "tokens/tokens.parquet", change)
    with pytest.raises(dff.ResponseError, match=f"other columns .*{message}"):
        dff.read(folder)


def test_no_table_at_all_reads_back(tmp_path: Path) -> None:
    """What held nothing holds nothing; the file that explains the folder says so."""
    folder = dff.Frames({}).to_parquet(tmp_path / "out")
    assert [path.name for path in folder.iterdir()] == ["README.txt"]
    assert dff.read(folder) == dff.Frames({})


@pytest.mark.parametrize(
    "options",
    [{"endpoint": "pats"}, {"caller": "ada"}, {"fetched_at": "2026-03-02"}, {"skip_invalid": True}],
    ids=lambda options: next(iter(options)),
)
def test_a_folder_takes_no_options(options: Any, tmp_path: Path) -> None:
    """It says itself what it is of; to pass over what somebody asked for would be worse than to refuse."""
    folder = named("a").to_parquet(tmp_path / "out")
    with pytest.raises(dff.ConfigurationError, match=r"already says .*leave out endpoint="):
        dff.read(folder, **options)


def test_polars_and_duckdb_take_the_tables(demo_pats: dff.Frames) -> None:
    """Two lines lead to Polars and to DuckDB."""
    duckdb = pytest.importorskip("duckdb")
    polars = pytest.importorskip("polars")

    frame = polars.from_arrow(demo_pats.arrow("tokens"))
    assert frame["token_id"].to_list() == demo_pats.tokens.token_id.to_list()

    tokens = demo_pats.arrow("tokens")  # noqa: F841 - DuckDB finds it by its name
    counted = duckdb.sql("SELECT kind, count(*) FROM tokens GROUP BY kind").fetchall()
    assert dict(counted) == demo_pats.tokens.kind.value_counts().to_dict()


def test_each_table_has_a_folder(demo_pats: dff.Frames, tmp_path: Path) -> None:
    """Pandas reads a table by its folder or its file; the folder of all stops at the file that says how."""
    folder = demo_pats.to_parquet(tmp_path / "pats")
    for path in (folder / "tokens", folder / "tokens/tokens.parquet"):
        assert list(pd.read_parquet(path)["token_id"]) == list(demo_pats.tokens.token_id)
    with pytest.raises((pa.ArrowInvalid, OSError), match=r"README\.txt"):
        pd.read_parquet(folder)
    assert 'pd.read_parquet("pats/tokens")' in (folder / "README.txt").read_text()


def test_duckdb_and_polars_join_the_files(demo_pats: dff.Frames, tmp_path: Path) -> None:
    """A glob over the folders of one table is enough for either."""
    duckdb = pytest.importorskip("duckdb")
    polars = pytest.importorskip("polars")
    folder = demo_pats.to_parquet(tmp_path / "look=2026-03-02" / "pats")
    pattern = str(tmp_path / "look=*" / "pats" / "tokens" / "*.parquet")
    found = duckdb.sql(
        "SELECT look, count(*) FROM read_parquet($files, hive_partitioning=true) GROUP BY 1",
        params={"files": pattern},
    )
    assert [row[1] for row in found.fetchall()] == [len(demo_pats.tokens)]
    assert len(polars.read_parquet(folder / "token_operations/*.parquet")) == len(demo_pats.token_operations)
