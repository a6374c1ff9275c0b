"""The digest changes with the meaning and with nothing else."""

from __future__ import annotations

import re

import pytest

from passes.fragments import RICH, sound
from steelyard.ir.canonical import canonical, digest

DIGEST = digest(sound("", RICH))


@pytest.mark.parametrize(
    "text",
    [
        "# a comment\n" + RICH,
        RICH.replace("  hit: unique", "  hit:   unique   # spaced"),
        re.sub(r"\{zh: 质量, en: Quality\}", "Q", RICH),
        RICH.replace("upheld and minutes > 5", "upheld  and  minutes>5"),
        RICH.replace("    score: tenths\n", "    score: {steps: {each: 10% of target, deduct: 10, begun: counts}}\n"),
        RICH.replace("ruleset: rich", "ruleset: rich\ntitle: {zh: 一, en: One}\nnotes: x"),
        RICH.replace("quick: {type: duration, value: 24h", "quick: {type: duration, value: 1440min"),
        RICH.replace("version: 1\n", "version: 1\nsource: {title: Policy}\n"),
    ],
)
def test_comments_layout_labels_and_spelling_do_not_change_it(text: str) -> None:
    assert text != RICH
    assert DIGEST == digest(sound("", text))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("weight: 40", "weight: 41"),
        ("deduct: 5, reason: D1", "deduct: 5, reason: D2"),
        ("begun: counts", "begun: ignored"),
        ('minutes: "< 10"', 'minutes: "<= 10"'),
        ("hit: first", "hit: unique"),
        ("A: 90", "A: 91"),
        ("version: 1", "version: 2"),
        ("Asia/Shanghai", "UTC"),
        ("payment: {pause: true}", "payment: {waive: true}"),
        ('range: "[1..100]"', 'range: "[1..99]"'),
        ("missing: {score: 50}", "missing: {score: 51}"),
        ("speed: 0.8", "speed: 0.9"),
        ("unknown: fire", "unknown: ignore"),
        ("coalesce(paid_at, as_of)", "coalesce(as_of, paid_at)"),
        ("stage: 2", "stage: 3"),
        ("minimum_present: 2", "minimum_present: 1"),
        ('remark: "01001"', "remark: 1001"),
        ("[2024-01-01..)", "(2024-01-01..)"),
    ],
)
def test_any_meaning_changes_it(old: str, new: str) -> None:
    assert old in RICH
    assert DIGEST != digest(sound("", RICH.replace(old, new, 1)))


def test_text_is_quoted_so_that_nothing_can_be_mistaken() -> None:
    assert r'["a\"b\\","c\nd\re"]' == canonical(('a"b\\', "c\nd\re"))
    assert canonical(("a", "b")) != canonical(('a","b',))


def test_what_has_no_canonical_form_is_a_bug() -> None:
    with pytest.raises(TypeError):
        canonical(1.5)
