"""The record of a run: everything that decided the results, and what was left out of them."""

# pyright: basic

from __future__ import annotations

import json
from hashlib import sha256
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from recorded import record
from steelyard.analysis.check import load
from steelyard.calendars.zones import zone_digest
from steelyard.diagnostics import Diagnostics, msg
from steelyard.facts import Portfolio, read_portfolio
from steelyard.facts.case import Reject
from steelyard.facts.digest import facts_digest
from steelyard.facts.feeds.skipped import Skipped
from steelyard.facts.portfolio import Provenance
from steelyard.facts.reading import SourceFile
from steelyard.ir.canonical import parameters_digest, policy_digest
from steelyard.ir.versions import Versions
from steelyard.report.provenance import KEY, Scoring, Warned, provenance, provenance_text

POLICY = """
steelyard: 1
ruleset: example
version: 1
timezone: Asia/Shanghai
calendars:
  office: {holidays: CN}
  desk: {holidays: none}
case:
  key: id
  reference_date: reported
  inputs:
    id: text
    reported: date
relations:
  weather:
    feed: warnings
    levels: [low, high]
    joins: weather.level = "high"
indicators:
  promptness:
    measure: count(weather)
    score: {points: 100}
    baseline: 100
    weight: 1
score: {method: weighted_mean, round: 2}
"""


@pytest.fixture
def versions(tmp_path: Path) -> Versions:
    file = tmp_path / "policy.yaml"
    file.write_text(POLICY, "utf-8")
    found = load(str(file)).versions
    assert found is not None
    return found


def bad(line: int, where: str = "level") -> Reject:
    return Reject(key="", file="w.csv", line=line, where=where, value="x", expected=msg("one of `low`"), hint=None)


def read(*, feed_rejects: tuple[Reject, ...] = (), skipped: tuple[Skipped, ...] = ()) -> Portfolio:
    files = (SourceFile("weather", "w.csv", "ab" * 32), SourceFile("cases", "案件.csv", "cd" * 32))
    return Portfolio((), (), feed_rejects, (), Provenance(files, ("complaints",), skipped))


def test_everything_that_decided_is_told(versions: Versions) -> None:
    facts = read()
    found = provenance(versions, facts, Scoring("durable", 200, ("reference",), {"as_of": "2024-05-01"}))
    (ruleset,) = versions.rulesets

    assert "durable" == found["engine"]
    assert {"cases": 200, "engines": ("reference",)} == found["verified"]
    assert {"as_of": "2024-05-01"} == found["parameters"]
    assert ("complaints",) == found["empty"]
    assert [] == found["skipped"]
    assert [
        {"role": "weather", "name": "w.csv", "sha256": "ab" * 32},
        {"role": "cases", "name": "案件.csv", "sha256": "cd" * 32},
    ] == found["files"]
    assert [
        {
            "ruleset": "example",
            "version": "1",
            "digests": {
                "policy": policy_digest(ruleset),
                "parameters": parameters_digest(ruleset),
                "facts": facts_digest(ruleset, facts.provenance),
            },
            "calendars": {one.id: one.digest for one in ruleset.calendars},
            "timezone": {"name": "Asia/Shanghai", "sha256": zone_digest("Asia/Shanghai")},
        }
    ] == found["rulesets"]
    assert ["office", "desk"] == [one.id for one in ruleset.calendars]
    assert 2 == len({one.digest for one in ruleset.calendars})


def test_every_version_has_its_digest(versions: Versions) -> None:
    both = Versions((versions.newest, versions.newest))

    assert 2 == len(provenance(both, read(), Scoring("reference"))["rulesets"])  # type: ignore[arg-type]


def test_what_was_left_out_is_counted_by_reason(versions: Versions) -> None:
    skipped = (Skipped("weather", msg("status {status}", status="Test"), 7, ("a", "b")),)
    rejects = (*(bad(line) for line in range(2, 9)), bad(9, "areas"))

    assert [
        {"role": "weather", "reason": "status Test", "count": 7, "examples": ("a", "b")},
        {
            "role": "weather",
            "reason": "level: expected one of `low`",
            "count": 7,
            "examples": tuple(f"w.csv:{line}" for line in range(2, 7)),
        },
        {"role": "weather", "reason": "areas: expected one of `low`", "count": 1, "examples": ("w.csv:9",)},
    ] == provenance(versions, read(feed_rejects=rejects, skipped=skipped), Scoring("reference"))["skipped"]


def test_unchecked_run_says_so(versions: Versions) -> None:
    found = provenance(versions, read(), Scoring("reference"))

    assert {"cases": 0, "engines": ()} == found["verified"]
    assert {} == found["parameters"]


def test_text_is_json_on_one_line_or_several(versions: Versions) -> None:
    one = provenance_text(versions, read(), Scoring("reference"))
    several = provenance_text(versions, read(), Scoring("reference"), indent=2)

    assert json.loads(one) == json.loads(several)
    assert "\n" not in one
    assert several.endswith("}\n")
    assert "案件.csv" in one


def test_parquet_holds_it_and_the_digest_of_what_was_read(versions: Versions, tmp_path: Path) -> None:
    cases = tmp_path / "cases.csv"
    cases.write_text("id,reported\nA,2024-05-01\n", "utf-8")
    portfolio = read_portfolio(versions, (str(cases),), {"weather": None}, Diagnostics())
    assert portfolio is not None
    text = provenance_text(versions, portfolio, Scoring("reference"))
    found = record(versions, (), tmp_path, read=portfolio.provenance)
    found.write_results(tmp_path / "with.parquet")
    kept = pq.ParquetFile(tmp_path / "with.parquet").metadata.metadata

    assert text == kept[KEY.encode()].decode()
    assert [sha256(cases.read_bytes()).hexdigest()] == [file["sha256"] for file in json.loads(text)["files"]]
    assert ["weather"] == json.loads(text)["empty"]
    assert [column.name for column in found.columns] == pq.read_schema(tmp_path / "with.parquet").names


def test_warnings_are_kept_in_the_language_of_the_run(versions: Versions) -> None:
    warned = (
        Warned(
            "E124",
            msg("{count} {count:row|rows} of `{relation}` {count:matches|match} no case", count=3, relation="calls"),
            3,
        ),
        Warned("", msg("the files of cases have no rows"), None),
    )
    chinese = Scoring("reference", warned=warned, lang="zh")

    assert [
        {"code": "E124", "words": "3 rows of `calls` match no case", "count": 3},
        {"code": None, "words": "the files of cases have no rows", "count": None},
    ] == provenance(versions, read(), Scoring("reference", warned=warned))["warnings"]
    assert ["`calls` 有 3 行没有对应的案件", "案件文件没有数据行"] == [
        one["words"] for one in json.loads(provenance_text(versions, read(), chinese))["warnings"]
    ]
