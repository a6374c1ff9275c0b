"""Row sets to which columns are added one by one, and which become a chain of common table expressions.

A frame is the cases, or the rows of a relation paired with each case. A column that reads others is placed one layer
above the highest of them, so that no SELECT reads its own aliases and the chain has as many layers as the deepest
formula. A frame of rows is attached to its parent at a level: it reads the parent's columns up to that depth, and its
aggregates become columns of the parent one layer above. Names of columns are unique in the whole statement.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from steelyard.diagnostics import InternalError
from steelyard.engines.sql import build
from steelyard.engines.sql.build import E


class Names:
    """Allocates SQL identifiers that are not yet used in this statement, and numbers what can be missing.

    Attributes:
        details: whether to write columns that only comparisons of engines need.
    """

    def __init__(self, *, details: bool = False) -> None:
        self.details = details
        self._used: set[str] = set()
        self._kept: dict[tuple[int, int], str] = {}
        self._numbers: dict[str, int] = {}

    def take(self, wanted: str) -> str:
        """Return the name, with a number appended where it is already used; names are compared without case."""
        found, number = wanted, 1
        while found.casefold() in self._used:
            number += 1
            found = f"{wanted}_{number}"
        self._used.add(found.casefold())
        return found

    def number(self, missing: str) -> int:
        """Return the number of a name that can be missing, from 0, in the order of first calls."""
        return self._numbers.setdefault(missing, len(self._numbers))

    def keep(self, key: tuple[int, int], wanted: str) -> str:
        """Return a name as `take` does, and the same name for the same key."""
        if key not in self._kept:
            self._kept[key] = self.take(wanted)
        return self._kept[key]


@dataclass(slots=True)
class Lookup:
    """A small table joined to a layer: at most one of its rows matches each row of the frame."""

    table: str
    alias: str
    on: tuple[tuple[str, E], ...]
    """Pairs of a column of the table and the expression that it must equal."""


@dataclass(slots=True)
class Layer:
    """What is added to a frame at one depth."""

    columns: dict[str, E] = field(default_factory=lambda: {})
    comments: dict[str, str] = field(default_factory=lambda: {})
    children: list[Frame] = field(default_factory=lambda: [])
    lookups: list[Lookup] = field(default_factory=lambda: [])


Base = Callable[["Emission", "Frame", Sequence[str]], exp.Query]
"""Builds a frame's first SELECT from the columns needed of it (those of the base and of the parent)."""


@dataclass(eq=False)
class Frame:
    """A row set.

    Attributes:
        name: the base name of its CTEs.
        base: builds the first SELECT.
        names: shared by the whole statement.
        spare: builds a cheaper first SELECT with additional rows, for uses where those do no harm; None: none.
        parent: the frame whose columns it reads, up to depth `level`; None for the cases.
        identity: the columns that identify its rows.
        key: the columns by which it is grouped when it is aggregated for the parent.
        on: for each column of `key` the equal expression of the parent.
    """

    name: str
    base: Base
    names: Names
    parent: Frame | None = None
    level: int = 0
    identity: tuple[str, ...] = ("_case",)
    key: tuple[str, ...] = ()
    on: tuple[E, ...] = ()
    layers: list[Layer] = field(default_factory=lambda: [Layer()])
    depths: dict[str, int] = field(default_factory=lambda: {})
    wanted: dict[str, None] = field(default_factory=lambda: {})
    """Columns of the base, and of the parent, that are read."""
    aggregates: dict[str, tuple[E, E | None]] = field(default_factory=lambda: {})
    """By the parent's column: the aggregate, and its value where the parent's row has no rows here."""
    spare: Base | None = None
    reads: list[E] = field(default_factory=lambda: [])
    """Expressions over the parent that the base reads in addition to `wanted`."""
    sources: list[Frame] = field(default_factory=lambda: [])
    """Frames of rows that the base reads."""

    @property
    def depth(self) -> int:
        """The deepest layer."""
        return len(self.layers) - 1

    def want(self, name: str) -> E:
        """Request a column of the base."""
        self.depths.setdefault(name, 0)
        self.wanted.setdefault(name)
        return build.column(name)

    def depth_of(self, e: E) -> int:
        """The layer at which an expression can be read: that of its deepest column; 0 for columns of the parent.

        Raises:
            InternalError: a column belongs neither to this frame nor to what it sees of its parent.
        """
        return max((self._depth_of(name) for name in build.columns_in(e)), default=0)

    def _depth_of(self, name: str) -> int:
        found = self.depths.get(name)
        if found is not None:
            return found
        if self.parent is None:
            raise InternalError(f"no frame has the column {name}")
        if self.parent._depth_of(name) > self.level:  # noqa: SLF001 - of the same class
            raise InternalError(f"{self.name} cannot see {name} of {self.parent.name} yet")
        return 0

    def inherit(self, e: E) -> int:
        """Let the base select the parent's columns that an expression reads; gives the expression's depth.

        The parent inherits them from its own parent where it must.

        Raises:
            InternalError: as `depth_of`.
        """
        depth = self.depth_of(e)
        for name in build.columns_in(e):
            if name not in self.depths and self.parent is not None:
                self.parent.inherit(build.column(name))
                self.want(name)
        return depth

    def put(self, hint: str, e: E, comment: str | None = None) -> E:
        """Add a column and return it; a column or a constant is returned unchanged."""
        if isinstance(e, exp.Column | exp.Literal | exp.Boolean | exp.Null):
            return e
        name = self.names.take(hint)
        depth = self.inherit(e) + 1
        layer = self._layer(depth)
        layer.columns[name] = e
        if comment is not None:
            layer.comments[name] = comment
        self.depths[name] = depth
        return build.column(name)

    def aggregate(self, hint: str, e: E, default: E | None = None) -> E:
        """Aggregate over the rows that belong to each row of the parent; returns the parent's column."""
        if self.parent is None:
            raise InternalError("the cases have no parent to aggregate for")
        self.inherit(e)
        for one in self.on:
            self.parent.inherit(one)
        name = self.names.take(hint)
        self.aggregates[name] = e, default
        layer = self.parent._layer(self.level + 1)  # noqa: SLF001 - of the same class
        if self not in layer.children:
            layer.children.append(self)
        self.parent.depths[name] = self.level + 1
        return build.column(name)

    def lazily(self, hint: str, make: Callable[[], E]) -> E:
        """Aggregate only where `details` are requested; otherwise return NULL."""
        if self.parent is None:
            raise InternalError("the cases have no parent to aggregate for")
        return self.aggregate(hint, make()) if self.names.details else build.null()

    def look_up(self, table: str, keys: Sequence[tuple[str, E]], columns: Sequence[str]) -> list[E]:
        """Join a small table on equal keys; returns its columns, NULL where no row matches."""
        on = tuple((name, self.put(f"{table}_{name}", e)) for name, e in keys)
        depth = max(self.inherit(e) for _, e in on) + 1
        layer = self._layer(depth)
        for lookup in layer.lookups:
            if lookup.table == table and lookup.on == on:
                alias = lookup.alias
                break
        else:
            alias = self.names.take(f"{table}_of")
            layer.lookups.append(Lookup(table, alias, on))
        found: list[E] = []
        for name in columns:
            mine = f"{alias}_{name}"
            if mine not in self.depths:
                self.names.take(mine)
                layer.columns[mine] = build.column(name, alias)
                self.depths[mine] = depth
            found.append(build.column(mine))
        return found

    def _layer(self, depth: int) -> Layer:
        while len(self.layers) <= depth:
            self.layers.append(Layer())
        return self.layers[depth]


class Emission:
    """Writes frames as CTEs, each after those that it reads."""

    def __init__(self, *, hints: bool, needed: frozenset[str] | None = None) -> None:
        """Prepare.

        Args:
            hints: whether the dialect supports NOT MATERIALIZED.
            needed: the columns of the cases to write (see `pruning`); None: all.
        """
        self._needed = needed
        self._done: dict[tuple[int, int], str] = {}
        self._hints = hints
        self.ctes: list[exp.CTE] = []
        self.shared: dict[object, str] = {}
        """CTEs that serve several frames."""

    def cte(self, name: str, query: exp.Query, *, inline: bool = False) -> str:
        """Add a CTE; `inline` asks the engine not to materialize it where it is read twice."""
        alias = exp.TableAlias(this=build.name(name))
        found = exp.CTE(this=query, alias=alias)
        if inline and self._hints:
            found.set("materialized", value=False)
        self.ctes.append(found)
        return name

    def layer(self, frame: Frame, depth: int) -> str:
        """Write the CTE of a frame up to a depth, after those that it reads; returns its name."""
        depth = min(depth, frame.depth)
        key = id(frame), depth
        if key in self._done:
            return self._done[key]
        if depth == 0:
            name = self.cte(frame.name, frame.base(self, frame, tuple(frame.wanted)), inline=frame.parent is None)
        else:
            called = frame.names.keep(key, f"{frame.name}_{depth}")
            name = self._above(frame, depth, self.layer(frame, depth - 1), called)
        self._done[key] = name
        return name

    def met(self, frame: Frame, depth: int) -> str:
        """Write the CTE of cases to join rows with; it may contain additional rows that are no cases."""
        depth = min(depth, frame.depth)
        if frame.spare is None:
            return self.layer(frame, depth)
        key = id(frame), -2 - depth
        if key not in self._done:
            called = frame.names.keep(key, f"{frame.name}_met" if depth == 0 else f"{frame.name}_met_{depth}")
            if depth == 0:
                name = self.cte(called, frame.spare(self, frame, tuple(frame.wanted)), inline=True)
            else:
                name = self._above(frame, depth, self.met(frame, depth - 1), called)
            self._done[key] = name
        return self._done[key]

    def last(self, frame: Frame) -> str:
        """Write the CTE with all columns of a frame."""
        return self.layer(frame, frame.depth)

    def _above(self, frame: Frame, depth: int, below: str, called: str) -> str:
        layer = frame.layers[depth] if self._needed is None or frame.parent else self._pruned(frame.layers[depth])
        if not (layer.columns or layer.children):
            return below
        query = exp.select(exp.Column(this=exp.Star(), table=build.name("it")))
        query.set("from_", exp.From(this=build.table(below, "it")))
        for child in layer.children:
            alias = self.grouped(child)
            pairs = zip(child.key, child.on, strict=True)
            on = build.conj(build.equal(build.column(k, alias), _of(e, "it")) for k, e in pairs)
            query = query.join(build.table(alias), on=on, join_type="left", copy=False)
            for name, (_, default) in child.aggregates.items():
                column: E = build.column(name, alias)
                column = column if default is None else build.coalesce(column, default)
                query = query.select(build.aliased(column, name), copy=False)
        for lookup in layer.lookups:
            on = build.conj(build.equal(build.column(k, lookup.alias), _of(e, "it")) for k, e in lookup.on)
            query = query.join(build.table(lookup.table, lookup.alias), on=on, join_type="left", copy=False)
        joined = layer.children or layer.lookups
        for name, e in layer.columns.items():
            column = build.aliased(_of(e, "it") if joined else e, name)
            if name in layer.comments:
                column.add_comments([layer.comments[name]])
            query = query.select(column, copy=False)
        return self.cte(called, query, inline=frame.parent is None)

    def _pruned(self, layer: Layer) -> Layer:
        """Return a layer of the cases without the columns and joins that are not needed."""
        needed = self._needed or frozenset()
        columns = {name: e for name, e in layer.columns.items() if name in needed}
        joined = {column.table for e in columns.values() for column in build.columns_of(e)}
        return Layer(
            columns,
            layer.comments,
            [child for child in layer.children if not needed.isdisjoint(child.aggregates)],
            [lookup for lookup in layer.lookups if lookup.alias in joined],
        )

    def grouped(self, frame: Frame) -> str:
        """Write the CTE that aggregates a frame for its parent."""
        key = id(frame), -1
        if key not in self._done:
            source = self.last(frame)
            query = exp.select(*(build.column(k) for k in frame.key), copy=False).from_(build.table(source), copy=False)
            for name, (e, _) in frame.aggregates.items():
                query = query.select(build.aliased(e, name), copy=False)
            query = query.group_by(*(build.column(k) for k in frame.key), copy=False)
            self._done[key] = self.cte(frame.names.keep(key, f"{frame.name}_sums"), query)
        return self._done[key]


def _of(e: E, alias: str) -> E:
    """Qualify the columns of an expression with a table."""

    def change(node: E) -> E:
        return build.column(node.name, alias) if isinstance(node, exp.Column) and not node.table else node

    return e.transform(change)
