"""A standalone Spark master with two workers on the loopback interface: what it takes, and that both work."""

from __future__ import annotations

import pytest
from sqlglot import exp

from servers import NotInstalledError, spark_session, spark_standalone
from steelyard.engines.sql.dialects import dialect


@pytest.mark.long
def test_two_workers_share_the_work_and_agree_with_python():
    d = dialect("spark")
    sums = d.sql(d.sum_wide(d.quotient(exp.column("id"), exp.convert(7), wide=False)))
    try:
        with spark_standalone(workers=2) as address, spark_session(address) as server:
            for statement in d.session_statements():
                server.run(statement)
            found = server.run(f"SELECT {sums} FROM range(0, 1000000, 1, 8)")
            context = server.session.sparkContext
            executors = context._jsc.sc().getExecutorMemoryStatus().size() - 1
    except NotInstalledError as missing:
        pytest.skip(str(missing))

    assert found == [(sum(n // 7 for n in range(1_000_000)),)]
    assert executors == 2
