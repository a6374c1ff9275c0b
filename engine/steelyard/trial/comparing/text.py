"""A comparison as text for people, and as Markdown for a pull request: the same blocks, laid out twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from unicodedata import east_asian_width

from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.catalogue import translator
from steelyard.diagnostics.plain import one_line
from steelyard.trial.comparing.comparison import Affected, Comparison, OnCases, ScoreShift, Shift
from steelyard.trial.comparing.sentences import (
    ARROW,
    NOTHING,
    cosmetic,
    headline,
    migration,
    notes,
    number,
    said,
    shares,
    signed,
    status,
    summary,
    title,
    verdict,
)
from steelyard.trial.comparing.walk import Sort


@dataclass(frozen=True, slots=True)
class Block:
    """A part of the layout: a heading, lines with lines under them, a table whose first row is its head."""

    title: str
    lines: Sequence[tuple[str, Sequence[str]]] = ()
    table: Sequence[Sequence[str]] = ()
    level: int = 1


def text(found: Comparison, lang: str) -> str:
    """Lay a comparison out as text."""
    lines: list[str] = []
    for block in blocks(found, lang):
        indent = "  " * (block.level - 1)
        lines += [f"{indent}{block.title}"] if block.title else []
        for line, under in block.lines:
            lines += [f"{indent}  {line}", *(f"{indent}    {one}" for one in under)]
        lines += [f"{indent}  {row}" for row in _columns(block.table)]
        lines.append("")
    lines.append(said(summary(found), lang))
    return "".join(f"{line}\n" for line in lines)


def markdown(found: Comparison, lang: str) -> str:
    """Lay a comparison out as Markdown; the line that says it all stands first."""
    lines = [f"**{_escaped(said(summary(found), lang))}**", ""]
    for block in blocks(found, lang):
        lines += [f"{'#' * (block.level + 2)} {_escaped(block.title)}", ""] if block.title else []
        for line, under in block.lines:
            lines += [f"- {_escaped(line)}", *(f"  - {_escaped(one)}" for one in under)]
        lines += [""] if block.lines else []
        for number_, row in enumerate(block.table):
            lines.append(f"| {' | '.join(map(_escaped, row))} |")
            lines += (
                [f"|{'|'.join('---' if place == 0 else '---:' for place in range(len(row)))}|"] if not number_ else []
            )
        lines += [""] if block.table else []
    return "".join(f"{line}\n" for line in lines).rstrip("\n") + "\n"


def blocks(found: Comparison, lang: str) -> Iterator[Block]:
    """The parts of a comparison, in their order."""
    told = translator(lang)
    for pair in found.pairs:
        heads = pair.of(Sort.HEAD)
        lines = [(told(verdict(pair)), ())] if pair.old is not None and pair.new is not None else []
        yield Block(told(title(pair)), [*lines, *((headline(one, lang), ()) for one in heads)])
        if pair.meaning:
            changed = [
                (headline(one, lang), tuple(notes(one, lang, pair.new.version if pair.new else "", found.cases)))
                for one in pair.meaning
            ]
            yield Block(told(msg("Changes of meaning")), changed, level=2)
        if pair.shares:
            head = tuple(map(told, (msg("share in the base situation"), msg("old"), msg("new"))))
            yield Block("", table=[head, *shares(pair, lang)], level=2)
        if pair.cosmetic:
            heading = msg("For readers alone, no result can differ: {changes}", changes=cosmetic(pair.cosmetic))
            yield Block(told(heading), [(headline(one, lang), ()) for one in pair.cosmetic], level=2)
    if found.notes:
        yield Block("", [(told(one), ()) for one in found.notes])
    if found.cases is not None:
        yield from _on_cases(found.cases, lang)


def _on_cases(cases: OnCases, lang: str) -> Iterator[Block]:
    told = translator(lang)
    old, new = cases.engines
    engines = msg("evaluated by {old} and {new}", old=old.name, new=new.name)
    checked = msg("checked on other engines: {old} and {new} {new:case|cases}", old=old.verified, new=new.verified)
    moved = [
        [f"{told(status(before))}{ARROW}{told(status(after))}", str(count)] for before, after, count in cases.statuses
    ]
    moved.append([told(msg("any other result")), str(cases.different)])
    moved.append([told(msg("rejects")), f"{cases.rejected[0]}{ARROW}{cases.rejected[1]}"])
    table = [[told(msg("status")), told(msg("cases"))], *moved]
    yield Block(told(msg("On the cases")), [(told(engines), ()), (told(checked), ())], table)
    if cases.restated:
        lines = [
            (f"{one_line(key)}: {told(status(before))}{ARROW}{told(status(after))}", ())
            for key, before, after in cases.restated
        ]
        yield Block(told(msg("Cases with another status")), lines, level=2)
    for one in cases.scores:
        yield from _score(one, cases, lang)


def _score(one: ScoreShift, cases: OnCases, lang: str) -> Iterator[Block]:
    told = translator(lang)
    heading = said(one.name, lang)
    names = {"p10": "p10", "p25": "p25", "median": told(msg("median")), "p75": "p75", "p90": "p90"}
    rows = [
        [heading, told(msg("old")), told(msg("new"))],
        [told(msg("scored")), str(one.old.count), str(one.new.count)],
        [told(msg("mean")), number(one.old.mean), number(one.new.mean)],
    ]
    for (name, before), (_, after) in zip(one.old.quantiles, one.new.quantiles, strict=True):
        rows.append([names[name], number(before), number(after)])
    yield Block("", table=rows, level=2)
    yield Block(told(msg("Who wins and who loses")), table=_shifts(one, cases.by, lang), level=2)
    if one.migration:
        yield Block(told(msg("Grades")), table=migration(one, lang), level=2)
    if one.affected:
        lines = [(_case(each), tuple(_lines(each, lang))) for each in one.affected]
        # those whose grade alone differs are shown too, after all others
        count = max(one.all.higher + one.all.lower, len(one.affected))
        yield Block(told(msg("Most affected: {count} of {all}", count=len(one.affected), all=count)), lines, level=2)


def _shifts(one: ScoreShift, by: Sequence[object], lang: str) -> list[list[str]]:
    told = translator(lang)
    heads: list[Message] = [
        msg("scored under both"),
        msg("higher"),
        msg("lower"),
        msg("grade changes"),
        msg("mean shift"),
    ]
    names = [said(each, lang) for each in by]  # pyright: ignore[reportArgumentType] - texts
    rows = [[*(names or [""]), *map(told, heads)]]

    def row(key: Sequence[str], shift: Shift) -> list[str]:
        counts = map(str, (shift.count, shift.higher, shift.lower, shift.grades))
        return [*key, *counts, signed(shift.mean, one.digits)]

    rows += [row([each or NOTHING for each in shift.key], shift) for shift in one.groups]
    rows.append(row([told(msg("all")), *([""] * (max(len(names), 1) - 1))], one.all))
    return rows


def _case(one: Affected) -> str:
    before, after = (f" {grade}" if grade else "" for grade in (one.old_grade, one.new_grade))
    return f"{one_line(one.key)}: {number(one.old)}{before}{ARROW}{number(one.new)}{after}"


def _lines(one: Affected, lang: str) -> Iterator[str]:
    for line in one.lines:
        yield said(msg("{subject}: {old} → {new}", subject=line.text, old=number(line.old), new=number(line.new)), lang)


def _columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Columns side by side; numbers to the right."""
    shown = [[one_line(cell) for cell in row] for row in rows]
    widths = [max(map(_width, column)) for column in zip(*shown, strict=True)]
    for row in shown:
        cells = (
            cell + " " * (width - _width(cell)) if place == 0 else " " * (width - _width(cell)) + cell
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        yield "  ".join(cells).rstrip()


def _width(cell: str) -> int:
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in cell)


def _escaped(line: str) -> str:
    """A text in which Markdown sees no marks."""
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>|#" else sign for sign in line)
