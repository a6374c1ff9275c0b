"""The samples beside the Chinese rulesets and the moving weights, run as their READMEs say; scores worked by hand."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from steelyard.resources import rulesets


@dataclass(frozen=True)
class Sample:
    """A ruleset, its cases, and the score of each."""

    name: str
    file: str
    relations: Mapping[str, str]
    settings: tuple[str, ...]
    scores: Mapping[str, str]


SPLIT = ("cases_closed_weight=15%", "payment_cycle_weight=20%", "claims_honoured_weight=10%")
SPLIT += ("complaint_rate_weight=15%", "complaints_in_time_weight=10%")
YEAR = ("mechanisms_weight=10%", "suitability_weight=15%", "marketing_weight=25%", "disputes_weight=25%")
YEAR += ("education_weight=10%", "service_weight=10%", "privacy_weight=5%")
LAW = {"A-001": "100.00", "A-002": "50.00", "A-003": "100.00", "A-004": "66.67", "A-005": "80.00", "A-006": "100.00"}
LAW |= {"A-007": "66.67"}  # determined, and never told

SAMPLES = [
    Sample(
        "cn-insurance-law",
        "cn-insurance-law/sample/claims.csv",
        {},
        ("as_of=2024-07-01", "prompt_period=10d"),
        LAW,  # 20 June and 10 days is a Sunday, so 1 July is in time
    ),
    Sample(
        "cn-insurance-law-five-days",
        "cn-insurance-law/sample/claims.csv",
        {},
        ("as_of=2024-07-01",),
        {**LAW, "A-006": "50.00"},  # open after 25 June
    ),
    Sample(
        "cn-service-evaluation-2015",
        "cn-service-evaluation-2015/sample/evaluations.csv",
        {"adjustments": "adjustments.csv"},
        SPLIT,
        {"甲保险": "78.00", "乙保险": "96.65", "丙保险": "50.40"},  # 1913 / 20 + 1; 1058 / 20 - 2.5
    ),
    Sample(
        "cn-consumer-protection",
        "cn-consumer-protection/sample/assessments.csv",
        {"findings": "findings.csv"},
        YEAR,
        # 1500 / 20 - 25; 1791 / 20 - 3.5; 1410 / 20; 1805 / 20
        {"甲-2023": "50.00", "乙-2023": "86.05", "甲-2025": "70.50", "乙-2025": "90.25"},
    ),
    Sample(
        "dynamic-weights",
        "dynamic-weights/sample/claims.csv",
        {"declarations": "declarations.csv", "climate": "climate.csv"},
        (),
        # D005: 2, 4, 3, 3 of 12; 151 h are 11 steps: (200 + 0 + 3 x 96.94 + 3 x 88.89) / 12
        {"D001": "96.00", "D002": "94.90", "D003": "91.14", "D004": "66.67", "D005": "63.12", "D006": "100.00"},
    ),
]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_a_sample_scores_as_by_hand(steelyard, tmp_path: Path, sample: Sample):
    cases = rulesets() / sample.file
    given = [f"--relation={relation}={cases.parent / other}" for relation, other in sample.relations.items()]
    wanted = [f"--set={setting}" for setting in sample.settings]
    out = tmp_path / "scores.csv"

    done = steelyard("evaluate", sample.name, "--cases", cases, *given, *wanted, "-o", out)

    assert done.status == 0, done.err
    with out.open(encoding="utf-8", newline="") as scores:
        rows = list(csv.reader(scores))
    score = rows[0].index("score")
    assert {row[0]: row[score] for row in rows[1:]} == sample.scores
