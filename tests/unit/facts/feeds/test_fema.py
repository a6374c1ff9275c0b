"""OpenFEMA's declarations, a row a county, become one declaration a disaster."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from steelyard.calendars.zones import DAY_US, zone
from unit.facts.feeds.build import declared, good, read, rows, skipped

HEADER = (
    "femaDeclarationString,disasterNumber,state,declarationType,declarationDate,incidentType,declarationTitle,"
    "incidentBeginDate,incidentEndDate,fipsStateCode,fipsCountyCode,placeCode,designatedArea\n"
)
HARVEY = (
    "DR-4332-TX,4332,TX,DR,2017-08-25T00:00:00.000Z,Hurricane,HURRICANE HARVEY,"
    "2017-08-23T00:00:00.000Z,2017-09-15T00:00:00.000Z,48,"
)
TEXAS = "America/Chicago"


def local(text: str) -> int:
    found = zone(TEXAS).parse_datetime(text)
    assert isinstance(found, int)
    return found


@pytest.fixture
def table(tmp_path):
    def of(*lines: str, header: str = HEADER, kinds=(), name: str = "declared.csv"):
        path = tmp_path / name
        path.write_text(header + "".join(f"{line}\n" for line in lines), "utf-8")
        return good(tmp_path, declared(kinds=kinds), path, timezone=TEXAS)

    return of


def test_harvey(table) -> None:
    portfolio = table(HARVEY + "201,99201,Harris (County)", HARVEY + "167,99167,Galveston (County)")

    assert [
        {
            "declaration_id": "DR-4332-TX", "kind": "Hurricane", "areas": ("48167", "48201"), "authority": "FEMA",
            "starts": local("2017-08-23 00:00"), "ends": local("2017-09-16 00:00"), "reference": "DR-4332-TX",
        }
    ] == rows(portfolio, "declared")  # fmt: skip
    assert () == portfolio.provenance.skipped == portfolio.feed_rejects


def test_what_has_not_ended_is_open(table) -> None:
    (row,) = rows(table(HARVEY.replace("2017-09-15T00:00:00.000Z", "") + "201,99201,Harris (County)"), "declared")

    assert "ends" not in row


CLOSED = HEADER.replace("incidentEndDate,", "incidentEndDate,disasterCloseoutDate,")
UNENDED = HARVEY.replace("2017-09-15T00:00:00.000Z,", ",{},") + "201,99201,Harris (County)"


@pytest.mark.parametrize(
    ("closed", "ends"),
    [
        ("2023-12-27T00:00:00.000Z", "2023-12-28 00:00"),
        ("2023-12-27T14:05:00.000Z", "2023-12-28 00:00"),
        ("2023-12-27", "2023-12-28 00:00"),
    ],
)
def test_what_was_closed_out_ends_then_at_the_latest(table, closed, ends) -> None:
    portfolio = table(UNENDED.format(closed), header=CLOSED)

    assert [local(ends)] == [row["ends"] for row in rows(portfolio, "declared")]
    assert ["declared: 1 disaster names no end and lasts until it was closed out: `DR-4332-TX`"] == [
        str(one) for one in portfolio.warnings if "closed" in str(one)
    ]


@pytest.mark.parametrize(
    ("closed", "where"), [("soon", "disasterCloseoutDate"), ("2017-08-01", "ends"), ("2017-02-30", "ends")]
)
def test_a_close_out_that_cannot_be_is_said(table, closed, where) -> None:
    assert [f"declared.{where}"] == [one.where for one in table(UNENDED.format(closed), header=CLOSED).feed_rejects]


@pytest.mark.parametrize(("days", "ends"), [(5, "2017-08-28 00:00"), (4000, "2023-12-28 00:00")])
def test_a_close_out_does_not_lengthen_what_the_ruleset_bounds(tmp_path, days, ends) -> None:
    path = tmp_path / "declared.csv"
    path.write_text(f"{CLOSED}{UNENDED.format('2023-12-27')}\n", "utf-8")
    portfolio = good(tmp_path, replace(declared(), open_at_most=days * DAY_US), path, timezone=TEXAS)

    assert [local(ends)] == [row["ends"] for row in rows(portfolio, "declared")]


@pytest.mark.parametrize(
    "day", ["2017-08-23", "2017-08-23T00:00:00Z", "2017-08-23T00:00:00", "2017-08-23T00:00:00.000+00:00"]
)
def test_days_are_days_however_they_are_dressed(day, table) -> None:
    (row,) = rows(table(HARVEY.replace("2017-08-23T00:00:00.000Z", day) + "201,99201,Harris (County)"), "declared")

    assert local("2017-08-23 00:00") == row["starts"]


@pytest.mark.parametrize(
    ("area", "areas"),
    [
        ("000,0,Statewide", ("48",)),
        ("000,00000,Statewide", ("48",)),
        ("000,,", ("48",)),
        ("000,,Statewide", ("48",)),
        ("000,0,STATEWIDE ", ("48",)),
    ],
)
def test_county_000_is_the_whole_state(area, areas, table) -> None:
    assert [areas] == [row["areas"] for row in rows(table(HARVEY + area), "declared")]


@pytest.mark.parametrize("area", ["000,65250,Alabama-Coushatta Reservation", "000,0,Some Reservation"])
def test_land_that_is_no_county_is_not_the_whole_state(area, table) -> None:
    portfolio = table(HARVEY + area, HARVEY + "201,99201,Harris (County)")

    assert [("48201",)] == [row["areas"] for row in rows(portfolio, "declared")]
    assert {"areas that are no county": 1} == skipped(portfolio)
    assert (area.rpartition(",")[2],) == portfolio.provenance.skipped[0].examples


def test_each_disaster_is_one_declaration(table) -> None:
    imelda = HARVEY.replace("4332", "4466").replace("2017-08-23", "2019-09-17").replace("2017-09-15", "2019-09-23")
    portfolio = table(HARVEY + "201,99201,Harris", imelda + "201,99201,Harris", HARVEY + "201,99201,Harris")

    assert [("DR-4332-TX", ("48201",)), ("DR-4466-TX", ("48201",))] == [
        (row["declaration_id"], row["areas"]) for row in rows(portfolio, "declared")
    ]


def test_areas_of_another_period_are_another_row_and_a_county_with_two_is_left_out(table) -> None:
    later = HARVEY.replace("2017-09-15", "2017-10-15")
    portfolio = table(
        HARVEY + "201,0,Harris", HARVEY + "167,0,Galveston", later + "039,0,Brazoria", later + "167,0,Galveston"
    )

    assert [("48201",), ("48039",)] == [row["areas"] for row in rows(portfolio, "declared")]
    assert {"areas that stand with several periods in one disaster": 1} == skipped(portfolio)
    assert ("DR-4332-TX: 48167",) == portfolio.provenance.skipped[0].examples


def test_the_ruleset_names_kinds(table) -> None:
    portfolio = table(HARVEY + "201,0,Harris", kinds=(("Hurricane", "storm"),))

    assert ["storm"] == [row["kind"] for row in rows(portfolio, "declared")]


def test_without_its_string_a_disaster_is_called_by_its_number(table) -> None:
    header = "disasterNumber,incidentType,incidentBeginDate,fipsStateCode,fipsCountyCode\n"
    portfolio = table("4332,Hurricane,2017-08-23,48,201", header=header)

    assert ["4332"] == [row["declaration_id"] for row in rows(portfolio, "declared")]
    assert "declared: no column `incidentEndDate`, it is missing in every row" in list(map(str, portfolio.warnings))


STATE, COUNTY = "the two digits of a state (FIPS)", "the three digits of a county (FIPS)"
DAY = "a day such as `2017-08-23` or `2017-08-23T00:00:00.000Z`"
TIME = "a date and time such as `2024-05-01 10:00`"
ORDER = "not before `starts`, which is `2017-08-23T00:00:00-05:00`"
BEGIN, END = "2017-08-23T00:00:00.000Z", "2017-09-15T00:00:00.000Z"
HARRIS = HARVEY + "201,99201,Harris (County)"


@pytest.mark.parametrize(
    ("line", "where", "expected", "hint"),
    [
        (HARRIS.replace(",48,", ",1,"), "fipsStateCode", STATE, "digits may have been lost: write `01`"),
        (HARRIS.replace(",48,", ",00,"), "fipsStateCode", STATE, None),
        (HARRIS.replace(",48,", ",TX,"), "fipsStateCode", STATE, None),
        (HARVEY + "1,0,x", "fipsCountyCode", COUNTY, "digits may have been lost: write `001`"),
        (HARVEY + "2011,0,x", "fipsCountyCode", COUNTY, None),
        (HARVEY + ",0,x", "fipsCountyCode", "a value (it is required)", None),
        (HARRIS.replace("Hurricane", ""), "incidentType", "a value (it is required)", None),
        (HARRIS.replace(BEGIN, ""), "incidentBeginDate", "a value (it is required)", None),
        (HARRIS.replace(BEGIN, "2017-08-23T12:55:00.000Z"), "incidentBeginDate", DAY, None),
        (HARRIS.replace(BEGIN, "08/23/2017"), "incidentBeginDate", DAY, None),
        (HARRIS.replace(END, "2017-09-15T04:00:00.000Z"), "incidentEndDate", DAY, None),
        (HARRIS.replace("2017-08-23", "2017-02-30"), "starts", TIME, "there is no such day"),
        (HARRIS.replace("2017-09-15", "2017-08-21"), "ends", ORDER, None),
    ],
)
def test_a_bad_row_is_left_out_and_said(line, where, expected, hint, table) -> None:
    portfolio = table(line, HARVEY.replace("4332", "1") + "201,0,Harris")

    assert ["DR-1-TX"] == [row["declaration_id"] for row in rows(portfolio, "declared")]
    (reject,) = portfolio.feed_rejects
    assert (f"declared.{where}", expected, 2) == (reject.where, str(reject.expected), reject.line)
    assert hint == (None if reject.hint is None else str(reject.hint))
    assert {f"bad rows; expected in `declared.{where}`: {expected}": 1} == skipped(portfolio)
    assert ("declared.csv:2",) == portfolio.provenance.skipped[0].examples


def test_rows_of_the_wrong_length_are_said(table) -> None:
    portfolio = table("DR-4332-TX,4332", HARVEY + "201,0,Harris")

    assert 1 == len(rows(portfolio, "declared")) == len(portfolio.feed_rejects)


def test_one_day_is_a_whole_day(table) -> None:
    (row,) = rows(table(HARVEY.replace("2017-09-15", "2017-08-23") + "201,0,Harris"), "declared")

    assert local("2017-08-24 00:00") == row["ends"]


def test_json_lines_are_recognised_too(table) -> None:
    header = "disasterNumber,incidentType,incidentBeginDate,fipsStateCode,fipsCountyCode"
    line = json.dumps(dict(zip(header.split(","), [4332, "Hurricane", "2017-08-23", "48", "201"], strict=True)))

    assert [("48201",)] == [row["areas"] for row in rows(table(line, header="", name="d.jsonl"), "declared")]


def test_parquet_is_recognised_too(tmp_path) -> None:
    from datetime import UTC, datetime

    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = {
        "disasterNumber": pa.array([4332], pa.int16()),
        "incidentType": ["Hurricane"],
        "incidentBeginDate": pa.array([datetime(2017, 8, 23, tzinfo=UTC)], pa.timestamp("ms", "UTC")),
        "fipsStateCode": ["48"],
        "fipsCountyCode": ["201"],
    }
    pq.write_table(pa.table(columns), tmp_path / "d.parquet")

    (row,) = rows(good(tmp_path, declared(), tmp_path / "d.parquet", timezone=TEXAS), "declared")

    assert (("48201",), local("2017-08-23 00:00")) == (row["areas"], row["starts"])


def test_said_to_be_of_fema_its_columns_must_be_there(tmp_path) -> None:
    path = tmp_path / "d.csv"
    path.write_text("declaration_id,kind,areas,starts\nD,k,48,2017-01-01\n", "utf-8")

    portfolio, (finding,) = read(tmp_path, declared(), f"fema:{path}")

    assert portfolio is None
    assert "E116" == finding.code
    assert 1 == len(rows(good(tmp_path, declared(), path), "declared"))


@pytest.mark.parametrize("scheme", ["gb2260", "name"])
def test_places_are_of_fips_only(scheme, tmp_path) -> None:
    path = tmp_path / "d.csv"
    path.write_text(HEADER, "utf-8")

    portfolio, (finding,) = read(tmp_path, declared(scheme), path)

    assert portfolio is None
    assert ("E123", f"the format fema has no places of the scheme {scheme}") == (finding.code, str(finding.headline))
    assert "the relation's `regions` may be `fips`" == str(finding.help)
