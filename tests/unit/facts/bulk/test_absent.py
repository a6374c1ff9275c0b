"""Optional columns that files do not have, or have under another name; both intakes say the same."""

# pyright: basic

from __future__ import annotations

from dataclasses import replace

import pytest

from steelyard.diagnostics import Diagnostics
from steelyard.facts import ReadOptions, read_portfolio
from steelyard.facts.absent import unknown_names
from steelyard.facts.column_names import plain_name
from steelyard.ir.declared import Label
from steelyard.ir.versions import versions_of

AT = "2024-05-01 10:00"


@pytest.fixture
def rules(shapes):
    paid = shapes.field("paid_at", shapes.types["at"], optional=True)
    return shapes.ruleset(shapes.key(), replace(paid, label=Label("付款时间", "Payment time")))


def read(agree, rules, tmp_path, text: str, name: str = "c.csv", **more):
    """Read a file in both ways; its warnings, or the headlines of its errors."""
    path = tmp_path / name
    path.write_text(text, "utf-8")
    found = agree(rules, path, options=ReadOptions(**more))
    if found is not None:
        return [str(one) for one in found.warnings]
    diagnostics = Diagnostics()
    assert read_portfolio(versions_of(rules), [path], {}, diagnostics, options=ReadOptions(**more)) is None
    return [(one.code, str(one.headline)) for one in diagnostics.sorted()]


SAME = ["Paid_At", "paid at", " paid_at", "paid-at", "ｐａｉｄ＿ａｔ", "付款时间", "payment time", "PAID\u3000AT"]


@pytest.mark.parametrize("name", SAME)
@pytest.mark.parametrize("ending", ["csv", "jsonl"])
def test_a_name_that_looks_the_same_ends_the_run(agree, rules, tmp_path, name, ending) -> None:
    text = f"key,{name}\na,{AT}\n" if ending == "csv" else f'{{"key": "a", "{name}": "{AT}"}}\n'

    found = read(agree, rules, tmp_path, text, f"c.{ending}")

    assert [("E124", f"there is no column `paid_at`, but nobody reads `{name}`")] == found


@pytest.mark.parametrize(
    ("name", "value", "ends"),
    [
        ("payd_at", AT, True),
        ("paid_ta", AT, True),  # neighbours that changed places
        ("payd_at", "unknown", False),  # not readable as a time
        ("payd_at", "", False),  # no value says anything
        ("payd_on", AT, False),  # three edits
    ],
)
def test_one_edit_with_readable_values_ends_the_run(agree, rules, tmp_path, name, value, ends) -> None:
    found = read(agree, rules, tmp_path, f"key,{name}\na,{value}\nb,\n")

    assert ends == (found[0][0] == "E124")


def test_short_names_one_edit_apart_are_only_warned_about(agree, shapes, tmp_path) -> None:
    rules = shapes.ruleset(shapes.key(), *shapes.optional("word"))

    found = read(agree, rules, tmp_path, "key,ward\na,x\n")

    assert [
        "cases: no column `word`, it is missing in every row; did you mean `ward`?",
        "cases: nobody reads the columns `ward`",
    ] == found


def test_unread_columns_are_listed_once_and_cut(agree, rules, tmp_path) -> None:
    others = ",".join(f"z{place}" for place in range(12))

    found = read(agree, rules, tmp_path, f"key,{others}\na{',' * 12}\n")

    names = ", ".join(f"`z{place}`" for place in range(10))
    assert [
        "cases: no column `paid_at`, it is missing in every row",
        f"cases: nobody reads the columns {names} and 2 more",
    ] == found


def test_nothing_is_said_where_nothing_is_absent(agree, rules, tmp_path) -> None:
    assert [] == read(agree, rules, tmp_path, f"key,paid_at,Paid At\na,{AT},x\n")


@pytest.mark.parametrize("name", ["paid_at", "word"])
def test_a_column_that_is_known_to_be_missing(agree, rules, tmp_path, name) -> None:
    found = read(agree, rules, tmp_path, f"key,Paid At\na,{AT}\n", missing_columns=frozenset((name,)))

    assert (found == []) == (name == "paid_at")


def test_names_that_no_version_declares(rules) -> None:
    assert [("pade_at", "paid_at"), ("key", None)] == list(unknown_names(versions_of(rules), ("pade_at", "key")))


def test_a_key_of_some_rows_ends_the_run(agree, rules, tmp_path) -> None:
    text = f'{{"key": "a", "paid_at": "{AT}"}}\n{{"key": "b", "paidAt": "{AT}"}}\n'

    found = read(agree, rules, tmp_path, text, "c.jsonl")

    assert [("E124", "some rows have no `paid_at` but a `paidAt`, which nobody reads")] == found


def test_keys_of_one_row_are_two(agree, rules, tmp_path) -> None:
    text = f'{{"key": "a", "paid_at": "{AT}", "paidAt": "{AT}"}}\n{{"key": "b", "paidAt": "{AT}"}}\n'

    assert [] == read(agree, rules, tmp_path, text, "c.jsonl")


@pytest.mark.parametrize(
    ("near", "value", "told"),
    [("paidAt", AT, True), ("pay_at", AT, True), ("pay_at", "x", False), ("other", AT, False), ("pay_at", " ", False)],
)
@pytest.mark.parametrize("name", ["c.csv", "c.jsonl"])
def test_columns_of_which_each_row_fills_one(agree, rules, tmp_path, near, value, told, name) -> None:
    if name == "c.csv":
        text = f"key,paid_at,{near}\na,{AT},\nb,,{value}\n"
    else:
        text = f'{{"key": "a", "paid_at": "{AT}"}}\n{{"key": "b", "paid_at": null, "{near}": "{value}"}}\n'
    sure = near == "paidAt" and name == "c.jsonl"
    words = f"no row has both `paid_at` and `{near}`, which nobody reads; did you mean `{near}`?"
    expected = (
        ("E124", f"some rows have no `paid_at` but a `{near}`, which nobody reads") if sure else f"cases: {words}"
    )

    found = [one for one in read(agree, rules, tmp_path, text, name) if "in every row" not in one]
    assert [expected] * told == found


def test_columns_that_a_row_fills_both_are_two(agree, rules, tmp_path) -> None:
    assert [] == read(agree, rules, tmp_path, f"key,paid_at,pay_at\na,{AT},{AT}\nb,,{AT}\n")


def test_columns_of_relations(agree, shapes, tmp_path) -> None:
    own = shapes.relation("calls", shapes.field("of", shapes.types["word"]), *shapes.optional("flag"), of_case="of")
    (tmp_path / "calls.csv").write_text("of,FLAG\na,yes\n", "utf-8")
    (tmp_path / "c.csv").write_text("key\na\n", "utf-8")
    given = shapes.ruleset(shapes.key(), relations=(own,)), tmp_path / "c.csv", {"calls": tmp_path / "calls.csv"}

    assert agree(*given) is None
    assert agree(*given, options=ReadOptions(missing_columns=frozenset(("calls.flag",)))).warnings == ()


def test_a_column_that_another_version_reads_is_not_free(agree, shapes, tmp_path) -> None:
    day = shapes.field("day", shapes.types["day"])
    common = shapes.key(), day
    old = shapes.ruleset(*common, *shapes.optional("place"), days=(None, 19_000), reference="day")
    new = shapes.ruleset(*common, *shapes.optional("places"), days=(19_001, None), reference="day", version="2")
    versions = replace(versions_of(new), rulesets=(old, new))

    found = read(agree, versions, tmp_path, "key,day,places\na,2024-05-01,x\n")

    assert ["cases: no column `place`, it is missing in every row"] == found


def test_plain_names() -> None:
    assert "straße" != plain_name("straße") == plain_name("STRASSE")


@pytest.mark.parametrize("mark", ["N/A", "na", "NULL", "-", " ? ", "无"])
def test_what_stands_for_missing_is_asked_about(agree, shapes, tmp_path, mark) -> None:
    """Only where the value may be missing."""
    needed = replace(shapes.field("rate", shapes.types["rate"]), id="needed", column="needed")
    rules = shapes.ruleset(shapes.key(), needed, *shapes.optional("rate", "day"))
    (tmp_path / "c.csv").write_text(f"key,needed,rate,day\na,1,{mark},\nb,1,1,{mark}\nc,{mark},1,\n", "utf-8")

    hints = [str(one.hint) for one in agree(rules, tmp_path / "c.csv").rejects]

    declare = f'declare what means that: `missing: ["{mark.strip()}"]`'
    asked = f"leave the field empty where the value is missing, or {declare}"
    assert [asked, asked] == hints[:2]
    assert asked != hints[2]
