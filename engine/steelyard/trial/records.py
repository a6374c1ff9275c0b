"""What a trial finds, case by case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from steelyard.diagnostics import Diagnostic, Message, Span
from steelyard.facts.case import Case, Reject
from steelyard.ir.ruleset import Ruleset
from steelyard.trial.coverage.records import Coverage
from steelyard.trial.mutating.records import Mutation
from steelyard.trial.worked import Expectation, WorkedCase


@dataclass(frozen=True, slots=True)
class Difference:
    """A result that is not as expected, both as files of results write them.

    Attributes:
        engine: what was found is its result; the first of those that ran.
    """

    expectation: Expectation
    expected: str
    found: str
    engine: str

    @property
    def name(self) -> str:
        """The name of the result."""
        return str(self.expectation.name)

    @property
    def span(self) -> Span:
        """Where the expected value stands."""
        return self.expectation.span


@dataclass(frozen=True, slots=True)
class Contradiction:
    """A result about which two engines say different things: a fault of this program.

    Attributes:
        first, first_found: the engine that is right by definition, or else the first that ran, and what it says.
        second, second_found: the other.
    """

    name: str
    first: str
    first_found: str
    second: str
    second_found: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What came of a worked case.

    Attributes:
        version: under which it was judged.
        case: what was evaluated, or why intake rejects it.
        found: the results of the first engine, by name.
        differences: what is not as expected.
        contradictions: what engines disagree about.
        uncompared: expectations that no engine that ran gives.
    """

    worked: WorkedCase = field(repr=False)
    version: Ruleset = field(repr=False)
    case: Case | Reject
    found: Mapping[str, str] = field(repr=False)
    differences: tuple[Difference, ...] = ()
    contradictions: tuple[Contradiction, ...] = ()
    uncompared: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the case."""
        return str(self.worked.name)

    @property
    def passed(self) -> bool:
        """Whether everything that is expected came out, on every engine alike."""
        return not self.differences and not self.contradictions


@dataclass(frozen=True, slots=True)
class Unable:
    """An engine that did not run, and why."""

    engine: str
    why: Message


@dataclass(frozen=True, slots=True)
class Untried:
    """A ruleset that could not be tried, because it or its file of cases has errors.

    Attributes:
        ruleset: what was named.
        diagnostics: why.
        of_cases: whether they are of the file of cases.
    """

    ruleset: str
    diagnostics: tuple[Diagnostic, ...]
    of_cases: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """A ruleset, tried on a file of cases.

    Attributes:
        ruleset: what was named.
        file: of the cases.
        engines: those that ran, the first is the one whose results are compared.
        unable: those that did not.
        verdicts: in the order of the file, those that were asked for.
        left_out: how many cases were not asked for.
        seconds: how long it took.
        coverage: what the cases tried of the ruleset; None where that was not asked.
        mutation: what the cases notice of small changes of the policy; None where that was not asked for.
    """

    ruleset: str
    file: str
    engines: tuple[str, ...]
    unable: tuple[Unable, ...]
    verdicts: tuple[Verdict, ...] = field(repr=False)
    left_out: int
    seconds: float
    coverage: Coverage | None = None
    mutation: Mutation | None = None

    @property
    def passed(self) -> int:
        """How many cases came out as expected."""
        return sum(one.passed for one in self.verdicts)

    @property
    def failures(self) -> tuple[Verdict, ...]:
        """The cases that did not."""
        return tuple(one for one in self.verdicts if not one.passed)
