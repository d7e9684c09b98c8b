"""No log line holds a phone number that could be called."""

from __future__ import annotations

import logging
import logging.config

import pytest

from callboard.http.masking import logging_config


def test_a_fault_is_logged_without_the_numbers_it_failed_on(capsys: pytest.CaptureFixture[str]) -> None:
    """A traceback shows where it happened; not whom somebody called."""
    before = logging.getLogger("callboard").handlers[:]
    logging.config.dictConfig({"version": 1, "disable_existing_loggers": False, **logging_config("info")})
    try:
        raise ValueError("destination +12025550123 cannot be kept")
    except ValueError:
        logging.getLogger("callboard.ingest").exception("a batch could not be written")
    finally:
        logging.getLogger("callboard").handlers[:] = before
        logging.getLogger("callboard").propagate = True
    told = capsys.readouterr().err
    assert "a batch could not be written" in told
    assert "cannot be kept" in told
    assert "2025550123" not in told
