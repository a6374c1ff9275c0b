"""The sink keeps each finding once and gives them in the order of the text."""

from __future__ import annotations

import pytest

from steelyard.diagnostics import Diagnostics, InternalError, PolicyError, Severity, Span, msg
from steelyard.diagnostics.registry import CODES


def test_findings_come_in_the_order_of_the_text() -> None:
    sink = Diagnostics()
    sink.add("Y102", Span("b", 0, 0, 0, 1), msg("fourth"))
    sink.add("Y102", Span("a", 2, 0, 2, 1), msg("third"))
    sink.add("Y102", Span("a", 1, 5, 1, 6), msg("second"))
    sink.add("E101", None, msg("first"))

    assert ["first", "second", "third", "fourth"] == [str(each.headline) for each in sink.sorted()]
    assert 4 == sink.errors


def test_same_finding_counts_once() -> None:
    sink, other = Diagnostics(), Diagnostics()
    for x in (1, 1, 2):
        sink.add("Y102", None, msg("a {x}", x=x))
    other.add("Y102", None, msg("a {x}", x=2))
    other.add("Y102", None, msg("a {x}", x=3))
    sink.extend(other.sorted())

    assert ["a 1", "a 2", "a 3"] == [str(each.headline) for each in sink.sorted()]


def test_unregistered_code_is_our_bug() -> None:
    with pytest.raises(InternalError, match="X999"):
        Diagnostics().add("X999", None, msg("a"))


def test_codes_are_unique_and_well_formed() -> None:
    names = [code.name for code in CODES.values()]

    assert len(names) == len(set(names))
    assert all(
        key == code.id and len(key) == 4 and key[0] in "YMNTHLBE" and key[1:].isdigit() for key, code in CODES.items()
    )
    assert all(name == name.lower() and name.replace("-", "").isalnum() for name in names)


def test_severity_comes_from_the_registry() -> None:
    sink = Diagnostics()
    for code in CODES:
        sink.add(code, None, msg("a"))

    assert {code.id: code.severity for code in CODES.values()} == {each.code: each.severity for each in sink.sorted()}
    assert sink.errors == sum(code.severity is Severity.ERROR for code in CODES.values())


def test_policy_error_carries_its_findings() -> None:
    sink = Diagnostics()
    sink.add("Y102", None, msg("a {x}", x=1))
    error = PolicyError(sink.sorted())

    assert sink.sorted() == error.diagnostics
    assert "a 1" == str(error)
