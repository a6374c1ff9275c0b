"""A run is checked against another engine on a seeded sample."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import SimpleNamespace

import pytest

from steelyard.diagnostics import InternalError, msg
from steelyard.engines.verify import choose_sample, verify
from steelyard.facts.case import Case
from steelyard.ir.types import Date, Range
from steelyard.ir.versions import Versions
from steelyard.semantics.outcome import Fired, Outcome, Status

RULES = Versions((SimpleNamespace(version="1", reference_date=None, inputs=(), timezone="UTC"),))
"""What the engines here do not look at."""


@dataclass(frozen=True)
class Fixed:
    """An engine that says the same of every case but those it gets wrong."""

    name: str = "other"
    wrong: tuple[str, ...] = ()

    def compile(self, ruleset, diagnostics):
        return self

    def evaluate(self, case):
        return outcome(case.key + ("!" if case.key in self.wrong else ""))


class Refusing(Fixed):
    def compile(self, ruleset, diagnostics):
        diagnostics.add("N101", None, msg("no"))


def outcome(key: str, status: Status = Status.SCORED, fired: tuple[str, ...] = ()) -> Outcome:
    return Outcome(key, status, fired=tuple(Fired(rule) for rule in fired))


def results(count: int) -> list[tuple[Case, Outcome]]:
    return [(Case(f"K{n}", {}), outcome(f"K{n}")) for n in range(count)]


def test_agreement_is_counted():
    found = verify(RULES, Fixed("mine"), [Fixed()], results(30), seed="s", sample=10)

    assert (found.checked, found.checkers, found.differences) == (10, ("other",), ())


def test_a_difference_holds_the_case_and_both_outcomes():
    given = results(5)
    found = verify(RULES, Fixed("mine"), [Fixed(wrong=("K3",))], given, seed="s")
    (difference,) = found.differences

    assert difference.case is given[3][0]
    assert (difference.engine, difference.checker) == ("mine", "other")
    assert (difference.outcome.key, difference.other.key) == ("K3", "K3!")


def test_an_engine_never_verifies_itself():
    with pytest.raises(InternalError, match="itself"):
        verify(RULES, Fixed("mine"), [Fixed("mine")], results(1), seed="s")


def test_a_checker_that_refuses_is_a_bug():
    with pytest.raises(InternalError, match="refuses"):
        verify(RULES, Fixed("mine"), [Refusing()], results(1), seed="s")


def test_without_a_checker_nothing_is_claimed():
    assert verify(RULES, Fixed("mine"), [], results(9), seed="s").checked == 0


def test_a_sample_of_none():
    assert verify(RULES, Fixed("mine"), [Fixed(wrong=("K0",))], results(1), seed="s", sample=0).differences == ()


def test_the_sample_depends_on_the_seed_and_not_on_the_order():
    given = results(100)
    first = {case.key for case, _ in choose_sample(given, "s", 10)}

    assert first == {case.key for case, _ in choose_sample(given[::-1], "s", 10)}
    assert first != {case.key for case, _ in choose_sample(given, "t", 10)}


def test_every_status_and_every_rule_is_in_the_sample():
    given = results(500)
    given[250] = (given[250][0], outcome("K250", Status.REJECTED))
    given[300] = (given[300][0], outcome("K300", fired=("rare",)))
    given[400] = (given[400][0], outcome("K400", fired=("rarer", "rare")))
    chosen = {o.key for _, o in choose_sample(given, "s", 3)}

    assert {"K250", "K400"} <= chosen
    assert len(chosen) in {3, 4}
    assert {"K250", "K400"} <= {o.key for _, o in choose_sample(given, "s", 1)}


def test_a_small_run_is_checked_whole():
    assert len(choose_sample(results(7), "s", 200)) == 7


def test_keys_that_occur_twice_are_two_cases():
    case, result = results(1)[0]

    assert len(choose_sample([(case, result), (replace(case, values={"a": 1}), result)], "s", 200)) == 2


def test_each_version_is_in_the_sample():
    """A rule that fired under one version says nothing of another."""
    on = SimpleNamespace(id="on", type=Date())
    rules = [
        SimpleNamespace(version=name, reference_date="on", inputs=(on,), timezone="UTC", effective=Range(low, high))
        for name, low, high in (("1", None, 0), ("2", 1, None))
    ]
    given = [(Case(f"K{n}", {"on": int(n == 77)}), outcome(f"K{n}", fired=("r",))) for n in range(100)]

    assert "K77" in {case.key for case, _ in choose_sample(given, "s", 1, Versions(tuple(rules)))}
    assert 1 == len(choose_sample(given, "s", 1))
