"""A part of a scalar knows its place in the file, whatever the style it was written in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.diagnostics import Diagnostics, Span
from steelyard.source import Map, Seq, Text, read_yaml
from steelyard.source.places import lines_of


def scalar(source: str) -> Text:
    node = read_yaml(source, "f", Diagnostics())
    assert isinstance(node, Map)
    value = node["a"]
    assert isinstance(value, Text)
    return value


def shown(source: str, part: str) -> str:
    """What stands in the file where a part of the scalar says that it is."""
    text = scalar(source)
    start = text.index(part)
    span = text.at(start, start + len(part))
    assert span.line == span.end_line
    return lines_of(source)[span.line][span.column : span.end_column]


@pytest.mark.parametrize(
    "source",
    [
        "a: one two",
        'a: "one two"',
        "a: 'one two'",
        "a: zero\n  one\n    two",
        "a:\n  zero\n\n\n  one two",
        'a: "zero\n  one\n\n  two"',
        "a: 'zero\n  one two'",
        "a: |\n  zero\n  one two\n",
        "a: |-\n  zero\n    one\n\n  two",
        "a: >\n  zero\n  one\n  two\n",
        "a: >-\n  zero\n\n    one\n  two",
        "a: |2\n    one\n  two\n",
        "a: |  # remark\n  one\n  two\n",
        "a: 'it''s one and two'",
        'a: "\\t\\"one\\" \\u62a5 two"',
        'a: "zero \\\n   one two"',
        'a: "zero\\n\\\n   one\\x20two"',
        'a: "\\ one\\\n  \\ two"',
        "a: 报案 one two\r\n",
        "a: zero\r\n  one\r\n  two",
    ],
)
@pytest.mark.parametrize("part", ["one", "two"])
def test_part_is_found_in_the_file(source: str, part: str) -> None:
    assert part == shown(source, part)


def test_part_across_lines() -> None:
    text = scalar("a: one\n  two")

    assert "one two" == text
    assert Span("f", 0, 3, 1, 5) == text.at(0, 7)
    assert Span("f", 0, 3, 0, 6) == text.at(0, 3)
    assert Span("f", 0, 3, 0, 7) == text.at(0, 4)


def test_escape_is_underlined_whole() -> None:
    assert "\\u62a5" == shown('a: "x\\u62a5y"', "报")
    assert "''" == shown("a: 'x''y'", "'")


def test_empty_part_is_a_point() -> None:
    text = scalar("a: one")

    assert Span("f", 0, 6, 0, 6) == text.at(3, 3)
    assert Span("f", 0, 3, 0, 3) == text.at(0, 0)


def test_text_without_origin_shows_the_whole() -> None:
    whole = Span("f", 1, 2, 3, 4)

    assert whole == Text("abc", whole).at(1, 2)
    assert whole == Text("abc", whole, origin=((1, 0, 0),)).at(0, 2)


def test_span_of_a_block_ends_with_its_text() -> None:
    assert Span("f", 0, 3, 2, 6) == scalar("a: |\n  one\n   two\n\n\nb: 1").span


def test_span_of_quoted_text_has_the_quotes() -> None:
    assert Span("f", 0, 3, 0, 8) == scalar("a: 'one'").span


def test_place_is_no_part_of_equality() -> None:
    here, there = Span("f", 0, 0, 0, 1), Span("g", 9, 9, 9, 9)

    assert Text("a", here) == Text("a", there, quoted=True) == "a"
    assert hash(Text("a", here)) == hash("a")
    assert Seq([Text("a", here)], here) == Seq([Text("a", there)], there)
    assert Map({Text("a", here): Text("b", here)}, here) == {"a": "b"}


WORDS = st.lists(st.text("ab报'\"\\#", min_size=1, max_size=6), min_size=1, max_size=5)


@given(WORDS, st.sampled_from([" ", "\n  ", "\n\n    "]), st.sampled_from("'\"|>"))
def test_every_character_maps_to_itself_or_its_escape(words: list[str], gap: str, style: str) -> None:
    match style:
        case "'":
            source = "a: '" + gap.join(words).replace("'", "''") + "'"
        case '"':
            source = 'a: "' + gap.join(words).replace("\\", "\\\\").replace('"', '\\"') + '"'
        case _:
            source = f"a: {style}\n  " + gap.join(words)
    text = scalar(source)
    lines = lines_of(source)
    escapes = {"'": "''", '"': '\\"', "\\": "\\\\"}

    assert text.origin
    for offset, sign in enumerate(text):
        if sign in " \n":
            continue
        span = text.at(offset, offset + 1)
        assert lines[span.line][span.column : span.end_column] in (sign, escapes.get(sign))
