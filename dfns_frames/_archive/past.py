"""The questions of an archive, as methods."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from dfns_frames._api.catalogue import CATEGORIES
from dfns_frames._archive import answers, asking, changing
from dfns_frames._archive.charts import ArchivePlot
from dfns_frames._archive.layout import check_known, check_whose, quoted, unquoted
from dfns_frames._archive.reading import refuse_halves
from dfns_frames._facts.times import as_utc, beginning
from dfns_frames._hints import did_you_mean
from dfns_frames.errors import ConfigurationError

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa


class Past:
    """The questions that snapshots answer about the past.

    Parameters
    ----------
    place
        The archive: a folder, or an address that the engine can read.
    engine
        What answers the questions.
    """

    def __init__(self, place: str, engine: asking.Engine) -> None:
        self._place = place
        self._engine = engine

    @property
    def plot(self) -> ArchivePlot:
        """The charts, one a method: ``archive.plot.changes()``."""
        return ArchivePlot(self, self._place)

    def changes(
        self,
        since: date | str | None = None,
        until: date | str | None = None,
        org: str | None = None,
        caller: str | None = None,
    ) -> pd.DataFrame:
        """List what changed from one snapshot to the next.

        Parameters
        ----------
        since, until
            Only changes that a list fetched after `since`, and not after `until`, shows. A date alone counts
            from its beginning as `since`, and to its end as `until`, UTC.
        org, caller
            Only changes in one organisation, or in what one caller was shown.

        Returns
        -------
        pandas.DataFrame
            A row is one change, the worst first; the columns are `org_id`, `caller` and those of
            :func:`compare`. It happened after the list of `after` was fetched, and before that of `by` was.
            A change is ``"unknown"`` only if the last list leaves it open; whatever an earlier one left open,
            later ones have settled.

        Raises
        ------
        ConfigurationError
            DuckDB is not installed, or the archive has no such organisation or caller.

        Examples
        --------
        >>> archive = dff.demo.archive("demo-archive")  # doctest: +SKIP
        >>> found = archive.changes(since="2026-09-01")  # doctest: +SKIP
        >>> found[["severity", "change", "name", "by"]].head(3)  # doctest: +SKIP
           severity       change                  name                        by
        0  critical      changed               on call 2026-09-14 07:30:00+00:00
        1      none      changed  ci-deploy-production 2026-09-14 07:30:00+00:00
        2      none  disappeared           old backend 2026-09-28 07:30:00+00:00
        """
        after = None if since is None else beginning(since, "since")
        by = None if until is None else as_utc(until, "until", zoned=True)
        if after and by and after > by:
            raise ConfigurationError(
                f"is after {until}, the end: nothing lies between the two",
                option="since",
                given=repr(str(since)),
            )
        whose = self._whose(org, caller)
        if after or by:
            whose = self._only(whose, asking.NEEDED, asking.given_to(asking.NEEDED, since=after, until=by))
        asked = asking.given_to(changing.QUESTION, changing.facts(), since=after, until=by)
        return changing.to_changes(self._ask(changing.QUESTION, whose, asked))

    def lifetimes(self, org: str | None = None, caller: str | None = None) -> pd.DataFrame:
        """List when each token was first and last there.

        Parameters
        ----------
        org, caller
            Only tokens of one organisation, or those that one caller was shown.

        Returns
        -------
        pandas.DataFrame
            A row is one token that was ever listed, the oldest first; key: `org_id`, `token_id`. Columns:
            `org_id`, `caller`, `token_id`, `name` (the last one), `born` (exact: the API says it),
            `first_seen`, `last_seen`, `gone_after` and `gone_by` (it vanished between the two; missing if it
            is not known to be gone), `off_after` and `off_by` (it was switched off between the two; missing
            if it was last seen on; only `off_after` is missing if it was never seen on). Tokens without an id
            are left out.

        Raises
        ------
        ConfigurationError
            DuckDB is not installed, or the archive has no such organisation or caller.

        Examples
        --------
        >>> archive = dff.demo.archive("demo-archive")  # doctest: +SKIP
        >>> archive.lifetimes()[["name", "last_seen", "gone_by"]].head(2)  # doctest: +SKIP
                  name                 last_seen                   gone_by
        0  old backend 2026-09-14 07:30:00+00:00 2026-09-28 07:30:00+00:00
        1  ledger sync 2026-10-19 07:30:00+00:00                       NaT
        """
        asked = asking.given_to(asking.LIFETIMES)
        answer = self._ask(asking.LIFETIMES, self._whose(org, caller), asked)
        return answers.to_frame(answer, answers.LIFETIMES)

    def holders(
        self, category: str, on: date | str, org: str | None = None, caller: str | None = None
    ) -> pd.DataFrame:
        """List the tokens that could do something, such as move funds, at one moment.

        Parameters
        ----------
        category
            A class of operations, such as ``"move_funds"``; ``dff.operations()`` has all.
        on
            The moment; a time of day needs its offset. A date alone is the end of that day, UTC.
        org, caller
            Only tokens of one organisation, or those that one caller was shown.

        Returns
        -------
        pandas.DataFrame
            A row is one active token that held an operation of that class which its kind can use, or
            everything; key: `org_id`, `token_id`. Columns: `org_id`, `caller`, `token_id`, `name`,
            `certainty`: ``"seen"`` if the snapshots on both sides of the moment, or one at that very moment,
            show it; else ``"possible"``, since it changed in between, some of its operations were not listed,
            or there is no later snapshot.

        Raises
        ------
        ConfigurationError
            There is no such class, organisation or caller, or DuckDB is not installed.

        Examples
        --------
        >>> archive = dff.demo.archive("demo-archive")  # doctest: +SKIP
        >>> archive.holders("move_funds", on="2026-08-20")[["name", "certainty"]]  # doctest: +SKIP
                       name certainty
        0       old backend      seen
        1           on call      seen
        2           sweeper      seen
        3  month-end report  possible
        """
        if not isinstance(category, str) or category not in CATEGORIES:
            hint = did_you_mean(str(category), CATEGORIES)
            raise ConfigurationError(
                f"does not know {category!r}.{hint} There are: {', '.join(CATEGORIES)}", option="category"
            )
        moment, whose = as_utc(on, "on", zoned=True), self._whose(org, caller)
        whose = self._only(whose, asking.NEAREST, asking.given_to(asking.NEAREST, moment=moment))
        asked = asking.given_to(asking.HOLDERS, moment=moment, category=category)
        answer = self._ask(asking.HOLDERS, whose, asked)
        return answers.to_frame(answer, answers.HOLDERS)

    def _whose(self, org: str | None, caller: str | None) -> asking.Wanted:
        names = asking.Wanted(
            None if org is None else quoted(org, "org"), None if caller is None else quoted(caller, "caller")
        )
        if not self._is_remote:
            check_whose(Path(self._place), org, caller)
        elif names != asking.Wanted():  # what is in a store only the engine can list
            found = self._ask(asking.WHOSE, asking.Wanted(), asking.given_to(asking.WHOSE)).to_pylist()
            check_known({(unquoted(row["org"]), unquoted(row["caller"])) for row in found}, org, caller)
        return names

    @property
    def _is_remote(self) -> bool:
        return "://" in self._place

    def _ask(self, question: asking.Question, whose: asking.Wanted, given: dict[str, pa.Table]) -> pa.Table:
        if not self._is_remote:
            refuse_halves(asking.wanted_of(Path(self._place), whose), question.tables)
        return self._engine.ask(self._place, question, whose, given)

    def _only(
        self, whose: asking.Wanted, which: asking.Question, given: dict[str, pa.Table]
    ) -> asking.Wanted:
        """Narrow the snapshots to those that a question names."""
        found = self._ask(which, whose, given).select(asking.KEYS).to_pylist()
        return replace(whose, snapshots=frozenset(asking.snapshot_name(**each) for each in found))
