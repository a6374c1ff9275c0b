"""Cases to measure with: the sample's own generator, asked for as many claims as wanted."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType

from steelyard.analysis.check import load
from steelyard.facts import Portfolio
from steelyard.ir.ruleset import Ruleset
from steelyard.ir.versions import Versions
from steelyard.resources import rulesets
from steelyard.session.run import read_facts
from steelyard.session.sources import FactFiles

FOLDER = rulesets() / "motor-small-claims"
AS_OF = "2013-10-16T00:00"
RELATIONS = ("weather", "declarations", "complaints")


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
        for name in ("weather", "declarations"):
            text = (FOLDER / "sample" / f"{name}.csv").read_text(encoding="utf-8")
            (Path(folder) / f"{name}.csv").write_text(text, encoding="utf-8")
        _write(folder, "claims", sample.table(sample.CLAIM_HEADER, rows))
        _write(folder, "complaints", sample.table(("投诉编号", "案件号", "是否属实"), complaints))
        files = {name: (f"{folder}/{name}.csv",) for name in RELATIONS}
        found = read_facts(Versions((ruleset,)), FactFiles((f"{folder}/claims.csv",), files))[0]
    if found.rejects:
        raise SystemExit(f"the generated claims cannot be read: {found.rejects}")
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
