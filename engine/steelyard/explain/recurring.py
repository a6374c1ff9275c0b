"""Which windows of a recurring relation an explanation shows: every case sees all of them, and few lie in its time."""

from __future__ import annotations

from steelyard.ir.ruleset import Relation
from steelyard.ir.types import DateTime
from steelyard.semantics.evaluation import Evaluation
from steelyard.semantics.records import BoundRow


def in_time_of_case(relation: Relation, bound: BoundRow, evaluation: Evaluation) -> bool:
    """Whether a window that recurs by a rule lies between the first and the last instant of the case; else true."""
    if relation.recurring is None or relation.window is None:
        return True
    start, end = bound.values.get(relation.window.start), bound.values.get(relation.window.end)
    values = evaluation.case.values
    dated = [values.get(field.id) for field in evaluation.ruleset.inputs if isinstance(field.type, DateTime)]
    dated += [one.value for one in evaluation.ruleset.parameters if isinstance(one.type, DateTime)]
    instants = [one for one in dated if isinstance(one, int)]
    if not instants or not isinstance(start, int) or not isinstance(end, int):
        return True
    return start < max(instants) and min(instants) < end
