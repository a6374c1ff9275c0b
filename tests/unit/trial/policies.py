"""A small ruleset beside worked cases, in a folder."""

from __future__ import annotations

from pathlib import Path

RULESET = """\
steelyard: 1
ruleset: home
version: 1
title: {zh: 家财险, en: Home}
timezone: UTC
case:
  key: id
  reference_date: reported
  inputs:
    id: text
    reported: {type: datetime, label: {zh: 报案时间, en: Reported}}
    paid: {type: datetime, optional: true, not_before: reported}
    line: {type: text, values: [fire, flood]}
    area: {type: list of region(fips), optional: true}
parameters: {as_of: datetime, limit: {type: duration, value: 72h}}
define:
  late: {value: paid - reported > limit}
relations:
  complaints:
    of_case: id
    id: number
    label: {zh: 投诉, en: Complaint}
    fields: {id: text, number: text, upheld: {type: boolean, column: 属实}}
indicators:
  payment:
    label: {zh: 支付时效, en: Time to pay}
    clock: {from: reported, to: paid, until: as_of}
    target: limit
    better: lower
    score: {steps: {each: 10% of target, deduct: 10, begun: counts}}
    weight: 1
    reason: S1
score: {method: weighted_mean, round: 2, clamp: "[0..100]"}
deductions:
  upheld:
    label: {zh: 属实投诉, en: Upheld complaint}
    for_each: complaints
    when: upheld
    deduct: 5
    reason: C1
outputs:
  due: {value: date(reported) + 3d}
grades: {A: 90, B: 0}
"""
CASES = """\
# worked by hand
- case: in-time
  why: {zh: 按时支付, en: Paid in time}
  set: {as_of: "2024-06-01T00:00"}
  given: {reported: "2024-05-01T09:00", paid: "2024-05-02T09:00", line: fire}
  expect:
    score: 100.00     # all of it
    grade: A
    payment.measure: 24h
    late: false
    due: 2024-05-04
    fired: ""
- case: late
  set: {as_of: "2024-06-01T00:00"}
  given: {reported: "2024-05-01T09:00", paid: "2024-05-04T16:00", line: flood}
  rows: {complaints: [{number: T1, upheld: true}, {number: T2, upheld: false}]}
  expect: {score: 85, late: true, has_fired: [upheld], reasons: [S1, C1], rows: "upheld:T1"}
- case: refused
  set: {as_of: "2024-06-01T00:00"}
  given: {reported: "2024-05-01T09:00", line: hail}
  expect: {status: rejected, where: line, row: "", score: "", version: ""}
- case: a-row-refused
  set: {as_of: "2024-06-01T00:00"}
  given: {reported: "2024-05-01T09:00", line: fire}
  rows: {complaints: [{number: T1, upheld: true}, {number: T2, upheld: so}, {number: T3, upheld: true}]}
  expect: {status: rejected, where: complaints.upheld, row: 2}
"""


def home(folder: Path, cases: str = CASES, ruleset: str = RULESET) -> Path:
    """Write the ruleset and its cases; gives the folder."""
    (folder / "ruleset.yaml").write_text(ruleset, "utf-8")
    (folder / "cases.yaml").write_bytes(cases.encode())
    return folder
