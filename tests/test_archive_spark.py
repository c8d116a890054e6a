"""The same questions on Spark: the same texts over the same files give equal frames."""

from __future__ import annotations

import os
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import dfns_frames as dff
from tests.conftest import read, token

pytestmark = pytest.mark.skipif(
    not shutil.which("java"), reason="Spark needs Java: apt install default-jre-headless (Debian, Ubuntu)"
)

# For little data: no compiling, one part, nothing that watches.
_SETTINGS = {
    "spark.default.parallelism": "1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.parquet.enableVectorizedReader": "false",
    "spark.sql.session.timeZone": "Europe/Berlin",
    "spark.sql.shuffle.partitions": "1",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


@pytest.fixture(scope="module")
def session() -> Iterator[Any]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what Spark says of pandas
        sql = pytest.importorskip("pyspark.sql", reason="needs pyspark: `make spark` installs it")
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        builder = sql.SparkSession.builder.master("local[2]").appName("dfns-frames tests")
        for name, value in _SETTINGS.items():
            builder = builder.config(name, value)
        made = builder.getOrCreate()
    made.sparkContext.setLogLevel("OFF")
    yield made
    made.stop()


@pytest.mark.filterwarnings("ignore")
def test_spark_answers_as_duckdb_does(session: Any, tmp_path: Path) -> None:
    """Lifetimes, holders and changes of the demo's twelve weeks, in whatever time zone the session is."""
    embedded = dff.demo.archive(tmp_path / "archive")
    remote = dff.Archive(tmp_path / "archive", engine=session)
    pd.testing.assert_frame_equal(remote.lifetimes(), embedded.lifetimes())
    for each in (embedded, remote):
        assert len(each.holders("move_funds", on="2026-08-20")) == 4
    pd.testing.assert_frame_equal(
        remote.holders("move_funds", on="2026-08-20"), embedded.holders("move_funds", on="2026-08-20")
    )
    pd.testing.assert_frame_equal(remote.changes(), embedded.changes())
    window = {"since": "2026-09-01", "until": "2026-10-06T12:00:00Z"}
    pd.testing.assert_frame_equal(remote.changes(**window), embedded.changes(**window))
    assert not [view.name for view in session.catalog.listTables() if view.name.startswith("dfns_")]


def test_what_is_no_session_is_refused(tmp_path: Path) -> None:
    """Anything else is a ConfigurationError that says what the engine may be."""
    with pytest.raises(dff.ConfigurationError, match="engine must be a Spark session"):
        dff.Archive(tmp_path / "archive", engine="spark")


@pytest.mark.filterwarnings("ignore")
def test_a_store_is_asked_what_it_holds(session: Any, tmp_path: Path) -> None:
    """By its address alone: names are checked, foreign files are not read, and no address is empty."""
    archive = dff.Archive(tmp_path / "archive")
    for caller in ("ann", "Ben/ops"):
        path = archive.add(read(token(1), token(2)), caller=caller)
    (path / "tokens" / "Thumbs.db").write_text("nothing of ours")
    store = dff.Archive((tmp_path / "archive").as_uri(), engine=session)
    assert store.lifetimes(org="or-1", caller="Ben/ops")["caller"].tolist() == ["Ben/ops"] * 2
    with pytest.raises(dff.ConfigurationError, match=r"no organisation 'or-2'; there are: or-1$"):
        store.lifetimes(org="or-2")
    with pytest.raises(dff.ConfigurationError, match=r"no caller 'ben' of or-1; there are: Ben/ops, ann$"):
        store.changes(org="or-1", caller="ben")
    with pytest.raises(dff.ConfigurationError, match=r"no snapshots at '.*elsewhere/snapshots'"):
        dff.Archive((tmp_path / "elsewhere").as_uri(), engine=session).lifetimes()
    for ask in (store.snapshots, store.check):
        with pytest.raises(dff.ConfigurationError, match="Spark"):
            ask()


@pytest.mark.filterwarnings("ignore")
def test_a_session_that_is_stopped_is_said(session: Any, tmp_path: Path) -> None:
    """The last test here, for it stops the session: each question says so, instead of a Java error."""
    archive = dff.Archive(tmp_path / "archive", engine=session)
    archive.add(read(token(1)))
    session.stop()
    for ask in (archive.lifetimes, archive.changes):
        with pytest.raises(dff.ConfigurationError, match=r"Spark session .*stopped"):
            ask()
    assert len(archive.at("2026-05-01").tokens) == 1
