"""What a source's declaration says about the JSON: its shape, and the schemas that Arrow reads it by."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from functools import cache, cached_property
from typing import NamedTuple

import pyarrow as pa

from dfns_frames._api.vocabulary import Kind, Rows, Source, Table

OTHER = "*"  # in `known`: whatever else an object holds; in what `explain` hands on: that it holds something


class Type(Enum):
    """A type of JSON, in the words of a report."""

    TEXT = "text"
    FLAG = "true or false"
    WHOLE = "a whole number"
    NUMBER = "a number"
    SECRET = "a secret"  # noqa: S105 - the name of a type
    UNWANTED = "anything"
    OBJECT = "an object"
    ARRAY = "an array"


_OF_KIND = {Kind.FLAG: Type.FLAG, Kind.COUNT: Type.WHOLE, Kind.WHOLE: Type.WHOLE, Kind.NUMBER: Type.NUMBER}
_ARROW = {Type.FLAG: pa.bool_(), Type.WHOLE: pa.int64(), Type.NUMBER: pa.float64()}  # any other: text


class Step(NamedTuple):
    """One name of a path; several names mean the first that is there."""

    names: tuple[str, ...]
    optional: bool


@dataclass(eq=False)
class Shape:
    """What stands at one place of a response.

    Attributes
    ----------
    fields
        Of an object: its fields by name.
    item
        Of an array: its elements, None if they are not wanted.
    required
        Of an object: the names of which one has to be there, by the first of them.
    is_open
        Whether further fields of an object are known and not wanted.
    is_watched
        Whether a column tells if an object holds anything: then a field that is not declared counts, which
        Arrow does not see.
    is_private
        Whether a function takes the value apart, and what it leaves out may be secret.
    """

    type: Type
    fields: dict[str, Shape] = field(default_factory=dict)
    item: Shape | None = None
    required: dict[str, tuple[str, ...]] = field(default_factory=dict)
    is_open: bool = False
    is_watched: bool = False
    is_private: bool = False

    @cached_property
    def branches(self) -> list[tuple[str, Shape]]:
        """The fields of an object that lead to further objects."""
        return [(name, shape) for name, shape in self.fields.items() if shape.holds_objects]

    @property
    def holds_objects(self) -> bool:
        """Whether it is an object, or an array of such."""
        return self.item.holds_objects if self.item else self.type is Type.OBJECT

    def add(self, path: tuple[Step, ...], shape: Shape) -> Shape:
        """Add what stands at a path below this object; what is there already stays."""
        *around, last = path
        inside = self
        for step in around:
            inside = inside._take(step, Shape(Type.OBJECT))
        return inside._take(last, shape)

    def _take(self, step: Step, shape: Shape) -> Shape:
        if not step.optional:
            self.required[step.names[0]] = step.names
        taken = [self.fields.setdefault(name, shape) for name in step.names]
        return taken[0]


@cache
def parse_path(path: str) -> tuple[Step, ...]:
    """Read a path of a declaration; the array that it may end in is left out."""
    names = path.removesuffix("[]").split(".") if path else []
    return tuple(Step(tuple(name.removesuffix("?").split("|")), name.endswith("?")) for name in names)


@cache
def shape_of(source: Source) -> Shape:
    """Return the shape of a source's response."""
    root = Shape(Type.OBJECT)
    element = _add_rows(root, source.rows)
    element.add(parse_path(source.item_id), Shape(Type.TEXT))
    root.fields[source.next_page] = Shape(Type.TEXT)
    return root


def _add_rows(around: Shape, rows: Rows) -> Shape:
    """Add a place and what is inside it; returns its elements."""
    plain = {column: path for column, path in rows.fields.items() if isinstance(path, str)}
    element = Shape(Type.OBJECT)
    if "" in plain.values():
        element = _leaf(rows.into, *plain)
    place = Shape(Type.ARRAY, item=element) if rows.at.endswith("[]") else element
    place = around.add(parse_path(rows.at), place)
    element = place.item or place
    for column, path in plain.items():
        if path:
            element.add(parse_path(path), _leaf(rows.into, column))
    for inner in rows.inner:
        _add_rows(element, inner)
    for path in rows.known:
        _add_known(element, path)
    # What a function looks at may be an object, whose fields the loops above have added.
    for read in rows.fields.values():
        if not isinstance(read, str):
            private = Shape(Type.SECRET if read.secret else Type.TEXT, is_private=True)
            found = element.add(parse_path(read.path), private)
            found.is_watched = found.type is Type.OBJECT
    return element


def _leaf(table: Table | None, column: str) -> Shape:
    return Shape(_OF_KIND.get(table[column].kind, Type.TEXT) if table else Type.TEXT)


def _add_known(element: Shape, path: str) -> None:
    steps = parse_path(path)
    if path.endswith("[]"):
        element.add((*steps[:-1], steps[-1]._replace(optional=True)), Shape(Type.ARRAY))
    elif steps[-1].names != (OTHER,):
        element.add((*steps[:-1], steps[-1]._replace(optional=True)), Shape(Type.UNWANTED))
    else:
        (element.add(steps[:-1], Shape(Type.OBJECT)) if steps[:-1] else element).is_open = True


@cache
def schema_of(source: Source, step: str) -> pa.Schema:
    """Return the schema by which Arrow reads a whole body as one row.

    All of it is nullable: of what is required below something optional, Arrow refuses a whole body if the
    optional part is absent. What is required is looked for after reading.

    Parameters
    ----------
    source
        The declaration.
    step
        ``strict`` has also what is known and not wanted, in its usual type; ``explained`` has instead a
        flag for what watched objects hold that is not declared; ``loose`` neither.
    """
    return pa.schema(list(_arrow(shape_of(source), step)))


def _arrow(shape: Shape, step: str) -> pa.DataType:
    if shape.type is Type.ARRAY:
        return pa.list_(_arrow(shape.item, step) if shape.item else pa.string())
    if shape.type is not Type.OBJECT:
        return _ARROW.get(shape.type, pa.string())
    fields = [
        pa.field(name, _arrow(inner, step))
        for name, inner in shape.fields.items()
        if step == "strict" or not is_unwanted(inner)
    ]
    watch = [pa.field(OTHER, pa.bool_())] if shape.is_watched and step == "explained" else []
    return pa.struct([*fields, *watch])


def is_unwanted(shape: Shape) -> bool:
    """Tell whether something is known and not wanted."""
    return shape.type is Type.UNWANTED or (shape.type is Type.ARRAY and shape.item is None)
