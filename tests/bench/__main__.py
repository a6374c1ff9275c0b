"""Run the measurements: `uv run --group bench python -m tests.bench`."""

from __future__ import annotations

import argparse
import json

from tests.bench import engines, processes, report


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--cases", type=int, default=300, help="claims to generate (default: 300)")
    parser.add_argument("--rounds", type=int, default=25, help="rounds of which the median counts (default: 25)")
    parser.add_argument("--seed", type=int, default=20131008, help="of the generated claims")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--skip-processes", action="store_true", help="leave out the command line")
    arguments = parser.parse_args()
    results = engines.measure(arguments.cases, arguments.rounds, arguments.seed)
    if not arguments.skip_processes:
        results += processes.measure(arguments.rounds)
    machine = report.machine()
    if arguments.json:
        print(json.dumps(report.as_data(machine, results), indent=2))
    else:
        print(report.as_text(machine, results))


if __name__ == "__main__":
    main()
