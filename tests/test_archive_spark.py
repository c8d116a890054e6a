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
