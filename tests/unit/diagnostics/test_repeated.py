"""Of many warnings of a kind the first are shown, with the number of the others; programs get all."""

from __future__ import annotations

import json

from steelyard.diagnostics import Diagnostic, Severity, Span, msg
from steelyard.diagnostics.catalogue import translator
from steelyard.diagnostics.renderers import render_json, render_text


def warnings(count: int, file: str = "f", kind: str = "the input") -> list[Diagnostic]:
    return [
        Diagnostic(
            "L101",
            msg("{kind} `{name}` is never used", kind=msg(kind), name=f"x{number}"),
            Span(file, number, 0, number, 1),
            severity=Severity.WARNING,
        )
        for number in range(count)
    ]


def headlines(found: list[Diagnostic], lang: str = "en") -> list[str]:
    translate = str if lang == "en" else translator(lang)
    return [line for line in render_text(found, sources=lambda _: None, translate=translate).split("\n") if line]


def test_the_others_are_counted():
    lines = headlines(warnings(1_500))

    assert 21 == len(lines)
    assert "f:20:1: L101 warning: the input `x19` is never used" == lines[19]
    assert "L101 and 1,480 more of the same kind" == lines[20]
    assert "L101 另有 1,480 条同类提示" == headlines(warnings(1_500), "zh")[20]


def test_twenty_are_shown_without_a_remark():
    assert 20 == len(headlines(warnings(20)))


def test_kinds_and_files_are_counted_apart():
    found = [*warnings(21), *warnings(21, kind="the define"), *warnings(22, file="g")]

    assert [1, 1, 2] == [int(line.split()[2]) for line in headlines(found) if "more" in line]


def test_errors_are_all_shown():
    errors = [Diagnostic("N101", msg("unknown name `{name}`", name=str(number)), None) for number in range(30)]

    assert 30 == len(headlines(errors))


def test_programs_get_all():
    shown = json.loads(render_json(warnings(30), sources=lambda _: None))

    assert 30 == json.dumps(shown).count("is never used")
