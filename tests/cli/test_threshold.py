"""What `--fail-under` says: the mean with enough digits to see that it is under the threshold."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Done


@pytest.mark.parametrize(
    ("threshold", "said"),
    [
        ("90", "the mean score 89.15 is under the threshold 90\n"),
        ("89.15", "the mean score 89.147 is under the threshold 89.15\n"),
        ("89.147", "the mean score 89.1467 is under the threshold 89.147\n"),
        ("89.14666666667", "the mean score 89.146666666667 is under the threshold 89.14666666667\n"),
        ("89.146666666666666666", ""),
        ("89.14", ""),
    ],
)
def test_the_mean_is_seen_to_be_under_the_threshold(
    steelyard: Callable[..., Done], policy: Path, threshold: str, said: str
) -> None:
    """The mean of the first three cases is (100 + 72.44 + 95) / 3 = 89.14666..., shown as 89.15."""
    cases = policy / "cases.csv"
    cases.write_text("\n".join(cases.read_text("utf-8").splitlines()[:4]), "utf-8")

    done = steelyard("evaluate", policy, "--cases", cases, "--as-of", "2024-05-10T00:00", "--fail-under", threshold)

    assert ("89.15" in done.out, done.status) == (True, 1 if said else 0)
    assert said in done.err


def test_conditions_fail_a_run_that_is_written(steelyard: Callable[..., Done], policy: Path) -> None:
    given = ("evaluate", policy, "--cases", policy / "cases.csv", "--as-of", "2024-05-10T00:00", "-q")
    scores = policy / "scores.csv"
    done = steelyard(*given, "--fail-if", "mean < 100", "--fail-if", "rejected > 0", "-o", scores)

    assert done.status == 1
    assert "the run fails by `mean < 100`: " in done.err
    assert scores.exists()
    assert steelyard(*given, "--fail-if", "mean < 1").status == 0
    assert steelyard(*given, "--fail-if", "mean = 1").status == 2
