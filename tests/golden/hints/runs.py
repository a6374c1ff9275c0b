"""Reads the files of a slip in both intakes."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from databases import database
from golden.hints.files import SEPARATOR
from steelyard.analysis.check import load_text
from steelyard.cli.options import facts, parse_facts
from steelyard.diagnostics import Diagnostic, Diagnostics, Message, PolicyError
from steelyard.facts import ReadOptions, Reject, read_portfolio
from steelyard.facts.bulk import load
from steelyard.ir.versions import Versions
from steelyard.session.errors import UsageError
from steelyard.session.sources import FactFiles

RULES = """\
steelyard: 1
ruleset: r
version: 1
timezone: Europe/Madrid
case: {{key: id, inputs: {{id: text, {inputs}}}}}
score: {{start: 100, round: 2}}
{more}
"""

Said = tuple[str, Message]
"""A message, and the code of its diagnostic; empty where it has none."""


@click.command()
@facts
def _options(**words: object) -> FactFiles:
    return parse_facts(**words)  # type: ignore[arg-type]  # the options' names are the parameters'


def said(parts: str, encoding: str, folder: Path) -> tuple[list[Said], list[Said]]:
    """What the intake in memory and the one in SQL say of a run: of files, of rows, and as warnings."""
    inputs, cases, options, more, intake, relation = parts.split(SEPARATOR)
    (folder / "c.csv").write_bytes(cases.encode(encoding))
    (folder / "rows.csv").write_bytes(relation.encode(encoding))
    (folder / "intake.yaml").write_text(intake, "utf-8")
    words = shlex.split(options.replace("rows.csv", str(folder / "rows.csv")))
    words += ["--cases", str(folder / "c.csv"), *(["--intake", str(folder / "intake.yaml")] if intake else [])]
    try:
        files: FactFiles = _options.main(words, standalone_mode=False)
        loaded = load_text(RULES.format(inputs=inputs, more=more), files.settings, lint=False)
        if loaded.versions is None:
            return (both := list(_told(loaded.diagnostics, (), ()))), both
        versions, read = files.ready(loaded.versions)
    except PolicyError as error:
        return (both := list(_told(error.diagnostics, (), ()))), both
    except UsageError as error:
        return (both := [("", one) for one in (*error.messages, *error.hints)]), both
    return _in_memory(versions, files, read), _in_sql(versions, files, read)


def _in_memory(versions: Versions, files: FactFiles, options: ReadOptions) -> list[Said]:
    diagnostics = Diagnostics()
    portfolio = read_portfolio(versions, files.cases, files.relations, diagnostics, options=options)
    if portfolio is None:
        return list(_told(diagnostics.sorted(), (), ()))
    return list(_told((*diagnostics.sorted(), *portfolio.findings), portfolio.rejects, portfolio.warnings))


def _in_sql(versions: Versions, files: FactFiles, options: ReadOptions) -> list[Said]:
    diagnostics = Diagnostics()
    with database() as connection:
        staged = load(connection, versions, files.cases, files.relations, diagnostics, options=options)
        if staged is None:
            return list(_told(diagnostics.sorted(), (), ()))
        try:
            found = (*diagnostics.sorted(), *staged.findings())
            return list(_told(found, staged.rejects(), (*staged.warnings, *staged.idle_warnings())))
        finally:
            staged.close()


def _told(diagnostics: Iterable[Diagnostic], rejects: Iterable[Reject], warnings: Iterable[Message]) -> Iterator[Said]:
    for one in diagnostics:
        yield from ((one.code, each) for each in (one.headline, one.help, *one.notes) if each is not None)
    for reject in rejects:
        for each in reject.all:
            yield "", each.expected
            yield from () if each.hint is None else (("", each.hint),)
    yield from (("", each) for each in warnings)
