"""`Archive`: snapshots of organisations, kept in a folder, and what they tell about the past."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dfns_frames._archive import adding, answers, checking, forgetting, looking_back
from dfns_frames._archive.embedded import Embedded
from dfns_frames._archive.layout import Snapshot, check_whose, snapshots
from dfns_frames._archive.opening import opened
from dfns_frames._archive.past import Past
from dfns_frames._archive.reading import of_each, only_columns, row_count
from dfns_frames._archive.spark import Spark
from dfns_frames._facts.times import as_utc
from dfns_frames.errors import ConfigurationError

if TYPE_CHECKING:
    import pandas as pd

    from dfns_frames._files import StrPath
    from dfns_frames.frames.container import Frames


class Archive(Past):
    """Snapshots of one or more organisations in a folder, and answers about the past.

    The API shows only the present: a deleted token vanishes from every list, and nothing says when a
    permission was given. An archive keeps what you read. Each snapshot is a folder of Parquet files, as
    :meth:`Frames.to_parquet` writes them. Nothing in it ever changes, and any program that reads Parquet
    reads it. Several processes may add and ask at the same time.

    Nobody saw what happened between two snapshots. So a change lies after the last snapshot that shows the
    old state, and by the first that shows the new one. A list that was refused, or not read to its end,
    never makes anything disappear.

    Parameters
    ----------
    folder
        Where the snapshots are; made if it does not exist.
    engine
        What answers questions. None is DuckDB in this process (``pip install 'dfns-frames[archive]'``). Pass
        a Spark session for an archive that one machine cannot read in reasonable time; `folder` may then be
        the address of an object store.

    Raises
    ------
    ConfigurationError
        The folder holds something else, or an archive of a newer version.
    ResponseError
        The folder's own file, archive.json, is damaged.
    OSError
        The folder cannot be made or read.

    Examples
    --------
    >>> archive = dff.Archive("archive")  # doctest: +SKIP
    >>> archive.add(dff.Client().pats())  # doctest: +SKIP
    PosixPath('archive/snapshots/org=or-…/caller=us-…/look=2026-10-19T07-30-00Z')
    >>> archive.changes(since="2026-10-01")[["severity", "change", "object", "name"]]  # doctest: +SKIP
       severity    change      object         name
    0  critical  appeared       token       backup
    1      none   changed       token  ledger sync
    """

    def __init__(self, folder: StrPath, engine: Any = None) -> None:
        is_remote = "://" in str(folder)
        if is_remote and engine is None:
            raise ConfigurationError(
                f"{str(folder)!r} is the address of an object store, and only Spark reads those: pass "
                "engine=spark"
            )
        place = str(folder) if is_remote else str(opened(folder))
        super().__init__(place, Embedded() if engine is None else Spark(engine))

    @property
    def folder(self) -> Path:
        """Where the snapshots are.

        Raises
        ------
        ConfigurationError
            They are in a store that only Spark reads.
        """
        if "://" in self._place:
            raise ConfigurationError(
                f"only Spark reads {self._place!r}, and it answers changes(), lifetimes() and holders(); "
                "everything else needs a folder that this machine can reach"
            )
        return Path(self._place)

    def __repr__(self) -> str:
        return f"Archive({self._place!r})"

    def add(self, frames: Frames, org: str | None = None, caller: str | None = None) -> Path:
        """Keep frames as one snapshot.

        Parameters
        ----------
        frames
            What one caller read at one time: not filtered, and not joined from several callers.
        org
            The organisation. Needed only if nothing in the frames names it, as when a list is empty.
        caller
            The name to keep it under; by default, the one that the frames give.

        Returns
        -------
        pathlib.Path
            The snapshot's folder. Adding equal frames again changes nothing and returns the same folder.

        Raises
        ------
        ConfigurationError
            The frames are filtered or joined; their organisation is unknown, or they have several; their time
            is unknown or in the future; or the archive has another snapshot of this caller and second.
        OSError
            The snapshot cannot be written; nothing of it is left.

        Warns
        -----
        UserWarning
            A list lacks most of the tokens that the one before it had. It is kept all the same.

        Examples
        --------
        >>> archive.add(dff.demo.client().pats())  # doctest: +SKIP
        """
        return adding.add(self.folder, frames, org, caller)

    def snapshots(self, org: str | None = None, caller: str | None = None) -> pd.DataFrame:
        """List the snapshots.

        Parameters
        ----------
        org, caller
            Only the snapshots of one organisation, or of one caller.

        Returns
        -------
        pandas.DataFrame
            A row is one snapshot, the oldest first; key: `org_id`, `caller`, `taken`. Columns: `org_id`,
            `caller`, `taken` (when its newest list was fetched, to the second), `statuses` (each source and
            its status), `rows` (of all its tables), `bytes`.

        Raises
        ------
        ConfigurationError
            The archive has no such organisation or caller.
        ResponseError
            A snapshot is damaged; :meth:`check` says what to do.

        Examples
        --------
        >>> archive = dff.demo.archive("demo-archive")  # doctest: +SKIP
        >>> archive.snapshots()[["taken", "statuses"]].head(2)  # doctest: +SKIP
                              taken                        statuses
        0 2026-08-03 07:30:00+00:00  /auth/pats ok, /permissions ok
        1 2026-08-10 07:30:00+00:00  /auth/pats ok, /permissions ok
        """
        check_whose(self.folder, org, caller)
        rows = of_each(snapshots(self.folder, org, caller), _described)
        return answers.to_frame(answers.SNAPSHOTS.from_rows(rows), answers.SNAPSHOTS, is_quoted=False)

    def at(self, when: date | str, org: str | None = None, caller: str | None = None) -> Frames:
        """Return Frames as of a moment: the last complete list of each source up to then.

        Parameters
        ----------
        when
            The moment; a time of day needs its offset. A date alone is the end of that day, UTC.
        org
            The organisation. Needed if the archive has several.
        caller
            Only what this caller was shown. By default the lists of all callers are joined, as `concat` does.

        Returns
        -------
        Frames
            `sources` says how old each list is, and so does every chart and file made of these Frames. Where
            no list of a source was complete, the last one stands in, with its status.

        Raises
        ------
        ConfigurationError
            The moment is before the first snapshot; the archive is empty or has no such organisation or
            caller; or it has several organisations and `org` names none.

        Examples
        --------
        >>> archive = dff.demo.archive("demo-archive")  # doctest: +SKIP
        >>> archive.at("2026-09-01").tokens[["name", "is_active"]].head(2)  # doctest: +SKIP
                       name  is_active
        0       ledger sync       True
        1  month-end report       True
        """
        return looking_back.at(self.folder, as_utc(when, "when", zoned=True), org, caller)

    def check(self) -> pd.DataFrame:
        """Read everything, and list what is damaged, left over or foreign.

        Returns
        -------
        pandas.DataFrame
            A row is one problem; no rows if all is well. Columns: `path` (below the folder), `problem`,
            `remedy` (what to do).

        Examples
        --------
        >>> archive.check().empty  # doctest: +SKIP
        True
        """
        rows = checking.problems(self.folder)
        return answers.to_frame(answers.PROBLEMS.from_rows(rows), answers.PROBLEMS, is_quoted=False)

    def forget(self, org: str) -> int:
        """Delete all snapshots of an organisation, for good.

        They all disappear at once. If the process is killed while it deletes the files, the next ``forget``
        deletes the rest; until then :meth:`check` names it.

        Parameters
        ----------
        org
            The organisation (or-…).

        Returns
        -------
        int
            How many snapshots were deleted.

        Raises
        ------
        ConfigurationError
            The archive has no such organisation.

        Examples
        --------
        >>> archive.forget("or-7vwr2-h2f29-9m6a0fmkk7rr2hj7")  # doctest: +SKIP
        12
        """
        return forgetting.forget(self.folder, org)


def _described(each: Snapshot) -> dict[str, Any]:
    sources = only_columns(each.path, {"sources": ["source", "status"]}).arrow("sources").to_pylist()
    return {
        "org_id": each.org,
        "caller": each.caller,
        "taken": each.look,
        "statuses": ", ".join(f"{row['source']} {row['status']}" for row in sources),
        "rows": row_count(each.path),
        "bytes": sum(path.stat().st_size for path in each.path.rglob("*") if path.is_file()),
    }
