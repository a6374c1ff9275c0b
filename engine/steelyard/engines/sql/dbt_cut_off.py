"""Jinja for a dbt model whose cut-off is a variable of dbt."""

from __future__ import annotations

import json

from steelyard.calendars.zones import zone
from steelyard.facts.format import Style, format_value
from steelyard.ir.ruleset import ParameterDeclaration
from steelyard.ir.types import Date, Range, default_range

UNITS = "steelyard_cut_off"
"""The Jinja variable that holds the cut-off as an integer: days or microseconds since 1970."""
_FIRST_DAY = 719_163
"""`toordinal()` of 1970-01-01."""


def reading(cut_off: ParameterDeclaration, timezone: str) -> str:
    """Jinja that reads the cut-off from dbt's variable of its name, or stops dbt with what is wrong with it.

    dbt asks for it when it writes the statement, not when it only parses the project. As on the command line a day is
    no time, and a time without an offset is local to the ruleset.

    Args:
        cut_off: the parameter, of dates or times.
        timezone: the ruleset's.
    """
    name = cut_off.id
    wanted = _stop(f"{name} needs a value: --vars '{{{name}: {example(cut_off)}}}'")
    default = cut_off.default
    given = "none" if default is None else f"'{format_value(default, cut_off.type, zone(timezone), Style.DATA)}'"
    lines = [
        "{%- if execute -%}",
        f"{{%- set steelyard_text = var('{name}', {given}) | string -%}}",
        f"{{%- if steelyard_text | length < {len(example(cut_off))} -%}}{wanted}{{%- endif -%}}",
        *(_of_day() if isinstance(cut_off.type, Date) else _of_time(timezone)),
        f"{{%- if not {_within(cut_off)} -%}}{_stop(f'{name} is out of its range')}{{%- endif -%}}",
        "{%- endif -%}",
    ]
    return "".join(f"{line}\n" for line in lines)


def example(cut_off: ParameterDeclaration) -> str:
    """A value of the cut-off, of the fewest characters."""
    return "2024-06-01" if isinstance(cut_off.type, Date) else "2024-06-01T00:00"


def _of_day() -> tuple[str, ...]:
    return (
        "{%- set steelyard_day = modules.datetime.date.fromisoformat(steelyard_text) -%}",
        f"{{%- set {UNITS} = steelyard_day.toordinal() - {_FIRST_DAY} -%}}",
    )


def _of_time(timezone: str) -> tuple[str, ...]:
    local = f"modules.pytz.timezone('{timezone}').localize(steelyard_time, is_dst=none)"
    elapsed = "steelyard_time - modules.pytz.utc.localize(modules.datetime.datetime(1970, 1, 1))"
    seconds = "(steelyard_elapsed.days * 86400 + steelyard_elapsed.seconds)"
    return (
        "{%- set steelyard_time = modules.datetime.datetime.fromisoformat(steelyard_text.replace('Z', '+00:00')) -%}",
        f"{{%- set steelyard_time = {local} if steelyard_time.tzinfo is none else steelyard_time -%}}",
        f"{{%- set steelyard_elapsed = {elapsed} -%}}",
        f"{{%- set {UNITS} = {seconds} * 1000000 + steelyard_elapsed.microseconds -%}}",
    )


def _within(cut_off: ParameterDeclaration) -> str:
    widest = default_range(cut_off.type) or Range(None, None)
    own = cut_off.range or widest
    low = widest.low if own.low is None else own.low
    high = widest.high if own.high is None else own.high
    return f"({low} <= {UNITS} <= {high})"


def _stop(said: str) -> str:
    return f"{{{{ exceptions.raise_compiler_error({json.dumps(said)}) }}}}"
