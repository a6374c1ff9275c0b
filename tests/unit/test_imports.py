"""The import law: who may import whom, and which package may use which library."""

from __future__ import annotations

import ast
import sys
from collections.abc import Container, Iterator, Mapping
from pathlib import Path

import pytest

import steelyard

ROOT = Path(steelyard.__file__).parent

# each package imports only from itself and those before it
ORDER = (
    "diagnostics",
    "source",
    "model",
    "language",
    "calendars",
    "ir",
    "facts",
    "semantics",
    "engines",
    "analysis",
    "explain",
    "report",
    "trial",
    "audit",
    "session",
    "cli",
    "__main__",  # the module that runs cli
)
# modules at the root of the package that every package may import
EVERYWHERE = frozenset({"resources", "temporary", "__version__"})
# beyond the order: explain tells a case by the reference semantics, whatever engine scored it
FORBIDDEN = {"explain": {"engines"}}

# what the command line is written over: services, and what shows messages and diagnostics
COMMAND_LINE = frozenset({"cli", "session", "diagnostics", "resources", "temporary", "__version__"})
# Beyond these, exactly these names. `grids` and `telling` do no work: they show a summary that a service has counted,
# and a summary's texts by language are laid out in `report`. The other names are annotations of values from services.
SHOWN = {
    "cli.grids": {"report.summary_formats.Grid"},
    "cli.telling": {
        "facts.Reject",
        "ir.versions.Versions",
        "report.summary.Summary",
        "report.summary_formats.detail_grids",
        "report.summary_formats.nothing_said",
        "report.summary_formats.summary_grid",
    },
}

# library -> the places that may import it; a place covers what is under it
LIBRARIES = {
    "babel": {"diagnostics", "report", "cli"},
    "click": {"cli"},
    "rich": {"cli"},
    "jinja2": {"report"},
    "markupsafe": {"report"},
    "pydantic": {"model", "cli"},
    "pydantic_core": {"model"},
    "ruamel": {"source"},
    "lark": {"language"},
    "durable": {"engines.durable"},
    "durable_rules_engine": {"engines.durable"},
    "duckdb": {"engines.sql", "facts"},
    "sqlglot": {"engines.sql", "facts"},
    "pyspark": {"engines.sql", "facts"},
    "py4j": {"engines.sql"},
    "z3": {"analysis"},
    "pyarrow": {"facts", "engines.sql", "report", "audit", "session"},
    "python_calamine": {"facts", "source"},
    "defusedxml": {"facts", "source"},
    "xlsxwriter": {"report"},
    "tzdata": {"calendars"},
    "holidays": {"calendars"},
    "chinese_calendar": {"calendars"},
    "dateutil": {"calendars"},
}
NO_FLOAT = ("ir", "semantics", "engines")


def imports(tree: ast.Module, module: str, *, package: bool) -> Iterator[tuple[int, str]]:
    """Each import with its line, absolute; those inside functions too."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name) for alias in names)
            case ast.ImportFrom(module=name, names=names, level=0):
                yield from ((node.lineno, f"{name}.{alias.name}") for alias in names)
            case ast.ImportFrom(module=name, names=names, level=level):
                base = module.split(".")[: module.count(".") + 1 - level + package]
                yield from ((node.lineno, ".".join([*base, *filter(None, [name]), alias.name])) for alias in names)
            case ast.Call(func=ast.Name(id="__import__") | ast.Attribute(attr="import_module")):
                yield node.lineno, "a computed import"
            case _:
                pass


def breaches(module: str, source: str, *, package: bool = False) -> list[str]:
    """What a module's imports break; `module` is its name without `steelyard.`."""
    own = module.split(".")
    found: list[str] = []
    for line, name in imports(ast.parse(source), f"steelyard.{module}", package=package):
        top, *rest = name.split(".")
        if top == "steelyard":
            wrong = _own_breach(own, rest)
        elif name == "a computed import":
            wrong = name
        else:
            wrong = _library_breach(module, top)
        if wrong:
            found.append(f"{module}:{line}: {wrong}")
    return found


def dependencies(sources: Mapping[str, str], packages: frozenset[str] = frozenset()) -> dict[str, set[str]]:
    """The modules that each module imports: anywhere in it, for type checkers only too.

    An import that stands in a function, or under TYPE_CHECKING, hides a cycle from Python and not from a reader.

    Args:
        sources: the text of each module, by its name without `steelyard.`.
        packages: those of them that are the `__init__` of a package.
    """
    found: dict[str, set[str]] = {}
    for module, source in sources.items():
        names = imports(ast.parse(source), f"steelyard.{module}", package=module in packages)
        found[module] = {target for _, name in names if (target := _module_of(name, sources))} - {module}
    return found


def _module_of(name: str, modules: Container[str]) -> str | None:
    """The module that an absolute name belongs to: `ir.types` of `steelyard.ir.types.Number`."""
    own = name.removeprefix("steelyard.")
    while own not in modules and "." in own:
        own = own.rpartition(".")[0]
    return own if name.startswith("steelyard.") and own in modules else None


def cycles(graph: Mapping[str, set[str]]) -> list[frozenset[str]]:
    """The sets of modules that all import each other, through others too; none of one module alone."""
    reached: dict[str, set[str]] = {}
    for start in graph:
        seen: set[str] = set()
        waiting = [*graph[start]]
        while waiting:
            module = waiting.pop()
            if module not in seen:
                seen.add(module)
                waiting += graph.get(module, ())
        reached[start] = seen
    groups = {frozenset({m, *(other for other in reached[m] if m in reached[other])}) for m in graph if m in reached[m]}
    return sorted(groups, key=sorted)


def _own_breach(own: list[str], rest: list[str]) -> str | None:
    home, target = own[0], rest[0]
    if target in EVERYWHERE:
        return None
    if target not in ORDER or (home not in ORDER and home not in EVERYWHERE):
        return f"{home} or {target} is no package of the import law"
    if home in EVERYWHERE or ORDER.index(target) > ORDER.index(home):
        return f"{home} may not import {target}"
    if target in FORBIDDEN.get(home, ()):
        return f"{home} may not import {target}"
    # the modules beside the engines are common to them; another engine is not
    if home == target == "engines" and len(own) > 1 and len(rest) > 1:
        engines = {path.name for path in (ROOT / "engines").glob("*/")} | {"durable", "sql"}
        if rest[1] in engines and own[1] in engines and own[1] != rest[1]:
            return f"engine {own[1]} may not import engine {rest[1]}"
    return None


def _library_breach(module: str, library: str) -> str | None:
    if library in sys.stdlib_module_names:
        return None
    if library not in LIBRARIES:
        return f"{library} is no library of the import law"
    places = LIBRARIES[library]
    if any(module == place or module.startswith(f"{place}.") for place in places):
        return None
    return f"{module.partition('.')[0]} may not import {library}"


def floats(source: str) -> list[int]:
    """The lines on which a float is written: a literal, a call, an annotation.

    Not `/`: weights are exact fractions, and the source does not show the types of its operands.
    """
    lines: list[int] = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Constant(value=float()) | ast.Constant(value=complex()):
                lines.append(node.lineno)
            case ast.Name(id="float" | "complex") | ast.Attribute(attr="float64" | "float32" | "total_seconds"):
                lines.append(node.lineno)
            case _:
                pass
    return lines


def modules() -> list[Path]:
    return sorted(ROOT.rglob("*.py"))


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" and len(parts) > 1 else parts)


def test_modules_import_each_other_in_one_direction() -> None:
    sources = {name_of(path): path.read_text("utf-8") for path in modules() if path.parent != ROOT}
    packages = frozenset(name_of(path) for path in modules() if path.name == "__init__.py")

    assert [] == [sorted(cycle) for cycle in cycles(dependencies(sources, packages))]


@pytest.mark.parametrize("path", modules(), ids=name_of)
def test_module_keeps_the_import_law(path: Path) -> None:
    if path == ROOT / "__init__.py":
        pytest.skip("the root offers what the packages make")

    assert [] == breaches(name_of(path), path.read_text("utf-8"), package=path.name == "__init__.py")


@pytest.mark.parametrize("path", [path for path in modules() if name_of(path).split(".")[0] in NO_FLOAT], ids=name_of)
def test_no_float_touches_a_score(path: Path) -> None:
    assert [] == floats(path.read_text("utf-8"))


def beyond_services(module: str, source: str) -> set[str]:
    """The names of ours that a module of the command line imports although it should use services for them."""
    public = {"steelyard", *(f"steelyard.{name}" for name in steelyard.__all__)}
    found = {name for _, name in imports(ast.parse(source), f"steelyard.{module}", package=False)} - public
    own = {name.removeprefix("steelyard.") for name in found if name.startswith("steelyard.")}
    return {name for name in own if name.split(".")[0] not in COMMAND_LINE}


@pytest.mark.parametrize("path", sorted((ROOT / "cli").glob("*.py")), ids=name_of)
def test_the_command_line_uses_services_only(path: Path) -> None:
    expected = SHOWN.get(name_of(path), set())

    assert expected == beyond_services(name_of(path), path.read_text("utf-8"))


def test_guard_sees_a_command_that_does_the_work_itself() -> None:
    source = "from steelyard import load\nfrom steelyard.session.run import score\nfrom steelyard.engines import choice"

    assert {"engines.choice"} == beyond_services("cli.new", source)


def test_every_package_is_in_the_law() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}

    assert packages <= set(ORDER)


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("source.reader", "from steelyard.model import x"),
        ("source.reader", "import steelyard.cli"),
        ("source.reader", "from steelyard import model"),
        ("source.reader", "from ..model import x"),
        ("source.reader", "from .. import model"),
        ("ir.types", "def f():\n    from steelyard.facts import x"),
        ("semantics.run", "from steelyard.engines import Engine"),
        ("explain.ledger", "from steelyard.engines.durable import x"),
        ("engines.durable.run", "from steelyard.engines.sql import x"),
        ("engines.durable.run", "from steelyard.engines import sql"),
        ("engines.sql.run", "import durable.engine"),
        ("engines.protocol", "import durable"),
        ("model.ruleset", "import ruamel.yaml"),
        ("semantics.run", "import numpy"),
        ("semantics.run", "import duckdb"),
        ("facts.rows", "import click"),
        ("analysis.gaps", "import lark"),
        ("ir.proofs", "import z3"),
        ("language.parse", "import pydantic"),
        ("ir.types", "from steelyard.brandnew import x"),
        ("brandnew.types", "from steelyard.ir import x"),
        ("resources", "from steelyard.ir import x"),
        ("ir.types", "import importlib\nimportlib.import_module('durable')"),
    ],
)
def test_guard_sees_a_breach(module: str, source: str) -> None:
    assert 1 == len(breaches(module, source))


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("cli.main", "from steelyard.engines.durable import x\nimport click"),
        ("engines.durable.run", "from steelyard.engines.protocol import Engine\nimport durable.engine"),
        ("engines.durable.run", "from steelyard.engines.durable.rules import x"),
        ("source.reader", "from .nodes import x\nfrom . import nodes\nimport ruamel.yaml\nimport re"),
        ("report.page", "from steelyard.resources import templates\nimport jinja2"),
        ("analysis.proofs", "import z3"),
    ],
)
def test_guard_lets_the_lawful_pass(module: str, source: str) -> None:
    assert [] == breaches(module, source)


@pytest.mark.parametrize(
    "source", ["x = 0.5", "x = 1e3", "def f(a: float): ...", "x = float('1')", "x = 1j", "x = d.total_seconds()"]
)
def test_guard_sees_a_float(source: str) -> None:
    assert [1] == floats(source)


def test_guard_lets_integers_pass() -> None:
    assert [] == floats("x = a // b * 10**6 + 'float 0.5'.count('.')")


def test_guard_sees_cycles_however_they_are_hidden() -> None:
    sources = {
        "ir.a": "from steelyard.ir.b import x",
        "ir.b": "def f():\n    from steelyard.ir import c",
        "ir.c": "if TYPE_CHECKING:\n    from steelyard.ir.a import X",
        "ir.d": "from steelyard.ir.a import X\nfrom steelyard.ir.d import Y",
    }

    assert [frozenset({"ir.a", "ir.b", "ir.c"})] == cycles(dependencies(sources))
