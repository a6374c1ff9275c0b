"""The shares of every situation of motor-small-claims, as weights.csv has them for motor.sql.

python -m tests.bench.large.weights
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from tests.bench.portfolio import motor

from steelyard.semantics import Circumstances, SituationError, prepare

FILE: Final = Path(__file__).with_name("weights.csv")
ADJUSTMENTS: Final = ("severe-weather", "complaint-surge")
WAIVABLE: Final = ("acceptance", "survey", "decision", "payment", "accuracy", "satisfaction")
MEMBERS: Final = (*WAIVABLE, "complaint_rate", "resolution")


def table() -> str:
    """The file as it must be: bits of the situation, the share of each indicator, what they are shares of."""
    (score,) = prepare(motor()).scores
    if score.weighing is None:
        raise SystemExit("motor-small-claims has no weights")
    lines = [",".join(("situation", *MEMBERS, "whole"))]
    for bits in range(2 ** (len(ADJUSTMENTS) + len(WAIVABLE))):
        fired = tuple(name for place, name in enumerate(ADJUSTMENTS) if bits >> place & 1)
        waived = frozenset((name, None) for place, name in enumerate(WAIVABLE, len(ADJUSTMENTS)) if bits >> place & 1)
        situation = score.weighing.resolve(Circumstances(fired, waived))
        if isinstance(situation, SituationError):
            raise SystemExit(str(situation.message))
        shares = ("" if share is None else str(share) for share in situation.shares)
        lines.append(",".join((str(bits), *shares, str(situation.denominator))))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    FILE.write_text(table(), encoding="utf-8", newline="\n")
