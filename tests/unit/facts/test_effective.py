"""A version of a ruleset judges the cases of its own days, and rejects the others with that reason."""

from __future__ import annotations

from datetime import date

import pytest

from steelyard.calendars.zones import day_number
from steelyard.diagnostics import Diagnostics
from steelyard.facts import Case, Reject, case_from_texts, read_portfolio
from steelyard.ir.ruleset import InputField, Label, Range, Ruleset, Weights
from steelyard.ir.types import Date, DateTime, Text

FIRST, LAST = day_number(date(2024, 1, 1)), day_number(date(2024, 12, 31))


def ruleset(low: int | None, high: int | None, type_=None, reference: str | None = "reported") -> Ruleset:
    def field(name: str, kind, column: str) -> InputField:
        return InputField(id=name, label=Label(name, name), type=kind, column=column)

    return Ruleset(
        id="r", version="2024.1", title=Label("r", "r"), source=None, timezone="Asia/Shanghai",
        effective=Range(low, high), key="id", reference_date=reference,
        inputs=(field("id", Text(), "id"), field("reported", type_ or Date(), "报案日")), parameters=(),
        groups=(), relations=(), defines=(), tables=(), indicators=(), exemptions=(), weights=Weights(),
        scores=(), unscored=(), points=(), outputs=(),
    )  # fmt: skip


def both(rules: Ruleset, value: str, tmp_path) -> tuple[Case | Reject, Case | Reject]:
    """The same case from a file and from texts."""
    path = tmp_path / "cases.csv"
    path.write_text(f"id,报案日\nC1,{value}\n", "utf-8")
    diagnostics = Diagnostics()
    portfolio = read_portfolio(rules, [path], {}, diagnostics)
    assert portfolio is not None, diagnostics.sorted()
    return (*portfolio.cases, *portfolio.rejects)[0], case_from_texts(rules, {"id": "C1", "reported": value}, {})


ON = "a date from 2024-01-01 on: version 2024.1 is effective [2024-01-01..)"
UP = "a date up to 2024-12-31: version 2024.1 is effective (..2024-12-31]"
WITHIN = "a date from 2024-01-01 to 2024-12-31: version 2024.1 is effective [2024-01-01..2024-12-31]"


@pytest.mark.parametrize(
    ("low", "high", "value", "expected"),
    [
        (FIRST, None, "2023-12-31", ON),
        (FIRST, None, "2024-01-01", None),
        (FIRST, None, "2199-01-01", None),
        (None, LAST, "2025-01-01", UP),
        (None, LAST, "2024-12-31", None),
        (FIRST, LAST, "2023-12-31", WITHIN),
        (FIRST, LAST, "2025-01-01", WITHIN),
        (FIRST, LAST, "2024-06-30", None),
        (None, None, "1900-01-01", None),
    ],
)
def test_a_case_outside_the_days_of_the_version_is_rejected(low, high, value, expected, tmp_path) -> None:
    from_file, from_texts = both(ruleset(low, high), value, tmp_path)

    if expected is None:
        assert isinstance(from_file, Case)
        assert isinstance(from_texts, Case)
    else:
        assert isinstance(from_file, Reject)
        assert isinstance(from_texts, Reject)
        assert ("C1", "报案日", value, expected, 2) == (
            from_file.key, from_file.where, from_file.value, str(from_file.expected), from_file.line,
        )  # fmt: skip
        assert ("C1", "reported", value, expected) == (
            from_texts.key, from_texts.where, from_texts.value, str(from_texts.expected),
        )  # fmt: skip


@pytest.mark.parametrize(
    ("value", "good"),
    [
        ("2023-12-31 23:59:59.999999", False),
        ("2024-01-01 00:00", True),
        ("2023-12-31T16:00Z", True),
        ("2023-12-31T15:59:59Z", False),
    ],
)
def test_the_reference_date_of_a_datetime_is_its_local_day(value, good, tmp_path) -> None:
    results = both(ruleset(FIRST, None, DateTime()), value, tmp_path)

    assert (good, good) == tuple(isinstance(result, Case) for result in results)


def test_what_is_wrong_with_a_value_comes_before_its_day(tmp_path) -> None:
    from_file, from_texts = both(ruleset(FIRST, None), "2023-02-30", tmp_path)

    assert isinstance(from_file, Reject)
    assert isinstance(from_texts, Reject)
    assert "a date such as `2024-05-01`" == str(from_file.expected) == str(from_texts.expected)


def test_without_a_reference_date_every_case_is_taken(tmp_path) -> None:
    results = both(ruleset(FIRST, None, reference=None), "1999-01-01", tmp_path)

    assert all(isinstance(result, Case) for result in results)


def test_a_key_that_stands_twice_is_still_said_where_a_row_is_out_of_date(tmp_path) -> None:
    path = tmp_path / "cases.csv"
    path.write_text("id,报案日\nC1,2023-01-01\nC1,2024-01-01\n", "utf-8")
    portfolio = read_portfolio(ruleset(FIRST, None), [path], {}, Diagnostics())

    assert portfolio is not None
    assert ["a key that stands once, but it stands on lines 2, 3"] * 2 == [str(r.expected) for r in portfolio.rejects]
