"""`--with`, `--columns` and `--headers`: in every format, from every engine, in partitions and from Python."""

# pyright: basic

from __future__ import annotations

import csv
import json
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow.parquet as pq
import pytest

import steelyard as api

AS_OF = ("--as-of", "2024-05-10T00:00")
PICKED = "Claim,rating,score,payment.measure,From report to payment: points lost,reported_at"
HEADS = ["claim_id", "rating", "score", "payment.measure", "payment.lost", "reported_at"]
ZH = ["案件号", "客户评分", "得分", "结案支付时效：实测", "结案支付时效：失分", "报案时间"]
FIRST = ["C-001", "4.8", "100.00", "PT55H30M", "0.000000", "2024-05-01T09:00:00+08:00"]


@pytest.fixture
def cases(policy: Path) -> Path:
    return policy / "cases.csv"


def rows_of(path: Path) -> list[dict]:
    match path.suffix:
        case ".csv":
            return list(csv.DictReader(path.open(encoding="utf-8-sig", newline="")))
        case ".jsonl":
            return [json.loads(line) for line in path.read_text("utf-8").splitlines()]
        case ".parquet":
            return pq.read_table(path).to_pylist()
        case _:
            head, *rows = openpyxl.load_workbook(path).worksheets[1].values
            return [dict(zip(head, row, strict=True)) for row in rows]


@pytest.mark.parametrize("engine", ["reference", "sql"])
@pytest.mark.parametrize("suffix", [".csv", ".jsonl", ".parquet", ".xlsx"])
def test_picked_and_added_columns(suffix: str, engine: str, steelyard, policy: Path, cases: Path, tmp_path: Path):
    words = (
        "evaluate",
        policy,
        "--cases",
        cases,
        *AS_OF,
        "--engine",
        engine,
        "--with",
        "Customer's rating,reported_at",
    )
    by_id, by_label = tmp_path / f"id{suffix}", tmp_path / f"label{suffix}"
    assert 0 == steelyard(*words, "--columns", PICKED, "-o", by_id).status
    assert 0 == steelyard("--lang", "zh", *words, "--columns", PICKED, "-o", by_label, "--headers", "label").status
    plain, labelled = rows_of(by_id), rows_of(by_label)

    assert HEADS == list(plain[0])
    assert ZH == list(labelled[0])
    assert [list(row.values()) for row in plain] == [list(row.values()) for row in labelled]
    if suffix in {".csv", ".jsonl"}:
        assert FIRST == list(plain[0].values())
    else:
        assert Decimal("4.8") == Decimal(str(plain[0]["rating"]))
    assert plain[2]["rating"] in {None, ""}


@pytest.mark.parametrize("engine", ["reference", "sql"])
def test_all_columns_have_different_labels(engine: str, steelyard, policy: Path, cases: Path, tmp_path: Path):
    words = ("--engine", engine, "--headers", "label", "--with", "complaint,rating", "--summary-by", "complaint")
    outputs = ("-o", tmp_path / "o.csv", "--rejects", tmp_path / "r.csv", "--summary", tmp_path / "s.csv")
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, *words, *outputs)
    heads = [next(csv.reader((tmp_path / f"{name}.csv").open(encoding="utf-8"))) for name in "ors"]

    assert 0 == done.status, done.err
    assert ["Claim", "Upheld complaint", "Customer's rating", "ruleset"] == heads[0][:4]
    assert "Customer satisfaction: score" in heads[0]
    assert ["case", "file", "line of the file", "column or rule"] == heads[1][:4]
    assert ["level", "Upheld complaint", "cases"] == heads[2][:3]
    assert "points lost on average: From report to payment" in heads[2]
    assert "deduction: 5 points for an upheld complaint" in heads[2]
    assert all(len(set(head)) == len(head) for head in heads)


def test_equal_labels_end_with_their_ids(steelyard, policy: Path, cases: Path):
    ruleset = policy / "ruleset.yaml"
    ruleset.write_text(ruleset.read_text("utf-8").replace("en: Customer's rating", "en: STATUS"), "utf-8")
    words = ("--headers", "label", "--with", "rating", "-o", "-")
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, *words)

    assert done.out.startswith("Claim,STATUS (rating),ruleset,version,digest of the policy,status (status),score")


def test_standard_output_and_partitions(steelyard, policy: Path, cases: Path, tmp_path: Path):
    words = ("evaluate", policy, "--cases", cases, *AS_OF, "--with", "rating", "--columns", "claim_id,rating,score")
    printed = steelyard(*words, "-o", "-")
    parted = steelyard(*words, "-o", tmp_path / "o", "--partition-by", "complaint", "--headers", "label")
    tables = [pq.read_table(path) for path in sorted((tmp_path / "o").rglob("*.parquet"))]

    assert printed.out.startswith("claim_id,rating,score\nC-001,4.8,100.00\n")
    assert 0 == parted.status, parted.err
    assert {("Claim", "Customer's rating", "score", "complaint")} == {tuple(table.schema.names) for table in tables}
    assert 4 == sum(len(table) for table in tables)


USAGE = {
    "unknown column": (["--columns", "scor"], "the results have no column `scor`", "did you mean `score`?"),
    "input that is not added": (["--columns", "rating"], "the results have no column `rating`", ""),
    "picked twice": (["--columns", "score,Score"], "the column `score` is picked twice", ""),
    "unknown input": (["--with", "ratin"], "there is no input `ratin`", "did you mean `rating`?"),
    "headers": (["--headers", "labels"], "labels", "label"),
    "partition": (
        ["--partition-by", "complaint", "--with", "rating", "--headers", "label"],
        "`complaint` is a column of the results already",
        "",
    ),
}


@pytest.mark.parametrize("name", USAGE)
def test_wrong_names_end_the_run_before_any_work(name: str, steelyard, policy: Path, cases: Path, tmp_path: Path):
    words, message, hint = USAGE[name]
    ruleset = policy / "ruleset.yaml"
    if name == "partition":
        ruleset.write_text(ruleset.read_text("utf-8").replace("en: Customer's rating", "en: complaint"), "utf-8")
    done = steelyard("evaluate", policy, "--cases", cases, *AS_OF, "-o", tmp_path / "o", *(*words, *_parted(words)))

    assert 2 == done.status
    assert message in done.err
    assert hint in done.err
    assert "checked on" not in done.err
    assert not (tmp_path / "o").exists()


def _parted(words: list[str]) -> list[str]:
    """Results without a suffix are a folder."""
    return [] if "--partition-by" in words else ["--partition-by", "version"]


def test_an_input_may_not_take_the_name_of_a_column(steelyard, policy: Path, cases: Path):
    ruleset = policy / "ruleset.yaml"
    text = ruleset.read_text("utf-8").replace(
        "    complaint: {", "    Status: {type: text, optional: true}\n    complaint: {"
    )
    ruleset.write_text(text, "utf-8")
    cases.write_text(cases.read_text("utf-8").replace("\n", ",x\n").replace(",x\n", ",Status\n", 1), "utf-8")
    words = ("evaluate", policy, "--cases", cases, *AS_OF, "-o", "-")

    assert 0 == steelyard(*words).status
    refused = steelyard(*words, "--with", "Status")
    assert (2, "") == (refused.status, refused.out)
    assert "`Status` is a column of the results already" in refused.err


@pytest.mark.parametrize("engine", ["durable", "sql"])
def test_python(engine: str, policy: Path, cases: Path, tmp_path: Path):
    run = api.load(policy, as_of="2024-05-10T00:00").score(cases, with_=["rating", "支付时间"], engine=engine)
    run.write(tmp_path / "o.csv", columns=["案件号", "paid_at", "rating"], headers="label", lang="zh")

    assert ("claim_id", "rating", "paid_at", "ruleset") == run.results.names[:4]
    assert [Decimal("4.8"), Decimal("4.1"), None, None] == [row["rating"] for row in run.results]
    assert ["案件号,支付时间,客户评分", "C-001,2024-05-03T16:30:00+08:00,4.8"] == (
        (tmp_path / "o.csv").read_text("utf-8").splitlines()[:2]
    )
    with pytest.raises(api.UsageError, match="headers are `id` or `label`"):
        run.write(tmp_path / "p.csv", headers="names")
    with pytest.raises(api.UsageError, match="there is no input `x`"):
        api.load(policy, as_of="2024-05-10T00:00").score(cases, with_=["x"])


def test_versions_share_an_added_input(steelyard, policy: Path, cases: Path, tmp_path: Path):
    """A version that does not have it leaves it empty; numbers take the larger scale."""
    text = (policy / "ruleset.yaml").read_text("utf-8")
    (policy / "ruleset.yaml").unlink()
    for name, days, scale in (("a", "(..2024-05-03)", "decimal(1)"), ("b", "[2024-05-03..)", "decimal(2)")):
        changed = text.replace("version: 2024.1", f'version: {name}\neffective: "{days}"').replace("decimal(1)", scale)
        (policy / f"{name}.yaml").write_text(changed, "utf-8")
    found = {
        engine: steelyard(
            "evaluate", policy, "--cases", cases, *AS_OF, "--engine", engine, "--with", "rating", "-o", "-"
        )
        for engine in ("reference", "sql")
    }

    assert found["reference"].out == found["sql"].out
    assert ["4.80", "4.10", "", ""] == [row["rating"] for row in csv.DictReader(found["sql"].out.splitlines())]
