"""Slips on command lines whose hints name an option or a word."""

from __future__ import annotations

from golden.hints.slips import Slip

POLICY = """
steelyard: 1
ruleset: r
version: 1
timezone: UTC
case: {key: id, inputs: {id: text, n: integer}}
"""
FILES = {
    "r.yaml": POLICY + "score: {start: 100, round: 2}",
    "timed.yaml": POLICY + "parameters: {as_of: datetime}\nscore: {start: 100, round: 2}\n",
    "decided.yaml": POLICY + "outputs: {many: {value: n > 9}}\n",
    "weighted.yaml": POLICY
    + "parameters: {w: {type: decimal(2), range: '[0..1]'}}\n"
    + "indicators: {few: {measure: n, target: 1, better: lower, score: met, weight: w},"
    + " many: {measure: n, target: 1, better: higher, score: met, weight: 1 - w}}\n"
    + "score: {method: weighted_mean, round: 2}\n",
    "c.csv": "id,n\nC1,1\n",
    "tabs.csv": "id\tn\nC1\t1\n",
    "taken/letter.txt": "of somebody",
}
"""What stands in the folder in which the commands are run."""
_SCORE = "evaluate r.yaml --cases c.csv -o o.csv "
_EXPLAIN = "explain r.yaml --cases c.csv --case C1 -o "
_ENDING = "`{file}`: an explanation ends in {known}, or say `--format`"
_ENDINGS = (".txt", ".md", ".markdown", ".html", ".htm", ".json")
_AS_OF = "give either `--as-of` or `--set as_of`, not both"
_JUNE = "2024-06-01T00:00"
_BOTH = f"--as-of {_JUNE} --set as_of={_JUNE}"

SPARK = (
    Slip("", _SCORE + "--master local[1]«→ •»", omit=("--master",)),
    "`--master` is for the spark engine: add `--engine spark`",
)
"""Takes long."""
COMMANDS = (
    (Slip("", "schema «check --amendment→ruleset •»"), "`--amendment` is for the schema of a ruleset"),
    (Slip("", "rule «--lan→•» zh", omit=("--lan",)), "{what}: did you mean {near}?"),
    (Slip("", "«schem→•»"), "did you mean `{near}`?"),
    (Slip("", "rule «T1O1→•»"), "did you mean `{near}`?"),
    (
        Slip("", "compile r.yaml --to dbt«→ • models»", omit=("--to dbt",)),
        "`--to dbt` writes a folder: name it with `-o`",
    ),
    (
        Slip("", "demo «--output taken→• other»", omit=("taken",)),
        "`{folder}` is there already and is no earlier demo: name another with `--output`",
    ),
    (
        Slip("", _SCORE + "«--fail-under many→• 90»", omit=("many",)),
        "`--fail-under` takes a number, not `{text}`",
    ),
    (
        Slip("", "evaluate decided.yaml --cases c.csv -o o.csv «--fail-under 90→»", omit=("r",)),
        "`{ruleset}` has no score: leave `--fail-under` out",
    ),
    (Slip("", _EXPLAIN + "«o.pdf→o•»", omit=("o.pdf", "--format")), _ENDING),
    (
        Slip("", _EXPLAIN + "o.pdf«→ • md»", omit=("o.pdf", ".txt", ".md", ".markdown", ".html", ".htm", ".json")),
        _ENDING,
    ),
    (Slip("", f"evaluate timed.yaml --cases c.csv -o o.csv «{_BOTH}→• {_JUNE}»", omit=("--set as_of",)), _AS_OF),
    (Slip("", f"evaluate timed.yaml --cases c.csv -o o.csv «{_BOTH}→•={_JUNE}»", omit=("--as-of",)), _AS_OF),
    (
        Slip("", "evaluate r.yaml --cases tabs.csv -o o.csv --delimiter «tabs→•»", omit=("--delimiter",)),
        "`--delimiter` takes one character, or `tab`",
    ),
    (
        Slip("", "evaluate r.yaml --cases c.csv -o o.«jsonl→csv» --csv-safe", omit=("csv_safe",)),
        "marking formulas (`--csv-safe`, `csv_safe`) is for CSV, and no output is CSV",
    ),
    (
        Slip("", "evaluate r.yaml --cases c.csv -o o.«jsonl→csv» --csv-bom", omit=("csv_bom",)),
        "a byte order mark (`--csv-bom`, `csv_bom`) is for files of CSV, and there is none",
    ),
    (
        Slip("", "show weighted.yaml --weights«→ • w=0.5»"),
        "the weights read parameters that have no value: give them with `--set`",
    ),
)
"""The words of commands, with a slot for what the hint suggests, and the hint as its template."""
