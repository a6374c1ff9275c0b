"""Binds parameters to values: those of `--set`, else those of the ruleset."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from steelyard.calendars.zones import zone
from steelyard.diagnostics import Diagnostics, Span, msg
from steelyard.diagnostics.suggestions import closest, listed
from steelyard.ir.named_ids import parameter_ids
from steelyard.ir.positive import check_positive
from steelyard.ir.resolved import knower
from steelyard.ir.ruleset import ParameterDeclaration, Ruleset
from steelyard.ir.typing.literals import literal_value
from steelyard.ir.versions import Versions
from steelyard.source import Text

COMMAND_LINE = "--set"


def bind_versions(
    versions: Versions, settings: Mapping[str, str], diagnostics: Diagnostics, later: Collection[str] = ()
) -> Versions | None:
    """Give every parameter of every version a value; None where a setting is wrong or a value is missing.

    A setting applies to each version that has the parameter. Settings name parameters by their ids or labels.
    Parameters in `later` have no value afterwards unless a setting gives one.
    """
    before, ids = diagnostics.errors, parameter_ids(versions)
    settings = {ids.get(name, name): value for name, value in settings.items()}
    _check_known(tuple(dict.fromkeys(p.id for one in versions.rulesets for p in one.parameters)), settings, diagnostics)
    bound = [_bind(one, settings, diagnostics, later) for one in versions.rulesets]
    found = tuple(one for one in bound if one is not None)
    return None if diagnostics.errors > before or len(found) < len(bound) else Versions(found)


def _check_known(known: tuple[str, ...], settings: Mapping[str, str], diagnostics: Diagnostics) -> None:
    """Report settings of parameters that no version has."""
    for name, text in settings.items():
        if name not in known:
            near = closest(name, known)
            diagnostics.add(
                "N101",
                _span(name, text),
                msg("there is no parameter `{name}`", name=name),
                help=msg("did you mean `{near}`?", near=near)
                if near
                else msg("the parameters are: {names}", names=listed(known))
                if known
                else msg("this ruleset has no parameters"),
            )


def _bind(
    ruleset: Ruleset, settings: Mapping[str, str], diagnostics: Diagnostics, later: Collection[str]
) -> Ruleset | None:
    before = diagnostics.errors
    bound = tuple(
        replace(parameter, value=None)
        if parameter.id in later and parameter.id not in settings
        else _bound(ruleset, parameter, settings.get(parameter.id), diagnostics)
        for parameter in ruleset.parameters
    )
    if diagnostics.errors > before:
        return None
    found = replace(ruleset, parameters=bound)
    if any(parameter.id in settings for parameter in bound):
        check_positive(found, knower(found), diagnostics)
    return None if diagnostics.errors > before else found


def _bound(
    ruleset: Ruleset, parameter: ParameterDeclaration, setting: str | None, diagnostics: Diagnostics
) -> ParameterDeclaration:
    if setting is None:
        if parameter.value is None:
            diagnostics.add(
                "E130",
                parameter.span,
                msg("the parameter `{name}` has no value", name=parameter.id),
                help=msg("give it: `--set {name}=VALUE`", name=parameter.id),
            )
        return parameter
    span = _span(parameter.id, setting)
    value = literal_value(Text(setting, span), parameter.type, zone(ruleset.timezone), diagnostics)
    if isinstance(value, int) and parameter.range is not None and not parameter.range.holds(value):
        diagnostics.add("T109", span, msg("`{text}` is out of its range", text=setting))
    return replace(parameter, value=value)


def _span(name: str, text: str) -> Span:
    column = len(name) + 1
    return Span(f"{COMMAND_LINE} {name}={text}", 0, column, 0, column + len(text))
