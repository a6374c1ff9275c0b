"""YAML text becomes nodes with places; what YAML would reinterpret is said."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from steelyard.diagnostics import Diagnostic, Diagnostics, Span
from steelyard.source import Node, Seq, read_yaml


def read(text: str) -> tuple[Node | None, tuple[Diagnostic, ...]]:
    diagnostics = Diagnostics()
    return read_yaml(text, "f", diagnostics), diagnostics.sorted()


def good(text: str) -> Node:
    node, found = read(text)

    assert () == found
    assert node is not None
    return node


def one(text: str) -> Diagnostic:
    _, found = read(text)

    assert 1 == len(found), found
    return found[0]


def underlined(text: str, span: Span) -> str:
    assert span.line == span.end_line
    return text.splitlines()[span.line][span.column : span.end_column]


# what is kept


@pytest.mark.parametrize(
    "written",
    "2024.10 01001 NO yes ~ null 12:30 0x10 1e5 1_000 +.inf 2024-05-01 98% 24h = 60..75 -5 a'b (0..5] 报案".split(),
)
def test_scalar_stays_its_source_text(written: str) -> None:
    assert {"a": written} == good(f"a: {written}")


def test_nothing_written_is_an_empty_text_after_the_colon() -> None:
    node = good("a:\n\n# note\nb: 1\nc:")

    assert {"a": "", "b": "1", "c": ""} == node
    assert (Span("f", 0, 2, 0, 2), False) == (node["a"].span, node["a"].quoted)


def test_empty_text_in_quotes_is_quoted() -> None:
    assert good('a: ""')["a"].quoted


def test_collections_keep_order_and_places() -> None:
    node = good("b: [x, {y: z}]\na:\n  - p\n  - q: r\n\n\nlast: 1")

    assert ["b", "a", "last"] == list(node)
    assert Span("f", 0, 3, 0, 14) == node["b"].span
    assert Span("f", 2, 2, 3, 8) == node["a"].span
    assert Span("f", 0, 0, 6, 7) == node.span
    assert isinstance(node["a"], Seq)


def test_empty_collections() -> None:
    assert {"a": (), "b": {}} == good("a: []\nb: {}")


def test_root_may_be_a_list_or_a_quoted_nothing() -> None:
    assert ("a",) == good("- a")
    assert "" == good('""')


def test_explicit_document_start_and_crlf() -> None:
    node = good("---\r\na: 1\r\nb: 2\r\n")

    assert Span("f", 2, 3, 2, 4) == node["b"].span


def test_chinese_keys_values_and_places() -> None:
    node = good("赔案: 报案时间 - 查勘时间")

    assert Span("f", 0, 4, 0, 15) == node["赔案"].span
    assert Span("f", 0, 11, 0, 15) == node["赔案"].at(7, 11)


def test_character_beyond_the_basic_plane_is_one_column() -> None:
    assert Span("f", 0, 3, 0, 4) == good("𠮷: a")["𠮷"].span


# what is refused


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("a: 1\nb: 2\na: 3", "Y102", (2, 0)),
        ('a: 1\n"a": 2', "Y102", (1, 0)),
        ("x: {a: 1, a: 2}", "Y102", (0, 10)),
        ("a: &x 1", "Y103", (0, 3)),
        ("&x a: 1", "Y103", (0, 0)),
        ("a: &x [1]\nb: *x", "Y103", (0, 3)),
        ("a: *x", "Y103", (0, 3)),
        ("a: !!str 1", "Y104", (0, 3)),
        ("a: !x", "Y104", (0, 3)),
        ("a: != 5", "Y104", (0, 3)),
        ("a: !x [1]", "Y104", (0, 3)),
        ("a: 1\n---\nb: 1", "Y105", (1, 0)),
        ("? [a]\n: b", "Y106", (0, 2)),
        ("{{a: b}: c}", "Y106", (0, 1)),
        (": x", "Y106", (0, 0)),
        ("a:\n\tb: 1", "Y107", (1, 0)),
        ("a:\tb", "Y107", (0, 2)),
        ("a:\n  b: 1\n\tc: 1", "Y107", (2, 0)),
        ("", "Y110", (0, 0)),
        ("# nothing\n", "Y110", (0, 0)),
        ("---\n", "Y110", (0, 0)),
        ("a: b\0c", "Y111", (0, 4)),
        ("a: b\n\x07", "Y111", (1, 0)),
        ("a: \ufeffb", "Y111", (0, 3)),
        ("a: b\u2028c", "Y111", (0, 4)),
        ("a: b\x85c", "Y111", (0, 4)),
        ("a: \ud800", "Y111", (0, 3)),
        ("\r\n\0", "Y111", (1, 0)),
        ('a: "\\0"', "Y111", (0, 3)),
        ('a: "\\ud800"', "Y111", (0, 3)),
        ("a: b: c", "Y101", (0, 4)),
        ("a: {b: 1\nc: d", "Y101", (1, 1)),
        ("a: [", "Y101", (0, 4)),
        ("a: {}}", "Y101", (0, 5)),
        ('a: "b', "Y101", (0, 5)),
        ("- a\nb: 1", "Y101", (1, 0)),
        ("a：b\nc: d", "Y112", (0, 1)),
        ("a:b\nc: d", "Y101", (1, 1)),
        ('a: {a: "x" b: 1}', "Y101", (0, 11)),
        ('a: "\\UFFFFFFFF"', "Y101", (0, 1)),
        ("...", "Y101", (0, 0)),
    ],
)
def test_refused_with_code_and_place(text: str, code: str, place: tuple[int, int]) -> None:
    found = one(text)

    assert code == found.code
    assert found.span is not None
    assert place == (found.span.line, found.span.column)


def test_duplicate_key_names_the_first_and_keeps_its_value() -> None:
    node, found = read("a: 1\nb: 2\na: 3\na: 4")

    assert {"a": "1", "b": "2"} == node
    assert [Span("f", 2, 0, 2, 1), Span("f", 3, 0, 3, 1)] == [each.span for each in found]
    assert {Span("f", 0, 0, 0, 1)} == {each.labels[0].span for each in found}


def test_same_key_in_different_mappings_is_fine() -> None:
    good("a: {x: 1}\nb: {x: 1}\nx: 1")


def test_second_document_leaves_the_first() -> None:
    node, _ = read("a: 1\n---\nb: 2")

    assert {"a": "1"} == node


@pytest.mark.parametrize("text", ["a: &x 1", "a: !x 1", "? [a]\n: b", 'a: "\\0"', "a: [0..1]", "a: b: c"])
def test_misleading_nodes_are_kept_back(text: str) -> None:
    assert read(text)[0] is None


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("a：b\nc: d", "a space"),
        ("a:b\nc: d", "a space"),
        ("a:b\n  more\n  lines\nc: d", "a space"),
        ("a: b: c", "quote a text"),
        ("a: {b: c: d}", "quote a text"),
        ("a: {b: 1\nc: d", "close each bracket"),
        ("a: {}}", "close each bracket"),
        ('a: "b', "close the quote"),
        ('a: "\\UFFFFFFFF"', "escapes"),
        ("- a\nb: 1", "indent"),
    ],
)
def test_advice_fits_the_slip(text: str, advice: str) -> None:
    assert advice in str(one(text).help)


def test_unclosed_bracket_and_quote_show_where_they_open() -> None:
    assert Span("f", 0, 3, 0, 4) == one("a: {b: 1\nc: d").labels[0].span
    assert Span("f", 0, 3, 0, 4) == one('a: "b').labels[0].span


# YAML eats an expression


@pytest.mark.parametrize(
    "text",
    [
        "when: @2024-05-01 <= x",
        "when: %x",
        "when: `x`",
        'when: "x" in kinds\nnext: 1',
        "when: 'x' = y",
        'when: "x", "y"',
        "when: > 5",
        "when: >= 90\nnext: 1",
        "when: >5\nnext: 1",
        "when: >90",
        "when: * 5",
        "when: & x",
        "when: [0..1]",
        "when: [60..75)\nnext: 1",
        "when: [60..75)",
        "when: ]60..75]",
        "when: [a] = b",
        "when: {a} = b",
        "when: -\nnext: 1",
        "- {when: @2024-05-01}",
        "- {when: >= 5, points: 1}",
        "- {when: > 5, points: 1}",
        '- {when: a in ("x", "y"), points: 5}',
        '- {when: x = "p", "q"}',
        "- {when: max(a, b), points: 5}",
        "- {when: max(a,b,c)}",
        "- {when: a, b = 2}",
        "- {when: a, b < 2}",
        "- {when: (60..75], points: 1}",
        "- {when: [60..75), points: 1}\n- x",
        '- {when: "x" = y, points: 1}',
        '- {when: x = "a #b", points: 1}\n- x',
        '- [max(a, b), "c"]',
        'when: kind in ("a #b", "c")',
        'when: kind = "a #b"',
        "when: a and  # why\n  b\nnext: 1",
        "when: a\n  # why\n  and b",
    ],
)
def test_eaten_expression_is_recognised_once(text: str) -> None:
    found = one(text)

    assert "Y109" == found.code
    assert "quote the expression or put it on its own line" == str(found.help) or "comment" in str(found.headline)


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("a: @x", "@"),
        ('a: "x" = y', '"'),
        ("a: 'x' = y", "'"),
        ("a: >= 5", ">"),
        ("a: [a] = b", "["),
        ("a: {a} = b", "{"),
        ("a: * 5", "*"),
    ],
)
def test_eaten_expression_names_the_sign(text: str, sign: str) -> None:
    assert f"YAML reads the leading `{sign}` as a sign of its own" == str(one(text).headline)


@pytest.mark.parametrize(
    "text",
    [
        "when: x in (0..5)  # fine",
        "when: x in [0..5)  # half open",
        "when: x in (0..5]  # half open",
        'when: kind in ("a", "b")  # fine',
        "title: Terms and  # fine",
        "title: a#b (c",
        "when: 'kind = \"a #b\"'  # fine",
        "- {when: '[60..75)', points: 1}",
        "- {when: (0..5), points: f(x)}",
        "- {line: -, target: 4h}",
        "- {when: x = 1, points: 5}",
        "- [24h, 100]",
        "- [0..1, 2]",
        "- {a, b}",
        "- {zh: 「甲（乙」, en: x}",
        "text: >\n  folded\n  text",
        "text: |\n  > 5",
        "properties:\n  - score in [0..100]",
        "- {a: b,  # remark\n   c: d}",
        "when: a\n  and b",
    ],
)
def test_innocent_text_is_left_alone(text: str) -> None:
    good(text)


def test_each_cut_expression_is_found_in_its_own_brackets() -> None:
    _, found = read("- {when: max(a, b)}\n- {when: x}\n- {when: min(a, b)}")

    assert [0, 2] == [each.span.line for each in found if each.span]


# hostile text


@pytest.mark.parametrize("opening", ["[", "{a: ", "- ", "? ", "[{a: "])
def test_deep_nesting_is_refused(opening: str) -> None:
    assert "Y108" == one(opening * 10_000).code


def test_depth_limit_is_exact() -> None:
    good("[" * 100 + "]" * 100)
    assert "Y108" == one("[" * 101 + "]" * 101).code


def test_the_number_of_nodes_is_limited(monkeypatch) -> None:
    monkeypatch.setattr("steelyard.source.composer.NODES_LIMIT", 7)
    good("a: [b, c]\nd: e")  # two mappings and lists, five texts
    found = one("a: [b, c]\nd: [e, f]")

    assert ("E103", Span("f", 1, 4, 1, 5)) == (found.code, found.span)


def test_parentheses_are_text_at_any_depth() -> None:
    good("when: " + "(" * 10_000 + "x" + ")" * 10_000)


def test_alias_bomb_stops_at_its_first_anchor() -> None:
    lines = ["a: &a [x, x, x, x, x, x, x, x, x]"]
    lines += [f"{new}: &{new} [{', '.join([f'*{old}'] * 9)}]" for old, new in zip("abcdefgh", "bcdefghi", strict=True)]

    assert Span("f", 0, 3, 0, 5) == one("\n".join(lines)).span


def test_findings_end_at_a_hundred() -> None:
    node, found = read("a: 1\n" * 500)

    assert 100 == len(found)
    assert node is None


SIGNS = st.text(alphabet=st.sampled_from(list("ab:,-[]{}()\"'#&*!|>%@`?.=<\\ \n\t1报：")), max_size=40)


@given(SIGNS)
@settings(max_examples=1000)
def test_any_text_gives_nodes_or_a_finding(text: str) -> None:
    node, found = read(text)

    assert found or node is not None
    assert all(each.span is not None and each.span.line <= text.count("\n") for each in found)


@given(st.text(max_size=30))
def test_any_unicode_gives_nodes_or_a_finding(text: str) -> None:
    node, found = read(text)

    assert found or node is not None


@given(
    st.text(
        st.characters(
            codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"], exclude_characters="\ufeff\ufffe\uffff"
        )
    )
)
def test_single_quoted_text_comes_back_as_written(text: str) -> None:
    quoted = text.replace("'", "''")

    assert {"a": text} == good(f"a: '{quoted}'")
