"""What a value becomes in a fact: integers within 64 bits and short text, whatever it was."""

from __future__ import annotations

import json

import pytest

from steelyard.engines.durable.conditions import LONGEST, SAFE, encode


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, 0),
        (-7, -7),
        (SAFE - 1, SAFE - 1),
        (SAFE, SAFE),
        (SAFE + 1, SAFE),
        (-SAFE, -SAFE),
        (-SAFE - 1, -SAFE),
        (10**40, SAFE),
    ],
)
def test_integers_stay_within_64_bits_and_in_their_order(value, expected):
    assert encode(value) == expected


@pytest.mark.parametrize("value", [True, False])
def test_a_truth_is_an_integer_as_durable_takes_true_for_1_only_in_its_own_way(value):
    assert type(encode(value)) is int
    assert encode(value) == int(value)


@pytest.mark.parametrize(
    "unit",
    ["x", "中", '"', "\0", "\U0001f600"],
    ids=["ascii", "chinese", "quote", "NUL", "beyond 16 bits"],
)
def test_a_text_is_itself_up_to_the_limit_as_json_and_its_digest_beyond(unit):
    each = len(json.dumps(unit)) - 2
    fits = (LONGEST - 2) // each

    assert encode(unit * fits) == unit * fits
    assert encode(unit * (fits + 1)) != unit * (fits + 1)
    assert len(json.dumps(encode(unit * (fits + 1)))) <= LONGEST
    assert encode(unit * (fits + 1)) != encode(unit * (fits + 2))


def test_a_list_is_no_value_of_a_fact():
    with pytest.raises(TypeError):
        encode(("310000",))
