"""What was measured, for people and for programs."""

from __future__ import annotations

import os
import platform
from dataclasses import asdict, dataclass

_DIGITS = {"x": "7.2f", "us": "7.1f", "s": "7.3f", "/s": "7,.0f", "MiB": "7,.0f", "kB": "7,.0f"}


@dataclass(frozen=True, slots=True)
class Measured:
    """One figure.

    Attributes:
        name: what was measured.
        value: in `unit`.
        unit: `x` for a ratio, `us` for microseconds a case, `s` for seconds, `/s` for cases a second, `MiB`, `kB`.
        target: the most it should be; None where none was set.
        least: the least it should be; None where none was set.
    """

    name: str
    value: float
    unit: str
    target: float | None = None
    least: float | None = None


def machine() -> dict[str, str]:
    """What the figures were seen on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return {
        "cores": str(os.cpu_count()),
        "memory": f"{memory:.0f} GiB",
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.machine()}",
    }


def as_data(machine: dict[str, str], results: list[Measured]) -> dict[str, object]:
    """For programs."""
    return {"machine": machine, "results": [asdict(result) for result in results]}


def as_text(machine: dict[str, str], results: list[Measured]) -> str:
    """For people."""
    lines = [", ".join(f"{name} {value}" for name, value in machine.items()), ""]
    wide = max(len(result.name) for result in results)
    for result in results:
        target = "" if result.target is None else f"   at most {result.target:g} wanted"
        least = "" if result.least is None else f"   at least {result.least:,g} wanted"
        lines.append(f"{result.name:{wide}}  {result.value:{_DIGITS[result.unit]}} {result.unit:3}{target}{least}")
    return "\n".join(lines)
