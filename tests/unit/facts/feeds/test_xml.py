"""Alerts come out of XML, and nasty XML stays outside."""

from __future__ import annotations

from pathlib import Path

import pytest

from steelyard.facts.feeds import xml
from steelyard.facts.feeds.xml import Element, NoAlert, read_alerts
from steelyard.facts.readers import UnreadableError
from unit.facts.feeds.build import CAP, alert, info

ATOM = "http://www.w3.org/2005/Atom"


def found(folder: Path, content: str | bytes) -> list[Element | NoAlert]:
    path = folder / "a.xml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_alerts(path))


def refused(folder: Path, content: str | bytes) -> tuple[str, str]:
    with pytest.raises(UnreadableError) as caught:
        found(folder, content)
    assert caught.value.help is not None
    return caught.value.code, str(caught.value.headline)


def child(element: Element | NoAlert, name: str) -> Element:
    assert isinstance(element, Element)
    return next(one for one in element.children if one.name == name)


def feed(*entries: str) -> str:
    return f'<feed xmlns="{ATOM}"><id>f</id>{"".join(entries)}</feed>'


def entry(content: str, name: str = "e1") -> str:
    return f"<entry>\n<id>{name}</id><title>t</title>{content}</entry>"


def test_an_alert_with_its_texts_and_lines(tmp_path) -> None:
    (one,) = found(
        tmp_path,
        f'<?xml version="1.0"?>\n<a:alert xmlns:a="{CAP}">\n<a:sender> 气象台 &amp; &#x4E2D; </a:sender></a:alert>',
    )

    assert isinstance(one, Element)
    assert (CAP, "alert", 2) == (one.namespace, one.name, one.line)
    assert " 气象台 & 中 " == child(one, "sender").text


def test_foreign_elements_are_passed_over_and_tear_no_text(tmp_path) -> None:
    (one,) = found(
        tmp_path,
        f'<alert xmlns="{CAP}"><sender>a<x xmlns="urn:x">no<sender xmlns="{CAP}">nor this</sender></x>b</sender>'
        '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><identifier>X</identifier></Signature></alert>',
    )

    assert "ab" == child(one, "sender").text
    assert ["sender"] == [each.name for each in one.children]  # type: ignore[union-attr]


def test_a_feed_gives_the_alerts_of_its_entries_and_says_what_is_none(tmp_path) -> None:
    one = alert("A", 0, info())
    content = feed(
        entry(f'<content type="text/xml">{one}</content>'),
        entry('<link href="http://example.org/a.cap"/>', "linked"),
        one,
        f"<source>{one}</source>",
        "<entry/>",
        entry(f"<content>{one}{one}</content>"),
    )

    results = found(tmp_path, content)

    assert 3 == sum(isinstance(each, Element) for each in results)
    assert [
        ("entries of a feed without their alert; links are not followed", "linked"),
        ("alerts outside the entries of a feed", ""),
        ("alerts outside the entries of a feed", ""),
        ("entries of a feed without their alert; links are not followed", ""),
    ] == [(str(each.reason), each.name) for each in results if isinstance(each, NoAlert)]


def test_an_empty_feed_holds_nothing(tmp_path) -> None:
    assert [] == found(tmp_path, feed())


BOMB = (
    '<!DOCTYPE a [<!ENTITY x "ha">'
    + "".join(f'<!ENTITY x{n} "{f"&x{n - 1 if n > 1 else chr(0)};" * 10}">'.replace("\0", "") for n in range(1, 10))
    + "]>"
)


@pytest.mark.parametrize(
    "document",
    [
        BOMB + f'<alert xmlns="{CAP}"><sender>&x9;</sender></alert>',
        f'<!DOCTYPE alert [<!ENTITY e SYSTEM "file:///etc/passwd">]><alert xmlns="{CAP}"><sender>&e;</sender></alert>',
        f'<!DOCTYPE alert SYSTEM "http://example.org/a.dtd"><alert xmlns="{CAP}"/>',
        f'<!DOCTYPE alert [<!ENTITY % p SYSTEM "http://example.org/p"> %p;]><alert xmlns="{CAP}"/>',
    ],
    ids=["billion laughs", "external entity", "external type", "parameter entity"],
)
def test_document_types_are_refused_before_anything_is_read(document, tmp_path) -> None:
    assert ("E118", "the file cannot be read: a document type or entities, which alerts have no use for") == refused(
        tmp_path, document
    )


def test_an_undeclared_entity_is_no_text(tmp_path) -> None:
    assert "E118" == refused(tmp_path, f'<alert xmlns="{CAP}"><sender>&nbsp;</sender></alert>')[0]


def test_a_long_text_is_refused_without_being_read_whole(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(xml, "MAX_BYTES", 200_000)
    document = f'<alert xmlns="{CAP}"><sender>' + "x" * 300_000

    assert ("E118", "the file has more than 200000 bytes") == refused(tmp_path, document)


def test_a_hundred_megabytes_are_too_much(tmp_path) -> None:
    path = tmp_path / "long.cap"
    with path.open("wb") as file:
        file.write(f'<alert xmlns="{CAP}"><sender>'.encode())
        for _ in range(100):
            file.write(b"x" * 1_000_000)
        file.write(b"</sender></alert>")

    with pytest.raises(UnreadableError) as caught:
        list(read_alerts(path))
    assert "the file has more than 67108864 bytes" == str(caught.value.headline)


@pytest.mark.parametrize(("depth", "good"), [(xml.DEEPEST, True), (xml.DEEPEST + 1, False), (100_000, False)])
def test_depth_has_a_limit(depth, good, tmp_path) -> None:
    document = f'<alert xmlns="{CAP}">' + "<a>" * (depth - 1) + "</a>" * (depth - 1) + "</alert>"

    if good:
        assert 1 == len(found(tmp_path, document))
    else:
        assert ("E118", "elements are nested more than 32 deep") == refused(tmp_path, document)


def test_the_number_of_elements_of_an_alert_has_a_limit(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(xml, "MOST_ELEMENTS", 10)
    ten, eleven = (f'<alert xmlns="{CAP}">' + "<a/>" * count + "</alert>" for count in (10, 11))

    assert 2 == len(found(tmp_path, feed(entry(f"<content>{ten}</content>"), entry(f"<content>{ten}</content>"))))
    assert ("E118", "an alert has more than 10 elements") == refused(tmp_path, eleven)


@pytest.mark.parametrize(
    "document",
    [
        "",
        "no xml",
        "<alert",
        f'<alert xmlns="{CAP}"><sender>',
        f'<alert xmlns="{CAP}"><sender></alert>',
        f'<alert xmlns="{CAP}"><sender>a\0b</sender></alert>',
        f'<alert xmlns="{CAP}"></alert><alert xmlns="{CAP}"></alert>',
        b'<?xml version="1.0" encoding="utf-8"?><alert><sender>\xc9\xcf\xba\xa3</sender></alert>',
        b'<?xml version="1.0" encoding="no-such"?><alert/>',
        b'<?xml version="1.0" encoding="gbk"?><alert>\xc9\xcf</alert>',
        b"\xff\xfe<\0a\0",
        b"\x1f\x8b\x08\0",
    ],
)
def test_what_is_no_xml_is_damaged(document, tmp_path) -> None:
    code, headline = refused(tmp_path, document)

    assert "E118" == code
    assert headline.startswith("the file cannot be read: ")


def test_other_encodings_are_taken_as_declared(tmp_path) -> None:
    latin = f'<?xml version="1.0" encoding="ISO-8859-1"?><alert xmlns="{CAP}"><sender>Usulután</sender></alert>'
    wide = f'<?xml version="1.0" encoding="UTF-16"?><alert xmlns="{CAP}"><sender>上海</sender></alert>'

    assert "Usulután" == child(found(tmp_path, latin.encode("latin-1"))[0], "sender").text
    assert "上海" == child(found(tmp_path, wide.encode("utf-16"))[0], "sender").text
    assert (
        "上海"
        == child(
            found(tmp_path, f'<alert xmlns="{CAP}"><sender>上海</sender></alert>'.encode("utf-8-sig"))[0], "sender"
        ).text
    )


@pytest.mark.parametrize("root", ["html", "rss", "Alert", "feed"])
def test_another_document_is_neither_alert_nor_feed(root, tmp_path) -> None:
    assert ("E118", f"the file is neither an alert nor a feed: it begins with `{root}`") == refused(
        tmp_path, f"<{root}><entry/></{root}>"
    )
