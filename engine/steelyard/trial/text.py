"""A trial as text for people: each failure with what was expected beside what was found, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from unicodedata import east_asian_width

from steelyard.diagnostics import Message, Span, msg
from steelyard.diagnostics.catalogue import translator
from steelyard.diagnostics.plain import one_line
from steelyard.trial.coverage.text import coverage_lines
from steelyard.trial.mutating.text import mutation_lines
from steelyard.trial.records import Trial, Untried, Verdict
from steelyard.trial.why import why

EXPLAINED = 50
"""So many failures of a ruleset are explained; further ones are shown without their reasons."""
_NOTHING = "–"
_GAP = "  "
_BROAD = 60
"""The widest column; a longer text goes on to the next line."""


def text(trials: Sequence[Trial], lang: str) -> str:
    """Lay trials out, in a language."""
    return "".join(f"{line}\n" for trial in trials for line in _trial(trial, lang))


def summary(trials: Sequence[Trial], untried: Sequence[Untried] = ()) -> Message:
    """The last line: how many cases passed and failed, how long it took, and which rulesets could not be tried."""
    total = _total(trials)
    names = ", ".join(one.ruleset for one in untried)
    return msg("{total}; not tried: {names}", total=total, names=names) if untried else total


def _total(trials: Sequence[Trial]) -> Message:
    failed = sum(len(trial.failures) for trial in trials)
    passed = sum(trial.passed for trial in trials)
    seconds = f"{sum(trial.seconds for trial in trials):.1f}"
    if failed:
        return msg("{passed} passed, {failed} failed in {seconds} s", passed=passed, failed=failed, seconds=seconds)
    return msg("{passed} passed in {seconds} s", passed=passed, seconds=seconds)


def failure(verdict: Verdict, lang: str, *, explained: bool = True) -> tuple[str, ...]:
    """A failed case: what differs, what engines disagree about, and why."""
    return tuple(_failure(verdict, lang, explained=explained))


def place(span: Span) -> str:
    """Where something stands, without the file."""
    return f"{span.line + 1}:{span.column + 1}"


def _trial(trial: Trial, lang: str) -> Iterator[str]:
    told = translator(lang)

    def say(message: Message) -> str:
        return one_line(told(message))

    for number, verdict in enumerate(trial.failures):
        yield say(msg("FAILED {ruleset}: {name}", ruleset=trial.ruleset, name=verdict.name))
        yield f"  {one_line(str(verdict.worked.name.span))}"
        if said := (verdict.worked.zh if lang == "zh" else verdict.worked.en):
            yield f"  {one_line(said)}"
        yield from (f"  {line}" for line in _failure(verdict, lang, explained=number < EXPLAINED))
        yield ""
    for one in trial.unable:
        yield say(msg("{ruleset}: not run on {engine}: {why}", ruleset=trial.ruleset, engine=one.engine, why=one.why))
    uncompared = sorted({name for verdict in trial.verdicts for name in verdict.uncompared})
    if uncompared:
        names = ", ".join(uncompared)
        yield say(
            msg("{ruleset}: not compared, no engine that ran gives them: {names}", ruleset=trial.ruleset, names=names)
        )
    engines = ", ".join(trial.engines) or _NOTHING
    counted = {"ruleset": trial.ruleset, "passed": trial.passed, "engines": engines}
    if trial.failures:
        yield say(msg("{ruleset}: {passed} passed, {failed} failed ({engines})", failed=len(trial.failures), **counted))
    else:
        yield say(msg("{ruleset}: {passed} passed ({engines})", **counted))
    if trial.coverage is not None:
        yield from coverage_lines(trial.ruleset, trial.coverage, lang)
    if trial.mutation is not None:
        yield from mutation_lines(trial.ruleset, trial.mutation, lang)


def _failure(verdict: Verdict, lang: str, *, explained: bool) -> Iterator[str]:
    told = translator(lang)
    if verdict.differences:
        rows = [(one.name, one.expected, one.found, place(one.span)) for one in verdict.differences]
        head = (msg("result"), msg("expected"), msg("found"), msg("place in the file"))
        yield from _table([tuple(map(told, head)), *rows])
    for one in verdict.contradictions:
        yield one_line(
            told(
                msg(
                    "the engines disagree about `{name}`: {first} says {said}, {second} says {other}",
                    name=one.name,
                    first=one.first,
                    said=one.first_found or _NOTHING,
                    second=one.second,
                    other=one.second_found or _NOTHING,
                )
            )
        )
    for title, lines in why(verdict, lang) if explained else ():
        yield f"{title}"
        yield from (f"  {line}" for line in lines)


def _table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns side by side; a row with a long text takes a line for each of its cells."""
    shown = [[one_line(cell) or _NOTHING for cell in row] for row in rows]
    narrow = [row for row in shown if all(_width(cell) <= _BROAD for cell in row)]
    widths = [max(map(_width, column)) for column in zip(*narrow, strict=True)]
    for row in shown:
        if all(_width(cell) <= _BROAD for cell in row):
            yield _GAP.join(_padded(cell, width) for cell, width in zip(row, widths, strict=True)).rstrip()
        else:
            yield row[0]
            heads = [_padded(head, max(map(_width, shown[0][1:]))) for head in shown[0][1:]]
            yield from (f"{_GAP}{head}{_GAP}{cell}" for head, cell in zip(heads, row[1:], strict=True))


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _width(text))


def _width(text: str) -> int:
    """The columns that a text takes on a terminal."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)
