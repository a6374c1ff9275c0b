"""The digests of a policy and of its parameters, over a canonical text (specified in rulesets/DIGESTS.md).

The canonical text is JSON: objects with their keys in code-point order, no white space, ASCII only. What stands in it
is decided by `forms`, so that classes and fields can be renamed without changing a digest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, fields
from enum import Enum
from functools import cache
from typing import cast

from steelyard.ir.forms import FORMS
from steelyard.ir.ruleset import Ruleset

FORM = 1
"""The number of the canonical form; a change that gives an unchanged policy another text raises it."""


def policy_digest(ruleset: Ruleset) -> str:
    """SHA-256 in hexadecimal of what a policy means, whatever values its parameters are given."""
    return _sha256(f'{{"form":{FORM},"policy":{canonical(ruleset)}}}')


def parameters_digest(ruleset: Ruleset) -> str:
    """SHA-256 in hexadecimal of the value of every parameter, given or declared; null where one has none yet."""
    values = sorted(
        (one.id, f'{{"type":{canonical(one.type)},"value":{canonical(one.value)}}}') for one in ruleset.parameters
    )
    inside = ",".join(f"{json.dumps(name)}:{text}" for name, text in values)
    return _sha256(f'{{"form":{FORM},"parameters":{{{inside}}}}}')


def canonical(value: object) -> str:
    """The canonical text of a part of a ruleset.

    Raises:
        TypeError: a value that has no canonical form, e.g. a float or a class without an entry in `FORMS`.
    """
    match value:
        case Enum():
            return json.dumps(value.value)
        case None | bool() | int() | str():
            return json.dumps(value)
        case tuple():
            items = cast("tuple[object, ...]", value)
            return "[" + ",".join(map(canonical, items)) + "]"
        case Mapping():
            entries = cast("Mapping[str, object]", value)
            return _object({key: canonical(one) for key, one in entries.items()})
        case _:  # an object of the IR, or what `_node` refuses
            return _node(value)


def _node(value: object) -> str:
    form = FORMS.get(type(value))
    if form is None:
        raise TypeError(type(value).__name__)
    defaults, unordered = _defaults(type(value)), form.sorted_attributes(value)
    parts = {"is": json.dumps(form.tag)}
    for attribute, name in form.fields.items():
        part: object = getattr(value, attribute)
        default = defaults.get(attribute)
        if part == default and type(part) is type(default):
            continue
        if attribute in unordered and isinstance(part, tuple):
            items = cast("tuple[object, ...]", part)
            parts[name] = "[" + ",".join(sorted(map(canonical, items))) + "]"
        else:
            parts[name] = canonical(part)
    return _object(parts)


@cache
def _defaults(kind: type) -> dict[str, object]:
    """The defaults of a dataclass's fields; a field without one is taken to have None."""
    return {one.name: None if one.default is MISSING else one.default for one in fields(kind)}


def _object(parts: Mapping[str, str]) -> str:
    return "{" + ",".join(f"{json.dumps(name)}:{parts[name]}" for name in sorted(parts)) + "}"


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode("ascii")).hexdigest()
