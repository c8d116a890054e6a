"""What an acceptance file says: which findings are accepted, why, by whom and until when."""

from __future__ import annotations

import fnmatch
import os
import re
import tomllib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dfns_frames._hints import did_you_mean
from dfns_frames.errors import ConfigurationError
from dfns_frames.measures.options import brief

if TYPE_CHECKING:
    from dfns_frames._files import StrPath

FIELDS = ("rule", "subject", "reason", "by", "until")
_EXAMPLE = (
    'write [[accept]] and below it rule = "P01", subject = "to-…", reason = "…", by = "…", until = 2027-03-31'
)
_PLACE = re.compile(r" \(at (?:line (\d+), column (\d+)|end of document)\)$")


@dataclass(frozen=True)
class Entry:
    """One entry of an acceptance file.

    Parameters
    ----------
    number
        Its place in the file, from 1.
    rule, subject, reason, by
        As written; empty if they are missing or no text.
    until
        The last moment at which it holds; None if that is missing or no date.
    written
        All that it says, in a form that does not depend on its place.
    missing
        The fields that are missing, empty or of a wrong type.
    """

    number: int
    rule: str
    subject: str
    reason: str
    by: str
    until: datetime | None
    written: str
    missing: tuple[str, ...]

    @property
    def is_bare(self) -> bool:
        """Whether the subject is nothing but wildcards, and so means whatever there is."""
        return bool(self.subject) and not self.subject.strip("*?")

    def picks(self, subject: str) -> bool:
        """Tell whether a subject is meant: by its id, or by a glob, in which case matters."""
        return subject == self.subject or fnmatch.fnmatchcase(subject, self.subject)


def read_entries(path: StrPath, rules: Collection[str]) -> list[Entry]:
    """Read an acceptance file.

    Parameters
    ----------
    path
        The file, in TOML; each entry is a table of its own, ``[[accept]]``.
    rules
        The ids of all rules.

    Returns
    -------
    list of Entry
        All entries, the incomplete ones included.

    Raises
    ------
    ConfigurationError
        It is not TOML (the message gives line and column), holds something other than entries, or names
        an unknown rule.
    OSError
        It cannot be read.
    """
    name = _checked_name(path)
    text = _decoded(Path(path).expanduser().read_bytes(), name)
    found = _tables(_parsed(text, name), name)
    entries = [_entry(number, table) for number, table in enumerate(found, start=1)]
    for entry in entries:
        if entry.rule and entry.rule not in rules:
            raise ConfigurationError(
                f"{name}: entry {entry.number} names the rule {brief(entry.rule)}, which does not exist."
                f"{did_you_mean(entry.rule.upper(), rules)} Rules: {', '.join(rules)}"
            )
    return entries


def _checked_name(path: object) -> str:
    if not isinstance(path, str | os.PathLike):
        raise ConfigurationError(
            f"takes the path of a TOML file, not {type(path).__name__}; in it {_EXAMPLE}", option="accept"
        )
    if not os.fspath(path).strip():
        raise ConfigurationError("is an empty path; name a TOML file", option="accept")
    return repr(os.fspath(path))


def _decoded(body: bytes, name: str) -> str:
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = body[: error.start].decode("utf-8", "replace")
        raise ConfigurationError(f"{name} is not UTF-8 {_counted(before)}; save it as UTF-8") from None


def _parsed(text: str, name: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except RecursionError:
        problem, where = "it is nested too deeply", ""
    except ValueError as error:  # of which TOMLDecodeError is one; a number of 5,000 digits is another
        said = str(error)
        place = _PLACE.search(said)
        problem = _PLACE.sub("", said)
        where = ""
        if place:
            where = f" at line {place[1]}, column {place[2]}" if place[1] else f" {_counted(text)}"
    raise ConfigurationError(f"{name} does not parse as TOML{where}: {problem}")


def _counted(before: str) -> str:
    """Say where a text ends, as line and column."""
    return f"at line {before.count(chr(10)) + 1}, column {len(before) - before.rfind(chr(10))}"


def _tables(document: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """Return the entries, whatever their tables are called; nothing in the file is passed over."""
    found: list[dict[str, Any]] = []
    for key, value in document.items():
        if isinstance(value, dict):
            found.append(value)
        elif isinstance(value, list) and all(isinstance(each, dict) for each in value):
            found += value
        else:
            raise ConfigurationError(
                f"{name}: {brief(key)} stands outside of an entry; for each entry {_EXAMPLE}"
            )
    return found


def _entry(number: int, table: dict[str, Any]) -> Entry:
    texts = {field: _text(table.get(field)) for field in ("rule", "subject", "reason", "by")}
    until = _moment(table.get("until"))
    missing = [field for field, text in texts.items() if not text]
    missing += ["until"] * (until is None)
    written = "\n".join(f"{field} = {table[field]!s}" for field in FIELDS if field in table)
    return Entry(number, **texts, until=until, written=written, missing=tuple(missing))


def _text(value: object) -> str:
    return value.strip() if isinstance(value, str) else ""


def _moment(value: object) -> datetime | None:
    """Return the last moment of a day, or the moment, UTC; None if it is neither."""
    if isinstance(value, str):
        value = _from_text(value.strip())
    if isinstance(value, datetime):
        return _in_utc(value)
    if isinstance(value, date):
        return datetime.combine(value, time.max, UTC)
    return None


def _from_text(text: str) -> date | datetime | None:
    for parse in (date.fromisoformat, datetime.fromisoformat):
        try:
            return parse(text)
        except ValueError:
            continue
    return None


def _in_utc(moment: datetime) -> datetime | None:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # the first or the last day that there is
        return moment.replace(tzinfo=UTC)


def a_year_after(moment: datetime) -> datetime:
    """Return the end of the same day a year later."""
    day = moment.astimezone(UTC).date()
    try:
        later = day.replace(year=day.year + 1)
    except ValueError:  # a 29 February, or the last year that there is
        later = day + timedelta(days=365) if day.year < date.max.year else date.max
    return datetime.combine(later, time.max, UTC)
