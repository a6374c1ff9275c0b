"""Cases to measure with: the sample's own generator, asked for as many claims as wanted."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

from steelyard.analysis.check import load
from steelyard.diagnostics import Diagnostics
from steelyard.facts import Portfolio, read_portfolio
from steelyard.ir.ruleset import Ruleset
from steelyard.resources import rulesets

FOLDER = rulesets() / "motor-small-claims"
AS_OF = "2013-10-16T00:00"
RELATIONS = ("weather", "declarations", "complaints", "climate")


def motor() -> Ruleset:
    """The shipped ruleset, its cut-off set."""
    loaded = load(str(FOLDER), {"as_of": AS_OF})
    if loaded.versions is None:
        raise SystemExit(f"motor-small-claims has errors: {loaded.diagnostics}")
    return loaded.versions.newest


def claims(ruleset: Ruleset, count: int, seed: int) -> Portfolio:
    """So many claims with their weather, declarations, complaints and branches' months."""
    sample = _generator()
    draw = sample.Draw(seed)
    rows = [sample.claim(draw, number) for number in range(1, count + 1)]
    complaints = sample.complaints(draw, rows)
    with TemporaryDirectory() as folder:
        for name in ("weather", "declarations", "climate"):
            text = (FOLDER / "sample" / f"{name}.csv").read_text(encoding="utf-8")
            (Path(folder) / f"{name}.csv").write_text(text, encoding="utf-8")
        _write(folder, "claims", sample.table(sample.CLAIM_HEADER, rows))
        _write(folder, "complaints", sample.table(("投诉编号", "案件号", "是否属实"), complaints))
        diagnostics = Diagnostics()
        files = {name: (Path(folder) / f"{name}.csv",) for name in RELATIONS}
        found = read_portfolio(ruleset, (Path(folder) / "claims.csv",), files, diagnostics)
    if found is None or found.rejects:
        raise SystemExit(f"the generated claims cannot be read: {diagnostics.sorted()}")
    return found


def _write(folder: str, name: str, text: str) -> None:
    (Path(folder) / f"{name}.csv").write_text(text, encoding="utf-8")


def _generator() -> ModuleType:
    """The script that wrote the sample."""
    spec = importlib.util.spec_from_file_location("sample_generator", FOLDER / "sample" / "generate.py")
    if spec is None or spec.loader is None:
        raise SystemExit("the sample has no generator")
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
