"""Settings of all tests."""

from hypothesis import HealthCheck, settings


# The same examples everywhere, and no clock: a slow machine is no bug.
settings.register_profile(
    "steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("steady")
