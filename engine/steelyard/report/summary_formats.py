"""A summary as tables of finished cells, for a terminal and for pages, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from steelyard.diagnostics import Message, msg
from steelyard.explain.terms import Name, Text, show
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.versions import Versions, versions_of
from steelyard.report.grouping import MONTH, VERSION
from steelyard.report.reason_words import reason_words
from steelyard.report.summary import GroupLine, Summary
from steelyard.semantics.outcome import Status

TOP_REASONS = 5
"""So many reason codes are listed."""
NOTHING = "–"
"""Stands where a key is missing or cannot be read, a group has no score or rank, or an indicator was never measured."""
STATUSES: Mapping[Status, Text] = {
    Status.DECIDED: msg("decided"),
    Status.SCORED: msg("scored"),
    Status.UNSCORED: msg("unscored"),
    Status.REJECTED: msg("rejected"),
}
_LOST_OF = msg("Points lost on average (measured in so many of the scored cases; waived in the others)")


@dataclass(frozen=True, slots=True)
class Grid:
    """Finished cells: heads in the reader's language with names for programs; a row per group, the whole last.

    Attributes:
        keys: so many columns at the left say which group it is.
        title: of a grid that is one of several.
    """

    names: tuple[str, ...]
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    keys: int = 0
    title: str = ""


@dataclass(frozen=True, slots=True)
class _Column:
    """A column: its name, its head, and the cell of a group."""

    name: str
    head: Text
    cell: Callable[[GroupLine], object]


def summary_grid(summary: Summary, rules: Ruleset | Versions, lang: str) -> Grid:
    """Cases by status, means, ranks, grades, reasons; what several versions have is called as in the newest."""
    scores = _scores(rules)
    columns = [_Column("cases", msg("cases"), lambda line: line.cases)]
    for place, (status, _) in enumerate(summary.whole.statuses):
        columns.append(_Column(status.value, STATUSES[status], _status(place)))
    single = len(summary.whole.scores) == 1
    for place, score in enumerate(summary.whole.scores):
        suffix = "" if single else f".{score.id}"
        name = scores[score.id]
        mean: Text = msg("mean score") if single else msg("mean of {score}", score=name)
        columns.append(_Column(f"mean{suffix}", mean, _mean(place)))
        if summary.groups:
            columns.append(_Column(f"rank{suffix}", msg("rank"), _rank(place)))
        for number, (grade, _) in enumerate(score.grades):
            columns.append(_Column(f"grade{suffix}.{grade}", grade, _grade(place, number)))
    if summary.whole.scores:
        columns.append(_Column("reasons", msg("most frequent reasons"), _reasons(reason_words(rules), lang)))
    return _grid(summary, rules, lang, columns)


def detail_grids(summary: Summary, rules: Ruleset | Versions, lang: str) -> tuple[Grid, ...]:
    """What `summary_grid` leaves out: quantiles and points lost by score, unscored cases by reason, rules that fired.

    Indicators that were measured everywhere and lost nothing, reasons that no case has and rules that never fired have
    no column; groups of rejected rows alone have no row.
    """
    summary = replace(summary, groups=tuple(one for one in summary.groups if one.judged))
    rulesets = versions_of(rules).rulesets
    indicators = {one.id: Name(one.id, one.label) for ruleset in rulesets for one in ruleset.indicators}
    whole = summary.whole
    lines = (*summary.groups, whole)
    grids: list[Grid] = []

    def add(title: Text, columns: Sequence[_Column], score: str) -> None:
        if columns:
            named = len(whole.scores) > 1 and score
            full = msg("{title}: {score}", title=title, score=_scores(rules)[score]) if named else title
            grids.append(_grid(summary, rules, lang, columns, show(full, lang)))

    for place, score in enumerate(whole.scores):
        add(msg("Scores"), list(_quantiles(place)) if score.count else [], score.id)
        lost = [
            _Column(one.indicator, indicators[one.indicator], _lost(place, number))
            for number, one in enumerate(score.lost)
            if one.cases or one.measured < score.count or (one.mean is not None and one.mean.value)
        ]
        waived = any(one.measured < line.scores[place].count for line in lines for one in line.scores[place].lost)
        add(_LOST_OF if waived else msg("Points lost on average"), lost, score.id)
    fired = [_Column(one.rule, one.rule, _fired(number)) for number, one in enumerate(whole.fired) if one.cases]
    add(msg("Cases in which a rule fired"), fired, "")
    codes = reason_words(rules)
    unscored = [_Column(one, codes.get(one, one), _unscored(one)) for one, _ in whole.unscored_reasons]
    add(msg("Unscored cases by reason"), unscored, "")
    return tuple(grids)


def nothing_said(summary: Summary, rules: Ruleset | Versions, lang: str) -> Message | None:
    """Say what `NOTHING` means among the keys of groups; None where it does not stand there."""
    said = keyless(summary, rules, lang)
    return None if said is None else msg("“{sign}” {meaning}", sign=NOTHING, meaning=said)


def keyless(summary: Summary, rules: Ruleset | Versions, lang: str) -> Message | None:
    """Say under which keys groups have none, and why; None where all have theirs."""
    heads = _key_heads(summary, rules)
    lacking = [head for place, head in enumerate(heads) if any(not group.key[place] for group in summary.groups)]
    if not lacking:
        return None
    names = tuple(show(head, lang) for head in lacking)
    return msg("under {names}: the value is missing, or the row was rejected and it cannot be read", names=names)


def _key_heads(summary: Summary, rules: Ruleset | Versions) -> list[Text]:
    """What the names that cases are grouped by are called."""
    inputs = {one.id: Name(one.id, one.label) for ruleset in versions_of(rules).rulesets for one in ruleset.inputs}
    derived: Mapping[str, Text] = {MONTH: msg("month"), VERSION: msg("version")}
    return [inputs.get(name, derived.get(name, name)) for name in summary.grouping]


def _grid(summary: Summary, rules: Ruleset | Versions, lang: str, columns: Sequence[_Column], title: str = "") -> Grid:
    """Lay columns out beside the keys; the whole run has `all` in the first key and nothing in the others."""
    names, heads = summary.grouping, _key_heads(summary, rules)
    whole = (show(msg("all"), lang), *("" for _ in names[1:])) if names else ()
    keys = [*(tuple(part or NOTHING for part in group.key) for group in summary.groups), whole]
    return Grid(
        names=(*names, *(column.name for column in columns)),
        heads=tuple(show(head, lang) for head in (*heads, *(column.head for column in columns))),
        rows=tuple(
            (*key, *(_cell(column.cell(line)) for column in columns))
            for key, line in zip(keys, (*summary.groups, summary.whole), strict=True)
        ),
        keys=len(names),
        title=title,
    )


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _scores(rules: Ruleset | Versions) -> dict[str, Name]:
    return {one.id: Name(one.id, one.label) for ruleset in versions_of(rules).rulesets for one in ruleset.scores}


def _status(place: int) -> Callable[[GroupLine], object]:
    return lambda line: line.statuses[place][1]


def _mean(place: int) -> Callable[[GroupLine], object]:
    return lambda line: line.scores[place].mean or NOTHING


def _rank(place: int) -> Callable[[GroupLine], object]:
    """Of a group its rank; the whole has none, and lacks none."""
    return lambda line: line.scores[place].rank or (NOTHING if line.key else None)


def _grade(place: int, number: int) -> Callable[[GroupLine], object]:
    return lambda line: line.scores[place].grades[number][1]


def _quantiles(place: int) -> Iterator[_Column]:
    yield _Column("count", msg("scored"), lambda line: line.scores[place].count)
    yield _Column("minimum", msg("least"), lambda line: line.scores[place].minimum)
    heads = ("10%", "25%", msg("median"), "75%", "90%")
    for number, head in enumerate(heads):
        yield _Column(f"quantile.{number}", head, _quantile(place, number))


def _quantile(place: int, number: int) -> Callable[[GroupLine], object]:
    return lambda line: line.scores[place].quantiles[number]


def _lost(place: int, number: int) -> Callable[[GroupLine], object]:
    """The mean; where the indicator was waived in some cases, also in how many of those with the score it was not."""

    def cell(line: GroupLine) -> str:
        score = line.scores[place]
        lost = score.lost[number]
        mean = "" if not score.count else NOTHING if lost.mean is None else str(lost.mean)
        return f"{mean} ({lost.measured}/{score.count})" if lost.measured < score.count else mean

    return cell


def _fired(number: int) -> Callable[[GroupLine], object]:
    return lambda line: line.fired[number].cases


def _unscored(code: str) -> Callable[[GroupLine], object]:
    return lambda line: dict(line.unscored_reasons).get(code, 0)


def _reasons(words: Mapping[str, Text], lang: str) -> Callable[[GroupLine], object]:
    def cell(line: GroupLine) -> str:
        named = ((show(words.get(code, code), lang), count) for code, count in line.reasons[:TOP_REASONS])
        return show(msg("; "), lang).join(f"{name} {count}" for name, count in named)

    return cell
