"""The whole road of a ruleset: found, read, lowered, bound, checked."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from steelyard import resources
from steelyard.analysis.bands import check_bands
from steelyard.analysis.exemptions import check_exemptions
from steelyard.analysis.idle import check_idle
from steelyard.analysis.lateness import check_lateness
from steelyard.analysis.situations import check_situations
from steelyard.analysis.subject import Subject
from steelyard.analysis.tables import check_tables
from steelyard.analysis.unused import check_unused
from steelyard.analysis.weights import check_weights
from steelyard.diagnostics import Diagnostic, Diagnostics, Severity, msg
from steelyard.diagnostics.suggestions import alternatives, closest, listed
from steelyard.ir.bind import bind
from steelyard.ir.from_model import lower
from steelyard.ir.resolved import knower
from steelyard.ir.ruleset import Ruleset
from steelyard.model.from_source import from_source
from steelyard.model.ruleset import RulesetFile
from steelyard.source import Node, load_file

RULESET_FILE = "ruleset.yaml"
"""The name of the ruleset in a folder."""

Check = Callable[[Subject, Diagnostics], None]

CHECKS: tuple[Check, ...] = (
    check_tables,
    check_bands,
    check_weights,
    check_situations,
    check_lateness,
    check_exemptions,
    check_idle,
    check_unused,
)
"""In this order; `check_situations` waits for the weights to be in order."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A ruleset after every pass.

    Attributes:
        path: the file; None where none was found.
        node, file: the source and the file as written, as far as they could be read.
        ruleset: None where there is an error.
        diagnostics: all findings, in the order of the text.
    """

    path: Path | None
    node: Node | None
    file: RulesetFile | None
    ruleset: Ruleset | None
    diagnostics: tuple[Diagnostic, ...]

    @property
    def errors(self) -> int:
        """The number of errors."""
        return sum(one.severity is Severity.ERROR for one in self.diagnostics)


def load(path_or_name: str, settings: Mapping[str, str] | None = None, *, lint: bool = True) -> Loaded:
    """Read and check a ruleset.

    Args:
        path_or_name: a file, a folder that holds `ruleset.yaml`, or the name of a shipped ruleset.
        settings: values of parameters; None leaves parameters as they are, so that one without a value is no error.
        lint: whether to run the checks after lowering; without them a ruleset may still surprise.
    """
    diagnostics = Diagnostics()
    path = find(path_or_name, diagnostics)
    node = None if path is None else load_file(path, diagnostics)
    file = None if node is None else from_source(node, diagnostics)
    ruleset = None if file is None else lower(file, diagnostics)
    if ruleset is not None and settings is not None:
        ruleset = bind(ruleset, settings, diagnostics)
    if lint and ruleset is not None and file is not None:
        analyse(ruleset, file, diagnostics)
    return Loaded(path, node, file, None if diagnostics.errors else ruleset, diagnostics.sorted())


def analyse(ruleset: Ruleset, file: RulesetFile, diagnostics: Diagnostics) -> None:
    """Run every check."""
    subject = Subject(ruleset, file, knower(ruleset))
    for check in CHECKS:
        check(subject, diagnostics)


def find(path_or_name: str, diagnostics: Diagnostics) -> Path | None:
    """The file of a ruleset: a path wins over the name of a shipped one."""
    path = Path(path_or_name)
    try:
        if path.is_dir() and (path / RULESET_FILE).exists():
            return path / RULESET_FILE
        if path.is_file():
            return path
    except (OSError, ValueError):
        return path
    shipped = {folder.name: folder for folder in _shipped()}
    if path_or_name in shipped:
        return shipped[path_or_name] / RULESET_FILE
    if path.is_dir():
        diagnostics.add(
            "E101",
            None,
            msg("the folder `{folder}` holds no `{file}`", folder=path_or_name, file=RULESET_FILE),
            help=msg("name the file itself"),
        )
        return None
    if path.exists():
        return path
    near = closest(path_or_name, shipped)
    diagnostics.add(
        "E101",
        None,
        msg("`{name}` is neither a file nor the name of a shipped ruleset", name=path_or_name),
        help=msg("did you mean `{near}`?", near=near)
        if near
        else msg("shipped are {names}", names=listed(alternatives(path_or_name, shipped))),
    )
    return None


def _shipped() -> list[Path]:
    return sorted(path.parent for path in resources.rulesets().glob(f"*/{RULESET_FILE}"))
