"""How much Hypothesis tries: 100 examples by default; `STEELYARD_EXAMPLES=ci` in the environment asks for 500.

`long` asks for 20,000.

A cheap property may ask for fewer with `@settings(max_examples=…)`; the agreement of the engines does not.
The first two draw the same examples every time, so that a run says something about the change and not about luck;
the long one draws new ones.
"""

from __future__ import annotations

import os
import tempfile

from hypothesis import HealthCheck, settings

settings.register_profile(
    "default", max_examples=100, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("ci", parent=settings.get_profile("default"), max_examples=500)
settings.register_profile("long", parent=settings.get_profile("default"), max_examples=20_000, derandomize=False)
settings.load_profile(os.environ.get("STEELYARD_EXAMPLES", "default"))

os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp(prefix="steelyard-tests-")
"""What `steelyard test` remembers of tests stays out of the user's own folder."""
