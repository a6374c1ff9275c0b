"""Chooses the engine for the value of `--engine`."""

from __future__ import annotations

from dataclasses import dataclass

from steelyard.diagnostics import Message, msg
from steelyard.engines.protocol import Engine
from steelyard.engines.reference import ReferenceEngine

ENGINE_NAMES = ("auto", "reference", "durable")
PORTFOLIO_NAMES = ("sql", "spark")
"""Engines for files of any size. They are not chosen in this module."""
AUTO_LIMIT = 10_000
"""The largest number of cases for which `auto` takes the durable engine."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The engine to use and the engines to check it with.

    Attributes:
        engine: None where the requested engine cannot run; `note` then says what to install.
        checkers: the other engines, for `verify`; the reference first.
        note: a message for the user; None where there is none.
        unchecked: why there are no checkers; None where there are some.
    """

    engine: Engine | None
    checkers: tuple[Engine, ...] = ()
    note: Message | None = None
    unchecked: Message | None = None


def choose(name: str, cases: int) -> Choice:
    """Pick the engine for a run.

    Args:
        name: one of `ENGINE_NAMES`.
        cases: the number of cases; `auto` depends on it.
    """
    from steelyard.engines import durable

    reference = ReferenceEngine()
    problem, rules = durable.available(), durable.DurableEngine()
    others: tuple[Engine, ...] = () if problem else (rules,)
    match name:
        case "reference":
            return Choice(reference, others, unchecked=problem)
        case "durable" if problem:
            return Choice(None, note=problem)
        case "durable":
            return Choice(rules, (reference,))
        case "auto" if problem:
            note = msg("the engine durable cannot be used, so reference is: {problem}", problem=problem)
            return Choice(reference, note=note, unchecked=msg("there is none"))
        case "auto":
            return Choice(rules, (reference,)) if cases <= AUTO_LIMIT else Choice(reference, others)
        case _:  # any other name
            known = ", ".join((*ENGINE_NAMES, *PORTFOLIO_NAMES))
            return Choice(None, note=msg("there is no engine `{name}`; there are {known}", name=name, known=known))
