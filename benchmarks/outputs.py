"""What is made of the frames: files and charts, each with the usual other way where there is one."""

from __future__ import annotations

import io
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.contenders import TABLES, Contender, Rows, Work


def _writer(method: str, target: str) -> Contender:
    def prepare(path: str) -> Work:
        from dfns_frames import read

        frames = read(path)

        def work() -> Rows:
            with TemporaryDirectory() as folder:
                getattr(frames, method)(Path(folder, target))
            return ()

        return work

    return prepare


def _pandas_writer(method: str, target: str, **options: Any) -> Contender:
    def prepare(path: str) -> Work:
        import pandas as pd

        from dfns_frames import read

        frames = read(path)
        # A workbook knows no timezone: pandas refuses it.
        plain = {name: frames[name].assign() for name in TABLES}
        plain["tokens"]["date_created"] = plain["tokens"]["date_created"].dt.tz_localize(None)

        def work() -> Rows:
            with TemporaryDirectory() as folder:
                if method == "to_excel":
                    with pd.ExcelWriter(Path(folder, target), **options) as book:
                        for name, frame in plain.items():
                            frame.to_excel(book, sheet_name=name, index=False)
                else:
                    for name, frame in plain.items():
                        getattr(frame, method)(Path(folder, f"{name}{target}"), index=False)
            return ()

        return work

    return prepare


def chart(name: str) -> Contender:
    """Return the contender that draws one chart and saves it as PNG."""

    def prepare(path: str) -> Work:
        import matplotlib as mpl

        mpl.use("Agg")
        import matplotlib.pyplot as plt

        from dfns_frames import read

        frames = read(path)
        plt.figure().savefig(io.BytesIO())  # loads what the first figure of any kind loads

        def work() -> Rows:
            getattr(frames.plot, name)().figure.savefig(io.BytesIO(), format="png")
            return ()

        return work

    return prepare


def charts() -> list[str]:
    """Return the names of the charts that there are."""
    from dfns_frames.plot import Plot

    return [name for name in dir(Plot) if not name.startswith("_")]


WRITERS: dict[str, Contender] = {
    "workbook, ours": _writer("to_excel", "pats.xlsx"),
    "workbook, pandas with xlsxwriter": _pandas_writer("to_excel", "pats.xlsx", engine="xlsxwriter"),
    "workbook, pandas with openpyxl": _pandas_writer("to_excel", "pats.xlsx", engine="openpyxl"),
    "CSV, ours": _writer("to_csv", "csv"),
    "CSV, pandas": _pandas_writer("to_csv", ".csv"),
    "Parquet, ours": _writer("to_parquet", "parquet"),
    "Parquet, pandas": _pandas_writer("to_parquet", ".parquet"),
}
