"""Explain one case of a portfolio: read the facts, find the case by its key, evaluate it by the reference."""

from __future__ import annotations

from typing import TYPE_CHECKING

from steelyard.diagnostics import msg
from steelyard.session.errors import CaseRejectedError, UsageError
from steelyard.session.explanation import CaseExplanation
from steelyard.session.listener import Noting, Silent
from steelyard.session.run import read_facts
from steelyard.session.summary import provenance_of

if TYPE_CHECKING:
    from steelyard.facts import Case, Portfolio
    from steelyard.ir.versions import Versions
    from steelyard.session.listener import Listener
    from steelyard.session.sources import FactFiles

MOST_KEYS = 20_000
"""A similar key is looked for among the first so many."""


def explain_case(
    versions: Versions, files: FactFiles, key: str, lang: str = "en", listener: Listener | None = None
) -> CaseExplanation:
    """Explain the case with a key.

    Args:
        versions: bound.
        files: the facts; all of them are read.
        key: of the case, as written.
        lang: `en` or `zh`.
        listener: is told how far the reading is and what may surprise; None: nothing is told.

    Returns:
        The explanation. A case that a rule rejects has the status `rejected`.

    Raises:
        PolicyError: a file cannot be read.
        CaseRejectedError: the row was rejected when it was read, so that there is no case to evaluate.
        UsageError: there is no such case.
    """
    from steelyard.explain.explain import explain
    from steelyard.facts.open_rows import long_open
    from steelyard.semantics import prepare, run

    noting = Noting(listener or Silent())
    portfolio, _ = read_facts(versions, files, noting)
    found = case_of(portfolio, key)
    evaluation = run(prepare(versions.of(found.values) or versions.newest), found)
    for warning in long_open(versions, [(found, [one.rule for one in evaluation.outcome.fired])]):
        noting.warn(warning)
    provenance = provenance_of(evaluation.ruleset, "reference", portfolio, noting.warned)
    return CaseExplanation(explain(evaluation, provenance), lang)


def case_of(portfolio: Portfolio, key: str) -> Case:
    """Give the case with a key.

    Raises:
        CaseRejectedError: its row was rejected when it was read.
        UsageError: there is no such case.
    """
    found = next((case for case in portfolio.cases if case.key == key), None)
    if found is None:
        raise _not_found(portfolio, key)
    return found


def _not_found(portfolio: Portfolio, key: str) -> CaseRejectedError | UsageError:
    """Why the case cannot be explained: its row was rejected, or no row has the key."""
    from steelyard.diagnostics.suggestions import closest

    rejects = tuple(reject for reject in portfolio.rejects if reject.key == key)
    if rejects:
        return CaseRejectedError(key, rejects)
    keys = [*(case.key for case in portfolio.cases), *(reject.key for reject in portfolio.rejects)]
    near = closest(key, keys[:MOST_KEYS])
    hints = () if near is None else (msg("did you mean `{near}`?", near=near),)
    return UsageError(msg("there is no case `{key}` among {count}", key=key, count=len(keys)), hints=hints)
