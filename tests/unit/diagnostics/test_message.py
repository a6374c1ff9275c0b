"""A message is a template with values; only templates are translated."""

from __future__ import annotations

from typing import NamedTuple

from steelyard.diagnostics import msg

CHINESE = {"value `{x}`": "值 `{x}`", "inner {y}": "内 {y}", ", ": "、"}


def chinese(template: str) -> str:
    return CHINESE.get(template, template)


def test_english_is_the_template_itself() -> None:
    assert "value `7`" == str(msg("value `{x}`", x=7))


def test_words_follow_the_count() -> None:
    said = [str(msg("{n} {n:row is|rows are} left", n=n)) for n in (0, 1, 2, "1", "1,000")]

    assert ["0 rows are left", "1 row is left", "2 rows are left", "1 row is left", "1,000 rows are left"] == said


def test_values_are_never_templates() -> None:
    assert "value `{y} {0}`" == str(msg("value `{x}`", x="{y} {0}"))


def test_nested_messages_are_translated_too() -> None:
    message = msg("value `{x}`", x=msg("inner {y}", y=msg("plain")))

    assert "value `inner plain`" == str(message)
    assert "值 `内 plain`" == message.text(chinese)


def test_lists_are_joined_in_the_language() -> None:
    message = msg("value `{x}`", x=("a", msg("inner {y}", y=1), 2))

    assert "value `a, inner 1, 2`" == str(message)
    assert "值 `a、内 1、2`" == message.text(chinese)
    assert "value ``" == str(msg("value `{x}`", x=()))


def test_equality_counts_values_and_hash_works() -> None:
    assert msg("a {x}", x=1) == msg("a {x}", x=1)
    assert msg("a {x}", x=1) != msg("a {x}", x=2)
    assert hash(msg("a {x}", x=["unhashable"])) == hash(msg("a {x}", x=["unhashable"]))


def test_a_named_tuple_shows_itself() -> None:
    class Money(NamedTuple):
        units: int
        scale: int

        def __str__(self) -> str:
            return f"{self.units}e-{self.scale}"

    assert "5e-2 of 1, 2" == str(msg("{a} of {b}", a=Money(5, 2), b=(1, 2)))
