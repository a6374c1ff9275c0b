"""Help, versions, show, schema, rule, new: the small commands; and how every way to fail ends."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from cli.programs import PROGRAM, program
from steelyard import __version__
from steelyard.cli import check as check_module
from steelyard.cli.main import COMMANDS
from steelyard.diagnostics.registry import CODES


def test_help_lists_every_command_and_loads_none(steelyard):
    done = steelyard("--help")

    assert 0 == done.status
    assert all(f"  {name} " in done.out for name in COMMANDS)


def test_help_imports_nothing_heavy(tmp_path: Path):
    """`--help` answers at once: no library but click is loaded."""
    code = (
        "import sys; from steelyard.cli.main import run; run(['--help']); print(sorted(sys.modules), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    heavy = ("pydantic", "lark", "ruamel", "rich", "jinja2", "babel", "pyarrow", "durable", "asyncio")

    assert [] == [name for name in heavy if f"'{name}'" in done.stderr]


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help_with_an_example(name: str, steelyard):
    done = steelyard(name, "--help")

    assert 0 == done.status
    assert f"steelyard {name}" in done.out.partition("Example")[2]
    assert "\\" not in done.out
    assert any(line.startswith("  Example") for line in done.out.splitlines())


def test_version(steelyard):
    assert f"steelyard {__version__}\n" == steelyard("--version").out


@pytest.mark.parametrize(
    "words", [["chek"], ["check"], ["check", "--nothing"], ["explain", "x"], ["--lang", "de", "rule"]]
)
def test_wrong_usage(words: list[str], steelyard):
    done = steelyard(*words)

    assert (2, "") == (done.status, done.out)
    assert "error: " in done.err


def test_unknown_command_gets_the_nearest(steelyard):
    assert "did you mean `check`?" in steelyard("chek").err


def test_schema_is_json(steelyard):
    assert json.loads(steelyard("schema").out)["title"] == "Steelyard ruleset"
    assert json.loads(steelyard("schema", "ruleset").out)["title"] == "Steelyard ruleset"
    jsonschema.validate({"intake": 1, "cases": {"missing": "-"}}, json.loads(steelyard("schema", "intake").out))
    assert 2 == steelyard("schema", "explain", "--amendment").status


def test_what_explain_and_check_write_as_json_keeps_the_published_schema(steelyard, policy: Path):
    case = ("--cases", policy / "cases.csv", "--as-of", "2024-05-10T00:00", "--case", "C-002", "-q")
    broken = policy / "broken.yaml"
    broken.write_text((policy / "ruleset.yaml").read_text("utf-8").replace("when: complaint", "when: 3"), "utf-8")
    found = {
        "explain": steelyard("explain", policy / "ruleset.yaml", *case, "--format", "json"),
        "check": steelyard("check", broken, "--format", "json"),
    }

    for of, done in found.items():
        jsonschema.validate(json.loads(done.out), json.loads(steelyard("schema", of).out))


def test_rule_lists_every_code(steelyard):
    lines = steelyard("rule").out.splitlines()

    assert sorted(CODES) == [line.split()[0] for line in lines]


@pytest.mark.parametrize("word", ["H101", "h101", "overlapping-rows"])
def test_rule_prints_a_page(word: str, steelyard):
    done = steelyard("rule", word)

    assert 0 == done.status
    assert done.out.startswith("# H101 overlapping-rows\n")


def test_unknown_code(steelyard):
    done = steelyard("rule", "H1O1")

    assert (2, "") == (done.status, done.out)
    assert "did you mean `H101`?" in done.err


def test_new_ruleset_checks_clean_and_is_never_overwritten(steelyard, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    done = steelyard("new", "我的-policy")

    assert 0 == done.status
    assert "steelyard check 我的-policy" in done.out
    assert ["README.md", "cases.csv", "cases.yaml", "ruleset.yaml"] == sorted(
        path.name for path in Path("我的-policy").iterdir()
    )
    assert "rulesets checked: 1, errors: 0, warnings: 0\n" == steelyard("check", "我的-policy").out
    before = Path("我的-policy/ruleset.yaml").read_bytes()
    assert 2 == steelyard("new", "我的-policy").status
    assert before == Path("我的-policy/ruleset.yaml").read_bytes()
    assert ["我的-policy"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.parametrize("name", ["1st", "a b", "", ".", "..", "a/", "-x", "a\nb", "x" * 65])
def test_new_refuses_names_that_are_none(name: str, steelyard, tmp_path: Path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    expected = 0 if name == "a/" else 2

    assert expected == steelyard("new", "--", name).status


@pytest.mark.parametrize("step", ["source", "model", "lower"])
def test_show_after_each_pass(step: str, steelyard, policy: Path):
    done = steelyard("show", policy, "--after", step)

    assert (0, "") == (done.status, done.err)
    assert "satisfaction" in done.out


def test_show_spells_the_meaning_out(steelyard):
    done = steelyard("show", "motor-small-claims")

    assert "each: 0.1 of target" in done.out
    assert 'input 1 = "typhoon", input 2 = "orange" => 24h' in done.out
    assert "target: 0.9800" in done.out
    assert "clamp: [0.00..100.00]" in done.out
    assert "effective: [@2013-01-01..]" in done.out
    assert "- B: [75.00..89.99]" in done.out


def test_show_weights_prints_the_situations(steelyard):
    """The rows that the policy's README works out by hand."""
    rows = [line.split() for line in steelyard("show", "motor-small-claims", "--weights").out.splitlines()]
    shares = {" ".join(row[:-9]): row[-9:] for row in rows}

    assert "2 4 4 2 3 3 1 1 20".split() == shares["no adjustment, nothing waived"]
    assert "4 8 8 4 9 9 3 3 48".split() == shares["`severe-weather`, nothing waived"]
    assert "6 12 12 6 9 17 3 3 68".split() == shares["`complaint-surge`, nothing waived"]
    assert "4 8 8 4 9 13 3 3 52".split() == shares["`severe-weather`, `complaint-surge`, nothing waived"]
    assert "5 10 10 5 12 – 4 4 50".split() == shares["no adjustment, `satisfaction` waived"]
    assert "– 4 4 2 3 3 1 1 18".split() == shares["no adjustment, `acceptance` waived"]


def test_show_of_a_broken_ruleset_fails_as_check_does(steelyard, policy: Path):
    file = policy / "ruleset.yaml"
    file.write_text(file.read_text("utf-8").replace("measure: rating", "measure: ratting"), "utf-8")
    done = steelyard("show", policy)

    assert (1, "") == (done.status, done.out)
    assert "N101" in done.err


def test_a_fault_of_ours_asks_to_be_reported(steelyard, monkeypatch):
    def broken(**_: object) -> None:
        raise RuntimeError("a surprise {with braces}")

    monkeypatch.setattr(check_module.command, "callback", broken)
    done = steelyard("check", "motor-small-claims")

    assert (70, "") == (done.status, done.out)
    assert "a fault of this program" in done.err
    assert "a surprise {with braces}" in done.err
    assert "please report it" in done.err


def test_a_fault_of_ours_shows_its_place_where_asked(monkeypatch, capfd):
    from steelyard.cli.main import run

    def broken(**_: object) -> None:
        raise RuntimeError("a surprise")

    monkeypatch.setenv("STEELYARD_DEBUG", "1")
    monkeypatch.setattr(check_module.command, "callback", broken)

    assert 70 == run(["check", "x"])
    assert "Traceback" in capfd.readouterr().err


def test_interruption(steelyard, monkeypatch):
    def interrupted(**_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(check_module.command, "callback", interrupted)

    assert 130 == steelyard("check", "x").status


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path):
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([*PROGRAM, "schema"], stdout=writer, stderr=subprocess.PIPE, cwd=tmp_path, check=False)
    os.close(writer)

    assert (141, b"") == (done.returncode, done.stderr)


def test_a_name_that_is_no_unicode_can_be_said(tmp_path: Path):
    done = subprocess.run([*PROGRAM, "check", b"\xff\xfe"], capture_output=True, cwd=tmp_path, check=False)

    assert 2 == done.returncode
    assert b"Traceback" not in done.stderr


def test_language_of_the_environment(tmp_path: Path):
    chinese = program("check", "none", cwd=tmp_path, STEELYARD_LANG="", LC_ALL="zh_CN.UTF-8")
    english = program("check", "none", cwd=tmp_path, STEELYARD_LANG="en", LC_ALL="zh_CN.UTF-8")

    assert "错误" in chinese.stdout
    assert "error" in english.stdout


def test_colours_only_for_a_terminal_that_wants_them(tmp_path: Path, monkeypatch):
    from steelyard.cli.output import coloured

    class Terminal:
        def isatty(self) -> bool:
            return True

    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    assert coloured(Terminal())
    monkeypatch.setenv("NO_COLOR", "1")
    assert not coloured(Terminal())
    monkeypatch.delenv("NO_COLOR")
    monkeypatch.setenv("TERM", "dumb")
    assert not coloured(Terminal())
    assert "\x1b" not in program("check", "none", cwd=tmp_path).stdout


@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&-", "<&- >&- 2>&-"])
def test_streams_that_the_caller_has_closed(closed: str, tmp_path: Path):
    """A closed stream swallows what is written to it; how the command ends is told by its status alone."""
    for name, status in (("motor-small-claims", 0), ("nothing-of-that-name", 2)):
        words = shlex.join([*PROGRAM, "check", name])
        done = subprocess.run(["sh", "-c", f"{words} {closed}"], capture_output=True, cwd=tmp_path, check=False)

        assert status == done.returncode
        assert b"Traceback" not in done.stdout + done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("full", [">/dev/full", "2>/dev/full", ">/dev/full 2>/dev/full"])
def test_streams_that_are_full(full: str, tmp_path: Path):
    words = shlex.join([*PROGRAM, "check", "nothing-of-that-name"])
    done = subprocess.run(["sh", "-c", f"{words} {full}"], capture_output=True, cwd=tmp_path, check=False)

    assert 2 == done.returncode
    assert b"Traceback" not in done.stdout + done.stderr
