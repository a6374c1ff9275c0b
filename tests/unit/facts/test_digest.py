"""The digest of the facts changes with what was read and with how it was read, and with nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from passes.fragments import RICH, sound
from steelyard.calendars.working import Settings
from steelyard.calendars.zones import zone_digest
from steelyard.facts import Provenance, ReadOptions, SourceFile
from steelyard.facts.digest import Digests, digests, facts_digest
from steelyard.ir.canonical import parameters_digest, policy_digest
from steelyard.ir.ruleset import Label, WorkingCalendar

CASES, WEATHER = SourceFile("cases", "a.csv", "ab" * 32), SourceFile("weather", "w.csv", "cd" * 32)
READ = Provenance((WEATHER, CASES), ("calls", "visits"))
OFFICE = WorkingCalendar(id="office", label=Label("o", "o"), settings=Settings("CN"), digest="d1")
RULES = replace(sound("", RICH), calendars=(OFFICE,))
DIGEST = facts_digest(RULES, READ)


@pytest.mark.parametrize(
    "read",
    [
        replace(READ, files=(CASES, WEATHER)),
        replace(READ, files=(WEATHER, replace(CASES, name="b.csv"))),
        replace(READ, empty=("visits", "calls")),
        replace(READ, options=ReadOptions(max_bytes=5)),
    ],
)
def test_names_and_order_of_files_do_not_change_it(read: Provenance) -> None:
    assert DIGEST == facts_digest(RULES, read)


@pytest.mark.parametrize(
    "read",
    [
        replace(READ, files=(CASES,)),
        replace(READ, files=(WEATHER, CASES, CASES)),
        replace(READ, files=(WEATHER, replace(CASES, digest="ef" * 32))),
        replace(READ, files=(WEATHER, replace(CASES, role="calls"))),
        replace(READ, empty=("calls",)),
        replace(READ, options=ReadOptions(delimiter=";")),
        replace(READ, options=ReadOptions(encoding="gb18030")),
    ],
)
def test_what_was_read_and_how_changes_it(read: Provenance) -> None:
    assert DIGEST != facts_digest(RULES, read)


def test_the_data_behind_calendars_and_zones_are_facts_and_no_policy() -> None:
    other_days = replace(RULES, calendars=(replace(OFFICE, digest="d2"),))
    other_zone = replace(RULES, timezone="UTC")

    assert policy_digest(RULES) == policy_digest(other_days)
    assert 3 == len({DIGEST, facts_digest(other_days, READ), facts_digest(other_zone, READ)})
    assert zone_digest("UTC") != zone_digest("Asia/Shanghai")


def test_the_policy_is_no_fact() -> None:
    assert DIGEST == facts_digest(replace(RULES, version="another", points=()), READ)


def test_a_run_has_three_of_which_the_known_ones_are_named() -> None:
    found = digests(RULES, READ)

    assert Digests(policy_digest(RULES), parameters_digest(RULES), DIGEST) == found
    assert ["policy", "parameters", "facts"] == [name for name, _ in found.named()]
    assert (("policy", "a"),) == Digests("a").named()
