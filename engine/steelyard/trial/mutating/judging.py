"""Runs the worked cases on each changed ruleset, on the reference, until one notices."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from time import perf_counter

from steelyard.analysis.bands import check_bands
from steelyard.analysis.check import Check, is_sound
from steelyard.analysis.situations import check_situations
from steelyard.analysis.tables import check_tables
from steelyard.analysis.weights import check_weights
from steelyard.diagnostics import Diagnostics, InternalError
from steelyard.facts.case import Case
from steelyard.ir.canonical import canonical
from steelyard.ir.expressions import And, Or
from steelyard.ir.named_ids import parameter_ids
from steelyard.ir.ruleset import Bands, HitPolicy, MissingRule, Ruleset, Table, TableRow
from steelyard.ir.versions import Versions
from steelyard.trial.built import Built, together
from steelyard.trial.mutating.edits import Edit, edits
from steelyard.trial.mutating.records import Mutation, Survivor
from steelyard.trial.mutating.words import Telling
from steelyard.trial.names import Names, names_of
from steelyard.trial.resolved import resolve
from steelyard.trial.running import Runner, expected_text, found_text, reference
from steelyard.trial.worked import WorkedCase

_BEFORE_CASES = frozenset({"parameters", "relations", "defines", "tables"})
"""Sections on which rows can depend that are derived from cases."""
_OF_WEIGHTS = frozenset({"weight", "multiply", "set", "at_least", "at_most", "default"})
"""Properties on which it can depend whether weights are valid."""
_RULES = frozenset({"weights", "unscored", "points", "outputs"})
"""Sections that hold nothing that is divided by."""
_FAULTS = (InternalError, ArithmeticError, LookupError, ValueError)
"""What a changed ruleset raises that the checker would have refused."""

Total = Callable[[int], Callable[[int], None]]


@dataclass(frozen=True)
class _Asked:
    """A worked case with what is expected of it, as texts by name.

    Attributes:
        bound: the version that it is judged by, with its parameters.
        own: the ids of the parameters that have a value of the case or of the user.
    """

    built: Built
    expected: tuple[tuple[str, str], ...]
    bound: Ruleset
    own: frozenset[str]


@dataclass(frozen=True)
class _Bench:
    """One version of a ruleset with the cases of its days.

    Attributes:
        rebuild: makes the cases again for a changed version, by name.
    """

    ruleset: Ruleset
    names: Names
    defines: frozenset[str]
    cases: tuple[_Asked, ...]
    rebuild: Callable[[Ruleset], Mapping[str, Built]]

    @cached_property
    def telling(self) -> Telling:
        """Says what was changed."""
        return Telling(self.ruleset)

    def fails(self, one: _Asked, built: Built, runner: Runner) -> bool:
        """Whether something that is expected does not come out."""
        if not isinstance(built.case, Case):
            return True
        said = runner([built])[0]
        return any(found_text(name, text, said, self.names) != text for name, text in one.expected)

    def noticing(self, after: Ruleset, cases: Sequence[_Asked], rebuilt: Mapping[str, Built]) -> _Asked | None:
        """The first case that notices a change; None where none does."""
        runners: dict[int, Runner] = {}
        for one in cases:
            runner = runners.get(id(one.bound))
            if runner is None:
                runner = runners[id(one.bound)] = reference(self._bound(after, one), self.defines)
            if self.fails(one, rebuilt.get(str(one.built.worked.name), one.built), runner):
                return one
        return None

    def _bound(self, after: Ruleset, one: _Asked) -> Ruleset:
        """A changed version with the parameters of a case; a changed value counts where the case has none."""
        found = zip(self.ruleset.parameters, after.parameters, one.bound.parameters, strict=True)
        return replace(
            after,
            parameters=tuple(bound if new is old or bound.id in one.own else new for old, new, bound in found),
        )


def mutation(
    rules: Versions,
    cases: Sequence[WorkedCase],
    *,
    chosen: Callable[[WorkedCase], bool] = lambda _: True,
    settings: Mapping[str, str] | None = None,
    total: Total = lambda _: lambda _: None,
) -> Mutation:
    """Find the small changes of a ruleset that no worked case notices.

    Args:
        rules: the versions; parameters need no value.
        cases: all of a file, without errors.
        chosen: which of them are run.
        settings: the values of parameters that a case does not set.
        total: is told how many changes there are, and gives what is told how many are done.
    """
    began = perf_counter()
    benches = tuple(_benches(rules, resolve(rules, cases, Diagnostics()), chosen, settings or {}))
    found = [(bench, one) for bench in benches for one in edits(bench.ruleset)]
    tick = total(len(found))
    counted, survivors = 0, list[Survivor]()
    last: dict[int, _Asked] = {}
    for number, (bench, edit) in enumerate(found, 1):
        try:
            noticed = _noticed(bench, edit, last.get(id(bench)))
        except _FAULTS:
            noticed = _REFUSED
        if noticed is not _REFUSED:
            counted += 1
            if noticed is None:
                survivors.append(bench.telling.survivor(edit))
            elif isinstance(noticed, _Asked):
                last[id(bench)] = noticed
        tick(number)
    return Mutation(counted, tuple(survivors), sum(len(one.cases) for one in benches), perf_counter() - began)


_REFUSED = "refused"


def _noticed(bench: _Bench, edit: Edit, last: _Asked | None) -> _Asked | str | None:
    """The case that notices a change; `_REFUSED` where it means the same, or makes no valid policy."""
    after = edit.ruleset
    if canonical(edit.old) == canonical(edit.new) or not is_sound(after, _checks(edit), divisors=_is_low(edit)):
        return _REFUSED
    derives = edit.section in _BEFORE_CASES and any(one.derived is not None for one in after.relations)
    rebuilt: Mapping[str, Built] = bench.rebuild(after) if derives else {}
    likely = () if last is None else (last,)  # the case that noticed the change before, of the same rule mostly
    return bench.noticing(after, (*likely, *(one for one in bench.cases if one is not last)), rebuilt)


def _checks(edit: Edit) -> tuple[Check, ...]:
    """The checks that can find an error in what was changed."""
    found: list[Check] = []
    if isinstance(edit.parent, Table) and (edit.attribute == "cells" or edit.parent.hit is HitPolicy.ANY):
        found.append(check_tables)
    if isinstance(edit.parent, Bands):
        found.append(check_bands)
    if edit.attribute in _OF_WEIGHTS or edit.section == "weights":
        found += [check_weights, check_situations]
    return tuple(found)


def _is_low(edit: Edit) -> bool:
    """Whether a value that others divide by can have come to 0 or below."""
    match edit.new:
        case None | And() | Or() | MissingRule():
            return False
        case TableRow(outputs=outputs):
            return any(isinstance(one, int) and one <= 0 for one in outputs)
        case _:  # it may be part of a difference
            return edit.section not in _RULES and not (isinstance(edit.parent, Table) and edit.attribute == "cells")


def _benches(
    rules: Versions, cases: Sequence[WorkedCase], chosen: Callable[[WorkedCase], bool], settings: Mapping[str, str]
) -> Iterator[_Bench]:
    """The versions with their cases: those that come out as expected."""
    groups = tuple(together(rules, cases, Diagnostics(), settings))
    ids = parameter_ids(rules)
    for place, version in enumerate(rules.rulesets):
        names = names_of(version)

        def rebuild(after: Ruleset, place: int = place) -> Mapping[str, Built]:
            changed = Versions((*rules.rulesets[:place], after, *rules.rulesets[place + 1 :]))
            again = together(changed, cases, Diagnostics(), settings)
            return {str(one.worked.name): one for group in again for one in group.cases}

        asked = tuple(
            _Asked(
                built,
                tuple((str(one.name), expected_text(one, names)) for one in built.worked.expect),
                group.rules.rulesets[place],
                frozenset(ids.get(str(name), str(name)) for name in (*settings, *built.worked.settings)),
            )
            for group in groups
            for built in group.cases
            if built.version is group.rules.rulesets[place] and isinstance(built.case, Case) and chosen(built.worked)
        )
        defines = frozenset(name for one in asked for name, _ in one.expected if name in names.defines)
        bench = _Bench(version, names, defines, asked, rebuild)
        runners = {id(one.bound): reference(one.bound, defines) for one in asked}
        passing = tuple(one for one in asked if not bench.fails(one, one.built, runners[id(one.bound)]))
        yield replace(bench, cases=passing)
