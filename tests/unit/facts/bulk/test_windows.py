"""A window of a relation's own fields that ends before it starts: both intakes refuse its row."""

# pyright: basic

from __future__ import annotations

import pytest

from steelyard.analysis.check import load

RULES = """
steelyard: 1
ruleset: r
version: 1
timezone: UTC
case:
  key: key
  inputs: {key: text, opened: datetime, closed: datetime}
relations:
  stops:
    BELONGS
    window: {from: since, to: upto}
    fields:
      of: text
      since: {type: datetime, optional: true}
      upto: {type: datetime, open: true}
indicators:
  one: {clock: {from: opened, to: closed}, target: 1h, better: lower, score: met, weight: 1}
exemptions:
  stopped: {for_each: stops, when: true, grants: {one: {pause: true}}}
score: {method: weighted_mean, round: 2}
"""


@pytest.fixture
def read(agree, tmp_path):
    def read_(belongs: str, *rows: str):
        def write(name, text):
            (tmp_path / name).write_text(text, "utf-8")
            return tmp_path / name

        rules = load(str(write("r.yaml", RULES.replace("BELONGS", belongs)))).versions
        stops = write("s.csv", "of,since,upto\n" + "".join(f"{one}\n" for one in rows))
        cases = write("c.csv", "key,opened,closed\nA,2024-05-01 00:00,2024-05-04 00:00\n")
        return agree(rules, cases, {"stops": stops})

    return read_


def test_a_case_with_such_a_row_is_rejected(read) -> None:
    [reject] = read("of_case: of", "A,2024-05-02 10:00,2024-05-01 12:00").rejects

    assert ("A", "stops.upto", "2024-05-01 12:00", 2) == (reject.key, reject.where, reject.value, reject.line)
    assert "not before `since`, which is `2024-05-02T10:00:00+00:00`" == str(reject.expected)


@pytest.mark.parametrize(
    "row",
    [
        "A,2024-05-01 09:00,2024-05-01 09:00",
        "A,2024-05-01 09:00,",
        "A,,2024-05-01 09:00",
        "B,2024-05-02 09:00,2024-05-01 09:00",
    ],
)
def test_windows_that_are_empty_or_open_or_of_other_cases(read, row) -> None:
    assert () == read("of_case: of", row).rejects


def test_where_such_a_row_could_belong_to_any_case_nothing_is_read(read) -> None:
    assert read("joins: stops.of = key", "A,2024-05-02 10:00,2024-05-01 12:00") is None
