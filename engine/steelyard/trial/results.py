"""The results of a case as texts, by the names under which worked cases expect them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from steelyard.calendars.zones import Zone, zone
from steelyard.facts.format import format_value
from steelyard.ir.expressions import Stored
from steelyard.ir.ruleset import SCORE_DIGITS, Ruleset
from steelyard.ir.types import Type
from steelyard.report.columns import CellValue, columns, csv_text
from steelyard.semantics.evaluation import Evaluation
from steelyard.semantics.outcome import Fixed, Line, Outcome, ScoreOutcome, Status
from steelyard.semantics.values import Missing, Rejected
from steelyard.trial.names import REASON, ROW, ROWS, WHERE, columns_shown, tail
from steelyard.trial.worked import SEPARATOR


def result_texts(ruleset: Ruleset, outcome: Outcome) -> dict[str, str]:
    """The results of a case: every column of a file of results, and what such a file does not hold."""
    shown = columns_shown(ruleset)
    return written(ruleset, columns(ruleset, outcome, "", shown)) | dict(_further(ruleset, outcome))


def written(ruleset: Ruleset, values: Mapping[str, CellValue]) -> dict[str, str]:
    """The values of columns as CSV has them."""
    here = zone(ruleset.timezone)
    return {one.name: csv_text(one, values[one.name], here) for one in columns_shown(ruleset) if one.name in values}


def define_texts(evaluation: Evaluation, names: Collection[str]) -> dict[str, str]:
    """The named values of a case, of those names; empty where one is missing, and all of a case that is rejected."""
    if evaluation.outcome.status is Status.REJECTED:
        return {}
    found: dict[str, str] = {}
    here = zone(evaluation.ruleset.timezone)
    settled = evaluation.outcome.status is not Status.UNSCORED
    for define in evaluation.ruleset.defines:
        if define.id in names and (settled or not evaluation.scope.reading.reads_results(define.value)):
            try:
                value = evaluation.value(define.value)
            except Rejected:  # read by nothing, else the case were rejected
                continue
            found[define.id] = "" if isinstance(value, Missing) else format_value(value, define.value.type, here)
    return found


def _further(ruleset: Ruleset, outcome: Outcome) -> Iterator[tuple[str, str]]:
    rejection = outcome.rejection
    yield REASON, outcome.reason or ""
    yield WHERE, "" if rejection is None else rejection.where
    yield ROW, "" if rejection is None or rejection.line is None else str(rejection.line)
    yield ROWS, SEPARATOR.join(f"{one.rule}:{','.join(one.rows)}" for one in outcome.fired if one.rows)
    for score in outcome.scores:
        yield from _of_score(score, tail(ruleset, score.id))
    here = zone(ruleset.timezone)
    types = {one.id: one for one in ruleset.indicators}
    for found in outcome.indicators:
        name = found.id if found.row is None else f"{found.id}/{found.row}"
        yield f"{name}.waived", "" if found.waived is None else str(found.waived)
        if found.row is not None:
            declared = types[found.id]
            target = declared.measure_type if declared.target is None else declared.target.type
            yield f"{name}.measure", _text(found.measure, declared.measure_type, here)
            yield f"{name}.target", _text(found.target, target, here)
            yield f"{name}.score", "" if found.score is None else str(Fixed(found.score, SCORE_DIGITS))


def _of_score(score: ScoreOutcome, after: str) -> Iterator[tuple[str, str]]:
    yield f"base{after}", "" if score.base is None else str(score.base)
    yield f"unscored{after}", score.unscored or ""
    yield f"ledger{after}", SEPARATOR.join(map(_line, score.ledger))
    if after:
        yield f"reasons{after}", SEPARATOR.join(score.reasons)
    for share in score.shares:
        if share.row is not None:
            yield f"{share.id}/{share.row}.share{after}", str(share.share)
            yield f"{share.id}/{share.row}.lost{after}", str(share.lost)


def _line(line: Line) -> str:
    rule = "" if line.rule is None else f" {line.rule}"
    row = "" if line.row is None else f"/{line.row}"
    return f"{line.kind.value}{rule}{row} {line.amount}"


def _text(value: Stored | None, type_: Type, here: Zone) -> str:
    return "" if value is None else format_value(value, type_, here)
