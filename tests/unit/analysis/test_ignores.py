"""Comments that ignore warnings: which, on which line, and what they may not do."""

from __future__ import annotations

import pytest

import steelyard

RULESET = """\
steelyard: 1
ruleset: tiny
version: 1
title: Tiny
timezone: UTC
case:
  key: id
  inputs:
    id: text
    n: {type: integer, range: "[0..9]"}
define:
  spare: n + 1
outputs:
  twice: {value: n * 2}
"""
SPARE = "  spare: n + 1\n"


def found(text: str) -> list[tuple[str, int]]:
    return [(one.code, one.span.line + 1 if one.span else 0) for one in steelyard.check(text)]


def test_without_a_comment_there_is_a_warning() -> None:
    assert found(RULESET) == [("L101", 12)]


@pytest.mark.parametrize(
    "line",
    [
        "  spare: n + 1  # steelyard: ignore L101 for the next version\n",
        "  spare: n + 1 #steelyard:ignore l101 , L102: for the next version\n".replace(" , L102", ""),
        "  # steelyard: ignore L101 for the next version\n  spare: n + 1\n",
        "  # steelyard: ignore L101 for the next version\n  # which says more\n  spare: n + 1\n",
        "  spare: n + 1  # see there  # steelyard: ignore L101 for the next version\r\n",
    ],
)
def test_a_comment_ignores_a_warning_of_its_line(line: str) -> None:
    assert found(RULESET.replace(SPARE, line)) == []


@pytest.mark.parametrize(
    ("line", "codes"),
    [
        ("  spare: n + 1  # steelyard: ignore L101\n", [("L136", 12)]),
        ("  spare: n + 1  # steelyard: ignore\n", [("L101", 12), ("L136", 12)]),
        ("  spare: n + 1  # steelyard: ignore unused\n", [("L101", 12), ("L136", 12)]),
        ("  spare: n + 1  # steelyard: ignore L101,H104 for later\n", [("L135", 12)]),
        ("  # steelyard: ignore L101 for later\n\n  spare: n + 1\n", [("L135", 12), ("L101", 14)]),
        ("  spare: n + 1\n  # steelyard: ignore L101 for later\n", [("L101", 12), ("L135", 13)]),
        ("  spare: n + m  # steelyard: ignore N101 for later\n", [("N101", 12), ("L135", 12)]),
        ("  spare: n + 1\n  text: '\"#steelyard: ignore L101\"'\n", [("L101", 12), ("L101", 13)]),
    ],
)
def test_a_comment_that_does_not_do_is_told(line: str, codes: list[tuple[str, int]]) -> None:
    assert found(RULESET.replace(SPARE, line)) == codes


def test_an_error_cannot_be_ignored() -> None:
    text = RULESET.replace(SPARE, "  spare: n + m  # steelyard: ignore N101 for later\n")

    assert "`N101` is an error, which cannot be ignored" in [str(one.headline) for one in steelyard.check(text)]
