"""The Python examples of README.md and engine/API.md do what they say."""

from __future__ import annotations

import ast
import asyncio
import json
import pickle
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

import steelyard

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.DOTALL | re.MULTILINE)
NOTEBOOK, ENDPOINT, TASK = BLOCK.findall((ROOT / "README.md").read_text("utf-8"))
CLAIM: dict[str, Any] = {
    "claim_id": "A1",
    "reported_at": "2024-03-04 09:00",
    "accepted_at": "2024-03-04 10:30",
    "surveyed_at": "2024-03-05 12:30",
    "decided_at": "2024-03-06 02:30",
    "paid_at": "2024-03-06 03:30",
    "accuracy_rate": 0.98,
}


def run(cell: str, names: dict[str, Any]) -> object:
    """Run a cell as a notebook does: the value of its last line is what it shows."""
    tree = ast.parse(cell)
    last = tree.body.pop()
    exec(compile(tree, "cell", "exec"), names)
    if isinstance(last, ast.Expr):
        return eval(compile(ast.Expression(last.value), "cell", "eval"), names)
    exec(compile(ast.Module([last], []), "cell", "exec"), names)
    return None


async def posted(app: FastAPI, claims: list[dict[str, Any]]) -> list[httpx.Response]:
    """The answers of an endpoint, without a server."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://test") as client:
        return [await client.post("/scores", json=claim) for claim in claims]


def test_a_notebook_shows_the_explanation(capsys) -> None:
    shown = run(NOTEBOOK, {})

    assert capsys.readouterr().out == "98.00 ('S2',) 1 day, 2:00:00\n"
    assert isinstance(shown, steelyard.CaseExplanation)
    assert "查勘定损时效" in shown._repr_html_()


def test_an_endpoint_scores_rejects_and_refuses() -> None:
    names: dict[str, Any] = {}
    run(ENDPOINT, names)
    claims = [CLAIM, {**CLAIM, "accuracy_rate": 98}, {**CLAIM, "acuracy_rate": 1}]
    scored, rejected, refused = asyncio.run(posted(names["app"], claims))

    assert (scored.status_code, scored.json()["score"], scored.json()["reasons"]) == (200, "98.00", ["S2"])
    assert (rejected.status_code, rejected.json()["where"]) == (200, "accuracy_rate")
    assert refused.status_code == 422
    assert "perhaps `accuracy_rate`" in refused.json()["detail"]


def test_a_task_gives_json_from_a_policy_that_travelled() -> None:
    names: dict[str, Any] = {}
    run(TASK, names)
    policy = pickle.loads(pickle.dumps(steelyard.load("claims-efficiency")))

    found = names["score_claims"](policy, [CLAIM, {**CLAIM, "claim_id": "A2", "paid_at": None}])

    assert [(one["claim_id"], one["status"]) for one in found] == [("A1", "scored"), ("A2", "rejected")]
    assert json.loads(json.dumps(found)) == found


def test_the_examples_of_the_api_chapter_hold() -> None:
    names: dict[str, Any] = {}
    for block in BLOCK.findall((ROOT / "engine" / "API.md").read_text("utf-8")):
        run(block, names)

    assert names["result"].score is not None
    assert names["stormy"].status == "scored"


@pytest.mark.parametrize("kind", [steelyard.Policy, steelyard.Result, steelyard.Run, steelyard.Rows])
def test_the_api_chapter_names_every_public_attribute(kind) -> None:
    text = (ROOT / "engine" / "API.md").read_text("utf-8")
    public = {name for name in dir(kind) if not name.startswith("_")} | set(getattr(kind, "__dataclass_fields__", ()))
    told = {name for name in public if re.search(rf"`(\w+\.)?{name}[`(]", text)}

    assert public - told <= {"_policy", "_ruleset", "_scored", "_folder", "case", "values", "outcome"}
