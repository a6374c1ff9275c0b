"""Files of every kind, as they come: line ends, encodings, quotes, ragged rows, several files, several faults."""

# pyright: basic, reportOptionalMemberAccess=false

from __future__ import annotations

import codecs
import os
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steelyard.diagnostics import Diagnostics, InternalError
from steelyard.facts import ReadOptions, read_portfolio
from steelyard.facts.bulk import load
from steelyard.ir.versions import versions_of
from steelyard.report.writers import write_rejects
from workbooks import number, sheet, workbook

HEAD = "key,whole,word\n"
PLAIN = {
    "empty": b"",
    "only a header": b"key,whole,word\n",
    "no end of line": b"key,whole,word\na,1,x",
    "byte order mark": codecs.BOM_UTF8 + b"key,whole,word\na,1,x\n",
    "two marks": codecs.BOM_UTF8 * 2 + b"key,whole,word\na,1,x\n",
    "windows": b"key,whole,word\r\na,1,x\r\n\r\nb,2,y\r\n",
    "old mac": b"key,whole,word\ra,1,x\r\rb,2,y",
    "all line ends": b"key,whole,word\r\na,1,x\rb,2,y\n\rc,3,z\r\r\nd,4,w\n",
    "empty lines": b"\n\n\nkey,whole,word\n\n\na,1,x\n\n\n\nb,bad,y\n\n",
    "spaces only": b"key,whole,word\na,1,x\n   \nb,2,y\n",
    "ragged": b"key,whole,word\na,1\nb,2,y,z\nc\n,\nd,4,w\ne,5,v,,,\n",
    "ragged and long": b"key,whole,word\n" + b"x" * 300 + b"\n" + b"a," * 200 + b"\n",
    "spare columns": b"other,word,more,key,whole,\n1,x,2,a,1,3\n1,y,2,b,bad,3\n",
    "unnamed columns": b",key,,whole,word,\n1,a,2,1,x,3\n",
    "columns twice": b"key,whole,whole,word\na,1,2,x\n",
    "spare columns twice": b"key,whole,word,n,n\na,1,x,2,3\n",
    "absent columns": b"key,word\na,x\nb,y\n",
    "absent key": b"whole,word\n1,x\n",
    "quotes": b'key,whole,word\n"a",1,"x, ""y"""\n"b",2,"two\nlines"\nc,3,a"b\nd,"4",w\n',
    "a quote that never ends": b'key,whole,word\na,1,"x\nb,2,y\n',
    "a quoted header": b'"key","whole","word"\na,1,x\n',
    "nul": b"key,whole,word\na,1,x\0y\nb\0,2,z\nc,\x003,w\n",
    "nul in the header": b"key,whole,wo\0rd\na,1,x\n",
    "no utf-8": b"key,whole,word\na,1,\xe9\n",
    "a cut character": b"key,whole,word\na,1,\xe4\xb8",
    "surrogates": b"key,whole,word\na,1,\xed\xa0\x80\n",
    "other delimiter": b"key;whole;word\na;1;x\n",
    "strange breaks": "key,whole,word\na,1,x\u2028y\x0bz\x0cw\x1c\x85\n".encode(),
    "keys twice": b"key,whole,word\na,1,x\nb,bad,y\na,2,z\n,3,w\nb,4,v\nc,5,u\na,6,t\n" + b"d,1,x\n" * 9,
}


@pytest.fixture(scope="session")
def rules(shapes):
    return shapes.ruleset(shapes.key(), shapes.field("whole", shapes.types["whole"]), *shapes.optional("word"))


@pytest.mark.parametrize("name", PLAIN)
def test_csv(agree, rules, tmp_path, name) -> None:
    path = tmp_path / "c.csv"
    path.write_bytes(PLAIN[name])

    agree(rules, path)


DECODABLE = [name for name in PLAIN if "utf" not in name and name not in ("a cut character", "surrogates")]
WITHOUT_MARK = ("byte order mark", "all line ends", "ragged", "quotes", "a quote that never ends", "nul", "empty")


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        *((name, encoding) for name in DECODABLE for encoding in ("gb18030", "utf-16")),
        *((name, "utf-16-le") for name in WITHOUT_MARK),
    ],
)
def test_csv_in_encodings(agree, rules, tmp_path, name, encoding) -> None:
    path = tmp_path / "c.csv"
    path.write_bytes(PLAIN[name].decode("utf-8-sig").replace("x", "上海").encode(encoding))

    agree(rules, path, options=ReadOptions(encoding=encoding))


@pytest.mark.parametrize("encoding", ["gb18030", "ascii", "latin-1", "utf-8-sig", "UTF8", "nonsense", "rot13", ""])
def test_csv_in_other_encodings(agree, rules, tmp_path, encoding) -> None:
    path = tmp_path / "c.csv"
    path.write_bytes(PLAIN["no utf-8"])

    agree(rules, path, options=ReadOptions(encoding=encoding))


@pytest.mark.parametrize("delimiter", [";", "\t", "|", "，", '"', "\n", "ab", ""])
@pytest.mark.parametrize("ending", ["csv", "tsv", "CSV"])
def test_delimiters(agree, rules, tmp_path, delimiter, ending) -> None:
    path = tmp_path / f"c.{ending}"
    lines = (("key", "whole", "word"), ("a", "1", "x"), ("b", "2"), ("c", "3", "z", "w"))
    path.write_text("".join((delimiter or ",").join(line) + "\n" for line in lines), "utf-8")

    for given_ in (None, delimiter):
        agree(rules, path, options=ReadOptions(delimiter=given_))


@pytest.mark.parametrize("block", [1, 2, 3, 7, 64])
def test_blocks_may_end_anywhere(agree, rules, tmp_path, block, monkeypatch) -> None:
    monkeypatch.setattr("steelyard.facts.bulk.staging._BLOCK", block)
    for name in (
        "all line ends",
        "empty lines",
        "ragged",
        "byte order mark",
        "no end of line",
        "strange breaks",
        "nul",
    ):
        path = tmp_path / "c.csv"
        path.write_bytes(PLAIN[name])

        agree(rules, path)


@settings(max_examples=40, deadline=None)
@given(
    text=st.lists(
        st.sampled_from(
            [*"ab1,;\n\r\0\"'\\x", "\r\n", "\n", ",", "上", "\ufeff", "a,1,x\n", "b,2,y\r\n", '"q",1,"w"\n']
        ),
        max_size=40,
    ),
    options=st.sampled_from([ReadOptions(), ReadOptions(delimiter=";"), ReadOptions(encoding="gb18030")]),
)
def test_drawn_csv(agree, rules, tmp_path_factory, text, options) -> None:
    path = tmp_path_factory.mktemp("drawn") / "c.csv"
    path.write_bytes((HEAD.replace(",", options.delimiter or ",") + "".join(text)).encode(options.encoding))

    agree(rules, path, options=options)


def test_several_files(agree, rules, tmp_path) -> None:
    texts = {
        "1.csv": HEAD + "a,1,x\nb,2,y\nbad,x,y\n",
        "2.csv": "word,key,whole\nx,c,3\ny,a,4\nz,d\n",
        "3.tsv": "key\twhole\nb\t1\ne\t2\n",
        "4.jsonl": '{"key": "f", "whole": "6"}\n\n{"key": "a", "whole": 7, "word": ["x"]}\n',
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, "utf-8")
    files = [tmp_path / name for name in texts]

    portfolio = agree(rules, files)

    assert [case.key for case in portfolio.cases] == ["c", "e", "f"]
    assert agree(rules, [str(tmp_path / "*.csv"), files[-1]]).cases
    assert agree(rules, [files[0], files[0]]).cases == ()
    assert agree(rules, [tmp_path / "none.csv", str(tmp_path / "x*.csv"), tmp_path, tmp_path / "a.txt"]) is None
    assert agree(rules, []).warnings


def test_halves_of_surrogate_pairs_reject_their_row_and_can_be_written(agree, rules, tmp_path) -> None:
    path = tmp_path / "c.jsonl"
    lines = (
        r'{"key": "a", "whole": "\ud800"}',
        r'{"key": "b\udfff", "whole": "1"}',
        r'{"key": "c", "whole": "1", "word": "\ud800x"}',
        r'{"key": "d", "whole": "1", "\ud800": 1, "\ud800": 2}',
        r'{"key": "e", "whole": "1", "word": "\ud83d\ude00"}',
        r'{"key": "f", "whole": "1", "\ud800": 1}',
    )
    path.write_text("\n".join(lines), "utf-8")

    found = agree(rules, path)

    assert ["d", "e", "f"] == [case.key for case in found.cases]
    assert [("a", "\\ud800"), ("b\\udfff", "b\\udfff"), ("c", "\\ud800x")] == [
        (reject.key, reject.value) for reject in found.rejects
    ]
    written = tmp_path / "rejects.parquet"
    assert write_rejects(written, found.rejects) == 3
    assert "\\ud800x" in pq.read_table(written).column("value").to_pylist()


def test_a_file_whose_name_is_not_utf_8(agree, rules, tmp_path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.csv"))
    path.write_text("key,whole\na,x\n", "utf-8")

    found = agree(rules, path)

    assert "\\xff.csv" == found.rejects[0].file == found.provenance.files[0].name


def test_workbooks(agree, shapes, tmp_path) -> None:
    names = list(shapes.types)
    cells = {"A1": "key", "B1": "cell"}
    inside = ["text", "2024-05-01", number("45413", "day"), number("45413.5", "instant"), number("0.5", "duration"),
              number("98.5"), number("0.30000000000000004"), number("310115"), number("1"), 't="b"><v>1</v>',
              't="e"><v>#N/A</v>', number("45413")]  # fmt: skip
    for row, one in enumerate(inside, 2):
        cells[f"A{row}"], cells[f"B{row}"] = f"K{row}", one
    path = tmp_path / "c.xlsx"
    path.write_bytes(workbook(Cases=sheet(cells)))
    for name in names:
        rules = shapes.ruleset(shapes.key(), shapes.field("v", shapes.types[name], column="cell", optional=True))

        agree(rules, path)


FAR = "the cell holds a date or a time that is too far away"
FORMULAS = {"A1": "key", "B1": "whole", "C1": "word", "A2": "a", "B2": "><f>1+1</f>", "C2": 't="str"><f>B1</f><v>x</v>'}


@pytest.mark.parametrize(
    ("cells", "merged", "rejected"),
    [
        (FORMULAS, (), {"a": "no result is stored of the formula in B2"}),
        (FORMULAS | {"C2": "><f>1/3</f><v></v>"}, (), {"a": "no result is stored of the formula in B2, C2"}),
        (FORMULAS | {"B2": "1", "C2": 't="str"><f>B1</f>'}, (), {"a": "no result is stored of the formula in C2"}),
        (FORMULAS | {"B2": "1", "C2": 't="str"><f>B1</f><v></v>'}, (), {}),
        (FORMULAS | {"B2": 't="e"><v>#N/A</v>'}, (), {"a": "the cell shows an error"}),
        (FORMULAS | {"B2": number("1"), "A3": "b"}, ["B2:B3"], dict.fromkeys("ab", "the cells B2:B3 are merged")),
        (FORMULAS | {"B2": number("1"), "B3": "2"}, ["A2:A3"], dict.fromkeys(("", "#2"), "the cells A2:A3 are merged")),
        (FORMULAS | {"B2": number("1"), "D2": "><f>1</f>"}, ["D2:E2", "A9:A12"], {}),
        (FORMULAS | {"B2": number("0.5", "clock")}, (), {"a": "the cell holds a time of day"}),
        (FORMULAS | {"B2": number("1e12", "instant")}, (), {"a": FAR}),
        (FORMULAS | {"B2": number("-1e12", "duration")}, (), {"a": FAR}),
        (FORMULAS | {"B2": number("1e300", "day")}, (), {"a": FAR}),
        (FORMULAS | {"B2": number("12345678", "amount")}, (), {}),
    ],
)  # fmt: skip
def test_cells_of_workbooks_that_hold_no_value_of_their_own(agree, rules, tmp_path, cells, merged, rejected) -> None:
    path = tmp_path / "c.xlsx"
    path.write_bytes(workbook(Cases=sheet(cells, merges(*merged) if merged else "")))

    found = agree(rules, path)

    said = {each.key or ("#2" if number else ""): str(each.expected) for number, each in enumerate(found.rejects)}
    assert list(rejected) == list(said)
    assert all(said[key] == f"a value, but {text}" for key, text in rejected.items())
    assert len(found.cases) == (0 if rejected else 1)


@pytest.mark.parametrize("inside", ["><f>1</f>", 't="e"><v>#REF!</v>'])
def test_header_of_a_workbook_that_is_none(agree, rules, tmp_path, inside) -> None:
    path = tmp_path / "c.xlsx"
    path.write_bytes(workbook(Cases=sheet({"A1": "key", "B1": inside, "A2": "a"})))
    diagnostics = Diagnostics()

    assert agree(rules, path) is None
    read_portfolio(versions_of(rules), [path], {}, diagnostics)
    assert [("E141", f"{path}!A1")] == [(one.code, str(one.span)) for one in diagnostics.sorted()]


def merges(*ranges: str) -> str:
    inside = "".join(f'<mergeCell ref="{one}"/>' for one in ranges)
    return f"<mergeCells>{inside}</mergeCells>"


@pytest.mark.parametrize(
    ("cells", "merged"),
    [
        ({"A1": "Claims of August", "A2": "key", "B2": "whole", "C2": "word", "A3": "a", "B3": "1", "C3": "x"}, ""),
        ({"A1": "Claims", "A2": "key", "B2": "whole", "C2": "word", "A3": "a", "B3": "1", "C3": "x"}, merges("A1:C1")),
        ({"A1": "key", "B1": "found", "B2": "whole", "C2": "word", "A3": "a", "B3": "1", "C3": "x"},
         merges("A1:A2", "B1:C1")),
    ],
)  # fmt: skip
def test_names_of_columns_below_a_title(agree, rules, tmp_path, cells, merged) -> None:
    path = tmp_path / "c.xlsx"
    path.write_bytes(workbook(Cases=sheet(cells, merged)))

    found = agree(rules, path)

    assert [{"key": "a", "whole": 1, "word": "x"}] == [dict(case.values) for case in found.cases]
    assert ["line 2 of `c.xlsx` names the columns" in str(one) for one in found.warnings] == [True]


def test_titles_of_csv_and_of_relations(agree, shapes, tmp_path) -> None:
    log = shapes.relation("log", shapes.key(), shapes.field("word", shapes.types["word"]), of_case="key")
    rules = shapes.ruleset(shapes.key(), shapes.field("whole", shapes.types["whole"]), relations=[log])
    (tmp_path / "c.csv").write_text("Claims of August,\n\n,\nkey,whole\na,1\n,\nb,2\nc\n", "utf-8")
    (tmp_path / "r.csv").write_text('"The log"\nkey,word,n,n\na,x,,\nb,y,1,2\n', "utf-8")

    found = agree(rules, tmp_path / "c.csv", {"log": tmp_path / "r.csv"})

    assert [("a", 5, 1), ("b", 7, 1)] == [(case.key, case.line, len(case.rows["log"])) for case in found.cases]
    assert [8] == [one.line for one in found.rejects]
    assert ["log: line 2", "cases: line", "cases: 1 ro"] == [str(one)[:11] for one in found.warnings]


def test_midnight_of_a_workbook_is_a_time_and_its_day_is_none(agree, shapes, tmp_path) -> None:
    cells = {
        "A1": "key",
        "B1": "at",
        "A2": "a",
        "B2": number("45413", "instant"),
        "A3": "b",
        "B3": number("45413", "day"),
    }
    path = tmp_path / "c.xlsx"
    path.write_bytes(workbook(Cases=sheet(cells)))

    found = agree(shapes.ruleset(shapes.key(), shapes.field("at", shapes.types["at"])), path)

    assert ["a"] == [case.key for case in found.cases]
    assert [("b", "at", "2024-05-01")] == [(one.key, one.where, one.value) for one in found.rejects]


def test_fractions_of_seconds_of_a_workbook(agree, shapes, tmp_path) -> None:
    at, length = shapes.types["at"], shapes.types["length"]
    log = shapes.relation("log", shapes.key(), shapes.field("at", at), of_case="key")
    rules = shapes.ruleset(
        shapes.key(), shapes.field("at", at), shapes.field("length", length), relations=[log], timezone="UTC"
    )
    cells = {"A1": "key", "B1": "at", "C1": "length"}
    for row, (instant, duration) in enumerate(
        [
            ("45413.42344494213", "0.000000005787037"),
            ("45413.423450502974", "1"),
            ("45413.42345678902", "1"),
            ("45413", "0.000000000001"),
        ],
        2,
    ):
        inside = {"A": f"K{row}", "B": number(instant, "instant"), "C": number(duration, "duration")}
        cells |= {f"{column}{row}": one for column, one in inside.items()}
    (tmp_path / "c.xlsx").write_bytes(workbook(Cases=sheet(cells)))

    found = agree(rules, tmp_path / "c.xlsx", {"log": tmp_path / "c.xlsx"})

    day = 19_844 * 86_400_000_000
    assert [(day + 36_585_643_000, 500), (day + 36_586_123_457, 86_400_000_000)] == [
        (case.values["at"], case.values["length"]) for case in found.cases
    ]
    assert [day + 36_585_643_000] == [row.values["at"] for row in found.cases[0].rows["log"]]
    assert ["at", "length"] == [one.where for one in found.rejects]


def test_event_logs(agree, shapes, tmp_path) -> None:
    path = tmp_path / "log.xes"
    traces = "".join(
        f'<trace><string key="concept:name" value="{key}"/><string key="whole" value="{whole}"/>'
        f'<event><string key="concept:name" value="{key}-e"/></event></trace>'
        for key, whole in (("a", "1"), ("b", "x"), ("c", "3"), ("c", "4"))
    )
    path.write_text(f"<log>{traces}</log>", "utf-8")
    log = shapes.relation(
        "log",
        shapes.field("case", shapes.types["word"]),
        shapes.field("activity", shapes.types["word"]),
        of_case="case",
    )
    rules = shapes.ruleset(shapes.key(column="case"), *shapes.optional("whole"), relations=[log])

    assert [case.key for case in agree(rules, path, {"log": path}).cases] == ["a"]


def test_event_logs_with_traces_that_have_no_name(agree, shapes, tmp_path) -> None:
    path = tmp_path / "log.xes"
    name = '<string key="concept:name" value="a"/>'
    event = '<event><string key="org:group" value="B"/></event>'
    path.write_text(f"<log>\n<trace>{event}</trace>\n<trace>{name}{event}{event}</trace>\n{event}</log>", "utf-8")
    log = shapes.relation(
        "log",
        shapes.field("case", shapes.types["word"]),
        shapes.field("group", shapes.types["word"], column="org:group"),
        of_case="case",
    )
    rules = shapes.ruleset(shapes.key(column="case"), relations=[log])

    found = agree(rules, path, {"log": path})

    assert [("a", ["B", "B"])] == [
        (case.key, [row.values["group"] for row in case.rows["log"]]) for case in found.cases
    ]
    assert [2] == [one.line for one in found.rejects]
    assert ["log: 2 events of `log.xes` lie in no trace with a name"] == [
        str(one).partition(",")[0] for one in found.warnings
    ]


def test_milestones(agree, shapes, tmp_path) -> None:
    dates, times = shapes.types["day"], shapes.types["at"]
    for first, second in ((dates, dates), (times, times), (dates, times), (times, dates)):
        rules = shapes.ruleset(
            shapes.key(),
            shapes.field("a", first, optional=True),
            shapes.field("b", second, not_before="a", optional=True),
            timezone="America/New_York",
        )
        cells = {dates: ["2024-03-09", "2024-03-10", "2024-03-11", ""]}
        cells[times] = [
            "2024-03-10T04:59:59Z",
            "2024-03-10T05:00Z",
            "2024-03-11T03:59:59.999999Z",
            "2024-03-11T04:00Z",
            "",
        ]
        pairs = [(one, two) for one in cells[first] for two in cells[second]]
        path = tmp_path / "c.csv"
        path.write_text("key,a,b\n" + "".join(f"K{n},{a},{b}\n" for n, (a, b) in enumerate(pairs)), "utf-8")

        portfolio = agree(rules, path)

        assert portfolio.rejects
        assert portfolio.cases


def test_a_key_that_may_be_left_out(agree, shapes, tmp_path) -> None:
    path = tmp_path / "c.csv"
    path.write_text("key\na\n\nb\n", "utf-8")
    rules = shapes.ruleset(shapes.key(optional=True), *shapes.optional("word"))
    agree(rules, path)
    path.write_text("key,word\n,x\na,y\n,z\n", "utf-8")

    assert len(agree(rules, path).rejects) == 2


def test_cases_that_are_none(connection, rules, tmp_path) -> None:
    path = tmp_path / "c.csv"
    path.write_text(HEAD + "a,1,x\nb,bad,y\n", "utf-8")
    loaded = load(connection, versions_of(rules), [path], {}, Diagnostics())

    assert [case.key for case in loaded.cases_of(["a"])] == ["a"]
    assert loaded.cases_of([]) == []
    for key in ("b", "c"):
        with pytest.raises(InternalError):
            loaded.cases_of([key])


@pytest.mark.parametrize("ids", [("A", "a"), ("word", "Word"), ("_case", "b"), ("_CASE", "b")])
def test_ids_that_duckdb_takes_for_one(connection, shapes, tmp_path, ids) -> None:
    diagnostics, path = Diagnostics(), tmp_path / "c.csv"
    path.write_text("key," + ",".join(ids) + "\nk,1,2\n", "utf-8")
    rules = shapes.ruleset(shapes.key(), *(shapes.field(id_, shapes.types["whole"]) for id_ in ids))

    assert load(connection, versions_of(rules), [path], {}, diagnostics) is None
    assert [one.code for one in diagnostics.sorted()] == ["B101"]


@pytest.mark.parametrize("ids", [("É", "é"), ("_row", "_id"), ("ß", "ss")])
def test_ids_that_it_tells_apart(agree, shapes, tmp_path, ids) -> None:
    path = tmp_path / "c.csv"
    path.write_text("key," + ",".join(ids) + "\nk,1,2\n", "utf-8")

    assert agree(shapes.ruleset(shapes.key(), *(shapes.field(id_, shapes.types["whole"]) for id_ in ids)), path).cases


def test_staged_files_are_removed(connection, rules, tmp_path, monkeypatch) -> None:
    aside = tmp_path / "aside"
    aside.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(aside))
    good, bad = tmp_path / "c.csv", tmp_path / "bad.csv"
    good.write_text(HEAD + "a,1,x\n", "utf-8")
    bad.write_bytes(PLAIN["a quote that never ends"])

    loaded = load(connection, versions_of(rules), [good], {}, Diagnostics())
    assert list(aside.iterdir())
    loaded.close()
    assert load(connection, versions_of(rules), [good, bad], {}, Diagnostics()) is None

    assert list(aside.iterdir()) == []


def test_progress_is_told(connection, rules, tmp_path) -> None:
    told: list[int] = []
    path = Path(tmp_path, "c.csv")
    path.write_text(HEAD + "a,1,x\nb,2,y\n", "utf-8")

    load(connection, versions_of(rules), [path, path], {}, Diagnostics(), progress=told.append)

    assert told[-1] == 4
