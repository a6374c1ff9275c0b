"""Bytes that are no text reject the row that is read with them, and no other, in both intakes alike."""

# pyright: basic

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from steelyard.facts import ReadOptions

BROKEN = [b"\xb1", b"x\xff", b"\xed\xa0\x80", b"\xe4\xb8", b"\xf8\x88\x80\x80\x80", "上".encode("gb18030")]


def texts(*values: bytes | None) -> pa.Array:
    return pa.array(values, pa.binary()).view(pa.string())


@pytest.fixture(scope="module")
def rules(shapes):
    return shapes.ruleset(shapes.key(), *shapes.optional())


def faults(portfolio) -> list[tuple]:
    return [(one.file, one.line, one.where, one.value, str(one.expected)) for one in portfolio.rejects]


@pytest.mark.parametrize("dictionary", [True, False])
@pytest.mark.parametrize("name", ["word", "place", "county", "whole", "day", "counties"])
def test_a_parquet_column_of_every_type(agree, rules, tmp_path, name, dictionary) -> None:
    path = tmp_path / "c.parquet"
    keys = [f"K{n}" for n in range(len(BROKEN) + 1)]
    pq.write_table(pa.table({"key": keys, name: texts(None, *BROKEN)}), path, use_dictionary=dictionary)

    found = agree(rules, path)

    assert ["K0"] == [case.key for case in found.cases]
    assert [(number, name) for number in range(2, len(BROKEN) + 2)] == [(one.line, one.where) for one in found.rejects]
    assert [r"\xb1", r"x\xff", r"\xed\xa0\x80"] == [one.value for one in found.rejects[:3]]


def test_what_is_said(agree, rules, tmp_path) -> None:
    path = tmp_path / "c.parquet"
    pq.write_table(pa.table({"key": ["a", "b"], "word": texts(b"m\xf8ller", b"x")}), path)

    [reject] = agree(rules, path).rejects

    assert ("a", "c.parquet", 1, "word") == (reject.key, reject.file, reject.line, reject.where)
    assert (r"m\xf8ller", "text in the encoding of the file") == (reject.value, str(reject.expected))
    assert "--encoding" in str(reject.hint)


def test_a_parquet_key(agree, rules, tmp_path) -> None:
    path = tmp_path / "c.parquet"
    pq.write_table(pa.table({"key": texts(b"a", b"b\xb1", b"b\xb1", None, b"c")}), path)

    found = agree(rules, path)

    assert ["a", "c"] == [case.key for case in found.cases]
    assert [r"b\xb1", r"b\xb1", ""] == [one.key for one in found.rejects]


def test_lists_and_large_texts_in_parquet(agree, rules, tmp_path) -> None:
    path = tmp_path / "c.parquet"
    lists = pa.ListArray.from_arrays([0, 1, 3, 3], texts(b"x", b"y", b"z\xff"))
    large = pa.array([b"x", b"y", b"\xff"], pa.large_binary()).view(pa.large_string())
    pq.write_table(pa.table({"key": ["a", "b", "c"], "places": lists, "word": large}), path)

    found = agree(rules, path)

    assert ["a"] == [case.key for case in found.cases]
    assert [("c.parquet", 2, "places", r"y;z\xff"), ("c.parquet", 3, "word", r"\xff")] == [
        one[:4] for one in faults(found)
    ]


def test_a_column_that_nobody_reads_rejects_nothing(agree, rules, tmp_path) -> None:
    pq.write_table(pa.table({"key": ["a", "b"], "other": texts(b"\xff", b"x")}), tmp_path / "c.parquet")
    (tmp_path / "c.csv").write_bytes(b"key,other\nc,\xff\nd,x\n")
    (tmp_path / "c.jsonl").write_bytes(b'{"key": "e", "other": "\xff"}\n{"key": "f", "\xff": 1}\n')

    found = agree(rules, [tmp_path / "c.parquet", tmp_path / "c.csv", tmp_path / "c.jsonl"])

    assert list("abcdef") == [case.key for case in found.cases]


def test_one_of_several_files_and_row_groups(agree, rules, tmp_path) -> None:
    for file in range(3):
        words = [b"x"] * 5000
        if file == 1:
            words[4321] = b"\xb1"
        table = pa.table({"key": [f"K{file}-{n}" for n in range(5000)], "word": texts(*words)})
        pq.write_table(table, tmp_path / f"c{file}.parquet", row_group_size=1000)

    found = agree(rules, [str(tmp_path / "c*.parquet")])

    assert 14_999 == len(found.cases)
    assert [("c1.parquet", 4322, "word", r"\xb1", "text in the encoding of the file")] == faults(found)


def test_rows_of_a_relation_reject_their_case(agree, shapes, tmp_path) -> None:
    relation = shapes.relation(
        "events", shapes.field("of", shapes.types["word"]), *shapes.optional("word"), of_case="of"
    )
    rules = shapes.ruleset(shapes.key(), relations=[relation])
    cases, events = tmp_path / "c.csv", tmp_path / "e.parquet"
    cases.write_text("key\na\nb\nc\n")
    pq.write_table(pa.table({"of": ["a", "b", "b"], "word": texts(b"x", b"\xff", b"y")}), events)

    found = agree(rules, cases, {"events": [events]})

    assert ["a", "c"] == [case.key for case in found.cases]
    assert [r"\xff"] == [one.value for one in found.rejects]


@pytest.mark.parametrize("encoding", ["utf-8", "ascii", "gb18030", "gbk", "cp1252", "shift_jis", "big5hkscs"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_lines_of_text_files(agree, rules, tmp_path, encoding, quote) -> None:
    csv, lines = tmp_path / "c.csv", tmp_path / "c.jsonl"
    mark = quote.encode()
    csv.write_bytes(b"key,word\na,x\nb,%b\x81%b\nc,y\n\x81\nd\x81,x\ne,z\n" % (mark, mark))
    lines.write_bytes(b'{"key": "a"}\n{"key": "b", "word": "\x81"}\n{"key": \x81}\n\x81\n{"key": "e"}\n')

    for path, bad in ((csv, [3, 5, 6]), (lines, [2, 3, 4])):
        found = agree(rules, path, options=ReadOptions(encoding=encoding))

        assert {"a", "e"} <= {case.key for case in found.cases}
        assert bad == [one.line for one in found.rejects]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32-be"])
def test_halves_of_surrogate_pairs_in_wide_encodings(agree, rules, tmp_path, encoding) -> None:
    path = tmp_path / "c.csv"
    path.write_bytes("key,word\na,\ud83d\nb,\udcb1x\nc,\U0001f600\n".encode(encoding, "surrogatepass"))

    found = agree(rules, path, options=ReadOptions(encoding=encoding))

    assert ["c"] == [case.key for case in found.cases]
    assert [2, 3] == [one.line for one in found.rejects]


@pytest.mark.parametrize(
    ("name", "content", "encoding"),
    [
        ("c.csv", "案,key\n上,a\n".encode("gb18030"), "utf-8"),
        ("c.csv", "key\na\n".encode("utf-16"), "utf-8"),
        ("c.jsonl", '{"key": "a"}\n'.encode("utf-16"), "utf-8"),
        ("c.csv", "key\na\n".encode("utf-16")[:-1], "utf-16"),
    ],
)
def test_a_whole_file_in_another_encoding_is_refused(agree, rules, tmp_path: Path, name, content, encoding) -> None:
    (tmp_path / name).write_bytes(content)

    assert agree(rules, tmp_path / name, options=ReadOptions(encoding=encoding)) is None
