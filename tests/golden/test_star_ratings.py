"""The Medicare Star Ratings of 2026 as they were published, from the public tables, on every engine.

The tables stay outside: `STEELYARD_DATA` names the folder that has `cms-star-ratings-2026` (its files are described in
`rulesets/us-cms-star-ratings-2026/README.md`). The worked cases of the rulesets run without them.
"""

from __future__ import annotations

import csv
import os
import re
import time
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

import steelyard
from steelyard.analysis.check import load
from steelyard.cli.main import run
from steelyard.ir.expressions import Bounded
from steelyard.ir.reading import Reading
from steelyard.ir.walk import nodes
from steelyard.resources import rulesets

FOLDER = Path(os.environ.get("STEELYARD_DATA", "")) / "cms-star-ratings-2026"
needs_tables = [
    pytest.mark.slow,
    pytest.mark.skipif(
        "STEELYARD_DATA" not in os.environ or not FOLDER.is_dir(),
        reason="STEELYARD_DATA names no folder with cms-star-ratings-2026",
    ),
]
ENGINES = ("reference", "durable", "sql")
SINGLE = {
    "physical_health": "C04",
    "mental_health": "C05",
    "kidney_health": "C13",
    "plan_improvement": "C30",
    "drug_complaints": "D02",
    "drug_leaving": "D03",
    "drug_improvement": "D04",
}
"""Measures that are inputs of a contract, by input; all others are rows."""
REWARD = "reward_of(r: text, i: boolean, f: boolean)"
INDICES = ("c_index", "d_index", "overall_index")
SCORES = ("part_c", "part_d", "overall")

Row = dict[str, Any]


def table(name: str) -> list[Row]:
    """A public table."""
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def facts() -> tuple[list[Row], dict[str, list[Row]]]:
    """The contracts and their measures, as the ruleset takes them."""
    stars: dict[str, dict[str, Row]] = defaultdict(dict)
    for row in table("stars.csv"):
        stars[row["contract"]][row["measure"]] = row
    contracts = [
        {
            **{name: text or None for name, text in contract.items()},
            "offers_drugs": any(
                row["measure"][0] == "D" and row["status"] != "not_required"
                for row in stars[contract["contract"]].values()
            ),
            **{name: stars[contract["contract"]][measure]["star"] or None for name, measure in SINGLE.items()},
        }
        for contract in table("contracts.csv")
    ]
    rows = [row for one in stars.values() for row in one.values() if row["star"]]
    return contracts, {"health_measures": list(of_part("C", rows)), "drug_measures": list(of_part("D", rows))}


def of_part(part: str, rows: Iterable[Row]) -> Iterable[Row]:
    """The rows of a part that are no inputs."""
    for row in rows:
        if row["measure"][0] == part and row["measure"] not in SINGLE.values():
            yield {name: row[name] for name in ("contract", "measure", "star")}


def reproduced(policy: steelyard.Policy, facts: tuple[list[Row], dict[str, list[Row]]], engine: str) -> dict[str, int]:
    """How many of the published ratings come out, by score; nothing else is rated."""
    run = policy.score(*facts, engine=engine, verify=0)
    found = {row["contract"]: row for row in run.results}
    published = {row["contract"]: row for row in table("published.csv")}

    assert len(found) == len(published) == 769
    for contract, row in published.items():
        assert {name: not row[name] for name in SCORES} == {
            name: found[contract][f"grade.{name}"] is None for name in SCORES
        }
    return {
        name: sum(
            bool(row[name]) and row[name] == found[contract][f"grade.{name}"] for contract, row in published.items()
        )
        for name in SCORES
    }


def amended(folder: Path, left_out: Iterable[str]) -> steelyard.Policy:
    """The ratings where some definitions give nothing."""
    lines = [f'  "{name}": "0.0"\n' for name in left_out]
    path = folder / "amendment.yaml"
    head = "steelyard: 1\nruleset: amended\nversion: 1\namends: us-cms-star-ratings-2026\ndefine:\n"
    path.write_text(head + "".join(lines), "utf-8")
    return steelyard.load(path)


class TestRatings:
    """The ratings of 769 contracts."""

    pytestmark = needs_tables

    @pytest.mark.parametrize("engine", ENGINES)
    def test_every_published_rating_comes_out(self, facts, engine):
        """524 of Part C, 573 and 40 of Part D, 516 overall: 1,653."""
        began = time.perf_counter()

        assert reproduced(steelyard.load("us-cms-star-ratings-2026"), facts, engine) == {
            "part_c": 524,
            "part_d": 613,
            "overall": 516,
        }
        assert time.perf_counter() - began < 60

    @pytest.mark.parametrize(
        ("left_out", "part_c", "overall"),
        [((REWARD,), 444, 416), (INDICES, 495, 471), ((REWARD, *INDICES), 416, 384)],
        ids=["reward factor", "adjustment index", "both"],
    )
    def test_fewer_come_out_without(self, facts, tmp_path, left_out, part_c, overall):
        """Negative controls: it takes the rules to reproduce the ratings."""
        found = reproduced(amended(tmp_path, left_out), facts, "reference")

        assert (found["part_c"], found["overall"]) == (part_c, overall)


class TestStarsOfMeasures:
    """The stars of 17,014 measures."""

    pytestmark = needs_tables

    @pytest.mark.parametrize("engine", ENGINES)
    def test_all_but_seven_come_out(self, engine):
        """The README says why not these."""
        missed = {
            *("H2235-D09", "H5299-C29", "H5299-D03", "H5594-C31"),
            *("H5594-D10", "H5594-D12", "H9884-D12"),
        }
        measures = table("measure_cases.csv")
        run = steelyard.load("us-cms-measure-stars-2026").score(
            str(FOLDER / "measure_cases.csv"), engine=engine, verify=0
        )
        found = {row["id"]: row["grade"] for row in run.results}

        assert len(measures) == len(found) == 17_014
        assert {row["id"] for row in measures if row["published"] != found[row["id"]]} == missed

    def test_not_without_the_rule_of_disasters(self, tmp_path):
        path = tmp_path / "amendment.yaml"
        head = "steelyard: 1\nruleset: amended\nversion: 1\namends: us-cms-measure-stars-2026\n"
        path.write_text(f"{head}remove: [gates]\n", "utf-8")
        run = steelyard.load(path).score(str(FOLDER / "measure_cases.csv"), engine="sql", verify=0)
        found = {row["id"]: row["grade"] for row in run.results}

        assert sum(row["published"] == found[row["id"]] for row in table("measure_cases.csv")) == 16_778


@pytest.mark.parametrize("name", ["us-cms-star-ratings-2026", "us-cms-measure-stars-2026"])
def test_the_ranges_of_what_is_computed_are_proved(name):
    """So no contract is rejected by them; the README lists them."""
    ruleset = load(name, lint=False).ruleset
    assert ruleset is not None
    reading = Reading(ruleset)
    bounds = [node for one in reading.defines.values() for node in nodes(one) if isinstance(node, Bounded)]

    assert all(one.proved for one in bounds)
    assert len({one.where for one in bounds}) == (20 if name == "us-cms-star-ratings-2026" else 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "case", "relations"),
    [
        ("us-cms-star-ratings-2026", "H0292", ("health_measures", "drug_measures")),
        ("us-cms-star-ratings-2026", "H2235", ("health_measures", "drug_measures")),
        ("us-cms-measure-stars-2026", "H2235-C16", ()),
    ],
)
def test_the_explanations_of_the_readme_are_those_that_are_printed(capfd, name, case, relations):
    """Each line that it shows below the heading, or the words, that name the case."""
    folder = rulesets() / name
    cases = folder / "sample" / ("contracts.csv" if relations else "measures.csv")
    rows = [word for one in relations for word in ("--relation", f"{one}={folder}/sample/{one}.csv")]
    run(["--lang", "en", "explain", name, "--cases", str(cases), *rows, "--case", case])
    printed = capfd.readouterr().out.splitlines()
    (_, part) = re.split(
        rf"^(?:### .*: {case}\n|`{case}`)", (folder / "README.md").read_text("utf-8"), flags=re.MULTILINE
    )
    blocks = re.findall(r"^```\n(.*?)^```$", part.split("\n#")[0], re.MULTILINE | re.DOTALL)
    shown = [line for block in blocks for line in block.splitlines() if line != "…"]

    assert shown
    assert [line for line in shown if line not in printed] == []
