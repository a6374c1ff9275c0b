"""Every function, with every kind of argument: in functions.yaml, in words, and alike on every engine.

The cases of functions.yaml run on every engine with the other files; here stand what makes them complete, the words of
each function, and a comparison over arguments drawn from the edges of each type.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest

from conformance.harness import ENGINES, compiled, read_suite
from sql_agreement import disagreements
from steelyard.explain.phrases import phrase
from steelyard.explain.terms import show
from steelyard.explain.words import Words
from steelyard.facts.case import Reject
from steelyard.facts.texts import case_from_texts
from steelyard.ir.expressions import Apply
from steelyard.ir.functions import FUNCTIONS
from steelyard.ir.operators import Function
from steelyard.ir.walk import nodes

SUITE = read_suite(Path(__file__).with_name("functions.yaml"))
RULESET = SUITE.ruleset
WORDS = {
    "least_number": ("the least of N1, N2, N3", "数一、数二、数三中最小的"),
    "least_duration": ("the least of T1, T2", "时长一、时长二中最小的"),
    "least_days": ("the least of K1, K2", "天数一、天数二中最小的"),
    "least_date": ("the least of D1, D2", "日期一、日期二中最小的"),
    "least_instant": ("the least of I1, I2", "时刻一、时刻二中最小的"),
    "greatest_number": ("the greatest of N1, N3", "数一、数三中最大的"),
    "greatest_duration": ("the greatest of T1, T2", "时长一、时长二中最大的"),
    "greatest_days": ("the greatest of K1, K2", "天数一、天数二中最大的"),
    "greatest_date": ("the greatest of D1, D2", "日期一、日期二中最大的"),
    "greatest_instant": ("the greatest of I1, I2, I3", "时刻一、时刻二、时刻三中最大的"),
    "size_of_number": ("the absolute value of N3", "数三的绝对值"),
    "size_of_duration": ("the absolute value of T1", "时长一的绝对值"),
    "size_of_days": ("the absolute value of K1", "天数一的绝对值"),
    "kept_number": ("N1 kept between N2 and N3", "数一（限制在数二至数三之间）"),
    "kept_duration": ("T1 kept between T2 and 3 h", "时长一（限制在时长二至 3 小时之间）"),
    "kept_days": ("K1 kept between K2 and 3 days", "天数一（限制在天数二至 3 天之间）"),
    "kept_date": ("D1 kept between D2 and D3", "日期一（限制在日期二至日期三之间）"),
    "kept_instant": ("I1 kept between I2 and I3", "时刻一（限制在时刻二至时刻三之间）"),
    "day_of": ("the date of I1", "时刻一的日期"),
    "made_day": ("the date of year Y1, month M1, day E1", "由年（年份）、月（月份）、日（日子）组成的日期"),
    "year_of": ("the year of D1", "日期一的年份"),
    "month_of": ("the month of D1", "日期一的月份"),
    "month_text": ("the year and month of D1", "日期一的年月"),
    "month_of_instant": ("the month of the date of I1", "时刻一的日期的月份"),
    "later_month": ("C1 months after D1", "日期一之后步数个月"),
    "earlier_month": ("1 month before the date of I1", "时刻一的日期之前 1 个月"),
    "whole_months": ("the whole months from D1 to D2", "自日期一至日期二的整月数"),
    "last_of_month": ("the last day of the month of D1", "日期一所在月份的最后一天"),
    "ends": ("S1 ends with S2", "文本一以文本二结尾"),
    "holds": ("S1 contains S2", "文本一包含文本二"),
    "characters": ("the number of characters of S1", "文本一的字数"),
    "trimmed": ("S1 without blanks at its edges", "文本一（去除首尾空白）"),
    "joined": ("S1, -, S2, one after another", "文本一、-、文本二依次相连"),
    "begins": ("S1 starts with S2", "文本一以文本二开头"),
    "area_covers": ("G1 covers G2", "地区一包含地区二"),
    "areas_cover": ("Areas covers G2", "范围包含地区二"),
    "instants_overlap": ("I1 to I2 overlaps I3 to I4", "［时刻一，时刻二］与［时刻三，时刻四］有重叠"),
    "dates_overlap": ("D1 to D2 overlaps D3 to D4", "［日期一，日期二］与［日期三，日期四］有重叠"),
    "open_overlap": ("I1 to O1 overlaps I2 to O2", "［时刻一，开放一］与［时刻二，开放二］有重叠"),
    "common_time": ("the time common to I1 to I2 and I3 to I4", "时刻一至时刻二与时刻三至时刻四的重叠时间"),
    "common_days": ("the time common to D1 to D2 and D3 to D4", "日期一至日期二与日期三至日期四的重叠时间"),
    "open_common": ("the time common to I1 to O1 and I2 to O2", "时刻一至开放一与时刻二至开放二的重叠时间"),
    "as_days": ("N1 days", "数一天"),
    "day_count": ("the number of days in K1", "天数一的天数"),
    "at_work": ("the working time from B1 to B2 (Office)", "自上班一至上班二的工作时间（机关）"),
    "due": ("C1 working days after W1 (Office)", "工作日一之后第步数个工作日（机关）"),
    "days_at_work": ("the working days from W1 to W2 (Office)", "自工作日一至工作日二的工作日数（机关）"),
}
EDGES = {
    "n": ("0", "1", "-1", "7", "-9999999999999", "9999999999999"),
    "t": ("0s", "1s", "-90min", "24h", "277777h", "-277777h"),
    "k": ("0d", "1d", "-1d", "365d", "1000000d", "-1000000d"),
    "d": ("1900-01-01", "1970-01-01", "2000-02-29", "2000-03-01", "2024-02-29", "2100-02-28", "2200-12-31"),
    "i": ("1900-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "2024-02-29T15:59:59.999999Z", "2024-02-29T16:00:00Z"),
    "o": ("2024-02-29T16:00:00Z", "2200-12-31T23:59:59Z"),
    "s": ("a", "A", "a%", "ab", "_", "浦东", "浦东新区", "新区", " a", "a\u3000", "\ta\u00a0", "\u0301", "\U0001f697"),
    "g": ("310000", "310100", "310115", "440300", "000000"),
    "w": ("2023-01-03", "2024-02-09", "2024-02-10", "2024-02-18", "2024-05-11", "2025-12-30"),
    "b": (
        "2023-01-01T00:00:00+08:00",
        "2024-02-09T11:59:59+08:00",
        "2024-02-09T17:30:00+08:00",
        "2024-02-18T13:00:01+08:00",
        "2025-12-31T23:59:59+08:00",
    ),
    "c": ("0", "1", "-1", "5", "-5", "100"),
    "y": ("-1", "0", "1", "4", "1900", "2000", "2023", "2024", "9999", "10000", "999999999999999"),
    "m": ("-999999999999999", "0", "1", "2", "3", "4", "11", "12", "13"),
    "e": ("0", "1", "28", "29", "30", "31", "32", "999999999999999"),
}
"""By the first letter of an input's name."""
AREAS = ("", "310000", "310115;440300", "440000;310100", "000000")
DRAWN = 150


def called() -> list[Apply]:
    return [node for output in RULESET.outputs for node in nodes(output.value) if isinstance(node, Apply)]


@pytest.mark.parametrize("function", Function, ids=lambda one: one.value)
def test_every_signature_has_its_cases(function):
    calls = [node for node in called() if node.function is function]
    found = {FUNCTIONS[function].signature([one.type for one in node.arguments]) for node in calls}

    assert found == set(FUNCTIONS[function].signatures)


def test_each_function_is_known_by_the_name_that_is_written():
    assert set(FUNCTIONS) == set(Function)
    assert all(low <= high for low, high in (entry.arity for entry in FUNCTIONS.values()))


@pytest.mark.parametrize("output", RULESET.outputs, ids=lambda one: one.id)
def test_words(output):
    said = phrase(output.value, Words(RULESET))

    assert (show(said, "en"), show(said, "zh")) == WORDS[output.id]


def test_engines_agree_at_the_edges():
    """Arguments are drawn from the edges of their types; about one in six is missing."""
    random = Random(8)
    cases = []
    for number in range(DRAWN):
        given = {one.id: random.choice(EDGES[one.id[0]]) for one in RULESET.inputs if one.id != "id"}
        kept = {name: text for name, text in given.items() if random.randrange(6)}
        case = case_from_texts(
            RULESET,
            {"id": f"{number:03}", **kept},
            {"warned": [{"claim": f"{number:03}", "areas": random.choice(AREAS)}] if random.randrange(6) else []},
        )
        assert not isinstance(case, Reject), case
        cases.append(case)
    reference, *others = [compiled(engine, RULESET) for engine in ENGINES]

    assert disagreements(RULESET, cases) == []
    assert [case.key for case in cases for other in others if other.evaluate(case) != reference.evaluate(case)] == []
