"""An alert of the Common Alerting Protocol, as far as a score can depend on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from steelyard.diagnostics import Message


class MessageType(Enum):
    """What an alert does: it tells of an event, replaces what was told, or ends it; the others warn of nothing."""

    ALERT = "Alert"
    UPDATE = "Update"
    CANCEL = "Cancel"
    ACK = "Ack"
    ERROR = "Error"


@dataclass(frozen=True, slots=True, order=True)
class AlertId:
    """What identifies an alert: when it was sent (microseconds), by whom, under which identifier."""

    sent: int
    sender: str
    identifier: str


@dataclass(frozen=True, slots=True)
class Area:
    """An area: its description, its codes as (name of the code, value), and whether it is drawn on a map."""

    name: str
    codes: tuple[tuple[str, str], ...]
    shapes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Info:
    """What an alert says of one event in one language. Times are instants, None where they are not given."""

    language: str
    event: str
    severity: str
    effective: int | None
    onset: int | None
    expires: int | None
    headline: str
    sender_name: str
    areas: tuple[Area, ...]


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert. Two are the same alert where all but its place is equal.

    Attributes:
        status: Actual, or what exempts nobody: Exercise, System, Test, Draft.
        references: the earlier alerts that an update or a cancel speaks of.
        infos: what can be used of it.
        faults: why others of its infos cannot.
        file: where it was read.
        line: of that file, from 1.
    """

    id: AlertId
    status: str
    type: MessageType
    references: tuple[AlertId, ...]
    infos: tuple[Info, ...]
    faults: tuple[Message, ...] = ()
    file: str = field(default="", compare=False)
    line: int = field(default=1, compare=False)

    @property
    def place(self) -> str:
        """How the alert is named among what was left out."""
        return f"{self.file}: {self.id.identifier}"
