"""Hints are right: what a diagnostic says to write is written in the place of the error, and the error is gone."""

# pyright: basic

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from golden.hints.commands import COMMANDS, SPARK
from golden.hints.commands import FILES as COMMAND_FILES
from golden.hints.files import FILES, FileSlip
from golden.hints.rules import RULES
from golden.hints.runs import Said, said
from golden.hints.slips import QUOTED, Slip
from golden.hints.words import ADVICE, SUGGESTS, UNFOLLOWED
from golden.test_pages import plain
from passes.fragments import FRAGMENT, MINIMAL, merged
from steelyard.analysis.check import analyse, load, load_text
from steelyard.cli.main import run
from steelyard.diagnostics import Diagnostic, Diagnostics, Message
from steelyard.diagnostics.catalogue import translations
from steelyard.diagnostics.registry import CODES
from steelyard.ir.from_model import lower
from steelyard.model.from_source import from_source
from steelyard.source import Node, read_yaml
from unit.diagnostics.test_catalogue import templates

STEPS = 3
UNUSED = "L101"
"""Names that an example leaves unused are not its point, save where they are."""


@cache
def base() -> Node:
    """The minimal ruleset."""
    found = read_yaml(MINIMAL, "minimal.yaml", Diagnostics())
    assert found is not None
    return found


WHOLE = "steelyard: 1\nruleset: "
"""Begins a text that is laid upon nothing."""
NAMED = re.compile(r"^# (\S+\.yaml)\n", re.MULTILINE)
"""Begins each file of a text of several."""


def findings(text: str, code: str, folder: Path) -> list[Diagnostic]:
    """What is found in a text, laid upon the minimal ruleset where it amends no other one."""
    found = _of_files(text, folder) if NAMED.match(text) else _of_text(text)
    return [one for one in found if one.code != UNUSED or code == UNUSED]


def _of_files(text: str, folder: Path) -> tuple[Diagnostic, ...]:
    parts = NAMED.split(text)
    for name, part in zip(parts[1::2], parts[2::2], strict=True):
        over = read_yaml(part, name, Diagnostics())
        assert over is not None
        (folder / name).write_text(json.dumps(plain(merged(base(), over))), "utf-8")
    return load(str(folder)).diagnostics


@cache
def _of_text(text: str) -> tuple[Diagnostic, ...]:
    if text.startswith(WHOLE):
        return load_text(text).diagnostics
    diagnostics = Diagnostics()
    over = read_yaml(text, FRAGMENT, diagnostics)
    if over is not None and not diagnostics.errors:
        file = from_source(merged(base(), over), diagnostics)
        ruleset = None if file is None or diagnostics.errors else lower(file, diagnostics)
        if file is not None and ruleset is not None:
            analyse(ruleset, file, diagnostics)
    return diagnostics.sorted()


def in_place(text: str, found: Diagnostic, suggested: str) -> str:
    """The text with what is suggested instead of what the finding underlines."""
    span = found.span
    assert span is not None
    assert span.file != "minimal.yaml"
    assert span.line == span.end_line
    lines = text.split("\n")
    line = lines[span.line]
    lines[span.line] = line[: span.column] + suggested + line[span.end_column :]
    return "\n".join(lines)


def told(found: list[Diagnostic]) -> list[tuple[str, str, str]]:
    return [(one.code, str(one.headline), str(one.help)) for one in found]


@pytest.mark.parametrize("slip", RULES, ids=lambda slip: f"{slip.code} {slip.text[-60:].strip()}")
def test_what_a_hint_suggests_mends_the_ruleset(slip: Slip, tmp_path: Path) -> None:
    first = findings(slip.wrong, slip.code, tmp_path)

    assert {slip.code} == {one.code for one in first}, told(first)
    mine = next(one for one in first if set(slip.omit) <= set(QUOTED.findall(str(one.help))))
    suggestions = list(slip.suggestions(str(mine.help)))
    assert suggestions
    for suggested in suggestions:
        text = slip.mended(suggested) or in_place(slip.wrong, mine, suggested)
        left = findings(text, slip.code, tmp_path)
        for _ in range(STEPS):
            if not left:
                break
            further = next(Slip(left[0].code, text).suggestions(str(left[0].help)), None)
            if further is None:
                break
            text = in_place(text, left[0], further)
            left = findings(text, slip.code, tmp_path)
        assert [] == told(left), text


def templates_of(message: object) -> set[str]:
    """The templates of a message and of the messages within it."""
    match message:
        case Message(template=template, values=values):
            return {template, *(each for value in values.values() for each in templates_of(value))}
        case tuple():
            return {each for part in message for each in templates_of(part)}
        case _:
            return set()


@pytest.mark.parametrize("slip", FILES, ids=lambda slip: slip.name)
def test_what_a_hint_suggests_mends_the_run_in_both_intakes(slip: FileSlip, tmp_path: Path) -> None:
    first, second = said(slip.slip.wrong, slip.encoding, tmp_path)

    assert plainly(first) == plainly(second)
    hint = next((one for code, one in first if code == slip.code and slip.hint in templates_of(one)), None)
    assert hint is not None, plainly(first)
    suggestions = list(slip.slip.suggestions(str(hint)))
    assert suggestions
    for suggested in suggestions:
        mended = slip.slip.mended(suggested)
        assert mended is not None
        for left in said(mended, slip.encoding, tmp_path):
            assert [] == plainly([one for one in left if not slip.stays or slip.stays not in templates_of(one[1])]), (
                mended
            )


@pytest.mark.parametrize(
    ("slip", "hint"),
    [*COMMANDS, pytest.param(*SPARK, marks=pytest.mark.long)],
    ids=[slip.text for slip, _ in (*COMMANDS, SPARK)],
)
def test_what_a_hint_suggests_mends_the_command(
    slip: Slip, hint: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("STEELYARD_LANG", "en")
    monkeypatch.chdir(tmp_path)
    for name, text in COMMAND_FILES.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_text(text, "utf-8")
    form = ".*".join(re.escape(part) for part in re.split(r"\{\w+\}", hint))

    assert run(slip.wrong.split()) == 2
    lines = [line for line in capfd.readouterr().err.splitlines() if re.search(form, line)]
    assert 1 == len(lines)
    suggestions = list(slip.suggestions(lines[0]))
    assert suggestions
    for suggested in suggestions:
        assert run((slip.mended(suggested) or "").split()) == 0


def plainly(found: list[Said]) -> list[tuple[str, str]]:
    return [(code, str(one)) for code, one in found]


@cache
def followed() -> frozenset[str]:
    """The templates of all hints that a slip follows."""
    found = {slip.hint for slip in FILES} | {hint for _, hint in (*COMMANDS, SPARK)}
    for slip in RULES:
        with TemporaryDirectory() as folder:
            for one in findings(slip.wrong, slip.code, Path(folder)):
                found |= templates_of(one.help)
    return frozenset(found)


def test_every_code_is_followed_or_only_advises() -> None:
    """A new code needs a slip that follows its hint, or a reason why it has none that can be followed."""
    slips = {slip.code for slip in (*RULES, *FILES)} - {""}

    assert [] == [code for code in CODES if code not in slips and code not in ADVICE]
    assert [] == [code for code in ADVICE if code in slips or code not in CODES]


def test_every_hint_that_suggests_a_text_or_an_option_is_followed() -> None:
    """A new hint of that kind needs a slip that follows it, or a reason why none can."""
    suggesting = {text for text in templates() if SUGGESTS.search(text)}

    assert [] == sorted(suggesting - followed() - set(UNFOLLOWED))
    assert [] == sorted(text for text in UNFOLLOWED if text in followed() or text not in suggesting)


PLACEHOLDERS = {"VALUE": "值", "NAME": "名称", "FIELD": "字段"}


def test_hints_in_chinese_suggest_the_same() -> None:
    """Texts in backticks are the same in every language, save for placeholders."""
    different: list[str] = []
    for english, chinese in translations("zh").items():
        texts = [
            re.sub(r"\b(VALUE|NAME|FIELD)\b", lambda word: PLACEHOLDERS[word[0]], text)
            for text in QUOTED.findall(english)
        ]
        if SUGGESTS.search(english) and sorted(texts) != sorted(QUOTED.findall(chinese)):
            different.append(english)

    assert [] == different
