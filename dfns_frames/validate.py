"""The last step of reading: what the fast reader refuses is parsed by the standard library and checked.

It names every problem and everything unknown, and hands the fast reader a body that holds declared fields
only; so there is one engine that builds tables, and this one that explains. Whatever is wrong comes back as
a value and is raised by the caller, whose locals hold nothing of the response: a traceback that shows
locals must not show a secret.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from dfns_frames.drift import Drift
from dfns_frames.errors import DfnsFramesError, Problem, ResponseError, SchemaError
from dfns_frames.parsing import ABSENT, Absent, clean, parse, shorten, type_name
from dfns_frames.schema import Body, Endpoint, Kind, Table

NEXT_PAGE = "nextPageToken"
MOST_PROBLEMS = 100_000  # each takes some hundred times the room of what is wrong


class _FullError(Exception):
    """More is wrong than a report has room for."""


class _Found(list[tuple[str, str, str]]):
    """What is wrong with one item: path, expected, found."""

    def append(self, problem: tuple[str, str, str]) -> None:
        if len(self) == MOST_PROBLEMS:
            raise _FullError
        super().append(problem)


@dataclass
class Checked:
    """What checking one body gave.

    Attributes
    ----------
    error
        Why nothing can be made of it; to be raised by the caller. None if all is well.
    body
        The body again, with the declared fields of valid items only.
    drift
        How often each (what, path, detail) was met.
    rejected
        Rows of the table of that name, without `source`.
    """

    error: DfnsFramesError | None = None
    body: Body = field(default_factory=lambda: Body(b""))
    drift: Drift = field(default_factory=Drift)
    rejected: list[dict[str, Any]] = field(default_factory=list)


def check(body: Body, endpoint: Endpoint, *, first_item: int = 0, skip_invalid: bool = False) -> Checked:
    """Check one body against the declaration, and reduce it to what is declared.

    Parameters
    ----------
    body
        The response body.
    endpoint
        The declaration that it should fit.
    first_item
        Number of the body's first item, when earlier pages came before it.
    skip_invalid
        Set items that do not fit aside instead of failing.
    """
    checked = Checked()
    outer = endpoint.tables[0]
    repeated: Counter[str] = Counter()
    document = parse(body.data, repeated)
    if isinstance(document, list):  # tokens without their envelope, as `jq .items` leaves them
        document = {outer.json: document}
    items = _items(document, outer, checked)
    if checked.error:
        return checked
    good, problems = _check_items(items, endpoint, first_item, checked)
    next_page = document.get(NEXT_PAGE)
    if not isinstance(next_page, str | None):
        problems.append(Problem(None, None, NEXT_PAGE, "text", type_name(next_page)))
    elif next_page:
        next_page = clean(next_page)
    beyond_items = len(problems) >= MOST_PROBLEMS or any(problem.item is None for problem in problems)
    if beyond_items or (problems and not skip_invalid):
        checked.error = SchemaError(_summary(problems, len(items)), problems)
        return checked
    _note_unknown(document, {outer.json, NEXT_PAGE}, "", checked.drift)
    note_repeated(repeated, checked.drift)
    envelope = {outer.json: good, NEXT_PAGE: next_page}
    checked.body = Body(json.dumps(envelope, ensure_ascii=False, separators=(",", ":")).encode())
    return checked


def _items(document: Any, outer: Table, checked: Checked) -> list[Any]:
    """Return the outermost array of a parsed body; another shape sets `checked.error`."""
    if isinstance(document, ResponseError):
        checked.error = document
        return []
    if not isinstance(document, dict):
        shape = type_name(document)
    elif isinstance(items := document.get(outer.json, ABSENT), list):
        return items
    elif "error" in document or "message" in document:
        shape = "an error report of the API"
    else:
        shape = f"an object whose {outer.json!r} is {type_name(items)}"
    checked.error = ResponseError(
        f"the response is JSON but not a token list: expected an object with an array {outer.json!r}, "
        f"found {shape}"
    )
    return []


def _check_items(
    items: list[Any], endpoint: Endpoint, first_item: int, checked: Checked
) -> tuple[list[Any], list[Problem]]:
    """Return the valid items' declared parts, and everything that is wrong with the others."""
    good: list[Any] = []
    problems: list[Problem] = []
    for number, item in enumerate(items, start=first_item):
        found = _Found()
        path = f"{endpoint.tables[0].json}[{number}]"
        projected = None
        with contextlib.suppress(_FullError):
            projected = _project(item, endpoint.tables, path, found, checked.drift)
        if not found:
            good.append(projected)
        else:
            problems.extend(_reject(item, number, found, endpoint, checked))
        if len(problems) >= MOST_PROBLEMS:
            break
    return good, problems


def _project(
    value: Any,
    tables: tuple[Table, ...],
    path: str,
    found: _Found,
    drift: Drift,
) -> Any:
    """Return the declared part of one element; what does not fit is added to `found`."""
    table, *inner = tables
    if table.element:
        return _text(value, path, found, drift)
    if not isinstance(value, dict):
        found.append((path, "an object", type_name(value)))
        return None
    projected: dict[str, Any] = {}
    for column in table.fields:
        raw = value.get(column.json, ABSENT)
        if column.kind is Kind.FLAG:
            projected[str(column.json)] = raw
            if not isinstance(raw, bool):
                found.append((f"{path}.{column.json}", "true or false", type_name(raw)))
        else:
            projected[str(column.json)] = _text(raw, f"{path}.{column.json}", found, drift)
    if table.secret and value.get(table.secret):
        projected[table.secret] = "returned"
    if inner:
        projected[str(inner[0].json)] = _array(value, (inner[0], *inner[1:]), path, found, drift)
    _note_unknown(value, declared_fields(tables), path, drift)
    return projected


def _array(
    value: dict[str, Any],
    tables: tuple[Table, ...],
    path: str,
    found: _Found,
    drift: Drift,
) -> list[Any] | None:
    raw = value.get(str(tables[0].json), ABSENT)
    path = f"{path}.{tables[0].json}"
    if isinstance(raw, list):
        return [_project(element, tables, f"{path}[{i}]", found, drift) for i, element in enumerate(raw)]
    if tables[0].required or not isinstance(raw, Absent | None):
        found.append((path, "an array", type_name(raw)))
    return None


def _text(raw: Any, path: str, found: _Found, drift: Drift) -> str | None:
    if not isinstance(raw, str):
        found.append((path, "text", type_name(raw)))
        return None
    text = clean(raw)
    if text is not raw and text != raw:
        drift.note("invalid text", _pattern(path), shorten(text))
    return text


def declared_fields(tables: tuple[Table, ...]) -> set[str | None]:
    """Return the fields that an element of the first of these tables' arrays is declared to have."""
    table, *inner = tables
    return {column.json for column in table.fields} | {table.secret} | {child.json for child in inner[:1]}


def _note_unknown(value: dict[str, Any], known: set[str | None], path: str, drift: Drift) -> None:
    for key, held in value.items():
        if key not in known:
            note_unknown(drift, _pattern(path), key, type_name(held))


def note_unknown(drift: Drift, path: str, key: str, kind: str, count: int = 1) -> None:
    """Note a field that is not declared: by path and type only, as its value may be a secret."""
    drift.note("unknown field", f"{path}.{shorten(key)}" if path else shorten(key), kind, count)


def note_repeated(repeated: Counter[str], drift: Drift) -> None:
    """Note the keys that an object held more than once."""
    for key, count in repeated.items():
        drift.note("duplicate key", shorten(key), "the last one counts", count)


def _pattern(path: str) -> str:
    return re.sub(r"\[\d+\]", "[]", path)


def _reject(item: Any, number: int, found: _Found, endpoint: Endpoint, checked: Checked) -> list[Problem]:
    """Set one item aside with everything that is wrong with it."""
    token_id = item.get(str(endpoint.tables[0].identity.json)) if isinstance(item, dict) else None
    token_id = shorten(token_id) if isinstance(token_id, str) else None
    problems = [Problem(number, token_id, *problem) for problem in found]
    declared = _declared(item, endpoint.tables)
    checked.rejected.append(
        {
            "item_no": number,
            "token_id": token_id,
            "problems": "; ".join(str(problem) for problem in problems),
            "text": clean(json.dumps(declared, ensure_ascii=False)),
        }
    )
    return problems


def _declared(value: Any, tables: tuple[Table, ...]) -> Any:
    """Return the declared texts and flags of an invalid item; anything else as the name of its type."""
    table, *inner = tables
    if not isinstance(value, dict):
        return value if table.element and isinstance(value, str) else f"<{type_name(value)}>"
    kept: dict[str | None, Any] = {
        column.json: raw
        if isinstance(raw := value[str(column.json)], str | bool | None)
        else f"<{type_name(raw)}>"
        for column in table.fields
        if column.json in value
    }
    if inner and inner[0].json in value:
        raw = value[inner[0].json]
        kept[inner[0].json] = (
            [_declared(element, (inner[0], *inner[1:])) for element in raw]
            if isinstance(raw, list)
            else f"<{type_name(raw)}>"
        )
    return kept


def _summary(problems: list[Problem], item_count: int) -> str:
    bad = len({problem.item for problem in problems if problem.item is not None})
    full = len(problems) >= MOST_PROBLEMS
    said = (
        f"{'at least ' * full}{bad:,} of {item_count:,} listed tokens {'does' if bad == 1 else 'do'} not fit"
    )
    if full:
        advice = "That is too much for a token list in the documented shape:"
    elif all(problem.item is not None for problem in problems):
        advice = f"Pass skip_invalid=True to set {'it' if bad == 1 else 'them'} aside and read the rest:"
    else:
        # Where the list itself is wrong it may not be whole, and no token can be set aside for that.
        said = f"the list itself{f', and {bad:,} of its {item_count:,} tokens,' * bool(bad)} does not fit"
        advice = "skip_invalid sets tokens aside, and cannot help with that; fetch the list again:"
    count = f"{len(problems):,} problem{'s' * (len(problems) != 1)}"
    return f"{said} the documented shape ({count}); nothing was read. {advice}"
