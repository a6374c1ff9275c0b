"""`Policy.score`: frames mean what files mean, on every engine; what comes back is exact."""

# pyright: basic

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest

import steelyard
from steelyard import InputError, OutputError, PolicyError, Run, SteelyardWarning, UsageError
from steelyard.cli.scaffold import CASES, RULESET

AS_OF = {"as_of": "2024-05-10T00:00"}
BAD = "C-005,2024-05-03 14:05,2024-05-01 00:00,4.9,no\nC-006,2024-05-03 14:05,,7.5,no\n"
ROWS = CASES + BAD
SIGNS = '      decimal: ","\n      grouping: "."'


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("policy")
    (made / "ruleset.yaml").write_text(RULESET.replace("NAME", "small"), "utf-8")
    (made / "cases.csv").write_text(ROWS, "utf-8")
    table = pyarrow.csv.read_csv(made / "cases.csv")
    pq.write_table(table, made / "cases.parquet")
    return made


@pytest.fixture(scope="module")
def scored(folder: Path) -> Callable[..., Run]:
    policy = steelyard.load(folder / "ruleset.yaml", as_of=AS_OF["as_of"])

    def score(cases: Any, engine: str = "reference", **options: Any) -> Run:
        return policy.score(cases, engine=engine, **options)

    return score


@pytest.fixture(scope="module")
def expected(folder: Path, scored: Callable[..., Run]) -> Run:
    return scored(folder / "cases.csv")


FORMS: dict[str, Callable[[Path], Any]] = {
    "parquet": lambda folder: folder / "cases.parquet",
    "paths": lambda folder: [str(folder / "cases.csv")],
    "pandas": lambda folder: pd.read_csv(folder / "cases.csv", parse_dates=["reported_at", "paid_at"]),
    "pandas with an index": lambda folder: pd.read_csv(folder / "cases.csv").set_index("complaint", drop=False),
    "polars": lambda folder: pl.read_csv(folder / "cases.csv", try_parse_dates=True),
    "polars categories": lambda folder: pl.read_csv(folder / "cases.csv").with_columns(
        pl.col("complaint").cast(pl.Categorical)
    ),
    "pyarrow": lambda folder: pyarrow.csv.read_csv(folder / "cases.csv"),
    "reader": lambda folder: pyarrow.csv.open_csv(folder / "cases.csv"),
    "duckdb": lambda folder: duckdb.read_csv(str(folder / "cases.csv")),
    "mappings": lambda folder: pyarrow.csv.read_csv(folder / "cases.csv").to_pylist(),
}


@pytest.mark.parametrize("engine", ["reference", "durable", "sql"])
@pytest.mark.parametrize("form", FORMS)
def test_a_frame_means_what_the_file_means(
    folder: Path, scored: Callable[..., Run], expected: Run, form: str, engine: str
) -> None:
    run = scored(FORMS[form](folder), engine, verify=0)

    assert expected.results.to_arrow() == run.results.to_arrow()
    assert [(row["key"], row["where"], row["expected"]) for row in expected.rejects] == [
        (row["key"], row["where"], row["expected"]) for row in run.rejects
    ]
    assert expected.summary(["month"]).to_arrow() == run.summary(["month"]).to_arrow()


def test_results_are_exact_python_values(expected: Run) -> None:
    first, second, *_ = expected.results

    assert 4 == len(expected.results)
    assert ("C-001", "scored", Decimal("100.00"), "A") == tuple(
        first[name] for name in ("claim_id", "status", "score", "grade")
    )
    assert timedelta(hours=96, minutes=45) == second["payment.measure"]
    assert Decimal("4.1") == second["satisfaction.measure"]
    assert isinstance(second["payment.share"], int)


def test_arrow_has_decimals_and_durations(expected: Run) -> None:
    schema = expected.results.to_arrow().schema

    assert pa.decimal128(18, 2) == schema.field("score").type
    assert pa.duration("us") == schema.field("payment.measure").type
    assert ("key", "file", "line", "where", "value", "expected", "hint", "others") == expected.rejects.names


def test_other_libraries_take_the_rows_as_they_are(expected: Run) -> None:
    rows = expected.results

    assert 4 == len(pl.DataFrame(rows)) == len(pd.DataFrame.from_arrow(rows)) == len(pa.table(rows))
    assert [(4,)] == duckdb.sql("SELECT count(*) FROM rows").fetchall()  # pyright: ignore[reportOptionalMemberAccess] - a query


def test_rejects_say_where_and_why(expected: Run) -> None:
    paid, rating = expected.rejects

    assert ("C-005", "cases.csv", 6, "paid_at") == tuple(paid[name] for name in ("key", "file", "line", "where"))
    assert ("C-006", "rating", "7.5") == tuple(rating[name] for name in ("key", "where", "value"))


def test_rejects_speak_chinese_where_asked(folder: Path, scored: Callable[..., Run]) -> None:
    run = scored(folder / "cases.csv", lang="zh")

    assert "不早于" in next(iter(run.rejects))["expected"]


@pytest.mark.parametrize(
    ("rating", "keys"),
    [(4.1, ["C-1"]), (0.1 + 4.0, ["C-1"]), (4.1000001, []), (float("inf"), [])],
)
@pytest.mark.parametrize("form", [list, pl.DataFrame, pd.DataFrame])
def test_a_float_is_a_decimal_only_where_it_is_the_nearest(
    scored: Callable[..., Run], form: Callable[[Any], Any], rating: float, keys: list[str]
) -> None:
    row = {"claim_id": "C-1", "reported_at": "2024-05-01 09:00", "paid_at": None, "rating": rating, "complaint": False}

    run = scored(form([row, {**row, "claim_id": "C-2", "rating": 9.0}]))

    assert keys == [one["claim_id"] for one in run.results]
    assert {"C-1", "C-2"} == {*keys, *(one["key"] for one in run.rejects)}


def test_python_values_of_every_kind(scored: Callable[..., Run]) -> None:
    rows = [
        {
            "claim_id": "C-1",
            "reported_at": datetime(2024, 5, 1, 1, tzinfo=UTC),
            "paid_at": datetime(2024, 5, 3, 9),  # noqa: DTZ001 - local to the ruleset
            "rating": Decimal("4.5"),
            "complaint": True,
        },
        {"claim_id": 2, "reported_at": "2024-05-01 09:00", "rating": 4, "complaint": "no"},
    ]

    first, second = scored(rows).results

    assert timedelta(hours=48) == first["payment.measure"]
    assert ["upheld-complaint"] == first["fired"]
    assert ("2", Decimal("4.0")) == (second["claim_id"], second["satisfaction.measure"])


@pytest.mark.parametrize("engine", ["reference", "sql"])
def test_numbers_of_a_caller_keep_their_point_and_texts_are_read_as_an_intake_file_says(
    folder: Path, tmp_path: Path, engine: str
) -> None:
    text = RULESET.replace("NAME", "small").replace("decimal(1)", f"decimal(3)\n{SIGNS}")
    (tmp_path / "ruleset.yaml").write_text(text, "utf-8")
    (tmp_path / "intake.yaml").write_text("intake: 1\ncases: {columns: {claim_id: Claim}}\n", "utf-8")
    policy = steelyard.load(tmp_path / "ruleset.yaml", **AS_OF)
    common = {"reported_at": "2024-05-01 00:00", "complaint": False}
    numbers = [{"Claim": f"C{n}", "rating": Decimal(text), **common} for n, text in enumerate(["1.234", "4.5"])]
    texts = [{**row, "rating": str(row["rating"]).replace(".", ",")} for row in numbers]

    found = [
        [
            row["satisfaction.measure"]
            for row in policy.score(rows, engine=engine, intake=tmp_path / "intake.yaml").results
        ]
        for rows in (numbers, texts)
    ]

    assert found == [[Decimal("1.234"), Decimal("4.500")]] * 2


@pytest.mark.parametrize("engine", ["reference", "sql"])
@pytest.mark.parametrize("number", [Decimal("1.234"), 1.234])
@pytest.mark.parametrize("text", ["1.234", "1,234"])
def test_numbers_of_a_caller_keep_their_point_beside_texts(
    folder: Path, tmp_path: Path, engine: str, number: object, text: str
) -> None:
    """The text follows the declared signs: `1.234` is above the range of the input; the number is 1.234."""
    declared = RULESET.replace("NAME", "small").replace("decimal(1)", f"decimal(3)\n{SIGNS}")
    (tmp_path / "ruleset.yaml").write_text(declared, "utf-8")
    policy = steelyard.load(tmp_path / "ruleset.yaml", **AS_OF)
    row = {"reported_at": "2024-05-01 00:00", "complaint": False}
    rows = [{"claim_id": "C-1", "rating": number, **row}, {"claim_id": "C-2", "rating": text, **row}]
    lines = [json.dumps({**one, "rating": float(number) if one["claim_id"] == "C-1" else text}) for one in rows]  # type: ignore[arg-type]
    (tmp_path / "cases.jsonl").write_text("\n".join(lines), "utf-8")

    for cases in (rows, tmp_path / "cases.jsonl"):
        run = policy.score(cases, engine=engine)

        measures = {one["claim_id"]: one["satisfaction.measure"] for one in run.results}
        assert Decimal("1.234") == measures["C-1"]
        assert measures.get("C-2") == (Decimal("1.234") if text == "1,234" else None)
        assert ([] if text == "1,234" else ["1.234"]) == [one["value"] for one in run.rejects]


def test_decimals_beside_floats_stay_exact(scored: Callable[..., Run]) -> None:
    row = {"claim_id": "C-1", "reported_at": "2024-05-01 09:00", "complaint": False}

    with pytest.warns(SteelyardWarning, match="no column `paid_at`"):
        run = scored([{**row, "rating": Decimal("4.5")}, {**row, "claim_id": "C-2", "rating": 4.25}])

    assert [Decimal("4.5")] == [one["satisfaction.measure"] for one in run.results]
    assert ["C-2"] == [one["key"] for one in run.rejects]


@pytest.mark.parametrize(
    ("cases", "name"),
    [
        (7, "cases"),
        ([{"claim_id": "1"}, "x"], "cases"),
        ([{1: "1"}], "cases"),
        ([{"claim_id": object()}], "cases.claim_id"),
        ([{"claim_id": {"a": 1}}], "cases.claim_id"),
        ([{"rating": 1.5}, {"rating": Decimal("1.00000000000000001")}], "cases.rating"),
    ],
)
def test_what_cannot_be_read_is_named(scored: Callable[..., Run], cases: Any, name: str) -> None:
    with pytest.raises(InputError) as caught:
        scored(cases)

    assert name == caught.value.name


def test_a_relation_that_the_ruleset_lacks(folder: Path, scored: Callable[..., Run]) -> None:
    with pytest.raises(PolicyError) as caught:
        scored(folder / "cases.csv", relations={"weather": []})

    assert ["E121"] == [one.code for one in caught.value.diagnostics]


@pytest.mark.parametrize("ending", ["csv", "jsonl", "parquet"])
def test_engines_write_the_same_files(
    folder: Path, scored: Callable[..., Run], expected: Run, tmp_path: Path, ending: str
) -> None:
    run = scored(folder / "cases.csv", "sql")
    for name, one in (("a", expected), ("b", run)):
        one.write(tmp_path / f"{name}.{ending}", rejects=tmp_path / f"{name}-rejects.{ending}")

    a, b = (tmp_path / f"{name}-rejects.{ending}" for name in "ab")
    assert a.read_bytes() == b.read_bytes()
    a, b = (tmp_path / f"{name}.{ending}" for name in "ab")
    if ending == "parquet":
        assert pq.read_table(a).equals(pq.read_table(b))
        assert pq.read_schema(a).equals(pq.read_schema(b))
    else:
        assert a.read_bytes() == b.read_bytes()


@pytest.mark.parametrize("engine", ["reference", "sql"])
def test_formulas_in_csv_are_marked_by_every_engine(
    folder: Path, scored: Callable[..., Run], tmp_path: Path, engine: str
) -> None:
    cases = tmp_path / "cases.csv"
    cases.write_text(ROWS.replace("C-001", "=C-001").replace("C-005", "@C-005"), "utf-8")
    run = scored(cases, engine)
    run.write(
        tmp_path / "a.csv",
        rejects=tmp_path / "r.csv",
        summary=tmp_path / "s.csv",
        provenance=tmp_path / "p.json",
        by=["claim_id"],
        csv_safe=True,
    )

    assert "'=C-001" == (tmp_path / "a.csv").read_text("utf-8").splitlines()[1].split(",")[0]
    assert "'@C-005" == (tmp_path / "r.csv").read_text("utf-8").splitlines()[1].split(",")[0]
    assert "group,'=C-001," in (tmp_path / "s.csv").read_text("utf-8")
    assert json.loads((tmp_path / "p.json").read_text("utf-8"))["csv_safe"] is True
    assert run.provenance["csv_safe"] is False
    with pytest.raises(UsageError, match="no output is CSV"):
        run.write(tmp_path / "a.parquet", csv_safe=True)


@pytest.mark.parametrize("engine", ["reference", "sql"])
def test_provenance_says_what_was_verified(
    folder: Path, scored: Callable[..., Run], tmp_path: Path, engine: str
) -> None:
    run = scored(folder / "cases.csv", engine)
    run.write(tmp_path / "out.parquet", provenance=tmp_path / "out.json", summary=tmp_path / "sum.csv", by=["month"])

    written = json.loads((tmp_path / "out.json").read_text("utf-8"))
    assert written == json.loads(pq.read_schema(tmp_path / "out.parquet").metadata[b"steelyard"])
    assert (engine, AS_OF) == (written["engine"], written["parameters"])
    assert run.verified == written["verified"]["cases"] >= 4
    assert ["level", "month"] == (tmp_path / "sum.csv").read_text("utf-8").split(",")[:2]


def test_files_are_written_together_or_not_at_all(expected: Run, tmp_path: Path) -> None:
    (tmp_path / "kept.csv").write_text("before", "utf-8")
    for wrong in ("x.txt", "nowhere/x.csv", "kept.csv"):
        with pytest.raises(UsageError):
            expected.write(tmp_path / "kept.csv", rejects=tmp_path / wrong)

    assert "before" == (tmp_path / "kept.csv").read_text("utf-8")
    assert ["kept.csv"] == [one.name for one in tmp_path.iterdir()]


def test_a_folder_that_cannot_be_written_is_an_output_error(
    expected: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("steelyard.temporary.tempfile.mkdtemp", full)

    with pytest.raises(OutputError, match="no space is left on the disk"):
        expected.write(tmp_path / "out.csv")


@pytest.mark.parametrize("engine", ["reference", "sql"])
def test_summaries_need_names_that_the_run_keeps(folder: Path, scored: Callable[..., Run], engine: str) -> None:
    run = scored(folder / "cases.csv", engine, groups=("month",))

    *groups, whole = run.summary(["month"])
    assert ("all", 6, 4, 2) == tuple(whole[name] for name in ("level", "cases", "scored", "rejected"))
    assert 6 == sum(one["cases"] for one in groups)
    with pytest.raises(UsageError, match="does not keep version"):
        run.summary(["version"])
    with pytest.raises(UsageError, match="cannot group by"):
        run.summary(["nothing"])


def test_a_report_has_a_page_for_each_case(
    folder: Path, scored: Callable[..., Run], expected: Run, tmp_path: Path
) -> None:
    expected.report(tmp_path / "report")

    assert 4 == len(list((tmp_path / "report").glob("case-*.html")))
    with pytest.raises(UsageError, match="single cases"):
        scored(folder / "cases.csv", "sql").report(tmp_path / "other")


def test_rows_outlive_their_run(folder: Path, scored: Callable[..., Run]) -> None:
    rows = scored(folder / "cases.csv").results

    assert 4 == len(list(rows))


def test_dates_stay_dates() -> None:
    from steelyard.session.frames import _text

    assert "2024-05-01" == _text(date(2024, 5, 1))
