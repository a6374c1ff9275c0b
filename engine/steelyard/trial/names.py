"""What a worked case may expect of a ruleset: the names of results, and the values that each can have."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from steelyard.calendars.zones import Zone, zone
from steelyard.diagnostics import msg
from steelyard.diagnostics.suggestions import closest, listed
from steelyard.facts.format import format_value
from steelyard.facts.parse import parse
from steelyard.facts.problem import Problem
from steelyard.ir.indicators import Bands
from steelyard.ir.result_columns import Content, ResultColumn, result_columns
from steelyard.ir.ruleset import Ruleset, Score
from steelyard.ir.types import Number, Range, Text, Type
from steelyard.report.reason_words import reason_words
from steelyard.semantics.outcome import Status
from steelyard.source import Seq
from steelyard.trial.worked import SEPARATOR, Expectation

STATUS, REASON, WHERE, ROW, VERSION, ROWS = "status", "reason", "where", "row", "version", "rows"
FIRED, HAS_FIRED, NOT_FIRED, MISSING = "fired", "has_fired", "not_fired", "missing"
UNORDERED = (FIRED, HAS_FIRED, NOT_FIRED, MISSING)
"""Lists whose order means nothing: they are compared in the order of their code points."""
_LEFT_OUT = (Content.DIGEST, Content.FAMILY)
_TEXT = Text()
_ANY = Range(None, None)
"""Results may lie where no input does."""


@dataclass(frozen=True, slots=True)
class Expected:
    """The values of a result.

    Attributes:
        type: of the value, or of each item of a list.
        many: whether it is a list.
        words: the only values that there are; None: any of the type.
    """

    type: Type = _TEXT
    many: bool = False
    words: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Names:
    """The results of one version that can be expected.

    Attributes:
        fixed: by name.
        families: ids of families; `ID/ROW.score` names a row of one.
        defines: the named values of the case; only the reference computes them by themselves.
    """

    ruleset: Ruleset
    fixed: Mapping[str, Expected]
    families: Mapping[str, Mapping[str, Expected]]
    defines: frozenset[str]
    here: Zone = field(compare=False)

    def find(self, name: str) -> Expected | None:
        """What a name stands for; None where it is none."""
        found = self.fixed.get(name)
        if found is not None or "/" not in name:
            return found
        family, _, rest = name.partition("/")
        parts = self.families.get(family, {})
        return next((one for part, one in parts.items() if rest.endswith(f".{part}")), None)

    @property
    def known(self) -> Iterator[str]:
        """Every name, for suggestions."""
        yield from self.fixed
        yield from (f"{family}/ROW.{part}" for family, parts in self.families.items() for part in parts)

    def canonical(self, expectation: Expectation) -> str | Problem:
        """The value as files of results write it, or what is wrong with it."""
        expected = self.find(expectation.name)
        if expected is None:
            return Problem(msg("a name of a result"))
        if not expected.many and isinstance(expectation.value, Seq):
            return Problem(msg("a single value"), msg("write the value without `[]`"))
        items: list[str] = []
        for text in expectation.texts if expected.many else (str(expectation.value),):
            item = self._one(text, expected)
            if isinstance(item, Problem):
                return item
            items.append(item)
        if expectation.name in UNORDERED:
            items.sort()
        return SEPARATOR.join(items)

    def _one(self, text: str, expected: Expected) -> str | Problem:
        if expected.words is not None:
            text = text.strip()
            return text if not text or text in expected.words else _not_among(text, expected.words)
        if not text or isinstance(expected.type, Text):
            return text
        value = parse(text, expected.type, _ANY, self.here)
        if isinstance(value, Problem):
            return value
        return "" if value is None else format_value(value, expected.type, self.here)


def names_of(ruleset: Ruleset) -> Names:
    """What can be expected of a version."""
    parts = {i.id: dict(_of_indicator(ruleset, i.id)) for i in ruleset.indicators if i.family is not None}
    return Names(
        ruleset,
        dict(_fixed(ruleset)),
        parts,
        frozenset(one.id for one in ruleset.defines),
        zone(ruleset.timezone),
    )


def tail(ruleset: Ruleset, score: Score | str) -> str:
    """What follows the name of a result of a score: nothing where there is one score without a name."""
    name = score if isinstance(score, str) else score.id
    return "" if len(ruleset.scores) == 1 and ruleset.scores[0].id == "score" else f".{name}"


def rule_ids(ruleset: Ruleset) -> tuple[str, ...]:
    """The rules that can fire."""
    rules: Iterable[Iterable[str]] = (
        (one.id for one in ruleset.exemptions),
        (one.id for one in ruleset.weights.adjustments),
        (one.id for one in ruleset.unscored),
        (one.id for one in ruleset.points),
    )
    return tuple(name for ids in rules for name in ids)


def columns_shown(ruleset: Ruleset) -> tuple[ResultColumn, ...]:
    """The columns of results that can be expected, families left out."""
    return tuple(
        one for one in result_columns(ruleset) if one.origin is not None and one.origin.content not in _LEFT_OUT
    )


def _fixed(ruleset: Ruleset) -> Iterator[tuple[str, Expected]]:
    rules = rule_ids(ruleset)
    yield from ((define.id, Expected(define.value.type)) for define in ruleset.defines)
    for column in columns_shown(ruleset):
        yield column.name, Expected(column.type, column.many, _words(ruleset, column))
    yield REASON, Expected()
    yield WHERE, Expected()
    yield ROW, Expected(Number(0))
    yield ROWS, Expected()
    yield HAS_FIRED, Expected(_TEXT, many=True, words=rules)
    yield NOT_FIRED, Expected(_TEXT, many=True, words=rules)
    for score in ruleset.scores:
        after = tail(ruleset, score)
        yield f"base{after}", Expected(Number(score.digits))
        yield f"unscored{after}", Expected()
        yield f"ledger{after}", Expected()
        if after:
            yield f"reasons{after}", Expected(_TEXT, many=True, words=_reasons(ruleset))
    for indicator in ruleset.indicators:
        if indicator.family is None:
            yield f"{indicator.id}.waived", Expected()


def _of_indicator(ruleset: Ruleset, family: str) -> Iterator[tuple[str, Expected]]:
    for column in result_columns(ruleset):
        if column.name == family:
            yield from ((one.name, Expected(one.type, one.many)) for one in column.fields[1:])
    yield "waived", Expected()


def _words(ruleset: Ruleset, column: ResultColumn) -> tuple[str, ...] | None:
    """The values of a column, where they are few and known."""
    origin = column.origin
    match None if origin is None else origin.content:
        case Content.STATUS:
            return tuple(one.value for one in Status)
        case Content.GRADE if origin is not None:
            return next(tuple(grade.id for grade in one.grades) for one in ruleset.scores if one.id == origin.score)
        case Content.FIRED:
            return rule_ids(ruleset)
        case Content.REASONS:
            return _reasons(ruleset)
        case Content.RULESET:
            return (ruleset.id,)
        case Content.VERSION:
            return (ruleset.version,)
        case _:  # the values of any other column are not listed
            return None


def _reasons(ruleset: Ruleset) -> tuple[str, ...] | None:
    """The reason codes that a case can have; None where one is computed."""
    found = [one.reason for one in (*ruleset.indicators, *ruleset.points, *ruleset.unscored)]
    found += [band.reason for one in ruleset.indicators if isinstance(one.way, Bands) for band in one.way.bands]
    computed = any(not isinstance(one, str | None) for one in found)
    return None if computed else tuple(reason_words(ruleset))


def _not_among(text: str, words: tuple[str, ...]) -> Problem:
    near = closest(text, words)
    if near is not None:
        return Problem(msg("one of {values}", values=listed(words)), msg("did you mean `{near}`?", near=near))
    return Problem(msg("one of {values}", values=listed(words)) if words else msg("nothing: there is no such value"))
