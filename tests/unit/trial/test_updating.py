"""`--update` changes the values that differ and nothing else, marks them, and writes a file whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest

import steelyard
from steelyard.session import testing
from unit.trial.policies import CASES, home

REFERENCE = ("reference",)
BAD = (
    CASES.replace("score: 100.00 ", "score: 99.00 ")
    .replace("score: 85,", "score: 12,")
    .replace("reasons: [S1, C1]", "reasons: [C1]")
)
REMARK = "by `steelyard test --update`: confirm it, then delete this remark"


def expecting(written: str) -> str:
    """The cases, where the first expects nothing but what is written."""
    head, tail = CASES.split("  expect:\n", 1)
    return f"{head}  expect:\n    {written}\n" + tail[tail.index("- case:") :]


def update(folder: Path) -> str:
    trial = steelyard.test(folder, engines=REFERENCE, update=True)
    assert trial.failures
    return (folder / "cases.yaml").read_bytes().decode()


def test_values_are_replaced_and_marked_and_everything_else_stays(tmp_path: Path) -> None:
    found = update(home(tmp_path, BAD))

    expected = CASES.replace(
        "score: 100.00     # all of it", f"score: 100.00     # all of it; score was 99.00, {REMARK}"
    )
    line = next(one for one in CASES.splitlines() if "score: 85," in one)
    expected = expected.replace(line, line.replace("85,", "85.00,") + f"  # score was 12, reasons was C1, {REMARK}")
    assert expected == found
    assert steelyard.test(tmp_path, engines=REFERENCE).failures == ()


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_line_ends_and_the_byte_order_mark_stay(tmp_path: Path, end: str, mark: str) -> None:
    found = update(home(tmp_path, mark + BAD.replace("\n", end)))

    assert found.startswith(f"{mark}#")
    assert found.count("\r") == (CASES.count("\n") if end == "\r\n" else 0)
    assert steelyard.test(tmp_path, engines=REFERENCE).failures == ()


@pytest.mark.parametrize(
    "written",
    [
        "score:",
        "score: ''",
        "score: '1'",
        'score: "1"  # no "quote',
        "score:\n      1",
        "score: |\n      1",
        "missing:\n      - a\n      - b",
        "fired:\n    - upheld",
        "fired: [\n      upheld]",
        "due: 2020-01-01",
        "late: # nothing yet",
        "reason: a; b",
    ],
)
def test_every_way_to_write_a_value_can_be_replaced(tmp_path: Path, written: str) -> None:
    update(home(tmp_path, expecting(written)))

    assert steelyard.test(tmp_path, engines=REFERENCE).failures == ()


def test_a_remark_inside_a_value_is_not_lost(tmp_path: Path) -> None:
    text = home(tmp_path, expecting("fired:\n      - upheld # why\n      - upheld"))

    with pytest.raises(steelyard.OutputError, match="is not written as a program can change it"):
        update(text)


def test_a_file_that_was_changed_meanwhile_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home(tmp_path, BAD)
    monkeypatch.setattr(testing.shutil, "copymode", lambda *_: (tmp_path / "cases.yaml").write_text("mine", "utf-8"))

    with pytest.raises(steelyard.OutputError, match="was changed meanwhile"):
        steelyard.test(tmp_path, engines=REFERENCE, update=True)
    assert (tmp_path / "cases.yaml").read_text("utf-8") == "mine"


def test_nothing_is_written_for_a_ruleset_with_errors(tmp_path: Path) -> None:
    folder = home(tmp_path, BAD)
    ruleset = folder / "ruleset.yaml"
    ruleset.write_text(ruleset.read_text("utf-8").replace("weight: 1", "weigh: 1"), "utf-8")

    with pytest.raises(steelyard.PolicyError):
        steelyard.test(folder, engines=REFERENCE, update=True)
    assert (folder / "cases.yaml").read_text("utf-8") == BAD
    assert {one.name for one in folder.iterdir()} == {"ruleset.yaml", "cases.yaml"}


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    home(tmp_path, BAD)
    (tmp_path / "kept").mkdir()
    real = (tmp_path / "cases.yaml").rename(tmp_path / "kept" / "real.yaml")
    (tmp_path / "cases.yaml").symlink_to(real)
    update(tmp_path)

    assert (tmp_path / "cases.yaml").is_symlink()
    assert "score was" in real.read_text("utf-8")
