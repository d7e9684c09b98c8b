"""Which versions of Citus a store is spread over."""

from __future__ import annotations

import pytest

from callboard.errors import StoreFileError
from callboard.store.postgres.placing import refuse_old_citus


@pytest.mark.parametrize("version", ["11.2-1", "11.3-1", "12.0-1", "13.2-1", "14.0-1", "20.10"])
def test_a_citus_that_reads_at_one_moment_is_used(version: str) -> None:
    """From the first that passes the isolation level on to its nodes."""
    refuse_old_citus(version)


@pytest.mark.parametrize("version", ["8.3-1", "10.2-5", "11.0-4", "11.1-1"])
def test_an_older_citus_is_refused(version: str) -> None:
    """With the version that is needed."""
    with pytest.raises(StoreFileError, match=r"11\.2 or later"):
        refuse_old_citus(version)
