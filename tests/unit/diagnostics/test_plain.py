"""What was read from a file cannot steer the terminal it is shown on."""

from __future__ import annotations

import pytest

from steelyard.diagnostics.plain import one_line, visible


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("报案 a–é😀", "报案 a–é😀"),
        ("", ""),
        ("\x1b[31mred\x07", "\ufffd[31mred\ufffd"),
        ("\u202ecba\u2066", "\ufffdcba\ufffd"),
        ("a\u200bb\ufeff\x00", "a\ufffdb\ufffd\ufffd"),
        ("a\tb", "a    b"),
        ("a \r\n  Score: 100\n", "a Score: 100 "),
    ],
)
def test_one_line(text: str, expected: str):
    assert expected == one_line(text)


def test_lines_stay_where_they_are_wanted():
    assert "a\nb\ufffd" == visible("a\nb\x9b")
