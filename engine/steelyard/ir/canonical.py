"""The digests of a policy and of its parameters, over a canonical text (specified in rulesets/DIGESTS.md).

The canonical text is JSON: objects with their keys in code-point order, no white space, ASCII only. Its content is
defined by `forms`, so that classes and fields can be renamed without changing a digest.
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
"""Version of the canonical form. It is increased when a change gives an unchanged policy another text."""


def policy_digest(ruleset: Ruleset) -> str:
    """Return the SHA-256, in hexadecimal, of the meaning of a policy, independent of parameter values."""
    return _sha256(f'{{"form":{FORM},"policy":{canonical(ruleset)}}}')


def parameters_digest(ruleset: Ruleset) -> str:
    """Return the SHA-256, in hexadecimal, of all parameter values, given or declared; null where there is none."""
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
        case _:  # an object of the IR; `_node` refuses anything else
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
