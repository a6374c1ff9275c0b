"""A file that cannot be read is a diagnostic with its reason, never an exception."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from steelyard.diagnostics import Diagnostic, Diagnostics, Span
from steelyard.source import load_file, read_text
from steelyard.source.files import SIZE_LIMIT


def refused(path: Path) -> Diagnostic:
    diagnostics = Diagnostics()

    assert read_text(path, diagnostics) is None
    assert load_file(path, Diagnostics()) is None
    (found,) = diagnostics.sorted()
    return found


def test_text_comes_with_and_without_a_byte_order_mark(tmp_path: Path) -> None:
    file = tmp_path / "规则.yaml"
    for mark in (b"", b"\xef\xbb\xbf"):
        file.write_bytes(mark + "标题: 甲".encode())
        node = load_file(file, Diagnostics())

        assert {"标题": "甲"} == node
        assert Span(str(file), 0, 0, 0, 5) == node.span


def test_missing_file_folder_and_impossible_name(tmp_path: Path) -> None:
    assert "there is no file" in str(refused(tmp_path / "none.yaml").headline)
    assert "is a folder" in str(refused(tmp_path).headline)
    assert "\0" not in str(refused(Path("a\0b")).headline)
    assert "E101" == refused(Path("x" * 5000)).code


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_forbidden_file(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_text("a: 1")
    file.chmod(0)

    assert "permission" in str(refused(file).headline)


@pytest.mark.parametrize(
    ("data", "place"),
    [
        ("a: 1\n标题: 报案".encode("gbk"), (1, 0)),
        ("报: ".encode() + b"\xff", (0, 3)),
        (b"\xef\xbb\xbf" + "报: ".encode() + b"\xff", (0, 3)),
        (b"a\n\xef\xbb\xbfb \xe6\x8a", (1, 2)),
        ("a: 1".encode("utf-16"), None),
    ],
)
def test_other_encodings(tmp_path: Path, data: bytes, place: tuple[int, int] | None) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(data)
    found = refused(file)

    assert "E102" == found.code
    assert place == (None if found.span is None else (found.span.line, found.span.column))


def test_size_limit_is_exact(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"#" * SIZE_LIMIT)

    assert SIZE_LIMIT == len(read_text(file, Diagnostics()) or "")
    file.write_bytes(b"#" * (SIZE_LIMIT + 1))
    assert "E103" == refused(file).code


def test_nul_byte_has_a_place(tmp_path: Path) -> None:
    file = tmp_path / "a.yaml"
    file.write_bytes(b"a: 1\nb: \0")
    diagnostics = Diagnostics()

    assert load_file(file, diagnostics) is None
    assert [("Y111", Span(str(file), 1, 3, 1, 4))] == [(each.code, each.span) for each in diagnostics.sorted()]
