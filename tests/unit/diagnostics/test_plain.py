"""What was read from a file cannot steer the terminal it is shown on."""

from __future__ import annotations

import pytest

from steelyard.diagnostics.plain import one_line, visible


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("报案 a–é😀", "报案 a–é😀"),
        ("", ""),
        ("\x1b[31mred\x07", r"\u001b[31mred\u0007"),
        ("\u202ecba\u2066", r"\u202ecba\u2066"),
        ("a\u200bb\ufeff\x00", r"a\u200bb\ufeff\u0000"),
        ("a\u00adb\u3164\U000e0041\ud800", r"a\u00adb\u3164\U000e0041\ud800"),
        ("\u2028\u2029", r"\u2028\u2029"),
        ("a\tb", "a    b"),
        ("a \r\n  Score: 100\n", "a Score: 100 "),
    ],
)
def test_one_line(text: str, expected: str):
    assert expected == one_line(text)


def test_lines_stay_where_they_are_wanted():
    assert "a\nb\\u009b" == visible("a\nb\x9b")
