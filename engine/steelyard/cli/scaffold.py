"""The files that `steelyard new` writes. `NAME` stands for the ruleset's name."""

from __future__ import annotations

import re

RULESET = """\
# NAME: a first ruleset. Change it line by line, and run `steelyard check` after each change.
#
# Expressions are text: put one that holds a comma, a colon or a # on a line of its own, or in quotes.

steelyard: 1
ruleset: NAME
version: 2024.1
title: {zh: 理赔服务考核, en: Claims service score}
timezone: Asia/Shanghai                # local times in the files are of this zone

case:                                  # one row of cases.csv
  key: claim_id
  reference_date: reported_at
  inputs:
    claim_id: {type: text, label: {zh: 案件号, en: Claim}}
    reported_at: {type: datetime, label: {zh: 报案时间, en: Reported}}
    paid_at:                           # optional: a claim that is still open has none
      type: datetime
      label: {zh: 支付时间, en: Paid}
      not_before: reported_at
      optional: true
    rating:
      type: decimal(1)
      range: "[1..5]"
      label: {zh: 客户评分, en: Customer's rating}
      optional: true
    complaint: {type: boolean, label: {zh: 有属实投诉, en: Upheld complaint}}

parameters:
  as_of: {type: datetime, label: {zh: 考核截止时间, en: Cut-off for open claims}}   # given by --as-of

groups:
  speed: {zh: 时效, en: Speed}
  quality: {zh: 质量, en: Quality}

indicators:
  payment:
    label: {zh: 结案支付时效, en: From report to payment}
    group: speed
    clock: {from: reported_at, to: paid_at, until: as_of}
    target: 72h
    better: lower
    score:                             # 10 points off for each tenth of the target over it; one begun counts whole
      steps: {each: 10% of target, deduct: 10, begun: counts}
    weight: 60                         # only the ratio of weights counts
    reason: S1
  satisfaction:
    label: {zh: 客户满意度, en: Customer satisfaction}
    group: quality
    measure: rating
    target: 4.5
    better: higher
    score: proportion                  # 100 from the target on, below it in proportion
    weight: 40
    missing: waive                     # not rated: its weight goes to the others
    reason: Q1

score: {method: weighted_mean, round: 2, clamp: "[0..100]"}   # a policy that only decides has `outputs` instead

deductions:
  upheld-complaint:
    label: {zh: 属实投诉扣5分, en: 5 points for an upheld complaint}
    when: complaint
    deduct: 5
    reason: C1

grades: {A: 90, B: 75, C: 60, D: 0}    # by lower bound
"""

CASES = """\
claim_id,reported_at,paid_at,rating,complaint
C-001,2024-05-01 09:00,2024-05-03 16:30,4.8,no
C-002,2024-05-01 10:15,2024-05-05 11:00,4.1,no
C-003,2024-05-02 08:40,2024-05-04 09:10,,yes
C-004,2024-05-03 14:05,,,no
"""

WORKED = """\
# Worked cases of NAME: what is given, and what shall come out. `steelyard test .` tries them.
#
# Work each by hand from the policy. Only what stands under `expect` is compared, to the last digit.

- case: paid-in-time
  why: {zh: 72小时内支付，评分高于目标：满分。, en: Paid within 72 hours and rated above the target}
  set: {as_of: "2024-05-10T00:00"}
  given: {reported_at: "2024-05-01 09:00", paid_at: "2024-05-03 16:30", rating: 4.8, complaint: false}
  expect:
    score: 100.00
    grade: A
    payment.measure: 55h30min
    reasons: []

- case: late-by-steps
  why:
    zh: 超出24小时45分，每7.2小时一档，开始的第4档也计入。
    en: "24 h 45 min over, in steps of 7.2 h: a fourth one has begun"
  # payment 100 - 4 x 10 = 60, rating 100 x 4.1 / 4.5 = 91.11; (3 x 60 + 2 x 91.11) / 5 = 72.444
  set: {as_of: "2024-05-10T00:00"}
  given: {reported_at: "2024-05-01 10:15", paid_at: "2024-05-05 11:00", rating: 4.1, complaint: false}
  expect:
    score: 72.44
    grade: C
    payment.score: 60.00
    satisfaction.score: 91.11
    satisfaction.lost: 3.556000
    reasons: [S1, Q1]

- case: complaint-without-rating
  why:
    zh: 没有评分：权重归支付时效；属实投诉扣5分。
    en: "Not rated: its weight goes to the payment; the complaint takes 5 points"
  set: {as_of: "2024-05-10T00:00"}
  given: {reported_at: "2024-05-02 08:40", paid_at: "2024-05-04 09:10", complaint: true}
  expect:
    score: 95.00
    satisfaction.score:                # empty: it was not scored
    has_fired: upheld-complaint

- case: still-open
  why:
    zh: 尚未支付：计时到截止时间为止。
    en: "Not paid yet: the clock runs until the cut-off"
  set: {as_of: "2024-05-10T00:00"}
  given: {reported_at: "2024-05-03 14:05", complaint: false}
  expect:
    score: 0.00
    grade: D
    payment.measure: 153h55min
    not_fired: upheld-complaint
"""

README = """\
# NAME

A ruleset for Steelyard, with four sample cases. From this folder:

    steelyard check .
    steelyard test .
    steelyard evaluate . --cases cases.csv --as-of 2024-05-10T00:00 -o scores.csv
    steelyard explain . --cases cases.csv --as-of 2024-05-10T00:00 --case C-002

`ruleset.yaml` is the policy; each line of it can be found again in the explanation of a score. `C-002` was paid
after 96 h 45 min against 72 h: the explanation shows how many steps that is, and what each took. `C-004` is still open:
its clock runs until the cut-off. `cases.yaml` holds the same four as worked cases: what shall come out of each.

Next: change a target, run `check` and `test`, score again, and change `version`. `steelyard show . --weights` prints
the share of every indicator in every situation, `steelyard rule CODE` explains a finding.
"""

_CHINESE_README = """\
# NAME

一个 Steelyard 规则集，附四件样例案件。在本文件夹中运行：

    steelyard check .
    steelyard test .
    steelyard evaluate . --cases cases.csv --as-of 2024-05-10T00:00 -o scores.csv
    steelyard explain . --cases cases.csv --as-of 2024-05-10T00:00 --case C-002

`ruleset.yaml` 就是考核办法，其中每一行都能在得分说明里找到。`C-002` 的目标是 72 小时，实际用了 96 小时 45 分才支付：
说明会列出超出几档、每档扣多少分。`C-004` 尚未结案，计时算到截止时间为止。`cases.yaml` 用同样四件案件写明应得的结果。

接下来：改一个目标值，运行 `check` 和 `test`，重新评分，并修改 `version`。`steelyard show . --weights` 列出各种情形下
每个指标的权重，`steelyard rule CODE` 解释一个检查结果。
"""

_CHINESE_CASES = """\
案件号,报案时间,支付时间,客户评分,有属实投诉
C-001,2024-05-01 09:00,2024-05-03 16:30,4.8,否
C-002,2024-05-01 10:15,2024-05-05 11:00,4.1,否
C-003,2024-05-02 08:40,2024-05-04 09:10,,是
C-004,2024-05-03 14:05,,,否
"""

_COMMENTS = {
    "# NAME: a first ruleset. Change it line by line, and run `steelyard check` after each change.": (
        "# NAME：第一个规则集。请逐行修改，每次修改后运行 `steelyard check`。"
    ),
    "# Expressions are text: put one that holds a comma, a colon or a # on a line of its own, or in quotes.": (
        "# 表达式是文本：含逗号、冒号或 # 的表达式请单独成行，或加引号。"
    ),
    "# local times in the files are of this zone": "# 文件中的当地时间属于此时区",
    "# one row of cases.csv": "# 对应 cases.csv 的一行；列名可用标识，也可用中文名称",
    "# optional: a claim that is still open has none": "# 可选：未结案件没有支付时间",
    "# given by --as-of": "# 由 --as-of 给出",
    "# 10 points off for each tenth of the target over it; one begun counts whole": (
        "# 每超出目标的10%扣10分，不足10%按10%计"
    ),
    "# only the ratio of weights counts": "# 权重只看比例",
    "# 100 from the target on, below it in proportion": "# 达到目标得100分，未达到按比例得分",
    "# not rated: its weight goes to the others": "# 没有评分：权重分摊给其他指标",
    "# a policy that only decides has `outputs` instead": "# 只作决定、不评分的办法改写 `outputs`",
    "# by lower bound": "# 按下限",
    "# Worked cases of NAME: what is given, and what shall come out. `steelyard test .` tries them.": (
        "# NAME 的案例：给出什么，应得什么结果。用 `steelyard test .` 检验。"
    ),
    "# Work each by hand from the policy. Only what stands under `expect` is compared, to the last digit.": (
        "# 请按办法的条文逐件手算。只比较 `expect` 下写明的内容，精确到最后一位。"
    ),
    "# payment 100 - 4 x 10 = 60, rating 100 x 4.1 / 4.5 = 91.11; (3 x 60 + 2 x 91.11) / 5 = 72.444": (
        "# 支付 100 - 4 x 10 = 60，评分 100 x 4.1 / 4.5 = 91.11；(3 x 60 + 2 x 91.11) / 5 = 72.444"
    ),
    "# empty: it was not scored": "# 空：未评分",
}
"""The comments of the ruleset and of the worked cases in Chinese."""

_COLUMNS = ("案件号", "报案时间", "支付时间", "客户评分", "有属实投诉")
"""Labels that name the columns of the Chinese sample too."""


def files(name: str, lang: str) -> dict[str, str]:
    """Return the text of each file, in English or Chinese; the ruleset means the same in both."""
    ruleset, worked, cases, readme = RULESET, WORKED, CASES, README
    if lang == "zh":
        for english, chinese in _COMMENTS.items():
            ruleset, worked = ruleset.replace(english, chinese), worked.replace(english, chinese)
        for column in _COLUMNS:
            label = rf"label: {{zh: {column}, [^}}]*}}"
            ruleset = re.sub(rf"^( +)({label})$", rf"\1\2\n\1column: {column}", ruleset, flags=re.MULTILINE)
            ruleset = re.sub(rf"({label})}}$", rf"\1, column: {column}}}", ruleset, flags=re.MULTILINE)
        cases, readme = _CHINESE_CASES, _CHINESE_README
    written = {"ruleset.yaml": ruleset, "cases.yaml": worked, "cases.csv": cases, "README.md": readme}
    return {file: text.replace("NAME", name) for file, text in written.items()}
