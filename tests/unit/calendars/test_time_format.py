"""Written forms of dates and times."""

from __future__ import annotations

import pytest

from steelyard.calendars.time_format import example, fault_of, rewritten


@pytest.mark.parametrize(
    ("text", "form", "found"),
    [
        ("12/31/2024", "%m/%d/%Y", "2024-12-31"),
        ("31/12/2024", "%m/%d/%Y", "2024-31-12"),  # no such day: the grammar says so
        ("1/5/2024 9:05", "%d/%m/%Y %H:%M", "2024-05-01 09:05"),
        ("1/5/2024   9:05", "%d/%m/%Y %H:%M", "2024-05-01 09:05"),
        ("12/31/2024 12:05:00 AM", "%m/%d/%Y %I:%M:%S %p", "2024-12-31 00:05:00"),
        ("12/31/2024 12:05:00 p.m.", "%m/%d/%Y %I:%M:%S %p", "2024-12-31 12:05:00"),
        ("12/31/2024 13:05:00 PM", "%m/%d/%Y %I:%M:%S %p", None),
        ("31-Dec-24", "%d-%b-%y", "2024-12-31"),
        ("1-sep-69", "%d-%b-%y", "1969-09-01"),
        ("1-Sep-68", "%d-%b-%y", "2068-09-01"),
        ("1 September 2024", "%d %B %Y", "2024-09-01"),
        ("31122024", "%d%m%Y", "2024-12-31"),
        ("1122024", "%d%m%Y", None),
        ("2024年5月1日", "%Y年%m月%d日", "2024-05-01"),
        ("31.12.2024T23:58:59.5+0100", "%d.%m.%YT%H:%M:%S.%f%z", "2024-12-31 23:58:59.5+0100"),
        ("31.12.2024 23:58 UTC", "%d.%m.%Y %H:%M %z", "2024-12-31 23:58Z"),
        ("100% 1.5.2024", "100%% %d.%m.%Y", "2024-05-01"),
        ("x1.5.2024", "%d.%m.%Y", None),
    ],
)
def test_texts_are_written_anew_year_first(text: str, form: str, found: str | None) -> None:
    assert rewritten(text, form) == found


@pytest.mark.parametrize("form", ["%d/%m/%Y %H:%M", "%m-%d-%y %I:%M:%S.%f %p", "%B %d, %Y %H:%M%z"])
def test_the_example_is_of_the_form(form: str) -> None:
    assert fault_of(form, time=True) is None
    assert (rewritten(example(form), form) or "").startswith("2024-12-31 23:58")


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ("dd/mm/yyyy", "it says no year"),
        ("%d/%Y", "it says no month"),
        ("%m/%Y", "it says no day"),
        ("%d/%m/%Y", "it says no time of day"),
        ("%d/%m/%Y %i", "`%i` is none of"),
        ("%d/%m/%Y %H:%M%", "is none of"),
        ("%d/%m/%Y %y %H", "one part of the time twice"),
        ("%d/%m/%Y %I:%M", "`%I` stands without `%p`"),
        ("%d/%m/%Y %H %S", "`%S` stands without `%M`"),
        ("%Y-%d-%m %H", "nobody writes"),
    ],
)
def test_what_is_no_form(form: str, said: str) -> None:
    assert said in str(fault_of(form, time=True))
