"""What the first sheet of a workbook says: by which rules, from which files and by which engine the rows were made."""

from __future__ import annotations

from collections.abc import Iterator

from steelyard import __version__
from steelyard.calendars.zones import day_of, zone
from steelyard.diagnostics import Message, msg
from steelyard.diagnostics.catalogue import translator
from steelyard.facts.digest import digests
from steelyard.facts.format import format_value
from steelyard.ir.declared import CUT_OFF
from steelyard.ir.result_columns import Content, result_columns
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.types import Range
from steelyard.ir.versions import Versions
from steelyard.report.book import Book
from steelyard.report.digest_lines import digest_lines
from steelyard.report.provenance import Read, Scoring, checked_on


def about_lines(versions: Versions, read: Read, scoring: Scoring, lang: str) -> tuple[tuple[str, ...], ...]:
    """Give the lines, each a heading and what belongs to it, in a language."""
    return tuple(_lines(versions, read, scoring, lang))


def _lines(versions: Versions, read: Read, scoring: Scoring, lang: str) -> Iterator[tuple[str, ...]]:
    newest, told = versions.newest, translator(lang)

    def line(heading: Message, *values: str) -> tuple[str, ...]:
        return (told(heading), *values)

    yield line(msg("ruleset"), newest.id, newest.title.in_language(lang))
    for one in versions.rulesets:
        yield line(msg("version"), one.version, _days(one.effective))
        yield from digest_lines((digests(one, read.provenance),), lang)
    yield from _parameters(newest, lang)
    checked = (told(checked_on(scoring.verified, scoring.checkers)),) if scoring.checkers else ()
    yield line(msg("engine"), scoring.engine, *checked)
    for file in read.provenance.files:
        yield line(msg("file"), file.role, file.name, file.digest)
    for name in read.provenance.empty:
        yield line(msg("file"), name, told(msg("has no rows")))
    for warned in scoring.warned:
        yield line(msg("warning"), told(warned.words))
    yield "Steelyard", __version__


def book_of(versions: Versions, read: Read, scoring: Scoring, title: Message, lang: str) -> Book:
    """Give what a workbook of a run has beside its rows."""
    grades = {
        column.name: tuple(
            grade.id for score in one.scores if score.id == column.origin.score for grade in score.grades
        )
        for one in versions.rulesets
        for column in result_columns(one)
        if column.origin is not None and column.origin.content is Content.GRADE
    }
    about = about_lines(versions, read, scoring, lang)
    return Book(title, versions.newest.timezone, about, lang, grades)


def _parameters(ruleset: Ruleset, lang: str) -> Iterator[tuple[str, ...]]:
    """The cut-off, then the other parameters with their values."""
    told, here = translator(lang), zone(ruleset.timezone)
    for one in sorted(ruleset.parameters, key=lambda one: one.id != CUT_OFF):
        value = told(msg("missing")) if one.value is None else format_value(one.value, one.type, here)
        heading = msg("cut-off") if one.id == CUT_OFF else msg("parameter")
        yield told(heading), one.id, value, one.label.in_language(lang)


def _days(days: Range) -> str:
    """The days on which a version is in force."""
    low, high = ("" if day is None else day_of(day).isoformat() for day in (days.low, days.high))
    return f"{low} … {high}" if low or high else ""
