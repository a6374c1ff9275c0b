"""Alerts, relations and portfolios for the tests of feeds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from steelyard.diagnostics import Diagnostic, Diagnostics
from steelyard.facts import Portfolio, read_portfolio
from steelyard.ir.expressions import Apply, Field, Input
from steelyard.ir.operators import Function
from steelyard.ir.ruleset import InputField, Label, Range, Relation, Ruleset, Weights, Window
from steelyard.ir.types import Boolean, DateTime, Region, Regions, Text

COLOURS = ("blue", "yellow", "orange", "red")
SEVERITY = (("Minor", "blue"), ("Moderate", "yellow"), ("Severe", "orange"), ("Extreme", "red"), ("Unknown", None))
CAP = "urn:oasis:names:tc:emergency:cap:1.2"
START = datetime(2024, 5, 1, tzinfo=UTC)


def at(hours: float) -> str:
    """A time of an alert, in hours after the first of May 2024 in UTC."""
    return (START + timedelta(hours=hours)).isoformat()


def us(hours: float) -> int:
    """The same as an instant."""
    return round(START.timestamp() * 1_000_000) + round(hours * 3_600_000_000)


def tag(name: str, content: object) -> str:
    return "" if content is None else f"<{name}>{content}</{name}>"


def code(name: str, value: str) -> str:
    return f"<geocode>{tag('valueName', name)}{tag('value', value)}</geocode>"


def area(desc: str | None = "here", *codes: str, shape: str | None = None) -> str:
    return tag("area", tag("areaDesc", desc) + tag("polygon", shape) + "".join(codes))


PUDONG = area("浦东", code("GB/T 2260", "310115"))


def info(
    severity: str | None = "Severe",
    areas: str = PUDONG,
    *,
    event: str | None = "rainstorm",
    language: str | None = None,
    effective: object = None,
    onset: object = None,
    expires: object = None,
    headline: str | None = None,
    sender_name: str | None = None,
    parameters: str = "",
) -> str:
    times = [None if t is None else t if isinstance(t, str) else at(t) for t in (effective, onset, expires)]
    return tag(
        "info",
        tag("language", language)
        + tag("category", "Met")
        + tag("event", event)
        + tag("severity", severity)
        + "".join(map(tag, ("effective", "onset", "expires"), times))
        + tag("senderName", sender_name)
        + tag("headline", headline)
        + parameters
        + areas,
    )


def parameter(name: str, value: str) -> str:
    return tag("parameter", tag("valueName", name) + tag("value", value))


def ref(identifier: str, sent: object, sender: str = "met") -> str:
    return f"{sender},{identifier},{sent if isinstance(sent, str) else at(sent)}"


def alert(
    identifier: str | None,
    sent: object,
    infos: str = "",
    *,
    kind: str | None = "Alert",
    refs: str | None = None,
    status: str | None = "Actual",
    sender: str | None = "met",
    scope: str | None = "Public",
    namespace: str = CAP,
    more: str = "",
) -> str:
    return (
        f'<alert xmlns="{namespace}">'
        + tag("identifier", identifier)
        + tag("sender", sender)
        + tag("sent", sent if isinstance(sent, str | None) else at(sent))
        + tag("status", status)
        + tag("msgType", kind)
        + tag("scope", scope)
        + tag("references", refs)
        + more
        + infos
        + "</alert>"
    )


def entry_feed(*alerts: str | None) -> str:
    """An Atom feed on one line; None is an entry that only links to its alert."""
    entries = [
        f"<entry><id>urn:e{number}</id>"
        + ('<link href="http://example.org/a"/>' if one is None else f'<content type="text/xml">{one}</content>')
        + "</entry>"
        for number, one in enumerate(alerts, 1)
    ]
    return f'<feed xmlns="http://www.w3.org/2005/Atom"><id>f</id>{"".join(entries)}</feed>'


def field(name: str, kind, **more) -> InputField:
    return InputField(id=name, label=Label(name, name), type=kind, **({"column": name} | more))


def _feed(name: str, scheme: str, texts: list[str], **more) -> Relation:
    fields = {
        **{
            text: field(text, Text(), optional=text in ("headline", "source", "authority", "reference"))
            for text in texts
        },
        "areas": field("areas", Regions(scheme)),
        "starts": field("starts", DateTime()),
        "ends": field("ends", DateTime(open=True), optional=True, not_before="starts"),
    }
    if "level" in fields:
        fields["level"] = field("level", Text(more["levels"], ordered=True))
    areas = Field(type=Regions(scheme), relation=name, name="areas")
    joins = Apply(
        type=Boolean(), function=Function.COVERS, arguments=(areas, Input(type=Region(scheme), name="region"))
    )
    return Relation(
        id=name, label=Label(name, name), fields=tuple(fields.values()), row_id=texts[0], joins=joins,
        window=Window("starts", "ends"), **more,
    )  # fmt: skip


def weather(scheme: str = "gb2260", *, levels=COLOURS, severity=SEVERITY, kinds=()) -> Relation:
    texts = ["event_id", "kind", "level", "headline", "source"]
    return _feed("weather", scheme, texts, feed="warnings", levels=levels, severity=severity, kinds=kinds)


def declared(scheme: str = "fips", *, kinds=()) -> Relation:
    texts = ["declaration_id", "kind", "authority", "reference"]
    return _feed("declared", scheme, texts, feed="declarations", kinds=kinds)


def ruleset(*relations: Relation, scheme: str = "gb2260", timezone: str = "UTC") -> Ruleset:
    return Ruleset(
        id="r", version="1", title=Label("r", "r"), source=None, timezone=timezone, effective=Range(None, None),
        key="id", reference_date=None, inputs=(field("id", Text()), field("region", Region(scheme), optional=True)),
        parameters=(), groups=(), relations=relations, defines=(), tables=(), indicators=(), exemptions=(),
        weights=Weights(), scores=(), unscored=(), points=(), outputs=(),
    )  # fmt: skip


def read(
    folder: Path, relation: Relation, files, *, region: str = "", timezone: str = "UTC"
) -> tuple[Portfolio | None, tuple[Diagnostic, ...]]:
    """A portfolio of one case and the files of one relation."""
    kind = next(one.type for one in relation.fields if one.id == "areas")
    assert isinstance(kind, Regions)
    cases = folder / "the-case.csv"
    cases.write_text(f"id,region\nC1,{region}\n", "utf-8")
    diagnostics = Diagnostics()
    rules = ruleset(relation, scheme=kind.scheme, timezone=timezone)
    files = files if isinstance(files, list) else [files]
    return read_portfolio(rules, [cases], {relation.id: files}, diagnostics), diagnostics.sorted()


def good(folder: Path, relation: Relation, files, **more) -> Portfolio:
    portfolio, diagnostics = read(folder, relation, files, **more)
    assert portfolio is not None, [str(one.headline) for one in diagnostics]
    return portfolio


def rows(portfolio: Portfolio, name: str = "weather") -> list[dict]:
    return [dict(row.values) for row in portfolio.cases[0].rows[name]]


def skipped(portfolio: Portfolio) -> dict[str, int]:
    """Why things were left out, and how many."""
    return {str(one.reason): one.count for one in portfolio.provenance.skipped}
