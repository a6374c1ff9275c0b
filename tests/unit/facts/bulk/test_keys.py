"""Keys that stand in no column of their own, as an intake file says: both intakes read them to the same cases."""

# pyright: basic

from __future__ import annotations

import json
import warnings
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steelyard.diagnostics import Diagnostics
from steelyard.facts import ReadOptions
from steelyard.facts.intake import read_intake
from steelyard.facts.readers.keys import JoinedKey, key_cell
from steelyard.facts.spelling import folded
from steelyard.ir.folding import Folding
from steelyard.ir.notation import Notation
from steelyard.ir.versions import versions_of
from workbooks import number, sheet, text, workbook

JOINED = 'key: {columns: [branch, no], join: "/"}'
CALLS = 'relations: {calls: {key: {columns: [office, number], join: "/"}}}'


def rules(shapes, kind: str = "word", **more):
    """Cases with a branch and a word; calls of the case."""
    of = shapes.field("of", shapes.types[kind])
    calls = shapes.relation("calls", of, shapes.field("said", shapes.types["word"], optional=True), of_case="of")
    branch = shapes.field("branch", shapes.types["word"], optional=True)
    fields = (branch, *shapes.optional("word"))
    return shapes.ruleset(shapes.key(shapes.types[kind], **more), *fields, relations=[calls])


def bound(shapes_rules, folder: Path, said: str, files: dict[str, list[str]], diagnostics: Diagnostics):
    (folder / "intake.yaml").write_text(f"intake: 1\n{said}\n", "utf-8")
    return read_intake(str(folder / "intake.yaml"), versions_of(shapes_rules), files, diagnostics)


@pytest.fixture
def read(agree, shapes, tmp_path):
    """Read files of cases, and one of calls, as an intake file says."""
    own = rules(shapes)

    def read(said: str, cases: dict[str, bytes], calls: bytes | None = None, rules=own, calls_as="calls.csv"):
        for name, data in cases.items():
            (tmp_path / name).write_bytes(data)
        given = None
        if calls is not None:
            given = tmp_path / calls_as
            given.write_bytes(calls)
        diagnostics = Diagnostics()
        files = {"cases": list(cases), "calls": [calls_as]}
        found = bound(rules, tmp_path, said, files, diagnostics)
        assert found is not None, [str(one.headline) for one in diagnostics.sorted()]
        paths = [tmp_path / name for name in cases]
        return agree(found.versions, paths, {"calls": given}, options=ReadOptions(by_file=found))

    return read


def keys(portfolio) -> list[str]:
    return [case.key for case in portfolio.cases]


def why(portfolio) -> list[tuple[str, int, str]]:
    return [(one.key, one.line, str(one.reason)) for one in portfolio.rejects]


ROWS = [{"branch": "SH", "no": "1"}, {"branch": "SH", "no": "2"}, {"branch": "BJ", "no": "1"}]
LOG = """<log xmlns="http://www.xes-standard.org/">%s</log>"""
TRACE = '<trace><string key="branch" value="%s"/><string key="no" value="%s"/></trace>'


def files_of(rows, folder: Path) -> dict[str, bytes]:
    """The same rows in every kind of file."""
    pq.write_table(pa.Table.from_pylist(rows), folder / "made.parquet")
    table = [list(rows[0]), *(list(each.values()) for each in rows)]
    cells = {f"{'AB'[at]}{row}": cell for row, each in enumerate(table, 1) for at, cell in enumerate(each)}
    quoted = [",".join(f'"{cell}"' for cell in each) for each in table]
    return {
        "c.csv": "\n".join(map(",".join, table)).encode(),
        "q.csv": "\n".join(quoted).encode(),
        "c.jsonl": "\n".join(map(json.dumps, rows)).encode(),
        "c.parquet": (folder / "made.parquet").read_bytes(),
        "c.xlsx": workbook(S=sheet(cells)),
        "c.xes": (LOG % "".join(TRACE % (one["branch"], one["no"]) for one in rows)).encode(),
    }


KINDS = ("c.csv", "q.csv", "c.jsonl", "c.parquet", "c.xlsx", "c.xes")


@pytest.mark.parametrize("name", KINDS)
def test_the_number_of_the_row_is_the_key(read, tmp_path, name) -> None:
    data = {name: files_of(ROWS, tmp_path)[name]}

    portfolio = read("cases: {key: row_number}", data)

    assert keys(portfolio) == ["1", "2", "3"]
    assert [case.values["branch"] for case in portfolio.cases] == ["SH", "SH", "BJ"]
    assert keys(read("cases: {key: file_and_row}", data)) == [f"{name}:{row}" for row in (1, 2, 3)]


def test_rows_of_several_files_are_told_by_file_and_row(read) -> None:
    portfolio = read("cases: {key: file_and_row}", {"a.csv": b"word\nx\ny\n", "b.jsonl": b'{"word": "z"}\n'})

    assert keys(portfolio) == ["a.csv:1", "a.csv:2", "b.jsonl:1"]


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (("jan/c.csv", "feb/c.csv"), ["jan/c.csv:1", "feb/c.csv:1"]),
        (("jan/c.csv", "feb/d.csv"), ["c.csv:1", "d.csv:1"]),
        (("x/jan/c.csv", "y/jan/c.csv", "y/d.csv"), ["x/jan/c.csv:1", "y/jan/c.csv:1", "{}/y/d.csv:1"]),
    ],
)
def test_files_of_one_name_are_told_by_their_folders(read, tmp_path, names, found) -> None:
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)

    portfolio = read("cases: {key: file_and_row}", dict.fromkeys(names, b"word\nx\n"))

    assert keys(portfolio) == [one.format(tmp_path.name) for one in found]


def test_a_row_that_cannot_be_read_has_a_number_and_an_empty_one_has_none(read) -> None:
    data = b"word,branch\nx,SH\n,\ny,BJ,1\n\nz,SH\n"

    portfolio = read("cases: {key: row_number}", {"c.csv": data})

    assert keys(portfolio) == ["1", "3"]
    assert why(portfolio)[0][1] == 4
    assert keys(read("cases: {key: row_number, skip: 1}", {"c.csv": data})) == ["2"]


def test_the_number_of_the_row_may_be_a_number_and_names_its_calls(read, shapes) -> None:
    portfolio = read(
        "cases: {key: row_number}", {"c.csv": b"word\nx\ny\n"}, b"of,said\n2,late\n", rules(shapes, "whole")
    )

    assert [case.values["key"] for case in portfolio.cases] == [1, 2]
    assert [len(case.rows["calls"]) for case in portfolio.cases] == [0, 1]


def test_a_column_of_the_name_of_the_key_is_not_read_where_the_row_is_the_key(read) -> None:
    assert keys(read("cases: {key: row_number}", {"c.csv": b"key,word\n7,x\n7,y\n"})) == ["1", "2"]


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("sign", ["-", "/"])
def test_several_columns_are_the_key(read, tmp_path, name, sign) -> None:
    join = "" if sign == "-" else ', join: "/"'
    portfolio = read(f"cases: {{key: {{columns: [branch, no]{join}}}}}", {name: files_of(ROWS, tmp_path)[name]})

    assert keys(portfolio) == [f"SH{sign}1", f"SH{sign}2", f"BJ{sign}1"]
    assert [case.values["branch"] for case in portfolio.cases] == ["SH", "SH", "BJ"]
    assert not any("`no`" in str(one) for one in portfolio.warnings)


def test_rows_of_a_relation_name_their_case_in_several_columns(read) -> None:
    said = f"cases: {{{JOINED}}}\n{CALLS}"
    calls = b"office,number,said\nSH,2,late\nSH,2,again\nBJ,1,ok\nBJ,9,lost\n"

    portfolio = read(said, {"c.csv": b"branch,no\nSH,1\nSH,2\nBJ,1\n"}, calls)

    rows = [[row.values["said"] for row in case.rows["calls"]] for case in portfolio.cases]
    assert rows == [[], ["late", "again"], ["ok"]]
    assert any("E126" in one.code for one in portfolio.findings)


def test_how_the_key_is_made_is_part_of_the_digest(shapes, tmp_path) -> None:
    some = "row_number", "{columns: [branch, no]}", "{columns: [no, branch]}", '{columns: [branch, no], join: "/"}'
    said = [
        bound(rules(shapes), tmp_path, f"cases: {{key: {one}}}", {"cases": ["c.csv"]}, Diagnostics()) for one in some
    ]

    with warnings.catch_warnings(action="error"):
        digests = {one.digest for one in said if one is not None}

    assert len(digests) == len(some)


def test_a_missing_part_rejects_the_row(read) -> None:
    said = f'cases: {{missing: ["N/A"], {JOINED}}}'

    portfolio = read(said, {"c.csv": b"branch,no\nSH,1\n,2\nBJ,\nN/A,3\n  ,4\n"})

    assert keys(portfolio) == ["SH/1"]
    no = "`key` is “”, expected a value in `{}`, which is part of the key"
    assert [one for _, _, one in why(portfolio)] == [
        no.format("branch"),
        no.format("no"),
        no.format("branch"),
        no.format("branch"),
    ]


def test_rows_of_one_key_are_rejected_and_two_keys_never_read_alike(read) -> None:
    said = "cases: {key: {columns: [branch, no]}}"

    portfolio = read(said, {"c.csv": "branch,no\na-b,c\na,b-c\nx,1\nx,1\na－b,c\n".encode()})

    assert keys(portfolio) == ["a-b-c"]
    assert [case.line for case in portfolio.cases] == [3]
    sign = (
        '`key` is “”, expected in `branch` a text without `-`, which joins the key (declare another sign: `join: "/"`)'
    )
    twice = "`key` is “x-1”, expected a key that stands once, but it stands on lines 4, 5"
    assert [one.partition(" (the rows agree")[0] for _, _, one in why(portfolio)] == [sign, twice, twice, sign]


def test_a_call_of_a_part_with_the_sign_stops_the_run(read) -> None:
    said = "cases: {key: {columns: [branch, no]}}\nrelations: {calls: {key: {columns: [branch, no]}}}"

    assert read(said, {"c.csv": b"branch,no\na,b-c\n"}, b"branch,no\na-b,c\n") is None


def test_cells_with_a_type_are_parts_of_keys(read, tmp_path) -> None:
    said = f"cases: {{{JOINED}}}"
    cells = {
        "A1": text("branch"),
        "B1": text("no"),
        "A2": number("7"),
        "B2": text("x"),
        "A3": number("7.5"),
        "B3": text("x"),
    }
    table = pa.table({"branch": pa.array([7, 8]), "no": pa.array([date(2024, 5, 1), None])})
    pq.write_table(table, tmp_path / "made.parquet")

    book = read(said, {"c.xlsx": workbook(S=sheet(cells))})
    file = read(said, {"c.parquet": (tmp_path / "made.parquet").read_bytes()})

    assert keys(book) == ["7/x"]
    assert [one.where for one in book.rejects] == ["key"]
    assert keys(file) == ["7/2024-05-01"]
    assert len(file.rejects) == 1


def test_parts_are_normalised_as_the_key_is(read, shapes) -> None:
    some = rules(shapes, notation=Notation(normalise=(Folding.TRIM, Folding.WIDTH, Folding.CASE)))

    portfolio = read(f"cases: {{{JOINED}}}", {"c.csv": "branch,no\nＳＨ ,A1\n bj,b2\n".encode()}, rules=some)

    assert keys(portfolio) == ["sh/a1", "bj/b2"]


def test_parts_are_named_by_headings_or_by_inputs_whatever_their_headings(read) -> None:
    said = "cases: {columns: {branch: 分公司}, key: {columns: [branch, 单号]}}\nfiles: {b.csv: {columns: {branch: Branch}}}"  # noqa: E501
    files = {"a.csv": "分公司,单号\nSH,1\n".encode(), "b.csv": "Branch,单号\nBJ,1\n".encode()}

    assert keys(read(said, files)) == ["SH-1", "BJ-1"]
    assert keys(
        read("cases: {key: {columns: [分公司, 单号]}, columns: {branch: 分公司}}", {"a.csv": files["a.csv"]})
    ) == ["SH-1"]


@pytest.mark.parametrize(("name", "data"), [("c.csv", b"branch,nr\nSH,1\n"), ("c.jsonl", b'{"branch": "SH"}\n')])
def test_a_part_that_is_not_in_the_file_is_missed(read, shapes, tmp_path, name, data) -> None:
    from steelyard.facts import read_portfolio

    assert read(f"cases: {{{JOINED}}}", {name: data}) is None
    diagnostics = Diagnostics()
    found = bound(rules(shapes), tmp_path, f"cases: {{{JOINED}}}", {"cases": [name]}, diagnostics)
    assert found is not None
    assert (
        read_portfolio(
            found.versions, [tmp_path / name], {"calls": None}, diagnostics, options=ReadOptions(by_file=found)
        )
        is None
    )
    assert [str(one.headline) for one in diagnostics.sorted()] == [
        "columns that the intake file names are missing: `no`"
    ]


def test_json_lines_of_no_object(read) -> None:
    portfolio = read(f"cases: {{{JOINED}}}", {"c.jsonl": b"[]\n{}\n"})

    assert [one.line for one in portfolio.rejects] == [1, 2]


SIGN = "`join` takes one sign, no letter, digit or blank"
OWN = "`columns` gives `key` a column of its own, and `key` makes it otherwise"
COUNTS = "`row_number` counts the rows of each file"
NONE = "no field of `wind` names the case of a row"


@pytest.mark.parametrize(
    ("said", "code", "headline"),
    [
        ("cases: {key: line}", "M106", "`cases.key` cannot be `line`"),
        ("cases: {key: [branch, no]}", "M103", "`cases.key` needs a text or a mapping, not a list"),
        ("cases: {key: {columns: [branch]}}", "M111", "`cases.key.columns` is too short: 1 of at least 2"),
        ("cases: {key: {columns: [branch, branch]}}", "T109", "`branch` stands twice in the key"),
        ("cases: {key: {columns: [branch, no], join: ab}}", "T109", SIGN),
        ('cases: {key: {columns: [branch, no], join: "="}}', "T109", SIGN),
        ('cases: {key: {columns: [branch, no], join: ""}}', "T109", SIGN),
        ("cases: {key: file_and_row, columns: {key: No}}", "T107", OWN),
        ("cases: {key: file_and_row}\nfiles: {a*: {columns: {key: No}}}", "T107", OWN),
        ("cases: {key: row_number}", "T107", f"{COUNTS}, and there are 2 files of cases"),
        ("relations: {calls: {key: row_number}}", "M103", "`relations.calls.key` needs a mapping, not a text"),
        ("relations: {wind: {key: {columns: [a, b]}}}", "T107", f"{NONE}: it has no `of_case`"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_place(shapes, tmp_path, said, code, headline) -> None:
    wind = shapes.relation("wind", shapes.field("a", shapes.types["word"]))
    some = rules(shapes)
    some = shapes.ruleset(*some.inputs, relations=[*some.relations, wind])
    diagnostics = Diagnostics()

    assert bound(some, tmp_path, said, {"cases": ["a.csv", "b.csv"]}, diagnostics) is None
    assert [(one.code, str(one.headline)) for one in diagnostics.sorted()] == [(code, headline)]


@pytest.mark.parametrize(
    ("kind", "said", "headline"),
    [
        ("whole", "cases: {key: {columns: [branch, no]}}", "a key in several columns is a text, and `key` is none"),
        ("whole", "cases: {key: file_and_row}", "`file_and_row` cannot be the key `key`, which is no text"),
        ("day", "cases: {key: row_number}", "`row_number` cannot be the key `key`, which is no text"),
    ],
)
def test_keys_that_are_no_texts(shapes, tmp_path, kind, said, headline) -> None:
    diagnostics = Diagnostics()

    assert bound(rules(shapes, kind), tmp_path, said, {"cases": ["a.csv"]}, diagnostics) is None
    assert [(one.code, str(one.headline)) for one in diagnostics.sorted()] == [("T107", headline)]


PARTS = st.text(st.sampled_from("a-/－ Bé\N{COMBINING ACUTE ACCENT}"), max_size=4)
PAIRS = st.tuples(PARTS, PARTS, PARTS)


@settings(deadline=None)
@given(PAIRS, PAIRS, st.sets(st.sampled_from(list(Folding))))
def test_equal_keys_have_equal_parts(one, other, steps) -> None:
    notation = Notation(normalise=tuple(sorted(steps)))
    key = JoinedKey("key", ("a", "b", "c"), "-", notation)
    found = [key_cell(key, dict(zip(key.parts, each, strict=True)), Path("c.csv"), 1) for each in (one, other)]
    texts = [folded(each, steps) for each in found if isinstance(each, str)]

    parts = [tuple(folded(part, steps) for part in each) for each in (one, other)]
    assert len(texts) < 2 or (texts[0] == texts[1]) == (parts[0] == parts[1])


ONE_CASE = "the rows agree in every input: if they are one case, write `rows: distinct` under"
OWN_CASES = "if each row is a case of its own, let several columns be the key: write `key: {columns: [A, B]}` under"


@pytest.fixture
def csv(tmp_path):
    """Write a file of CSV."""

    def csv(name: str, rows: str):
        path = tmp_path / f"{name}.csv"
        path.write_text(rows, "utf-8")
        return path

    return csv


def test_what_is_advised_where_a_key_stands_twice(agree, shapes, csv) -> None:
    """Rows agree where they do in every input, bad cells included, and missing ones."""
    rules = shapes.ruleset(shapes.key(), *shapes.optional("rate", "word"))
    rows = "key,rate,word,x\na,1,,1\na,1.0,,2\nb,1,w,\nb,1,,\nc,x,w,\nc,y,w,\nd,1,w,\nd,1,w,\nd,x,w,\n"

    found = agree(rules, csv("keys", rows)).rejects

    assert [True, True, False, False, True, True, False, False, False] == [
        str(one.hint).startswith(ONE_CASE) for one in found
    ]
    assert all(str(one.hint).startswith(OWN_CASES) for one in found if not str(one.hint).startswith(ONE_CASE))


def test_a_number_is_advised_as_the_key_where_no_rows_of_relations_know_another(agree, shapes, csv) -> None:
    calls = shapes.relation("calls", shapes.field("of", shapes.types["whole"]), of_case="of")
    rows, number = csv("keys", "key,rate\n1,1\n1,2\n"), shapes.key(shapes.types["whole"])
    alone = agree(shapes.ruleset(number, *shapes.optional("rate")), rows)
    related = agree(
        shapes.ruleset(number, *shapes.optional("rate"), relations=[calls]), rows, {"calls": csv("calls", "of\n")}
    )

    assert "if each row is a case of its own, let its number be the key: write `key: row_number` under" in str(
        alone.rejects[0].hint
    )
    assert [None, None] == [one.hint for one in related.rejects]
