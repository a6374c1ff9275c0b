"""Every shipped sample by `--engine sql` and by `--engine reference`: the same files."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from steelyard import resources

Steelyard = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Sample:
    """How a ruleset is run on the files beside it; `status` is the exit status of the run."""

    ruleset: str
    words: tuple[str, ...]
    groups: str = "version"
    status: int = 0
    cases: str | None = None


AS_OF = ("--as-of", "2013-10-16T00:00")
SAMPLES = (
    Sample(
        "motor-small-claims",
        (
            *("--cases", "claims.csv", *AS_OF, "--relation", "weather=weather.csv"),
            *("--relation", "declarations=declarations.csv", "--relation", "complaints=complaints.csv"),
        ),
        "branch,month",
        3,
    ),
    Sample("cn-insurance-law", ("--cases", "claims.csv", "--set", "as_of=2024-07-01", "--set", "prompt_period=10d")),
    Sample(
        "cn-insurance-law-five-days",
        ("--cases", "claims.csv", "--set", "as_of=2024-07-01"),
        cases="cn-insurance-law",
    ),
    Sample(
        "cn-consumer-protection",
        (
            *("--cases", "assessments.csv", "--relation", "findings=findings.csv", "--set", "mechanisms_weight=10%"),
            *("--set", "suitability_weight=15%", "--set", "marketing_weight=25%", "--set", "disputes_weight=25%"),
            *("--set", "education_weight=10%", "--set", "service_weight=10%", "--set", "privacy_weight=5%"),
        ),
    ),
    Sample(
        "cn-service-evaluation-2015",
        (
            *("--cases", "evaluations.csv", "--relation", "adjustments=adjustments.csv"),
            *("--set", "cases_closed_weight=15%", "--set", "payment_cycle_weight=20%"),
            *("--set", "claims_honoured_weight=10%", "--set", "complaint_rate_weight=15%"),
            *("--set", "complaints_in_time_weight=10%"),
        ),
    ),
    Sample(
        "dynamic-weights",
        (
            *("--cases", "claims.csv", "--relation", "declarations=declarations.csv"),
            *("--relation", "climate=climate.csv"),
        ),
    ),
    Sample(
        "us-cms-star-ratings-2026",
        (
            *("--cases", "contracts.csv", "--relation", "health_measures=health_measures.csv"),
            *("--relation", "drug_measures=drug_measures.csv"),
        ),
        "organization",
    ),
    Sample("us-cms-measure-stars-2026", ("--cases", "measures.csv"), "contract"),
    Sample(
        "us-ca-fair-claims",
        (
            *("--cases", "claims.csv", "--as-of", "2024-08-31", "--relation", "communications=communications.csv"),
            *("--relation", "status_notices=status_notices.csv"),
        ),
    ),
    Sample(
        "us-fl-claims",
        (
            *("--cases", "claims.csv", "--as-of", "2024-01-31", "--set", "yearly_interest=5%"),
            *("--relation", "orders=none"),
        ),
        status=3,
    ),
    Sample(
        "us-tx-prompt-payment",
        (
            *("--cases", "claims.csv", "--as-of", "2025-01-31", "--relation", "declarations=bulletins.csv"),
            *("--relation", "events=none"),
        ),
    ),
)


LARGE = {"us-cms-star-ratings-2026"}
"""Rulesets whose statement takes seconds to compile."""


@pytest.fixture(
    params=[
        pytest.param(one, id=one.ruleset, marks=[pytest.mark.slow] if one.ruleset in LARGE else []) for one in SAMPLES
    ]
)
def sample(request: pytest.FixtureRequest) -> Sample:
    found: Sample = request.param
    return found


def physical(path: Path) -> list[tuple[str, str, str]]:
    """Each leaf of a Parquet file: its path, how it is stored, what it is."""
    schema = pq.ParquetFile(path).schema
    leaves = (schema.column(place) for place in range(len(schema)))
    return [(leaf.path.replace("list.element", "list.item"), leaf.physical_type, _logical(leaf)) for leaf in leaves]


def _logical(leaf: Any) -> str:
    """What a leaf is; an integer of 64 bits is the same whether that is said again or not."""
    said = str(leaf.logical_type)
    return "Int64" if leaf.physical_type == "INT64" and said in {"None", "Int(bitWidth=64, isSigned=true)"} else said


def run(steelyard: Steelyard, sample: Sample, engine: str, folder: Path, *more: str) -> Any:
    """Score a sample into a folder: every kind of file that there is."""
    folder.mkdir(exist_ok=True)
    here = resources.rulesets() / (sample.cases or sample.ruleset) / "sample"
    words = [str(here / word) if word.endswith(".csv") and "=" not in word else word for word in sample.words]
    words = [word.replace("=", f"={here}/", 1) if word.endswith(".csv") and "=" in word else word for word in words]
    verified = ("--verify", "5")  # all rows are compared here
    return steelyard("evaluate", sample.ruleset, *words, "--engine", engine, *verified, *more)


@pytest.mark.parametrize(
    "suffix", [".csv", *(pytest.param(kind, marks=pytest.mark.slow) for kind in (".jsonl", ".parquet"))]
)
def test_the_files_are_the_same(steelyard: Steelyard, sample: Sample, suffix: str, tmp_path: Path) -> None:
    found: dict[str, Any] = {}
    for engine in ("reference", "sql"):
        folder = tmp_path / engine
        places = [f"{folder}/{name}" for name in (f"s{suffix}", f"r{suffix}", "sum.json", "p.json")]
        options = [
            word for pair in zip(("-o", "--rejects", "--summary", "--provenance"), places, strict=True) for word in pair
        ]
        found[engine] = run(steelyard, sample, engine, folder, *options, "--summary-by", sample.groups)
        assert found[engine].status == sample.status, found[engine].err
    expected, said = tmp_path / "reference", tmp_path / "sql"
    assert (said / "sum.json").read_bytes() == (expected / "sum.json").read_bytes()
    assert (said / f"r{suffix}").read_bytes() == (expected / f"r{suffix}").read_bytes()
    assert found["sql"].out == found["reference"].out
    origins = [json.loads((folder / "p.json").read_text("utf-8")) for folder in (expected, said)]
    for origin in origins:
        for name in ("engine", "verified"):
            origin.pop(name, None)
    assert origins[1] == origins[0]
    one, other = expected / f"s{suffix}", said / f"s{suffix}"
    if suffix != ".parquet":
        assert other.read_bytes() == one.read_bytes()
        return
    assert pq.read_table(other).to_pylist() == pq.read_table(one).to_pylist()
    assert physical(other) == physical(one)
    assert not {"DOUBLE", "FLOAT", "INT96", "FIXED_LEN_BYTE_ARRAY"} & {kind for _, kind, _ in physical(other)}
