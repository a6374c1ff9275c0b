"""The order in which declarations are lowered and stored: each after those that it reads."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from steelyard.diagnostics import Diagnostics
from steelyard.ir.expressions import Expr, Field
from steelyard.ir.lowering.formulas import Formula, is_head
from steelyard.ir.ruleset import Definition
from steelyard.ir.walk import nodes
from steelyard.language import syntax
from steelyard.language.parser import Trees
from steelyard.model.ruleset import RulesetFile
from steelyard.source import Text

K = TypeVar("K", bound=Hashable)
Key = tuple[str, str]
"""A define of the case, or a formula: ("", name); of a row: (relation, name); a table: (name, "")."""


def in_order(defines: tuple[Definition, ...], read: Callable[[Expr], str | None]) -> tuple[Definition, ...]:
    """Defines in an order in which each reads only earlier ones; `read` names the define that a node reads."""
    by_name = {define.id: define for define in defines}
    reads = {
        define.id: [name for node in nodes(define.value) if (name := read(node)) is not None and name in by_name]
        for define in defines
    }
    return tuple(by_name[name] for name in _sorted(reads))


def rows_in_order(relation: str, defines: tuple[Definition, ...]) -> tuple[Definition, ...]:
    """Defines of a relation's row, in an order in which each reads only earlier ones."""
    return in_order(defines, lambda node: node.name if isinstance(node, Field) and node.relation == relation else None)


LONG_CYCLE = 10
LONG_TEXT = 1000
"""Cycles of more definitions or characters are found before lowering: recursion along them would be too deep."""


@dataclass(frozen=True, slots=True)
class Order:
    """The order in which defines and tables are lowered.

    Attributes:
        keys: each after those that its text names.
        cycles: those of more than `LONG_CYCLE` members or `LONG_TEXT` characters, each in the order in which they
            read one another.
    """

    keys: tuple[Key, ...]
    cycles: tuple[tuple[Key, ...], ...]


def lowering_order(file: RulesetFile, formulas: Mapping[str, Formula], trees: Trees) -> Order:
    """Return defines, formulas and tables, each after those that its text names; so lowering needs little recursion."""
    texts: dict[Key, tuple[tuple[Text, ...], str]] = {}
    for name, define in file.define.items():
        if not is_head(name):
            texts["", str(name)] = ((define.value,), "")
    for name, formula in formulas.items():
        texts["", name] = ((formula.written.value,), "")
    for owner, relation in file.relations.items():
        for name, define in relation.define.items():
            texts[str(owner), str(name)] = ((define.value,), str(owner))
    for name, table in file.tables.items():
        texts[str(name), ""] = (tuple(one.value for one in table.inputs.values()), "")
    reads = {
        key: [read for text in written for name in _names(text, trees) for read in _read(name, row) if read in texts]
        for key, (written, row) in texts.items()
    }
    lengths = {key: sum(map(len, written)) for key, (written, _) in texts.items()}
    return Order(tuple(_sorted(reads)), tuple(_long_cycles(reads, lengths)))


def _long_cycles(reads: Mapping[Key, Sequence[Key]], lengths: Mapping[Key, int]) -> Iterator[tuple[Key, ...]]:
    """The cycles that a depth-first walk closes; those that share a member with an earlier one are left out."""
    done: set[Key] = set()
    found: set[Key] = set()
    for start in reads:
        path: dict[Key, Iterator[Key]] = {} if start in done else {start: iter(reads[start])}
        while path:
            key, rest = next(reversed(path.items()))
            after = next((one for one in rest if one not in done), None)
            if after is None:
                done.add(key)
                del path[key]
            elif after not in path:
                path[after] = iter(reads[after])
            else:
                members = list(path)
                cycle = members[members.index(after) :]
                long = len(cycle) > LONG_CYCLE or sum(map(lengths.__getitem__, cycle)) > LONG_TEXT
                if long and found.isdisjoint(cycle):
                    found.update(cycle)
                    yield tuple(cycle)


def _read(name: tuple[str, ...], row: str) -> Iterator[Key]:
    """The defines and tables that a name may stand for."""
    first, rest = name[0], name[1:]
    if rest:
        yield (first, rest[0])
        yield ("", rest[0])  # case.name
    yield ("", first)
    yield (row, first)
    yield (first, "")


def _names(text: Text, trees: Trees) -> Iterator[tuple[str, ...]]:
    tree = trees.of(text, Diagnostics())
    stack: list[syntax.Tree] = [] if tree is None else [tree]
    while stack:
        node = stack.pop()
        match node:
            case syntax.Name(parts=parts):
                yield parts
            case syntax.Call(function=function):
                yield (function,)
            case _:  # no name
                pass
        stack.extend(syntax.children(node))


def _sorted(reads: Mapping[K, Iterable[K]]) -> list[K]:
    """Sort topologically, depth first, otherwise in the order given; uses an explicit stack."""
    done: dict[K, None] = {}
    for start in reads:
        stack = [(start, iter(reads[start]))]
        entered = {start}
        while stack:
            key, rest = stack[-1]
            after = next((one for one in rest if one not in done and one not in entered), None)
            if after is None:
                done.setdefault(key)
                stack.pop()
            else:
                entered.add(after)
                stack.append((after, iter(reads[after])))
    return list(done)
