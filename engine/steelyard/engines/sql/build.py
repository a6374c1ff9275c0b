"""The only place that builds SQL by hand: every operand is wrapped, long chains are balanced trees.

sqlglot prints the tree as it stands and adds no parentheses, so that a product of a sum must hold a `Paren`.
It is independent of dialects; what differs between them is in `dialects`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sqlglot import exp

from steelyard.diagnostics import InternalError

E = exp.Expr

_ATOMS = (exp.Column, exp.Literal, exp.Func, exp.Paren, exp.Null, exp.Boolean, exp.Subquery, exp.Bracket, exp.Window)


def wrapped(e: E) -> E:
    """The expression as an operand."""
    if isinstance(e, exp.Connector):  # sqlglot classes AND and OR as functions
        return exp.Paren(this=e)
    return e if isinstance(e, _ATOMS) else exp.Paren(this=e)


def name(text: str) -> exp.Identifier:
    """A quoted name."""
    return exp.to_identifier(text, quoted=True)


def column(text: str, table: str | None = None) -> exp.Column:
    """A column, qualified where a table is named."""
    return exp.Column(this=name(text), table=None if table is None else name(table))


def integer(value: int) -> E:
    """An integer literal; a negative one in parentheses."""
    number = exp.Literal.number(abs(value))
    return exp.Paren(this=exp.Neg(this=number)) if value < 0 else number


def text(value: str) -> E:
    """A text."""
    return exp.Literal.string(value)


def boolean(value: bool) -> E:
    """TRUE or FALSE."""
    return exp.Boolean(this=value)


def null() -> E:
    """NULL."""
    return exp.Null()


TRUE, FALSE = exp.Boolean(this=True), exp.Boolean(this=False)


def is_true(e: E) -> bool:
    """Whether this is the constant TRUE."""
    return isinstance(e, exp.Boolean) and bool(e.this)


def is_false(e: E) -> bool:
    """Whether this is the constant FALSE."""
    return isinstance(e, exp.Boolean) and not e.this


def number_of(e: E) -> int | None:
    """The value of an integer constant."""
    match e:
        case exp.Paren(this=exp.Neg(this=exp.Literal() as inner)) if not inner.is_string:
            return -int(inner.this)
        case exp.Literal() if not e.is_string:
            return int(e.this)
        case _:  # no integer constant
            return None


def _binary(kind: type[exp.Binary], left: E, right: E) -> E:
    return kind(this=wrapped(left), expression=wrapped(right))


def add(left: E, right: E) -> E:
    """`left + right`."""
    if number_of(right) == 0:
        return left
    return right if number_of(left) == 0 else _binary(exp.Add, left, right)


def total(items: Sequence[E]) -> E:
    """The sum of all; 0 of none."""
    return _tree(list(items), add) if items else integer(0)


def subtract(left: E, right: E) -> E:
    """`left - right`."""
    return left if number_of(right) == 0 else _binary(exp.Sub, left, right)


def multiply(left: E, right: E) -> E:
    """`left * right`."""
    if number_of(right) == 1:
        return left
    return right if number_of(left) == 1 else _binary(exp.Mul, left, right)


def negate(e: E) -> E:
    """`-e`."""
    known = number_of(e)
    return integer(-known) if known is not None else exp.Neg(this=wrapped(e))


def equal(left: E, right: E) -> E:
    """`left = right`."""
    return _binary(exp.EQ, left, right)


def unequal(left: E, right: E) -> E:
    """`left <> right`."""
    return _binary(exp.NEQ, left, right)


def less(left: E, right: E) -> E:
    """`left < right`."""
    return _binary(exp.LT, left, right)


def at_most(left: E, right: E) -> E:
    """`left <= right`."""
    return _binary(exp.LTE, left, right)


def greater(left: E, right: E) -> E:
    """`left > right`."""
    return _binary(exp.GT, left, right)


def at_least(left: E, right: E) -> E:
    """`left >= right`."""
    return _binary(exp.GTE, left, right)


def within(e: E, items: Sequence[E]) -> E:
    """`e IN (items)`."""
    return exp.In(this=wrapped(e), expressions=list(items))


def conj(items: Iterable[E]) -> E:
    """The conjunction of all items, three-valued; TRUE without items."""
    found = [item for item in items if not is_true(item)]
    if any(is_false(item) for item in found):
        return boolean(value=False)
    return _tree(found, lambda a, b: _binary(exp.And, a, b)) if found else boolean(value=True)


def disj(items: Iterable[E]) -> E:
    """The disjunction of all items, three-valued; FALSE without items."""
    found = [item for item in items if not is_false(item)]
    if any(is_true(item) for item in found):
        return boolean(value=True)
    return _tree(found, lambda a, b: _binary(exp.Or, a, b)) if found else boolean(value=False)


def either_bits(items: Sequence[E]) -> E:
    """Bitwise OR of several integers."""
    return _tree(list(items), lambda a, b: exp.Paren(this=_binary(exp.BitwiseOr, a, b)))


def bits_of(e: E, mask: E) -> E:
    """Bitwise AND of an integer and a constant mask."""
    return exp.Paren(this=_binary(exp.BitwiseAnd, e, mask))


def not_(e: E) -> E:
    """NOT e."""
    if isinstance(e, exp.Boolean):
        return boolean(value=not e.this)
    return exp.Not(this=wrapped(e))


def missing(e: E) -> E:
    """E IS NULL; constant where that is known."""
    if isinstance(e, exp.Null):
        return boolean(value=True)
    if isinstance(e, exp.Literal | exp.Boolean):
        return boolean(value=False)
    return exp.Is(this=wrapped(e), expression=exp.Null())


def present(e: E) -> E:
    """E IS NOT NULL."""
    inner = missing(e)
    return not_(inner) if isinstance(inner, exp.Boolean) else exp.Not(this=exp.Paren(this=inner))


def true(e: E) -> E:
    """Whether e is true: an unknown truth becomes FALSE."""
    return e if isinstance(e, exp.Boolean) else exp.Is(this=wrapped(e), expression=exp.true())


def false(e: E) -> E:
    """Whether e is false: an unknown truth becomes FALSE."""
    return not_(e) if isinstance(e, exp.Boolean) else exp.Is(this=wrapped(e), expression=exp.false())


def case(whens: Iterable[tuple[E, E]], otherwise: E) -> E:
    """CASE WHEN … ELSE. An unknown condition counts as false; use `true(c)` where that matters."""
    found: list[tuple[E, E]] = []
    for condition, value in whens:
        if is_false(condition):
            continue
        if is_true(condition):
            otherwise = value
            break
        found.append((condition, value))
    if not found:
        return otherwise
    ifs = [exp.If(this=condition, true=value) for condition, value in found]
    return exp.Case(ifs=ifs, default=otherwise)


def where(condition: E, value: E) -> E:
    """The value where the condition holds, else NULL."""
    return case([(condition, value)], null())


def coalesce(*items: E) -> E:
    """The first that is not NULL."""
    first, *rest = items
    return exp.Coalesce(this=first, expressions=rest)


def no_zero(e: E) -> E:
    """E, or NULL where it is 0; every divisor is wrapped in this."""
    return e if number_of(e) not in {None, 0} else exp.Nullif(this=e, expression=integer(0))


def aliased(e: E, text: str) -> E:
    """E AS name."""
    return exp.Alias(this=e, alias=name(text))


def table(text: str, alias: str | None = None) -> exp.Table:
    """A table, a view or a CTE."""
    found = exp.Table(this=name(text))
    if alias is not None:
        found.set("alias", exp.TableAlias(this=name(alias)))
    return found


def _tree(items: list[E], join: Callable[[E, E], E]) -> E:
    """Combine items in a balanced tree; a chain of many items would nest too deep."""
    if not items:
        raise InternalError("nothing to join")
    while len(items) > 1:
        paired = [join(items[i], items[i + 1]) for i in range(0, len(items) - 1, 2)]
        items = paired + items[len(items) - len(items) % 2 :]
    return items[0]


def columns_of(e: E) -> list[exp.Column]:
    """The columns that an expression reads."""
    return list(e.find_all(exp.Column))


def columns_in(e: E) -> set[str]:
    """The names of the columns that an expression reads."""
    return {found.name for found in e.find_all(exp.Column)}


_SHORT = 10


def shortened(e: E, hint: str, put: Callable[[str, E], E]) -> E:
    """Return the expression if it has few nodes, else a column made by `put`."""
    return put(hint, e) if sum(1 for _ in e.walk()) > _SHORT else e
