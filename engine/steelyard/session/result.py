"""The result of one case, in Python's own types; its explanation is worked out when it is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from steelyard.calendars.zones import Zone, zone
from steelyard.diagnostics import Message, msg
from steelyard.facts.digest import Digests
from steelyard.facts.python import Value, decimal_of, value_of
from steelyard.ir.expressions import Stored
from steelyard.ir.ruleset import SCORE_DIGITS, Indicator, Ruleset
from steelyard.ir.types import Regions, Type
from steelyard.semantics.outcome import IndicatorOutcome, IndicatorShare, Outcome, ScoreOutcome, Status
from steelyard.session.errors import UsageError

if TYPE_CHECKING:
    from steelyard.facts.case import Case, Reject
    from steelyard.session.explanation import CaseExplanation


Output = Value | tuple[Value | None, ...] | None
"""A further result: None where it is missing, a tuple for a list."""


class Explainer(Protocol):
    """What explains a result: the policy that made it."""

    def explain(self, result: Result, lang: str = "en") -> CaseExplanation:
        """Explain it in a language."""
        ...


@dataclass(frozen=True, slots=True)
class Share:
    """What an indicator has of a score.

    Attributes:
        indicator: its id.
        row: the id of the row; None unless the indicator is a family.
        share: the numerator n of its share n ÷ D; D is `ScoreResult.denominator`.
        lost: the points that it lost, 6 digits.
    """

    indicator: str
    row: str | None
    share: int
    lost: Decimal


@dataclass(frozen=True, slots=True)
class IndicatorResult:
    """The result of an indicator, or of one row of an indicator family.

    Attributes:
        id: the indicator's.
        row: the id of the row; None unless the indicator is a family.
        measure: None where it is missing.
        target: None where it is missing or the indicator has none.
        score: 2 digits; None where the indicator was waived.
        waived: why it was waived, in English; None where it was scored.
        share: its numerator in the only score; None where it was waived or the ruleset has several scores.
        lost: the points lost in the only score, 6 digits; None as for `share`.
    """

    id: str
    row: str | None
    measure: Value | None
    target: Value | None
    score: Decimal | None
    waived: str | None
    share: int | None
    lost: Decimal | None


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """A line of the ledger of a score.

    Attributes:
        kind: opening, lost, rounding, base, deduction, bonus, correction, cap, gate, clamp, final_rounding or final.
            `base` and `final` are sums of the lines above them.
        amount: signed as it enters the sum.
        rule: the id of the indicator or points rule; None where no rule causes the line.
        row: the id of the relation row for which the rule fired; None where there is none.
        stage: of a points rule or a clamp; None elsewhere.
    """

    kind: str
    amount: Decimal
    rule: str | None
    row: str | None
    stage: int | None


@dataclass(frozen=True, slots=True)
class ScoreResult:
    """One score of the case.

    Attributes:
        id: `score` where the ruleset has only one.
        score: None where this score is unscored.
        grade: None where it is unscored or the score has no grades.
        base: the score before deductions, bonuses and gates; None where unscored.
        denominator: the D of the shares n ÷ D; None where there are no shares.
        shares: of every indicator, and every row of a family, that was scored.
        ledger: lines that re-add to the score; empty where unscored.
        reasons: reason codes, most points lost first.
        unscored: why there is no score; None where there is one.
    """

    id: str
    score: Decimal | None
    grade: str | None
    base: Decimal | None
    denominator: int | None
    shares: tuple[Share, ...]
    ledger: tuple[LedgerLine, ...]
    reasons: tuple[str, ...]
    unscored: str | None


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a case could not be evaluated, in the words that a file of rejects has.

    Attributes:
        where: the input, `relation.field`, or the rule that is at fault.
        value: what stood there, as text; empty where nothing did.
        expected: what was expected, in English.
        hint: what to write instead, in English; None where there is no advice.
        row: the number of the relation row, from 1; None where no row is at fault.
        messages: `expected` and `hint` for translation (`steelyard.diagnostics.catalogue.translator`).
        others: what else is wrong with the case, cell by cell; these have no others.
    """

    where: str
    value: str
    expected: str
    hint: str | None
    row: int | None
    messages: tuple[Message, ...] = field(repr=False, compare=False)
    others: tuple[Rejection, ...] = ()

    def __str__(self) -> str:
        """One sentence in English."""
        return f"{self.where} is {self.value!r}, expected {self.expected}"


@dataclass(frozen=True, repr=False)
class Result:
    """What became of a case. Equal where outcome and policy are; can be pickled, its explanation included.

    Attributes:
        outcome: the result as engines give it, numbers as integers with a scale; the properties read it.
        digests: of the policy's version that judged the case, and of its parameters.
        warnings: what was left out of the relations given, in English.
        case: what was evaluated, values as stored; None where intake rejected it.
        values: the inputs that could be read, as stored.
        engine: the one that evaluated the case.
    """

    outcome: Outcome
    digests: Digests
    warnings: tuple[str, ...]
    case: Case | None = field(compare=False)
    values: Mapping[str, Stored] = field(compare=False)
    engine: str = field(compare=False)
    _ruleset: Ruleset = field(compare=False)
    _policy: Explainer = field(compare=False)

    @property
    def key(self) -> str:
        """The key of the case as text; what was given where it could not be read."""
        return self.outcome.key

    @property
    def status(self) -> str:
        """`scored`, `unscored` (see `reasons`), `decided` (see `outputs`) or `rejected` (see `rejection`)."""
        return self.outcome.status.value

    @property
    def ruleset(self) -> str:
        """The id of the ruleset."""
        return self._ruleset.id

    @property
    def version(self) -> str:
        """The version that judged the case; where the date fits none, the newest."""
        return self._ruleset.version

    @property
    def digest(self) -> str:
        """SHA-256 of what that version means, in hexadecimal."""
        return self.digests.policy

    @property
    def score(self) -> Decimal | None:
        """The only score, with exactly its digits; None where the case has none, or the ruleset only decides.

        Raises:
            UsageError: the ruleset has several scores; read `scores`.
        """
        found = self._only
        return None if found is None else found.score

    @property
    def grade(self) -> str | None:
        """The grade of the only score; None where there is none, or the ruleset only decides.

        Raises:
            UsageError: the ruleset has several scores; read `scores`.
        """
        found = self._only
        return None if found is None else found.grade

    @property
    def ledger(self) -> tuple[LedgerLine, ...]:
        """The ledger of the only score; empty where the case has none.

        Raises:
            UsageError: the ruleset has several scores; read `scores`.
        """
        found = self._only
        return () if found is None else found.ledger

    @property
    def denominator(self) -> int | None:
        """The D of the shares n ÷ D of the only score; None where there are none.

        Raises:
            UsageError: the ruleset has several scores; read `scores`.
        """
        found = self._only
        return None if found is None else found.denominator

    @cached_property
    def scores(self) -> Mapping[str, ScoreResult]:
        """The scores by name, in the order of the ruleset; empty where the case was rejected, unscored or decided."""
        return MappingProxyType({one.id: _score(one) for one in self.outcome.scores})

    @cached_property
    def indicators(self) -> Mapping[str, IndicatorResult]:
        """The indicators by id, in the order of the ruleset, families left out."""
        return MappingProxyType({one.id: one for one in self._indicators if one.row is None})

    @cached_property
    def families(self) -> Mapping[str, Mapping[str, IndicatorResult]]:
        """The rows of indicator families, by the family's id, then by the row's."""
        found: dict[str, dict[str, IndicatorResult]] = {
            one.id: {} for one in self._ruleset.indicators if one.family is not None
        }
        for one in self._indicators:
            if one.row is not None:
                found[one.id][one.row] = one
        return MappingProxyType({name: MappingProxyType(rows) for name, rows in found.items()})

    @property
    def fired(self) -> Mapping[str, tuple[str, ...]]:
        """The rules that fired, sorted, each with the ids of its rows (none where it reads no relation)."""
        return MappingProxyType({one.rule: one.rows for one in self.outcome.fired})

    @property
    def reasons(self) -> tuple[str, ...]:
        """Reason codes of all scores, each once, most points first; of an unscored case why it is."""
        if self.outcome.reason is not None:
            return (self.outcome.reason,)
        return tuple(dict.fromkeys(code for score in self.outcome.scores for code in score.reasons))

    @property
    def missing(self) -> tuple[str, ...]:
        """What was missing or unknown, sorted."""
        return self.outcome.missing

    @cached_property
    def outputs(self) -> Mapping[str, Output]:
        """Further results by id; None where one is missing, a tuple for a list."""
        types = {output.id: output.value.type for output in self._ruleset.outputs}
        return MappingProxyType({one.id: _output(one.value, types[one.id], self._zone) for one in self.outcome.outputs})

    @property
    def rejection(self) -> Rejection | None:
        """Why the case was rejected; None where it was not."""
        found = self.outcome.rejection
        return None if found is None else _rejection(found)

    def explain(self, lang: str = "en") -> CaseExplanation:
        """Explain the result: the ledger, every rule with the values it read, why other rules did not fire.

        Args:
            lang: `en` or `zh`.

        Raises:
            UsageError: no such language.
        """
        return self._policy.explain(self, lang)

    def to_dict(self) -> dict[str, object]:
        """The result as a file of results in JSON Lines has it: numbers as text with exactly their digits.

        A rejected case has the key, `status`, and what `rejection` says.
        """
        from steelyard.ir.result_columns import result_columns
        from steelyard.report.columns import columns, json_value

        rejection, ruleset = self.rejection, self._ruleset
        if rejection is None:
            head = result_columns(ruleset)
            values = columns(ruleset, self.outcome, self.digest, head)
            return {one.name: json_value(one, values[one.name], self._zone) for one in head}
        identity = {"ruleset": self.ruleset, "version": self.version, "digest": self.digest, "status": self.status}
        why = {"where": rejection.where, "value": rejection.value, "expected": rejection.expected}
        reject = self.outcome.rejection
        others = [] if reject is None else [str(one) for one in reject.other_reasons]
        return {ruleset.key: self.key, **identity, **why, "hint": rejection.hint, "others": others}

    def __repr__(self) -> str:
        """Key, status, score and grade, e.g. `<Result A1: scored 98.00, grade A>`."""
        rejection = self.rejection
        if rejection is not None:
            return f"<Result {self.key}: rejected, {rejection}>"
        if self.outcome.status is Status.DECIDED:
            return f"<Result {self.key}: decided, {', '.join(f'{k}={v}' for k, v in self.outputs.items())}>"
        if not any(score.final for score in self.outcome.scores):
            return f"<Result {self.key}: {self.status}, {', '.join(self.reasons)}>"
        shown = (
            f"{'' if self._single else one.id + ' '}{one.final if one.final is not None else one.unscored}"
            + (f", grade {one.grade}" if one.grade is not None else "")
            for one in self.outcome.scores
        )
        return f"<Result {self.key}: {self.status} {'; '.join(shown)}>"

    def __getstate__(self) -> dict[str, object]:
        """Leave out what was worked out from the fields."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def __setstate__(self, state: dict[str, object]) -> None:
        """Take the fields back."""
        self.__dict__.update(state)

    def _repr_html_(self) -> str:
        """The explanation in English, as notebooks show it."""
        return self.explain().frame()

    @property
    def _zone(self) -> Zone:
        return zone(self._ruleset.timezone)

    @property
    def _single(self) -> bool:
        return len(self._ruleset.scores) == 1

    @property
    def _only(self) -> ScoreResult | None:
        if not self._ruleset.scores:
            return None
        if not self._single:
            names = ", ".join(f"`{score.id}`" for score in self._ruleset.scores)
            raise UsageError(msg("the ruleset has several scores: read `scores[NAME]` of {names}", names=names))
        return self.scores.get(self._ruleset.scores[0].id)

    @cached_property
    def _indicators(self) -> tuple[IndicatorResult, ...]:
        declared = {one.id: one for one in self._ruleset.indicators}
        scores = self.outcome.scores if self._single else ()
        shares = {(one.id, one.row): one for score in scores for one in score.shares}
        return tuple(
            self._indicator(one, declared[one.id], shares.get((one.id, one.row))) for one in self.outcome.indicators
        )

    def _indicator(self, found: IndicatorOutcome, declared: Indicator, share: IndicatorShare | None) -> IndicatorResult:
        target = declared.measure_type if declared.target is None else declared.target.type
        return IndicatorResult(
            id=found.id,
            row=found.row,
            measure=None if found.measure is None else value_of(found.measure, declared.measure_type, self._zone),
            target=None if found.target is None else value_of(found.target, target, self._zone),
            score=None if found.score is None else decimal_of(found.score, SCORE_DIGITS),
            waived=None if found.waived is None else str(found.waived),
            share=None if share is None else share.share,
            lost=None if share is None else decimal_of(*share.lost),
        )


def _rejection(reject: Reject) -> Rejection:
    first, *others = (
        Rejection(
            one.where,
            one.value,
            str(one.expected),
            None if one.hint is None else str(one.hint),
            one.line,
            (one.expected,) if one.hint is None else (one.expected, one.hint),
        )
        for one in reject.all
    )
    return replace(first, others=tuple(others))


def _score(found: ScoreOutcome) -> ScoreResult:
    lines = tuple(LedgerLine(li.kind.value, decimal_of(*li.amount), li.rule, li.row, li.stage) for li in found.ledger)
    shares = tuple(Share(one.id, one.row, one.share, decimal_of(*one.lost)) for one in found.shares)
    return ScoreResult(
        id=found.id,
        score=None if found.final is None else decimal_of(*found.final),
        grade=found.grade,
        base=None if found.base is None else decimal_of(*found.base),
        denominator=found.denominator,
        shares=shares,
        ledger=lines,
        reasons=found.reasons,
        unscored=found.unscored,
    )


def _output(
    value: Stored | tuple[Stored | None, ...] | None, kind: Type, here: Zone
) -> Value | tuple[Value | None, ...] | None:
    match value:
        case None:
            return None
        case tuple() if not isinstance(kind, Regions):
            return tuple(_item(item, kind, here) for item in value)
        case tuple():
            return tuple(str(item) for item in value)
        case _:
            return value_of(value, kind, here)


def _item(value: Stored | None, kind: Type, here: Zone) -> Value | None:
    return None if value is None else value_of(value, kind, here)
