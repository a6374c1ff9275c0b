"""Reports: well-formed, self-contained, escaped, in both languages."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from golden.reports.worked import SHIPPED, cases, evaluate, evaluated, explained
from steelyard.explain.explain import explain
from steelyard.report.environment import environment
from steelyard.report.formats.render import FORMATS, render
from steelyard.report.view import view

VOID = {"meta", "br", "link", "img", "hr", "input"}
ALL = [(policy, name) for policy in SHIPPED for name in cases(policy)]


class Checker(HTMLParser):
    """Open and close tags must match; collects what a page refers to."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.references: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.add(tag)
        self.references += [value or "" for name, value in attrs if name in {"href", "src", "xlink:href"}]
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag) -> None:
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)


def check(page: str) -> Checker:
    checker = Checker()
    checker.feed(page)
    checker.close()
    assert [] == checker.open
    assert [] == checker.wrong
    return checker


@pytest.mark.parametrize(("policy", "name"), ALL)
def test_pages_are_well_formed_and_refer_to_nothing(policy: str, name: str) -> None:
    evaluation = evaluated(policy, name)
    if evaluation is None:
        return
    page = render(explain(evaluation), "zh", "html")
    checker = check(page)

    assert [] == checker.references
    assert not {"script", "link", "iframe", "img"} & checker.tags
    assert not re.search(r"https?://|url\((?!#)|@import", page)


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_in_every_language_tells_the_score(lang: str, format_: str) -> None:
    text = render(explained("motor-small-claims", "surge-in-a-storm"), lang, format_)

    assert "91.54" in text
    assert "3.461538" in text
    assert ("客户满意度" if lang == "zh" else "Customer satisfaction") in text
    assert "Name(" not in text
    assert "Message(" not in text


def test_chinese_pages_have_no_english_sentence() -> None:
    """Labels, ids and the data stay as they are; sentences are Chinese."""
    for name in cases("motor-small-claims"):
        evaluation = evaluated("motor-small-claims", name)
        if evaluation is None:
            continue
        text = render(explain(evaluation), "zh", "text")
        words = re.sub(r"\([^)]*\)|\[[^\]]*\]|" + re.escape(name), "", text)

        assert [] == re.findall(r"\b(?:the|is|of|and|not|because|missing|target|points)\b", words), name


EVIL = "<script>alert('x')</script>&\"|*_`\0"
RULESET = """
steelyard: 1
ruleset: evil
version: 1
title: "<b>{{ 7*7 }}</b>"
timezone: Asia/Shanghai
case:
  key: id
  inputs:
    id: text
    n: {type: integer, label: "<i>n</i>", optional: true}
indicators:
  one: {label: "<u>one</u>", measure: n, target: 2, better: higher, score: met, weight: 1, missing: waive}
score: {method: weighted_mean, round: 2, clamp: "[0..100]"}
"""


@pytest.mark.parametrize("n", ["1", ""])
def test_text_of_users_is_escaped(n: str) -> None:
    explanation = replace(explain(evaluate(RULESET, {"id": "k", "n": n})), key=EVIL)
    page = render(explanation, "en", "html")

    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "&lt;b&gt;{{ 7*7 }}&lt;/b&gt;" in page
    assert not re.search(r"<[biu]>(one|n)</", page)
    check(page)
    assert EVIL == json.loads(render(explanation, "en", "json"))["case"]
    assert "\\<script\\>" in render(explanation, "en", "md")


def test_unknown_format_and_language_are_refused() -> None:
    explanation = explained("motor-small-claims", "on-time")

    with pytest.raises(ValueError, match="pdf"):
        render(explanation, "en", "pdf")
    with pytest.raises(ValueError, match="fr"):
        render(explanation, "fr", "html")
    with pytest.raises(ValueError, match="fr"):
        environment("fr")
    assert render(explanation, "en", "md") == render(explanation, "en", "markdown")


def test_no_number_of_the_drawing_is_outside_it() -> None:
    for name in cases("motor-small-claims"):
        evaluation = evaluated("motor-small-claims", name)
        drawing = None if evaluation is None else view(explain(evaluation), "zh").timeline
        if drawing is None:
            continue
        for bar in drawing.bars:
            assert all(drawing.left <= s.x <= drawing.right + 2 and s.width >= 2 for s in bar.segments)
            assert bar.due_x is None or drawing.left <= bar.due_x <= drawing.right
        assert all(0 <= mark.x <= drawing.width for mark in drawing.marks)
        assert len(drawing.ticks) <= 10


def test_the_page_begins_with_whose_case_it_is_and_what_would_have_changed_it_and_folds_the_rest() -> None:
    page = render(explained("motor-small-claims", "surge-in-a-storm"), "en", "html")
    head, rest = page.split('<section class="rest">')
    order = ["Branch</span> 浦东", "Cut-off for open claims</span>", "What would have changed it", "What cost points"]
    places = [head.index(text) for text in (*order, ">Ledger<", "The case in time")]

    assert sorted(places) == places
    assert "<h2>" not in rest
    assert ["Rules that applied", "Indicators", "Checked, and not applied", "Weights", "Facts"] == re.findall(
        r'<details class="fold"><summary>([^<]*)<', rest
    )[:5]
    assert rest.count("<details") == rest.count("</details>")


def test_on_a_narrow_screen_the_case_in_time_is_told_in_words_beside_its_bars() -> None:
    page = render(explained("motor-small-claims", "surge-in-a-storm"), "en", "html")
    narrow = page.split('<div class="narrow">')[1].split('<div class="legend">')[0]

    assert "<text" not in narrow
    assert "Accepted</dt><dd>2013-10-08" in narrow
    assert 5 == narrow.count('<svg class="strip"')


def test_the_legend_explains_what_is_drawn_and_nothing_else() -> None:
    late = render(explained("motor-small-claims", "catastrophe-over"), "en", "html")
    relieved = render(explained("motor-small-claims", "surge-in-a-storm"), "en", "html")

    assert (True, False, False) == tuple(
        f"</i>{one}" in late for one in ("over the target", "target before relief", "clock stands still")
    )
    assert (False, True, False) == tuple(
        f"</i>{one}" in relieved for one in ("over the target", "target before relief", "clock stands still")
    )
