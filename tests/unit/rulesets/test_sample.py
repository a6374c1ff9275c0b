"""The sample of motor-small-claims is what its generator writes, and its weather is what Shanghai issued."""

from __future__ import annotations

import csv
import importlib.util
import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from types import ModuleType

import pytest

from steelyard.resources import rulesets

FOLDER = rulesets() / "motor-small-claims" / "sample"
KINDS = {"暴雨": "rainstorm", "大风": "gale"}
LEVELS = {"蓝色": "blue", "黄色": "yellow", "橙色": "orange", "红色": "red"}


@pytest.fixture(scope="module")
def generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("sample_generator", FOLDER / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_generator_writes_the_committed_files_byte_for_byte(generator: ModuleType):
    written = {name: text.encode() for name, text in generator.sample().items()}

    assert {path.name: path.read_bytes() for path in FOLDER.glob("*.csv")} == written


def test_another_seed_gives_other_claims(generator: ModuleType, monkeypatch: pytest.MonkeyPatch):
    before = generator.sample()
    monkeypatch.setattr(generator, "SEED", generator.SEED + 1)
    after = generator.sample()

    assert before["claims.csv"] != after["claims.csv"]
    assert before["weather.csv"] == after["weather.csv"]


def test_every_claim_has_its_own_key():
    keys = [row["案件号"] for row in rows("claims.csv")]

    assert len(keys) == len(set(keys)) == 603


def test_only_the_three_spoilt_rows_are_out_of_order():
    """Milestones follow one another; an empty one is followed by empty ones only."""
    columns = ("报案时间", "受理时间", "查勘定损完成时间", "核赔时间", "支付时间")

    def sound(row: dict[str, str]) -> bool:
        times = [row[column] for column in columns]
        known = [time for time in times if time]
        return known == sorted(known) and times[: len(known)] == known and "2013-09-31" not in row["报案时间"]

    faulty = [row["案件号"] for row in rows("claims.csv") if not sound(row)]

    assert faulty == ["SH2013-90001", "SH2013-90003"]
    assert [row["案件号"] for row in rows("claims.csv") if row["复核准确率"] and "%" not in row["复核准确率"]] == [
        "SH2013-90002"
    ]


def test_every_complaint_is_about_a_claim():
    assert {row["案件号"] for row in rows("complaints.csv")} <= {row["案件号"] for row in rows("claims.csv")}


def test_the_sample_has_open_claims_missing_ratings_and_a_capped_claim():
    claims = rows("claims.csv")
    upheld = [row["案件号"] for row in rows("complaints.csv") if row["是否属实"] == "是"]

    assert sum(row["支付时间"] == "" for row in claims) >= 20
    assert sum(row["客户评分"] == "" and row["支付时间"] != "" for row in claims) >= 100
    assert max(upheld.count(key) for key in upheld) > 3


def folded(warnings: list[dict[str, str]]) -> Iterator[tuple[str, str, str, str]]:
    """Fold 发布, 更新 and 撤销 into intervals: kind, level, from, to."""
    running: dict[str, tuple[str, str]] = {}
    for warning in warnings:
        kind, moment = KINDS[warning["type"]], warning["time"]
        if kind in running:
            level, since = running.pop(kind)
            yield kind, level, since, moment
        if warning["op"] != "撤销":
            running[kind] = LEVELS[warning["level"]], moment
    assert not running


def test_the_weather_is_what_was_issued():
    data = os.environ.get("STEELYARD_DATA")
    if not data:
        pytest.skip("STEELYARD_DATA names no folder with shanghai-fitow-2013.json")
    issued = json.loads((Path(data) / "shanghai-fitow-2013.json").read_text(encoding="utf-8"))["warnings"]

    def moment(text: str) -> str:
        return datetime.fromisoformat(text).isoformat()

    shipped = sorted((r["kind"], r["level"], moment(r["starts"]), moment(r["ends"])) for r in rows("weather.csv"))

    assert sorted(folded(issued)) == shipped
