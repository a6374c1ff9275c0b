"""What tells of a person stands in no message of a run: neither of intake, nor of rules, nor of warnings."""

# pyright: basic

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from cli.programs import program

RULESET = """
steelyard: 1
ruleset: r
version: "1"
timezone: UTC
case:
  key: id
  inputs:
    id: {type: text, personal: true}
    plate: {type: text, personal: true}
    born: {type: datetime, personal: true}
    paid: datetime
    fine: {type: decimal(0), optional: true, personal: true}
relations:
  notes: {of_case: owner, id: code, fields: {owner: text, code: {type: text, personal: true}, good: boolean}}
  cars: {joins: cars.number = plate, one_row: true, id: vin, fields: {number: text, vin: {type: text, personal: true}}}
defines: {}
indicators:
  time: {clock: {from: born, to: paid}, target: 48h, better: lower, score: met, weight: 1}
score: {method: weighted_mean, round: 1}
deductions:
  fined: {when: fine > -1000, deduct: fine, unknown: ignore}
  marked: {when: plate = "Qoppa", deduct: 1}
"""
RULESET = RULESET.replace("defines: {}\n", "")
CASES = """\
id,plate,born,paid,fine
Alpha,Kilo11,2024-01-01 10:00,2024-01-02 10:00,
alpha,Kilo22,2024-01-01 10:00,2024-01-02 10:00,
Bravo,Kilo33,2024-01-01 10:00,2024-01-02 10:00,
Bravo,Kilo33,2024-01-01 10:00,2024-01-02 10:00,
Carol,kilo11,2024-01-01 10:00,2024-01-02 10:00,
David,Kilo11,2024-07-19 10:00,2024-01-02 10:00,
Emily,Kilo11,2024-01-01 10:00,2024-01-02 10:00,-737
Frank,Kilo11,2024-01-01 10:00,2024-01-02 10:00,
Grace,Kilo44,2024-01-01 10:00,2024-01-02 10:00,
Henry,Kilo11,Zulu,2024-01-02 10:00,
Ivory,Lima11,2024-01-01 10:00,2024-01-02 10:00,
"""
NOTES = "owner,code,good\nFrank,Mike,true\nFrank,Mike,true\nHenri,Oscar,true\ncarol,Papa,true\n"
CARS = "number,vin\nKilo11,Romeo\nKilo22,Sierra\nKilo44,Tango\nKilo44,Uncle\nKilo33,Victor\n"
SECRETS = (
    "lpha",
    "ilo1",
    "ilo2",
    "ilo3",
    "ilo4",
    "Lima",
    "ravo",
    "arol",
    "avid",
    "mily",
    "rank",
    "race",
    "enr",
    "vory",
)
SECRETS += ("Mike", "Oscar", "Papa", "Romeo", "Sierra", "Tango", "Uncle", "Victor", "Zulu", "-737", "2024-07-19")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("policy")
    for name, text in {"r.yaml": RULESET, "c.csv": CASES, "notes.csv": NOTES, "cars.csv": CARS}.items():
        (made / name).write_text(text, "utf-8")
    return made


@pytest.mark.slow
@pytest.mark.parametrize("engine", ["durable", "sql"])
def test_no_message_quotes_a_person(folder: Path, engine: str) -> None:
    words = ("--cases", "c.csv", "--relation", "notes=notes.csv", "--relation", "cars=cars.csv", "--engine", engine)
    out = (
        "--allow-rejects",
        99,
        "--rejects",
        f"{engine}.csv",
        "--provenance",
        f"{engine}.json",
        "-o",
        f"{engine}-o.csv",
    )
    done = program("evaluate", "r.yaml", *words, *out, cwd=folder)

    assert 0 == done.returncode, done.stderr
    with (folder / f"{engine}.csv").open(encoding="utf-8", newline="") as stream:
        rejects = list(csv.DictReader(stream))
    assert {"Bravo", "David", "Emily", "Frank", "Grace", "Henry"} == {one["key"] for one in rejects}
    said = [done.stderr, (folder / f"{engine}.json").read_text("utf-8")]
    said += [text for one in rejects for name, text in one.items() if name != "key"]
    assert [] == [(secret, text) for secret in SECRETS for text in said if secret in text]
    for code in ("E125", "E126", "E127"):
        assert code in done.stderr
    assert "`xxxxx` differs only in letter case from `xxxxx`" in done.stderr
    assert "rejected `xxxxx` (c.csv:4): `id` is “xxxxx”" in done.stderr
    assert ("-999.9", "an amount of 0 or more") in {(one["value"], one["expected"]) for one in rejects}


@pytest.mark.slow
def test_both_intakes_say_the_same(folder: Path) -> None:
    one, other = ((folder / f"{engine}.csv").read_text("utf-8") for engine in ("durable", "sql"))

    assert one == other


def test_who_asks_for_a_case_sees_it(folder: Path) -> None:
    words = ("--cases", "c.csv", "--relation", "notes=notes.csv", "--relation", "cars=cars.csv")
    done = program("explain", "r.yaml", *words, "--case", "Alpha", cwd=folder)

    assert 0 == done.returncode, done.stderr
    assert "Alpha" in done.stdout
    assert "2024-01-01" in done.stdout
