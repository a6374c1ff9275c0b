"""Cells of decision tables that name something of the ruleset: each expression becomes an argument of the table.

The arguments stand after those of the inputs (`Table.carried`) and are computed where the table is asked, like these.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from steelyard.diagnostics import Diagnostics, Message, msg
from steelyard.ir.expressions import Argument, Expr, Literal
from steelyard.ir.lowering.context import Context
from steelyard.ir.lowering.demands import score_types
from steelyard.ir.lowering.people import label
from steelyard.ir.ruleset import Said, TableInput, TableOutput
from steelyard.ir.scope import NameScope
from steelyard.ir.strata import Level
from steelyard.ir.types import Type
from steelyard.ir.typing.aggregates import NAMES as AGGREGATE_NAMES
from steelyard.ir.typing.calls import fit
from steelyard.ir.typing.expression import expression
from steelyard.ir.typing.literals import is_literal, literal, literal_value
from steelyard.ir.typing.names import closed
from steelyard.ir.typing.unary import formula, part
from steelyard.language.parser import parse_expression
from steelyard.language.printer import print_expression
from steelyard.language.syntax import Call, Expression, MissingLiteral, Name, Tree, children
from steelyard.model.scalars import COMPUTED
from steelyard.source import Text


@dataclass(frozen=True, slots=True)
class Carried:
    """Collects the expressions in the cells of one table; equal ones of one type are one argument.

    Attributes:
        first: the position of the first one: the number of the table's inputs.
    """

    context: Context
    first: int
    _places: dict[tuple[str, Type], int] = field(default_factory=dict[tuple[str, Type], int])
    trees: list[Expression] = field(default_factory=list[Expression])
    columns: list[TableInput] = field(default_factory=list[TableInput])

    def known(self, word: str) -> bool:
        """Whether a word begins a name of the ruleset, or is a field of one of its relations."""
        head = word.split(".", maxsplit=1)[0]
        if self.context.kind(head) is not None:
            return True
        shapes = (self.context.relation(str(one)) for one in self.context.file.relations)
        return any(shape is not None and shape.has(head) for shape in shapes)

    def value(self, tree: Expression, kind: Type | None = None) -> Expr | None:
        """The argument that an expression becomes, converted to `kind`; a literal stays one. None after an error."""
        scope = scope_of(self.context, tree, msg("a table's cell"))
        found = expression(tree, scope)
        fitted = found if found is None or kind is None else fit(found, kind, scope)
        if fitted is None or isinstance(fitted, Literal):
            return fitted
        text, kind = print_expression(tree), closed(fitted.type)
        place = self._places.setdefault((text, kind), len(self.trees))
        if place == len(self.trees):
            self.trees.append(tree)
            self.columns.append(TableInput(f"cell.{place + 1}", kind, label(None, text)))
        return Argument(self.first + place, type=kind, span=tree.span)

    def said(self, cell: Text, output: TableOutput) -> Said:
        """What an output cell says that begins with `:=`; None is `missing`, or an error that was reported."""
        tree = formula(cell, self.context.diagnostics)
        if tree is None or isinstance(tree, MissingLiteral):
            return None
        if is_literal(tree):
            typed = literal(tree, self.context.zone, self.context.diagnostics, output.type)
            fitted = None if typed is None else fit(typed, output.type, scope_of(self.context, tree, msg("a cell")))
            return fitted.value if isinstance(fitted, Literal) else None
        found = self.value(tree, output.type)
        return found if isinstance(found, Argument) else found.value if isinstance(found, Literal) else None


def constant(context: Context, cell: Text, kind: Type, names: Carried) -> Said:
    """The value of an output cell that is not computed; None after an error."""
    if cell.startswith("=") and _names_something(part(cell, 1), names):
        context.diagnostics.add(
            "H131",
            cell.span,
            msg("`{text}` is a formula of a spreadsheet", text=cell),
            help=msg("write `{text}`: a cell that begins with `:=` is computed", text=f"{COMPUTED} {cell[1:].strip()}"),
        )
        return None
    return literal_value(cell, kind, context.zone, context.diagnostics)


def _names_something(text: Text, names: Carried) -> bool:
    tree = parse_expression(text, Diagnostics())
    stack: list[Tree] = [] if tree is None else [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, Name) and names.known(node.parts[0]):
            return True
        stack.extend(children(node))
    return False


def scope_of(context: Context, tree: Tree, place: Message) -> NameScope:
    """The scope in which an expression of a table is typed, before it is known where the table is asked."""
    scores = score_types(context.file)
    single = scores[0][0] if len(scores) == 1 else None
    row = row_relation(context, tree)
    return NameScope(context, Level.ALL, place, row=row, scores=scores, own_score=single, types_only=True)


def row_relation(context: Context, tree: Tree) -> str | None:
    """The relation whose row a table's input reads, `measures.kind`; None where it reads the case.

    A bare name that is not a name of the case is a field of the only relation that has it; only its type is used.
    """
    stack = [tree]
    while stack:
        node = stack.pop()
        if isinstance(node, Name):
            first = node.parts[0]
            if len(node.parts) > 1:
                row = context.relation(first)
                if row is not None and not row.one_row:
                    return row.id
            elif context.kind(first) is None:
                shapes = (context.relation(str(one)) for one in context.file.relations)
                owners = [shape.id for shape in shapes if shape is not None and shape.has(first)]
                if len(owners) == 1:
                    return owners[0]
        elif not (isinstance(node, Call) and node.function in AGGREGATE_NAMES):
            stack.extend(children(node))
    return None
