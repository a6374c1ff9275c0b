"""Text for people, kept apart from the language it is shown in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Message:
    """An English template with its values; a catalogue translates the template, never the result.

    `str(message)` is the English text. Values may be messages themselves.
    """

    template: str
    values: Mapping[str, object] = field(default_factory=dict[str, object], hash=False)

    def __str__(self) -> str:
        return self.template.format(**{name: str(value) for name, value in self.values.items()})


def msg(template: str, /, **values: object) -> Message:
    """Build a message. The template is the key of the translation catalogue.

    >>> str(msg("unknown name `{name}`", name="surveyd"))
    'unknown name `surveyd`'
    """
    return Message(template, values)
