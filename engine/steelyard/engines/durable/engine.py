"""The durable engine behind the engine protocol."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from steelyard.diagnostics import Diagnostics, InternalError
from steelyard.facts.case import Case
from steelyard.ir.ruleset import Ruleset
from steelyard.semantics import prepare
from steelyard.semantics.outcome import Outcome, Status
from steelyard.semantics.values import Rejected

if TYPE_CHECKING:
    from steelyard.engines.durable.plan import Plan


class DurableCompiled:
    """A ruleset in durable's network, which holds the facts of one case at a time."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def evaluate(self, case: Case) -> Outcome:
        """Return the outcome of one case; afterwards the network is empty again.

        Raises:
            InternalError: durable failed, or contradicts the reference meaning of a condition.
        """
        from steelyard.engines.durable.strata import run_strata

        try:
            return run_strata(self._plan, case)
        except Rejected as rejected:
            reject = rejected.reject(case, self._plan.program.quoting)
            return Outcome(case.key, Status.REJECTED, rejection=reject)
        finally:
            self._plan.network.clear()


@dataclass(frozen=True, slots=True)
class DurableEngine:
    """durable-rules for single cases. It supports every ruleset: what durable cannot match is computed beforehand."""

    name: str = "durable"

    def compile(self, ruleset: Ruleset, diagnostics: Diagnostics) -> DurableCompiled:  # noqa: ARG002 - nothing is refused
        """Build the network.

        Raises:
            InternalError: durable cannot be imported; ask `available` first.
        """
        try:
            from steelyard.engines.durable.plan import make_plan
        except ImportError as error:
            raise InternalError("durable_rules cannot be imported") from error
        return DurableCompiled(make_plan(prepare(ruleset)))
