"""`steelyard.load`: from what a caller names to a policy that is ready to evaluate."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import Enum

from steelyard.analysis.check import Loaded, load_text
from steelyard.analysis.check import load as load_files
from steelyard.calendars.zones import MICROSECOND
from steelyard.diagnostics import Diagnostic, Message, PolicyError, Severity, msg
from steelyard.facts.numbers import UNITS
from steelyard.ir.bind import COMMAND_LINE
from steelyard.ir.describe import describe
from steelyard.session.errors import InputError, UsageError
from steelyard.session.policy import Policy

Parameter = str | bool | int | float | Decimal | date | datetime | timedelta | Enum
"""A value of a parameter. Text is read as rulesets are: `24h`, `98%`, `2024-06-01T00:00`."""

AS_OF = "as_of"
_UNSET = "E130"
"""The diagnostic of a parameter without a value."""


def load(
    ruleset: str | os.PathLike[str],
    *,
    as_of: datetime | date | str | None = None,
    parameters: Mapping[str, Parameter] | None = None,
    **more: Parameter,
) -> Policy:
    """Load a ruleset, check it, and set its parameters.

    Args:
        ruleset: a file, a folder of versions, the name of a shipped ruleset, or a ruleset as text of several lines.
        as_of: the cut-off for open cases: the value of the parameter `as_of`.
        parameters: values of parameters by name.
        more: likewise, as keywords. Without a zone a datetime is local to the ruleset.

    Raises:
        PolicyError: the ruleset cannot be read or has errors; its `diagnostics` say where and why.
        InputError: a parameter that the ruleset does not declare, or a value that it does not take.
        UsageError: a parameter that needs a value has none, or is given twice.
    """
    values = _merged(as_of, parameters or {}, more)
    settings = {name: _text(name, value) for name, value in values.items()}
    if isinstance(ruleset, str) and "\n" in ruleset:
        loaded = load_text(ruleset, settings)
    else:
        loaded = load_files(os.fspath(ruleset), settings)
    if loaded.versions is None:
        raise _error(loaded, values)
    path = loaded.parts[0].path
    folder = path.parent if path.is_file() else None
    return Policy(loaded.versions, diagnostics=loaded.diagnostics, settings=settings, folder=folder)


def parameters_as_text(as_of: Parameter | None, parameters: Mapping[str, Parameter]) -> dict[str, str]:
    """The values of parameters as a ruleset writes them.

    Raises:
        InputError: a value of no type that a parameter has.
        UsageError: `as_of` is given twice.
    """
    return {name: _text(name, value) for name, value in _merged(as_of, parameters, {}).items()}


def _merged(
    as_of: Parameter | None, parameters: Mapping[str, Parameter], more: Mapping[str, Parameter]
) -> dict[str, Parameter]:
    """All parameters that were given; one that is given twice is the caller's mistake."""
    found: dict[str, Parameter] = {}
    for given in (parameters, more, {} if as_of is None else {AS_OF: as_of}):
        for name, value in given.items():
            if name in found:
                raise UsageError(msg("the parameter `{name}` is given twice", name=name))
            found[name] = value
    return found


def _text(name: str, value: object) -> str:
    """A value as a ruleset writes it.

    Raises:
        InputError: its type is not one of a parameter.
    """
    match value:
        case Enum():
            return _text(name, value.value)
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case float():
            return repr(value)
        case Decimal():
            return f"{value:f}"
        case datetime() | date():
            return value.isoformat()
        case timedelta():
            return _length(value // MICROSECOND)
        case _:
            expected = msg("a text, a boolean, a number, a date, a datetime or a timedelta")
            raise InputError(name, value, expected)


def _length(us: int) -> str:
    """A duration as a ruleset writes it, e.g. `26h24min0.5s`."""
    hours, rest = divmod(abs(us), UNITS["h"])
    minutes, rest = divmod(rest, UNITS["min"])
    seconds = f"{Decimal(rest).scaleb(-6):f}"
    return f"{'-' if us < 0 else ''}{hours}h{minutes}min{seconds}s"


def _error(loaded: Loaded, values: Mapping[str, Parameter]) -> Exception:
    """The exception for a ruleset that cannot be used: of its text where that has errors, else of its parameters."""
    errors = tuple(one for one in loaded.diagnostics if one.severity is Severity.ERROR)
    for one in errors:
        if one.code != _UNSET and not _of_parameter(one):
            return PolicyError(errors)
    for one in errors:
        for name in values:
            if one.span is not None and one.span.file.startswith(f"{COMMAND_LINE} {name}="):
                return InputError(name, values[name], _expected(loaded, name, one), hints=_hints(one))
    return UsageError(
        *(one.headline for one in errors),
        hints=(msg("give it to `load`: as a keyword, or in `parameters`"),),
    )


def _expected(loaded: Loaded, name: str, found: Diagnostic) -> Message:
    """What a parameter takes."""
    rulesets = (part.ruleset for part in loaded.parts if part.ruleset is not None)
    declared = next((one for ruleset in rulesets for one in ruleset.parameters if one.id == name), None)
    if declared is None:
        return msg("the name of a parameter")
    return describe(declared.type) if found.help is not None else msg("a value in the range of the parameter")


def _of_parameter(one: Diagnostic) -> bool:
    return one.span is not None and one.span.file.startswith(COMMAND_LINE)


def _hints(one: Diagnostic) -> tuple[Message, ...]:
    return () if one.help is None else (one.help,)
