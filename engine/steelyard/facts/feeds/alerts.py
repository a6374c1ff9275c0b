"""An alert of the Common Alerting Protocol (CAP), with the parts that a score can depend on."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from steelyard.diagnostics import Message


class MessageType(Enum):
    """The purpose of an alert: to announce an event, to replace earlier alerts, or to end them.

    Others announce nothing.
    """

    ALERT = "Alert"
    UPDATE = "Update"
    CANCEL = "Cancel"
    ACK = "Ack"
    ERROR = "Error"


@dataclass(frozen=True, slots=True, order=True)
class AlertId:
    """Identifies an alert: the time it was sent (microseconds UTC), its sender, its identifier."""

    sent: int
    sender: str
    identifier: str


@dataclass(frozen=True, slots=True)
class Area:
    """An area: its description, its codes as pairs (name of the code, value), and whether it has map coordinates."""

    name: str
    codes: tuple[tuple[str, str], ...]
    shapes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Info:
    """One `info` block: an event in one language. Times are instants in microseconds UTC; None where absent.

    `expires` is when the block is to be renewed, `ends` when the event ends, where the issuer says so.
    """

    language: str
    event: str
    severity: str
    effective: int | None
    onset: int | None
    expires: int | None
    headline: str
    sender_name: str
    areas: tuple[Area, ...]
    ends: int | None = None


@dataclass(frozen=True, slots=True)
class Alert:
    """An alert. `file` and `line` are not compared, so copies of one alert in several files are equal.

    Attributes:
        status: Actual, or a status that is no warning: Exercise, System, Test, Draft.
        references: the earlier alerts that an update or a cancel refers to.
        infos: the usable info blocks.
        faults: for each unusable info block, what is wrong with it.
        file: the file that it was read from.
        line: its line in that file, from 1.
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
        """Describe the alert where it is listed as left out."""
        return f"{self.file}: {self.id.identifier}"
