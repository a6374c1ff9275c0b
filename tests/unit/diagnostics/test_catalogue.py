"""Translations: complete for the packages named below, true to the templates' fields, never a crash.

`uv run python tests/unit/diagnostics/test_catalogue.py` prints the templates that lack a translation,
in the form of a .po file.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from string import Formatter

import pytest

import steelyard
from steelyard import resources
from steelyard.diagnostics import msg
from steelyard.diagnostics.catalogue import LANGUAGES, translations, translator

ROOT = Path(steelyard.__file__).parent
OTHERS = [lang for lang in LANGUAGES if lang != "en"]

# packages whose texts are translated completely: all of them
COMPLETE = (
    "analysis",
    "calendars",
    "cli",
    "diagnostics",
    "engines",
    "explain",
    "facts",
    "ir",
    "language",
    "model",
    "report",
    "semantics",
    "session",
    "source",
    "trial",
)


def calls(tree: ast.AST) -> Iterator[ast.Call]:
    """The calls that make a text for people: msg("…"), and translate("…") inside Message."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
            literal = isinstance(node.args[0], ast.Constant)
            if node.func.id == "msg" or (node.func.id == "translate" and literal):
                yield node


@cache
def calls_by_file() -> dict[Path, tuple[ast.Call, ...]]:
    """The calls in every module, which several tests read."""
    return {path: tuple(calls(ast.parse(path.read_text("utf-8")))) for path in sorted(ROOT.rglob("*.py"))}


def templates(*packages: str) -> dict[str, list[str]]:
    """Template -> where it is written (FILE:LINE), over whole packages or everything."""
    found: dict[str, list[str]] = {}
    for path, made in calls_by_file().items():
        if packages and path.relative_to(ROOT).parts[0] not in packages:
            continue
        for call in made:
            argument = call.args[0]
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                found.setdefault(argument.value, []).append(f"{path.relative_to(ROOT)}:{call.lineno}")
    return found


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name is not None}


COUNTS = {
    "all", "allowed", "cases", "count", "days", "least", "limit", "minimum", "more", "most", "number", "rows", "scale",
    "wanted", "width",
}  # fmt: skip
"""The names of fields that may hold a number of things."""
PLURAL = re.compile(
    r"(?<![=\w])1 (?:(?:more|hidden|bad|whole|working|scored|different) )*"
    r"(?!(?:holds|says|hits|takes|has|was)\b)\w+s\b"
)
"""One thing, and a word that ends as a plural; verbs of what a number names, such as a row, are none."""


def test_no_count_of_one_stands_before_a_plural() -> None:
    """What a limit of the program says is left out: no limit is 1."""
    counted = {
        template: msg(
            template, **{name: "1" if name in COUNTS - {"limit", "most"} else "x" for name in fields(template)}
        )
        for template in templates()
    }

    assert {} == {template: str(one) for template, one in counted.items() if PLURAL.search(str(one))}


def missing(lang: str, *packages: str) -> dict[str, list[str]]:
    known = translations(lang)
    return {template: places for template, places in templates(*packages).items() if template not in known}


@pytest.mark.parametrize("lang", OTHERS)
def test_complete_packages_lack_no_translation(lang: str) -> None:
    assert {} == missing(lang, *COMPLETE)


def test_every_package_is_translated_completely() -> None:
    assert set(COMPLETE) == {path.parent.name for path in ROOT.glob("*/__init__.py")}


@pytest.mark.parametrize("lang", OTHERS)
def test_translation_has_its_template_s_fields(lang: str) -> None:
    """A field too much would be a crash in front of the user, a field too few a lost value."""
    wrong = {
        template: translated
        for template, translated in translations(lang).items()
        if fields(template) != fields(translated) or any(not field.isidentifier() for field in fields(translated))
    }

    assert {} == wrong


@pytest.mark.parametrize("lang", OTHERS)
def test_no_translation_of_a_text_that_is_gone(lang: str) -> None:
    """A text is in the code as a template, or stands in a report's template."""
    known = templates()
    reports = "".join(path.read_text("utf-8") for path in resources.templates().rglob("*") if path.is_file())

    assert [] == [text for text in translations(lang) if text not in known and text not in reports]


def test_every_template_is_a_literal_with_named_fields() -> None:
    """Text put together at run time cannot be translated; a field without its value is a crash."""
    wrong: list[str] = []
    for path, made in calls_by_file().items():
        for call in made:
            place = f"{path.relative_to(ROOT)}:{call.lineno}"
            match call.args[0]:
                case ast.Constant(value=str(template)):
                    given = {word.arg for word in call.keywords}
                    if call.func.id == "msg" and None not in given and fields(template) != given:  # type: ignore[union-attr]
                        wrong.append(f"{place}: fields {fields(template)}, values {given}")
                case _:
                    wrong.append(f"{place}: not a literal")

    assert [] == wrong


def test_chinese_is_chinese_and_unknown_templates_stay_english() -> None:
    chinese = translator("zh")

    assert "错误" == chinese(msg("error"))
    assert "键 `甲` 重复出现" == chinese(msg("the key `{key}` is written twice", key="甲"))
    assert "no such template 1" == chinese(msg("no such template {x}", x=1))
    assert "在此之前错误" == chinese(msg("在此之前 {x}", x=msg("error")))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("甲", "级别为甲，不是“甲”之一；甲为 1"),
        ("（甲）", "级别为（甲），不是“（甲）”之一；（甲）为 1"),
        ("A", "级别为 A，不是“A”之一；A 为 1"),
        ("3 个月", "级别为 3 个月，不是“3 个月”之一；3 个月为 1"),
        (" 甲 ", "级别为  甲 ，不是“ 甲 ”之一； 甲  为 1"),
        ("甲 乙", "级别为甲 乙，不是“甲 乙”之一；甲 乙为 1"),
        ("", "级别为 ，不是“”之一； 为 1"),
    ],
)
def test_chinese_has_no_blanks_beside_chinese(value: str, text: str) -> None:
    """Only blanks of the template are left out: values stay as they are."""
    assert text == translator("zh")(msg("级别为 {x}，不是“{x}”之一；{x} 为 {n:1|2}", x=value, n=1))


PARTS = re.compile(r"`[^`]*`|\{[^{}]*\}|[^`{}]")
HAN = re.compile(r"[\u4e00-\u9fff]")
LATIN = re.compile(r"[A-Za-z0-9]")


def touching(text: str) -> list[str]:
    """Where Chinese stands beside a field, code, a Latin letter or a digit without a blank between them."""
    parts = PARTS.findall(text)
    return [
        before + after
        for before, after in pairwise(parts)
        if (HAN.fullmatch(before) and (len(after) > 1 or LATIN.fullmatch(after)))
        or (HAN.fullmatch(after) and (len(before) > 1 or LATIN.fullmatch(before)))
    ]


@pytest.mark.parametrize("domain", ["steelyard", "pages", "help"])
def test_a_blank_stands_between_chinese_and_anything_else(domain: str) -> None:
    """One blank beside fields, code, Latin letters and digits; beside a Chinese value the blank is left out."""
    assert ["甲{x}", "{x}乙"] == touching("甲{x}乙 `丙` 1：{y}，`丁`。")
    assert {} == {text: found for text in translations("zh", domain).values() if (found := touching(text))}


def test_english_is_the_template() -> None:
    assert "the key `a` is written twice" == translator("en")(msg("the key `{key}` is written twice", key="a"))


@pytest.mark.parametrize("lang", ["", "de", "ZH", "../zh"])
def test_unknown_language_is_refused(lang: str) -> None:
    with pytest.raises(ValueError, match="no language"):
        translator(lang)


def main() -> None:
    """Print what lacks a translation as entries to be filled in."""
    for lang in OTHERS:
        for template, places in missing(lang).items():
            text = template.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            print(f'#: {" ".join(places)}\nmsgid "{text}"\nmsgstr ""\n')


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.po")), ids=lambda path: path.stem)
def test_a_catalogue_holds_entries_and_nothing_else(path: Path) -> None:
    """Its reader passes over other lines in silence, such as the marks of a merge."""
    lines = path.read_text("utf-8").splitlines()

    assert [line for line in lines if line and not line.startswith(("#", "msgid ", "msgstr ", '"'))] == []


if __name__ == "__main__":
    main()
