"""A pytest plugin for runs that only ask whether anything fails: drawn tests stop at the first failure that
they find, and do not look for the smallest.
"""

from hypothesis import HealthCheck, Phase, settings

settings.register_profile(
    "first failure",
    deadline=None,
    database=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
