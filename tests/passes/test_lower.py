"""Documents of what lowers and what does not; a comment `# error: CODE` marks the line of each error."""

from __future__ import annotations

import pytest

from invariants import broken
from passes.fragments import FRAGMENT, Example, examples, lowered, sound

GOOD, BAD = examples("good"), examples("bad")


@pytest.mark.parametrize("example", [one for _, one in GOOD], ids=[name for name, _ in GOOD])
def test_good_lowers_without_a_word(example: Example) -> None:
    assert () == broken(sound(example.yaml))


@pytest.mark.parametrize("example", [one for _, one in BAD], ids=[name for name, _ in BAD])
def test_bad_yields_its_codes_in_its_lines(example: Example) -> None:
    ruleset, diagnostics = lowered(example.yaml)
    found = diagnostics.sorted()

    assert example.expected, "nothing is expected of it"
    assert list(example.expected) == [
        (each.span.line + 1, each.code) for each in found if each.span is not None and each.span.file == FRAGMENT
    ]
    assert [] == [each for each in found if each.span is None or each.span.file != FRAGMENT], "placed elsewhere"
    assert ruleset is None
    for each in found:
        assert str(each.headline), "the values of every message fit its template"
        assert each.help is None or str(each.help)
