"""Which snapshots a question about changes compares, and what to say if there are none."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from dfns_frames._api.sources import SOURCES
from dfns_frames._archive.layout import Snapshot, snapshots
from dfns_frames._archive.reading import of_each, only_columns
from dfns_frames._facts.asked import is_read

_MINUTES = "%Y-%m-%d %H:%M UTC"
_COLUMNS = {"sources": ["source", "fetched_at", "status", "rejected_count"]}
_NAMED = 10  # organisations that a summary names
_Series = tuple[str, str, str]


@dataclass(frozen=True)
class Coverage:
    """What was compared.

    Parameters
    ----------
    summary
        What was compared, from when to when; or why nothing was.
    is_compared
        Whether anything was compared.
    is_overdue
        Whether a snapshot is missing that should be there, so that "no changes" means nothing.
    """

    summary: str
    is_compared: bool = False
    is_overdue: bool = False


def coverage(
    folder: Path,
    since: datetime | None,
    until: datetime | None,
    org: str | None = None,
    caller: str | None = None,
) -> Coverage:
    """Say which snapshots `Archive.changes` compares.

    Parameters
    ----------
    folder
        The archive's folder.
    since, until, org, caller
        As in `Archive.changes`.
    """
    found = snapshots(folder, org, caller)
    series = _series(found, until)
    newest = max((max(looks) for looks in series.values()), default=None)
    if newest is None or (since and newest <= since):
        return Coverage(_nothing(found, since, until, newest), is_overdue=True)
    spans = {whose: _span(looks, since) for whose, looks in series.items()}
    compared = {whose: span for whose, span in spans.items() if span}
    if not compared:
        if any(newest < each.look and not (until and each.look > until) for each in found):
            return Coverage(_nothing(found, newest, until, newest), is_overdue=True)
        one = "the only snapshot, of" if len(found) == 1 else "only one snapshot of each list, the newest of"
        return Coverage(f"{one} {newest:{_MINUTES}}: nothing to compare with yet")
    left = [whose for whose in spans if whose not in compared]
    return Coverage(" ".join([*_compared(compared), *_left(left)]), is_compared=True)


def _nothing(
    found: list[Snapshot], since: datetime | None, until: datetime | None, newest: datetime | None
) -> str:
    """Say that there is no snapshot to compare, and what to do."""
    end = f" after {since:{_MINUTES}}" if since else ""
    end += f" up to {until:{_MINUTES}}" if until else ""
    in_time = [
        each for each in found if not (since and each.look <= since) and not (until and each.look > until)
    ]
    none = f"no snapshot{end} was answered" if in_time else f"no snapshot was kept{end}"
    last = f"; the newest is from {newest:{_MINUTES}}" if newest else ""
    return f"{none}{last}, so nothing was compared: check whether `fetch --archive` failed"


def _series(found: Iterable[Snapshot], until: datetime | None) -> dict[_Series, dict[datetime, bool]]:
    """Return the looks that were answered, by organisation, source and, where it matters, caller.

    Each look says whether it proves what is gone: whether it is complete, and set nothing aside.
    """
    read = of_each(list(found), lambda each: (each, only_columns(each.path, _COLUMNS)))
    series: dict[_Series, dict[datetime, bool]] = {}
    for each, columns in read:
        for row in columns.arrow("sources").to_pylist():
            moment = row["fetched_at"]
            if moment is None or not is_read(row) or (until and moment > until):
                continue
            source = SOURCES.get(row["source"])
            whose = each.caller if source and source.scope == "caller" else ""
            looks = series.setdefault((each.org, row["source"], whose), {})
            looks[moment] = looks.get(moment, False) or (row["status"] == "ok" and not row["rejected_count"])
    return series


def _span(looks: dict[datetime, bool], since: datetime | None) -> tuple[datetime, datetime] | None:
    """Return the first and the last look that are compared; None if no two can be."""
    first, last = min(looks), max(looks)
    if since:
        first = max((moment for moment, proves in looks.items() if proves and moment <= since), default=first)
    return (first, last) if first < last and (since is None or last > since) else None


def _compared(spans: dict[_Series, tuple[datetime, datetime]]) -> list[str]:
    """Return a sentence for each organisation."""
    said: dict[str, dict[str, list[str]]] = {}
    for (org, source, caller), (first, last) in sorted(spans.items()):
        called = f"{source} of {caller}" if caller else source
        span = f"from {first:{_MINUTES}} to {last:{_MINUTES}}"
        said.setdefault(org, {}).setdefault(span, []).append(called)
    lines = [f"Compared the snapshots of {org}: {_listed(each)}." for org, each in [*said.items()][:_NAMED]]
    more = len(said) - _NAMED
    return [*lines, f"And those of {more:,} more organisations."] if more > 0 else lines


def _listed(spans: dict[str, list[str]]) -> str:
    return "; ".join(f"{', '.join(sources)} {span}" for span, sources in spans.items())


def _left(series: list[_Series]) -> list[str]:
    """Say what was not compared, since no new snapshot has it, or only one."""
    if not series:
        return []
    named = [f"{source} of {caller or org}" for org, source, caller in sorted(series)]
    more = f" and {len(named) - _NAMED:,} more" if len(named) > _NAMED else ""
    return [f"Not compared, since that time has no second list of them: {', '.join(named[:_NAMED])}{more}."]
