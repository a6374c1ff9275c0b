"""README.md says nothing that is not so: its rulesets check clean, its commands print what it shows.

`python tests/unit/test_readme.py` renews the table of diagnostic codes.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from steelyard.analysis.check import load
from steelyard.cli.main import COMMANDS, run
from steelyard.cli.status import Status
from steelyard.diagnostics.pages import page
from steelyard.diagnostics.registry import CODES

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
TEXT = README.read_text("utf-8")
LINES = TEXT.splitlines()
MINIMAL = (ROOT / "tests" / "golden" / "minimal.yaml").read_text("utf-8")

LETTERS = "YMNTHLBE"
TABLE = re.compile(r"(<!-- codes: [^\n]*-->\n)(.*?)(<!-- end of codes -->)", re.DOTALL)
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)
LEFT_OUT = "…"
UNUSED = "L101"


def blocks(kind: str) -> Iterator[tuple[int, str]]:
    """The fenced blocks of a kind, each with the number of the line before it."""
    for match in FENCE.finditer(TEXT):
        if match[1] == kind:
            yield TEXT.count("\n", 0, match.start()) + 1, match[2]


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
    assert TABLE.search(TEXT)
    assert with_table(TEXT) == TEXT


RULESETS = [pytest.param(text, id=f"line {line}") for line, text in blocks("yaml")]


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


def sessions() -> Iterator[tuple[str, list[str]]]:
    """The commands of all console blocks, in order, each with what is shown below it."""
    for _, text in blocks("console"):
        for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
            command, *shown = part.rstrip("\n").split("\n")
            yield command, shown


def test_commands_print_what_is_shown(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """One session through the whole README, in a folder of its own and in English unless it says otherwise."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("STEELYARD_LANG", "en")
    monkeypatch.delenv("STEELYARD_DEBUG", raising=False)
    shell = Shell(capfd, monkeypatch)
    count = 0
    for command, shown in sessions():
        printed = shell.type(command)
        count += 1

        assert is_shown(shown, printed), f"$ {command}\n" + "\n".join(printed)
    assert count > 15


def test_every_command_is_named() -> None:
    listed = TEXT.split("## Commands, files, exit statuses", 1)[1].split("## Engines", 1)[0]

    assert set(COMMANDS) == set(re.findall(r"^\| `(\w+)", listed, re.MULTILINE)) & set(COMMANDS)


def test_every_exit_status_is_told() -> None:
    listed = TEXT.split("## Commands, files, exit statuses", 1)[1].split("## Engines", 1)[0]
    told = {int(number) for number in re.findall(r"^\| (\d+) \|", listed, re.MULTILINE)}

    assert {int(status) for status in Status} == told | {Status.PIPE, Status.INTERRUPTED}
    assert all(str(int(status)) in listed for status in Status)


def slug(heading: str) -> str:
    """The anchor of a heading, as pages that show Markdown make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


def test_links_lead_somewhere() -> None:
    headings = {slug(line.lstrip("# ")) for line in LINES if re.match(r"#{1,4} ", line)}
    targets = re.findall(r"\]\(([^)]+)\)", TEXT)

    assert targets
    for target in targets:
        if target.startswith("#"):
            assert target[1:] in headings, target
        elif not target.startswith("https://"):
            assert (ROOT / target).is_file(), target


def test_paths_that_are_named_are_there() -> None:
    """Folders and files of the project, in backticks."""
    named = set(re.findall(r"`((?:engine|tests|templates|rulesets)/[\w./*-]*)`", TEXT))

    assert named
    for path in sorted(named):
        assert any(ROOT.glob(path.rstrip("/"))), path


def test_modules_that_recipes_name_are_there() -> None:
    recipes = TEXT.split("## How to add something", 1)[1].split("## Decisions", 1)[0]
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
    assert all(f".readme/{picture.name}" in TEXT for picture in pictures)


def main(write: Callable[[str], object]) -> None:
    """Renew the table of codes."""
    write(with_table(TEXT))


if __name__ == "__main__":
    main(lambda text: README.write_text(text, "utf-8"))
