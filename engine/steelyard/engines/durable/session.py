"""durable itself, behind a wall: facts in, names of rules and ids of facts out. The only module that calls it.

It is used from JSON and without its own loop of actions: that one hides what an action raises in the
session's state, keeps globals and starts timer threads. Here activations are read off the agenda one by one.
"""

from __future__ import annotations

import json
import weakref
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

from durable import engine  # pyright: ignore[reportMissingTypeStubs]

from steelyard.diagnostics import InternalError

Fact = dict[str, int | str]
"""Flat: integers within 64 bits and text; no null, no float, no list."""

_SID = "0"
_POSTED, _UNMATCHED = 0, 1
_native: Any = engine.durable_rules_engine  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType, reportAttributeAccessIssue]


class Session:
    """One set of rules and the facts of one case at a time.

    Not safe to share between threads. The state is always that of the one session id, deleted after each
    case, so that neither the limit of 1,024 sessions nor the 32-bit hash of a fact is ever reached.
    """

    def __init__(self, name: str, rules: Mapping[str, object]) -> None:
        """Build the rules.

        Args:
            name: for messages.
            rules: durable's JSON, by name of rule.

        Raises:
            InternalError: where durable refuses the rules.
        """
        definition = {rule: {"all": patterns} for rule, patterns in rules.items()}
        try:
            self._handle: Any = _native.create_ruleset(name, _json(definition))
        except _native.error as error:
            raise InternalError(f"durable refuses the rules: {error}") from error
        self._next = 1
        self._dirty = False
        weakref.finalize(self, _native.delete_ruleset, self._handle)

    def post(self, facts: Sequence[Fact]) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Assert facts and give what they set off: the rule, and the numbers of the facts that it matched.

        The numbers count from 0 in the order of this call. A rule that joins gives the case's fact first.
        """
        if not facts:  # an empty list crashes the process
            return
        first = self._next
        self._next += len(facts)
        for number, fact in enumerate(facts, first):
            fact["id"] = number  # equal facts are not "already observed", and no hash is taken of the content
        self._dirty = True
        try:
            code, state = _native.assert_facts(self._handle, _json(facts))
            if code not in (_POSTED, _UNMATCHED):  # unmatched: one of them matches no rule, the others are in
                raise InternalError(f"durable did not take the facts: code {code}")
            started = _native.start_action_for_state(self._handle, state)
            message = started[1] if started else None
            while message:
                yield _activation(message, first)
                message = _native.complete_and_start_action(self._handle, state)
        except _native.error as error:
            raise InternalError(f"durable failed: {error}") from error

    def clear(self) -> None:
        """Forget the case."""
        if self._dirty:
            self._dirty = False
            self._next = 1
            _native.delete_state(self._handle, _SID)


def _activation(message: str, first: int) -> tuple[str, tuple[int, ...]]:
    activation = cast("dict[str, dict[str, Fact]]", json.loads(message))
    ((rule, matched),) = activation.items()
    return rule, tuple(cast("int", matched[part]["id"]) - first for part in ("c", "r") if part in matched)


def _json(value: object) -> str:
    """JSON in ASCII: durable compares texts as they stand in it, so rules and facts must escape alike."""
    return json.dumps(value, separators=(",", ":"))
