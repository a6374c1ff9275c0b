"""What README.md and the reference chapters say is so: their rulesets check clean, their commands print what they show.

`python tests/unit/test_readme.py` renews the table of diagnostic codes in rulesets/CODES.md.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import steelyard
from steelyard.analysis.check import load
from steelyard.cli.main import COMMANDS, run
from steelyard.cli.status import Status
from steelyard.diagnostics import Diagnostics
from steelyard.diagnostics.pages import page
from steelyard.diagnostics.registry import CODES
from steelyard.model.from_source import intake_from_source
from steelyard.source import read_yaml
from steelyard.trial.worked import worked_cases

ROOT = Path(__file__).parents[2]
CODES_CHAPTER = ROOT / "rulesets" / "CODES.md"
COMMANDS_CHAPTER = ROOT / "engine" / "COMMANDS.md"
RECIPES_CHAPTER = ROOT / "engine" / "README.md"
DOCUMENTS = (
    ROOT / "README.md",
    *sorted((ROOT / "rulesets").glob("*.md")),
    *sorted((ROOT / "engine").glob("*.md")),
    *sorted((ROOT / "templates").glob("*.md")),
    ROOT / "tests" / "bench" / "README.md",
)
"""The README and the chapters beside what they describe."""
TEXTS = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in DOCUMENTS}
NAMES = tuple(TEXTS)
LONGEST = 400
"""Lines of the README: what a newcomer reads in ten minutes."""
MINIMAL = (ROOT / "tests" / "golden" / "minimal.yaml").read_text("utf-8")

LETTERS = "YMNTHLBE"
TABLE = re.compile(r"(<!-- codes: [^\n]*-->\n)(.*?)(<!-- end of codes -->)", re.DOTALL)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LEFT_OUT = "…"
UNUSED = "L101"


def blocks(name: str, kind: str) -> Iterator[tuple[int, str]]:
    """The fenced blocks of a kind in a document, each with the number of the line before it."""
    text = TEXTS[name]
    for match in FENCE.finditer(text):
        if match[1] == kind:
            yield text.count("\n", 0, match.start()) + 1, match[2]


def codes_table() -> str:
    """The registry as a table, in the order of the letters."""
    rows = ["", "| code | name | | what it means |", "|---|---|---|---|"]
    for code in sorted(CODES.values(), key=lambda each: (LETTERS.index(each.id[0]), each.id)):
        text = page(code.id) or ""
        means = text.split("\n\n")[1].replace("\n", " ")
        first = re.split(r"(?<=[.])\s", means)[0].replace("|", "\\|")
        rows.append(f"| `{code.id}` | {code.name} | {code.severity.value} | {first} |")
    return "\n".join([*rows, "", ""])


def with_table(text: str) -> str:
    return TABLE.sub(lambda match: match[1] + codes_table() + match[3], text)


def test_table_of_codes_is_renewed() -> None:
    """Else run `uv run python tests/unit/test_readme.py`."""
    text = CODES_CHAPTER.read_text("utf-8")

    assert TABLE.search(text)
    assert with_table(text) == text


def test_readme_is_short() -> None:
    assert len(TEXTS["README.md"].splitlines()) <= LONGEST


FRAGMENTS = [(text, f"{name} line {line}") for name in NAMES for line, text in blocks(name, "yaml")]
RULESETS = [pytest.param(text, id=place) for text, place in FRAGMENTS if not text.startswith(("intake:", "- case:"))]
WORKED = [pytest.param(text, id=place) for text, place in FRAGMENTS if text.startswith("- case:")]
INTAKES = [pytest.param(text, id=place) for text, place in FRAGMENTS if text.startswith("intake:")]


@pytest.mark.parametrize("text", INTAKES)
def test_intake_file_is_clean(text: str) -> None:
    diagnostics = Diagnostics()
    node = read_yaml(text, "intake.yaml", diagnostics)

    assert node is not None
    assert intake_from_source(node, diagnostics) is not None
    assert () == diagnostics.sorted()


@pytest.mark.parametrize("text", WORKED)
def test_worked_cases_can_be_read(text: str) -> None:
    diagnostics = Diagnostics()
    node = read_yaml(text, "cases.yaml", diagnostics)

    assert node is not None
    assert worked_cases(node, diagnostics)
    assert () == diagnostics.sorted()


def test_worked_cases_of_the_guide_come_out(tmp_path: Path) -> None:
    """The first ones are of the small ruleset with which it begins."""
    guide = [text for text, place in FRAGMENTS if place.startswith("rulesets/GUIDE.md")]
    (tmp_path / "ruleset.yaml").write_text(guide[0], "utf-8")
    (tmp_path / "cases.yaml").write_text(next(text for text in guide if text.startswith("- case:")), "utf-8")

    trial = steelyard.test(tmp_path, engines=["reference"])
    assert (2, ()) == (trial.passed, trial.failures)


@pytest.mark.parametrize("fragment", RULESETS)
def test_ruleset_is_clean(fragment: str, tmp_path: Path) -> None:
    """As an amendment of a minimal ruleset; that a name of an example is not used again is not its point."""
    (tmp_path / "minimal.yaml").write_text(MINIMAL, "utf-8")
    head = "" if fragment.startswith("steelyard:") else "steelyard: 1\nruleset: example\nversion: 1\n"
    base = "" if "\namends:" in fragment else "amends: minimal.yaml\n"
    file = tmp_path / "example.yaml"
    file.write_text(head + base + fragment, "utf-8")
    loaded = load(str(file))

    assert [] == [(one.code, str(one.headline)) for one in loaded.diagnostics if one.code != UNUSED]
    assert loaded.ruleset is not None


def is_shown(shown: list[str], printed: list[str]) -> bool:
    """Whether `printed` is what is shown, where a line `…` stands for any lines, or none."""
    if not shown:
        return not printed
    head, *rest = shown
    if head != LEFT_OUT:
        return bool(printed) and printed[0] == head and is_shown(rest, printed[1:])
    if not rest:
        return True
    return any(line == rest[0] and is_shown(rest, printed[at:]) for at, line in enumerate(printed))


@pytest.mark.parametrize(
    ("shown", "printed", "same"),
    [
        ("", "", True),
        ("", "a", False),
        ("a", "", False),
        ("a", "b", False),
        ("a b", "a b", True),
        ("a b", "a b c", False),
        ("a … c", "a b b c", True),
        ("a … c", "a c", True),
        ("a … c", "a b", False),
        ("… c …", "a c b c d", True),
        ("… c d", "c a c d", True),
        ("a …", "a", True),
        ("… b", "b a", False),
    ],
)
def test_what_is_shown_is_compared_line_by_line(shown: str, printed: str, same: bool) -> None:
    assert same == is_shown(shown.split(), printed.split())


class Shell:
    """As much of a shell as the README asks for, with `steelyard` run inside this process."""

    def __init__(self, capture: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
        self._capture = capture
        self._change = monkeypatch.chdir
        self._arrays: dict[str, list[str]] = {}
        self._status = 0

    def type(self, line: str) -> list[str]:
        """Run one line and give what is printed: standard error, then standard output."""
        line = line.removeprefix("uv run ")
        if array := re.fullmatch(r"(\w+)=\((.*)\)", line):
            self._arrays[array[1]] = shlex.split(array[2])
            return []
        words = [part for word in shlex.split(line) for part in self._expanded(word)]
        match words:
            case ["cd", folder]:
                self._change(folder)
                return []
            case ["echo", "$?"]:
                return [str(self._status)]
            case ["steelyard", *arguments]:
                return self._steelyard(arguments)
            case _:
                done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=True)
                return (done.stderr + done.stdout).splitlines()

    def _expanded(self, word: str) -> list[str]:
        array = re.fullmatch(r"\$\{(\w+)\[@\]\}", word)
        return self._arrays[array[1]] if array else [word]

    def _steelyard(self, arguments: list[str]) -> list[str]:
        self._capture.readouterr()
        self._status = int(run(arguments))
        sys.stdout.flush()
        sys.stderr.flush()
        out, err = self._capture.readouterr()
        return [line.rstrip() for line in (err + out).splitlines()]


def session(name: str) -> Iterator[tuple[str, list[str]]]:
    """The commands of all console blocks of a document, in order, each with what is shown below it."""
    for _, text in blocks(name, "console"):
        for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command, *shown = part.rstrip("\n").split("\n")
            yield command, shown


WITH_SESSION = [name for name in NAMES if any(True for _ in session(name))]


def test_the_readme_has_a_session() -> None:
    assert len(list(session("README.md"))) > 15


@pytest.mark.parametrize("name", WITH_SESSION)
def test_commands_print_what_is_shown(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str
) -> None:
    """One session through the whole document, in a folder of its own and in English unless it says otherwise."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STEELYARD_LANG", "en")
    monkeypatch.delenv("STEELYARD_DEBUG", raising=False)
    shell = Shell(capfd, monkeypatch)
    for command, shown in session(name):
        printed = shell.type(command)

        assert is_shown(shown, printed), f"$ {command}\n" + "\n".join(printed)


def test_every_command_is_named() -> None:
    listed = COMMANDS_CHAPTER.read_text("utf-8")

    assert set(COMMANDS) == set(re.findall(r"^\| `(\w+)", listed, re.MULTILINE)) & set(COMMANDS)


def test_every_exit_status_is_told() -> None:
    listed = COMMANDS_CHAPTER.read_text("utf-8")
    told = {int(number) for number in re.findall(r"^\| (\d+) \|", listed, re.MULTILINE)}

    assert {int(status) for status in Status} == told | {Status.PIPE, Status.INTERRUPTED}
    assert all(str(int(status)) in listed for status in Status)


def slug(heading: str) -> str:
    """The anchor of a heading, as pages that show Markdown make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def headings(text: str) -> set[str]:
    return {slug(line.lstrip("# ")) for line in text.splitlines() if re.match(r"#{1,4} ", line)}


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name: str) -> None:
    """Relative to the document, to a file that is there and a heading in it."""
    for target in re.findall(r"\]\(([^)\s]+)\)", TEXTS[name]):
        if not target.startswith("https://"):
            path, _, anchor = target.partition("#")
            file = (ROOT / name).parent / path if path else ROOT / name

            assert file.is_file(), target
            assert not anchor or anchor in headings(file.read_text("utf-8")), target


@pytest.mark.parametrize("name", NAMES)
def test_paths_that_are_named_are_there(name: str) -> None:
    """Folders and files of the project, in backticks."""
    for path in sorted(set(re.findall(r"`((?:engine|tests|templates|rulesets)/[\w./*-]*)`", TEXTS[name]))):
        assert any(ROOT.glob(path.rstrip("/"))), path


def test_every_chapter_can_be_reached() -> None:
    """By links from the README, directly or from another chapter."""
    seen, ahead = set[str](), ["README.md"]
    while ahead:
        name = ahead.pop()
        if name in seen or name not in TEXTS:
            continue
        seen.add(name)
        folder = (ROOT / name).parent
        links = re.findall(r"\]\(([^)\s#]+\.md)(?:#[^)]*)?\)", TEXTS[name])
        ahead += [(folder / link).resolve().relative_to(ROOT).as_posix() for link in links if "://" not in link]

    assert set(NAMES) == seen


def test_sections_of_the_language_that_are_cited_are_there() -> None:
    numbers = set(re.findall(r"^## (\d+)\. ", TEXTS["rulesets/LANGUAGE.md"], re.MULTILINE))
    sources = "".join(path.read_text("utf-8") for path in (ROOT / "engine" / "steelyard").rglob("*.py"))
    cited = set(re.findall(r"LANGUAGE\.md,? section (\d+)", sources))

    assert len(cited) > 8
    assert cited <= numbers


def test_modules_that_recipes_name_are_there() -> None:
    recipes = RECIPES_CHAPTER.read_text("utf-8").split("## How to add something", 1)[1].split("## Decisions", 1)[0]
    package = ROOT / "engine" / "steelyard"
    tops = "|".join(path.name for path in package.iterdir() if path.is_dir())
    named = set(re.findall(rf"`((?:{tops})/[\w./]*)`", recipes))

    assert len(named) >= 8
    for path in sorted(named):
        if not re.search("CODE|NAME", path):
            assert (package / path).exists(), path


def test_pictures_are_small() -> None:
    pictures = sorted((ROOT / ".readme").iterdir())

    assert pictures
    assert all(picture.stat().st_size < 200_000 for picture in pictures)
    assert all(f".readme/{picture.name}" in TEXTS["README.md"] for picture in pictures)


def main(write: Callable[[str], object]) -> None:
    """Renew the table of codes."""
    write(with_table(CODES_CHAPTER.read_text("utf-8")))


if __name__ == "__main__":
    main(lambda text: CODES_CHAPTER.write_text(text, "utf-8"))
