"""What a workbook adds to the tables: who may do what, in words, by this project's judgement."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from dfns_frames import measures
from dfns_frames._api.catalogue import CATEGORIES, OPERATIONS, UNKNOWN, operations_table, usability
from dfns_frames._api.tables import TABLES
from dfns_frames._facts.codes import Ints
from dfns_frames._facts.dtypes import TEXT
from dfns_frames._facts.keys import token_rows
from dfns_frames._facts.tables import Tables
from dfns_frames.export.header import is_audit
from dfns_frames.measures.classes import SENSITIVE, worst_text

OWNER, AGE, WORST, ADMINISTRATOR = "owner", "age (days)", "worst severity", "full administrator"
PERMISSIONS, CREATED, LISTED = "permissions", "created", "operations listed"
ANSWERS = frozenset({*SENSITIVE.values(), ADMINISTRATOR})
USABLE = "usable"
WORST_FINDING, FOUND_BY = "worst finding", "found by"
_RENAMED = {
    "name": "name",
    "is_active": "active",
    "date_created": CREATED,
    "operation_count": LISTED,
    "assignment_count": "assignments",
}
_LAST = (
    "token_id",
    "linked_user_id",
    "kind",
    "org_id",
    "linked_app_id",
    "cred_id",
    "public_key",
    "secret_returned",
)
_JUDGED = "This project's judgement."
ADDED: dict[str, dict[str, str]] = {
    "tokens": {
        OWNER: "User that it acts for, by name where users were read, else by id (us-…); or the application "
        "(ap-…); empty if there is none.",
        AGE: "Whole days from its creation to the snapshot, rounded down.",
        WORST: "Highest severity of what it can do: critical, high, medium, low or none; 'at least' where "
        f"something is unknown; unknown if all of it is; empty if it can do nothing. {_JUDGED}",
        **{
            label: f"{CATEGORIES[name].meaning} yes; unknown; empty for no. It is '{name}' in the library. "
            f"{_JUDGED}"
            for name, label in SENSITIVE.items()
        },
        ADMINISTRATOR: "yes if a permission of it contains every operation, also those that are not listed.",
        PERMISSIONS: "Names of the permissions assigned to it.",
        WORST_FINDING: "Severity of the worst finding about it that is new or open and not accepted; "
        "'accepted' if all are. Empty if nothing was found, which is no promise where Rules says that "
        "something is missing.",
        FOUND_BY: "The rules that found something about it, accepted or not; Findings says what.",
    },
    "token_assignments": {"name": "Name of the token."},
    "token_operations": {
        "name": "Name of the token.",
        "active": "Whether the token is active.",
        "category": f"What the operation touches, in the words of the columns of Tokens. {_JUDGED}",
        "severity": f"{OPERATIONS['severity'].meaning} {_JUDGED} unknown if it is in no catalogue.",
        USABLE: "no if the API refuses the operation to tokens of this kind, whatever they hold: it counts "
        "nowhere. unknown if that depends on policies.",
    },
}
"""The meanings of the added columns, by table."""


def described(table: str) -> list[tuple[str, str]]:
    """Return the columns that a table's sheet may have and what each means."""
    added = ADDED.get(table, {})
    declared = [
        (_RENAMED.get(column.name, column.name) if table == "tokens" else column.name, column.meaning)
        for column in TABLES[table].columns
        if (table, column.name) != ("token_operations", "source")
    ]
    return [*added.items(), *(each for each in declared if each[0] not in added)]


def tokens_sheet(tables: Tables) -> pa.Table:
    """Return the tokens, worst first and then oldest: what a reviewer reads, then constants and ids."""
    able = measures.capabilities(tables)
    tokens = tables.arrow("tokens").take(pa.array(able.index.to_numpy()))
    columns = {
        "name": tokens["name"],
        OWNER: _text(able["owner_name"].fillna(able["owner_id"])),
        "active": tokens["is_active"],
        AGE: pa.array(able["age_days"], type=pa.int64(), from_pandas=True),
        WORST: _text(worst_text(able["worst"], able["worst_is_lower_bound"])),
        **(_findings(tables, able.index.to_numpy()) if is_audit(tables) else {}),
        **{label: _answers(able[name]) for name, label in SENSITIVE.items()},
        ADMINISTRATOR: _answers(able["holds_everything"].map({True: "yes", False: "no"})),
        PERMISSIONS: _permissions(tables).take(pa.array(able.index.to_numpy())),
        CREATED: tokens["date_created"],
    }
    # Where no owner has a name, the id stands in the column before.
    shown = {"name", "is_active", "date_created"}
    if able["owner_name"].isna().all():
        shown.add("linked_user_id")
    rest = [name for name in tokens.column_names if name not in shown]
    first = ["operation_count", "assignment_count", *_LAST, "secret_returned"]
    rest.sort(key=lambda name: first.index(name) if name in first else len(first))
    return pa.table(columns | {_RENAMED.get(name, name): tokens[name] for name in rest})


def assignments_sheet(tables: Tables) -> pa.Table:
    """Return the assignments, with the names of their tokens."""
    assignments = tables.arrow("token_assignments")
    rows = pa.array(token_rows(tables, "token_assignments"))
    last = ["token_id", "permission_id", "assignment_id", "source", "token_no", "assignment_no"]
    columns = {"name": tables.arrow("tokens")["name"].take(rows)}
    first = [name for name in assignments.column_names if name not in last]
    return pa.table(columns | {name: assignments[name] for name in [*first, *last]})


def operations_sheet(tables: Tables) -> pa.Table:
    """Return the operations, with the names of their tokens, and how each is judged.

    The source is left out, as Tokens has it: the writer needs twice the memory for rows of more than 11
    cells, and no sheet has more rows than this one.
    """
    operations, tokens = tables.arrow("token_operations"), tables.arrow("tokens")
    rows = pa.array(token_rows(tables, "token_operations"))
    names = operations["operation"].combine_chunks()
    categories = {name: category.label for name, category in CATEGORIES.items()}
    columns = {
        # By code, since a name occurs once for each operation of its token.
        "name": tokens["name"].combine_chunks().dictionary_encode().take(rows),
        "active": tokens["is_active"].take(rows),
        "operation": names,
        "category": _looked_up(names, "category", categories),
        "severity": _looked_up(names, "severity", {}),
        USABLE: _usable(names, tokens["kind"].take(rows)),
        "permission_name": operations["permission_name"],
    }
    rest = [name for name in operations.column_names if name not in {*columns, "source"}]
    rest.sort(key=lambda name: name in {"token_no", "assignment_no"})
    return pa.table(columns | {name: operations[name] for name in rest})


def _findings(tables: Tables, order: Ints) -> dict[str, pa.Array]:
    """Return what an audit found about each token."""
    found = measures.findings_by_token(tables).set_index(["source", "token_no"])
    keys = tables.arrow("tokens").select(["source", "token_no"]).take(pa.array(order)).to_pandas()
    found = found.reindex(pd.MultiIndex.from_frame(keys.astype({"source": TEXT})))
    only_accepted = found["worst"].isna() & (found["accepted"] > 0)
    worst = found["worst"].astype(object).where(~only_accepted, "accepted")
    columns = {WORST_FINDING: worst, FOUND_BY: found["rules"]}
    return {name: _text(values.reset_index(drop=True)) for name, values in columns.items()}


def _text(values: pd.Series) -> pa.Array:
    return pa.array(values, type=pa.string(), from_pandas=True)


def _answers(values: pd.Series) -> pa.Array:
    """Return yes and unknown; no is an empty cell, so that what there is stands out."""
    return _text(values.astype(object).where(values != "no", None))


def _permissions(tables: Tables) -> pa.Array:
    """Return the names of each token's permissions, in one text; missing if it has none."""
    names: list[dict[str, None]] = [{} for _ in range(tables.arrow("tokens").num_rows)]
    rows = token_rows(tables, "token_assignments").tolist()
    for row, name in zip(rows, tables.arrow("token_assignments")["permission_name"].to_pylist(), strict=True):
        names[row][name or "(no name)"] = None
    return pa.array([", ".join(each) or None for each in names], type=pa.string())


def _looked_up(operations: pa.DictionaryArray, added: str, words: dict[str, str]) -> pa.DictionaryArray:
    """Look each operation up in the catalogue; by its code, so that each name is looked up once."""
    known = dict(zip(*operations_table().select(["operation", added]).to_pydict().values(), strict=True))
    found = [known.get(name, UNKNOWN) for name in operations.dictionary.to_pylist()]
    return _coded([words.get(text, text) for text in found], operations.indices)


def _usable(operations: pa.DictionaryArray, kinds: pa.ChunkedArray) -> pa.DictionaryArray:
    """Return whether each token's kind can use the operation, looked up once for each kind and name."""
    kind = kinds.combine_chunks()
    if not pa.types.is_dictionary(kind.type):
        kind = kind.dictionary_encode()
    names = operations.dictionary.to_pylist()
    table = [usability(each, name) for each in [*kind.dictionary.to_pylist(), None] for name in names]
    place = pc.fill_null(kind.indices, len(kind.dictionary)).to_numpy(zero_copy_only=False).astype(np.int64)
    operation = operations.indices.to_numpy(zero_copy_only=False)
    return _coded(table, pa.array(place * len(names) + operation))


def _coded(texts: list[str], places: pa.Array) -> pa.DictionaryArray:
    encoded = pa.array(texts, type=pa.string()).dictionary_encode()
    return pa.DictionaryArray.from_arrays(encoded.indices.take(places), encoded.dictionary)
