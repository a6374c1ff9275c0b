"""Working calendars in a ruleset: what is read, what is refused, and with which words."""

from __future__ import annotations

from datetime import date

import pytest

from steelyard.calendars import Settings, calendar
from steelyard.calendars.zones import day_number
from steelyard.diagnostics import Diagnostics
from steelyard.ir.canonical import policy_digest
from steelyard.ir.expressions import Apply, Function, Input, Literal
from steelyard.ir.from_model import lower
from steelyard.ir.ruleset import Clock, Ruleset
from steelyard.ir.types import Date, Duration, Number
from steelyard.model.from_source import from_source
from steelyard.source import read_yaml

HOUR = 3_600_000_000
OFFICE = 'office: {holidays: CN, hours: "09:00-17:30"}'


def read(
    value: str = "day", calendars: str = OFFICE, clock: str = "", **more: str
) -> tuple[Ruleset | None, Diagnostics]:
    """A ruleset with one output; `calendars` is what stands under that key."""
    text = f"""
steelyard: 1
ruleset: r
version: 1
timezone: Asia/Shanghai
case:
  key: id
  inputs:
    {{id: text, day: date, other: date, n: integer, opened: datetime, closed: datetime, taken: duration,
    kind: {more.get("kind", "text")}}}
{f"calendars: {{{calendars}}}" if calendars else ""}
indicators:
  speed:
    clock: {{from: opened, to: closed{clock}}}
    target: 8h
    better: lower
    score: met
    weight: {more.get("weight", "1")}
score: {{method: weighted_mean, round: 2}}
outputs: {{shown: {{value: '{value}'}}}}
"""
    diagnostics = Diagnostics()
    node = read_yaml(text, "r.yaml", diagnostics)
    assert node is not None
    file = from_source(node, diagnostics)
    return (None if file is None else lower(file, diagnostics)), diagnostics


def refused(*arguments: str, **named: str) -> list[tuple[str, str, str]]:
    """The code, the headline and the advice of each finding."""
    found, diagnostics = read(*arguments, **named)
    assert found is None
    return [(each.code, str(each.headline), str(each.help or "")) for each in diagnostics.sorted()]


def sound(*arguments: str, **named: str) -> Ruleset:
    found, diagnostics = read(*arguments, **named)
    assert [] == [str(each.headline) for each in diagnostics.sorted()]
    assert found is not None
    return found


def shown(value: str, calendars: str = OFFICE) -> object:
    return sound(value, calendars).outputs[0].value


DAY, OTHER = Input("day", type=Date()), Input("other", type=Date())


# What is read


def test_settings_are_resolved() -> None:
    office = sound(
        "day",
        'shop: {holidays: US-TX, hours: "13:00-17:00", weekend: [sun, mon, sun], closed: [2024-03-02, 2024/03/01], '
        "open: [2024-03-03], years: [2029, 2028]}",
    ).calendars[0]

    march = day_number(date(2024, 3, 1))
    hours = ((13 * HOUR, 17 * HOUR),)
    assert office.settings == Settings("US-TX", hours, (0, 6), (march, march + 1), (march + 2,), (2028, 2029))
    assert office.id == "shop"
    assert len(office.digest) == 64


def test_days_off_without_a_weekend() -> None:
    assert sound("day", "always: {holidays: none, weekend: []}").calendars[0].settings.weekend == ()


def test_functions_ask_the_calendar_that_is_named_or_the_first() -> None:
    two = f"{OFFICE}, texas: {{holidays: US-TX, hours: '09:00-17:00'}}"

    assert shown("business_days_between(day, other)", two) == Apply(
        Function.BUSINESS_DAYS_BETWEEN, (DAY, OTHER), "office", type=Number(0)
    )
    assert shown("business_days_between(day, other, texas)", two) == Apply(
        Function.BUSINESS_DAYS_BETWEEN, (DAY, OTHER), "texas", type=Number(0)
    )
    found = shown("working_time(opened, closed, texas)", two)
    assert isinstance(found, Apply)
    assert (found.function, found.calendar, found.type) == (Function.WORKING_TIME, "texas", Duration())


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("day + 15bd", 15),
        ("15bd + day", 15),
        ("day - 15bd", -15),
        ("day + -15bd", -15),
        ("day - -15bd", 15),
        ("day + 0bd", 0),
    ],
)
def test_working_days_step_from_a_date(text, count) -> None:
    steps = Literal(count, type=Number(0))

    assert shown(text) == Apply(Function.ADD_BUSINESS_DAYS, (DAY, steps), "office", type=Date())


def test_a_step_has_its_own_place() -> None:
    found = shown("day + 15bd")
    assert isinstance(found, Apply)

    assert found.arguments[1].span is not None
    assert found.span is not None
    assert found.span != found.arguments[1].span


def test_steps_follow_one_another() -> None:
    outer = shown("day + 1bd + 2d - 3bd")

    assert isinstance(outer, Apply)
    assert outer.arguments[1] == Literal(-3, type=Number(0))


def test_a_clock_names_its_calendar() -> None:
    measure = sound(clock=", calendar: office").indicators[0].measure

    assert isinstance(measure, Clock)
    assert measure.calendar == "office"
    plain = sound().indicators[0].measure
    assert isinstance(plain, Clock)
    assert plain.calendar is None


def test_a_calendar_may_have_the_name_of_an_input() -> None:
    assert shown("business_days_between(day, other, day)", "day: {holidays: CN}")


STATUTE = (
    "statute: {holidays: listed, weekend: [sat, sun], years: [2023, 2024], "
    "closed: [FREQ=YEARLY;BYMONTH=7;BYMONTHDAY=4, 2024-05-06, "
    "'FREQ=YEARLY;BYMONTH=11;BYMONTHDAY=23,24,25,26,27,28,29;BYDAY=FR']}"
)


def test_a_list_of_days_off_covers_its_years_and_no_other() -> None:
    """Rules give their day in each year; the Friday after the fourth Thursday of November is not the fourth Friday."""
    statute = sound("day", STATUTE).calendars[0].settings
    days = (date(2023, 7, 4), date(2023, 11, 24), date(2024, 5, 6), date(2024, 7, 4), date(2024, 11, 29))

    assert statute == Settings(
        "listed", weekend=(5, 6), years=(2023, 2024), closed=tuple(day_number(day) for day in days)
    )
    found = calendar(statute, "Asia/Shanghai")
    assert found.add_business_days(day_number(date(2024, 7, 3)), 1) == day_number(date(2024, 7, 5))
    assert found.days.uncovered(day_number(date(2025, 1, 1))) is not None


def test_a_calendar_adds_days_to_another() -> None:
    more = sound(
        "add_business_days(day, 1, more)",
        f"more: {{holidays: statute, closed: [2024-07-05], open: [2024-07-04]}}, {STATUTE}",
    )
    settings = {one.id: one.settings for one in more.calendars}

    closed = set(settings["statute"].closed) - {day_number(date(2024, 7, 4))} | {day_number(date(2024, 7, 5))}
    assert set(settings["more"].closed) == closed
    assert settings["more"].open == (day_number(date(2024, 7, 4)),)
    assert settings["more"].years == (2023, 2024)


def test_a_calendar_has_its_own_hours_in_the_place_of_the_others() -> None:
    shop = sound(
        "day",
        f"{OFFICE}, shop: {{holidays: office, weekend: [sun], hours: '08:00-12:00', make_up_days: false, "
        "half_days: {2024-02-09: '08:00-09:00'}}",
    ).calendars[1]

    halves = ((day_number(date(2024, 2, 9)), ((8 * HOUR, 9 * HOUR),)),)
    assert shop.settings == Settings("CN", ((8 * HOUR, 12 * HOUR),), (6,), half_days=halves, make_up_days=False)


def test_hours_by_day_of_the_week_are_resolved() -> None:
    office = sound(
        "day",
        'shop: {holidays: CN, weekend: [sun], hours: {otherwise: "09:00-17:00", wed: none, fri: "9:00-17:00", '
        'sat: "09:00-12:00"}, half_days: {2024/03/01: "08:00-09:00"}}',
    ).calendars[0]

    assert office.settings.hours == ((9 * HOUR, 17 * HOUR),)
    assert office.settings.weekday_hours == ((2, ()), (5, ((9 * HOUR, 12 * HOUR),)))
    assert office.settings.half_days == ((day_number(date(2024, 3, 1)), ((8 * HOUR, 9 * HOUR),)),)


def test_hours_of_all_days_of_the_week_need_no_otherwise() -> None:
    day = '"09:00-17:00"'
    text = f"mon: {day}, tue: {day}, wed: {day}, thu: {day}, fri: '09:00-12:00'"
    office = sound("day", f"shop: {{holidays: none, hours: {{{text}}}}}").calendars[0]

    assert office.settings.hours == ((9 * HOUR, 17 * HOUR),)
    assert office.settings.weekday_hours == ((4, ((9 * HOUR, 12 * HOUR),)), (5, ()), (6, ()))


def test_hours_of_days_worked_in_exchange_need_the_weekend() -> None:
    sound("day", "shop: {holidays: CN, weekend: [sat, sun], hours: {otherwise: '09:00-17:00', sat: '09:00-12:00'}}")


def test_the_digest_tells_other_calendars_apart() -> None:
    digests = [
        policy_digest(sound(calendars=text))
        for text in (
            OFFICE,
            'office: {holidays: CN, hours: "09:00-17:31"}',
            'office: {holidays: US, hours: "09:00-17:30"}',
            'office: {holidays: CN, hours: "09:00-17:30", closed: [2024-05-06]}',
            f"{OFFICE}, other: {{holidays: CN}}",
            'office: {holidays: CN, hours: "09:00-17:30", make_up_days: false}',
        )
    ]

    assert len(set(digests)) == len(digests)
    assert digests[0] == policy_digest(
        sound(calendars='office: {holidays: CN, hours: "9:00-17:30", make_up_days: true}')
    )
    assert digests[0] == policy_digest(sound(calendars='office: {label: 办公室, holidays: CN, hours: "9:00-17:30"}'))


# What is refused


@pytest.mark.parametrize(
    ("calendars", "code", "headline", "advice"),
    [
        ("office: {holidays: US-TEX}", "N114", "no holidays are known of `US-TEX`", "did you mean `US-TX`?"),
        ("office: {holidays: cn}", "N114", "no holidays are known of `cn`", "did you mean `CN`?"),
        ("office: {holidays: 中华人民共和国}", "N114", "no holidays are known of `中华人民共和国`", "write a country"),
        ("office: {holidays: CN, hours: 9-5}", "T116", "`9-5` are no working hours", "opening and closing"),
        ("office: {holidays: CN, hours: none}", "T116", "`none` are no working hours", "opening and closing"),
        (
            "office: {holidays: CN, hours: {mon: 9-5, otherwise: '09:00-17:00'}}",
            "T116",
            "`9-5` are no working hours",
            "",
        ),
        ("office: {holidays: CN, half_days: {2024-02-09: '09:00-12:00'}}", "M109", "`half_days`", "both keys"),
        (
            "office: {holidays: CN, hours: '09:00-17:00', half_days: {2024-02-10: '09:00-12:00'}}",
            "T118",
            "`2024-02-10` has hours, and is not a working day",
            "`open`",
        ),
        (
            "office: {holidays: CN, hours: '09:00-17:00', half_days: {2029-02-12: '09:00-12:00'}}",
            "T118",
            "`2029-02-12` lies in a year that is not covered",
            "2004 to 2026",
        ),
        (
            "office: {holidays: CN, hours: '09:00-17:00', half_days: {2024-02-09: '9-12'}}",
            "T116",
            "`9-12` are no working hours",
            "",
        ),
        (
            "o: {holidays: CN, hours: '0:00-9:00', half_days: {2024-02-09: '8:00-9:00', 2024/02/09: '8:00-9:00'}}",
            "T118",
            "`2024/02/09` has hours twice",
            "",
        ),
        (
            "office: {holidays: CN, hours: '09:00-17:00', half_days: {Christmas: '09:00-12:00'}}",
            "T109",
            "`Christmas` is not a date",
            "write e.g.",
        ),
        (
            "office: {holidays: none, hours: {otherwise: '09:00-17:00', sat: '09:00-12:00'}}",
            "T118",
            "`sat` has hours, and no such day is worked",
            "`weekend: [sun]` makes it a working day",
        ),
        (
            "office: {holidays: CN, hours: {otherwise: '09:00-17:00', sat: '09:00-12:00'}}",
            "T118",
            "`sat` has hours, and few such days are worked",
            "`weekend: [sun]`",
        ),
        (
            "office: {holidays: CN, hours: {mon: none, tue: none, wed: none, thu: none, fri: none, sun: none}}",
            "T116",
            "`sat` has no hours, and 2004-",
            "`sat: none`",
        ),
        ("office: {holidays: CN, make_up_days: no}", "M106", "`calendars.office.make_up_days` cannot be", "false"),
        ("office: {holidays: CN, closed: [2024-02-30]}", "T109", "`2024-02-30` is not a date", ""),
        ("a: {holidays: b}, b: {holidays: a}", "N106", "a cycle: `a` → `b` → `a`", ""),
        ("a: {holidays: 本店}", "N114", "no holidays are known of `本店`", "or a calendar of this ruleset"),
        ("a: {holidays: listed, closed: [FREQ=YEARLY]}", "T121", "the rule holds for no year", "`years`"),
        (
            "a: {holidays: CN, weekend: [sun], years: [2026], closed: [FREQ=WEEKLY;BYDAY=MO]}",
            "T121",
            "a day off recurs yearly",
            "FREQ=YEARLY",
        ),
        (
            "a: {holidays: CN, weekend: [sun], years: [2026], closed: [FREQ=YEARLY;BYHOUR=2]}",
            "T121",
            "a day off recurs yearly",
            "FREQ=YEARLY",
        ),
        (
            "a: {holidays: CN, weekend: [sun], years: [2026], closed: [FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30]}",
            "T121",
            "the rule gives no window",
            "no month",
        ),
        ("office: {holidays: listed}", "T118", "no year of `listed` is known for certain", "`years`"),
        ("office: {holidays: CN, open: [next Monday]}", "T109", "`next Monday` is not a date", "write e.g."),
        ("office: {holidays: CN, weekend: [sat], years: [9999]}", "T109", "`9999` is not a year", "1900 to 2200"),
        (
            "office: {holidays: CN, closed: [2024-02-09], open: [2024/02/09]}",
            "T118",
            "`2024/02/09` is both closed and open",
            "one of the two lists",
        ),
        (
            "office: {holidays: CN, closed: [2027-01-01]}",
            "T118",
            "`2027-01-01` lies in a year that is not covered",
            "2004 to 2026",
        ),
        ("office: {holidays: MA}", "T118", "no year of `MA` is known for certain", "`years`"),
        (
            "office: {holidays: CN, weekend: [sun], years: [2028]}",
            "T118",
            "the years 2026 and 2028 leave a hole",
            "2027",
        ),
        ("my-office: {holidays: CN}", "N108", "`my-office` cannot be read in an expression", "letters, digits"),
        ("office: {hours: '09:00-17:30'}", "M102", "missing key `holidays` in `calendars.office`", ""),
        ("office: {holidays: CN, weekend: [saturday]}", "M106", "`calendars.office.weekend[1]` cannot be", "sat"),
        ("office: {holidays: CN, years: [2027]}", "M109", "`years`", "both keys"),
        ("office: {holidays: CN, weekend: [sun], years: [next]}", "M107", "`next` is not a whole number", ""),
    ],
)
def test_calendars_that_cannot_be(calendars, code, headline, advice) -> None:
    ((found, text, help_text),) = refused(calendars=calendars)

    assert code == found
    assert headline in text
    assert advice in help_text


@pytest.mark.parametrize(
    ("value", "code", "headline", "advice"),
    [
        ("15bd", "T119", "working days can only be added to a date", "date(x) + 15bd"),
        ("-15bd", "T119", "working days can only be added to a date", ""),
        ("n > 15bd", "T119", "working days can only be added to a date", "compare"),
        ("15bd + 15bd", "T119", "working days can only be added to a date", ""),
        ("15bd - day", "T119", "working days can only be added to a date", ""),
        ("15bd * 2", "T119", "working days can only be added to a date", ""),
        ("opened + 15bd", "T101", "working days cannot be added to", "take its day: `date(x)`"),
        ("n + 15bd", "T101", "working days cannot be added to", ""),
        ("taken - 15bd", "T101", "working days cannot be added to", ""),
        ("add_business_days(opened, 3)", "T106", "`add_business_days` takes", "take its day: `date(x)`"),
        ("add_business_days(day, 1.5)", "T106", "`add_business_days` takes", ""),
        ("add_business_days(day, 3d)", "T106", "`add_business_days` takes", ""),
        ("business_days_between(day, closed)", "T106", "`business_days_between` takes", "take its day"),
        ("working_time(day, other)", "T106", "`working_time` takes", "business_days_between"),
        ("working_time(opened, taken)", "T106", "`working_time` takes", ""),
        ("working_time(opened)", "T105", "`working_time` takes 2 or 3 arguments, not 1", ""),
        ("working_time(opened, closed, office, office)", "T105", "takes 2 or 3 arguments, not 4", ""),
        ("working_time(opened, closed, 1)", "T106", "the third argument of `working_time` is the name", ""),
        ('working_time(opened, closed, "office")', "T106", "the third argument of `working_time` is the name", ""),
        ("working_time(opened, closed, ofice)", "N113", "`ofice` is not a calendar", "did you mean `office`?"),
        (
            "working_time(opened, closed, zzzzzzzz)",
            "N113",
            "`zzzzzzzz` is not a calendar",
            "the calendars are: `office`",
        ),
        ("add_busines_days(day, 1)", "N110", "unknown function", "did you mean `add_business_days`?"),
    ],
)
def test_expressions_that_cannot_be(value, code, headline, advice) -> None:
    ((found, text, help_text),) = refused(value)

    assert code == found
    assert headline in text
    assert advice in help_text


@pytest.mark.parametrize("value", ["day + 15bd", "business_days_between(day, other)", "working_time(opened, closed)"])
def test_no_calendar_is_assumed(value) -> None:
    ((code, headline, advice),) = refused(value, calendars="")

    assert code == "N113"
    assert headline == "there is no calendar to count working days by"
    assert 'calendars: {office: {holidays: CN, hours: "09:00-17:30"}}' in advice


def test_a_calendar_is_named_where_there_is_none() -> None:
    assert refused(calendars="", clock=", calendar: office")[0][:2] == ("N113", "`office` is not a calendar")


@pytest.mark.parametrize("where", [{"clock": ", calendar: days"}, {"value": "working_time(opened, closed, days)"}])
def test_hours_are_not_assumed(where) -> None:
    ((code, headline, advice),) = refused(calendars=f"{OFFICE}, days: {{holidays: CN}}", **where)

    assert code == "T117"
    assert headline == "the calendar `days` has no working hours"
    assert "00:00-24:00" in advice


def test_a_clock_s_unknown_calendar_is_reported_once() -> None:
    assert [code for code, _, _ in refused(clock=", calendar: ofice")] == ["N113"]


def test_a_bad_calendar_is_reported_once_however_often_it_is_used() -> None:
    found = refused("day + 15bd", calendars="office: {holidays: XX}", clock=", calendar: office")

    assert [code for code, _, _ in found] == ["N114"]


def test_no_constant_hangs_on_a_calendar() -> None:
    """A year that is not covered would have no case to reject."""
    found = refused(weight="business_days_between(@2027-01-01, @2027-02-01)")

    assert [code for code, _, _ in found] == ["N105"]


CHOICE = "by: kind, of: {a: office, b: shifts}"
TWO = f'{OFFICE}, shifts: {{holidays: none, hours: "08:00-20:00"}}'


def chosen(choice: str, calendars: str = TWO, kind: str = "{type: text, values: [a, b]}") -> dict[str, str]:
    return {"clock": f", calendar: {{{choice}}}", "calendars": calendars, "kind": kind}


def test_a_clock_counts_by_the_calendar_that_a_value_chooses() -> None:
    ruleset, diagnostics = read(**chosen(CHOICE))
    same, _ = read(**chosen("by: kind, of: {b: shifts, a: office}"))

    assert ruleset is not None
    assert same is not None
    assert not diagnostics.sorted()
    clock = ruleset.indicators[0].measure
    assert isinstance(clock, Clock)
    assert clock.calendars() == ("office", "shifts")
    assert policy_digest(ruleset) == policy_digest(same)
    assert policy_digest(ruleset) != policy_digest(read(**chosen("by: kind, of: {a: shifts, b: office}"))[0] or same)


@pytest.mark.parametrize(
    ("choice", "kind", "found"),
    [
        (
            "by: kind, of: {a: office}",
            "{type: text, values: [a, b, c]}",
            (
                "M102",
                "no calendar is given for `b`, `c`",
                "write one for each of them under `of`, or `otherwise: NAME` beside it",
            ),
        ),
        (
            CHOICE,
            "text",
            (
                "M102",
                "other values than those under `of` can choose here, and have no calendar",
                "write `otherwise: NAME` beside `of`, or list the values of the input under `values`",
            ),
        ),
        (
            "by: kind, of: {a: office, bb: shifts}, otherwise: office",
            "{type: text, values: [a, b]}",
            ("T103", "`bb` is not one of the values listed", "did you mean `b`?"),
        ),
        (
            "by: n, of: {1: office}, otherwise: office",
            "text",
            (
                "T107",
                "a calendar is chosen by a text, not by an integer",
                'make it a text, e.g. `if weekend_team then "six_days" else "five_days"`',
            ),
        ),
        (
            "by: kind, of: {a: ofice}, otherwise: office",
            "text",
            ("N113", "`ofice` is not a calendar", "did you mean `office`?"),
        ),
        (
            "by: kind, of: {a: office}, otherwise: days",
            "text",
            (
                "T117",
                "the calendar `days` has no working hours",
                'write e.g. `hours: "09:00-17:30"` in it; `hours: "00:00-24:00"` counts whole working days',
            ),
        ),
    ],
)
def test_refuses_a_choice_that_leaves_something_open(choice: str, kind: str, found: tuple[str, str, str]) -> None:
    assert refused(**chosen(choice, f"{TWO}, days: {{holidays: none}}", kind)) == [found]


def test_a_value_that_can_be_missing_needs_a_rule_for_it() -> None:
    ((code, headline, _),) = refused(**chosen(CHOICE, kind="{type: text, values: [a, b], optional: true}"))

    assert (code, headline) == ("T113", "the measure of `speed` can be missing")


def test_the_target_does_not_choose_the_calendar() -> None:
    choice = 'by: \'if target > 1h then "a" else "b"\', of: {a: office, b: shifts}'

    assert [code for code, *_ in refused(**chosen(choice))] == ["N101"]
