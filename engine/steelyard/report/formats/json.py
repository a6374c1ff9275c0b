"""The report as JSON: the view, minus the drawing. Every number is text with exactly its digits."""

from __future__ import annotations

import json
from dataclasses import asdict

from steelyard.report.views import View


def case_json(view: View) -> str:
    """Write a view."""
    content = asdict(view)
    content["timeline"] = [] if view.timeline is None else [{"name": name, "at": at} for name, at in view.timeline.list]
    return json.dumps(content, ensure_ascii=False, indent=2) + "\n"
