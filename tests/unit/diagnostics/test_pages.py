"""Each code has a page, each page a code, and the pages keep one form.

That an example yields its code is tested here for YAML's own accidents, for the others in
tests/golden/test_pages.py, which runs the whole check.
"""

from __future__ import annotations

import re

import pytest

from steelyard.diagnostics import Diagnostics
from steelyard.diagnostics.catalogue import translations
from steelyard.diagnostics.pages import CODE, PAGES, page, parts
from steelyard.diagnostics.registry import CODES
from steelyard.source import read_yaml

FORM = re.compile(
    r"# (?P<code>[A-Z]\d{3}) (?P<name>[a-z0-9-]+)\n\n(?P<means>[^#`][^\n]*(?:\n[^\n#]+)*)\n\n"
    r"## Why it matters\n\n(?P<why>[^\n#][^\n]*(?:\n[^\n#]+)*)\n\n"
    r"## Example\n\n```(?P<kind>yaml|console|csv)\n(?P<example>.*?)```\n\n"
    r"## Use instead\n\n```(?P=kind)\n(?P<instead>.*?)```\n",
    re.DOTALL,
)


@pytest.mark.parametrize("code", CODES)
def test_page_has_the_form(code: str) -> None:
    match = FORM.fullmatch(page(code) or "")

    assert match is not None, f"pages/{code}.md is missing or has another form"
    assert (code, CODES[code].name) == (match["code"], match["name"])
    assert "yaml" == match["kind"] or code.startswith("E"), "only a code about files may show something else"


def test_every_page_has_a_code() -> None:
    assert {path.stem for path in PAGES.iterdir()} <= set(CODES)


def test_page_of_a_code_in_any_case() -> None:
    assert page("y101") == page("Y101")


@pytest.mark.parametrize("code", ["", "Y999", "../Y101", "Y101.md", "报"])
def test_no_page_for_what_is_no_code(code: str) -> None:
    assert page(code) is None


@pytest.mark.parametrize("code", [code for code in CODES if code.startswith("Y1")])
def test_example_yields_its_code_and_the_alternative_nothing(code: str) -> None:
    match = FORM.fullmatch(page(code) or "")
    assert match is not None
    wrong, right = Diagnostics(), Diagnostics()
    read_yaml(match["example"], "f", wrong)
    read_yaml(match["instead"], "f", right)

    assert [code] == [each.code for each in wrong.sorted()]
    assert () == right.sorted()


def test_every_page_is_translated_with_its_examples_and_names_as_they_stand() -> None:
    for code in CODES:
        english, chinese = page(code) or "", page(code, "zh") or ""
        prose = [part for part in parts(english) if not part.startswith(("# ", CODE))]

        assert [] == [part for part in prose if part not in translations("zh", "pages")], code
        assert parts(english)[0] == parts(chinese)[0]
        assert [part for part in parts(english) if part.startswith(CODE)] == [
            part for part in parts(chinese) if part.startswith(CODE)
        ]
        names = re.compile(r"`[^`\n]+`")
        assert sorted(names.findall(english)) == sorted(names.findall(chinese)), code


def test_no_translation_of_a_paragraph_that_is_gone() -> None:
    known = {part for code in CODES for part in parts(page(code) or "")}

    assert [] == [text for text in translations("zh", "pages") if text not in known]
