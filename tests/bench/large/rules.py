"""Rulesets of many rules over plain inputs, and cases for them: how does time grow with the rules?

Of the rules four in five are deductions, one in five exemptions that relax the target. A condition asks two of sixteen
inputs, and holds in about one case of fifty.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.bench.large.claims import SEED, connect, copy_once

NUMBERS: Final = 8
TEXTS: Final = 4
TRUTHS: Final = 4
WORDS: Final = ("north", "east", "south", "west", "centre")

_HEAD: Final = """\
steelyard: 1
ruleset: rules-{count}
version: "1"
title: {count} rules
timezone: Asia/Shanghai
case:
  key: id
  inputs:
    id: text
{inputs}
    opened: datetime
    closed: {{type: datetime, not_before: opened}}
indicators:
  speed:
    measure: closed - opened
    target: 48h
    better: lower
    score: {{steps: {{each: 10% of target, deduct: 10, begun: counts}}}}
    weight: 1
score: {{method: weighted_mean, round: 2, clamp: "[0..100]"}}
grades: {{A: 90, B: 75, C: 60, D: 0}}
"""


def write(folder: Path, rules: int, cases: int) -> tuple[Path, Path]:
    """Write the folder of a ruleset of so many rules, and its cases as Parquet; return both.

    Args:
        folder: where; what is there already is kept.
        rules: at least 5.
        cases: how many; they serve rulesets of any size.
    """
    ruleset = folder / f"rules-{rules}"
    ruleset.mkdir(parents=True, exist_ok=True)
    (ruleset / "ruleset.yaml").write_text(ruleset_text(rules), encoding="utf-8", newline="\n")
    path = folder / f"cases-{cases}.parquet"
    copy_once(connect(), path, _cases(cases))
    return ruleset, path


def ruleset_text(count: int) -> str:
    """A ruleset of so many rules; always the same."""
    inputs = [f'    n{i}: {{type: decimal(2), range: "[0..1000]"}}' for i in range(NUMBERS)]
    inputs += [f"    t{i}: {{type: text, values: [{', '.join(WORDS)}]}}" for i in range(TEXTS)]
    inputs += [f"    b{i}: boolean" for i in range(TRUTHS)]
    exemptions = ["exemptions:"]
    deductions = ["deductions:"]
    for number in range(count):
        if number % 5 == 0:
            exemptions += [f"  e{number:03}:", f"    when: {condition(number)}", "    grants:", "      speed:"]
            exemptions.append(f"        target: target + {1 + number % 47}h")
        else:
            deductions += [f"  d{number:03}:", f"    when: {condition(number)}", f"    deduct: {1 + number % 3}"]
            deductions.append(f"    reason: R{number:03}")
    return _HEAD.format(count=count, inputs="\n".join(inputs)) + "\n".join((*exemptions, *deductions)) + "\n"


def condition(number: int) -> str:
    """What a rule asks: a tenth of a number's range, and a text or a truth."""
    low = number * 37 % 900
    wide = f"n{number % NUMBERS} >= {low} and n{number % NUMBERS} < {low + 100}"
    if number % 3 == 0:
        truth = "" if number % 2 else "not "
        return f"{wide} and {truth}b{number // 3 % TRUTHS}"
    return f'{wide} and t{number % TEXTS} = "{WORDS[number % len(WORDS)]}"'


def _cases(count: int) -> str:
    def below(number: int, limit: int) -> str:
        return f"(hash(i, {SEED}, {number}) % {limit})::INTEGER"

    words = ", ".join(f"'{word}'" for word in WORDS)
    columns = [f"({below(i, 100_001)} * 0.01::DECIMAL(3, 2))::DECIMAL(9, 2) AS n{i}" for i in range(NUMBERS)]
    columns += [f"[{words}][1 + {below(20 + i, len(WORDS))}] AS t{i}" for i in range(TEXTS)]
    columns += [f"{below(30 + i, 2)} = 1 AS b{i}" for i in range(TRUTHS)]
    opened = f"TIMESTAMPTZ '2024-01-01 00:00:00+00' + to_seconds({below(40, 31_000_000)})"
    return f"""
        SELECT *, opened + to_seconds(hash(id, {SEED}) % 360000) AS closed
        FROM (SELECT printf('C%09d', i + 1) AS id, {", ".join(columns)}, {opened} AS opened FROM range({count}) r(i))
    """
