"""Formulas: expressions with parameters, put in the place of each call (LANGUAGE.md section 4).

A call whose value is settled with the inputs and rows becomes a define that no author wrote, so that formulas which
call one another multiply nothing. It is named `formula.DIGEST`, by a digest of its arguments, whatever the order of
calls. Calls that read a target, a measure or a score, and those of constants, become the expression itself.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from steelyard.diagnostics import Diagnostics, Label, msg
from steelyard.diagnostics.suggestions import listed
from steelyard.ir.canonical import canonical
from steelyard.ir.expressions import Expr, FormulaCall
from steelyard.ir.lowering.fields import parse_type
from steelyard.ir.lowering.people import label, maybe_label, source
from steelyard.ir.negation import normalise
from steelyard.ir.ruleset import Definition, Named
from steelyard.ir.scope import NameScope
from steelyard.ir.types import Type
from steelyard.ir.typing.counts import fits
from steelyard.ir.typing.expression import expression, fitted
from steelyard.ir.walk import nodes
from steelyard.language import syntax
from steelyard.language.parser import Trees
from steelyard.model import case as model
from steelyard.model.ruleset import RulesetFile
from steelyard.source import Text

MOST_NODES = 20_000
"""The largest number of nodes of one call, its arguments put in."""
MOST_ALTOGETHER = 200_000
"""The largest number of nodes of all calls of a ruleset."""
DEEPEST = 100
"""The greatest height of a formula's tree, with those of the formulas that it calls."""
_TWINS = str.maketrans("（），：", "(),:")
_HEAD = re.compile(r"([^\W\d]\w*)\s*\((.*)\)\s*", re.DOTALL)
_PARAMETER = re.compile(r"\s*([^\W\d]\w*)\s*(?::\s*(.*?)\s*)?", re.DOTALL)
_COMMA = re.compile(r",(?![^()]*\))")
_DIGITS = 12


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula as declared.

    Attributes:
        name: with its place.
        parameters: the names, each with its place, and their types; a type is None where it is that of each argument.
        written: its expression, label, source.
    """

    name: Text
    parameters: tuple[tuple[Text, Type | None], ...]
    written: model.Define

    @property
    def head(self) -> str:
        """How it is called: `variance(n, s1, s2)`."""
        return f"{self.name}({', '.join(name for name, _ in self.parameters)})"


def is_head(key: Text) -> bool:
    """Return whether a key under `define` declares a formula, rather than a value."""
    return not {"(", "（"}.isdisjoint(key)


def head_name(key: Text) -> Text | None:
    """Return the name of the formula that a key declares; None where it cannot be read."""
    head = _HEAD.fullmatch(key.translate(_TWINS))
    return None if head is None else Text(head[1], key.at(0, len(head[1])))


def declared_formulas(file: RulesetFile, trees: Trees, diagnostics: Diagnostics) -> dict[str, Formula]:
    """Return the formulas by name; report heads that cannot be read, and formulas that call themselves."""
    found: dict[str, Formula] = {}
    for key, written in file.define.items():
        formula = _formula(key, written, diagnostics) if is_head(key) else None
        if formula is not None:
            found.setdefault(str(formula.name), formula)
    return _acyclic(found, trees, diagnostics)


def _formula(key: Text, written: model.Define, diagnostics: Diagnostics) -> Formula | None:
    text = key.translate(_TWINS)
    head = _HEAD.fullmatch(text)
    parameters: list[tuple[Text, Type | None]] = []
    start = 0 if head is None else head.start(2)
    for part in () if head is None else _COMMA.split(head[2]):
        one = _PARAMETER.fullmatch(part)
        if one is None:
            head = None
            break
        begin = start + one.start(1)
        name = Text(one[1], key.at(begin, begin + len(one[1])))
        kind = None
        if one[2] is not None:
            begin = start + one.start(2)
            kind = parse_type(Text(one[2], key.at(begin, begin + len(one[2]))), diagnostics)
            if kind is None:
                return None
        parameters.append((name, kind))
        start += len(part) + 1
    if head is None:
        diagnostics.add(
            "N108",
            key.span,
            msg("`{name}` is no head of a formula", name=key),
            help=msg("a name with its parameters in parentheses; in braces, or with types, quote it"),
        )
        return None
    return Formula(Text(head[1], key.at(0, len(head[1]))), tuple(parameters), written)


def _acyclic(formulas: Mapping[str, Formula], trees: Trees, diagnostics: Diagnostics) -> dict[str, Formula]:
    """Return the formulas that neither call themselves nor are too deep; report the others."""
    read = {name: trees.of(one.written.value, diagnostics) for name, one in formulas.items()}
    called = {name: [] if tree is None else _calls(tree, formulas) for name, tree in read.items()}
    heights: dict[str, int | None] = {name: None for name, tree in read.items() if tree is None}
    for first in formulas:
        path: dict[str, Iterator[tuple[str, int]]] = {} if first in heights else {first: iter(called[first])}
        while path:
            name, rest = next(reversed(path.items()))
            after = next((one for one, _ in rest if one not in heights), None)
            if after is None:
                path.pop(name)
                if name not in heights:
                    heights[name] = _height(formulas[name], read[name], called[name], heights, diagnostics)
            elif after not in path:
                path[after] = iter(called[after])
            else:
                cycle = [*list(path)[list(path).index(after) :], after]
                diagnostics.add(
                    "N106",
                    formulas[after].name.span,
                    msg("a cycle: {path}", path=" → ".join(f"`{one}`" for one in cycle)),
                    help=msg("a formula cannot call itself"),
                )
                heights.update(dict.fromkeys(cycle))
    return {name: one for name, one in formulas.items() if heights[name] is not None}


def _calls(tree: syntax.Tree, formulas: Mapping[str, Formula]) -> list[tuple[str, int]]:
    """The formulas that a tree calls, each with the height above it."""
    return [
        (node.function, above)
        for node, above in _with_heights(tree)
        if isinstance(node, syntax.Call) and node.function in formulas
    ]


def _height(
    formula: Formula,
    tree: syntax.Tree | None,
    called: Sequence[tuple[str, int]],
    heights: Mapping[str, int | None],
    diagnostics: Diagnostics,
) -> int | None:
    """The height of a formula's tree with those that it calls; None where it is too high, or one of them is wrong."""
    below = [(heights[name], above) for name, above in called]
    if tree is None or any(height is None for height, _ in below):
        return None
    own = max(above for _, above in _with_heights(tree))
    whole = max((own, *(above + (height or 0) for height, above in below)))
    if whole <= DEEPEST:
        return whole
    diagnostics.add(
        "Y202",
        formula.name.span,
        msg("the formula `{name}` is nested deeper than {limit} levels", name=formula.name, limit=DEEPEST),
        help=msg("let fewer formulas call one another"),
    )
    return None


def _with_heights(tree: syntax.Tree) -> Iterator[tuple[syntax.Tree, int]]:
    stack: list[tuple[syntax.Tree, int]] = [(tree, 1)]
    while stack:
        node, above = stack.pop()
        yield node, above
        stack.extend((child, above + 1) for child in syntax.children(node))


def arguments_of(formula: Formula, node: syntax.Call, scope: NameScope) -> tuple[tuple[str, Expr], ...] | None:
    """Return the typed arguments of a call with the names of their parameters; None after an error was reported."""
    number = len(formula.parameters)
    hint = msg("its parameters are {names}", names=listed(str(name) for name, _ in formula.parameters))
    if not fits(node, (number, number), scope, hint):
        return None
    found: list[tuple[str, Expr]] = []
    for (name, kind), argument in zip(formula.parameters, node.arguments, strict=True):
        expr = expression(argument, scope) if kind is None else fitted(argument, kind, scope)
        if expr is not None:
            found.append((str(name), expr))
    return tuple(found) if len(found) == len(node.arguments) else None


def value_of(
    formula: Formula,
    tree: syntax.Expression,
    arguments: tuple[tuple[str, Expr], ...],
    node: syntax.Call,
    scope: NameScope,
) -> Expr | None:
    """Return the formula's expression with the arguments put in; it sees only these and the names of the case."""
    inside = NameScope(
        scope.lookup,
        scope.limit,
        scope.place,
        bound=arguments,
        aggregating=scope.aggregating,
        types_only=scope.types_only,
    )
    value = expression(tree, inside)
    call = FormulaCall(str(formula.name), arguments)
    return None if value is None else replace(normalise(value), span=node.span, formula=call)


def report_from_call(formula: Formula, node: syntax.Call, found: Diagnostics, diagnostics: Diagnostics) -> None:
    """Pass on what was found while a call was typed; what is wrong in the formula itself names the call too."""
    text = formula.written.value
    first, last = text.at(0, 0), text.at(len(text), len(text))
    for one in found.sorted():
        inside = one.span is not None and first <= one.span <= last
        labels = (*one.labels, Label(node.span, msg("called here"))) if inside else one.labels
        diagnostics.extend((replace(one, labels=labels),))


def small_enough(value: Expr, name: str, node: syntax.Call, spent: int, diagnostics: Diagnostics) -> int | None:
    """Return the number of nodes of a call; None where it is too large, alone or with all others (`spent`)."""
    size = sum(1 for _ in islice(nodes(value), MOST_NODES + 1))
    if size <= MOST_NODES and spent + size <= MOST_ALTOGETHER:
        return size
    message = (
        msg("this call of `{name}` amounts to more than {limit} expressions", name=name, limit=MOST_NODES)
        if size > MOST_NODES
        else msg("the calls of formulas amount to more than {limit} expressions", limit=MOST_ALTOGETHER)
    )
    help_ = msg("give its arguments, or parts of it, names under `define`")
    diagnostics.add("Y202", node.span, message, help=help_)
    return None


def named(formula: Formula) -> Named:
    """The name of a formula, with its label and the clause behind it."""
    return Named(
        id=str(formula.name),
        label=label(formula.written.label, str(formula.name)),
        source=source(formula.written.source),
        notes=maybe_label(formula.written.notes),
        span=formula.name.span,
    )


def definition(formula: Formula, call: FormulaCall, value: Expr) -> Definition:
    """The define made of a call; its id, which no author can give, has a digest of the arguments."""
    arguments = canonical(tuple(argument for _, argument in call.arguments))
    own = named(formula)
    return Definition(
        id=f"{own.id}.{hashlib.sha256(arguments.encode('ascii')).hexdigest()[:_DIGITS]}",
        label=own.label,
        source=own.source,
        notes=own.notes,
        span=value.span,
        value=replace(value, formula=None),
    )
