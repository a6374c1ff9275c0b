"""The report as JSON: the data of an explanation, whatever its layout (schema: `steelyard schema explain`)."""

from __future__ import annotations

import json

from steelyard.explain.data import explanation_data
from steelyard.explain.records import Explanation


def case_json(explanation: Explanation, lang: str) -> str:
    """Write an explanation as JSON; sentences in a language, `zh` or `en`."""
    return json.dumps(explanation_data(explanation, lang), ensure_ascii=False, indent=2) + "\n"
