"""A run is checked against other engines on a seeded sample of its record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from golden.reports.worked import ruleset
from recorded import record
from steelyard.diagnostics import InternalError, msg
from steelyard.engines.protocol import Compiled
from steelyard.facts.case import Case, Reject
from steelyard.facts.portfolio import Provenance, SourceFile
from steelyard.ir.versions import Versions
from steelyard.semantics.outcome import Fired, Fixed, Outcome, ScoreOutcome, Status
from steelyard.session.errors import DisagreementError
from steelyard.session.listener import Silent
from steelyard.session.record import Record
from steelyard.session.verification import checkers_of

TEXT = """
steelyard: 1
ruleset: r
version: 1
timezone: UTC
case: {key: id, reference_date: on, inputs: {id: text, on: date, a: decimal(0)}}
indicators: {x: {measure: a, score: measure, baseline: 100, weight: 1}}
score: {method: weighted_mean, round: 2}
"""
ALONE = Versions((ruleset(TEXT),))


@dataclass(frozen=True)
class Saying:
    """An engine that says what it is told to."""

    outcomes: dict[str, Outcome]
    asked: list[str]
    name: str = "other"

    def compile(self, ruleset, diagnostics):
        return self

    def evaluate(self, case):
        self.asked.append(case.key)
        return self.outcomes[case.key]


class Refusing(Saying):
    def compile(self, ruleset, diagnostics):
        diagnostics.add("N101", None, msg("no"))


def outcome(key: str, units: int = 0, fired: tuple[str, ...] = (), where: str = "") -> Outcome:
    if where:
        return Outcome(key, Status.REJECTED, rejection=Reject(key, where, "", msg("yes")))
    final = Fixed(units, 2)
    score = ScoreOutcome("score", 1, (), final, final, None, None, (), ())
    return Outcome(key, Status.SCORED, scores=(score,), fired=tuple(Fired(rule) for rule in fired))


def results(count: int) -> list[tuple[Case, Outcome]]:
    return [(Case(f"K{n}", {"on": 0}), outcome(f"K{n}")) for n in range(count)]


def checked(
    folder: Path,
    given: Sequence[tuple[Case, Outcome]],
    size: int = 200,
    seed: str = "s",
    other: dict[str, Outcome] | None = None,
    versions: Versions = ALONE,
) -> tuple[Record, list[str]]:
    """The record after the check, and the keys of the sample."""
    folder = folder / f"{len(list(folder.iterdir()))}"
    folder.mkdir()
    read = Provenance((SourceFile("cases", "c.csv", seed),), ())
    found = record(versions, given, folder, read=read)
    engine = Saying({case.key: said for case, said in given} | (other or {}), [])
    checker: tuple[tuple[str, Compiled], ...] = (("other", engine),)
    return found.verified(size, checker, given, Silent()), engine.asked


def test_agreement_is_counted(tmp_path: Path) -> None:
    found, asked = checked(tmp_path, results(30), 10)

    assert (10, ("other",)) == (found.scoring.verified, found.scoring.checkers)
    assert 10 == len(set(asked))
    assert '"verified": {"cases": 10, "engines": ["other"]}' in found.provenance()


def test_a_difference_holds_the_case_and_both_values(tmp_path: Path) -> None:
    given = results(5)
    with pytest.raises(DisagreementError, match="nothing was written") as raised:
        checked(tmp_path, given, other={"K3": outcome("K3", 1)})
    (difference,) = raised.value.differences

    assert given[3][0] is difference.case
    assert ("other", (("score", "0.00", "0.01"),)) == (difference.checker, difference.columns)


def test_a_difference_that_no_column_shows_is_one(tmp_path: Path) -> None:
    given = results(2)
    (score,) = given[1][1].scores
    with pytest.raises(DisagreementError) as raised:
        checked(tmp_path, given, other={"K1": replace(given[1][1], scores=(replace(score, base=Fixed(7, 2)),))})
    ((name, mine, other),) = raised.value.differences[0].columns

    assert "outcome" == name
    assert mine != other


@pytest.mark.parametrize(("mine", "other"), [("rule", ""), ("", "rule")])
def test_only_one_rejects_the_case(tmp_path: Path, mine: str, other: str) -> None:
    given = [(Case("K0", {"on": 0}), outcome("K0", where=mine))]
    with pytest.raises(DisagreementError) as raised:
        checked(tmp_path, given, other={"K0": outcome("K0", where=other)})

    statuses = ("rejected" if mine else "scored", "rejected" if other else "scored")
    assert (("status", *statuses),) == raised.value.differences[0].columns


def test_a_number_that_no_file_holds_differs(tmp_path: Path) -> None:
    given = results(1)
    with pytest.raises(DisagreementError) as raised:
        checked(tmp_path, given, other={"K0": outcome("K0", 10**20)})

    assert ("score", "0.00") == raised.value.differences[0].columns[0][:2]


def test_numbers_of_any_width_are_compared(tmp_path: Path) -> None:
    given = [*results(1), (Case("K1", {"on": 0}), outcome("K1", 10**20))]

    assert 2 == checked(tmp_path, given)[0].scoring.verified
    with pytest.raises(DisagreementError):
        checked(tmp_path, given, other={"K1": outcome("K1", 10**20 + 1)})


def test_a_checker_that_refuses_is_a_bug() -> None:
    with pytest.raises(InternalError, match="refuses"):
        checkers_of([Refusing({}, [])], ALONE)


def test_the_sample_depends_on_the_seed_alone(tmp_path: Path) -> None:
    first = set(checked(tmp_path, results(100), 10)[1])

    assert first == set(checked(tmp_path, results(100), 10)[1])
    assert first != set(checked(tmp_path, results(100), 10, "t")[1])


def test_every_status_and_every_rule_is_in_the_sample(tmp_path: Path) -> None:
    given = results(500)
    given[250] = (given[250][0], outcome("K250", where="gone"))
    given[300] = (given[300][0], outcome("K300", fired=("rare",)))
    given[400] = (given[400][0], outcome("K400", fired=("rarer", "rare")))
    asked = set(checked(tmp_path, given, 3)[1])

    assert {"K250", "K400"} <= asked
    assert len(asked) in {3, 4}
    assert {"K250", "K400"} <= set(checked(tmp_path, given, 1)[1])


def test_a_small_run_is_checked_whole(tmp_path: Path) -> None:
    given = results(7)
    for place in (2, 5):
        given[place] = (given[place][0], outcome(f"K{place}", where="gone"))

    assert {f"K{n}" for n in range(7)} == set(checked(tmp_path, given)[1])


def test_each_version_is_in_the_sample(tmp_path: Path) -> None:
    """A rule that fired under one version says nothing of another."""
    old = ruleset(TEXT.replace("version: 1", "version: 1\neffective: (..1970-01-01]"))
    new = ruleset(TEXT.replace("version: 1", "version: 2\neffective: '[1970-01-02..)'"))
    given = [(Case(f"K{n}", {"on": int(n == 77)}), outcome(f"K{n}", fired=("r",))) for n in range(100)]

    assert "K77" in checked(tmp_path, given, 1, versions=Versions((old, new)))[1]
    assert 1 == len(checked(tmp_path, [(replace(case, values={"on": 0}), said) for case, said in given], 1)[1])
