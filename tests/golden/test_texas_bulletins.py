"""The bulletins beside the Texan ruleset say what the Department's own list says."""

from __future__ import annotations

import csv
import json
import os
from datetime import date, timedelta
from pathlib import Path

import pytest

from steelyard.facts.feeds.texas import COUNTIES, county
from steelyard.resources import rulesets

PUBLISHED = Path(os.environ.get("STEELYARD_DATA", "")) / "tdi-bulletins.json"


@pytest.mark.skipif(
    "STEELYARD_DATA" not in os.environ or not PUBLISHED.is_file(), reason="no bulletins in STEELYARD_DATA"
)
def test_the_sample_holds_each_bulletin_that_names_its_days() -> None:
    """Counties become FIPS codes, and the last day becomes the first one that is not covered."""
    wanted = {
        one["bulletin"]: (
            {COUNTIES[county(name) or ""] for name in one["counties"]},
            date.fromisoformat(one["event_start"]),
            date.fromisoformat(one["event_end"]) + timedelta(days=1),
        )
        for one in json.loads(PUBLISHED.read_text("utf-8"))
        if "event_start" in one
    }
    sample = rulesets() / "us-tx-prompt-payment" / "sample" / "bulletins.csv"
    found = {
        row["declaration_id"]: (
            set(row["areas"].split(";")),
            date.fromisoformat(row["starts"].removesuffix(" 00:00:00")),
            date.fromisoformat(row["ends"].removesuffix(" 00:00:00")),
        )
        for row in csv.DictReader(sample.read_text("utf-8").splitlines())
    }

    assert found == wanted
    assert len(found) == 4
