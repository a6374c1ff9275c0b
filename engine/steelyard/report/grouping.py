"""What cases can be grouped by: inputs of the case, `month` of the reference date, `version` of the ruleset.

An input called `month` or `version` wins over the other meaning.
"""

from __future__ import annotations

from collections.abc import Mapping

from steelyard.calendars.zones import day_of, zone
from steelyard.diagnostics import Message, msg
from steelyard.facts.format import format_value
from steelyard.ir.expressions import Stored
from steelyard.ir.named_ids import ids_by_name
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.versions import Versions, versions_of

MONTH, VERSION = "month", "version"


def group_names(rules: Ruleset | Versions) -> tuple[str, ...]:
    """Every name that cases can be grouped by: the inputs of all versions, then `month` and `version`."""
    versions = versions_of(rules)
    inputs = dict.fromkeys(field.id for one in versions.rulesets for field in one.inputs)
    month = () if versions.newest.reference_date is None else (MONTH,)
    return tuple(dict.fromkeys((*inputs, *month, VERSION)))


def known_groups(rules: Ruleset | Versions) -> dict[str, str]:
    """What each name means that cases can be grouped by: an id, else a column or a label of one input alone."""
    return known_inputs(rules) | {name: name for name in group_names(rules)}


def known_inputs(rules: Ruleset | Versions) -> dict[str, str]:
    """What each name of an input means: an id, else a column or a label of one input alone."""
    fields = [field for one in versions_of(rules).rulesets for field in one.inputs]
    return ids_by_name((field.id, (field.column, field.label.zh, field.label.en)) for field in fields)


def unknown_key(name: str) -> Message:
    """What to say about a name that no case can be grouped by."""
    return msg(
        "cannot group by `{name}`: name inputs of the case, `month` of the reference date, or `version`", name=name
    )


class GroupKeys:
    """Tells of each case what it is grouped by, as text."""

    def __init__(self, versions: Versions) -> None:
        self._versions = versions
        self._types = {one.version: {f.id: f.type for f in one.inputs} for one in versions.rulesets}
        self._zone = zone(versions.newest.timezone)

    def text(self, name: str, values: Mapping[str, Stored]) -> str | None:
        """The text of an input, of `month` or `version`; None where a case, or what could be read of it, lacks it.

        A case for which no version is in force has its inputs all the same.
        """
        version = self._versions.of(values)
        types = self._types[(version or self._versions.newest).version]
        if name in types:
            value = values.get(name)
            return None if value is None else format_value(value, types[name], self._zone)
        if name == VERSION:
            return None if version is None else version.version
        return self._month(values) if name == MONTH else None

    def _month(self, values: Mapping[str, Stored]) -> str | None:
        value = values.get(self._versions.newest.reference_date or "")
        number = None if value is None else self._versions.day(value)
        if number is None:
            return None
        day = day_of(number)
        return f"{day.year:04}-{day.month:02}"
