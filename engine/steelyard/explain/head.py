"""What the head of a case's page says: whose case it is, and until when it was looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from steelyard.explain.records import Fact, HeadFact, Role
from steelyard.ir.declared import CUT_OFF
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.types import Date, DateTime, Text

_MOST_TEXTS = 4


def head_of(ruleset: Ruleset, inputs: Iterable[Fact], parameters: Iterable[Fact]) -> tuple[HeadFact, ...]:
    """The branch, the handler and the cut-off; of a ruleset without roles, the first texts of the case instead."""
    return (*_whose(ruleset, {one.name.id: one for one in inputs}), *_cut_off(ruleset, parameters))


def _whose(ruleset: Ruleset, inputs: dict[str, Fact]) -> Iterator[HeadFact]:
    if ruleset.roles.inputs:
        for role, name in ((Role.BRANCH, ruleset.roles.branch), (Role.HANDLER, ruleset.roles.handler)):
            if name is not None:
                yield HeadFact(role, inputs[name])
        return
    texts = [
        inputs[one.id]
        for one in ruleset.inputs
        if isinstance(one.type, Text) and one.id != ruleset.key and inputs[one.id].value is not None
    ]
    yield from (HeadFact(Role.TEXT, one) for one in texts[:_MOST_TEXTS])


def _cut_off(ruleset: Ruleset, parameters: Iterable[Fact]) -> Iterator[HeadFact]:
    instants = {one.id for one in ruleset.parameters if isinstance(one.type, Date | DateTime)}
    for fact in parameters:
        if fact.name.id == CUT_OFF and fact.name.id in instants and fact.value is not None:
            yield HeadFact(Role.CUT_OFF, fact)
