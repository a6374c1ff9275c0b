"""An engine for single cases, built on the rule engine durable-rules.

Conditions become durable's rules; the case, relation rows and indicator results become its facts; activations come back
as pairs of rule and row. The strata run one after the other. Computed independently of semantics: which rows join, the
truth of each condition, and how fired rules combine (grants, lifted rules, caps, stages, gates). Shared with semantics:
arithmetic, aggregates, tables, dates, ways of scoring, weights, the ledger.

`session` is the only module that calls the library, and contains its defects; `conditions` turns expressions into what
durable can match; `network` makes rules and facts; `strata` runs the strata.
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
"""The command that rebuilds the library. Python 3.13 removed PyEval_CallObject; pip would reuse an earlier cached
build.
"""


def available() -> Message | None:
    """Return why the engine cannot run here and what to install; None where it can run."""
    try:
        import_module("durable.engine")
    except ModuleNotFoundError:
        return msg("durable_rules is not installed: with a C compiler at hand run `{command}`", command=INSTALL)
    except ImportError as error:
        reason = str(error).splitlines()[0]
        return msg("durable_rules was built wrong ({reason}): run `{command}`", reason=reason, command=INSTALL)
    return None
