"""An earlier audit to compare with: read, and refused where it is of another organisation or version."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames import __version__
from dfns_frames._api.sources import SOURCES
from dfns_frames._api.tables import JUDGED
from dfns_frames.errors import ConfigurationError
from dfns_frames.export.records import SCHEMA_VERSION, VERSION
from dfns_frames.export.restoring import document, tables
from dfns_frames.measures.options import brief, is_frames

if TYPE_CHECKING:
    from dfns_frames._facts.tables import Tables

Asked = tuple[str, str | None]
"""A source, and who asked it where each caller gets another list."""

_AGAIN = "audit the responses of that time again with this version, and pass that"


@dataclass(frozen=True)
class Baseline:
    """An earlier audit.

    Parameters
    ----------
    findings
        What it found, without what was resolved by then.
    missing
        What each of its rules could not look at.
    asked
        The sources that it had read in full.
    places
        Where it had each token, by id.
    unseen
        Organisations that it judged, and of which nothing was read now.
    """

    findings: pa.Table
    missing: Mapping[str, str | None]
    asked: frozenset[Asked]
    places: Mapping[str, Asked]
    unseen: frozenset[str] = frozenset()


def read_baseline(baseline: object, now: Tables) -> Baseline:
    """Return an earlier audit, from the JSON of one or from what `audit` returned.

    Raises
    ------
    ConfigurationError
        It is neither, was made by another version, or is another organisation's.
    ResponseError
        The file is not what `to_json` writes.
    OSError
        The file cannot be read.
    """
    before = _tables_of(baseline)
    lacking = [name for name in sorted(JUDGED) if name not in before]
    if lacking:
        raise ConfigurationError(
            f"holds no table {lacking[0]!r}; pass what audit() returned, or the file that "
            'org.audit().to_json("audit.json") wrote',
            option="baseline",
        )
    settings = dict(zip(*before["settings"].select(["setting", "value"]).to_pydict().values(), strict=True))
    _check_version("version", settings.get("version"), __version__)
    unseen = _unseen(before, {name: now.arrow(name) for name in now})
    findings = before["findings"]
    rules = before["rules"].select(["rule", "missing"]).to_pydict()
    return Baseline(
        findings.filter(pc.not_equal(findings["status"].cast(pa.string()), "resolved")),
        dict(zip(*rules.values(), strict=True)),
        asked(before),
        places(before),
        unseen,
    )


def _tables_of(baseline: object) -> dict[str, pa.Table]:
    if is_frames(baseline):
        return {name: baseline.arrow(name) for name in baseline}
    if not isinstance(baseline, str | os.PathLike) or not os.fspath(baseline).strip():
        raise ConfigurationError(
            f"takes the path of a JSON file or what audit() returned, not {brief(baseline)}",
            option="baseline",
        )
    name = repr(os.fspath(baseline))
    found = document(Path(baseline).expanduser().read_bytes(), name)
    _check_version(VERSION, found[VERSION], SCHEMA_VERSION)
    return tables(found, name)


def _check_version(what: str, found: object, own: object) -> None:
    if found != own or isinstance(found, bool):
        raise ConfigurationError(
            f"was written by another version of dfns-frames ({what} {brief(found)}, this one has {own!r}), "
            f"whose rules may differ; {_AGAIN}",
            option="baseline",
        )


def _unseen(before: Mapping[str, pa.Table], now: Mapping[str, pa.Table]) -> frozenset[str]:
    """Return the organisations of then of which nothing was read now; one of none of these is refused."""
    then, today = _organisations(before), _organisations(now)
    if then and today and not then & today:
        raise ConfigurationError(
            f"is of another organisation ({', '.join(sorted(then))}) than these frames "
            f"({', '.join(sorted(today))}); pass an audit of the same one",
            option="baseline",
        )
    return frozenset(then - today) if today else frozenset()


def _organisations(held: Mapping[str, pa.Table]) -> set[str]:
    tables = [held[name] for name in ("sources", "tokens", "users") if name in held]
    columns = [each["org_id"].cast(pa.string()) for each in tables]
    return {text for column in columns for text in column.unique().to_pylist() if text}


def asked(held: Mapping[str, pa.Table]) -> frozenset[Asked]:
    """Return which sources were read in full, and by whom where that matters."""
    if "sources" not in held:
        return frozenset()
    unnamed = _unnamed(held)
    rows = _rows(held["sources"], "source", "caller", "status")
    return frozenset(_place(source, caller, unnamed) for source, caller, status in rows if status == "ok")


def places(held: Mapping[str, pa.Table]) -> dict[str, Asked]:
    """Return where each token that has an id is listed."""
    if "tokens" not in held:
        return {}
    unnamed = _unnamed(held)
    rows = _rows(held["tokens"], "token_id", "source", "caller")
    return {token: _place(source, caller, unnamed) for token, source, caller in rows if token}


def _unnamed(held: Mapping[str, pa.Table]) -> dict[str, str]:
    """Return, by source, for whom most tokens act of a list whose caller is not known.

    Two such lists are of one caller only if that is the same user; else a colleague's list would resolve what
    was found in one's own.
    """
    if "tokens" not in held:
        return {}
    users: dict[str, Counter[str]] = {}
    for source, caller, user in _rows(held["tokens"], "source", "caller", "linked_user_id"):
        if not caller and user:
            users.setdefault(source, Counter())[user] += 1
    return {source: counts.most_common(1)[0][0] for source, counts in users.items()}


def _rows(table: pa.Table, *names: str) -> Iterator[tuple[Any, ...]]:
    return zip(*(table[name].cast(pa.string()).to_pylist() for name in names), strict=True)


def _place(source: str, caller: str | None, unnamed: Mapping[str, str]) -> Asked:
    of_caller = source not in SOURCES or SOURCES[source].scope == "caller"
    return source, (caller or unnamed.get(source)) if of_caller else None
