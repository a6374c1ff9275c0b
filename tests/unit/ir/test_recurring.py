"""Relations of windows that recur by a rule: what is refused and warned of, digests, rows that nobody gives."""

from __future__ import annotations

import pytest

import steelyard
from steelyard.analysis.check import load_text
from steelyard.facts.recurring import recurring_rows
from steelyard.ir.canonical import policy_digest
from steelyard.session.errors import InputError

RULE = "FREQ=WEEKLY;BYDAY=SU;BYHOUR=2"
KEYS = {"recurring": f'"{RULE}"', "duration": "4h", "from": "2024-01-01", "until": "2024-12-31"}


def text(more: str = "", **changed: str | None) -> str:
    keys = {key: value for key, value in {**KEYS, **{k.strip("_"): v for k, v in changed.items()}}.items() if value}
    lines = "\n".join(f"    {key}: {value}" for key, value in keys.items())
    return f"""
steelyard: 1
ruleset: upkeep
version: 1
timezone: America/New_York
case: {{key: id, inputs: {{id: text, opened: datetime, closed: datetime}}}}
relations:
  upkeep:
{lines}
{more}
indicators:
  service:
    clock: {{from: opened, to: closed}}
    target: 2h
    better: lower
    score: met
    weight: 1
exemptions:
  during-upkeep:
    for_each: upkeep
    when: "true"
    grants:
      service: {{pause: true}}
score: {{method: weighted_mean, round: 2}}
"""


def found(source: str) -> list[tuple[str, str]]:
    return [(one.code, str(one.headline)) for one in load_text(source).diagnostics]


def relation(source: str):
    loaded = load_text(source)
    assert loaded.versions is not None, loaded.diagnostics
    return loaded.versions.newest.relations[0]


@pytest.mark.parametrize(
    ("changed", "code", "why"),
    [
        ({"recurring": '"FREQ=WEEKLY;BYDAY=XX"'}, "T121", "`BYDAY` has no `XX`"),
        ({"recurring": '"FREQ=SECONDLY"'}, "T121", "more than 20,000"),
        ({"recurring": '"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31"'}, "T121", "no window"),
        ({"recurring": '"FREQ=DAILY;COUNT=3"'}, "T121", "no `COUNT` here"),
        ({"duration": None}, "M109", "duration"),
        ({"from_": None}, "M109", "from"),
        ({"until": None}, "M109", "until"),
        ({"recurring": None, "joins": "upkeep.starts < opened"}, "M109", "recurring"),
        ({"duration": "4d"}, "T109", "`4d` is no length of a window"),
        ({"duration": "0h"}, "T109", "`0h` is no length of a window"),
        ({"duration": "four hours"}, "T109", "no length of a window"),
        ({"from_": "2024-02-30"}, "T109", "`2024-02-30` is no local date or time"),
        ({"from_": "1/2/2024"}, "T109", "no local date or time"),
        ({"from_": "2024-01-01T00:00Z"}, "T109", "no local date or time"),
        ({"until": "2023-12-31"}, "T109", "`until` is before `from`"),
        ({"until": "2201-12-31"}, "T121", "more than 20,000|1900 to 2200"),
        ({"from_": "2200-12-20", "until": "2200-12-31", "duration": "400h"}, "T121", "1900 to 2200"),
        ({"of_case": "id"}, "M109", "follow from its rule"),
        ({"id": "starts"}, "M109", "follow from its rule"),
        ({"feed": "warnings", "levels": "[a]"}, "M109", "follow from its rule"),
        ({"fields": "{starts: datetime}"}, "M109", "follow from its rule"),
        ({"window": "{from: starts, to: ends}"}, "M109", "follow from its rule"),
        ({"duration": "170h"}, "L134", "windows of `upkeep` overlap"),
    ],
)
def test_what_is_refused_or_warned_of(changed, code, why):
    assert any(
        one == code and any(part in headline for part in why.split("|")) for one, headline in found(text(**changed))
    )


def test_a_rule_that_is_sound_is_no_finding():
    assert found(text()) == []
    assert found(text(joins="overlaps(upkeep.starts, upkeep.ends, opened, closed)")) == []


def test_windows_that_touch_do_not_overlap():
    assert found(text(recurring='"FREQ=DAILY"', duration="24h", until="2024-03-01")) == []


def test_until_is_the_last_day_to_its_end():
    windows = relation(
        text(recurring='"FREQ=DAILY;BYHOUR=23;BYMINUTE=59;BYSECOND=59"', until="2024-01-02")
    ).recurring.windows
    assert len(windows) == 2


def test_the_digest_is_that_of_the_rule_in_any_spelling():
    digest = policy_digest(load_text(text()).versions.newest)
    same = text(recurring='"byhour=02;byday=su;freq=weekly"', duration="240min", from_="2024-01-01T00:00:00")
    assert policy_digest(load_text(same).versions.newest) == digest
    for changed in (
        {"recurring": '"FREQ=WEEKLY;BYDAY=SU;BYHOUR=3"'},
        {"duration": "5h"},
        {"from_": "2024-01-02"},  # the same windows
        {"until": "2024-12-30"},
    ):
        assert policy_digest(load_text(text(**changed)).versions.newest) != digest


def test_rows_are_named_by_their_start():
    from steelyard.calendars import zone

    rows = recurring_rows(relation(text(until="2024-01-14")), zone("America/New_York")).shared
    assert [row.id for row in rows] == ["2024-01-07 02:00:00", "2024-01-14 02:00:00"]


def test_nobody_gives_the_rows(tmp_path):
    (tmp_path / "upkeep.yaml").write_text(text(), "utf-8")
    policy = steelyard.load(tmp_path / "upkeep.yaml")
    result = policy.evaluate({"id": "A", "opened": "2024-03-10 00:00", "closed": "2024-03-10 08:00"})

    assert str(result.score) == "0.00"
    assert policy.relations == {}
    with pytest.raises(InputError):
        policy.evaluate({"id": "A", "opened": "2024-03-10 00:00", "closed": "2024-03-10 08:00"}, {"upkeep": []})
