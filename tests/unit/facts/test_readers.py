"""Readers: lines of cells from files of every kind, and what is said about files that are not."""

# pyright: basic

# ruff: noqa: DTZ001 - the cells of workbooks have no zones

from __future__ import annotations

import contextlib
import csv
import gzip
import io
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from steelyard.facts.problem import Problem
from steelyard.facts.readers import BadLine, Line, ReadOptions, UnreadableError, Wanted, open_table

EVERYTHING = Wanted(frozenset("abcdefgh") | {"case", "activity", "transition", "time", "resource"})


def rows(path, **options):
    """The rows of a file: (line, cells), or (line, text, expected) for a bad one."""
    with open_table(path, ReadOptions(**options), EVERYTHING) as table:
        found = []
        for line in table.rows:
            match line:
                case Line(number, cells):
                    found.append((number, dict(cells)))
                case BadLine(number, text, problem):
                    found.append((number, text, str(problem.expected)))
        return found


def fails(path, **options) -> tuple[str, str, int | None]:
    with pytest.raises(UnreadableError) as caught:
        rows(path, **options)
    return caught.value.code, str(caught.value.headline), caught.value.line


@pytest.fixture
def write(tmp_path):
    def write(name: str, content: str | bytes):
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write


# CSV


def test_csv_rows_have_their_lines_and_their_text(write) -> None:
    path = write("x.csv", 'a,b\r\n1, x \r\n\r\n"2, ""two""","上\r\n海"\r\n3,\r\n')

    assert rows(path) == [
        (2, {"a": "1", "b": " x "}),
        (4, {"a": '2, "two"', "b": "上\r\n海"}),
        (6, {"a": "3", "b": ""}),
    ]


def test_csv_without_a_last_line_end(write) -> None:
    assert rows(write("x.csv", "a,b\n1,2")) == [(2, {"a": "1", "b": "2"})]
    assert rows(write("x.csv", 'a,b\n1,"2"')) == [(2, {"a": "1", "b": "2"})]
    assert rows(write("x.csv", "a,b\r1,2\r")) == [(2, {"a": "1", "b": "2"})]


def test_csv_with_a_byte_order_mark(write) -> None:
    assert rows(write("x.csv", b"\xef\xbb\xbfa\n1\n")) == [(2, {"a": "1"})]


def test_csv_dialect_is_stated(write) -> None:
    assert rows(write("x.csv", "a;b\n1;2\n"), delimiter=";") == [(2, {"a": "1", "b": "2"})]
    assert rows(write("x.csv", "a,b\n上,海\n".encode("gb18030")), encoding="GB18030") == [(2, {"a": "上", "b": "海"})]
    assert rows(write("x.csv", "a,b\n上,海\n".encode("utf-16")), encoding="utf-16") == [(2, {"a": "上", "b": "海"})]
    assert rows(write("x.tsv", "a\tb\n1\t2\n")) == [(2, {"a": "1", "b": "2"})]
    assert rows(write("x.tsv", "a,b\n1,2\n"), delimiter=",") == [(2, {"a": "1", "b": "2"})]


@pytest.mark.parametrize("delimiter", ["", ",,", '"', "\n", "\r", "\0"])
def test_csv_delimiter_is_one_character(write, delimiter) -> None:
    assert fails(write("x.csv", "a\n"), delimiter=delimiter)[0] == "E113"


@pytest.mark.parametrize("encoding", ["chinese-ish", "base64", "rot13", ""])
def test_csv_encoding_is_known(write, encoding) -> None:
    assert fails(write("x.csv", "a\n"), encoding=encoding)[0] == "E113"


def test_csv_rows_too_long_or_too_short_are_bad_one_by_one(write) -> None:
    found = rows(write("x.csv", 'a,b\n1\n1,2\n1,2,3\n"1","2","3"\n,\n'))

    assert found == [
        (2, "1", "2 fields, but the row has 1"),
        (3, {"a": "1", "b": "2"}),
        (4, "1,2,3", "2 fields, but the row has 3"),
        (5, "1,2,3", "2 fields, but the row has 3"),
    ]


@pytest.mark.parametrize("row", ['x""y,1', '5" pipe,1', '"a"b,1', '"a" ,1', ' "a",1', '1,a"', '1,"a"b'])
def test_csv_quotes_stand_around_whole_fields(write, row) -> None:
    found = rows(write("x.csv", f"a,b\n{row}\n1,2\n"))

    assert found == [(2, "", "quotes around a whole field, and doubled inside it"), (3, {"a": "1", "b": "2"})]


@pytest.mark.parametrize("text", ['a,b\n1,2\n3,"4\n5,6\n', 'a,b\n1,2\n3,"', 'a,b\n1,2\n3,"x\n4,"5\n6,"7"\n'])
def test_csv_quote_that_is_never_closed_loses_no_rows_silently(write, text) -> None:
    code, headline, line = fails(write("x.csv", text))

    assert (code, line) == ("E117", 3)
    assert headline == "a quote is opened that is not closed well"


def test_csv_without_content(write) -> None:
    assert fails(write("x.csv", "")) == ("E114", "the file is empty", None)
    assert fails(write("x.csv", b"\xef\xbb\xbf"))[0] == "E114"
    assert fails(write("x.csv", "\n\n"))[0] == "E114"
    assert fails(write("x.csv", " ,\n,\n"))[0] == "E114"
    assert rows(write("x.csv", "a,b\n")) == []


def test_csv_names_of_the_columns_below_a_title(write) -> None:
    path = write("x.csv", "Claims of May,,\n,,\n\nper claim,,per branch\na,b,c\n1,2,3\n,,\n")
    needed = Wanted(frozenset("abc"), frozenset("ac"))

    with open_table(path, ReadOptions(), needed) as table:
        assert [(6, {"a": "1", "b": "2", "c": "3"})] == [
            (line.number, line.cells) for line in table.rows if isinstance(line, Line)
        ]
        assert (5, ("Claims of May", "per claim"), 1) == (table.header, table.remarks.titles, table.remarks.skipped)


@pytest.mark.parametrize(
    "text",
    [
        "x,y,z\na,b,c\n1,2,3\n",  # the first row may be facts
        'x\n"y"z\na,b,c\n',
        "x\n" * 10 + "a,b,c\n",
        "x\na,b\n",
    ],
)
def test_csv_title_is_no_row_of_facts(write, text) -> None:
    with open_table(write("x.csv", text), ReadOptions(), Wanted(frozenset("abc"), frozenset("ac"))) as table:
        assert (1, ()) == (table.header, table.remarks.titles)


def test_csv_columns_of_one_name(write) -> None:
    assert fails(write("x.csv", "\na,b,a,b,c\n")) == ("E115", "columns stand more than once: `a`, `b`", 2)
    assert rows(write("x.csv", "a,,\n1,2,3\n")) == [(2, {"a": "1", "": "3"})]
    assert rows(write("x.csv", "a,n,n\n1,2,3\n"))[0][1]["a"] == "1"


def test_csv_header_in_another_encoding_says_so(write) -> None:
    path = write("x.csv", "\n案件,a\n1,2\n".encode("gb18030"))

    assert fails(path) == ("E112", "the file is not `utf-8`", 2)
    with pytest.raises(UnreadableError) as caught:
        rows(path)
    assert "`gb18030` of Chinese" in str(caught.value.help)
    assert fails(write("x.csv", "é\n".encode()), encoding="ascii")[0] == "E112"


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "ascii", "cp1252", "shift_jis", "big5"])
def test_csv_row_with_bytes_that_are_no_text_is_alone(write, encoding) -> None:
    path = write("x.csv", b'a,b\n1,x\x81\n2,"\x81"\n3,4\n\x81')

    assert rows(path, encoding=encoding) == [
        (2, {"a": "1", "b": "x\udc81"}),
        (3, {"a": "2", "b": "\udc81"}),
        (4, {"a": "3", "b": "4"}),
        (5, "\udc81", "2 fields, but the row has 1"),
    ]


def test_csv_halves_of_surrogate_pairs_in_utf16(write) -> None:
    path = write("x.csv", "a\n\ud83d\nb\n".encode("utf-16", "surrogatepass"))

    assert rows(path, encoding="utf-16") == [(2, {"a": "\ud83d"}), (3, {"a": "b"})]


def test_csv_in_utf16_says_so(write) -> None:
    with pytest.raises(UnreadableError) as caught:
        rows(write("x.csv", "a\n1\n".encode("utf-16")))

    assert caught.value.code == "E112"
    assert "--encoding utf-16" in str(caught.value.help)


def test_csv_broken_off_inside_a_character(write) -> None:
    assert rows(write("x.csv", "a\n1\n上".encode()[:-1])) == [(2, {"a": "1"}), (3, {"a": "\udce4\udcb8"})]
    assert fails(write("x.csv", "a\n1\n上".encode("utf-16")[:-1]), encoding="utf-16")[0] == "E112"


def test_csv_nul_bytes(write) -> None:
    assert fails(write("x.csv", "a\0\n1\n"))[0] == "E118"
    assert rows(write("x.csv", "a\nx\0y\n")) == [(2, {"a": "x\0y"})]


def test_csv_field_of_any_length(write) -> None:
    long = "x" * 1_000_000

    assert rows(write("x.csv", f'a,b\n{long},"{long}"\n')) == [(2, {"a": long, "b": long})]


FIELD = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=8)


@settings(max_examples=200)
@given(st.lists(st.tuples(FIELD, FIELD), max_size=6))
def test_csv_reads_what_a_writer_of_csv_writes(tmp_path_factory, records) -> None:
    path = tmp_path_factory.mktemp("csv") / "x.csv"
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([("a", "b"), *records])
    path.write_bytes(out.getvalue().encode())

    assert [cells for _, cells in rows(path)] == [{"a": a, "b": b} for a, b in records if a.strip() or b.strip()]


@given(st.text(st.sampled_from('a,"\n\r'), max_size=30))
def test_csv_reader_survives_anything(tmp_path_factory, text) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    path.write_bytes(("h,i\n" + text).encode())
    with contextlib.suppress(UnreadableError):
        found = [row[0] for row in rows(path)]
        assert found == sorted(set(found))
        assert all(2 <= line <= len(text) + 2 for line in found)


# JSON lines


def test_jsonl_keeps_numbers_as_written(write) -> None:
    path = write("x.jsonl", '{"a": 0.10, "b": 1e2, "c": 12345678901234567890123, "d": -0, "e": NaN}\n')

    assert rows(path) == [(1, {"a": "0.10", "b": "1e2", "c": "12345678901234567890123", "d": "-0", "e": "NaN"})]


def test_jsonl_values(write) -> None:
    path = write("x.jsonl", '\ufeff{"a": true, "b": false, "c": null}\n\n{"d": "上", "e": ["x", "y"], "f": []}\n')

    assert rows(path) == [(1, {"a": "true", "b": "false", "c": None}), (3, {"d": "上", "e": ("x", "y"), "f": ()})]


def test_jsonl_nested_values_are_bad_only_where_they_are_asked_for(write) -> None:
    [(_, cells)] = rows(write("x.jsonl", '{"a": {"b": 1}, "b": ["x", true], "c": 1}'))

    assert isinstance(cells["a"], Problem)
    assert isinstance(cells["b"], Problem)
    assert cells["c"] == "1"


@pytest.mark.parametrize("line", ["[1]", "1", '"a"', "{a: 1}", '{"a": 1', '{"a": 1} x', "[" * 100_000, '{"a": }', "\0"])
def test_jsonl_line_that_is_no_object_is_bad_alone(write, line) -> None:
    found = rows(write("x.jsonl", f'{line}\n{{"a": "1"}}\n'))

    assert found == [(1, line[:80], "a JSON object on each line"), (2, {"a": "1"})]


def test_jsonl_duplicate_keys_are_bad_only_where_they_are_asked_for(write) -> None:
    [(_, cells)] = rows(write("x.jsonl", '{"a": 1, "b": 2, "a": 1}'))

    assert cells["b"] == "2"
    assert str(cells["a"].expected) == "keys that stand once; `a` stands twice"


def test_jsonl_without_content(write) -> None:
    assert fails(write("x.jsonl", ""))[0] == "E114"
    assert fails(write("x.jsonl", "\n \n"))[0] == "E114"
    assert fails(write("x.jsonl", '{"a": "上"}'.encode("utf-16")))[0] == "E112"


def test_jsonl_line_with_bytes_that_are_no_text_is_alone(write) -> None:
    path = write("x.jsonl", b'{"a": "x\xb1"}\n{"a": \xb1}\n{"\xb1": 1}\n{"a": 1}\n')

    assert rows(path) == [
        (1, {"a": "x\udcb1"}),
        (2, '{"a": \udcb1}', "a JSON object on each line"),
        (3, {"\udcb1": "1"}),
        (4, {"a": "1"}),
    ]


def test_jsonl_columns_grow(write) -> None:
    with open_table(write("x.jsonl", '{"a": 1}\n{"b": 1}'), ReadOptions(), EVERYTHING) as table:
        assert table.growing
        assert list(table.columns) == []
        assert len(list(table.rows)) == 2
        assert list(table.columns) == ["a", "b"]


# Parquet


def test_parquet_values_are_exact(tmp_path) -> None:
    table = pa.table(
        {
            "a": pa.array([1, None], pa.int64()),
            "b": pa.array([Decimal("0.10"), Decimal("-3.00")], pa.decimal128(10, 2)),
            "c": pa.array(["上", ""]).dictionary_encode(),
            "d": pa.array([True, False]),
            "e": pa.array([date(2024, 2, 29), None]),
            "f": pa.array([["x", "y"], []], pa.list_(pa.string())),
            "g": pa.array([0.98, None]),
            "h": pa.nulls(2),
        }
    )
    pq.write_table(table, tmp_path / "x.parquet")

    assert rows(tmp_path / "x.parquet") == [
        (1, {"a": "1", "b": "0.10", "c": "上", "d": "true", "e": "2024-02-29", "f": ("x", "y"), "g": 0.98, "h": None}),
        (2, {"a": None, "b": "-3.00", "c": "", "d": "false", "e": None, "f": (), "g": None, "h": None}),
    ]


def test_parquet_timestamps(tmp_path) -> None:
    aware = datetime(2024, 5, 1, 2, 0, 0, 1, tzinfo=UTC)
    table = pa.table(
        {
            "a": pa.array([aware], pa.timestamp("us", "Asia/Shanghai")),
            "b": pa.array([datetime(2024, 5, 1, 10)], pa.timestamp("ms")),
            "c": pa.array([1_000], pa.timestamp("ns")),
            "d": pa.array([1_001], pa.timestamp("ns")),
            "e": pa.array([2**43], pa.timestamp("s")),
            "f": pa.array([-1], pa.timestamp("s", "UTC")),
        }
    )
    pq.write_table(table, tmp_path / "x.parquet")

    [(_, cells)] = rows(tmp_path / "x.parquet")

    assert cells["a"] == "2024-05-01T02:00:00.000001Z"
    assert cells["b"] == datetime(2024, 5, 1, 10)
    assert cells["c"] == datetime(1970, 1, 1, 0, 0, 0, 1)
    assert isinstance(cells["d"], Problem)
    assert isinstance(cells["e"], Problem)
    assert cells["f"] == "1969-12-31T23:59:59Z"


@pytest.mark.parametrize(
    "kind", [pa.float16(), pa.binary(), pa.duration("us"), pa.time64("us"), pa.struct([("x", pa.int64())])]
)
def test_parquet_type_without_exact_meaning_is_refused_where_it_is_wanted(tmp_path, kind) -> None:
    pq.write_table(pa.table({"a": pa.array([None], kind), "b": [1]}), tmp_path / "x.parquet")

    code, headline, _ = fails(tmp_path / "x.parquet")
    assert code == "E119"
    assert headline == f"column `a` has the type `{kind}`"

    pq.write_table(pa.table({"unwanted": pa.array([None], kind), "b": [1]}), tmp_path / "x.parquet")
    assert rows(tmp_path / "x.parquet") == [(1, {"b": "1"})]


def test_parquet_text_that_is_not_utf8_is_kept_as_in_files_of_text(tmp_path) -> None:
    texts = [b"x", b"y\xb1", None, b"\xed\xa0\x80", b""]
    column = pa.array(texts).view(pa.string())
    lists = pa.ListArray.from_arrays([0, 2, 2, 3, 4, 5], column)
    table = pa.table({"a": column, "b": pa.array(texts, pa.large_binary()).view(pa.large_string()), "c": lists})
    for dictionary in (True, False):
        pq.write_table(table, tmp_path / "x.parquet", use_dictionary=dictionary)

        found = [cells for _, cells in rows(tmp_path / "x.parquet")]

        assert [cells["a"] for cells in found] == ["x", "y\udcb1", None, "\udced\udca0\udc80", ""]
        assert [cells["b"] for cells in found] == [cells["a"] for cells in found]
        assert [found[0]["c"], found[1]["c"], found[3]["c"]] == [("x", "y\udcb1"), (), ("\udced\udca0\udc80",)]


def test_parquet_of_many_batches_counts_on(tmp_path) -> None:
    pq.write_table(pa.table({"a": list(range(20_000))}), tmp_path / "x.parquet")

    found = rows(tmp_path / "x.parquet")

    assert found[-1] == (20_000, {"a": "19999"})
    assert len(found) == 20_000


@pytest.mark.parametrize("content", [b"", b"PAR1", b"a,b\n1,2\n", b"PAR1" + b"\0" * 100 + b"PAR1"])
def test_parquet_that_is_none(write, content) -> None:
    assert fails(write("x.parquet", content))[0] == "E118"


# workbooks

_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_LINKS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE_LINKS = "http://schemas.openxmlformats.org/package/2006/relationships"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_TYPES}"><Default Extension="xml" ContentType="application/xml"/></Types>',
    "_rels/.rels": (
        f'<Relationships xmlns="{_PACKAGE_LINKS}"><Relationship Id="r" Type="{_LINKS}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>'
    ),
    "xl/workbook.xml": (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_LINKS}"><sheets>'
        '<sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>'
    ),
    "xl/_rels/workbook.xml.rels": (
        f'<Relationships xmlns="{_PACKAGE_LINKS}"><Relationship Id="r1" Type="{_LINKS}/worksheet" '
        f'Target="worksheets/one.xml"/><Relationship Id="r2" Type="{_LINKS}/styles" '
        'Target="styles.xml"/></Relationships>'
    ),
    "xl/styles.xml": (
        f'<styleSheet xmlns="{_MAIN}"><cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/>'
        '<xf numFmtId="46"/></cellXfs></styleSheet>'
    ),
}


def text(content: str) -> str:
    return f't="inlineStr"><is><t>{content}</t></is>'


def number(content: str, style: int = 0) -> str:
    return f's="{style}"><v>{content}</v>'


def workbook(path, sheet: dict[int, dict[str, str]]):
    lines = "".join(
        f'<row r="{row}">' + "".join(f'<c r="{column}{row}" {cell}</c>' for column, cell in cells.items()) + "</row>"
        for row, cells in sheet.items()
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in _PARTS.items():
            archive.writestr(name, part)
        archive.writestr(
            "xl/worksheets/one.xml", f'<worksheet xmlns="{_MAIN}"><sheetData>{lines}</sheetData></worksheet>'
        )
    return path


def test_xlsx_cells(tmp_path) -> None:
    path = workbook(
        tmp_path / "x.xlsx",
        {
            2: {"B": text("a"), "C": text("b"), "D": text("c"), "E": text("d"), "F": text("e"), "G": text("f")},
            4: {
                "B": number("1001"),
                "C": number("0.98"),
                "D": number("45413", 1),
                "E": number("45413.416666666664", 2),
                "F": number("1.1", 3),
                "G": 't="b"><v>1</v>',
            },
            5: {"B": text("上海"), "C": 't="e"><v>#N/A</v>'},
        },
    )

    first, second = rows(path)

    assert first == (
        4,
        {
            "": None,
            "a": 1001.0,
            "b": 0.98,
            "c": date(2024, 5, 1),
            "d": datetime(2024, 5, 1, 10),
            "e": "26h24min",
            "f": "true",
        },
    )
    assert second[0] == 5
    assert second[1]["a"] == "上海"
    assert isinstance(second[1]["b"], Problem)
    assert second[1]["c"] is None


def test_xlsx_without_content(tmp_path) -> None:
    assert fails(workbook(tmp_path / "x.xlsx", {}))[0] == "E114"
    assert rows(workbook(tmp_path / "x.xlsx", {1: {"A": text("a")}})) == []


def test_xlsx_columns_of_one_name(tmp_path) -> None:
    path = workbook(tmp_path / "x.xlsx", {3: {"A": text("a"), "B": text("a")}})

    assert fails(path) == ("E115", "columns stand more than once: `a`", 3)


def drawn(path, write, **options):
    """A workbook as XlsxWriter makes it; `write` fills its first sheet."""
    book = xlsxwriter.Workbook(path, options)
    write(book, book.add_worksheet("One"))
    book.close()
    return path


def test_xlsx_days_are_told_from_midnights_by_what_is_shown(tmp_path) -> None:
    formats = ["yyyy-mm-dd hh:mm", 'yyyy"h"m"s"d', '[$-804]yyyy"年"m"月"d"日";@', 'yyyy"年"m"月"d"日" h"时"', 22, 14]

    def write(book, sheet) -> None:
        sheet.write_row("A1", list("abcdef"))
        for place, code in enumerate(formats):
            sheet.write_datetime(1, place, datetime(2024, 5, 1), book.add_format({"num_format": code}))

    for options in ({}, {"date_1904": True}):
        [(_, cells)] = rows(drawn(tmp_path / "x.xlsx", write, **options))

        assert [datetime, date, date, datetime, datetime, date] == [type(cell) for cell in cells.values()]
        assert {"2024-05-01"} == {str(cell)[:10] for cell in cells.values()}


def test_xlsx_zeros_that_are_shown_belong_to_a_text(tmp_path) -> None:
    def write(book, sheet) -> None:
        zeros = book.add_format({"num_format": "00000"})
        sheet.write_row("A1", list("abcd"))
        for place, value in enumerate([6037, 123456, -5, 1.5]):
            sheet.write_number(1, place, value, zeros)

    [(_, cells)] = rows(drawn(tmp_path / "x.xlsx", write))

    assert {"a": "06037", "b": "123456", "c": -5.0, "d": 1.5} == cells


def test_xlsx_formulas_that_were_never_computed(tmp_path) -> None:
    """XlsxWriter stores 0 for a result that nobody gives, and asks for a computation."""

    def write(book, sheet) -> None:
        sheet.write_row("A1", list("abcd"))
        sheet.write_formula("A2", "=1+1")
        sheet.write_formula("B2", "=1+1", None, 2)
        sheet.write_formula("C2", "=A1", None, "x")
        sheet.write("D2", 0)

    [(_, cells)] = rows(drawn(tmp_path / "x.xlsx", write))

    assert isinstance(cells["a"], Problem)
    assert (2.0, "x", 0.0) == (cells["b"], cells["c"], cells["d"])


def test_xlsx_hidden_parts_and_other_sheets_are_said(tmp_path) -> None:
    def write(book, sheet) -> None:
        sheet.write_row("A1", ["May", "", "for office use"])
        sheet.write_row("A3", ["a", "b", "c", "n", "n"])
        for row in (4, 5, 7):
            sheet.write_row(row, 0, [row, " ", "x"])
        sheet.write(9, 0, " ")
        sheet.set_column("B:D", None, None, {"hidden": True})
        for row in (1, 4, 5, 6):
            sheet.set_row(row, None, None, {"hidden": True})
        book.add_worksheet("None")
        book.add_worksheet("Two").write("B7", "x")
        book.get_worksheet_by_name("Two").activate()
        sheet.hide()

    path = drawn(tmp_path / "x.xlsx", write)
    with open_table(path, ReadOptions(), Wanted(frozenset("abc"), frozenset("a"))) as table:
        assert [5, 6, 8] == [line.number for line in table.rows]
        found = [str(one) for one in table.remarks.messages("cases", "x.xlsx", table.header)]

    assert found == [
        "cases: line 3 of `x.xlsx` names the columns; above it stands `May`, which is skipped",
        "cases: 2 rows of `x.xlsx` have no value and are skipped",
        "cases: of `x.xlsx` only the first sheet `One` is read, not `Two`",
        "cases: the sheet `One` of `x.xlsx` is read, but hidden",
        "cases: hidden columns of `x.xlsx` are read like others: `b`, `c`",
        "cases: 2 hidden rows of `x.xlsx` are read like others",
    ]


def test_xlsx_whose_first_sheet_is_empty(tmp_path) -> None:
    def write(book, sheet) -> None:
        book.add_worksheet("Two").write("A1", "a")

    assert fails(drawn(tmp_path / "x.xlsx", write))[:2] == ("E114", "the first sheet, `One`, is empty")


def test_xlsx_that_is_none(write, tmp_path) -> None:
    assert fails(write("x.xlsx", b""))[0] == "E118"
    assert fails(write("x.xlsx", b"a,b\n1,2\n"))[0] == "E118"
    with zipfile.ZipFile(tmp_path / "x.xlsx", "w") as archive:
        archive.writestr("other.txt", "x")
    assert fails(tmp_path / "x.xlsx")[0] == "E118"


def test_xlsx_texts_of_times_and_far_columns(tmp_path) -> None:
    cells = {"A": text("a"), "AB": text("b")}
    path = workbook(tmp_path / "x.xlsx", {1: cells, 2: {"A": number("0.5", 2), "AB": 't="e"><v>#REF!</v>'}, 3: cells})

    (_, first), (_, second) = rows(path)

    assert isinstance(first["a"], Problem)
    assert isinstance(first["b"], Problem)
    assert second["b"] == "b"


def test_xlsx_that_unpacks_to_too_much(tmp_path) -> None:
    path = workbook(tmp_path / "x.xlsx", {1: {"A": text("a" * 10_000)}})

    assert fails(path, max_bytes=9_000)[0] == "E118"


# event logs

LOG = """<?xml version="1.0"?>
<log xmlns="http://www.xes-standard.org/">
  <extension name="Concept" prefix="concept" uri="http://www.xes-standard.org/concept.xesext"/>
  <global scope="event"><string key="concept:name" value="__INVALID__"/></global>
  <classifier name="Activity" keys="concept:name"/>
  <string key="concept:name" value="the log"/>
  <trace>
    <event>
      <string key="concept:name" value="报案"><string key="concept:name" value="nested"/></string>
      <date key="time:timestamp" value="2024-05-01T10:00:00.000+08:00"/>
      <string key="lifecycle:transition" value="complete"/>
      <string key="org:resource" value="Li"/>
      <string key="org:group" value="Pudong"/>
      <float key="amount" value="1.25E7"/>
      <list key="more"><values><string key="concept:name" value="listed"/></values></list>
    </event>
    <string key="concept:name" value="C1"/>
    <string key="a" value="1"/>
    <event/>
  </trace>
  <trace><event><string key="concept:name" value="x"/></event></trace>
  <event><string key="concept:name" value="lost"/></event>
</log>
"""


@pytest.mark.parametrize("name", ["x.xes", "x.xes.gz", "X.XES.GZ"])
def test_xes_events_are_rows(write, name) -> None:
    path = write(name, gzip.compress(LOG.encode()) if name.lower().endswith("gz") else LOG)

    assert rows(path) == [
        (
            8,
            {
                "case": "C1",
                "activity": "报案",
                "transition": "complete",
                "time": "2024-05-01T10:00:00.000+08:00",
                "resource": "Li",
            },
        ),
        (19, {"case": "C1"}),
        (21, {"activity": "x"}),
        (22, {"activity": "lost"}),
    ]


def test_xes_traces_are_rows_of_cases(write) -> None:
    assert rows(write("x.xes", LOG), traces=True) == [(7, {"case": "C1", "a": "1"}), (21, {})]


def test_xes_with_a_prefix_is_the_same(write) -> None:
    path = write("x.xes", '<x:log xmlns:x="u"><x:trace><x:event/></x:trace></x:log>')

    assert rows(path) == [(1, {})]


def logged(path, *names: str, traces: bool = False) -> tuple[list[dict], list[str]]:
    """The cells of some columns of a log whose rows must name their case; what is said about the file."""
    wanted = Wanted(frozenset(names), frozenset(names) & {"case"})
    with open_table(path, ReadOptions(traces=traces), wanted) as table:
        return [dict(line.cells) for line in table.rows if isinstance(line, Line)], list(
            map(str, table.remarks.messages("log", "x", 1))
        )


def test_xes_attributes_of_events_are_columns_by_their_keys(write) -> None:
    [first, second], said = logged(write("x.xes", LOG), "case", "org:group", "concept:name", "amount", "more")

    assert str(first.pop("more").expected).startswith("a single value")
    assert {"case": "C1", "org:group": "Pudong", "concept:name": "报案", "amount": "12500000"} == first
    assert {"case": "C1"} == second
    assert said == [
        "log: 2 events of `x` lie in no trace with a name, so no case has them; the first stands on line 21"
    ]


def test_xes_prefix_of_an_extension_is_the_choice_of_a_log(write) -> None:
    log = (
        '<log><extension name="Organizational" prefix="o" uri="http://www.xes-standard.org/org.xesext"/>'
        '<trace><string key="concept:name" value="C1"/><event><string key="o:resource" value="Li"/>'
        '<string key="o:group" value="B"/><string key="x:group" value="C"/></event></trace></log>'
    )
    found, _ = logged(write("x.xes", log), "resource", "org:group", "x:group")

    assert [{"resource": "Li", "org:group": "B", "x:group": "C"}] == found


def test_xes_keys_that_two_attributes_have(write) -> None:
    """The standard attribute of a column counts, else the one of its name; no key stands twice."""

    def attribute(key: str, value: str) -> str:
        return f'<string key="{key}" value="{value}"/>'

    events = [
        attribute("resource", "Li"),
        attribute("resource", "Li") + attribute("org:resource", "Wang"),
        attribute("org:resource", "Wang") + attribute("resource", "Wang") + attribute("case", "C2"),
        attribute("a", "1") + attribute("a", "1"),
    ]
    inside = "".join(f"<event>{one}</event>" for one in events)
    path = write(
        "x.xes", f"<log><trace>{inside}{attribute('concept:name', 'C1')}{attribute('case', 'no')}</trace></log>"
    )
    found, said = logged(path, "case", "resource", "a")

    assert str(found[3].pop("a").expected) == "keys that stand once; `a` stands twice"
    assert [("C1", "Li"), ("C1", "Wang"), ("C1", "Wang"), ("C1", None)] == [
        (one["case"], one.get("resource")) for one in found
    ]
    assert ["1 attribute `resource`", "1 attribute `case`"] == [one[12:].partition(" differ")[0] for one in said]
    assert [{"case": "C1"}] == logged(path, "case", traces=True)[0]


def test_xes_of_too_many_attributes(write) -> None:
    events = "".join(f'<event><string key="k{one}" value=""/></event>' for one in range(10_001))

    assert fails(write("x.xes", f"<log>{events}</log>"))[1].startswith("the log has more than 10000")


BOMB = '<!DOCTYPE log [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><log><string key="x" value="&b;"/></log>'
OUTSIDE = '<!DOCTYPE log SYSTEM "file:///etc/hosts"><log/>'


@pytest.mark.parametrize(
    "content",
    [
        "",
        "<log>",
        "<log></trace>",
        "<html/>",
        "not xml",
        "<log/><log/>",
        "<log>\0</log>",
        BOMB,
        OUTSIDE,
        "<log>" + "<x>" * 100 + "</x>" * 100 + "</log>",
    ],
)
def test_xes_that_is_none_or_means_harm(write, content) -> None:
    assert fails(write("x.xes", content))[0] == "E118"


@pytest.mark.parametrize("encoding", ["gbk", "no-such"])
def test_xes_in_an_encoding_that_xml_does_not_know_is_damaged(write, encoding) -> None:
    content = f'<?xml version="1.0" encoding="{encoding}"?><log/>'.encode()

    assert fails(write("x.xes", content))[0] == "E118"


def test_xes_may_nest_to_a_limit(write) -> None:
    assert rows(write("x.xes", "<log>" + "<x>" * 63 + "</x>" * 63 + "</log>")) == []
    assert fails(write("x.xes", "<log>" + "<x>" * 64 + "</x>" * 64 + "</log>"))[1].startswith("elements are nested")


def test_xes_gz_is_limited_and_whole(write) -> None:
    packed = gzip.compress(LOG.encode())

    assert fails(write("x.xes.gz", gzip.compress(LOG.encode() + b" " * 1_000_000)), max_bytes=1_000_000)[0] == "E118"
    assert fails(write("x.xes.gz", packed[:-20]))[0] == "E118"
    assert fails(write("x.xes.gz", LOG))[0] == "E118"
    assert fails(write("x.xes.gz", packed[:30] + b"\xff" * 20 + packed[50:]))[0] == "E118"
    assert len(rows(write("x.xes", LOG), max_bytes=len(LOG.encode()))) == 4


# names


def test_a_file_that_may_not_be_read(write, monkeypatch) -> None:
    path = write("x.csv", "a\n")
    monkeypatch.setattr(
        type(path), "open", lambda *_, **__: (_ for _ in ()).throw(PermissionError(13, "Permission denied"))
    )

    assert fails(path) == ("E110", "cannot read the file: Permission denied", None)


def test_files_that_are_not_there(tmp_path) -> None:
    assert fails(tmp_path / "x.csv") == ("E110", "there is no such file", None)
    assert fails(tmp_path) == ("E110", "a folder stands where a file of rows should", None)


@pytest.mark.parametrize("name", ["x.txt", "x", "csv", "x.csv.gz", "x.json"])
def test_kinds_of_files_that_are_not_read(write, name) -> None:
    with pytest.raises(UnreadableError) as caught:
        rows(write(name, "a\n1\n"))

    assert caught.value.code == "E111"
    assert str(caught.value.help).startswith("files of rows end in `.csv`")
