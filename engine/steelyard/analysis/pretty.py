"""Prints a lowered ruleset as text: names resolved, scales aligned, ways written out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import assert_never

from steelyard.calendars import Settings, hours_text
from steelyard.calendars.zones import day_of, zone
from steelyard.facts.format import format_units, format_value
from steelyard.ir import expressions as e
from steelyard.ir import ruleset as r
from steelyard.ir.expressions import Expr
from steelyard.ir.levels import named
from steelyard.ir.notation import AS_THE_GRAMMAR, Notation
from steelyard.ir.ruleset import SCORE_DIGITS, Label, Ruleset
from steelyard.ir.types import (
    Boolean,
    Date,
    DateTime,
    Days,
    Duration,
    Number,
    Range,
    Region,
    Regions,
    Text,
    Type,
    default_range,
)
from steelyard.model.scalars import WEEKDAYS

_HIDDEN = {"span", "file"}


def pretty(ruleset: Ruleset) -> str:
    """Print the whole ruleset, one key per line, expressions in the language's own notation."""
    return "".join(f"{line}\n" for line in _Printer(ruleset).lines(ruleset, 0))


def expression(expr: Expr, ruleset: Ruleset) -> str:
    """Print an expression of a ruleset; operands that are neither names nor literals are in parentheses.

    The text reads back to the same expression, unless it holds what the language cannot write: one of several outputs
    of a table asked with its arguments, or a declared range.
    """
    return _Printer(ruleset).text(expr)


def part(value: object, ruleset: Ruleset) -> str:
    """Print any part of a ruleset on one line."""
    printer = _Printer(ruleset)
    short = printer.short(value)
    if short is not None:
        return short
    if isinstance(value, tuple):
        items: tuple[object, ...] = value  # pyright: ignore[reportUnknownVariableType] - of anything
        return ", ".join(part(one, ruleset) for one in items) or "none"
    kind = printer.kind(value).strip(" ()")
    lines = "; ".join(line.strip() for line in printer.lines(value, 0))
    return f"{kind}: {lines}" if kind and lines else kind or lines


class _Printer:
    """Prints what is in a ruleset."""

    def __init__(self, ruleset: Ruleset) -> None:
        self._zone = zone(ruleset.timezone)
        self._tables = {table.id: table for table in ruleset.tables}

    def lines(self, value: object, depth: int) -> Iterator[str]:
        """The fields of a dataclass or the entries of a mapping, those that are empty left out."""
        kind: Type | None = getattr(value, "type", None)
        for name, one in self.entries(value):
            if one is False:
                continue
            shown = self.stored(one, kind) if name in {"value", "range"} and kind is not None else one
            yield from self.entry(f"{name}:", shown, depth)

    def entries(self, value: object) -> list[tuple[str, object]]:
        """The fields of a dataclass, in units that a reader knows, or the entries of a mapping."""
        if is_dataclass(value):
            spelt = self.spelt(value)
            names = [one.name for one in fields(value) if one.name not in _HIDDEN]
            return [(name, spelt.get(name, getattr(value, name))) for name in names]
        mapping: Mapping[str, object] = value  # pyright: ignore[reportAssignmentType] - there is nothing else
        return list(mapping.items())

    def spelt(self, value: object) -> Mapping[str, object]:
        """Fields that are stored in units, as a reader would write them."""
        match value:
            case r.Ruleset(effective=Range() as effective):
                return {"effective": self.stored(effective, Date())}
            case r.InputField(notation=notation) if notation == AS_THE_GRAMMAR:
                return {"notation": None}
            case Notation():
                usual = (one.name for one in fields(value) if getattr(value, one.name) == one.default)
                return dict.fromkeys(usual)
            case Settings():
                return {
                    "hours": hours_text(value.hours) or None,
                    "weekend": None if value.weekend is None else tuple(WEEKDAYS[day] for day in value.weekend),
                    "closed": tuple(str(day_of(day)) for day in value.closed),
                    "open": tuple(str(day_of(day)) for day in value.open),
                    "years": tuple(map(str, value.years)),
                    "make_up_days": None if value.make_up_days else "false",
                    "weekday_hours": {WEEKDAYS[day]: hours_text(own) or "none" for day, own in value.weekday_hours},
                    "half_days": {str(day_of(day)): hours_text(own) for day, own in value.half_days},
                }
            case r.Table():
                return {
                    "rows": tuple(self.row(value, row) for row in value.rows),
                    "default": self.outputs(value, value.default),
                }
            case r.Indicator(clamp=clamp, baseline=baseline):
                return {"clamp": _bounds(clamp, SCORE_DIGITS), "baseline": format_units(baseline, SCORE_DIGITS)}
            case r.MissingRule(score=score) if score is not None:
                return {"score": format_units(score, SCORE_DIGITS)}
            case r.Band(points=points):
                return {"points": format_units(points, SCORE_DIGITS)}
            case r.Curve(points=points):
                return {"points": tuple(f"{at}: {format_units(height, SCORE_DIGITS)}" for at, height in points)}
            case r.Steps(each=r.RelativeStep(units=units, scale=scale)):
                return {"each": f"{format_units(units, scale)} of target"}
            case r.Score(clamp=clamp, digits=digits, grades=grades):
                return {
                    "clamp": _bounds(clamp, digits),
                    "grades": tuple(f"{g.id}: {_bounds(g, digits)}" for g in grades),
                }
            case _:  # any other object of the IR: its fields say all
                return {}

    def row(self, table: r.Table, row: r.TableRow) -> str:
        """A row of a table on one line."""
        cells = ["-" if cell is None else self.text(cell) for cell in row.cells]
        return f"{', '.join(cells)} => {', '.join(self.outputs(table, row.outputs))}"

    def outputs(self, table: r.Table, values: tuple[r.Said, ...] | None) -> tuple[str, ...]:
        kinds = [output.type for output in table.outputs]
        pairs = zip(values or (), kinds, strict=False)
        return tuple(self.said(table, value, kind) for value, kind in pairs)

    def said(self, table: r.Table, value: r.Said, kind: Type) -> str:
        if isinstance(value, e.Argument):
            return f":= {table.carried[value.position - len(table.inputs)].label.en}"
        return "missing" if value is None else self.literal(value, kind)

    def stored(self, value: object, kind: Type) -> object:
        """A value or a range of a declared type as its writer would spell it; the default range is not shown."""
        if isinstance(value, Range):
            if value == default_range(kind):
                return None
            ends = ["" if end is None else self.literal(end, kind) for end in (value.low, value.high)]
            return f"[{ends[0]}..{ends[1]}]"
        return self.literal(value, kind) if isinstance(value, int | str | tuple) else value  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]

    def entry(self, head: str, value: object, depth: int) -> Iterator[str]:
        pad = "  " * depth
        if value is None or value in ((), {}):
            return
        short = self.short(value)
        if short is not None:
            yield f"{pad}{head} {short}"
            return
        if isinstance(value, tuple):
            if all(isinstance(item, str) and " " not in item for item in value):  # pyright: ignore[reportUnknownVariableType]
                yield f"{pad}{head} [{', '.join(value)}]"  # pyright: ignore[reportUnknownArgumentType]
                return
            yield f"{pad}{head}"
            for item in value:  # pyright: ignore[reportUnknownVariableType] - of anything
                text = self.short(item)  # pyright: ignore[reportUnknownArgumentType]
                if text is not None:
                    yield f"{pad}  - {text}"
                else:
                    yield from self.item(item, depth + 1)  # pyright: ignore[reportUnknownArgumentType]
            return
        yield f"{pad}{head}{self.kind(value)}"
        yield from self.lines(value, depth + 1)

    def item(self, value: object, depth: int) -> Iterator[str]:
        """A list's entry: its first line carries the dash."""
        first = True
        if isinstance(value, tuple):
            yield f"{'  ' * depth}- [{', '.join(self.short(one) or '…' for one in value)}]"  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
            return
        kind = self.kind(value)
        if kind:
            yield f"{'  ' * depth}-{kind}"
            first = False
        for line in self.lines(value, depth + 1):
            yield f"{'  ' * depth}- {line.lstrip()}" if first else line
            first = False

    def kind(self, value: object) -> str:
        """The name of what has no id, e.g. a way to score or a grant."""
        return "" if isinstance(value, Mapping) or hasattr(value, "id") else f" ({type(value).__name__})"

    def short(self, value: object) -> str | None:
        """A value on one line; None for what needs several."""
        match value:
            case None:
                return "none"
            case bool():
                return "true" if value else "false"
            case int():
                return str(value)
            case str():
                return value if value and value.isprintable() else repr(value)
            case Enum():
                return str(value.value)
            case r.Source(title=title, clause=clause, url=url):
                return ", ".join(self.short(part) or "" for part in (title, clause, url) if part is not None)
            case Label(zh=zh, en=en):
                return zh if zh == en else f"{zh} / {en}"
            case e.Node():
                return self.text(value)  # pyright: ignore[reportArgumentType] - every concrete Node is an Expr
            case (
                Number()
                | Text()
                | Boolean()
                | Date()
                | DateTime()
                | Duration()
                | Days()
                | Region()
                | Regions()
                | Range()
            ):
                return _type(value)
            case _:  # any other value of a field: `fields` shows it
                return None

    def text(self, expr: Expr) -> str:  # noqa: C901 - a case a kind of node
        """An expression on one line."""
        match expr:
            case e.Define(formula=e.FormulaCall(name=formula, arguments=arguments)):
                return f"{formula}({self.all(tuple(argument for _, argument in arguments))})"
            case e.Literal(value=value):
                return self.literal(value, expr.type) if value is not None else "missing"
            case e.Input(name=name) | e.Parameter(name=name) | e.Define(name=name) | e.ScoreValue(name=name):
                return name
            case e.Field(relation=relation, name=name) | e.OneRow(relation=relation, name=name):
                return f"{relation}.{name}"
            case e.IndicatorPart(indicator=indicator, part=part):
                return f"{indicator}.{part.value}"
            case e.OwnTarget():
                return "target"
            case e.OwnMeasure():
                return "measure"
            case e.Argument(position=position):
                return f"input {position + 1}"
            case e.TableCall(table=table, output=output, arguments=arguments):
                asked = self._tables[table]
                shown = f"{table}({self.all(arguments[: len(asked.inputs)])})"  # cells carry what stands behind these
                return shown if len(asked.outputs) == 1 else f"{shown}.{output}"
            case e.Negate(operand=operand):
                return f"-{self.inner(operand)}"
            case e.Add(left=left, right=right):
                return f"{self.inner(left)} + {self.inner(right)}"
            case e.Subtract(left=left, right=right):
                return f"{self.inner(left)} - {self.inner(right)}"
            case e.Multiply(left=left, right=right):
                return f"{self.inner(left)} * {self.inner(right)}"
            case e.Scale(operand=operand):
                return self.text(operand)
            case e.Divide():
                return self.quotient(expr)
            case e.Bounded(operand=operand, range=bounds):
                ends = ("" if end is None else self.literal(end, operand.type) for end in (bounds.low, bounds.high))
                return f"bounded({self.text(operand)}, [{'..'.join(ends)}])"
            case e.Compare(comparator=comparator, left=left, right=right):
                return f"{self.inner(named(left, right))} {comparator.value} {self.inner(named(right, left))}"
            case e.Rank(operand=operand) | e.OpenEnd(operand=operand):
                return self.text(operand)
            case e.Within(operand=operand, low=low, high=high, low_closed=low_closed, high_closed=high_closed):
                left = "[" if low_closed else "("
                right = "]" if high_closed else ")"
                shown = ["" if end is None else self.text(named(end, operand)) for end in (low, high)]
                ends = "..".join(shown)
                return f"{self.inner(operand)} in {left}{ends}{right}"
            case e.OneOf(operand=operand, items=items):
                return f"{self.inner(operand)} in ({self.all(tuple(named(item, operand) for item in items))})"
            case e.And(items=items):
                return " and ".join(self.inner(item) for item in items)
            case e.Or(items=items):
                return " or ".join(self.inner(item) for item in items)
            case e.Not(operand=operand):
                return f"not {self.inner(operand)}"
            case e.If(condition=condition, yes=yes, no=no):
                return f"if {self.text(condition)} then {self.text(yes)} else {self.text(no)}"
            case e.Coalesce(items=items):
                return f"coalesce({self.all(items)})"
            case e.IsMissing(operand=operand, negated=negated):
                return f"{'not ' if negated else ''}is_missing({self.text(operand)})"
            case e.Apply(function=function, arguments=arguments, calendar=calendar):
                asked = "" if calendar is None else f", {calendar}"
                return f"{function.value}({self.all(arguments)}{asked})"
            case e.Aggregate(aggregation=aggregation, relation=relation, argument=argument, where=where):
                subject = relation if argument is None else self.text(argument)
                condition = "" if where is None else f" where {self.text(where)}"
                return f"{aggregation.value}({subject}{_mean_digits(expr)}{condition})"
            case e.TableAggregate(aggregation=aggregation, call=call):
                return f"{aggregation.value}({self.text(call)}{_mean_digits(expr)})"
            case _:
                assert_never(expr)

    def inner(self, expr: Expr) -> str:
        """An operand, in parentheses where it is an operation itself."""
        bare = (
            e.Literal | e.Input | e.Parameter | e.Define | e.Field | e.OneRow | e.IndicatorPart | e.OwnTarget
            | e.OwnMeasure | e.ScoreValue | e.Argument | e.TableCall | e.Apply | e.Coalesce | e.IsMissing
            | e.Aggregate | e.TableAggregate
        )  # fmt: skip
        if isinstance(expr, e.Scale | e.Rank | e.OpenEnd):
            return self.inner(expr.operand)
        if isinstance(expr, e.IsMissing) and expr.negated:
            return f"({self.text(expr)})"
        plain = isinstance(expr, bare) or (isinstance(expr, e.Divide) and "(" in self.text(expr))
        return self.text(expr) if plain else f"({self.text(expr)})"

    def all(self, items: tuple[Expr, ...]) -> str:
        return ", ".join(self.text(item) for item in items)

    def quotient(self, expr: e.Divide) -> str:
        whole = isinstance(expr.denominator, e.Literal) and expr.denominator.value == 1
        inside = (
            self.text(expr.numerator) if whole else f"{self.inner(expr.numerator)} / {self.inner(expr.denominator)}"
        )
        digits = expr.type.scale if isinstance(expr.type, Number) else 0
        return f"round({inside}, {digits}, {expr.rounding.value})"

    def literal(self, value: e.Stored, kind: Type) -> str:
        """A stored value as the language spells it."""
        match kind:
            case Text() | Region() | Regions():
                return '"{}"'.format(format_value(value, kind, self._zone).replace('"', '""'))
            case Date() | DateTime():
                return f"@{format_value(value, kind, self._zone)}"
            case Duration() if isinstance(value, int):
                return _duration(value)
            case Days():
                return f"{value}d"
            case Number() | Boolean() | Duration():
                return format_value(value, kind, self._zone)
            case _:
                assert_never(kind)


def _mean_digits(expr: e.Aggregate | e.TableAggregate) -> str:
    """The second argument of a mean: the digits it is rounded to."""
    if expr.aggregation is not e.Aggregation.MEAN:
        return ""
    return f", {expr.type.scale if isinstance(expr.type, Number) else 0}"


def _bounds(bounds: r.Bounds | r.Grade | None, digits: int) -> str | None:
    if bounds is None:
        return None
    low, high = ("" if end is None else format_units(end, digits) for end in (bounds.low, bounds.high))
    return f"[{low}..{high}]"


def _duration(us: int) -> str:
    """A duration as the language writes it: `26h24min`."""
    parts: list[str] = []
    rest = abs(us)
    for unit, size in (("h", 3_600_000_000), ("min", 60_000_000)):
        count, rest = divmod(rest, size)
        if count:
            parts.append(f"{count}{unit}")
    if rest or not parts:
        whole, fraction = divmod(rest, 1_000_000)
        parts.append(f"{whole}{f'.{fraction:06}'.rstrip('0') if fraction else ''}s")
    return ("-" if us < 0 else "") + "".join(parts)


def _type(kind: Type | Range) -> str:
    """A type or a range in a few signs."""
    if isinstance(kind, Range):
        return f"[{'' if kind.low is None else kind.low}..{'' if kind.high is None else kind.high}]"
    match kind:
        case Number(scale=scale):
            return f"decimal({scale})" if scale else "integer"
        case Text(values=values, ordered=ordered) if values:
            return f"text, {'ordered' if ordered else 'values'}: [{', '.join(values)}]"
        case DateTime(open=True):
            return "datetime, open"
        case Region(scheme=scheme):
            return f"region({scheme})"
        case Regions(scheme=scheme):
            return f"list of region({scheme})"
        case Text() | DateTime() | Boolean() | Date() | Duration() | Days():
            return type(kind).__name__.lower()
        case _:
            assert_never(kind)
