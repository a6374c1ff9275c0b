"""Reads a file of worked cases: the list of cases as it is written, with places."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from steelyard.diagnostics import Diagnostics, Label, Span, msg
from steelyard.model.cases import CaseSection
from steelyard.model.from_source import cases_from_source
from steelyard.model.section import Label as Words
from steelyard.source import Node, Seq, Text, read_text, read_yaml

SEPARATOR = ";"
"""Stands between the items of a list that is written as one text, as in files of results."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """A value that shall come out.

    Attributes:
        name: what is expected: the name of a result.
        value: as it is written, a text or a list of texts.
    """

    name: Text
    value: Node

    @property
    def texts(self) -> tuple[Text, ...]:
        """The items of a list, however it is written; the text alone has no items where it is empty."""
        if isinstance(self.value, Seq):
            return tuple(one for one in self.value if isinstance(one, Text))
        text = text_of(self.value)
        return tuple(Text(one, self.value.span) for one in text.split(SEPARATOR)) if text else ()

    @property
    def span(self) -> Span:
        """Where the value stands; the name where nothing is written."""
        value = self.value
        return value.span if not isinstance(value, Text) or value or value.quoted else self.name.span


@dataclass(frozen=True, slots=True)
class WorkedCase:
    """A case with what shall come out of it.

    Attributes:
        name: unique in its file.
        zh, en: what it shows; empty where nothing is said.
        settings: the values of parameters.
        given: the inputs.
        rows: by relation.
        expect: in the order written.
    """

    name: Text
    zh: str
    en: str
    settings: Mapping[Text, Text]
    given: Mapping[Text, str]
    rows: Mapping[Text, tuple[Mapping[Text, str], ...]]
    expect: tuple[Expectation, ...]


def read_worked_cases(path: Path, diagnostics: Diagnostics) -> tuple[WorkedCase, ...] | None:
    """Read a file of cases; None, with diagnostics, where it cannot be used."""
    text = read_text(path, diagnostics)
    node = None if text is None else read_yaml(text, str(path), diagnostics, cases=True)
    return None if node is None or diagnostics.errors else worked_cases(node, diagnostics)


def worked_cases(node: Node, diagnostics: Diagnostics) -> tuple[WorkedCase, ...] | None:
    """Read the list of cases; None, with diagnostics, where it cannot be used."""
    sections = cases_from_source(node, diagnostics)
    if sections is None:
        return None
    before, known = diagnostics.errors, dict[str, Text]()
    for section in sections:
        first = known.setdefault(section.case, section.case)
        if first is not section.case:
            diagnostics.add(
                "E152",
                section.case.span,
                msg("two cases are named `{name}`", name=section.case),
                help=msg("name each case after what it shows"),
                labels=(Label(first.span, msg("the other one")),),
            )
    return None if diagnostics.errors > before else tuple(map(_worked, sections))


def text_of(node: Node) -> str:
    """A value as a file has it: the items of a list stand one after the other."""
    return SEPARATOR.join(map(str, node)) if isinstance(node, Seq) else str(node)


def _worked(section: CaseSection) -> WorkedCase:
    zh, en = _words(section.why)
    return WorkedCase(
        name=section.case,
        zh=zh,
        en=en,
        settings=dict(section.settings),
        given={name: text_of(value) for name, value in section.given.items()},
        rows={
            relation: tuple({name: text_of(value) for name, value in row.items()} for row in rows)
            for relation, rows in section.rows.items()
        },
        expect=tuple(Expectation(name, value) for name, value in section.expect.items()),
    )


def _words(why: Words | None) -> tuple[str, str]:
    zh, en = ("", "") if why is None else (why.zh or why.en or "", why.en or why.zh or "")
    return " ".join(zh.split()), " ".join(en.split())
