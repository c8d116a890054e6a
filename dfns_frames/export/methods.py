"""The exports as methods of `Frames`, with what users need to know of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dfns_frames._facts.tables import Tables
from dfns_frames._files import StrPath
from dfns_frames.export.csv import to_csv
from dfns_frames.export.parquet import to_parquet
from dfns_frames.export.workbook import to_excel

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    import pandas as pd


class Exports:
    """The exports of tables; `Frames` inherits them."""

    def to_excel(
        self: Tables,
        path: StrPath,
        *,
        sheets: Mapping[str, pd.DataFrame | pd.Series[Any]] | None = None,
        overwrite: bool = False,
    ) -> Path:
        """Write one workbook (.xlsx) to open, filter, print and hand on.

        Its sheets are Summary (figures and charts, each with what it counts and how to list it), those that
        you pass, Tokens (what each can do, the worst first), Operations, Assignments, Matrix, Sources,
        Rejected and Drift if there are any, and README. Times are UTC. Nothing from the API becomes a formula
        or a link; README names what was changed. Operations and Matrix print as one page each; all other
        sheets print whole.

        Parameters
        ----------
        path
            The file, ending in ``.xlsx``. Folders that do not exist are created. The file appears complete or
            not at all.
        sheets
            Sheets to add, as title and DataFrame, with any content; see `dff.write`.
        overwrite
            Replace the file if it exists; the new one has its permissions.

        Returns
        -------
        pathlib.Path
            The file.

        Raises
        ------
        ConfigurationError
            The name does not end in ``.xlsx``, or a title or what it stands for cannot be a sheet.
        OSError
            It exists (FileExistsError), or cannot be written; nothing is left behind.

        Examples
        --------
        >>> spread = dff.measures.permission_spread(pats)  # doctest: +SKIP
        >>> pats.to_excel("pats.xlsx", sheets={"Permissions": spread})  # doctest: +SKIP
        PosixPath('pats.xlsx')
        """
        return to_excel(self, path, sheets=sheets, overwrite=overwrite)

    def to_csv(
        self: Tables,
        folder: StrPath,
        *,
        sanitize: bool = True,
        encoding: str = "utf-8",
        overwrite: bool = False,
    ) -> Path:
        """Write one CSV file for each table (``tokens.csv``, …) and a README.txt that explains them.

        Times are UTC, as ISO 8601; missing is an empty field, an empty text is ``""``.

        Parameters
        ----------
        folder
            Where to; created if it does not exist. Other files in it stay.
        sanitize
            Put an apostrophe in front of text that a spreadsheet would run as a formula, and show control
            characters as U+FFFD; README.txt counts the cells. False leaves the text unchanged.
        encoding
            Of the CSV files; ``"utf-8-sig"`` lets Excel recognise UTF-8.
        overwrite
            Replace files that exist; the new ones have their permissions.

        Returns
        -------
        pathlib.Path
            The folder.

        Raises
        ------
        ConfigurationError
            There is no such encoding, it cannot encode a character, or the folder is named like a file.
        OSError
            A file exists (FileExistsError), or cannot be written; nothing is left behind.

        Examples
        --------
        >>> pats.to_csv("pats-csv")  # doctest: +SKIP
        PosixPath('pats-csv')
        """
        return to_csv(self, folder, sanitize=sanitize, encoding=encoding, overwrite=overwrite)

    def to_parquet(self: Tables, folder: StrPath, *, overwrite: bool = False) -> Path:
        """Write a folder for each table with one Parquet file, which :meth:`from_parquet` reads back equal.

        ``pandas.read_parquet("pats/tokens")`` reads one table; so do Polars, DuckDB and Spark, with
        ``pats/tokens/*.parquet``. The folder as a whole is not a table: README.txt in it says so, and pandas
        stops at that file.

        Parameters
        ----------
        folder
            Where to; created if it does not exist. Other files in it stay.
        overwrite
            Replace files that exist; the new ones have their permissions.

        Returns
        -------
        pathlib.Path
            The folder.

        Raises
        ------
        ConfigurationError
            The folder is named like a file.
        OSError
            A file exists (FileExistsError), or cannot be written; nothing is left behind.

        Examples
        --------
        >>> pats.to_parquet("pats")  # doctest: +SKIP
        PosixPath('pats')
        >>> pd.read_parquet("pats/tokens")[["token_id", "name"]].head(2)  # doctest: +SKIP
                   token_id      name
        0  to-1a2b3-c4d5e-…        ci
        1  to-6f7g8-h9i0j-…  treasury
        """
        return to_parquet(self, folder, overwrite=overwrite)
