"""Any number of claims of motor-small-claims, with the year's weather, declarations, complaints and climate.

Every value is a hash of the seed, the claim's number and the value's own number: the first thousand claims are the
same whether a million follow or not, and nothing depends on threads. DuckDB streams the rows to disk, a file for
each ten million, so that memory does not grow with them.

Codes of places have the form of GB/T 2260 and real provinces; prefectures and counties are numbered.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

SEED: Final = 20131008
AS_OF: Final = "2025-01-01T00:00"
FIRST: Final = "2024-01-01 00:00"
"""Claims are reported from here to the cut-off; local time, like all times here."""
PER_FILE: Final = 10_000_000
PREFECTURES: Final = 11
COUNTIES: Final = 8
PROVINCES: Final = tuple(
    zip(
        "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65".split(),
        "京津冀晋蒙辽吉黑沪苏浙皖闽赣鲁豫鄂湘粤桂琼渝川贵云藏陕甘青宁新",
        strict=True,
    )
)

Below = Callable[[int, str], str]
"""SQL for a whole number from 0 to below the second argument, by the number of the value."""


@dataclass(frozen=True, slots=True)
class Data:
    """The files of a portfolio. `claims` may be a pattern."""

    claims: Path
    weather: Path
    declarations: Path
    complaints: Path
    climate: Path
    count: int

    @property
    def relations(self) -> dict[str, Path]:
        """The relations by id."""
        return {name: getattr(self, name) for name in ("weather", "declarations", "complaints", "climate")}


def connect(memory: str = "2GB", threads: int = 2) -> duckdb.DuckDBPyConnection:
    """A database of its own, in memory."""
    connection = duckdb.connect(config={"threads": threads, "memory_limit": memory})
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET preserve_insertion_order = true")
    return connection


def write(folder: Path, count: int, seed: int = SEED) -> Data:
    """Write so many claims, as typed Parquet, and what belongs to them; what is there already is kept.

    Args:
        folder: is made where there is none.
        count: of the claims.
        seed: of all values.
    """
    folder.mkdir(parents=True, exist_ok=True)
    data = Data(
        folder / f"claims-{count}-*.parquet",
        folder / "weather.csv",
        folder / "declarations.csv",
        folder / f"complaints-{count}.parquet",
        folder / "climate.csv",
        count,
    )
    connection = connect()
    _branches(connection)
    for number, first in enumerate(range(0, count, PER_FILE)):
        path = folder / f"claims-{count}-{number:03}.parquet"
        copy_once(connection, path, _claims(first, min(first + PER_FILE, count), seed))
    copy_once(connection, data.complaints, _complaints(count, seed))
    copy_once(connection, data.declarations, _declarations(seed))
    copy_once(connection, data.climate, _climate(seed))
    copy_once(connection, data.weather, weather(1_000, seed))
    return data


def write_crowded(folder: Path, data: Data, count: int = 10_000, seed: int = SEED) -> Data:
    """The same portfolio with more events, each naming a province, a prefecture of it and a county of that."""
    path = folder / f"weather-{count}.csv"
    connection = connect()
    _branches(connection)
    copy_once(connection, path, weather(count, seed, crowded=True))
    return Data(data.claims, path, data.declarations, data.complaints, data.climate, data.count)


def write_complete(data: Data) -> Path:
    """Those of the claims that lack no time and no accuracy: what a policy that needs them all rejects is left out."""
    path = data.claims.with_name(f"complete-{data.count}.parquet")
    needed = ("受理时间", "查勘定损完成时间", "核赔时间", "支付时间", "复核准确率")
    given = " AND ".join(f"{one} IS NOT NULL" for one in needed)
    copy_once(connect(), path, f"SELECT * FROM read_parquet('{data.claims}') WHERE {given}")
    return path


def copy_once(connection: duckdb.DuckDBPyConnection, path: Path, query: str) -> None:
    """Write a query's rows to a Parquet or CSV file, unless it is there."""
    if path.exists():
        return
    begun = path.with_suffix(".part")
    options = "FORMAT parquet" if path.suffix == ".parquet" else "FORMAT csv, HEADER"
    connection.execute(f"COPY ({query}) TO '{begun}' ({options})")
    begun.rename(path)


def _below(seed: int, row: str) -> Below:
    return lambda number, limit: f"(hash({row}, {seed}, {number}) % ({limit})::UBIGINT)::BIGINT"


def _branches(connection: duckdb.DuckDBPyConnection) -> None:
    """A branch is a prefecture: `place` is its first four digits."""
    rows = ", ".join(f"('{code}', '{name}')" for code, name in PROVINCES)
    connection.execute(
        f"""
        CREATE TABLE branch AS
        SELECT row_number() OVER (ORDER BY code, p) - 1 AS number,
               printf('%s%02d', code, p) AS place, printf('%s%02d', name, p) AS name
        FROM (VALUES {rows}) province(code, name), range(1, {PREFECTURES + 1}) r(p)
        """
    )


def _claims(first: int, end: int, seed: int) -> str:
    """Claims by number. Of a hundred: two withdrawn, two that stand still at some milestone, one in six late."""
    below = _below(seed, "i")
    as_of = _local(AS_OF)
    span = f"(epoch({as_of}) - epoch({_local(FIRST)}))::BIGINT - 3600"

    def minutes(number: int, percent_late: int, usual: tuple[int, int], late: tuple[int, int]) -> str:
        pick = " ".join(
            f"{word} {low * 60} + {below(number + 1, str((high - low) * 60))}"
            for word, (low, high) in (
                (f"CASE WHEN {below(number, '100')} < {percent_late} THEN", late),
                ("ELSE", usual),
            )
        )
        return f"({pick} END)"

    def known(moment: str, *, per_mille: int, number: int) -> str:
        return f"CASE WHEN {moment} < {as_of} AND {below(number, '1000')} >= {per_mille} THEN {moment} END"

    return f"""
        WITH drawn AS (
            SELECT i, b.name AS branch, b.place || printf('%02d', 1 + {below(2, str(COUNTIES))}) AS region,
                   {below(3, "100")} < 2 AS withdrawn,
                   {_local(FIRST)} + to_seconds({below(4, span)}) AS reported,
                   {minutes(5, 12, (4, 120), (120, 300))} AS to_accept,
                   {minutes(7, 16, (120, 1440), (1440, 3600))} AS to_survey,
                   {minutes(9, 12, (180, 1440), (1800, 4200))} AS to_decide,
                   {minutes(11, 10, (8, 120), (120, 400))} AS to_pay
            FROM range({first}, {end}) r(i)
            JOIN branch b ON b.number = {below(1, str(len(PROVINCES) * PREFECTURES))}
        ), accepted AS (
            SELECT *, {known("reported + to_seconds(to_accept)", per_mille=3, number=13)} AS accepted FROM drawn
        ), surveyed AS (
            SELECT *, {known("accepted + to_seconds(to_survey)", per_mille=5, number=14)} AS surveyed FROM accepted
        ), decided AS (
            SELECT *, CASE WHEN NOT withdrawn
                      THEN {known("surveyed + to_seconds(to_decide)", per_mille=6, number=15)} END AS decided
            FROM surveyed
        ), paid AS (
            SELECT *, {known("decided + to_seconds(to_pay)", per_mille=6, number=16)} AS paid FROM decided
        )
        SELECT printf('MSC2024-%09d', i + 1) AS 案件号, branch AS 分支机构, region AS 出险地区划代码,
               withdrawn AS 是否撤案, reported AS 报案时间, accepted AS 受理时间, surveyed AS 查勘定损完成时间,
               decided AS 核赔时间, paid AS 支付时间,
               CASE WHEN surveyed IS NOT NULL AND {below(17, "100")} >= 1 THEN {below(18, "100")} < 94 END
                   AS 查勘定位记录,
               CASE WHEN paid IS NOT NULL AND {below(19, "100")} >= 1 THEN {
        _fixed(f"CASE WHEN {below(20, '4')} < 3 THEN 9800 + {below(21, '201')} ELSE 9000 + {below(21, '800')} END", 4)
    } END AS 复核准确率,
               CASE WHEN paid IS NOT NULL AND {below(22, "100")} >= 1
                    THEN {_fixed(f"30 + greatest({below(23, '21')}, {below(24, '21')})", 1)} END AS 客户评分,
               CASE WHEN {below(25, "100")} >= 1 THEN {below(26, "200")} < 1 END AS 员工违规
        FROM paid
    """


def _complaints(count: int, seed: int) -> str:
    """About one claim of a hundred; one in five of them complains three to five times."""
    below, which = _below(seed, "i"), _below(seed, "i * 8 + n")
    return f"""
        SELECT printf('T%09d-%d', i + 1, n + 1) AS 投诉编号, printf('MSC2024-%09d', i + 1) AS 案件号,
               {which(33, "100")} < 70 AS 是否属实
        FROM range({count}) r(i), range(5) s(n)
        WHERE {below(30, "100")} < 1 AND n < CASE WHEN {below(31, "5")} < 1 THEN 3 + {below(32, "3")} ELSE 1 END
    """


def _declarations(seed: int) -> str:
    """Forty over the year, of two neighbouring prefectures each."""
    below = _below(seed, "i")
    return f"""
        SELECT printf('D%03d', i + 1) AS declaration_id,
               ['typhoon', 'flood', 'snow', 'earthquake', 'drought'][1 + {below(40, "5")}] AS kind,
               (SELECT string_agg(b.place || '00', ';' ORDER BY b.place) FROM branch b
                WHERE b.number // 2 = {below(41, str(len(PROVINCES) * PREFECTURES // 2))}) AS areas,
               {_written(_start(below, 42))} AS starts,
               {_written(f"{_start(below, 42)} + to_hours(24 + {below(43, '73')})")} AS ends,
               '总公司（虚构）' AS authority, printf('巨灾2024-%d', i + 1) AS reference
        FROM range(40) r(i) ORDER BY i
    """


def _climate(seed: int) -> str:
    """A row for each branch and month; one month in eight has a surge of complaints, one in eight few surveys."""
    below = _below(seed, "b.number * 12 + m")
    rate = f"CASE WHEN {below(50, '8')} < 1 THEN 1001 + {below(51, '600')} ELSE 100 + {below(51, '700')} END"
    coverage = f"CASE WHEN {below(52, '8')} < 1 THEN 1500 + {below(53, '1500')} ELSE 3000 + {below(53, '4000')} END"
    return f"""
        SELECT b.name AS 分支机构, printf('2024-%02d', m + 1) AS 月份, {_fixed(rate, 2)} AS 每千件投诉数,
               {_fixed(coverage, 4)} AS 回访覆盖率, {_fixed(f"8000 + {below(54, '1900')}", 4)} AS 一次性解决率
        FROM branch b, range(12) r(m) ORDER BY b.number, m
    """


def weather(count: int, seed: int, *, crowded: bool = False) -> str:
    """Warnings of 6 to 48 hours over the year, 40 of 100 orange or red.

    Of 100 events 35 are for a province, 45 for a prefecture, 20 for two to six counties of one; where crowded, each
    is for a province, a prefecture of it and a county of that, all at once.
    """
    below = _below(seed, "i")
    province, prefecture = "left(b.place, 2) || '0000'", "b.place || '00'"
    county = f"b.place || printf('%02d', 1 + {below(61, str(COUNTIES))})"
    counties = f"""array_to_string(list_transform(range(1, 3 + {below(62, "5")}),
        lambda c: b.place || printf('%02d', c)), ';')"""
    areas = (
        f"{province} || ';' || {prefecture} || ';' || {county}"
        if crowded
        else f"CASE WHEN {below(63, '100')} < 35 THEN {province} WHEN {below(63, '100')} < 80 THEN {prefecture} "
        f"ELSE {counties} END"
    )
    return f"""
        SELECT printf('W%06d', i + 1) AS event_id,
               ['typhoon', 'rainstorm', 'rainstorm', 'snow', 'gale', 'fog'][1 + {below(64, "6")}] AS kind,
               CASE WHEN {below(65, "100")} < 35 THEN 'blue' WHEN {below(65, "100")} < 60 THEN 'yellow'
                    WHEN {below(65, "100")} < 85 THEN 'orange' ELSE 'red' END AS level,
               {areas} AS areas, {_written(_start(below, 66))} AS starts,
               {_written(f"{_start(below, 66)} + to_minutes(360 + {below(67, '2521')})")} AS ends,
               '预警（虚构）' AS headline, '气象台（虚构）' AS source
        FROM range({count}) r(i) JOIN branch b ON b.number = {below(60, str(len(PROVINCES) * PREFECTURES))}
        ORDER BY i
    """


def _start(below: Below, number: int) -> str:
    return f"({_local(FIRST)} + to_minutes({below(number, str(365 * 24 * 60))}))"


def _local(text: str) -> str:
    return f"timezone('Asia/Shanghai', TIMESTAMP '{text}')"


def _written(moment: str) -> str:
    return f"strftime(timezone('Asia/Shanghai', {moment}), '%Y-%m-%d %H:%M:%S')"


def _fixed(units: str, digits: int) -> str:
    """Whole units as a decimal, without a division."""
    return f"(({units})::INTEGER * {10**-digits:.{digits}f}::DECIMAL({digits + 1}, {digits}))::DECIMAL(9, {digits})"
