"""Zones in SQL are the zones of the calendars, in every zone and at every change of a clock."""

from __future__ import annotations

import pytest

from steelyard.calendars.offsets import offsets
from steelyard.calendars.zones import DAY_US, SECOND_US, day_of, zone
from steelyard.facts.bulk import clocks
from steelyard.ir.types import FIRST_INSTANT, LAST_INSTANT, Range

ZONES = (
    "Asia/Shanghai America/New_York Europe/Dublin Australia/Lord_Howe Pacific/Apia Africa/Casablanca UTC "
    "America/Havana Asia/Kathmandu Africa/Monrovia Etc/GMT+12 Antarctica/Troll"
).split()
ALL = Range(FIRST_INSTANT, LAST_INSTANT)


def around(name: str) -> list[int]:
    """Instants at and near every change of a zone, and others."""
    table = offsets(zone(name), FIRST_INSTANT, LAST_INSTANT)
    near = (-DAY_US, -3600 * SECOND_US, -1, 0, 1, 1800 * SECOND_US, 3600 * SECOND_US, 7200 * SECOND_US, DAY_US)
    found = {start + by for start in table.starts for by in near}
    return sorted(us for us in found | {0, FIRST_INSTANT, LAST_INSTANT} if FIRST_INSTANT <= us <= LAST_INSTANT)


def evaluated(connection, expression: str, values: list[int]) -> list:
    query = f"SELECT {expression} FROM (SELECT unnest(?::BIGINT[]) AS x) ORDER BY x"
    return [row[0] for row in connection.execute(query, [values]).fetchall()]


@pytest.mark.parametrize("name", ZONES)
def test_local_times_become_instants(connection, name) -> None:
    here = zone(name)
    walls = sorted({us + by for us in around(name) for by in (0, here.offset(us) * SECOND_US)})
    walls = [wall for wall in walls if FIRST_INSTANT <= wall <= LAST_INSTANT]
    found = evaluated(connection, clocks.instant("x", here, ALL), walls)

    for wall, us in zip(walls, found, strict=True):
        local = day_of(wall // DAY_US).isoformat() + "T"
        rest = divmod(wall % DAY_US // SECOND_US, 60)
        text = f"{local}{rest[0] // 60:02}:{rest[0] % 60:02}:{rest[1]:02}.{wall % SECOND_US:06}"
        expected = here.parse_datetime(text)
        assert us == (expected if isinstance(expected, int) else None), text


@pytest.mark.parametrize("name", ZONES)
def test_instants_have_local_days(connection, name) -> None:
    here, values = zone(name), around(name)

    assert evaluated(connection, clocks.local_day("x", here, ALL), values) == [here.local_date(us) for us in values]


@pytest.mark.parametrize("name", ZONES)
@pytest.mark.parametrize("days", [Range(None, None), Range(None, 20000), Range(15300, None), Range(15338, 15338)])
def test_days_are_spans_of_instants(connection, name, days) -> None:
    here, values = zone(name), around(name)
    found = evaluated(connection, clocks.on_days("x", here, days), values)

    assert found == [days.holds(here.local_date(us)) for us in values]


def test_nothing_overflows(connection) -> None:
    ends = [-(2**63), 2**63 - 1]
    for expression in (clocks.instant("x", zone("America/New_York"), ALL), clocks.local_day("x", zone("UTC"), ALL)):
        assert evaluated(connection, expression, ends) == [None, None]
