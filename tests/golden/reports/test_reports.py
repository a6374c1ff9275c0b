"""Whole reports as they were read and found good, in both languages.

`uv run python tests/golden/reports/test_reports.py` writes them anew, to be read again.
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from golden.reports.worked import explained
from steelyard.report.formats.render import render

HERE = Path(__file__).resolve().parent
REPORTS = [
    ("motor-small-claims", "surge-in-a-storm", "text", ".txt"),
    ("motor-small-claims", "catastrophe-over", "text", ".txt"),
    ("claims-efficiency", "slow-everywhere", "text", ".txt"),
    ("motor-small-claims", "surge-in-a-storm", "md", ".md"),
]


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize(("policy", "name", "kind", "suffix"), REPORTS)
def test_report_is_the_one_that_was_read(policy: str, name: str, kind: str, suffix: str, lang: str) -> None:
    expected = (HERE / f"{name}.{lang}{suffix}").read_text("utf-8")

    assert expected == render(explained(policy, name), lang, kind)


def main() -> None:
    """Write every report."""
    for policy, name, kind, suffix in REPORTS:
        for lang in ("en", "zh"):
            path = HERE / f"{name}.{lang}{suffix}"
            path.write_text(render(explained(policy, name), lang, kind), encoding="utf-8")


if __name__ == "__main__":
    main()
