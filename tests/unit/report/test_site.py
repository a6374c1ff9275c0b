"""A folder of reports."""

# pyright: basic

from __future__ import annotations

from pathlib import Path

import pytest

from golden.reports.worked import cases, evaluated, program
from recorded import summarise
from steelyard.explain.explain import Explainer
from steelyard.explain.records import Explanation
from steelyard.report import site
from steelyard.report.site import WRITTEN, write_site

POLICY = "motor-small-claims"
SET = (("as_of", "2013-12-01T00:00"),)
NAMES = [name for name, case in cases(POLICY).items() if tuple(case.get("set", {}).items()) == SET][:4]


def write(folder: Path, explanations: list[Explanation] | None = None, **words) -> int:
    prepared = program(POLICY, SET)
    found = [e for name in NAMES if (e := evaluated(POLICY, name)) is not None]
    summary = summarise(prepared.ruleset, ((e.case, e.outcome) for e in found))
    explainer = Explainer(prepared.ruleset)
    told = (explainer.explain(e) for e in found) if explanations is None else iter(explanations)
    return write_site(folder, prepared.ruleset, summary, told, "zh", **words)


def test_index_and_a_page_a_case(tmp_path: Path) -> None:
    seen: list[int] = []

    assert 4 == write(tmp_path / "out", progress=seen.append)
    assert [1, 2, 3, 4] == seen
    assert {".steelyard-report", "index.html", *(f"case-{n:04}.html" for n in range(1, 5))} == {
        path.name for path in (tmp_path / "out").iterdir()
    }
    index = (tmp_path / "out" / "index.html").read_text("utf-8")
    assert all(name in index for name in NAMES)
    assert ["out"] == [path.name for path in tmp_path.iterdir()]


def test_names_are_known_to_be_ours(tmp_path: Path) -> None:
    write(tmp_path / "out")

    assert all(WRITTEN.fullmatch(path.name) for path in (tmp_path / "out").iterdir())


def test_limit_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "PAGE_LIMIT", 2)

    assert 2 == write(tmp_path / "out")
    assert "另有 2 个案件" in (tmp_path / "out" / "index.html").read_text("utf-8")
