"""Renderers lay findings out; carets stand under what is meant, on the screen."""

from __future__ import annotations

import json
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from steelyard.diagnostics import Diagnostic, Label, Message, Severity, Span, msg
from steelyard.diagnostics.renderers import RENDERERS, read_source, render_json, render_text

HEADLINE = msg("unknown name `{name}`", name="x")


def finding(span: Span | None, **more) -> Diagnostic:
    return Diagnostic("N101", HEADLINE, span, **more)


def text(diagnostic: Diagnostic, source: str | None, **more) -> list[str]:
    return render_text([diagnostic], sources=lambda _: source, **more).split("\n")


def test_whole_finding() -> None:
    labels = (Label(Span("f", 0, 0, 0, 5), msg("first written here")), Label(Span("f", 0, 6, 0, 7)))
    shown = finding(Span("f", 10, 6, 10, 9), help=msg("write `y`"), labels=labels, notes=(msg("one"), msg("two")))

    assert text(shown, "title: a\n" + "\n" * 9 + "when: x+1") == [
        "f:11:7: N101 error: unknown name `x`",
        "  11 | when: x+1",
        "     |       ^^^",
        "   1 | title: a",
        "     | ----- first written here",
        "   1 | title: a",
        "     |       -",
        "  help: write `y`",
        "  note: one",
        "  note: two",
        "",
    ]


def test_finding_without_place() -> None:
    assert ["N101 error: unknown name `x`", ""] == text(finding(None), None)


def test_finding_whose_text_is_not_to_be_had() -> None:
    labels = (Label(Span("g", 4, 0, 4, 5), msg("see here")), Label(Span("g", 5, 0, 5, 5)))

    assert ["f:1:1: N101 error: unknown name `x`", ""] == text(finding(Span("f", 0, 0, 0, 1)), None)
    assert "f:9:1: N101" in text(finding(Span("f", 8, 0, 8, 1)), "a")[0]
    assert "    = g:5:1: see here" == text(finding(Span("f", 0, 0, 0, 1), labels=labels), None)[1]


def test_label_in_another_file_says_so() -> None:
    shown = finding(Span("f", 0, 0, 0, 1), labels=(Label(Span("g", 0, 0, 0, 1), msg("there")),))
    lines = render_text([shown], sources=lambda name: f"in {name}").split("\n")

    assert ["    --> g:1:1", "  1 | in g", "    | - there"] == lines[3:6]


def test_findings_are_parted_by_a_blank_line() -> None:
    assert "\n\n" in render_text([finding(None), finding(None)], sources=lambda _: None)
    assert "" == render_text([], sources=lambda _: None)


@pytest.mark.parametrize(
    ("line", "start", "end", "column", "width"),
    [
        ("abc", 1, 2, 1, 1),
        ("abc", 1, 1, 1, 1),
        ("abc", 3, 3, 3, 1),
        ("abc", 7, 9, 3, 1),
        ("报案: 时间", 4, 6, 6, 4),
        ("报，a", 2, 3, 4, 1),
        ("\ta", 1, 2, 4, 1),
        ("\t\ta", 0, 2, 0, 8),
        ("e\u0301a", 2, 3, 1, 1),
        ("a\x1bb", 2, 3, 7, 1),  # shown as `a\\u001bb`
    ],
)
def test_carets_stand_by_screen_columns(line: str, start: int, end: int, column: int, width: int) -> None:
    assert "    | " + " " * column + "^" * width == text(finding(Span("f", 0, start, 0, end)), line)[2]


def test_place_over_several_lines_underlines_the_first() -> None:
    assert "    |   ^^^" == text(finding(Span("f", 0, 2, 1, 1)), "abcde\nx")[2]


def test_lines_are_counted_as_yaml_does() -> None:
    assert "  3 | d" == text(finding(Span("f", 2, 0, 2, 1)), "a\r\nb\x0c\u2028c\rd")[1]


def test_long_line_is_cut_around_the_place() -> None:
    line = text(finding(Span("f", 0, 500, 0, 503)), "a" * 500 + "xyz" + "b" * 500)
    caret = line[2].index("^")

    assert "xyz" == line[1][caret : caret + 3]
    assert line[1][6] == line[1][-1] == "…"
    assert len(line[1]) < 180
    assert "^^^" == line[2][caret:]


def test_place_longer_than_the_cut_stays_inside() -> None:
    assert len(text(finding(Span("f", 0, 0, 0, 5000)), "a" * 5000)[2]) < 180


def test_user_text_cannot_move_the_cursor() -> None:
    shown = Diagnostic(
        "N101", msg("a `{x}`", x="\x1b[2J\u202e\r\n  b"), Span("f\x1b", 0, 0, 0, 1), help=msg("{x}", x="\x07")
    )
    lines = text(shown, "\x1b[31m\u202ea")

    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", "\n".join(lines))
    assert lines[0].endswith(" b`")


def test_colour_adds_nothing_but_colour() -> None:
    shown = finding(Span("f", 0, 0, 0, 1), help=msg("h"), labels=(Label(Span("f", 0, 1, 0, 2), msg("l")),))
    warning = finding(Span("f", 0, 0, 0, 1), severity=Severity.WARNING)
    for each in (shown, warning):
        coloured = "\n".join(text(each, "abc", colour=True))

        assert "\x1b[" in coloured
        assert "\n".join(text(each, "abc")) == re.sub("\x1b\\[[0-9;]*m", "", coloured)
    assert "warning:" in text(warning, "abc")[0]


def translate(message: Message) -> str:
    return message.text(lambda template: f"<{template}>")


def test_every_text_is_translated() -> None:
    labels = (Label(Span("f", 0, 0, 0, 1), msg("l")),)
    lines = text(
        finding(Span("f", 0, 0, 0, 1), help=msg("h"), notes=(msg("n"),), labels=labels), "a", translate=translate
    )

    assert "f:1:1: N101 <error>: <unknown name `x`>" == lines[0]
    assert "    | - <l>" == lines[4]
    assert ["  <help>: <h>", "  <note>: <n>"] == lines[5:7]


def test_json_schema_is_stable() -> None:
    labels = (Label(Span("f", 0, 0, 0, 5)), Label(Span("f", 0, 0, 0, 5), msg("l")))
    shown = finding(Span("规", 1, 2, 3, 4), help=msg("h"), labels=labels, notes=(msg("n"),))
    found = render_json([shown, finding(None, severity=Severity.WARNING)], sources=lambda _: None, translate=translate)
    place = {"file": "f", "line": 1, "column": 1, "end_line": 1, "end_column": 6}

    assert found.endswith("}\n")
    assert "规" in found
    assert json.loads(found) == {
        "format": 1,
        "diagnostics": [
            {
                "code": "N101",
                "name": "unknown-name",
                "severity": "error",
                "headline": "<unknown name `x`>",
                "span": {"file": "规", "line": 2, "column": 3, "end_line": 4, "end_column": 5},
                "help": "<h>",
                "labels": [{"span": place, "text": None}, {"span": place, "text": "<l>"}],
                "notes": ["<n>"],
            },
            {
                "code": "N101",
                "name": "unknown-name",
                "severity": "warning",
                "headline": "<unknown name `x`>",
                "span": None,
                "help": None,
                "labels": [],
                "notes": [],
            },
        ],
        "errors": 1,
        "warnings": 1,
    }


@given(st.text(max_size=200), st.integers(0, 3), st.integers(0, 250), st.integers(0, 3), st.integers(0, 250))
def test_any_place_in_any_text_renders(source: str, line: int, column: int, more: int, end: int) -> None:
    shown = finding(Span("f", line, column, line + more, end))
    for render in RENDERERS.values():
        render([shown], sources=lambda _: source)


def test_read_source(tmp_path) -> None:
    (tmp_path / "a").write_bytes(b"\xef\xbb\xbfa\xff")

    assert "a\ufffd" == read_source(str(tmp_path / "a"))
    assert read_source(str(tmp_path)) is None
    assert read_source("a\0b") is None
