"""The adapter of the library durable: facts go in, names of rules and ids of facts come out.

No other module calls the library. It is used through JSON and without its own action loop, which hides exceptions of
actions in the session's state, keeps module globals and starts timer threads. Activations are read from the agenda one
by one instead.
"""

from __future__ import annotations

import json
import weakref
from collections.abc import Mapping, Sequence
from typing import Any, cast

from durable import engine  # pyright: ignore[reportMissingTypeStubs]

from steelyard.diagnostics import InternalError

Fact = dict[str, int | str]
"""A flat JSON object: integers within 64 bits and text; no null, float or list."""

_SID = "0"
_BEACON = "on"
_FIRST = 2
"""The first id of a case's facts; the beacon has id 1."""
_POSTED, _UNMATCHED = 0, 1
_json = json.JSONEncoder(separators=(",", ":"), check_circular=False).encode
"""JSON in ASCII: durable compares texts as they stand in it, so rules and facts must escape alike."""
_native: Any = engine.durable_rules_engine  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType, reportAttributeAccessIssue]


class Session:
    """One set of rules, and the facts of one case at a time. Not safe to share between threads.

    All facts use one session id, and its state is deleted after each case, so that neither the limit of 1,024 sessions
    nor collisions of the 32-bit fact hash are reached. Deleting a state in which no action was started frees memory
    that was never allocated and kills the process. Therefore the first facts of a case include a *beacon* that always
    fires.
    """

    def __init__(self, name: str, rules: Mapping[str, object]) -> None:
        """Build the rules.

        Args:
            name: used in error messages.
            rules: patterns in durable's JSON, by rule name.

        Raises:
            InternalError: durable refuses the rules.
        """
        self._name = name
        definition = {rule: {"all": patterns} for rule, patterns in rules.items()}
        self._rules = _json({_BEACON: {"all": [{"b": {"k": _BEACON}}]}, **definition})
        self._next = _FIRST
        self._broken = False
        self._handle: Any = None
        self._start()

    def post(self, facts: Sequence[Fact]) -> list[tuple[str, tuple[int, ...]]]:
        """Assert facts and return the activations: the rule, and the positions of the facts that it matched.

        Positions count from 0 in the order of this call. In a rule that joins, the case's fact comes first.

        Raises:
            InternalError: durable fails.
        """
        if not facts:  # an empty list can kill the process
            return []
        first = self._next
        self._next += len(facts)
        for number, fact in enumerate(facts, first):
            fact["id"] = number  # distinct ids keep durable from hashing the content and refusing equal facts
        given = [{"k": _BEACON, "id": 1}, *facts] if first == _FIRST else facts
        try:
            code, state = _native.assert_facts(self._handle, _json(given))
            started = _native.start_action_for_state(self._handle, state)
            message: str | None = started[1] if started else None
            fired: list[tuple[str, tuple[int, ...]]] = []
            while message:
                activation = _activation(message, first)
                if activation[0] != _BEACON:
                    fired.append(activation)
                message = _native.complete_and_start_action(self._handle, state)
        except _native.error as error:
            self._broken = True
            raise InternalError(f"durable failed: {error}") from error
        if code not in (_POSTED, _UNMATCHED):  # unmatched: one fact matches no rule; all others were asserted
            raise InternalError(f"durable did not take the facts: code {code}")
        return fired

    def clear(self) -> None:
        """Remove the facts of the case. After a failure a new set of rules is created.

        Deleting the old one is not safe.
        """
        if self._broken:
            self._finalizer.detach()
            self._start()
        elif self._next > _FIRST:
            _native.delete_state(self._handle, _SID)
        self._broken = False
        self._next = _FIRST

    def _start(self) -> None:
        try:
            self._handle = _native.create_ruleset(self._name, self._rules)
        except _native.error as error:
            raise InternalError(f"durable refuses the rules: {error}") from error
        self._finalizer = weakref.finalize(self, _native.delete_ruleset, self._handle)


def _activation(message: str, first: int) -> tuple[str, tuple[int, ...]]:
    activation = cast("dict[str, dict[str, Fact]]", json.loads(message))
    ((rule, matched),) = activation.items()
    return rule, tuple(cast("int", matched[part]["id"]) - first for part in ("c", "r") if part in matched)
