"""`steelyard check`, and what every command does with a ruleset that cannot be used."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

SHIPPED = ("motor-small-claims", "claims-efficiency", "teleclaims")


def test_shipped_rulesets_are_clean(steelyard):
    done = steelyard("check", *SHIPPED)

    assert (0, "rulesets checked: 3, errors: 0, warnings: 0\n") == (done.status, done.out)


def test_folder_and_file_are_found(steelyard, policy: Path):
    for name in (policy, policy / "ruleset.yaml"):
        assert 0 == steelyard("check", name).status


def test_warnings_do_not_fail(steelyard, policy: Path):
    file = policy / "ruleset.yaml"
    spare = "\ndefine:\n  spare: {label: {zh: 备用, en: Spare}, value: rating + 1}\n"
    file.write_text(file.read_text("utf-8") + spare, "utf-8")
    done = steelyard("check", policy)

    assert 0 == done.status
    assert "L101 warning: the define `spare` is never used" in done.out
    assert done.out.endswith("rulesets checked: 1, errors: 0, warnings: 1\n")


def test_every_error_is_said_at_once_and_fails(steelyard, policy: Path):
    file = policy / "ruleset.yaml"
    text = file.read_text("utf-8").replace("measure: rating", "measure: ratting").replace("when: complaint", "when: 3")
    file.write_text(text, "utf-8")
    done = steelyard("check", policy)

    assert 1 == done.status
    assert f"{file}:50:14: N101 error: unknown name `ratting`\n" in done.out
    assert "did you mean `rating`?" in done.out
    assert "T107 error" in done.out
    assert done.err == ""


def test_json_is_for_programs(steelyard, policy: Path):
    file = policy / "ruleset.yaml"
    file.write_text(file.read_text("utf-8").replace("measure: rating", "measure: ratting"), "utf-8")
    done = steelyard("check", policy, "--format", "json")
    document = json.loads(done.out)

    assert (1, 1) == (done.status, document["errors"])
    assert "N101" == document["diagnostics"][0]["code"]


def test_missing_file_is_usage(steelyard, tmp_path: Path):
    done = steelyard("check", tmp_path / "nothing.yaml")

    assert 2 == done.status
    assert "E101 error" in done.out


def test_misspelt_shipped_name_gets_the_nearest(steelyard):
    assert "did you mean `motor-small-claims`?" in steelyard("check", "motor-smal-claims").out


def test_chinese(steelyard, policy: Path):
    assert "错误" in steelyard("check", policy / "none", "--lang", "zh").out
    assert "错误" in steelyard("--lang", "zh", "check", policy / "none").out


NASTY: dict[str, tuple[bytes, str]] = {
    "broken YAML": (b"steelyard: 1\n  a: b: c\n", "Y"),
    "duplicate key": (b"steelyard: 1\nsteelyard: 1\n", "Y102"),
    "unknown key": (b"steelyard: 1\nrulset: a\n", "M"),
    "empty file": (b"", "Y110"),
    "only a comment": (b"# nothing\n", "Y110"),
    "a list": (b"- 1\n", "M103"),
    "anchor": (b"a: &x 1\nb: *x\n", "Y103"),
    "alias bomb": (
        b"a: &a [x, x]\nb: &b [*a, *a]\nc: &c [*b, *b]\nd: &d [*c, *c]\n" + b"e: [*d, *d]\n" * 1000,
        "Y103",
    ),
    "deep brackets": (b"a: " + b"[" * 10_000 + b"]" * 10_000 + b"\n", "Y108"),
    "NUL byte": (b"steelyard: 1\nruleset: a\0b\n", "Y111"),
    "UTF-16": ("steelyard: 1\n".encode("utf-16"), "E102"),
    "GBK": ("title: 理赔\n".encode("gbk"), "E102"),
    "tag": (b"a: !!python/object:os.system x\n", "Y104"),
    "second document": (b"a: 1\n---\nb: 2\n", "Y105"),
    "tab": (b"a:\n\tb: 1\n", "Y107"),
    "binary": (bytes(range(256)), ""),
    "huge line": (b"a: " + b"x" * 1_000_000 + b"\n", "M"),
}


@pytest.mark.parametrize("name", NASTY)
def test_nasty_files_get_a_diagnostic(name: str, steelyard, tmp_path: Path):
    data, code = NASTY[name]
    file = tmp_path / "ruleset.yaml"
    file.write_bytes(data)
    done = steelyard("check", file)

    assert done.status in (1, 2)
    assert f"{code}" in done.out
    assert "error" in done.out


CHANGES: dict[str, tuple[str, str, str]] = {
    "unit mismatch": ("target: 72h", "target: 72", "T1"),
    "wrong type": ("target: 4.5", "target: complaint", "T1"),
    "unrounded division": ("measure: rating", "measure: rating / 2", "T104"),
    "unknown name": ("to: paid_at", "to: payed_at", "N101"),
    "weights off their total": ("score: {method", "weights: {total: 110%}\nscore: {method", "H201"),
    "expression cut by its comma": ("    when: complaint\n", "    when: {a: max(1, 2}\n", ""),
    "flow-style expression": (
        (
            "  upheld-complaint:\n    label: {zh: 属实投诉扣5分, en: 5 points for an upheld complaint}\n"
            "    when: complaint\n    deduct: 5\n    reason: C1\n"
        ),
        '  upheld-complaint: {when: claim_id in ("a", "b"), deduct: 5}\n',
        "",
    ),
    "cycle among defines": ("grades:", "define:\n  a: b\n  b: a\ngrades:", "N106"),
    "relative step on a target of zero": ("target: 72h", "target: 0h", "T112"),
    "deep parentheses": ("measure: rating", f"measure: {'(' * 10_000}rating{')' * 10_000}", "Y202"),
    "deep parentheses, not closed": ("measure: rating", f"measure: {'(' * 10_000}rating", "Y2"),
    "deep not": ("when: complaint", f"when: {'not ' * 5000}complaint", "Y202"),
    "overlapping unique rows": (
        "grades:",
        (
            "tables:\n  t: {hit: unique, inputs: {r: rating}, outputs: {o: integer}, "
            "rows: [{r: '> 1', o: 1}, {r: '> 2', o: 2}]}\ngrades:"
        ),
        "H101",
    ),
    "impossible date": (
        "{type: datetime, label: {zh: 考核",
        '{type: datetime, value: "2023-02-29T00:00", label: {zh: 考核',
        "T109",
    ),
    "huge number": ("weight: 40", f"weight: {'9' * 5000}", "Y203"),
    "unknown zone": ("Asia/Shanghai", "Asia/Atlantis", "N112"),
    "Chinese look-alike": ("when: complaint", "when: compｌaint", "N101"),
}


@pytest.mark.parametrize("name", CHANGES)
def test_bad_rulesets_are_refused_with_a_place(name: str, steelyard, policy: Path):
    old, new, code = CHANGES[name]
    file = policy / "ruleset.yaml"
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")
    done = steelyard("check", policy)

    assert 1 == done.status
    assert f": {code}" in done.out
    assert f"{file}:" in done.out


def test_published_weights_of_110_percent_are_refused_with_each_listed(steelyard, policy: Path):
    """The sheet was printed with 0.1, 0.2, 0.3, 0.2, 0.2 and 0.1."""
    file = policy / "ruleset.yaml"
    head = file.read_text("utf-8").partition("indicators:")[0]
    weights = (("a", "0.1"), ("b", "0.2"), ("c", "0.3"), ("d", "0.2"), ("e", "0.2"), ("f", "0.1"))
    one = "  {}: {{measure: rating, target: 4.5, better: higher, score: met, weight: {}, missing: waive}}\n"
    indicators = "".join(one.format(*pair) for pair in weights)
    text = f"{head}weights: {{total: 100%}}\nindicators:\n{indicators}score: {{method: weighted_mean}}\n"
    file.write_text(text, "utf-8")
    done = steelyard("check", policy)

    assert 1 == done.status
    assert "H201 error: the weights add up to 110%, not 100%" in done.out
    assert "`a` 10%, `b` 20%, `c` 30%, `d` 20%, `e` 20%, `f` 10% make 110%" in done.out
