"""The pages of the codes, run through the whole check: each example yields its code, each alternative is clean.

Examples are laid upon `minimal.yaml`, mapping by mapping; one that amends another ruleset is not, and one of several
files is a folder, each file under a line `# NAME.yaml`. YAML's own codes (Y1…) are run in
tests/unit/diagnostics/test_pages.py, and codes about files (E…) in test_file_pages.py.
"""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path

import pytest

import steelyard
from bound import bind
from sql_memory import compile_for
from steelyard.analysis.check import analyse, load
from steelyard.diagnostics import Diagnostics, Severity
from steelyard.diagnostics.pages import page
from steelyard.diagnostics.registry import CODES
from steelyard.ir.from_model import lower
from steelyard.model.from_source import from_source
from steelyard.source import Map, Node, Seq, Text, read_yaml

ROOT = Path(steelyard.__file__).parent
MINIMAL = Path(__file__).with_name("minimal.yaml").read_text("utf-8")
CHECKED = [code for code in CODES if not code.startswith(("Y1", "E"))]
COMMENTS = ("L135", "L136")
"""What comments of a file do, which are lost where texts are merged."""
COMPILED = ("B201",)
"""What only the compiler of portfolios finds, after the check."""
UNUSED = "L101"
NAMED = re.compile(r"^# (\S+\.yaml)\n", re.MULTILINE)
NAMELESS = "steelyard: 1\nruleset: page\nversion: 1\n"
"""What every ruleset says of itself."""


def merged(base: Node, over: Node) -> Node:
    """`over` laid upon `base`, mapping by mapping; else it replaces. `clock` and `measure` drive each other out."""
    if not (isinstance(base, Map) and isinstance(over, Map)):
        return over
    entries: dict[Text, Node] = dict(base)
    for one, other in (("clock", "measure"), ("measure", "clock")):
        if one in over and other in entries:
            del entries[Text(other, base.span)]
    for name, value in over.items():
        entries[name] = merged(entries[name], value) if name in entries else value
    return Map(entries, base.span)


def plain(node: Node) -> object:
    """A node as JSON has it, and so YAML."""
    match node:
        case Map():
            return {str(key): plain(value) for key, value in node.items()}
        case Seq():
            return [plain(item) for item in node]
        case _:
            return str(node)


def findings_of_files(example: str, folder: Path) -> set[str]:
    """The codes that the files of an example yield, as a folder."""
    parts = NAMED.split(example)
    files = dict(zip(parts[1::2], parts[2::2], strict=True)) if len(parts) > 1 else {"ruleset.yaml": example}
    for name, text in files.items():
        over = read_yaml(text, name, Diagnostics())
        assert isinstance(over, Map)
        under = read_yaml(NAMELESS if "amends" in over else MINIMAL, "minimal.yaml", Diagnostics())
        assert under is not None
        (folder / name).parent.mkdir(exist_ok=True, parents=True)
        (folder / name).write_text(json.dumps(plain(merged(under, over)), ensure_ascii=False), "utf-8")
    return {each.code for each in load(str(folder)).diagnostics}


def findings(example: str, folder: Path) -> set[str]:
    """The codes that an example yields, laid upon the minimal ruleset."""
    if NAMED.match(example) or "\namends:" in example:
        return findings_of_files(example, folder)
    diagnostics = Diagnostics()
    base = read_yaml(MINIMAL, "minimal.yaml", diagnostics)
    over = read_yaml(example, "page.yaml", diagnostics)
    assert base is not None
    assert over is not None
    file = from_source(merged(base, over), diagnostics)
    ruleset = None if file is None or diagnostics.errors else lower(file, diagnostics)
    if file is not None and ruleset is not None:
        analyse(ruleset, file, diagnostics)
    return {each.code for each in diagnostics.sorted()}


def test_what_examples_are_laid_upon_is_clean(tmp_path: Path) -> None:
    assert set() == findings("{}", tmp_path)


@pytest.mark.parametrize("code", [code for code in CHECKED if code not in COMPILED + COMMENTS])
def test_example_yields_its_code_and_the_alternative_nothing(code: str, tmp_path: Path) -> None:
    """Names that an example leaves unused are not its point, save where they are."""
    bad, good = re.findall(r"```yaml\n(.*?)```", page(code) or "", re.DOTALL)
    beside = set[str]() if code == UNUSED else {UNUSED}

    assert {code} == findings(bad, tmp_path / "bad") - beside
    assert set() == findings(good, tmp_path / "good") - beside


@pytest.mark.parametrize("code", COMMENTS)
def test_example_yields_its_code_as_a_text(code: str) -> None:
    bad, good = re.findall(r"```yaml\n(.*?)```", page(code) or "", re.DOTALL)

    assert {code} == {one.code for one in steelyard.check(MINIMAL + bad)}
    assert () == steelyard.check(MINIMAL + good)


@pytest.mark.parametrize("code", COMPILED)
def test_example_yields_its_code_when_it_is_compiled(code: str, tmp_path: Path) -> None:
    bad, good = re.findall(r"```yaml\n(.*?)```", page(code) or "", re.DOTALL)

    assert {code} == compiled(bad)
    assert set() == compiled(good)


def compiled(example: str) -> set[str]:
    """The codes of compiling an example, laid upon the minimal ruleset, for portfolios."""
    diagnostics = Diagnostics()
    base, over = read_yaml(MINIMAL, "minimal.yaml", diagnostics), read_yaml(example, "page.yaml", diagnostics)
    assert base is not None
    assert over is not None
    model = from_source(merged(base, over), diagnostics)
    assert model is not None
    ruleset = lower(model, diagnostics)
    assert ruleset is not None
    assert not diagnostics.errors
    bound = bind(ruleset, {"as_of": "2024-05-10T00:00"}, diagnostics)
    assert bound is not None
    compile_for(bound, diagnostics, "cases", {one.id: one.id for one in bound.relations})
    return {each.code for each in diagnostics.sorted() if each.severity is Severity.ERROR}


def test_every_code_that_is_written_in_the_source_is_registered() -> None:
    """A code that is not registered would end a run as a bug of ours."""
    written: dict[str, str] = {}
    for path in sorted(ROOT.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and re.fullmatch("[YMNTHLBE]\\d{3}", node.value)
            ):
                written[node.value] = path.name

    assert {} == {code: place for code, place in written.items() if code not in CODES}


def test_every_registered_code_is_used() -> None:
    """A code that nothing yields any more is retired by a remark in the registry, and listed here."""
    retired: set[str] = set()
    sources = [path.read_text("utf-8") for path in ROOT.rglob("*.py") if path.name != "registry.py"]

    assert retired == {code for code in CODES if not any(f'"{code}"' in source for source in sources)}
