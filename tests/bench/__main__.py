"""Run the measurements: `uv run --group bench python -m tests.bench`; `api`, `growth` or `portfolio` may follow it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.bench import report
from tests.bench.report import Measured


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--cases", type=int, default=300, help="claims to generate (default: 300)")
    parser.add_argument("--rounds", type=int, default=25, help="rounds of which the median counts (default: 25)")
    parser.add_argument("--seed", type=int, default=20131008, help="of the generated claims")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--skip-processes", action="store_true", help="leave out the command line")
    parser.set_defaults(measure=_cases)
    others = parser.add_subparsers(title="instead of the engines for single cases")
    others.add_parser("api", help="single cases through the Python API").set_defaults(measure=_api)
    growth = others.add_parser("growth", help="statements of ever larger rulesets")
    growth.add_argument("shapes", nargs="*", help="some of the shapes in tests/growth.py (default: all)")
    growth.add_argument("--rounds", type=int, default=5, help="rounds of which the median counts (default: 5)")
    growth.add_argument("--json", action="store_true", help="print JSON")
    growth.set_defaults(measure=_growth)
    _portfolio_arguments(others.add_parser("portfolio", help="portfolios"))
    arguments = parser.parse_args()
    results = arguments.measure(arguments)
    machine = report.machine()
    if arguments.json:
        print(json.dumps(report.as_data(machine, results), indent=2))
    else:
        print(report.as_text(machine, results))


def _cases(arguments: argparse.Namespace) -> list[Measured]:
    from tests.bench import engines, processes

    results = engines.measure(arguments.cases, arguments.rounds, arguments.seed)
    return results if arguments.skip_processes else results + processes.measure(arguments.rounds)


def _api(arguments: argparse.Namespace) -> list[Measured]:
    from tests.bench import api

    return api.measure(arguments.cases, arguments.rounds, arguments.seed)


def _growth(arguments: argparse.Namespace) -> list[Measured]:
    from tests.bench import growth

    return growth.measure(arguments.rounds, tuple(arguments.shapes))


def _portfolio_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--claims", type=int, default=10_000_000, help="of the large portfolio (default: ten million)")
    parser.add_argument("--huge", type=int, default=0, metavar="CLAIMS", help="one more, once: 100000000 for example")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of which the best counts (default: 3)")
    parser.add_argument("--alone", type=int, default=300, help="claims that are scored one by one (default: 300)")
    parser.add_argument("--rule-cases", type=int, default=200_000, help="cases under many rules (default: 200,000)")
    parser.add_argument("--folder", type=Path, help="where the data are kept for the next time (default: nowhere)")
    parser.add_argument("--without-engine", action="store_true", help="only what the engine is measured by")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.set_defaults(measure=_portfolio)


def _portfolio(arguments: argparse.Namespace) -> list[Measured]:
    from tests.bench.large.measure import Plan, measure

    with TemporaryDirectory() as temporary:
        plan = Plan(
            folder=(arguments.folder or Path(temporary)).absolute(),
            count=arguments.claims,
            huge=arguments.huge,
            rounds=arguments.rounds,
            alone=arguments.alone,
            cases=arguments.rule_cases,
            engine=not arguments.without_engine,
        )
        return measure(plan)


if __name__ == "__main__":
    main()
