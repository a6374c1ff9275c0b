"""The columns of a ruleset's results (LANGUAGE.md section 11): name, type and origin of each, in their order.

All code that writes or reads results uses these columns: rows in memory, the SQL statement, files, summaries.
A family is one column: a list of its rows, each with measure, target, score, share and points lost.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import Enum

from steelyard.ir.expressions import TableCall
from steelyard.ir.ruleset import LEDGER_DIGITS, SCORE_DIGITS, Indicator, Method, Output, Ruleset, Score
from steelyard.ir.types import Number, Region, Regions, Text, Type

PARQUET_DIGITS = 18
"""The most digits of a decimal of 64 bits; Parquet files hold numbers of a larger scale as text."""

_WITH_SHARES = frozenset({Method.WEIGHTED_MEAN, Method.SUM, Method.LOWEST, Method.HIGHEST})
_TEXT, _COUNT = Text(), Number(0)


class Content(Enum):
    """What a column holds."""

    KEY = "key"
    RULESET = "ruleset"
    VERSION = "version"
    DIGEST = "digest"
    STATUS = "status"
    SCORE = "score"
    """Of a score."""
    GRADE = "grade"
    """Of a score."""
    SHARES = "shares"
    """Of a score: the sum of all shares, the denominator of its weighted mean."""
    FAMILY = "family"
    """Of an indicator with `for_each`: the list of its rows."""
    ROW = "row"
    """Inside FAMILY: the id of the row."""
    MEASURE = "measure"
    """Of an indicator, or of a row of a family; so are the following four."""
    TARGET = "target"
    INDICATOR_SCORE = "indicator_score"
    SHARE = "share"
    """In a score."""
    LOST = "lost"
    """Points lost in a score."""
    OUTPUT = "output"
    INPUT = "input"
    """An input of the case, where a run adds it to its results."""
    FIRED = "fired"
    REASONS = "reasons"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where the values of a column come from.

    Attributes:
        content: what the column holds.
        id: the id of the indicator, output or input; empty for other contents.
        score: the score's id; empty for contents that do not belong to a score.
    """

    content: Content
    id: str = ""
    score: str = ""


@dataclass(frozen=True, slots=True)
class ResultColumn:
    """A column of a table of results.

    Attributes:
        name: the name in files.
        type: of its value, or of each item of a list.
        many: whether its values are lists.
        fields: of a family: what each item of the list holds; the first is the row's id.
        origin: where its values come from; None for columns that are no result of a ruleset (rejects, summaries).
        textual: whether the table keeps its numbers or durations as text, because one of them has more than 64 bits
            or 18 digits.
    """

    name: str
    type: Type
    many: bool = False
    fields: tuple[ResultColumn, ...] = ()
    origin: Origin | None = field(default=None, compare=False)
    textual: bool = False

    @property
    def is_text(self) -> bool:
        """Whether its CSV fields are free text: not numbers, instants or lists of them."""
        return bool(self.fields) or isinstance(self.type, Text | Region | Regions)


def result_columns(ruleset: Ruleset) -> tuple[ResultColumn, ...]:
    """The columns of a ruleset's results, in their order."""
    return tuple(_columns(ruleset))


def added_columns(ruleset: Ruleset, names: Sequence[str]) -> tuple[ResultColumn, ...]:
    """The columns of inputs that a run adds to its results; names that the ruleset does not have are left out."""
    inputs = {one.id: one for one in ruleset.inputs}
    return tuple(_column(name, inputs[name].type, Content.INPUT, name) for name in names if name in inputs)


def added_names(columns: Sequence[ResultColumn]) -> tuple[str, ...]:
    """The ids of the inputs that were added to these columns."""
    origins = (one.origin for one in columns if one.origin is not None)
    return tuple(origin.id for origin in origins if origin.content is Content.INPUT)


def folded(name: str) -> str:
    """A name as DuckDB compares it: it does not tell letter case of ASCII apart."""
    return "".join(sign.lower() if sign.isascii() else sign for sign in name)


def _columns(ruleset: Ruleset) -> Iterator[ResultColumn]:
    yield _column(ruleset.key, _TEXT, Content.KEY)
    for content in (Content.RULESET, Content.VERSION, Content.DIGEST, Content.STATUS):
        yield _column(content.value, _TEXT, content)
    for score in ruleset.scores:
        yield _of_score(ruleset, Number(score.digits), Content.SCORE, score)
        yield _of_score(ruleset, _TEXT, Content.GRADE, score)
    for score in ruleset.scores:
        yield _of_score(ruleset, _COUNT, Content.SHARES, score)
    for indicator in ruleset.indicators:
        if indicator.family is None:
            yield from _of_indicator(ruleset, indicator, f"{indicator.id}.")
        else:
            row = _column("row", _TEXT, Content.ROW, indicator.id)
            fields = (row, *_of_indicator(ruleset, indicator, ""))
            yield ResultColumn(indicator.id, _TEXT, True, fields, Origin(Content.FAMILY, indicator.id))
    for output in ruleset.outputs:
        many = _is_list(ruleset, output)
        yield ResultColumn(output.id, output.value.type, many, origin=Origin(Content.OUTPUT, output.id))
    for content in (Content.FIRED, Content.REASONS, Content.MISSING):
        yield ResultColumn(content.value, _TEXT, many=True, origin=Origin(content))


def _of_indicator(ruleset: Ruleset, indicator: Indicator, before: str) -> Iterator[ResultColumn]:
    """Measure, target, score, then share and points lost for each score; `before` begins their names."""
    own = indicator.id
    target = indicator.measure_type if indicator.target is None else indicator.target.type
    yield _column(f"{before}measure", indicator.measure_type, Content.MEASURE, own)
    yield _column(f"{before}target", target, Content.TARGET, own)
    yield _column(f"{before}score", Number(SCORE_DIGITS), Content.INDICATOR_SCORE, own)
    for score in ruleset.scores:
        # a single score shows its columns for every indicator, a member or not
        if _has_one_unnamed(ruleset) or (own in score.members and score.method in _WITH_SHARES):
            yield _of_score(ruleset, _COUNT, Content.SHARE, score, own, before)
            yield _of_score(ruleset, Number(LEDGER_DIGITS), Content.LOST, score, own, before)


def _column(name: str, type_: Type, content: Content, id_: str = "") -> ResultColumn:
    return ResultColumn(name, type_, origin=Origin(content, id_))


def _of_score(  # noqa: PLR0917 - a column has so many properties
    ruleset: Ruleset, type_: Type, content: Content, score: Score, id_: str = "", before: str = ""
) -> ResultColumn:
    """A column of a score; where scores have names, the score's name ends the column's."""
    after = "" if _has_one_unnamed(ruleset) else f".{score.id}"
    return ResultColumn(f"{before}{content.value}{after}", type_, origin=Origin(content, id_, score.id))


def _has_one_unnamed(ruleset: Ruleset) -> bool:
    """Whether the ruleset has a single score that was given no name, so that its id is `score`."""
    return len(ruleset.scores) == 1 and ruleset.scores[0].id == "score"


def _is_list(ruleset: Ruleset, output: Output) -> bool:
    """Whether an output is a list: it calls a decision table whose hit policy gives one."""
    call = output.value
    return isinstance(call, TableCall) and any(one.id == call.table and one.hit.gives_list for one in ruleset.tables)
