"""Slips in rulesets whose hints suggest a text, by the part of the file in which they are made."""

from __future__ import annotations

from golden.hints.slips import Slip, value

TABLE = "tables: {t: {hit: first, inputs: {line: line, c: cost}, outputs: {p: integer, q: text}, "
WHOLE = "steelyard: 1\nruleset: whole\nversion: 1\ntimezone: UTC\ncase: {key: k, inputs: {k: text, n: decimal(1)}}\n"
SYNTAX = (
    *(
        Slip("Y201", value(expression))
        for expression in (
            'if line == "motor" then 1 else 2',
            'if line <> "motor" then 1 else 2',
            "if rating => 3 then 1 else 2",
            "if rating =< 3 then 1 else 2",
            "if complaint && rating > 1 then 1 else 2",
            "if complaint || rating > 1 then 1 else 2",
            "if complaint & rating > 1 then 1 else 2",
            "if complaint | rating > 1 then 1 else 2",
            "if date(reported_at) = 2024-01-01 then 1 else 2",
            "if paid_at - reported_at > 24hours then 1 else 2",
            "if rating ＞ 1 then 1 else 2",
            "rating − 1",
            "rating – 1",
            "round(rating ÷ 2, 1)",
            "max(rating、 2)",
            "if rating in [1…2] then 1 else 2",
            "if rating > 1 AND complaint then 1 else 2",
            "if not complaint OR rating > 1 then 1 else 2",
        )
    ),
    Slip("Y201", value("if paid_at - reported_at > «24 h→•» then 1 else 2")),
    Slip("Y201", value("if «!complaint→• complaint» then 1 else 2"), omit=("!=",)),
    Slip("Y201", value('if line «!→•» "motor" then 1 else 2'), omit=("not",)),
    Slip("Y201", value("if line = «'motor'→•» then 1 else 2")),
    Slip("Y201", value("if complaint = «True→•» then 1 else 2"), omit=('"True"',)),
    Slip("Y201", value("if claim_id = «None→•» then 1 else 2"), omit=("missing", "is_missing(x)")),
    Slip("Y201", value("if «paid_at = null→•» then 1 else 2"), {"x": "paid_at"}, omit=("missing", '"null"')),
    Slip("Y201", value("coalesce(paid_at, null)"), omit=("is_missing(x)", '"null"')),
    Slip("Y201", value("if rating > «8‰→•» then 1 else 2"), {"0.5%": "0.8%"}),
    Slip("Y201", value("'«complaint ? 1 : 2→•»'"), {"…": "complaint"}),
    Slip("Y201", value("if «1 < rating < 3→•» then 1 else 2"), {"a": "1", "b": "rating", "c": "3"}),
    Slip("Y201", value('if «line not in ("motor")→•» then 1 else 2'), {"x": "line", "(1, 2)": '("motor")'}, ("not",)),
    Slip("Y201", value("if «complaint is true→•» then 1 else 2"), {"=": "complaint = true", "x": "complaint"}),
    Slip("Y201", value("«10% of rating→•»"), {"target": "rating"}, ("10% of target",)),
    Slip("Y201", value("if paid_at - reported_at > «1d 2h→•» then 1 else 2")),
    Slip("Y201", value("if cost > «1_000→•» then 1 else 2")),
    Slip("Y201", value("if date(reported_at) > «@x→•» then 1 else 2"), omit=("@2024-05-01T10:00:00+08:00",)),
    Slip("Y201", value("if reported_at > «@x→•» then 1 else 2"), omit=("@2024-05-01",)),
    Slip("Y201", value("if rating «between 1→•» then 1 else 2"), {"…": "1"}),
    Slip("Y201", value("if rating in «[..]→•» then 1 else 2")),
    Slip("Y201", value("«if complaint then 1→•»"), {"…": "complaint"}),
    Slip("Y201", TABLE + "rows: [{c: '«1 or 2→•»', p: 1, q: w}], default: {p: 2, q: v}}}", {"a, b": "1, 2"}),
    Slip(
        "Y201",
        TABLE + "rows: [{c: '«> 1 < 3→•»', p: 1, q: w}], default: {p: 2, q: v}}}",
        {"> 2 and < 5": "> 1 and < 3"},
    ),
    Slip("Y201", TABLE + "rows: [{c: '«not 1, 2→•»', p: 1, q: w}], default: {p: 2, q: v}}}", omit=("not",)),
)
NAMES = (
    Slip("N101", value("if raing > 1 then 1 else 2")),
    Slip("N101", value("count(cals)")),
    Slip("N101", "relations: {calls: {joins: minutes > 3, of_case: claim_id}}"),
    Slip("N101", "case: {key: claimid}"),
    Slip("N101", "case: {reference_date: reported}"),
    Slip("N101", "case: {roles: {handler: claimid}}"),
    Slip("N101", "indicators: {payment: {group: sped}}"),
    Slip("N101", "indicators: {payment: {score: propotion}}"),
    Slip(
        "N101",
        "indicators: {fam: {for_each: cals, id: claim_id, measure: minutes, score: measure, baseline: 0, weight: 1}}",
    ),
    Slip("N101", "exemptions: {storm: {when: complaint, grants: {spede: {waive: true}}}}"),
    Slip("N101", "exemptions: {storm: {for_each: cals, when: minutes > 3, grants: {payment: {waive: true}}}}"),
    Slip("N101", "deductions: {slow: {for_each: cals, when: minutes > 3, deduct: 1}}"),
    Slip("N101", "weights: {limits: {spede: {at_least: 10%}}}"),
    Slip("N101", "relations: {weather: {feed: warning}}"),
    Slip(
        "N101",
        "tables: {t: {hit: first, inputs: {c: cst}, outputs: {p: integer}, rows: [{c: '> 1', p: 1}], default: {p: 1}}}",
    ),
    Slip(
        "N102",
        "relations: {calls: {fields: {cost: integer}}}\n"
        "deductions: {slow: {for_each: calls, when: cost > 1, deduct: 1}}",
    ),
    Slip(
        "N104",
        value("payment"),
        {f".{part}": f"payment.{part}" for part in ("measure", "target", "share", "status")},
    ),
    Slip("N104", value("calls"), {"FIELD": "minutes"}),
    Slip("N107", value("calls.minutes"), {"…": "minutes > 3"}, ("for_each: calls", "define")),
    Slip("N108", "define: {target: rating}\n" + value("«rating→•»")),
    Slip("N109", value("sum(«rating→•»)"), {"sum(R.x)": "calls.minutes"}),
    Slip("N109", value("«count(calls.minutes)→•»"), {"R": "calls", "…": "minutes > 3"}),
    Slip("N110", value("rond(rating, 0)")),
    Slip("N111", value("payment.scor")),
    Slip("N111", value("sum(calls.minuts)")),
    Slip("N112", "timezone: Asia/Shangai"),
    Slip("N112", "timezone: nowhere"),
    Slip(
        "N113",
        value("if add_business_days(date(reported_at), 3, ofice) > @2024-05-01 then 1 else 2")
        + "calendars: {office: {holidays: CN}}",
    ),
    Slip("N113", value("if date(reported_at) + 3bd > @2024-05-01 then 1 else 2") + "«→•»"),
    Slip("N114", "calendars: {office: {holidays: US-TEX}}"),
    Slip("N114", "calendars: {office: {holidays: nowhere}}"),
    Slip("N115", "outputs: {status: {value: rating}}"),
    Slip("N101", "indicators: {satisfaction: {score: nothing}}", omit=("measure", "scoring")),
    Slip(
        "N111",
        "indicators: {plain: {measure: rating, score: measure, baseline: 0, weight: 1«→, •»}}\n"
        "exemptions: {storm: {when: complaint, grants: {plain: {target: 3}}}}",
        {"…": "4, better: higher"},
        ("at_least", "waive"),
    ),
)
TYPES = (
    Slip("T101", value("«round(paid_at - reported_at, 0)→•»"), {"x": "paid_at - reported_at"}),
    Slip("T101", value("«reported_at + 15d→•»"), {"360h": "reported_at + 360h", "x": "reported_at"}),
    Slip("T101", value("if date(reported_at) + «24h→•» > @2024-05-01 then 1 else 2")),
    Slip("T102", value("if paid_at - reported_at > «24→•» then 1 else 2")),
    Slip("T102", value("if date(reported_at) - @2024-05-01 > «24→•» then 1 else 2")),
    Slip("T102", value("if «reported_at→•» > @2024-05-01 then 1 else 2"), {"x": "reported_at"}),
    Slip("T102", value("if paid_at > missing then 1 else 2"), {"x": "paid_at"}),
    Slip("T102", value("if complaint = 1 then 1 else 2"), {"upheld": "complaint"}),
    Slip("T103", value('if line = "moto" then 1 else 2')),
    Slip("T103", TABLE + "rows: [{line: moto, p: 1, q: w}], default: {p: 2, q: v}}}"),
    Slip("T105", value("«mean(calls.minutes)→•»"), {"R.x": "calls.minutes", "…": "minutes > 3"}),
    Slip("T105", value("if all(calls) then 1 else 2"), {"…": "minutes > 3"}),
    Slip("T106", value("round(rating, 0, halfup)")),
    Slip("T106", value("round(rating, 0, x)")),
    Slip("T107", "gates: {cap: {when: cost, at_most: 59}}", {"x": "cost"}),
    Slip("T107", "gates: {cap: {when: reported_at, at_most: 59}}", {"x": "reported_at"}),
    Slip("T107", "gates: {cap: {when: line, at_most: 59}}", {"x": "line", "…": "motor"}),
    Slip("T107", "gates: {cap: {when: reported_at - reported_at, at_most: 59}}", {"x": "(reported_at - reported_at)"}),
    Slip("T107", "exemptions: {storm: {when: complaint, grants: {payment: {target: 60}}}}", {"24h": "72h"}),
    Slip("T107", "weights: {adjustments: {storm: {when: complaint, multiply: {speed: 1h}}}}"),
    Slip(
        "T108",
        "case: {inputs: {size: {type: text, «values: [low, high]→•»}}}\n" + value('if size > "low" then 1 else 2'),
    ),
    Slip("T109", value("if date(reported_at) > @2023-02-29 then 1 else 2"), omit=("@2024-05-01T10:00:00+08:00",)),
    Slip("T109", value("if reported_at > @2023-02-29 then 1 else 2"), omit=("@2024-05-01",)),
    Slip("T109", "parameters: {as_of: {type: datetime}, p: {type: integer, value: 1.5}}"),
    Slip("T109", "parameters: {as_of: {type: datetime}, p: {type: duration, value: 24}}"),
    Slip("T109", "parameters: {as_of: {type: datetime}, p: {type: days, value: 24}}"),
    Slip("T109", "parameters: {as_of: {type: datetime}, p: {type: boolean, value: 1}}"),
    Slip("T109", "parameters: {as_of: {type: datetime}, p: {type: date, value: 1}}"),
    Slip("T109", "parameters: {as_of: {type: datetime}, p: {type: date, value: 2024-02-30}}"),
    Slip("T109", "parameters: {as_of: {type: datetime, value: 2024-05-01}}"),
    Slip("T109", 'case: {inputs: {a: {type: date, format: "%d/%m"}}}'),
    Slip("T109", 'case: {inputs: {a: {type: datetime, format: "%d/%m/%Y"}}}'),
    Slip("T109", "case: {inputs: {a: {type: decimal(1), «decimal: '.'→•», grouping: '.'}}}", omit=('grouping: "."',)),
    Slip("T109", "calendars: {office: {holidays: CN, closed: [2024-2-30]}}"),
    Slip("T109", "grades: {A: 1h, B: 0}", {'"[75..90)"': '"[90..)"'}),
    Slip("T109", 'grades: {A: x, B: "[0..90)"}', {'"[75..90)"': '"[90..)"'}),
    Slip("T110", "case: {inputs: {a: dattetime}}"),
    Slip("T112", "indicators: {satisfaction: {target: '«rating - 1→•»'}}", {"…": "rating - 1"}, ("range",)),
    Slip(
        "T112",
        "indicators: {payment: {score: proportion, "
        "target: '«overlap_time(reported_at, as_of, reported_at, as_of)→•»'}}",
        {"…": "overlap_time(reported_at, as_of, reported_at, as_of)"},
        ("range",),
    ),
    Slip("T112", "indicators: {payment: {score: {steps: {each: 0% of target, deduct: 1, begun: counts}}}}"),
    Slip(
        "T113",
        'indicators: {fam: {measure: "round(cost / rating, 1)", target: 1, better: higher, score: met, weight: 1'
        "«→, •»}}\ncase: {inputs: {cost: {type: decimal(2), optional: true}}}",
    ),
    Slip("T114", "deductions: {late: {when: paid_at > reported_at, deduct: 1«→, •»}}"),
    Slip("T116", "calendars: {office: {holidays: CN, hours: 9-5}}"),
    Slip("T117", "calendars: {office: {holidays: CN«→, •»}}\n" + value("working_time(reported_at, as_of)")),
    Slip(
        "T119",
        value("if «15bd→•» > @2024-05-01 then 1 else 2") + "calendars: {office: {holidays: CN}}",
        {"x": "reported_at"},
        ("business_days_between(from, to)",),
    ),
    Slip("T103", "case: {inputs: {mark: {type: text, normalise: [case]}}}\n" + value('if mark = "AB" then 1 else 2')),
    Slip(
        "T106",
        value("if business_days_between(reported_at, @2024-05-01) > 3 then 1 else 2")
        + "calendars: {office: {holidays: CN}}",
        {"x": "reported_at"},
    ),
    Slip("T107", "case: {inputs: {«claim_id: {type: text, optional: true}→•»}}"),
    Slip(
        "T107",
        "tables: {t: {hit: first, inputs: {c: cost}, outputs: {p: integer}, rows: [{c: '> 0', p: 1}], "
        "default: {p: 2}}}\n" + value("t(complaint)"),
        {"x": "complaint"},
    ),
    Slip(
        "T107", "deductions: {slow: {when: complaint, deduct: '«rating * 0.0000001→•»'}}", {"x": "rating * 0.0000001"}
    ),
    Slip("T109", "parameters: {as_of: {type: datetime, value: 2024-05-«01T24:00→02T•»}}"),
    Slip(
        "T109",
        "timezone: Europe/Madrid\nparameters: {as_of: {type: datetime, value: 2024-10-27T02:30}}",
        {},
        ("Europe/Madrid",),
    ),
    Slip("T109", 'grades: {A: "> 1h", B: "<= 90"}'),
    Slip("T109", "relations: {weather: {open_at_most: 90}}"),
    Slip(
        "T107",
        "indicators: {plain: {«measure: rating→•», target: 1, better: lower, score: met, weight: 1}}\n"
        'exemptions: {storm: {for_each: weather, when: level = "red", grants: {plain: {pause: true}}}}',
        {"from: …": "from: reported_at", "to: …": "to: paid_at, until: as_of"},
        ("measure",),
    ),
    Slip(
        "T107",
        "exemptions: {storm: {«→•, »when: complaint, grants: {payment: {pause: true}}}}",
        {"for_each:": "for_each: weather"},
        ("window: {from: …, to: …}",),
    ),
    Slip("T104", value("«cost / 3→•»"), {"a": "cost", "b": "3"}, ("/",)),
    Slip("T107", "exemptions: {storm: {when: complaint, grants: {satisfaction: {target: '«4h→•»'}}}}", {"x": "4h"}),
)
SHAPE = (
    Slip("M101", "gates: {cap: {when: complaint, at_mots: 59}}"),
    Slip("M106", "weights: {waived: redistributed}"),
    Slip("M102", "indicators: {fam: {score: met, target: 1, better: lower, weight: 1«→, •»}}", {"…": "rating"}),
    Slip("M102", "indicators: {fam: {measure: rating, score: met, better: lower, weight: 1«→, •»}}", {"…": "2"}),
    Slip("M102", "indicators: {fam: {measure: rating, score: met, target: 2, weight: 1«→, •»}}"),
    Slip("M102", "indicators: {fam: {measure: rating, score: met, target: 2, better: lower«→, •»}}"),
    Slip("M102", "indicators: {fam: {measure: rating, score: measure, weight: 1«→, •»}}"),
    Slip("M109", "relations: {calls: {«levels: [low]→•, levels: [low]»}}"),
    Slip("M110", "«steelyard: 2→•»"),
    Slip("Y112", "«version：1→version• 1»"),
    Slip("H105", TABLE + "rows: [{lin: motor, p: 1, q: w}], default: {p: 2, q: v}}}"),
    Slip(
        "M102",
        'effective: "[2024-01-01..)"«→\ncase: {•}»',
        {"reference_date:": "reference_date: reported_at"},
        ("case",),
    ),
    Slip(
        "M102",
        WHOLE + "indicators: {a: {measure: n, target: 2, better: lower, score: met, weight: 1}}\n"
        "weights: {waived: redistribute}\n«scores: {}→•»",
        {
            "score:": "score: {method: weighted_mean, round: 2}",
            "scores:": "scores: {one: {method: weighted_mean, round: 2}}",
        },
        ("outputs:",),
    ),
    Slip("M102", WHOLE + "«scores: {}→•»", {"outputs:": "outputs: {big: n > 1}"}, ("score:", "scores:")),
    Slip(
        "M109",
        WHOLE + "deductions: {d: {when: n > 1, deduct: 1}}\noutputs: {big: n > 1}\n«→•»",
        {"score:": "score: {start: 100, round: 2}"},
        ("outputs",),
    ),
    Slip("M102", WHOLE + "score: {«method: sum→•», round: 2}", {}, ("indicators",)),
    Slip(
        "M102",
        "scores: {one: {method: weighted_mean, round: 2}, two: {method: weighted_mean, round: 2}}\n"
        "deductions: {slow: {when: complaint, deduct: 1«→, •»}}",
        {"NAME": "two"},
    ),
    Slip("M102", "case: {inputs: {area: region(fips)}}\nrelations: {weather: {«→•»}}", {}, ("fips", "name")),
    Slip("M112", "score: {«method: lowest→•»}\nweights: {waived: redistribute}", {}, ("weights",)),
    Slip(
        "B101",
        "score: {method: weighted_mean, round: 2«, baseline: 90→»}\nindicators: {payment: {«→•»}}",
        {"baseline": "baseline: 90"},
    ),
    Slip(
        "M108",
        "relations: {calls: {window: {from: a, to: b}, fields: "
        "{x: datetime, a: «datetime→{type: datetime, •}», b: {type: datetime«, not_before: x→»}}}}",
        omit=("a",),
    ),
    Slip("M108", "gates: {cap: {when: complaint, «at_most: 59, at_least: 10→•: 59»}}"),
)
TABLES = (
    Slip(
        "H103",
        "tables: {t: {hit: unique, inputs: {c: cost}, outputs: {p: integer}, rows: [{c: '< 9', p: 1}]«→, •»}}",
        {"default:": "default: {p: missing}"},
        ("missing",),
    ),
    Slip("L132", TABLE + "rows: [{line: motor, p: 1, q: «null→•»}], default: {p: 2, q: v}}}"),
    Slip(
        "L132",
        TABLE.replace("line: line", "line: claim_id") + "rows: [{line: «null→•», p: 1, q: w}], default: {p: 2, q: v}}}",
        {},
        ("missing",),
    ),
    Slip(
        "H132",
        "tables: {t: {hit: first, inputs: {c: cost}, outputs: {q: {type: text, values: [v, missing]}}, "
        "rows: [{c: '> 1', q: «missing→•»}], default: {q: v}}}",
    ),
    Slip("H131", TABLE + "rows: [{line: motor, p: 1, q: «'=claim_id'→'•'»}], default: {p: 2, q: v}}}", omit=(":=",)),
    Slip(
        "H134", TABLE + "rows: [], default: {p: 2, q: v}}}\ngates: {g: {when: complaint, at_most: 5, reason: «t.q→•»}}"
    ),
    Slip(
        "H108",
        TABLE.replace("line: line", "line: claim_id")
        + "rows: [{line: «otherwise→•», p: 1, q: w}, {line: x, p: 1, q: w}], default: {p: 2, q: v}}}",
    ),
    Slip(
        "L133",
        TABLE.replace("line: line", "line: claim_id") + "rows: [{line: claim_id, p: 1, q: w}], default: {p: 2, q: v}}}",
        {},
        (":= claim_id",),
    ),
    Slip("L133", TABLE + "rows: [{line: motor, p: 1, q: claim_id}], default: {p: 2, q: v}}}"),
    Slip("H106", TABLE + "rows: [{line: motor, p: 1«→, q: •»}], default: {p: 2, q: v}}}"),
)
SCORES = (
    Slip("H203", "weights: {limits: {quality: {at_least: 40}}}"),
    Slip(
        "L121",
        "indicators: {fam: {clock: {from: reported_at, to: paid_at«→, •»}, missing: waive, "
        "target: 24h, better: lower, score: met, weight: 1}}",
        {"until:": "until: as_of"},
        ("as_of",),
    ),
    Slip(
        "L121", "indicators: {payment: {measure: paid_at - reported_at, «missing: waive→•»}}", {}, ("clock", "until:")
    ),
    Slip(
        "L127",
        "case: {inputs: {closed_at: «datetime→{type: datetime, •}»}}\n"
        "indicators: {payment: {measure: closed_at - reported_at}}",
        {},
        ("closed_at",),
    ),
    Slip(
        "L127",
        "case: {inputs: {paid_at: datetime}}\n"
        'indicators: {payment: {measure: "«date(paid_at) - date(reported_at)→•»", target: 3d}}',
        {"…": "date(paid_at) - date(reported_at)"},
    ),
    Slip(
        "L128", "relations: {weather: {kinds: {暴雨: rainstorm}}}\n" + value('count(weather where kind = "rainstrom")')
    ),
    Slip(
        "L129",
        "indicators: {satisfaction: {«→•, »score: {bands: [{when: '< 3', points: -12}, {when: '>= 3', points: 1}]}, "
        "baseline: 100}}",
        {},
        ("satisfaction",),
    ),
    Slip(
        "L131",
        'case: {inputs: {rating: {type: decimal(4), range: "[0..1]"}}}\nindicators: {satisfaction: {target: 98}}',
    ),
    Slip(
        "H111",
        "score: {method: weighted_mean, round: 2«→, •»}\ngrades: {A: '[90..100]', B: '[10..90)'}",
        {"clamp": "clamp: '[10..100]'"},
    ),
)
AMENDMENTS = (
    Slip("N131", "steelyard: 1\nruleset: branch\nversion: 1\namends: claims-eficiency"),
    Slip(
        "N134",
        "steelyard: 1\nruleset: branch\nversion: 1\namends: claims-efficiency\nremove: [indicators.acceptance.reson]",
    ),
    Slip(
        "M133",
        '# 2024.yaml\nversion: 2024.1\neffective: "[2024-01-01..2024-12-31)"\ncase: {reference_date: reported_at}\n'
        '# 2025.yaml\nversion: 2025.1\neffective: "[«2025-01-01→•»..)"\ncase: {reference_date: reported_at}\n',
        {},
        ("2025.1",),
    ),
)
RULES = (*SYNTAX, *NAMES, *TYPES, *SHAPE, *TABLES, *SCORES, *AMENDMENTS)
