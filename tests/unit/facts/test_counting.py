"""Whether files hold many rows is told without reading them."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steelyard.facts.counting import more_rows_than


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "a.csv").write_text("id\n" + "x\n" * 5, "utf-8")
    (tmp_path / "b.jsonl").write_text("{}\n" * 4, "utf-8")
    pq.write_table(pa.table({"id": list(range(7))}), tmp_path / "c.parquet")
    (tmp_path / "d.xlsx").write_bytes(b"\n" * 1000)
    return tmp_path


def test_files_count_together(folder: Path) -> None:
    files = [folder / name for name in ("a.csv", "b.jsonl", "c.parquet")]
    assert more_rows_than(15, files)
    assert not more_rows_than(17, files)
    assert more_rows_than(6, [folder / "c.parquet"])
    assert not more_rows_than(7, [folder / "c.parquet"])


def test_patterns_are_followed(folder: Path) -> None:
    assert more_rows_than(8, [str(folder / "*.*")])
    assert not more_rows_than(1000, [str(folder / "*")])


def test_what_cannot_be_read_counts_as_none(folder: Path) -> None:
    (folder / "broken.parquet").write_bytes(b"none")
    (folder / "folder.csv").mkdir()
    names = ("broken.parquet", "folder.csv", "missing.csv", "no*.parquet", "d.xlsx")
    assert not more_rows_than(0, [str(folder / name) for name in names])
