"""Coverage as one page: the ruleset's own text, with what no case tries beside its lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from steelyard.diagnostics import msg
from steelyard.diagnostics.catalogue import translator
from steelyard.explain.terms import Text, show, together
from steelyard.report.environment import environment
from steelyard.source.files import BYTE_ORDER_MARK
from steelyard.trial.coverage.records import Coverage, Point
from steelyard.trial.coverage.text import total


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a file: what no case tries in it, and whether there is anything that a case tries."""

    text: str
    lacks: tuple[str, ...]
    tried: bool


@dataclass(frozen=True, slots=True)
class _File:
    name: str
    lines: tuple[_Line, ...]


@dataclass(frozen=True, slots=True)
class _Ruleset:
    """`elsewhere`: what no case tries of what stands in no text that can be shown."""

    total: str
    files: tuple[_File, ...]
    elsewhere: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _View:
    lang: str
    title: str
    rulesets: tuple[_Ruleset, ...]


def page(found: Sequence[tuple[str, Coverage]], lang: str) -> str:
    """Lay the coverage of rulesets out as one self-contained page, in a language; each has its name."""
    rulesets = tuple(_ruleset(name, one, lang) for name, one in found)
    view = _View(lang, translator(lang)(msg("What no case tries")), rulesets)
    return environment(lang).get_template("coverage.html.jinja").render(view=view)


def _ruleset(name: str, found: Coverage, lang: str) -> _Ruleset:
    of_files: dict[str, list[Point]] = {}
    elsewhere: list[Point] = []
    for one in found.points:
        if one.span is None or one.span.cell:  # cells of workbooks have no lines
            elsewhere.append(one)
        else:
            of_files.setdefault(one.span.file, []).append(one)
    files: list[_File] = []
    for file, points in of_files.items():
        text = _text(file)
        if text is None:
            elsewhere += points
        else:
            files.append(_File(file, _lines(text, points, lang)))
    lacking = _lacks([one for one in elsewhere if not one.covered], lang, placed=True)
    return _Ruleset(translator(lang)(total(name, found)), tuple(files), lacking)


def _text(file: str) -> str | None:
    try:
        return Path(file).read_text("utf-8").removeprefix(BYTE_ORDER_MARK)
    except (OSError, UnicodeDecodeError):
        return None


def _lines(text: str, points: Sequence[Point], lang: str) -> tuple[_Line, ...]:
    of_lines: dict[int, list[Point]] = {}
    for one in points:
        of_lines.setdefault(0 if one.span is None else one.span.line, []).append(one)
    return tuple(
        _Line(
            line,
            _lacks([one for one in of_lines.get(number, ()) if not one.covered], lang),
            number in of_lines,
        )
        for number, line in enumerate(text.removesuffix("\n").split("\n"))
    )


def _lacks(points: Sequence[Point], lang: str, *, placed: bool = False) -> tuple[str, ...]:
    """What is not tried, a text for each thing that it belongs to; `placed`: with the place."""
    found: dict[str, list[Text]] = {}
    for one in points:
        name = show(one.name, lang)
        found.setdefault(f"{one.span}: {name}" if placed and one.span is not None else name, []).append(one.text)
    return tuple(show(msg("{name}: {texts}", name=name, texts=together(texts)), lang) for name, texts in found.items())
