"""A policy in several threads and processes gives what it gives in one."""
# ruff: noqa: DTZ001 - a datetime without a zone is local to the ruleset

from __future__ import annotations

import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial

import pytest

import steelyard
from steelyard import Policy, Result
from steelyard.engines.durable import available

START = datetime(2024, 3, 4, 9)
CASES = 60
MONTH = {
    "branch": "b",
    "month": "2024-03",
    "claims": "1000",
    "complaints_per_thousand": "1",
    "survey_coverage": "40%",
    "one_time_resolution": "90%",
}
ENGINES = ("reference", "durable")

Given = tuple[dict[str, object], dict[str, list[dict[str, object]]]]


def efficiency() -> tuple[Policy, list[Given]]:
    """Claims whose survey takes from 0 to 59 hours."""
    policy = steelyard.load("claims-efficiency")
    return policy, [
        ({**_milestones(number), "claim_id": str(number), "accuracy_rate": "0.9"}, {}) for number in range(CASES)
    ]


def motor() -> tuple[Policy, list[Given]]:
    """Claims with a warning of their own, every third with a complaint."""
    policy = steelyard.load("motor-small-claims", as_of=datetime(2024, 12, 31))
    more = {"branch": "b", "region": "310151", "withdrawn": False, "gps_recorded": True, "staff_misconduct": False}
    return policy, [
        (
            {**_milestones(number), **more, "claim_id": str(number), "accuracy_rate": "0.9"},
            {
                "weather": [_storm(number)],
                "declarations": [],
                "branch_month": [MONTH],
                "complaints": [{"complaint_id": f"k{number}", "upheld": True}] if number % 3 == 0 else [],
            },
        )
        for number in range(CASES)
    ]


def _milestones(number: int) -> dict[str, object]:
    hours = {
        "reported_at": 0,
        "accepted_at": 1,
        "surveyed_at": 1 + number,
        "decided_at": 60 + number,
        "paid_at": 61 + number,
    }
    return {name: START + timedelta(hours=after) for name, after in hours.items()}


def _storm(number: int) -> dict[str, object]:
    return {
        "event_id": f"w{number}",
        "kind": "typhoon",
        "level": ("blue", "orange", "red")[number % 3],
        "areas": ["310000"],
        "starts": START,
        "ends": START + timedelta(hours=number + 1),
        "headline": "",
        "source": "bureau",
    }


@pytest.fixture(scope="module", params=[efficiency, motor], ids=["claims-efficiency", "motor-small-claims"])
def shared(request) -> tuple[Policy, list[Given], list[Result]]:
    policy, given = request.param()
    expected = [policy.evaluate(*one) for one in given]
    assert len({result.score for result in expected}) > 5
    return policy, given, expected


@pytest.mark.parametrize("engine", ENGINES)
def test_eight_threads_share_a_policy(shared, engine) -> None:
    if engine == "durable" and available():
        pytest.skip("durable_rules is not installed")
    policy, given, expected = shared

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda one: policy.evaluate(*one, engine=engine), given * 4))

    assert found == expected * 4
    assert {result.engine for result in found} == {engine}


@pytest.mark.parametrize("engine", ENGINES)
def test_worker_processes_share_a_policy(shared, engine) -> None:
    if engine == "durable" and available():
        pytest.skip("durable_rules is not installed")
    policy, given, expected = shared
    some = given[:4]
    policy.evaluate(*some[0], engine=engine)

    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        tasks = [pool.submit(partial(policy.evaluate, *one, engine=engine)) for one in some]
        found = [task.result() for task in tasks]

    assert found == expected[:4]
    assert [result.explain().text().replace(engine, "") for result in found] == [
        result.explain().text().replace("reference", "") for result in expected[:4]
    ]
