"""Every difference between two rulesets: of what a digest is made of (ir/forms.py), and of what it leaves out.

Nothing is known here of what a field means, so no field can be forgotten: where the canonical texts of two nodes
differ, and none of their parts tells why, the nodes themselves are the difference.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import Enum
from typing import cast

from steelyard.analysis.pretty import expression
from steelyard.ir import types
from steelyard.ir.canonical import canonical
from steelyard.ir.expressions import Argument, Expr, Input, Node
from steelyard.ir.forms import FORMS
from steelyard.ir.notation import Notation
from steelyard.ir.ruleset import Limit, Ruleset, Table, TableRow
from steelyard.ir.walk import rebuild


class Kind(Enum):
    """How something differs."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    MOVED = "moved"
    """The same parts in another order, where the order has a meaning."""


class Sort(Enum):
    """What a difference matters for."""

    MEANING = "meaning"
    HEAD = "head"
    """Which ruleset it is, and when it is in force: its id, version and days."""
    LABEL = "label"
    SOURCE = "source"
    NOTE = "note"
    READER = "reader"
    """What else is for readers alone: roles, personal inputs, how a bound is written."""
    CLAIM = "claim"
    """Claims to be proved."""

    @property
    def cosmetic(self) -> bool:
        """Whether no result of any case can differ by it."""
        return self not in (Sort.MEANING, Sort.HEAD)


HEAD = frozenset({"id", "version", "effective"})
OTHERS: Mapping[str, Sort] = {
    "label": Sort.LABEL,
    "title": Sort.LABEL,
    "labels": Sort.LABEL,
    "formulas": Sort.LABEL,
    "naming": Sort.LABEL,
    "source": Sort.SOURCE,
    "notes": Sort.NOTE,
    "note": Sort.NOTE,
    "written": Sort.READER,
    "personal": Sort.READER,
    "roles": Sort.READER,
    "properties": Sort.CLAIM,
}
"""The attributes that no digest has, and what they are for."""
DERIVED = frozenset({"span", "file", "for_run", "value", "digest", "windows"})
"""The attributes of no digest that follow from others, or are of a file or a run."""
_WHOLE = (types.Number, types.Text, types.Boolean, types.Date, types.DateTime, types.Duration, types.Days)
WHOLE = (*_WHOLE, types.Region, types.Regions, types.Range, Notation, Node)
"""What is shown as a whole."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference between two rulesets.

    Attributes:
        path: the attributes and keys that lead to it.
        old, new: the values; None for what is not there.
        parents: the nodes around it, the outermost first, of each ruleset; None where one has none.
    """

    kind: Kind
    sort: Sort
    path: tuple[str, ...]
    old: object
    new: object
    parents: tuple[tuple[object, object], ...]


Parents = tuple[tuple[object, object], ...]


def differences(old: Ruleset, new: Ruleset) -> tuple[Difference, ...]:
    """Every difference, in the order of the forms; none where both digests and all texts for readers are equal."""
    return tuple(_node(old, new, (), ()))


def _node(old: object, new: object, path: tuple[str, ...], parents: Parents) -> Iterator[Difference]:
    """The differences of two nodes of one class."""
    form = FORMS[type(new)]
    unordered = set(form.sorted_attributes(new)) & set(form.sorted_attributes(old))
    around = (*parents, (old, new))
    found = False
    for attribute in form.fields:
        inner = (*path, attribute)
        before, after = getattr(old, attribute), getattr(new, attribute)
        for one in _part(before, after, inner, around, ordered=attribute not in unordered):
            found = found or not one.sort.cosmetic
            yield one
    if not found and canonical(old) != canonical(new):
        yield Difference(Kind.CHANGED, Sort.MEANING, path, old, new, parents)
    for attribute, sort in _others(type(new)):
        before, after = getattr(old, attribute), getattr(new, attribute)
        if attribute == "labels":
            yield from _labels(dict(before), dict(after), (*path, attribute), around)
        elif before != after:
            yield Difference(Kind.CHANGED, sort, (*path, attribute), before, after, around)


def _labels(
    old: Mapping[str, object], new: Mapping[str, object], path: tuple[str, ...], around: Parents
) -> Iterator[Difference]:
    """What people read for texts, each by itself."""
    for key in dict.fromkeys((*old, *new)):
        if key not in new:
            yield Difference(Kind.REMOVED, Sort.LABEL, (*path, key), old[key], None, around)
        elif key not in old:
            yield Difference(Kind.ADDED, Sort.LABEL, (*path, key), None, new[key], around)
        elif old[key] != new[key]:
            yield Difference(Kind.CHANGED, Sort.LABEL, (*path, key), old[key], new[key], around)


def _others(kind: type) -> Iterator[tuple[str, Sort]]:
    for one in fields(kind):
        if one.name not in FORMS[kind].fields and one.name not in DERIVED:
            yield one.name, OTHERS[one.name]


def _part(
    old: object, new: object, path: tuple[str, ...], around: Parents, *, ordered: bool = True
) -> Iterator[Difference]:
    match old, new:
        case tuple(), tuple():
            before, after = cast("tuple[object, ...]", old), cast("tuple[object, ...]", new)
            table = around[-1]
            if isinstance(table[0], Table) and isinstance(table[1], Table) and path[-1] == "rows":
                yield from _rows(table[0], table[1], path, around, ordered=ordered)
            elif all(_key(one) is not None for one in (*before, *after)):
                yield from _keyed(before, after, path, around, ordered=ordered)
            elif len(before) == len(after) and all(_walked(one) for one in (*before, *after)):
                for number, (one, other) in enumerate(zip(before, after, strict=True), 1):
                    yield from _part(one, other, (*path, str(number)), around)
            elif _text(before, ordered=ordered) != _text(after, ordered=ordered):
                yield Difference(Kind.CHANGED, _sort(path), path, before, after, around)
        case Mapping(), Mapping():
            before, after = cast("Mapping[str, object]", old), cast("Mapping[str, object]", new)
            for key in dict.fromkeys((*before, *after)):
                inner = (*path, key)
                if key not in after:
                    yield Difference(Kind.REMOVED, Sort.MEANING, inner, before[key], None, around)
                elif key not in before:
                    yield Difference(Kind.ADDED, Sort.MEANING, inner, None, after[key], around)
                else:
                    yield from _part(before[key], after[key], inner, around)
        case _ if type(old) is type(new) and _walked(new):
            yield from _node(old, new, path, around)
        case _:  # two values, or two ways to say something
            if canonical(old) != canonical(new):
                yield Difference(Kind.CHANGED, _sort(path), path, old, new, around)


def _walked(value: object) -> bool:
    """Whether the attributes of a value are compared one by one."""
    return type(value) in FORMS and not isinstance(value, WHOLE)


def _sort(path: tuple[str, ...]) -> Sort:
    return Sort.HEAD if len(path) == 1 and path[0] in HEAD else Sort.MEANING


def _text(items: Sequence[object], *, ordered: bool) -> Sequence[str]:
    texts = [canonical(one) for one in items]
    return texts if ordered else sorted(texts)


def _key(value: object) -> str | None:
    """The key by which an item is found again; None where it has none."""
    if not _walked(value):
        return None
    if isinstance(value, Limit):
        return value.group
    own = getattr(value, "id", None)
    if isinstance(own, str):
        return own
    target = getattr(value, "indicator", None)  # of a grant; each indicator has one of a kind
    return f"{target}.{FORMS[type(value)].tag}" if isinstance(target, str) else None


def _keyed(
    old: Sequence[object], new: Sequence[object], path: tuple[str, ...], around: Parents, *, ordered: bool
) -> Iterator[Difference]:
    """Items with keys: those that only one side has, those that differ, and their order where it has a meaning."""
    before, after = {_key(one) or "": one for one in old}, {_key(one) or "": one for one in new}
    for key, one in before.items():
        if key not in after:
            yield Difference(Kind.REMOVED, Sort.MEANING, (*path, key), one, None, around)
    for key, one in after.items():
        if key not in before:
            yield Difference(Kind.ADDED, Sort.MEANING, (*path, key), None, one, around)
        else:
            yield from _part(before[key], one, (*path, key), around)
    kept = [[key for key in side if key in before and key in after] for side in (before, after)]
    if ordered and kept[0] != kept[1]:
        yield Difference(Kind.MOVED, Sort.MEANING, path, tuple(kept[0]), tuple(kept[1]), around)


def _rows(old: Table, new: Table, path: tuple[str, ...], around: Parents, *, ordered: bool) -> Iterator[Difference]:
    """The rows of a table, found again by their conditions; of equal ones the first by the first."""
    rulesets = cast("tuple[Ruleset, Ruleset]", around[0])
    before, after = _numbered(old, rulesets[0]), _numbered(new, rulesets[1])
    shared = {one.id for one in old.outputs} & {one.id for one in new.outputs}
    for key, row in before.items():
        if key not in after:
            yield Difference(Kind.REMOVED, Sort.MEANING, (*path, _place(old, row)), row, None, around)
    for key, row in after.items():
        inner = (*path, _place(new, row))
        if key not in before:
            yield Difference(Kind.ADDED, Sort.MEANING, inner, None, row, around)
            continue
        gone = before[key]
        if _gives(old, gone, shared) != _gives(new, row, shared):
            yield Difference(Kind.CHANGED, Sort.MEANING, inner, gone, row, around)
        if gone.note != row.note:
            yield Difference(Kind.CHANGED, Sort.NOTE, (*inner, "note"), gone.note, row.note, around)
    kept = [[key for key in side if key in before and key in after] for side in (before, after)]
    if ordered and kept[0] != kept[1]:
        rows = tuple(tuple(side[key] for key in one) for side, one in zip((before, after), kept, strict=True))
        yield Difference(Kind.MOVED, Sort.MEANING, path, rows[0], rows[1], around)


def _place(table: Table, row: TableRow) -> str:
    return str(next(number for number, one in enumerate(table.rows, 1) if one is row))


def _numbered(table: Table, ruleset: Ruleset) -> dict[tuple[str, int], TableRow]:
    seen: Counter[str] = Counter()
    found: dict[tuple[str, int], TableRow] = {}
    for row in table.rows:
        # as they are written: the canonical text has types too, which change where a value is added to an input
        key = "&".join(sorted(expression(cell, ruleset) for cell in conditions(table, row)))
        seen[key] += 1
        found[key, seen[key]] = row
    return found


def _gives(table: Table, row: TableRow, outputs: Collection[str]) -> dict[str, str]:
    columns = [*table.inputs, *table.carried]
    return {
        output.id: columns[value.position].id if isinstance(value, Argument) else canonical(value)
        for output, value in zip(table.outputs, row.outputs, strict=True)
        if output.id in outputs
    }


def conditions(table: Table, row: TableRow) -> tuple[Expr, ...]:
    """The conditions of a row, about the columns of the table by name (`TABLE.COLUMN`) rather than by their place."""
    return tuple(columns_by_name(table, cell) for cell in row.cells if cell is not None)


def columns_by_name(table: Table, cell: Expr) -> Expr:
    """A condition of a row, about the columns of the table by name rather than by their place."""
    names = [f"{table.id}.{one.id}" for one in (*table.inputs, *table.carried)]

    def named(expr: Expr) -> Expr:
        if isinstance(expr, Argument):
            return Input(names[expr.position], type=expr.type)
        return rebuild(expr, named)

    return named(cell)
