"""Which files hold which format, and that nothing of them is lost without a word."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from steelyard.diagnostics import msg
from steelyard.facts.feeds.skipped import EXAMPLES, Skips
from steelyard.ir.ruleset import Label, Relation
from steelyard.ir.types import Text
from unit.facts.feeds.build import (
    alert,
    area,
    at,
    code,
    declared,
    entry_feed,
    field,
    good,
    info,
    read,
    ref,
    rows,
    skipped,
    us,
    weather,
)  # fmt: skip

TABLE = f"event_id,kind,level,areas,starts,ends\nT,hail,red,310000,{at(1)},\n"


@pytest.fixture
def write(tmp_path):
    def to(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return to


def ids(portfolio) -> list[str]:
    return [row["event_id"] for row in rows(portfolio)]


def only(tmp_path, relation, files):
    portfolio, (finding,) = read(tmp_path, relation, files)
    assert portfolio is None
    return finding.code, str(finding.headline), str(finding.help)


@pytest.mark.parametrize("name", ["a.xml", "a.cap", "a.CAP", "a.atom"])
def test_alerts_are_recognised_by_their_endings(name, write, tmp_path) -> None:
    assert ["A"] == ids(good(tmp_path, weather(), write(name, alert("A", 0, info()))))


def test_a_feed_saved_to_disk(write, tmp_path) -> None:
    path = write(
        "feed.atom", entry_feed(alert("A", 0, info(expires=9)), None, alert("B", 2, kind="Cancel", refs=ref("A", 0)))
    )

    portfolio = good(tmp_path, weather(), path)

    assert [(us(0), us(2))] == [(row["starts"], row["ends"]) for row in rows(portfolio)]
    assert {"entries of a feed without their alert; links are not followed": 1} == skipped(portfolio)
    assert ("feed.atom:1 urn:e2",) == portfolio.provenance.skipped[0].examples


def test_what_is_said_comes_before_what_is_shown(write, tmp_path) -> None:
    path = write("alerts.csv", alert("A", 0, info()))

    assert ["A"] == ids(good(tmp_path, weather(), f"cap:{path}"))


def test_a_file_whose_name_begins_like_a_format_is_that_file(write, tmp_path, monkeypatch) -> None:
    write("cap:a.xml", alert("A", 0, info()))
    monkeypatch.chdir(tmp_path)

    assert ["A"] == ids(good(tmp_path, weather(), "cap:a.xml"))


def test_patterns_and_several_files_are_one_timeline(write, tmp_path) -> None:
    write("one/1.xml", alert("A", 0, info(expires=9)))
    write("one/2.xml", alert("B", 2, info("Extreme", expires=9), kind="Update", refs=ref("A", 0)))
    end = write("end.xml", alert("C", 4, kind="Cancel", refs=ref("B", 2)))

    portfolio = good(tmp_path, weather(), [f"cap:{tmp_path}/one/*.xml", str(end)])

    assert [(us(0), us(2)), (us(2), us(4))] == [(row["starts"], row["ends"]) for row in rows(portfolio)]


def test_tables_and_alerts_fill_one_relation(write, tmp_path) -> None:
    portfolio = good(tmp_path, weather(), [write("t.csv", TABLE), write("a.xml", alert("A", 0, info()))])

    assert ["T", "A"] == ids(portfolio)
    assert ["t.csv", "a.xml", "the-case.csv"] == [one.name for one in portfolio.provenance.files]


def test_a_folder_is_read_with_all_below_it(write, tmp_path) -> None:
    first = write("alerts/2024/05/a.xml", alert("A", 0, info(expires=9)))
    write("alerts/b.cap", alert("B", 2, kind="Cancel", refs=ref("A", 0)))
    write("alerts/README.md", "about")
    write("alerts/broken.xml", "<alert")
    write("alerts/bomb.xml", '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>')
    write("alerts/page.xml", "<html/>")
    write("alerts/latin.xml", b"<alert>\xe9</alert>")

    portfolio = good(tmp_path, weather(), str(tmp_path / "alerts"))

    assert [(us(0), us(2))] == [(row["starts"], row["ends"]) for row in rows(portfolio)]
    assert {
        "files that are no alerts": 1,
        "the file is neither an alert nor a feed: it begins with `html`": 1,
        "the file cannot be read: a document type or entities, which alerts have no use for": 1,
        "the file cannot be read: unclosed token": 1,
        "the file cannot be read: not well-formed (invalid token)": 1,
    } == skipped(portfolio)
    names = {example for one in portfolio.provenance.skipped for example in one.examples}
    assert {f"alerts/{name}" for name in ("README.md", "broken.xml", "bomb.xml", "page.xml", "latin.xml")} == names
    assert ["alerts/2024/05/a.xml", "alerts/b.cap"] == [one.name for one in portfolio.provenance.files[:2]]
    assert hashlib.sha256(first.read_bytes()).hexdigest() == portfolio.provenance.files[0].digest
    assert 5 == len(portfolio.warnings)


def test_a_file_that_breaks_off_gives_nothing_of_itself(write, tmp_path) -> None:
    """Half a feed could hold a warning without the cancel that follows it."""
    whole = entry_feed(alert("A", 0, info()), None, alert("B", 1, info()))
    write("alerts/half.atom", whole[: whole.rindex("<entry>")])
    write("alerts/good.cap", alert("C", 0, info()))

    portfolio = good(tmp_path, weather(), tmp_path / "alerts")

    assert ["C"] == ids(portfolio)
    assert {"the file cannot be read: no element found": 1} == skipped(portfolio)


def test_a_folder_given_by_a_relative_path_keeps_its_name(write, tmp_path, monkeypatch) -> None:
    write("alerts/a.xml", alert("A", 0, info()))
    monkeypatch.chdir(tmp_path / "alerts")

    assert "alerts/a.xml" == good(tmp_path, weather(), ".").provenance.files[0].name


def test_a_file_that_cannot_be_opened_is_left_out_of_a_folder(write, tmp_path) -> None:
    write("alerts/a.xml", alert("A", 0, info()))
    (tmp_path / "alerts/gone.xml").symlink_to(tmp_path / "nowhere.xml")

    portfolio = good(tmp_path, weather(), tmp_path / "alerts")

    assert ["A"] == ids(portfolio)
    assert {"cannot read the file: No such file or directory": 1} == skipped(portfolio)


def test_a_named_file_that_is_broken_stops_the_run(write, tmp_path) -> None:
    assert ("E118", "the file cannot be read: unclosed token") == only(tmp_path, weather(), write("a.xml", "<alert"))[
        :2
    ]


@pytest.mark.parametrize("name", ["gone.xml", "cap:gone", "cap:gone/"])
def test_a_file_that_is_not_there_stops_the_run(name, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert ("E110", "there is no such file", "check the path and its spelling") == only(tmp_path, weather(), name)


def test_a_bulletin_that_is_not_there_stops_the_run(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert "E110" == only(tmp_path, declared(), "tdi:gone")[0]
    assert ("E110", "cannot read the file: Is a directory") == only(tmp_path, declared(), f"tdi:{tmp_path}")[:2]


def test_a_folder_without_alerts_stops_the_run(write, tmp_path) -> None:
    write("alerts/README.md", "about")

    assert ("E114", "the folder holds no alerts", "files of alerts end in `.xml`, `.cap`, `.atom`") == only(
        tmp_path, weather(), tmp_path / "alerts"
    )


@pytest.mark.parametrize(
    ("relation", "said", "feed"),
    [
        (weather(), "fema", "declarations"),
        (weather(), "tdi", "declarations"),
        (declared(), "cap", "warnings"),
        (Relation(id="weather", label=Label("w", "w"), fields=(field("areas", Text()),)), "cap", "warnings"),
    ],
)
def test_a_format_fills_its_own_feed_only(relation, said, feed, write, tmp_path) -> None:
    if relation.feed is None:
        from dataclasses import replace

        relation = replace(weather(), feed=None)
    path = write("a.xml", alert("A", 0, info()))

    assert (
        "E123",
        f"`{relation.id}` cannot be read from the format {said}",
        f"the format fills relations with `feed: {feed}`",
    ) == only(tmp_path, relation, f"{said}:{path}")


@pytest.mark.parametrize(
    ("relation", "name", "code_"),
    [(weather(), "a.json", "E111"), (declared(), "a.xml", "E111"), (declared(), "folder", "E110")],
)
def test_what_a_feed_cannot_hold_is_no_table_either(relation, name, code_, write, tmp_path) -> None:
    path = write(name, "[]") if "." in name else tmp_path
    assert code_ == only(tmp_path, relation, path)[0]


def test_bulletins_have_no_codes_of_china(write, tmp_path) -> None:
    assert ("E123", "the format tdi has no places of the scheme gb2260") == only(
        tmp_path, declared("gb2260"), write("b.json", "[]")
    )[:2]


def test_columns_are_those_that_the_ruleset_declares(write, tmp_path) -> None:
    from dataclasses import replace

    relation = weather()
    fields = tuple(
        replace(one, column="事件编号") if one.id == "event_id" else one
        for one in relation.fields
        if one.id != "headline"
    )

    portfolio = good(tmp_path, replace(relation, fields=fields), write("a.xml", alert("A", 0, info(headline="x"))))

    assert ["A"] == ids(portfolio)
    assert "headline" not in rows(portfolio)[0]


def test_a_field_that_alerts_do_not_have_rejects_their_rows(write, tmp_path) -> None:
    from dataclasses import replace

    relation = weather()
    wind = replace(relation, fields=(*relation.fields, field("wind", Text())))

    portfolio = good(tmp_path, wind, write("a.xml", alert("A", 0, info())))

    assert [] == rows(portfolio)
    assert [("weather.wind", "a value (it is required)", "a.xml", 1)] == [
        (one.where, str(one.expected), one.file, one.line) for one in portfolio.feed_rejects
    ]
    assert {"bad rows; expected in `weather.wind`: a value (it is required)": 1} == skipped(portfolio)


def test_bad_rows_of_tables_stand_in_the_provenance_too(write, tmp_path) -> None:
    portfolio = good(tmp_path, weather(), write("t.csv", TABLE + f"U,hail,pink,310000,{at(1)},\nV,hail,red\n"))

    assert ["T"] == ids(portfolio)
    assert {
        "bad rows; expected in `weather.level`: one of `blue`, `yellow`, `orange`, `red`": 1,
        "bad rows; expected in `weather`: 6 fields, but the row has 3": 1,
    } == skipped(portfolio)
    assert [("t.csv:3",), ("t.csv:4",)] == [one.examples for one in portfolio.provenance.skipped]


def test_many_examples_are_few_and_counted() -> None:
    skips = Skips("weather")
    for number in range(7):
        skips.add(msg("a reason"), f"{number}")
    skips.add(msg("another"), "x\n" + "y" * 200)
    skips.add(msg("another"), "z")
    skips.add(msg("another"), "z")

    many, few = skips.finish()

    assert (7, tuple("01234"), EXAMPLES) == (many.count, many.examples, 5)
    assert "weather: 7 left out: a reason; such as `0`, `1`, `2`, `3`, `4`" == str(many.warning)
    assert (3, ("x " + "y" * 118, "z")) == (few.count, few.examples)
    assert f"weather: 3 left out: another; such as `x {'y' * 118}`, `z`" == str(few.warning)


def test_progress_is_told_for_tables_of_declarations(write, tmp_path) -> None:
    header = "disasterNumber,incidentType,incidentBeginDate,fipsStateCode,fipsCountyCode\n"
    path = write("d.csv", header + "1,Flood,2017-01-01,48,201\n")

    assert ["48201"] == [row["areas"][0] for row in rows(good(tmp_path, declared(), path), "declared")]


def test_an_area_that_matches_no_case_is_warned_about(write, tmp_path) -> None:
    codes = area("上海", code("GB/T 2260", "310000")) + area("北京", code("GB/T 2260", "110000"))
    path = write("a.xml", alert("A", 0, info(areas=codes)))

    portfolio = good(tmp_path, weather(), path, region="310115")

    assert ["weather: areas that match no case: `110000`"] == list(map(str, portfolio.warnings))


DATA = os.environ.get("STEELYARD_DATA")


@pytest.mark.skipif(not DATA, reason="STEELYARD_DATA does not name the folder of data made by others")
@pytest.mark.parametrize("scheme", ["fips", "name", "gb2260"])
def test_alerts_of_the_world_good_and_broken(scheme, tmp_path) -> None:
    levels = ("Minor", "Moderate", "Severe", "Extreme")
    portfolio = good(tmp_path, weather(scheme, levels=levels, severity=()), str(Path(DATA or "") / "cap"))

    everywhere = {
        "entries of a feed without their alert; links are not followed": 7,
        "alerts outside the entries of a feed": 1,
        "alerts without `scope`": 1,
        "alerts without `severity`": 1,
        "alerts whose `identifier` holds a blank, a comma, `<` or `&`": 1,
        "messages of the type Update that name no alert": 1,
        "the file cannot be read: a document type or entities, which alerts have no use for": 2,
        "alerts that differ under one identifier": 2,
        "alerts that were read before": 1,
        "alerts of a severity without a level: `Unknown`": 2,
        "warnings whose event ends before they begin": 1,  # a sample of 2010, its dates but that of its VTEC changed
    }
    assert everywhere.items() <= skipped(portfolio).items()
    assert () == portfolio.feed_rejects
    assert 27 == sum(one.role == "weather" for one in portfolio.provenance.files)
    found = {row["event_id"]: row for row in rows(portfolio)}
    match scheme:
        case "fips":
            assert {"areas without a code (fips)": 8} == dict(skipped(portfolio).items() - everywhere.items())
            assert ("06003", "06009", "06109") == found["KSTO1055887203"]["areas"]
            assert ("06037",) == found["KAR0-0306112239-SW"]["areas"]
            assert 4 == len(found)
            assert ["weather: 1 warning ends when its bulletin expires"] == [
                str(one).partition(",")[0] for one in portfolio.warnings if "expires" in str(one)
            ]
        case "name":
            assert everywhere == skipped(portfolio)
            tsunami = found["PAAQ-1-lqw6d6"]  # called by the alert that the update names
            assert ("Extreme", "Tsunami Warning") == (tsunami["level"], tsunami["kind"])
            assert {"AKZ185", "AKZ187"} <= set(tsunami["areas"])
            thunderstorm = found["2.49.0.1.124.a3f342a4.2012"]
            assert "thunderstorm" == thunderstorm["kind"]  # and no `orages`: the French info says the same
            assert 9 == len(found)
        case _:
            assert {} == found


@pytest.mark.skipif(not DATA, reason="STEELYARD_DATA does not name the folder of data made by others")
def test_a_broken_sample_alone_stops_the_run(tmp_path) -> None:
    for name in ("xee.cap", "xee.atom"):
        assert "E118" == only(tmp_path, weather(), Path(DATA or "") / "cap" / name)[0]
