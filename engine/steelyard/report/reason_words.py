"""What the reason codes of a ruleset stand for, whatever the cases: the names of what has the code."""

from __future__ import annotations

from collections.abc import Iterator

from steelyard.diagnostics import msg
from steelyard.explain.ledger import reason_text
from steelyard.explain.naming import meaning
from steelyard.explain.terms import Name, Text
from steelyard.ir.indicators import Bands
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.versions import Versions, versions_of
from steelyard.semantics.points import MISSING_AMOUNT
from steelyard.semantics.scores import MISSING_MINIMUM, MISSING_VALUE, NOTHING_TO_SCORE, TOO_FEW_PRESENT

_OF_THE_LANGUAGE = (NOTHING_TO_SCORE, TOO_FEW_PRESENT, MISSING_VALUE, MISSING_MINIMUM, MISSING_AMOUNT)


def reason_words(rules: Ruleset | Versions) -> dict[str, Text]:
    """By code, what it stands for with the code after it; codes that are computed for each case are not known here."""
    found: dict[str, dict[str, Text]] = {}
    for ruleset in reversed(versions_of(rules).rulesets):
        for code, name in _named(ruleset):
            found.setdefault(code, {}).setdefault(name.id, name)
    meanings: dict[str, Text] = {one: reason_text(one) for one in _OF_THE_LANGUAGE}
    meanings.update((code, meaning(tuple(names.values()))) for code, names in found.items())
    return {code: msg("{meaning} ({code})", meaning=told, code=code) for code, told in meanings.items()}


def _named(ruleset: Ruleset) -> Iterator[tuple[str, Name]]:
    for one in (*ruleset.indicators, *ruleset.points, *ruleset.unscored):
        if isinstance(one.reason, str):
            yield one.reason, Name(one.id, one.label)
    for one in ruleset.indicators:
        for band in one.way.bands if isinstance(one.way, Bands) else ():
            if isinstance(band.reason, str):
                yield band.reason, Name(one.id, one.label)
