"""The canonical text of a ruleset's meaning, and its digest: comments, layout, labels and places do not change it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from typing import cast

from steelyard.ir.ruleset import Ruleset


def digest(ruleset: Ruleset) -> str:
    """SHA-256 of the canonical text, in hexadecimal."""
    return hashlib.sha256(canonical(ruleset).encode()).hexdigest()


def canonical(value: object) -> str:
    """One line for a value: dataclasses as `Name(field=…)` without what takes no part in equality."""
    if is_dataclass(value) and not isinstance(value, type):
        inside = ",".join(f"{f.name}={canonical(getattr(value, f.name))}" for f in fields(value) if f.compare)
        return f"{type(value).__name__}({inside})"
    match value:
        case Enum():
            return f"{type(value).__name__}.{value.name}"
        case str():
            return _quoted(value)
        case tuple():
            items = cast("tuple[object, ...]", value)
            return "[" + ",".join(canonical(item) for item in items) + "]"
        case Mapping():
            entries = cast("Mapping[object, object]", value)
            return "{" + ",".join(f"{canonical(k)}:{canonical(v)}" for k, v in entries.items()) + "}"
        case None | bool() | int():
            return str(value)
        case _:
            raise TypeError(type(value).__name__)


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return f'"{escaped}"'
