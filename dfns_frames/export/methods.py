"""The exports as methods of `Frames`, with what users need to know of each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dfns_frames.export.csv import to_csv
from dfns_frames.export.files import StrPath
from dfns_frames.export.parquet import to_parquet
from dfns_frames.export.workbook import to_excel
from dfns_frames.schema import Tables

if TYPE_CHECKING:
    from pathlib import Path

    import pandas as pd


class Exports:
    """The exports of tables; `Frames` inherits them."""

    def to_excel(
        self: Tables,
        path: StrPath,
        *,
        findings: pd.DataFrame | None = None,
        changes: pd.DataFrame | None = None,
        overwrite: bool = False,
    ) -> Path:
        """Write one workbook (.xlsx) to open, filter, print and hand on.

        Sheets: README, Summary, Findings and Changes if passed, Tokens, Assignments, Operations, Matrix.
        Tokens also says the worst severity of what each may do, Operations category and severity of each,
        from `operations`. Times are UTC. Nothing from the API becomes a formula or a link; README names what
        was changed.

        Parameters
        ----------
        path
            The file, ending in ``.xlsx``. It appears complete or not at all.
        findings
            Findings to add, one a row.
        changes
            Differences from the state of another day to add, one a row.
        overwrite
            Replace the file if it exists.

        Returns
        -------
        pathlib.Path
            The file.

        Raises
        ------
        ConfigurationError
            The name does not end in ``.xlsx``.
        OSError
            It exists (FileExistsError), or cannot be written; nothing is left behind.

        Examples
        --------
        >>> pats.to_excel("pats.xlsx", overwrite=True)  # doctest: +SKIP
        """
        return to_excel(self, path, findings=findings, changes=changes, overwrite=overwrite)

    def to_csv(
        self: Tables,
        folder: StrPath,
        *,
        sanitize: bool = True,
        encoding: str = "utf-8",
        overwrite: bool = False,
    ) -> Path:
        """Write one CSV file a table (``tokens.csv``, …) and a README.txt that explains them.

        Times are UTC, as ISO 8601; missing is an empty field, an empty text is ``""``.

        Parameters
        ----------
        folder
            Where to; made if need be. Other files in it stay.
        sanitize
            Put an apostrophe before texts that a spreadsheet would run as a formula, and show control
            characters as U+FFFD; README.txt says in how many cells. False keeps the texts as they are.
        encoding
            Of the CSV files; ``"utf-8-sig"`` lets Excel recognise UTF-8.
        overwrite
            Replace files that exist.

        Returns
        -------
        pathlib.Path
            The folder.

        Raises
        ------
        ConfigurationError
            There is no such encoding, it has no form for a character, or the folder is named as a file.
        OSError
            A file exists (FileExistsError), or cannot be written; nothing is left behind.

        Examples
        --------
        >>> pats.to_csv("pats-csv")  # doctest: +SKIP
        """
        return to_csv(self, folder, sanitize=sanitize, encoding=encoding, overwrite=overwrite)

    def to_parquet(self: Tables, folder: StrPath, *, overwrite: bool = False) -> Path:
        """Write one Parquet file a table, which :meth:`from_parquet` reads back equal.

        Parameters
        ----------
        folder
            Where to; made if need be. Other files in it stay.
        overwrite
            Replace files that exist.

        Returns
        -------
        pathlib.Path
            The folder.

        Raises
        ------
        ConfigurationError
            The folder is named as a file.
        OSError
            A file exists (FileExistsError), or cannot be written; nothing is left behind.

        Examples
        --------
        >>> pats.to_parquet("pats")  # doctest: +SKIP
        """
        return to_parquet(self, folder, overwrite=overwrite)
