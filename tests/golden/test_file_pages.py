"""The pages of the codes about files (E…), run as commands: the example yields its code, the alternative does not."""

# pyright: basic

from __future__ import annotations

import io
import json
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from golden.test_pages import merged, plain
from steelyard.cli.main import run
from steelyard.diagnostics import Diagnostics
from steelyard.diagnostics.pages import page
from steelyard.diagnostics.registry import CODES
from steelyard.source import read_yaml
from unit.facts.feeds.build import alert
from workbooks import number, sheet, workbook

POLICY = """
steelyard: 1
ruleset: motor
version: 1
timezone: UTC
case: {{key: claim_id, inputs: {{claim_id: text{inputs}}}}}
{more}
score: {{start: 100, round: 2}}
"""
TABLE = """
tables:
  {name}:
    hit: unique
    inputs: {{{inputs}}}
    outputs: {{target: {target}}}
    file: targets.{suffix}
outputs:
  target: {{value: {name}.target}}
"""
CLAIMS = "claim_id,reported_at\nC1,2024-05-01 10:00\n"
CHINESE = "claim_id,机构\nC1,浦东\n"
WARNINGS = "event_id,kind,level,areas,starts,ends,headline,source\n"
WEATHER = "relations: {weather: {feed: warnings, levels: [red], joins: 'covers(weather.areas, \"1\")'}}"
LINES = ", line: {type: text, values: [motor]}"
SEVERE = LINES + ", severity: {type: text, values: [minor, major]}"


def policy(inputs: str = "", more: str = "") -> str:
    return POLICY.format(inputs=inputs, more=more)


def parquet(**columns: list[object]) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out)
    return out.getvalue()


def table(inputs: str, target: str = "duration", suffix: str = "xlsx", name: str = "targets") -> str:
    return TABLE.format(inputs=inputs, target=target, suffix=suffix, name=name)


def as_workbook(csv: str, name: str = "Targets") -> bytes:
    """The cells of a page as a workbook holds them; an empty one is merged with the one above."""
    cells: dict[str, str] = {}
    merged = ""
    for row, line in enumerate(csv.strip().split("\n"), 1):
        for column, text in zip("ABC", line.split(","), strict=False):
            place = f"{column}{row}"
            if text == "#N/A":
                cells[place] = f't="e"><v>{text}</v>'
            elif re.fullmatch(r"0|[1-9][0-9]*|0\.[0-9]+", text):
                cells[place] = number(text)
            elif text:
                cells[place] = text
            else:
                merged = f'<mergeCells count="1"><mergeCell ref="{column}{row - 1}:{place}"/></mergeCells>'
    return workbook(**{name: sheet(cells, merged)})


@dataclass(frozen=True)
class Setting:
    """What stands around the example of a page.

    Attributes:
        policy: the ruleset that it means.
        files: the files that it names, beside the ruleset.
        file: where an example is the text of a file: its name.
        words: where an example is no command: the command.
        also: other codes that the example yields.
        beside: further words of the command, of the example and of the alternative, which pages leave out.
        status: how the example ends.
        written: how the text of a file is stored.
    """

    policy: str = policy(", reported_at: datetime")
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    file: str = "claims.csv"
    words: str = "evaluate motor-small-claims --cases claims.csv"
    beside: tuple[str, str] = ("", "")
    also: frozenset[str] = frozenset()
    status: int = 2
    written: Callable[[str], bytes] = str.encode


SHEET = "motor-small-claims/targets.xlsx"
CHECK = "check motor-small-claims"
TEST = "test motor-small-claims --engine reference"
GIVEN = {"claims.csv": CLAIMS}
SETTINGS = {
    "E101": Setting(),
    "E102": Setting(policy() + "title: {zh: 理赔}\n"),
    "E103": Setting(
        policy(), {"claims-2024.csv": "claim_id,note\n" + "".join(f"C{n},{'x' * 10**5}\n" for n in range(110))}
    ),
    "E110": Setting(files=GIVEN),
    "E111": Setting(files=GIVEN | {"claims.txt": CLAIMS}),
    "E112": Setting(policy(", 机构: text"), {"saved-by-a-spreadsheet.csv": CHINESE.encode("gb18030")}),
    "E113": Setting(policy(", 机构: text"), {"claims.csv": CHINESE.encode("gb18030")}),
    "E114": Setting(policy(more=WEATHER), GIVEN | {"empty.csv": ""}),
    "E115": Setting(policy(", branch: text")),
    "E116": Setting(),
    "E117": Setting(policy(", note: text")),
    "E118": Setting(
        policy(),
        {"claims.parquet": parquet(claim_id=["C1"]), "half-downloaded.parquet": parquet(claim_id=["C1"])[:200]},
    ),
    "E119": Setting(
        policy(", reported_at: text"),
        {
            "claims-with-structs.parquet": parquet(claim_id=["C1"], reported_at=[{"day": 1}]),
            "claims-with-plain-columns.parquet": parquet(claim_id=["C1"], reported_at=["1"]),
        },
    ),
    "E120": Setting(policy(more=WEATHER), GIVEN),
    "E121": Setting(policy(more=WEATHER), GIVEN | {"warnings.csv": WARNINGS}, also=frozenset({"E120"})),
    "E122": Setting(
        policy(
            ", branch: text, month: text",
            "relations: {rates: {fields: {branch: text, month: text, complaint_rate: decimal(4)}, "
            "joins: rates.branch = case.branch and rates.month = case.month}}",
        ),
        {"claims.csv": "claim_id,branch,month\nC1,Pudong,2024-05\n"},
        file="rates.csv",
        words="evaluate motor-small-claims --cases claims.csv --relation rates=rates.csv",
    ),
    "E123": Setting(
        policy(
            more="relations: {weather: {feed: warnings, levels: [red], joins: 'covers(weather.areas, \"1\")'}, "
            "declarations: {feed: declarations, joins: 'covers(declarations.areas, \"1\")'}}",
        ),
        GIVEN | {"alerts/a.xml": alert("A1", 0)},
        beside=("--relation weather=none", "--relation declarations=none"),
    ),
    "E124": Setting(policy(", reported_at: datetime, paid_at: {type: datetime, optional: true}")),
    "E125": Setting(status=0),
    "E126": Setting(
        policy(
            ", branch: text",
            "relations: {rates: {one_row: true, fields: {branch: text, complaint_rate: decimal(4)}, "
            "joins: rates.branch = case.branch}}",
        ),
        {"claims.csv": "claim_id,branch\nC1,Springfield\n"},
        file="rates.csv",
        words="evaluate motor-small-claims --cases claims.csv --relation rates=rates.csv",
        status=0,
    ),
    "E127": Setting(
        policy(
            ", cause: text, paid: duration",
            "indicators: {speed: {measure: paid, target: 48h, better: lower, score: met, weight: 1}}",
        ).replace("start: 100", "method: weighted_mean"),
        {"claims.csv": "claim_id,cause,paid\nC1,typhoon,50h\n"},
        file="motor-small-claims/ruleset.yaml",
        status=0,
    ),
    "E130": Setting(policy(more="parameters: {as_of: datetime}"), GIVEN),
    "E141": Setting(policy(LINES, table("line: line")), file=SHEET, words=CHECK, written=as_workbook),
    "E142": Setting(
        policy(SEVERE, table("line: line, severity: severity")),
        file=SHEET,
        words=CHECK,
        written=as_workbook,
    ),
    "E143": Setting(
        policy(", region: region(fips)", table("region: region", "decimal(1)")),
        file=SHEET,
        words=CHECK,
        written=as_workbook,
    ),
    "E144": Setting(
        policy(LINES, table("line: line", name="decision_target")),
        {SHEET: as_workbook("line,target\nmotor,48h\n")},
        file="motor-small-claims/ruleset.yaml",
        words=CHECK,
    ),
    "E145": Setting(
        policy(SEVERE, table("line: line, severity: severity", suffix="csv")),
        file="motor-small-claims/targets.csv",
        words=CHECK,
    ),
    "E151": Setting(policy(), file="motor-small-claims/cases.yaml", words=TEST),
    "E152": Setting(policy(), file="motor-small-claims/cases.yaml", words=TEST),
}
"""By code."""


def test_every_code_about_files_is_run() -> None:
    assert [code for code in CODES if code.startswith("E")] == list(SETTINGS)


def examples(code: str) -> list[tuple[str, str]]:
    """The kind and the text of the example and of the alternative of a page."""
    return re.findall(r"```(\w+)\n(.*?)```", page(code) or "", re.DOTALL)


def amended(policy: str, text: str) -> str:
    """A ruleset with a part of a page laid upon it."""
    under, over = (read_yaml(one, "ruleset.yaml", Diagnostics()) for one in (policy, text))
    assert under is not None
    assert over is not None
    return json.dumps(plain(merged(under, over)), ensure_ascii=False)


def ended(setting: Setting, kind: str, text: str, beside: str) -> int:
    """Run what a page shows, in the current folder."""
    folder = Path("motor-small-claims")
    folder.mkdir(exist_ok=True)
    for name in ("ruleset.yaml", f"{folder}/ruleset.yaml"):
        Path(name).write_text(setting.policy, "utf-8")
    for name, content in setting.files.items():
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_bytes(content.encode() if isinstance(content, str) else content)
    if kind == "csv":
        Path(setting.file).write_bytes(setting.written(text))
    elif kind == "yaml":
        is_cases = setting.file.endswith("cases.yaml")
        Path(setting.file).write_text(text if is_cases else amended(setting.policy, text), "utf-8")
    status = 0
    for line in text.splitlines() if kind == "console" else [f"steelyard {setting.words}"]:
        if converted := re.fullmatch(r"iconv -f (\S+) -t (\S+) (\S+) > (\S+)", line):
            before, after, source, target = converted.groups()
            Path(target).write_bytes(Path(source).read_bytes().decode(before).encode(after))
            continue
        program, *words = shlex.split(f"{line} {beside}")
        assert program == "steelyard"
        status = run(words)
    return status


@pytest.mark.parametrize("code", SETTINGS)
def test_the_example_yields_its_code_and_the_alternative_does_not(
    code: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STEELYARD_LANG", "en")
    monkeypatch.chdir(tmp_path)
    setting = SETTINGS[code]
    bad, good = examples(code)

    assert setting.status == ended(setting, *bad, setting.beside[0])
    said = "".join(capfd.readouterr())
    assert {code} | setting.also == set(re.findall(r"\b[A-Z][0-9]{3}\b", said)) & CODES.keys(), said
    ends = ended(setting, *good, setting.beside[1])
    said = "".join(capfd.readouterr())
    assert (0, False) == (ends, code in said), said
