"""The rule engine durable-rules as an engine for single cases.

Conditions become its rules, the case, relation rows and indicator results its facts; what fires comes back as
pairs of rule and row. Strata are driven one after the other. What it finds out on its own: which rows join,
the truth of each condition, and how fired rules combine (grants, lifted rules, caps, stages, gates).
What it shares with semantics: arithmetic, aggregates, tables, dates, ways of scoring, weights, the ledger.

`session` alone calls the library and holds the wall against its behaviour; `conditions` turns expressions
into what it can match; `network` makes rules and facts; `evaluate` drives the strata.
"""

from __future__ import annotations

from importlib import import_module

from steelyard.diagnostics import Message, msg
from steelyard.engines.durable.engine import DurableEngine

__all__ = ["DurableEngine", "available"]

INSTALL = (
    "CPPFLAGS=-DPyEval_CallObject=PyObject_CallObject "
    "python -m pip install --no-cache-dir --force-reinstall durable_rules==2.0.28"
)
"""Builds the library anew. Python 3.13 removed PyEval_CallObject; pip would take an earlier build from its cache."""


def available() -> Message | None:
    """Why the engine cannot run here, and what to install; None where it can."""
    try:
        import_module("durable.engine")
    except ModuleNotFoundError:
        return msg("durable_rules is not installed: with a C compiler at hand run `{command}`", command=INSTALL)
    except ImportError as error:
        reason = str(error).splitlines()[0]
        return msg("durable_rules was built wrong ({reason}): run `{command}`", reason=reason, command=INSTALL)
    return None
