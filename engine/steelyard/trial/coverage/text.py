"""Coverage as text for people: what no case tries, with its place, then how much of everything cases try."""

from __future__ import annotations

from collections.abc import Iterator

from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.catalogue import translator
from steelyard.diagnostics.plain import one_line
from steelyard.explain.terms import Text, show, together
from steelyard.trial.coverage.records import Coverage


def coverage_lines(ruleset: str, found: Coverage, lang: str) -> Iterator[str]:
    """Lay coverage out; what belongs together at one place takes one line."""
    told = translator(lang)
    lacking: dict[tuple[str, str], list[Text]] = {}
    for one in found.uncovered:
        place = ruleset if one.span is None else str(one.span)
        lacking.setdefault((place, show(one.name, lang)), []).append(one.text)
    if lacking:
        yield one_line(told(msg("{ruleset}: no case tries", ruleset=ruleset)))
    for (place, name), texts in lacking.items():
        yield one_line(f"  {place}: {show(msg('{name}: {texts}', name=name, texts=together(texts)), lang)}")
    yield one_line(told(total(ruleset, found)))


def total(ruleset: str, found: Coverage) -> Message:
    """How much of everything cases try."""
    return msg(
        "{ruleset}: coverage {percent}% ({covered} of {total})",
        ruleset=ruleset,
        percent=found.percent,
        covered=found.covered,
        total=found.total,
    )
