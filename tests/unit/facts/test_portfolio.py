"""Portfolios: every row becomes a case or a reject, and what concerns a whole file is a diagnostic."""

# pyright: basic, reportArgumentType=false

from __future__ import annotations

import hashlib
import os
from datetime import date, datetime
from pathlib import Path

import pytest

from steelyard.diagnostics import Diagnostics
from steelyard.facts import Case, ReadOptions, Reject, case_from_texts, read_portfolio
from steelyard.facts.fields import feed_cells
from steelyard.ir.ruleset import InputField, Label, Range, Relation, Ruleset, Weights, Window
from steelyard.ir.types import Boolean, Date, DateTime, Number, Regions, Text

H = 3_600_000_000
MAY_1 = 1714492800000000
"""2024-05-01 00:00 in Shanghai."""


def named(id_: str) -> dict:
    return {"id": id_, "label": Label(id_, id_)}


def input_(id_: str, type_, **more) -> InputField:
    return InputField(**named(id_), **({"column": id_} | more), type=type_)


def ruleset(*relations: Relation, inputs=None, key="claim_id") -> Ruleset:
    return Ruleset(
        id="r", version="1", title=Label("r", "r"), source=None, timezone="Asia/Shanghai",
        effective=Range(None, None), key=key, reference_date=None, inputs=inputs or INPUTS, parameters=(),
        groups=(), relations=relations, defines=(), tables=(), indicators=(), exemptions=(), weights=Weights(),
        scores=(), unscored=(), points=(), outputs=(),
    )  # fmt: skip


INPUTS = (
    input_("claim_id", Text()),
    input_("reported_at", DateTime(), column="报案时间"),
    input_("accepted_at", DateTime(), not_before="reported_at", optional=True),
    input_("accuracy", Number(4), range=Range(0, 10000), optional=True),
    input_("ended", DateTime(open=True)),
)
COMPLAINTS = Relation(
    **named("complaints"),
    of_case="claim_id",
    row_id="complaint_id",
    fields=(input_("complaint_id", Text()), input_("claim_id", Text()), input_("upheld", Boolean())),
)
WEATHER = Relation(
    **named("weather"),
    feed="warnings",
    row_id="event_id",
    fields=(
        input_("event_id", Text()),
        input_("level", Text(("blue", "red"), ordered=True)),
        input_("areas", Regions("gb2260")),
        input_("starts", DateTime()),
        input_("ends", DateTime(open=True)),
    ),
    window=Window("starts", "ends"),
)
CLIMATE = Relation(
    **named("climate"), one_row=True, fields=(input_("branch", Text()), input_("rate", Number(3), range=Range(0, 1000)))
)
HEADER = "claim_id,报案时间,accepted_at,accuracy,ended\n"


@pytest.fixture
def folder(tmp_path):
    class Folder:
        path = tmp_path

        def write(self, name: str, content: str | bytes) -> Path:
            path = tmp_path / name
            path.write_bytes(content.encode() if isinstance(content, str) else content)
            return path

    return Folder()


def read(rules, cases, relations=None, **more):
    diagnostics = Diagnostics()
    files = cases if isinstance(cases, list) else [cases]
    portfolio = read_portfolio(rules, files, relations or {}, diagnostics, **more)
    assert (portfolio is None) == bool(diagnostics.errors)
    return portfolio, diagnostics.sorted()


def good(rules, cases, relations=None, **more):
    portfolio, diagnostics = read(rules, cases, relations, **more)
    assert portfolio is not None, [str(d.headline) for d in diagnostics]
    return portfolio


def bad(rules, cases, relations=None, **more):
    portfolio, diagnostics = read(rules, cases, relations, **more)
    assert portfolio is None
    return diagnostics


def brief(reject: Reject) -> tuple:
    return reject.key, reject.where, reject.value, str(reject.expected), reject.line


def test_a_case_has_its_values_and_lacks_what_is_missing(folder) -> None:
    path = folder.write("c.csv", HEADER + "C1,2024-05-01 00:00,2024-05-01 01:00,98%,\nC2,2024-05-01 00:00,,,\n")

    portfolio = good(ruleset(), path)

    assert portfolio.cases == (
        Case("C1", {"claim_id": "C1", "reported_at": MAY_1, "accepted_at": MAY_1 + H, "accuracy": 9800}),
        Case("C2", {"claim_id": "C2", "reported_at": MAY_1}),
    )
    assert portfolio.rejects == portfolio.warnings == ()


@pytest.mark.parametrize(
    ("row", "reject"),
    [
        ("C1,,,,", ("C1", "报案时间", "", "a value (it is required)", 2)),
        (",2024-05-01 00:00,,,", ("", "claim_id", "", "a value (it is required)", 2)),
        (
            "C1,2024-02-30 00:00,,,",
            ("C1", "报案时间", "2024-02-30 00:00", "a date and time such as `2024-05-01 10:00`", 2),
        ),
        ("C1,2024-05-01 00:00,,98,", ("C1", "accuracy", "98", "a value from `0.0000` to `1.0000`", 2)),
        (
            "C1,2024-05-01 00:00,2024-04-30 23:59,,",
            ("C1", "accepted_at", "2024-04-30 23:59", "not before `报案时间`, which is `2024-05-01T00:00:00+08:00`", 2),
        ),
        ("C1,2024-05-01 00:00", ("", "", "C1,2024-05-01 00:00", "5 fields, but the row has 2", 2)),
        ("C1,2024-05-01 00:00,,,,", ("", "", "C1,2024-05-01 00:00,,,,", "5 fields, but the row has 6", 2)),
        ("C\0,2024-05-01 00:00,,,", ("C\0", "claim_id", "C\0", "text without NUL characters", 2)),
        ("x" * 100 + "\0,2024-05-01 00:00,,,", None),
    ],
)
def test_a_bad_row_is_rejected_alone(folder, row, reject) -> None:
    portfolio = good(ruleset(), folder.write("c.csv", f"{HEADER}{row}\nC9,2024-05-01 00:00,,,\n"))

    assert [case.key for case in portfolio.cases] == ["C9"]
    [found] = portfolio.rejects
    assert reject is None or brief(found) == reject
    assert found.file == "c.csv"
    assert len(found.value) <= 81


def test_a_milestone_may_be_at_its_predecessor(folder) -> None:
    path = folder.write("c.csv", HEADER + "C1,2024-05-01 00:00,2024-05-01 00:00,,\n")

    assert len(good(ruleset(), path).cases) == 1


def test_dates_and_datetimes_are_ordered_by_the_local_day(folder) -> None:
    day = (input_("claim_id", Text()), input_("day", Date(), not_before="at"), input_("at", DateTime()))
    time = (input_("claim_id", Text()), input_("day", Date()), input_("at", DateTime(), not_before="day"))
    path = folder.write("c.csv", "claim_id,day,at\n1,2024-05-01,2024-05-01 23:59\n2,2024-05-02,2024-05-01 00:00\n")

    assert [case.key for case in good(ruleset(inputs=day), path).cases] == ["1", "2"]
    assert [case.key for case in good(ruleset(inputs=time), path).cases] == ["1"]


def test_the_hint_says_what_to_write(folder) -> None:
    [reject] = good(ruleset(), folder.write("c.csv", HEADER + "C1,2024-05-01 00:00,,98,\n")).rejects

    assert str(reject.hint) == "write `98%` or `0.98`"


def test_all_rows_of_a_key_that_stands_twice_are_rejected(folder) -> None:
    rows = ["A,2024-05-01 00:00,,,", "B,2024-05-01 00:00,,,", "A,,,,", "C,2024-05-01 00:00,,,", "A,2024-05-01 00:00,,,"]

    portfolio = good(ruleset(), folder.write("c.csv", HEADER + "\n".join(rows)))

    expected = "a key that stands once, but it stands on lines 2, 4, 6"
    assert [case.key for case in portfolio.cases] == ["B", "C"]
    assert [brief(r) for r in portfolio.rejects] == [("A", "claim_id", "A", expected, line) for line in (2, 4, 6)]


def test_a_key_on_many_lines_names_the_first_ones(folder) -> None:
    portfolio = good(ruleset(), folder.write("c.csv", HEADER + "A,2024-05-01 00:00,,,\n" * 7))

    assert (
        str(portfolio.rejects[0].expected) == "a key that stands once, but it stands on lines 2, 3, 4, 5, 6 and 2 more"
    )
    assert len(portfolio.rejects) == 7


def test_keys_are_compared_as_values(folder) -> None:
    rules = ruleset(inputs=(input_("n", Number(0)),), key="n")

    portfolio = good(rules, folder.write("c.csv", "n\n7\n007\n8\n"))

    assert [case.key for case in portfolio.cases] == ["8"]
    assert [reject.key for reject in portfolio.rejects] == ["7", "7"]


def test_missing_columns_are_said_once_with_what_may_be_meant(folder) -> None:
    path = folder.write("c.csv", "claimid,ended\n" + "C1,\n" * 5)

    [found] = bad(ruleset(), path)

    assert found.code == "E116"
    assert str(found.headline) == "columns are missing: `claim_id`, `报案时间`"
    assert [str(note) for note in found.notes] == ["for `claim_id`: did you mean `claimid`?"]
    assert str(found.help) == "the file has the columns `claimid`, `ended`"


def test_a_wrong_delimiter_is_recognised(folder) -> None:
    [found] = bad(ruleset(), folder.write("c.csv", HEADER.replace(",", ";")))

    assert str(found.help) == "say what separates the columns: `--delimiter ';'`"


def test_many_columns_are_not_all_named(folder) -> None:
    [found] = bad(ruleset(), folder.write("c.csv", ",".join(f"x{n}" for n in range(30)) + "\n"))

    assert str(found.help).startswith("the file has 30 columns, such as `x0`, ")
    assert "x10" not in str(found.help)


def test_missing_columns_of_json_lines_are_found_at_the_end(folder) -> None:
    [found] = bad(ruleset(), folder.write("c.jsonl", '{"claim_id": "C1"}\n{"claim_id": "C2"}\n'))

    assert (found.code, str(found.headline)) == ("E116", "columns are missing: `报案时间`")


def test_json_lines_may_leave_keys_out_in_some_rows(folder) -> None:
    lines = '{"claim_id": "C1", "报案时间": "2024-05-01T00:00", "accuracy": 0.98}\n{"claim_id": "C2"}\n[]\n'

    portfolio = good(ruleset(), folder.write("c.jsonl", lines))

    assert portfolio.cases[0].values["accuracy"] == 9800
    assert [reject.where for reject in portfolio.rejects] == ["报案时间", ""]


def test_absent_columns_of_optional_inputs_are_warned_about(folder) -> None:
    portfolio = good(ruleset(), folder.write("c.csv", "claim_id,报案时间,extra\nC1,2024-05-01 00:00,x\n"))

    assert [str(warning) for warning in portfolio.warnings] == [
        "cases: no column `accepted_at`, it is missing in every row",
        "cases: no column `accuracy`, it is missing in every row",
        "cases: no column `ended`, it is missing in every row",
        "cases: nobody reads the columns `extra`",
    ]


def test_a_file_without_rows_is_warned_about(folder) -> None:
    portfolio = good(ruleset(), folder.write("c.csv", HEADER))

    assert portfolio.cases == ()
    assert [str(warning) for warning in portfolio.warnings] == ["the files of cases have no rows"]


@pytest.mark.parametrize(
    ("name", "content", "code", "line"),
    [
        ("c.csv", "", "E114", 0),
        ("c.txt", HEADER, "E111", 0),
        ("c.csv", HEADER.encode("gb18030"), "E112", 0),
        ("c.csv", "claim_id,claim_id\n", "E115", 0),
        ("c.csv", HEADER + 'C1,"2024\n', "E117", 1),
        ("c.parquet", HEADER, "E118", 0),
        ("c.xlsx", HEADER, "E118", 0),
        ("c.xes", HEADER, "E118", 0),
    ],
)
def test_a_file_that_cannot_be_used_is_a_diagnostic_with_a_place(folder, name, content, code, line) -> None:
    path = folder.write(name, content)

    [found] = bad(ruleset(), path)

    assert found.code == code
    assert found.span is not None
    assert (found.span.file, found.span.line) == (str(path), line)
    assert found.help is not None


def test_files_that_are_not_there_are_all_reported(folder) -> None:
    found = bad(ruleset(), [folder.path / "a.csv", folder.path, folder.path / "no*.csv"])

    assert [d.code for d in found] == ["E110"] * 3


def test_several_files_are_one_portfolio(folder) -> None:
    folder.write("c1.csv", HEADER + "A,2024-05-01 00:00,,,\n")
    folder.write("c2.csv", HEADER + "B,2024-05-01 00:00,,,\nA,2024-05-01 00:00,,,\n")

    portfolio = good(ruleset(), str(folder.path / "c?.csv"))

    assert [case.key for case in portfolio.cases] == ["B"]
    assert [(r.file, r.line) for r in portfolio.rejects] == [("c1.csv", 2), ("c2.csv", 3)]
    assert [source.name for source in portfolio.provenance.files] == ["c1.csv", "c2.csv"]


def test_a_name_with_a_magic_character_is_first_a_name(folder) -> None:
    path = folder.write("c[1].csv", HEADER + "A,2024-05-01 00:00,,,\n")

    assert len(good(ruleset(), path).cases) == 1


def test_what_was_read_is_digested(folder) -> None:
    content = (HEADER + "A,2024-05-01 00:00,,,\n").encode()

    portfolio = good(ruleset(WEATHER), folder.write("c.csv", content), {"weather": None})

    [source] = portfolio.provenance.files
    assert (source.role, source.name, source.digest) == ("cases", "c.csv", hashlib.sha256(content).hexdigest())
    assert portfolio.provenance.empty == ("weather",)


def test_another_encoding_and_delimiter(folder) -> None:
    content = (HEADER + "甲,2024-05-01 00:00,,,\n").replace(",", ";").encode("gb18030")

    options = ReadOptions(delimiter=";", encoding="gb18030")

    assert good(ruleset(), folder.write("c.csv", content), options=options).cases[0].key == "甲"


def test_progress_counts_rows(folder) -> None:
    told: list[int] = []
    rows = "".join(f"C{n},2024-05-01 00:00,,,\n" for n in range(5000))

    good(ruleset(), folder.write("c.csv", HEADER + rows), progress=told.append)

    assert told == [4096, 5000]


# relations

CASES = HEADER + "A,2024-05-01 00:00,,,\nB,2024-05-01 00:00,,,\n"


def test_every_relation_is_given_and_no_other(folder) -> None:
    found = bad(ruleset(WEATHER, COMPLAINTS), folder.write("c.csv", CASES), {"wether": None})

    assert [(d.code, str(d.headline)) for d in found] == [
        ("E120", "the relation `weather` is not given"),
        ("E120", "the relation `complaints` is not given"),
        ("E121", "the ruleset has no relation `wether`"),
    ]
    assert str(found[0].help) == "add `--relation weather=FILE`, or `--relation weather=none` where it has no rows"
    assert str(found[2].help) == "did you mean `weather`?"


def test_rows_belong_to_the_case_they_name(folder) -> None:
    complaints = folder.write("k.csv", "complaint_id,claim_id,upheld\nk1,A,1\nk2,B,0\nk3,A,0\nk4,X,1\n")

    portfolio = good(ruleset(COMPLAINTS), folder.write("c.csv", CASES), {"complaints": [complaints]})

    assert [[row.id for row in case.rows["complaints"]] for case in portfolio.cases] == [["k1", "k3"], ["k2"]]
    assert portfolio.cases[0].rows["complaints"][0].values == {"complaint_id": "k1", "claim_id": "A", "upheld": True}
    assert [str(one.headline) for one in portfolio.findings] == ["1 row of `complaints` matches no case"]


def test_an_empty_relation_gives_no_rows(folder) -> None:
    portfolio = good(ruleset(COMPLAINTS, WEATHER), folder.write("c.csv", CASES), {"complaints": None, "weather": None})

    assert portfolio.cases[0].rows == {"complaints": (), "weather": ()}


def test_a_bad_row_rejects_the_case_it_belongs_to(folder) -> None:
    complaints = folder.write("k.csv", "complaint_id,claim_id,upheld\nk1,A,maybe\nk2,B,0\nk3,A,\nk4,X,\n")

    portfolio = good(ruleset(COMPLAINTS), folder.write("c.csv", CASES), {"complaints": [complaints]})

    assert [case.key for case in portfolio.cases] == ["B"]
    [reject] = portfolio.rejects
    assert brief(reject)[:3] == ("A", "complaints.upheld", "maybe")
    assert (reject.line, reject.file) == (2, "k.csv")
    assert [str(one.headline) for one in portfolio.findings] == ["1 row of `complaints` matches no case"]


def test_rows_of_a_rejected_case_do_match_a_case(folder) -> None:
    complaints = folder.write("k.csv", "complaint_id,claim_id,upheld\nk1,A,1\n")

    portfolio = good(ruleset(COMPLAINTS), folder.write("c.csv", HEADER + "A,,,,\n"), {"complaints": [complaints]})

    assert portfolio.warnings == ()


def test_an_id_that_stands_twice_in_a_case_rejects_it(folder) -> None:
    complaints = folder.write("k.csv", "complaint_id,claim_id,upheld\nk1,A,1\nk1,B,0\nk1,A,0\n")

    portfolio = good(ruleset(COMPLAINTS), folder.write("c.csv", CASES), {"complaints": [complaints]})

    assert [case.key for case in portfolio.cases] == ["B"]
    assert brief(portfolio.rejects[0]) == (
        "A",
        "complaints.complaint_id",
        "k1",
        "an id that stands once in a case, but it stands on line 2 too",
        4,
    )


@pytest.mark.parametrize("row", ["k1,,1", "k1,A", "k1,A,1,1", 'k1,"A"x,1'])
def test_a_bad_row_that_names_no_case_stops_the_run(folder, row) -> None:
    complaints = folder.write("k.csv", f"complaint_id,claim_id,upheld\n{row}\nk2,B,0\n")

    [found] = bad(ruleset(COMPLAINTS), folder.write("c.csv", CASES), {"complaints": [complaints]})

    assert (found.code, str(found.headline)) == ("E122", "1 bad row of `complaints` could belong to any case")
    assert found.span is not None
    assert found.span.line == 1


def test_a_bad_joined_row_stops_the_run_and_is_named(folder) -> None:
    climate = folder.write("k.csv", "branch,rate\n" + "P,half\n" * 7)

    [found] = bad(ruleset(CLIMATE), folder.write("c.csv", CASES), {"climate": [climate]})

    assert str(found.headline) == "7 bad rows of `climate` could belong to any case"
    assert len(found.notes) == 5
    assert str(found.notes[0]).startswith("k.csv, row 2, `rate`: `half`, expected a number")


def test_joined_rows_are_the_same_for_every_case_and_counted_over_files(folder) -> None:
    files = [folder.write("k1.csv", "branch,rate\nP,0.005\n"), folder.write("k2.csv", "branch,rate\nQ,0.5%\n")]

    portfolio = good(ruleset(CLIMATE), folder.write("c.csv", CASES), {"climate": files})

    first, second = portfolio.cases
    assert first.rows["climate"] is second.rows["climate"]
    assert [(row.id, row.values["rate"]) for row in first.rows["climate"]] == [("1", 5), ("2", 5)]


def test_a_bad_row_of_a_feed_is_reported_and_left_out(folder) -> None:
    rows = "E1,purple,310000,2024-05-01 00:00,\nE2,red,310000,2024-05-01 00:00,\nE3,red\n"
    weather = folder.write("w.csv", "event_id,level,areas,starts,ends\n" + rows)

    portfolio = good(ruleset(WEATHER), folder.write("c.csv", CASES), {"weather": [weather]})

    assert [row.id for row in portfolio.cases[0].rows["weather"]] == ["E2"]
    assert [(r.key, r.where, r.line) for r in portfolio.feed_rejects] == [("", "weather.level", 2), ("", "weather", 4)]
    assert portfolio.rejects == ()


def test_inclusive_dates_of_a_feed_become_half_open(folder) -> None:
    rows = "E1,red,310000;320000,2024-05-01,2024-05-01\nE1,red,310000,2024-05-01T00:00,2024-05-01 12:00\n"
    weather = folder.write("w.csv", "event_id,level,areas,starts,ends\n" + rows)

    portfolio = good(ruleset(WEATHER), folder.write("c.csv", CASES), {"weather": [weather]})

    first, second = portfolio.cases[0].rows["weather"]
    assert (first.values["starts"], first.values["ends"]) == (MAY_1, MAY_1 + 24 * H)
    assert (second.values["starts"], second.values["ends"]) == (MAY_1, MAY_1 + 12 * H)
    assert first.values["areas"] == ("310000", "320000")
    assert first.id == second.id == "E1"


def test_days_of_workbooks_end_with_their_last_hour_in_a_feed() -> None:
    day, noon = date(2024, 5, 1), datetime(2024, 5, 1, 12)  # noqa: DTZ001 - workbooks have no zones

    cells = feed_cells(WEATHER, {"starts": day, "ends": day})

    assert (cells["starts"], cells["ends"]) == ("2024-05-01 00:00", "2024-05-02 00:00")
    assert feed_cells(WEATHER, {"starts": noon, "ends": noon})["ends"] == noon


def test_days_of_a_feed_in_usual_spellings() -> None:
    for day in ("2024/5/1", "2024年5月1日", "20240501", "2024-05-01 "):
        cells = feed_cells(WEATHER, {"starts": day, "ends": day})

        assert (cells["starts"], cells["ends"]) == ("2024-05-01 00:00", "2024-05-02 00:00")
    assert feed_cells(WEATHER, {"ends": "2024/5/1 0:00"})["ends"] == "2024/5/1 0:00"


def test_a_bare_date_is_no_datetime_outside_of_feeds(folder) -> None:
    [reject] = good(ruleset(), folder.write("c.csv", HEADER + "A,2024-05-01,,,\n")).rejects

    assert reject.where == "报案时间"


def test_portfolios_come_from_event_logs(folder) -> None:
    log = folder.write(
        "l.xes",
        '<log><trace><string key="concept:name" value="1"/><event><string key="concept:name" value="x"/>'
        '<date key="time:timestamp" value="2024-05-01T00:00:00+08:00"/></event></trace></log>',
    )

    portfolio = good(LOG_RULES, log, {"log": [log]})

    [case] = portfolio.cases
    assert case == Case("1", {"case": "1"}, case.rows)
    assert [row.values for row in case.rows["log"]] == [{"case": "1", "activity": "x", "time": MAY_1}]


LOG_RULES = ruleset(
    Relation(
        **named("log"),
        of_case="case",
        fields=(
            input_("case", Text()),
            input_("activity", Text()),
            input_("time", DateTime()),
            input_("resource", Text(), optional=True),
        ),
    ),
    inputs=(input_("case", Text()),),
    key="case",
)


@pytest.mark.skipif("STEELYARD_DATA" not in os.environ, reason="STEELYARD_DATA names no folder with teleclaims.xes.gz")
def test_the_log_of_the_call_centre_is_read_whole() -> None:
    path = Path(os.environ["STEELYARD_DATA"]) / "teleclaims.xes.gz"
    if not path.exists():
        pytest.skip("teleclaims.xes.gz is not in the folder that STEELYARD_DATA names")

    portfolio = good(LOG_RULES, path, {"log": [path]})

    assert len(portfolio.cases) == 3_512
    assert sum(len(case.rows["log"]) for case in portfolio.cases) == 46_138
    assert portfolio.rejects == portfolio.warnings == ()


def test_milestones_of_rows_are_in_order_too(folder) -> None:
    visits = Relation(
        **named("visits"),
        of_case="claim_id",
        fields=(
            input_("claim_id", Text()),
            input_("began", DateTime(), optional=True),
            input_("ended", DateTime(open=True), not_before="began"),
        ),
    )
    rows = "A,2024-05-01 10:00,2024-05-01 09:59\nB,,2024-05-01 09:59\nB,2024-05-01 10:00,\n"
    files = {"visits": [folder.write("v.csv", "claim_id,began,ended\n" + rows)]}

    portfolio = good(ruleset(visits), folder.write("c.csv", CASES), files)

    assert [case.key for case in portfolio.cases] == ["B"]
    assert portfolio.rejects[0].where == "visits.ended"


def test_rows_without_a_case_stop_the_run_even_where_the_field_is_optional(folder) -> None:
    fields = (input_("complaint_id", Text()), input_("claim_id", Text(), optional=True))
    rules = ruleset(Relation(**named("complaints"), of_case="claim_id", fields=fields))

    [found] = bad(rules, folder.write("c.csv", CASES), {"complaints": [folder.write("k.csv", "complaint_id\nk1\n")]})

    assert found.code == "E122"


def test_an_optional_key_is_still_required_in_a_case(folder) -> None:
    rules = ruleset(inputs=(input_("claim_id", Text(), optional=True), input_("x", Text())))

    [reject] = good(rules, folder.write("c.csv", "claim_id,x\n,y\n")).rejects

    assert brief(reject) == ("", "claim_id", "", "a value (it is required)", 2)


# single cases from texts


def test_a_case_from_texts_is_the_case_from_a_file(folder) -> None:
    given = {"claim_id": "A", "reported_at": "2024-05-01 00:00", "accuracy": "98%", "ended": None}
    complaint = {"complaint_id": "k1", "upheld": "yes"}
    rules = ruleset(COMPLAINTS, WEATHER)

    case = case_from_texts(rules, given, {"complaints": [complaint]})

    cases = folder.write("c.csv", HEADER + "A,2024-05-01 00:00,,98%,\n")
    complaints = folder.write("k.csv", "complaint_id,claim_id,upheld\nk1,A,yes\n")
    assert (case,) == good(rules, cases, {"complaints": [complaints], "weather": None}).cases


def test_a_case_from_texts_may_lack_its_key() -> None:
    case = case_from_texts(
        ruleset(COMPLAINTS), {"reported_at": "2024-05-01 00:00"}, {"complaints": [{"complaint_id": "k", "upheld": "0"}]}
    )

    assert isinstance(case, Case)
    assert case.key == "1"
    assert case.rows["complaints"][0].values["claim_id"] == "1"


REPORTED = {"reported_at": "2024-05-01 00:00"}


@pytest.mark.parametrize(
    ("given", "rows", "where", "hint", "row"),
    [
        ({}, {}, "reported_at", None, None),
        ({"reported": "x"}, {}, "reported", "did you mean `reported_at`?", None),
        (REPORTED | {"accuracy": "98"}, {}, "accuracy", "write `98%` or `0.98`", None),
        (REPORTED, {"complaint": []}, "complaint", "did you mean `complaints`?", None),
        (REPORTED, {"complaints": [{"upheeld": "1"}]}, "complaints.upheeld", "did you mean `upheld`?", None),
        (REPORTED, {"complaints": [{"complaint_id": "1", "upheld": "x"}]}, "complaints.upheld", None, 1),
        (REPORTED, {"complaints": [{"complaint_id": "1", "upheld": "1"}] * 2}, "complaints.complaint_id", None, 2),
        (
            REPORTED,
            {"complaints": [{"complaint_id": "1", "claim_id": "Z", "upheld": "1"}]},
            "complaints.claim_id",
            None,
            None,
        ),
        (REPORTED, {"climate": [{"branch": "P", "rate": "5"}]}, "climate.rate", "write `5%` or `0.05`", 1),
        (REPORTED, {"weather": [{"event_id": "E"}]}, "weather.level", None, 1),
    ],
)
def test_a_bad_case_from_texts_is_rejected(given, rows, where, hint, row) -> None:
    reject = case_from_texts(ruleset(COMPLAINTS, CLIMATE, WEATHER), given, rows)

    assert isinstance(reject, Reject)
    assert (reject.where, None if reject.hint is None else str(reject.hint)) == (where, hint)
    assert reject.key == "1"
    assert reject.line == row


def test_a_case_from_texts_needs_a_key_where_keys_are_no_text() -> None:
    reject = case_from_texts(ruleset(inputs=(input_("n", Number(0)),), key="n"), {}, {})

    assert isinstance(reject, Reject)
    assert reject.where == "n"


def test_feeds_of_texts_take_dates() -> None:
    event = {"event_id": "E", "level": "red", "areas": "310000", "starts": "2024-05-01", "ends": "2024-05-02"}

    case = case_from_texts(ruleset(WEATHER), REPORTED, {"weather": [event]})

    assert isinstance(case, Case)
    assert case.rows["weather"][0].values["ends"] == MAY_1 + 48 * H


@pytest.mark.parametrize(("sign", "written"), [("\t", "tab"), (";", "';'"), ("|", "'|'")])
def test_the_delimiter_is_suggested_as_the_option_takes_it(folder, sign, written) -> None:
    """A tab between quotes was shown as blanks, which the option refuses."""
    [found] = bad(ruleset(), folder.write("c.csv", f"claim_id{sign}报案时间\nC1{sign}2024-05-01 00:00\n"))

    assert f"say what separates the columns: `--delimiter {written}`" == str(found.help)
