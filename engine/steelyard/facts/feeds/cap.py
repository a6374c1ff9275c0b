"""Reads the XML of an alert in CAP 1.0, 1.1 or 1.2.

Elements that the standard requires and that are used must exist.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from steelyard.calendars.clock_text import Written, read_datetime
from steelyard.calendars.zones import Zone
from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.suggestions import listed
from steelyard.facts.feeds.alerts import Alert, AlertId, Area, Info, MessageType
from steelyard.facts.feeds.event_ends import event_end
from steelyard.facts.feeds.xml import Element
from steelyard.ir.types import FIRST_INSTANT, LAST_INSTANT

NAMESPACES = {
    "http://www.incident.com/cap/1.0": "1.0",
    "urn:oasis:names:tc:emergency:cap:1.1": "1.1",
    "urn:oasis:names:tc:emergency:cap:1.2": "1.2",
}
STATUSES = ("Actual", "Exercise", "System", "Test", "Draft")
IMPLICIT_LANGUAGE = "en-US"
"""The language of an info block that states none (CAP 1.2, section 3.2.2)."""

_TYPES = {kind.value: kind for kind in MessageType}
_FORBIDDEN = re.compile(r"[\s,<&]")
_OLD_CODE = re.compile(r"([^=]+)=(.*)", re.DOTALL)


class _InvalidError(Exception):
    """Raised for an alert, or a part of it, that cannot be used."""

    def __init__(self, reason: Message) -> None:
        super().__init__(str(reason))
        self.reason = reason


def read_alert(element: Element, file: str, zone: Zone) -> Alert | Message:
    """Read an alert, or return a message that says why it is none. Faults of single info blocks stay with the alert.

    Args:
        element: the alert's element.
        file: the name of its file, for reports.
        zone: not used for conversion, because every time of an alert has its own offset.
    """
    version = NAMESPACES.get(element.namespace)
    if version is None:
        return msg("alerts of an unknown version: `{namespace}`", namespace=element.namespace)
    try:
        return _alert(element, version, file, zone)
    except _InvalidError as error:
        return error.reason


def _alert(element: Element, version: str, file: str, zone: Zone) -> Alert:
    identity = AlertId(_required_time(element, "sent", zone), _name(element, "sender"), _name(element, "identifier"))
    status = _word(element, "status", STATUSES)
    kind = _TYPES[_word(element, "msgType", tuple(_TYPES))]
    if version != "1.0":
        _required(element, "scope")
    references: tuple[AlertId, ...] = ()
    if kind in (MessageType.UPDATE, MessageType.CANCEL):
        references = _references(element, kind, zone)
    infos: list[Info] = []
    faults: list[Message] = []
    for child in element.children:
        if child.name == "info":
            try:
                infos.append(_info(child, _required(element, "sent"), zone))
            except _InvalidError as error:
                faults.append(error.reason)
    if not infos and not faults and kind in (MessageType.ALERT, MessageType.UPDATE):
        faults.append(msg("alerts without `{element}`", element="info"))
    return Alert(identity, status, kind, references, tuple(infos), tuple(faults), file, element.line)


def _info(element: Element, sent: str, zone: Zone) -> Info:
    severity = _required(element, "severity")
    end = event_end(_parameters(element), sent)
    return Info(
        language=_text(element, "language") or IMPLICIT_LANGUAGE,
        event=_required(element, "event"),
        severity=severity,
        effective=_time(element, "effective", zone),
        onset=_time(element, "onset", zone),
        expires=_time(element, "expires", zone),
        headline=_text(element, "headline") or "",
        sender_name=_text(element, "senderName") or "",
        areas=tuple(_area(child) for child in element.children if child.name == "area"),
        ends=None if end is None else _checked(end[1], end[0], zone),
    )


def _parameters(element: Element) -> Iterator[tuple[str, str]]:
    for child in element.children:
        if child.name == "parameter":
            yield _text(child, "valueName") or "", _text(child, "value") or ""


def _area(element: Element) -> Area:
    codes: list[tuple[str, str]] = []
    for child in element.children:
        if child.name != "geocode":
            continue
        name, value = _text(child, "valueName"), _text(child, "value")
        old = _OLD_CODE.fullmatch(child.text) if not child.children else None  # CAP 1.0 writes a code as name=value
        if old is not None:
            name, value = _plain(old[1]), _plain(old[2])
        if name and value:
            codes.append((name, value))
    shapes = (_plain(child.text) for child in element.children if child.name in ("polygon", "circle"))
    return Area(_text(element, "areaDesc") or "", tuple(codes), tuple(shape for shape in shapes if shape))


def _references(element: Element, kind: MessageType, zone: Zone) -> tuple[AlertId, ...]:
    written = (_text(element, "references") or "").split()
    if not written:
        raise _InvalidError(msg("messages of the type {type} that name no alert", type=kind.value))
    return tuple(dict.fromkeys(_reference(text, zone) for text in written))


def _reference(text: str, zone: Zone) -> AlertId:
    parts = text.split(",")
    sent = _instant(parts[2], zone) if len(parts) == 3 else None
    if sent is None or not all(parts):
        raise _InvalidError(msg("alerts with a reference that is not `{form}`", form="sender,identifier,sent"))
    return AlertId(sent, parts[0], parts[1])


def _text(element: Element, name: str) -> str | None:
    """Return the text of the single child of this name; None where there is none, or only blanks."""
    found = [child for child in element.children if child.name == name]
    if len(found) > 1:
        raise _InvalidError(msg("alerts in which `{element}` stands more than once", element=name))
    return _plain(found[0].text) or None if found else None


def _plain(text: str) -> str:
    return " ".join(text.split())


def _required(element: Element, name: str) -> str:
    text = _text(element, name)
    if text is None:
        raise _InvalidError(msg("alerts without `{element}`", element=name))
    return text


def _name(element: Element, name: str) -> str:
    text = _required(element, name)
    if _FORBIDDEN.search(text):
        raise _InvalidError(msg("alerts whose `{element}` holds a blank, a comma, `<` or `&`", element=name))
    return text


def _word(element: Element, name: str, words: tuple[str, ...]) -> str:
    text = _required(element, name)
    if text not in words:
        raise _InvalidError(msg("alerts whose `{element}` is none of {words}", element=name, words=listed(words)))
    return text


def _time(element: Element, name: str, zone: Zone) -> int | None:
    text = _text(element, name)
    return None if text is None else _checked(text, name, zone)


def _checked(text: str, name: str, zone: Zone) -> int:
    instant = _instant(text, zone)
    if instant is None:
        raise _InvalidError(msg("alerts whose `{element}` is no time from 1900 to 2200 with an offset", element=name))
    return instant


def _required_time(element: Element, name: str, zone: Zone) -> int:
    instant = _time(element, name, zone)
    if instant is None:
        raise _InvalidError(msg("alerts without `{element}`", element=name))
    return instant


def _instant(text: str, zone: Zone) -> int | None:
    """Return an instant; None for a time without an offset, whose time zone is unknown."""
    written = read_datetime(text)
    if not isinstance(written, Written) or written.offset is None:
        return None
    instant = zone.parse_datetime(text)
    return instant if isinstance(instant, int) and FIRST_INSTANT <= instant <= LAST_INSTANT else None
