"""Inputs of the case and fields of relations: types, ranges, milestones."""

from __future__ import annotations

import re
from collections.abc import Mapping

from steelyard.calendars.zones import Zone
from steelyard.diagnostics import Diagnostics, msg
from steelyard.diagnostics.suggestions import closest
from steelyard.ir import types
from steelyard.ir.describe import describe
from steelyard.ir.lowering.notations import notation
from steelyard.ir.lowering.people import label, maybe_label, source
from steelyard.ir.lowering.value_labels import check_labels
from steelyard.ir.ruleset import InputField
from steelyard.ir.types import Range, Type, default_range
from steelyard.ir.typing.literals import literal_node_value
from steelyard.ir.typing.percent import percent_where_written
from steelyard.language.parser import parse_interval
from steelyard.language.printer import print_expression
from steelyard.language.syntax import Expression
from steelyard.model import case as model
from steelyard.model import section
from steelyard.model.scalars import is_true
from steelyard.source import Text

_SIMPLE: Mapping[str, Type] = {
    "text": types.Text(),
    "boolean": types.Boolean(),
    "integer": types.Number(0),
    "date": types.Date(),
    "datetime": types.DateTime(),
    "duration": types.Duration(),
    "days": types.Days(),
}
_DECIMAL = re.compile(r"decimal\(([0-9]{1,2})\)")
_REGION = re.compile(r"(list of )?regions?\((gb2260|fips|name)\)")
MOST_DIGITS = 12


def parse_type(text: Text, diagnostics: Diagnostics) -> Type | None:
    """`decimal(4)`, `region(gb2260)`, `list of region(fips)`, ..."""
    if text in _SIMPLE:
        return _SIMPLE[text]
    decimal = _DECIMAL.fullmatch(text)
    if decimal is not None and int(decimal[1]) <= MOST_DIGITS:
        return types.Number(int(decimal[1]))
    region = _REGION.fullmatch(text)
    if region is not None:
        return types.Regions(region[2]) if region[1] else types.Region(region[2])
    near = closest(text, (*_SIMPLE, "decimal(2)", "region(gb2260)", "region(fips)"))
    diagnostics.add(
        "T110",
        text.span,
        msg("unknown type `{text}`", text=text),
        help=msg("did you mean `{near}`?", near=near)
        if near
        else msg(
            "types are text, boolean, integer, decimal(n) with n up to 12, date, datetime, duration, days, "
            "region(gb2260 | fips | name), list of region(…)"
        ),
    )
    return None


def field(
    name: Text,
    written: model.InputField | model.RowField,
    zone: Zone,
    diagnostics: Diagnostics,
    outer: section.Source | None,
) -> InputField | None:
    """One input or field."""
    if written.type is None:
        diagnostics.add(
            "M102", name.span, msg("`{name}` has no type", name=name), help=msg("write e.g. `{name}: text`", name=name)
        )
        return None
    kind = declared_type(parse_type(written.type, diagnostics), written, diagnostics)
    if kind is None:
        return None
    if is_true(written.open):
        if kind == types.DateTime():
            kind = types.DateTime(open=True)
        else:
            diagnostics.add(
                "T107", written.open.span if written.open else name.span, msg("only a datetime can be open")
            )
    kind = percent_where_written(kind, (written.range,))
    return InputField(
        id=str(name),
        label=label(written.label, str(written.column or name)),
        source=source(written.source, outer),
        notes=maybe_label(written.notes),
        span=name.span,
        type=kind,
        column=str(written.column or name),
        range=declared_range(written.range, kind, zone, diagnostics),
        optional=is_true(written.optional) or kind == types.DateTime(open=True),
        not_before=None if written.not_before is None else str(written.not_before),
        notation=notation(written, kind, diagnostics),
        personal=is_true(written.personal),
    )


def declared_type(
    kind: Type | None, written: model.FieldBase, diagnostics: Diagnostics, *, any_values: bool = False
) -> Type | None:
    """Return the type with its listed values, for text; `any_values`: other types may list values too."""
    values = written.ordered or written.values
    if kind is not None and written.labels and not isinstance(kind, types.Text):
        place = next(iter(written.labels)).span
        diagnostics.add("T107", place, msg("only texts have labels, not {kind}", kind=describe(kind)))
    if kind is None or not values:
        return kind
    check_labels(written, diagnostics)
    if not isinstance(kind, types.Text):
        if written.ordered is not None or not any_values:
            diagnostics.add(
                "T107", values[0].span, msg("only text is declared by its values, not {kind}", kind=describe(kind))
            )
        return kind
    seen: set[str] = set()
    for value in values:
        if value in seen:
            diagnostics.add("T109", value.span, msg("`{value}` is listed twice", value=value))
        seen.add(value)
    return types.Text(tuple(dict.fromkeys(str(value) for value in values)), ordered=written.ordered is not None)


def declared_range(text: Text | None, kind: Type, zone: Zone, diagnostics: Diagnostics) -> Range | None:
    """The range written, inside the type's own; exclusive ends become inclusive ones."""
    widest = default_range(kind)
    found = None if text is None else written_range(text, kind, zone, diagnostics)
    if widest is None or found is None:
        return widest
    return Range(widest.low if found.low is None else found.low, widest.high if found.high is None else found.high)


def written_range(text: Text, kind: Type, zone: Zone, diagnostics: Diagnostics) -> Range | None:
    """The range as written, exclusive ends as inclusive ones and open ends None; None after an error."""
    if default_range(kind) is None:
        diagnostics.add("T107", text.span, msg("{kind} has no range", kind=describe(kind)))
        return None
    interval = parse_interval(text, diagnostics)
    if interval is None:
        return None
    low, high = (range_end(end, kind, zone, diagnostics) for end in (interval.low, interval.high))
    if low is not None and not interval.low_closed:
        low += 1
    if high is not None and not interval.high_closed:
        high -= 1
    if low is not None and high is not None and low > high:
        diagnostics.add("T109", text.span, msg("the range `{text}` is empty", text=text))
        return None
    return Range(low, high)


def range_end(end: Expression | None, kind: Type, zone: Zone, diagnostics: Diagnostics) -> int | None:
    """One end of an interval in stored units; None where it is open, or wrong."""
    if end is None:
        return None
    value = literal_node_value(end, print_expression(end), kind, zone, diagnostics, span=end.span)
    return value if isinstance(value, int) else None


def check_milestones(
    fields: Mapping[str, InputField], written: Mapping[Text, model.FieldBase], diagnostics: Diagnostics
) -> None:
    """`not_before` names another date or datetime of the same record."""
    for name, one in written.items():
        before = one.not_before
        if before is None or str(name) not in fields:
            continue
        other = fields.get(str(before))
        if other is None:
            near = closest(before, tuple(fields))
            diagnostics.add(
                "N101",
                before.span,
                msg("unknown name `{name}`", name=before),
                help=msg("did you mean `{near}`?", near=near) if near else msg("name another field of the same record"),
            )
        elif type(other.type) is not type(fields[str(name)].type) or not isinstance(
            other.type, types.Date | types.DateTime
        ):
            diagnostics.add(
                "T102", before.span, msg("`{name}` and `{other}` cannot be ordered in time", name=name, other=before)
            )
