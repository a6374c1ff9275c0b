"""Write the sample: claims around typhoon Fitow in Shanghai, October 2013.

The weather is real: the warnings that Shanghai issued, updated and cancelled, one row for each level in force.
All else is invented, from a seed: the same files come out on every machine. Run it without arguments:

    python rulesets/motor-small-claims/sample/generate.py
"""

# ruff: noqa: INP001 - a script beside its data, in no package

from __future__ import annotations

import csv
import io
import random
from datetime import datetime, timedelta
from pathlib import Path

SEED = 20131008
CLAIMS = 600
AS_OF = datetime(2013, 10, 16)  # noqa: DTZ001 - local time of Shanghai throughout, as a claims system writes it
FIRST_REPORT = datetime(2013, 9, 24)  # noqa: DTZ001 - see AS_OF
LAST_REPORT = datetime(2013, 10, 15, 18)  # noqa: DTZ001 - see AS_OF
STORM = (datetime(2013, 10, 7, 18), datetime(2013, 10, 8, 16))  # noqa: DTZ001 - see AS_OF
STORM_CLAIMS_PERCENT = 30

Row = tuple[str, ...]

BRANCHES: dict[str, tuple[str, ...]] = {
    # 分支机构: 出险地区划代码 (GB/T 2260). Chongming is 310151 as since 2016, so that today's code list knows it.
    "中心城区": ("310101", "310104", "310105", "310106"),
    "北区": ("310107", "310109", "310110", "310113"),
    "浦东": ("310115",),
    "闵行": ("310112",),
    "嘉定青浦": ("310114", "310118"),
    "松江金山": ("310116", "310117"),
    "奉贤": ("310120",),
    "崇明": ("310151",),
}

# Warnings in force, from those issued, updated and cancelled 6-8 October 2013: kind, level, from, to (local time).
WARNINGS: tuple[tuple[str, str, str, str, str], ...] = (
    ("rainstorm", "blue", "2013-10-06 20:36:00", "2013-10-07 21:52:00", "暴雨蓝色预警"),
    ("rainstorm", "yellow", "2013-10-07 21:52:00", "2013-10-08 05:36:00", "暴雨黄色预警"),
    ("rainstorm", "orange", "2013-10-08 05:36:00", "2013-10-08 07:38:00", "暴雨橙色预警"),
    ("rainstorm", "red", "2013-10-08 07:38:00", "2013-10-08 10:00:00", "暴雨红色预警"),
    ("rainstorm", "yellow", "2013-10-08 10:00:00", "2013-10-08 11:50:00", "暴雨黄色预警"),
    ("gale", "yellow", "2013-10-08 07:59:00", "2013-10-08 11:50:00", "大风黄色预警"),
    ("gale", "blue", "2013-10-08 11:50:00", "2013-10-08 15:45:00", "大风蓝色预警"),
)


class Draw:
    """Random whole numbers; only `getrandbits`, whose results no Python version changes."""

    def __init__(self, seed: int) -> None:
        self._bits = random.Random(seed)  # noqa: S311 - a sample, not a secret

    def below(self, limit: int) -> int:
        """Return a number from 0 to limit - 1."""
        return self._bits.getrandbits(32) * limit >> 32

    def between(self, low: int, high: int) -> int:
        """Return a number from low to high, both included."""
        return low + self.below(high - low + 1)

    def percent(self, chance: int) -> bool:
        """Return true in `chance` of 100 draws."""
        return self.below(100) < chance

    def pick(self, items: tuple[str, ...]) -> str:
        """Return one of the items."""
        return items[self.below(len(items))]


def sample() -> dict[str, str]:
    """Return the files: name and text."""
    draw = Draw(SEED)
    claims = [claim(draw, number) for number in range(1, CLAIMS + 1)]
    return {
        "claims.csv": table(CLAIM_HEADER, spoil(claims)),
        "complaints.csv": table(("投诉编号", "案件号", "是否属实"), complaints(draw, claims)),
        "weather.csv": table(WARNING_HEADER, weather()),
        "declarations.csv": table(DECLARATION_HEADER, DECLARATIONS),
    }


CLAIM_HEADER: Row = (
    "案件号",
    "分支机构",
    "出险地区划代码",
    "是否撤案",
    "报案时间",
    "受理时间",
    "查勘定损完成时间",
    "核赔时间",
    "支付时间",
    "查勘定位记录",
    "复核准确率",
    "客户评分",
    "员工违规",
)
WARNING_HEADER: Row = ("event_id", "kind", "level", "areas", "starts", "ends", "headline", "source")
DECLARATION_HEADER: Row = ("declaration_id", "kind", "areas", "starts", "ends", "authority", "reference")

# invented: no such declaration was made
DECLARATIONS: tuple[Row, ...] = (
    (
        "FITOW-SAMPLE",
        "typhoon",
        "310116;310120;310151",
        "2013-10-07 20:00:00",
        "2013-10-08 20:00:00",
        "总公司（示例，虚构）",
        "示例2013-7",
    ),
)


def claim(draw: Draw, number: int) -> Row:
    """Return a claim as its row; milestones after the cut-off have not happened yet."""
    storm = draw.percent(STORM_CLAIMS_PERCENT)
    first, last = STORM if storm else (FIRST_REPORT, LAST_REPORT)
    reported = first + timedelta(seconds=draw.below(int((last - first).total_seconds())))
    branch = draw.pick(tuple(BRANCHES))
    region = draw.pick(BRANCHES[branch])

    accepted = reported + minutes(draw, acceptance_minutes(draw, reported, storm=storm))
    surveyed = accepted + minutes(draw, survey_minutes(draw, storm=storm))
    decided = surveyed + minutes(draw, decision_minutes(draw))
    paid = decided + minutes(draw, payment_minutes(draw))

    withdrawn = draw.percent(2)
    known = [moment if moment < AS_OF else None for moment in (accepted, surveyed, decided, paid)]
    if withdrawn:
        known[2:] = [None, None]
    gps = "" if known[1] is None or draw.percent(1) else yes_no(yes=draw.percent(94))
    accuracy = "" if known[3] is None or draw.percent(8) else percentage(draw)
    rating = "" if known[3] is None or draw.percent(35) else stars(draw, branch)
    misconduct = "" if draw.percent(2) else yes_no(yes=draw.below(200) < 1)
    return (
        f"SH2013-{number:05}",
        branch,
        region,
        yes_no(yes=withdrawn),
        written(reported),
        *(written(moment) for moment in known),
        gps,
        accuracy,
        rating,
        misconduct,
    )


def acceptance_minutes(draw: Draw, reported: datetime, *, storm: bool) -> int:
    """Return the minutes to acceptance: longer at night, longest in the storm."""
    if storm:
        return draw.between(20, 260)
    if reported.hour >= 22 or reported.hour < 6:
        return draw.between(30, 190)
    return draw.between(4, 125)


def survey_minutes(draw: Draw, *, storm: bool) -> int:
    """Return the minutes to the end of the survey: most within a day, one in six later."""
    if storm:
        return draw.between(16 * 60, 58 * 60)
    if draw.percent(16):
        return draw.between(24 * 60, 44 * 60)
    return draw.between(2 * 60, 24 * 60)


def decision_minutes(draw: Draw) -> int:
    """Return the minutes from the survey to the decision."""
    if draw.percent(12):
        return draw.between(30 * 60, 70 * 60)
    return draw.between(3 * 60, 26 * 60)


def payment_minutes(draw: Draw) -> int:
    """Return the minutes from the decision to the payment."""
    if draw.percent(10):
        return draw.between(120, 400)
    return draw.between(8, 120)


def minutes(draw: Draw, count: int) -> timedelta:
    """Return so many minutes and some seconds."""
    return timedelta(minutes=count, seconds=draw.below(60))


def percentage(draw: Draw) -> str:
    """Return an accuracy such as `98.75%`: three in four at 98% or better."""
    hundredths = draw.between(9800, 10000) if draw.percent(75) else draw.between(9000, 9799)
    return f"{hundredths // 100}.{hundredths % 100:02}%"


def stars(draw: Draw, branch: str) -> str:
    """Return a rating such as `4.6`; customers of the branches with many complaints are less content."""
    low = 30 if branch in {"闵行", "松江金山"} else 38
    tenths = draw.between(low, 50)
    return f"{tenths // 10}.{tenths % 10}"


def complaints(draw: Draw, claims: list[Row]) -> list[Row]:
    """Return complaints about some claims; some claims have several."""
    rows: list[Row] = []
    for row in claims:
        if not draw.percent(4):
            continue
        several = draw.percent(20)
        for _ in range(draw.between(3, 5) if several else 1):
            rows.append((f"T{len(rows) + 1:04}", row[0], yes_no(yes=draw.percent(90 if several else 60))))
    return rows


def weather() -> list[Row]:
    """Return the warnings as rows of the feed."""
    return [
        (f"SH-FITOW-{number}", kind, level, "310000", starts, ends, f"上海{headline}", "上海中心气象台")
        for number, (kind, level, starts, ends, headline) in enumerate(WARNINGS, start=1)
    ]


def spoil(claims: list[Row]) -> list[Row]:
    """Return the claims with three bad rows at the end, so that the demo shows what a rejected row looks like."""
    columns = {name: position for position, name in enumerate(CLAIM_HEADER)}
    faults = {
        "SH2013-90001": {"查勘定损完成时间": "2013-10-02 08:00:00"},  # before acceptance
        "SH2013-90002": {"复核准确率": "98"},  # neither 98% nor 0.98
        "SH2013-90003": {"报案时间": "2013-09-31 09:00:00"},  # September has 30 days
    }
    good: Row = (
        "",
        "浦东",
        "310115",
        "否",
        "2013-10-02 09:00:00",
        "2013-10-02 10:00:00",
        "2013-10-03 08:00:00",
        "2013-10-03 20:00:00",
        "2013-10-03 21:00:00",
        "是",
        "99.00%",
        "4.8",
        "否",
    )
    bad: list[Row] = []
    for key, fault in faults.items():
        row = [key, *good[1:]]
        for column, text in fault.items():
            row[columns[column]] = text
        bad.append(tuple(row))
    return [*claims, *bad]


def yes_no(*, yes: bool) -> str:
    """Return the word for a truth value."""
    return "是" if yes else "否"


def written(moment: datetime | None) -> str:
    """Return a moment as text; empty where it has not come."""
    return "" if moment is None else moment.strftime("%Y-%m-%d %H:%M:%S")


def table(header: Row, rows: list[Row] | tuple[Row, ...]) -> str:
    """Return a CSV file: UTF-8, commas, line feeds."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def main() -> None:
    """Write the files beside this script."""
    for name, text in sample().items():
        Path(__file__).with_name(name).write_bytes(text.encode())


if __name__ == "__main__":
    main()
