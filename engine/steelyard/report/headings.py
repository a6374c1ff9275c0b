"""The columns that an output shows, and what they are called in it: by ids for programs, by labels for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import assert_never

from steelyard.diagnostics import Message, msg
from steelyard.explain.terms import Name, Text, show
from steelyard.ir.declared import Named
from steelyard.ir.result_columns import Content, Origin, ResultColumn, folded
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.versions import Versions
from steelyard.report.grouping import MONTH, VERSION
from steelyard.report.reason_words import reason_words


class Headers(StrEnum):
    """What columns are called."""

    ID = "id"
    LABEL = "label"


@dataclass(frozen=True, slots=True)
class Shown:
    """A column of an output.

    Attributes:
        column: as results, rejects or a summary have it.
        head: its name in the output.
    """

    column: ResultColumn
    head: str

    @property
    def renamed(self) -> ResultColumn:
        """The column with its name in the output."""
        return replace(self.column, name=self.head)


def shown(columns: Sequence[ResultColumn], versions: Versions, headers: Headers, lang: str) -> tuple[Shown, ...]:
    """Name the columns of an output; of equal labels each ends with its id."""
    if headers is Headers.ID:
        return tuple(Shown(one, one.name) for one in columns)
    labels = [label(one, versions, lang) for one in columns]
    plain = [folded(text) for text in labels]
    return tuple(
        Shown(one, text if plain.count(folded(text)) == 1 else f"{text} ({one.name})")
        for one, text in zip(columns, labels, strict=True)
    )


def label(column: ResultColumn, versions: Versions, lang: str) -> str:
    """The label of a column in a language, as the newest version that has the column names it."""
    rulesets = tuple(reversed(versions.rulesets))
    if column.origin is None:
        return show(_of_table(column.name, _names(rulesets), reason_words(versions)), lang)
    heads = (_head(column.origin, ruleset) for ruleset in rulesets)
    return show(next((head for head in heads if head is not None), column.name), lang)


def _head(origin: Origin, ruleset: Ruleset) -> Text | None:
    """The label in one version; None where it does not declare what the column is about."""
    content, own, score = origin.content, origin.id, origin.score
    of = _named(ruleset.indicators, own)
    scored = None if score == "score" and len(ruleset.scores) == 1 else _named(ruleset.scores, score)
    match content:
        case Content.KEY:
            return _named(ruleset.inputs, ruleset.key)
        case Content.INPUT:
            return _named(ruleset.inputs, own)
        case Content.OUTPUT:
            return _named(ruleset.outputs, own)
        case Content.FAMILY | Content.ROW:
            return of
        case Content.SCORE | Content.GRADE | Content.SHARES:
            return _of(_WORDS[content], scored)
        case Content.MEASURE | Content.TARGET | Content.INDICATOR_SCORE:
            return None if of is None else _of(_WORDS[content], of)
        case Content.SHARE | Content.LOST:
            return None if of is None else _of(_of(_WORDS[content], of), scored)
        case (
            Content.RULESET
            | Content.VERSION
            | Content.DIGEST
            | Content.STATUS
            | Content.FIRED
            | Content.REASONS
            | Content.MISSING
        ):
            return _WORDS[content]
        case _:
            assert_never(content)


_WORDS: Mapping[Content, Message] = {
    Content.RULESET: msg("ruleset"),
    Content.VERSION: msg("version"),
    Content.DIGEST: msg("digest of the policy"),
    Content.STATUS: msg("status"),
    Content.SCORE: msg("score"),
    Content.GRADE: msg("grade"),
    Content.SHARES: msg("sum of shares"),
    Content.MEASURE: msg("measured"),
    Content.TARGET: msg("target"),
    Content.INDICATOR_SCORE: msg("score"),
    Content.SHARE: msg("share"),
    Content.LOST: msg("points lost"),
    Content.FIRED: msg("rules that fired"),
    Content.REASONS: msg("reasons"),
    Content.MISSING: msg("missing values"),
}

_TABLE_WORDS: Mapping[str, Text] = {
    "key": msg("case"),
    "file": msg("file"),
    "line": msg("line of the file"),
    "where": msg("column or rule"),
    "value": msg("value"),
    "expected": msg("expected"),
    "hint": msg("hint"),
    "others": msg("further reasons"),
    "level": msg("level"),
    "cases": msg("cases"),
    "decided": msg("decided"),
    "scored": msg("scored"),
    "unscored": msg("unscored"),
    "rejected": msg("rejected"),
    "count": msg("scored"),
    "mean": msg("mean score"),
    "rank": msg("rank"),
    "minimum": msg("least"),
    "p10": "10%",
    "p25": "25%",
    "median": msg("median"),
    "p75": "75%",
    "p90": "90%",
    "grade": msg("grade"),
    "lost": msg("points lost on average"),
    "lost_cases": msg("cases that lost points"),
    "measured": msg("cases measured"),
    "exemption": msg("exemption"),
    "adjustment": msg("adjustment of weights"),
    "deduction": msg("deduction"),
    "bonus": msg("bonus"),
    "correction": msg("correction"),
    "gate": msg("gate"),
    "reason": msg("reason"),
    MONTH: msg("month"),
    VERSION: msg("version"),
}
"""What the columns of rejects and summaries are called, and what begins their names before a dot."""


def _of_table(name: str, names: Mapping[str, Text], codes: Mapping[str, Text]) -> Text:
    """The label of a column of rejects or of a summary: `lost.survey` is `points lost on average: Survey`."""
    if name in names:
        return names[name]
    first, *rest = name.split(".")
    head: Text = _TABLE_WORDS.get(first, first)
    if first in {"reason", "unscored"} and rest:
        code = ".".join(rest)
        return _of(head, codes.get(code, code), before=True)
    for part in rest:
        head = _of(head, names.get(part, part), before=True)
    return head


def _names(rulesets: Iterable[Ruleset]) -> dict[str, Text]:
    """The labels of inputs, scores, indicators and rules by id."""
    found: dict[str, Text] = {}
    for ruleset in rulesets:
        sections: tuple[Sequence[Named], ...] = (
            *(ruleset.inputs, ruleset.scores, ruleset.indicators, ruleset.exemptions),
            *(ruleset.weights.adjustments, ruleset.points),
        )
        for section in sections:
            for one in section:
                if one.id != "score":
                    found.setdefault(one.id, Name(one.id, one.label))
    return found


def _of(what: Text, name: Text | None, *, before: bool = False) -> Text:
    if name is None:
        return what
    return msg("{what}: {name}", what=what, name=name) if before else msg("{name}: {what}", name=name, what=what)


def _named(section: Iterable[Named], id_: str) -> Name | None:
    return next((Name(one.id, one.label) for one in section if one.id == id_), None)


def matching(columns: Sequence[ResultColumn], versions: Versions) -> Iterator[tuple[str, ResultColumn]]:
    """Give the names by which a column may be chosen: its id first, then its labels."""
    for one in columns:
        yield one.name, one
    for lang in ("en", "zh"):
        for each in shown(columns, versions, Headers.LABEL, lang):
            yield each.head, each.column
