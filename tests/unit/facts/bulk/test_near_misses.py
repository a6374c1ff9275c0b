"""Keys and joined values that nearly meet: both intakes count them and name the same ones."""

# pyright: basic

from __future__ import annotations

import pytest

from steelyard.facts.bulk.spelling import folded_key
from steelyard.facts.spelling import folded
from steelyard.ir.expressions import And, Comparator, Compare, Field, Input
from steelyard.ir.types import Number, Text


@pytest.fixture
def write(tmp_path):
    def write_(name, text):
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return write_


def told(portfolio) -> list[tuple[str, str, list[str]]]:
    return [(one.code, str(one.headline), list(map(str, one.notes))) for one in portfolio.findings]


def rates(shapes, *names, **more):
    joins = tuple(
        Compare(
            type=Text(),
            comparator=Comparator.EQ,
            left=Field("rates", name, type=Text()),
            right=Input(name, type=Text()),
        )
        for name in names
    )
    fields = (*(shapes.field(name, Text()) for name in names), shapes.field("rate", Number(0)))
    condition = joins[0] if len(joins) == 1 else And(joins, type=Text())
    return shapes.relation("rates", *fields, **({"joins": condition, "one_row": True} | more))


def rules(shapes, *names, **more):
    inputs = (shapes.field(name, Text(), optional=True) for name in names)
    return shapes.ruleset(shapes.key(), *inputs, relations=[rates(shapes, *names, **more)])


SPELLINGS = {
    "Unicode form": "Ma\u0301laga",
    "blanks at the edge": "Málaga ",
    "letter case": "málaga",
    "width": "Ｍálaga",
    "blanks at the edge, width": "\u3000Ｍálaga",
}


@pytest.mark.parametrize("kind", SPELLINGS)
@pytest.mark.parametrize("side", ["case", "row"])
def test_a_value_that_is_spelt_otherwise_is_named(agree, shapes, write, kind, side) -> None:
    case, row = (SPELLINGS[kind], "Málaga") if side == "case" else ("Málaga", SPELLINGS[kind])
    cases = write("c.csv", f"key,branch\n1,{row}\n2,{case}\n3,\n4,{case}\n")
    portfolio = agree(rules(shapes, "branch"), cases, {"rates": write("r.csv", f"branch,rate\n{row},1\nBilbao,2\n")})

    note = f"`{case}` differs only in {kind} from `{row}`"
    assert [("E126", "2 cases find no row of `rates`", [note])] == told(portfolio)


def test_one_edit_is_named_and_a_changed_digit_is_not(agree, shapes, write) -> None:
    cases = write("c.csv", "key,branch\n1,Madird\n2,Unit 7\n3,南京\n4,北京\n")
    given = {"rates": write("r.csv", "branch,rate\nMadrid,1\nUnit 8,2\n北京,3\n")}

    notes = ["`Madird` differs in one character from `Madrid`", "`南京` differs in one character from `北京`"]
    assert [("E126", "3 cases find no row of `rates`", notes)] == told(agree(rules(shapes, "branch"), cases, given))


def test_values_without_a_like_are_listed_and_cut(agree, shapes, write) -> None:
    cases = write("c.csv", "key,branch,month\n" + "".join(f"{n},B{n % 7},05\n" for n in range(14)))
    given = {"rates": write("r.csv", "branch,month,rate\nB0,05,1\nB1,04,1\n")}
    notes = ["no row has `B1 / 05`, `B2 / 05`, `B3 / 05`, `B4 / 05`, `B5 / 05` and 1 more"]

    assert [("E126", "12 cases find no row of `rates`", notes)] == told(
        agree(rules(shapes, "branch", "month"), cases, given)
    )


def test_of_many_rows_only_what_nearly_matches_is_told(agree, shapes, write) -> None:
    cases = write("c.csv", "key,branch\n1,Lugo\n2,Cádiz\n3,Zamora\n")
    many = rules(shapes, "branch", one_row=False)

    assert [] == told(agree(many, cases, {"rates": write("r.csv", "branch,rate\nLugo,1\n")}))
    assert [("E126", "2 cases find no row of `rates`", ["`Cádiz` differs only in letter case from `cádiz`"])] == told(
        agree(many, cases, {"rates": write("s.csv", "branch,rate\nLugo,1\ncádiz,2\n")})
    )
    assert [("E126", "3 cases find no row of `rates`", ["no row has `Cádiz`, `Lugo`, `Zamora`"])] == told(
        agree(many, cases, {"rates": write("t.csv", "branch,rate\n1,1\n")})
    )


def test_keys_of_rows_that_are_spelt_otherwise(agree, shapes, write) -> None:
    relation = shapes.relation("calls", shapes.field("of", Text()), shapes.field("n", Number(0)), of_case="of")
    some = shapes.ruleset(shapes.key(), relations=[relation])
    given = {"calls": write("r.csv", "of,n\nA-1 ,1\nA-1 ,2\nß,1\nC,1\nB,1\n")}
    notes = ["`A-1 ` differs only in blanks at the edge from `A-1`", "`ß` differs only in letter case from `SS`"]

    assert [("E126", "4 rows of `calls` match no case", notes)] == told(
        agree(some, write("c.csv", "key\nA-1\nSS\nB\n"), given)
    )


KEYS = {
    "usual": ["A1", "A2", "a1 ", "A1"],
    "full width": ["Ａ１", "A1", "A\u30001", "A 1", "案件１", "案件1"],
    "letters that Python alone folds": ["STRASSE", "straße", "Ö1", "O\u03081", "o\u03081", "ﬁ", "x"],
    "none": ["a", "b", "é", "案"],
    "many": [sign + "é" * n for n in range(1, 8) for sign in ("", " ")],
}


@pytest.mark.parametrize("name", KEYS)
def test_keys_that_are_spellings_of_one_text(agree, shapes, write, name) -> None:
    keys = KEYS[name]
    texts: dict[str, list[str]] = {}
    for key in dict.fromkeys(keys):
        texts.setdefault(folded(key), []).append(key)
    pairs = [(same[0], other) for same in texts.values() for other in same[1:]]
    found = told(agree(shapes.ruleset(shapes.key()), write("c.csv", "key\n" + "".join(f'"{key}"\n' for key in keys))))

    assert bool(pairs) == bool(found)
    for code, headline, notes in found:
        counted = "1 key of cases differs" if len(pairs) == 1 else f"{len(pairs)} keys of cases differ"
        assert ("E125", f"{counted} from another only in spelling") == (code, headline)
        for note, (first, other) in zip(notes[:5], pairs, strict=False):
            places = f"(c.csv:{keys.index(other) + 2}, c.csv:{keys.index(first) + 2})"
            assert note.startswith(f"`{other}` differs only in ")
            assert note.endswith(f" from `{first}` {places}")
        assert (["… and 2 more"] if len(pairs) > 5 else []) == notes[5:]


def test_values_about_persons_are_not_quoted(agree, shapes, write) -> None:
    relation = shapes.relation("calls", shapes.field("of", Text()), of_case="of")
    some = shapes.ruleset(shapes.key(personal=True), relations=[relation])
    cases, given = write("c.csv", "key\nLi-1\nli-1\n"), {"calls": write("r.csv", "of\nLI-1\n")}

    notes = [
        ["`xx-9` differs only in letter case from `xx-9` (c.csv:3, c.csv:2)"],
        ["`xx-9` differs only in letter case from `xx-9`"],
    ]

    assert notes == [one for *_, one in told(agree(some, cases, given))]


def test_keys_that_are_numbers_have_no_spellings(agree, shapes, write) -> None:
    assert [] == told(agree(shapes.ruleset(shapes.key(Number(0))), write("c.csv", "key\n1\n01\n2\n")))


def test_sql_folds_as_python_does_or_leaves_it_to_python(connection) -> None:
    signs = [chr(code) for code in range(1, 0x11000) if not 0xD800 <= code < 0xE000]
    query = f"SELECT key, {folded_key('key')} FROM (SELECT unnest(?) AS key)"
    found = connection.execute(query, [[f"{sign}Z{sign}" for sign in signs]]).fetchall()

    assert [] == [key for key, form in found if form not in {None, folded(key)}]


def test_of_a_relation_that_is_said_to_be_empty_no_row_is_missed(agree, shapes, write) -> None:
    cases = write("c.csv", "key,branch\n1,Lugo\n2,Cádiz\n")

    assert [] == told(agree(rules(shapes, "branch"), cases, {"rates": None}))
    assert ["2 cases find no row of `rates`"] == [
        headline
        for _, headline, _ in told(agree(rules(shapes, "branch"), cases, {"rates": write("r.csv", "branch,rate\n")}))
    ]
