"""Rules about which keys of a mapping go together; each is data, checked by `Section` and put in the JSON Schema."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class OneOf:
    """At most one of the keys may be written; one must be where `required`."""

    keys: tuple[str, ...]
    required: bool = False

    def shape(self) -> dict[str, Any]:
        """The JSON Schema of this rule."""
        choices: list[dict[str, Any]] = [{"required": [key]} for key in self.keys]
        return {"oneOf": choices if self.required else [*choices, {"not": {"anyOf": choices}}]}


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of the keys must be written."""

    keys: tuple[str, ...]

    def shape(self) -> dict[str, Any]:
        """The JSON Schema of this rule."""
        return {"anyOf": [{"required": [key]} for key in self.keys]}


@dataclass(frozen=True, slots=True)
class Needs:
    """Where `key` is written, `companion` must be too."""

    key: str
    companion: str

    def shape(self) -> dict[str, Any]:
        """The JSON Schema of this rule."""
        return {"dependentRequired": {self.key: [self.companion]}}


KeyRule = OneOf | AnyOf | Needs
