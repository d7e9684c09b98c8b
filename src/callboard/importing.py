"""The process that reads and imports one uploaded file for a worker.

Started with three arguments, PID ORG UPLOAD: the pid of the worker, the id of the organization and that of
the upload; its settings come on standard input. It is killed when the worker dies, and ignores signals to the
process group. It ends with 0 when nothing is left to do, and with 1 when another is to carry on.
"""

from __future__ import annotations

import logging.config
import os
import signal
import subprocess
import sys
import traceback
from typing import Final

import msgspec

from callboard.clock import system_clock
from callboard.errors import StoreError
from callboard.http.masking import logging_config, masked
from callboard.ingest.parent_death import exit_with_parent
from callboard.ingest.uploads.job import carry_out
from callboard.isolation import child_command
from callboard.settings import Settings
from callboard.store.open import open_store

NICENESS: Final = 5
"""Requests go before imports where both want the processor."""

log = logging.getLogger("callboard.imports")


def begin(settings: Settings, org_id: int, upload_id: str) -> subprocess.Popen[bytes]:
    """Start a process for an upload. Raises `OSError`."""
    process = subprocess.Popen(  # noqa: S603 - this very program
        child_command("callboard.importing", str(os.getpid()), str(org_id), upload_id),
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    assert process.stdin is not None
    with process.stdin as stdin:
        stdin.write(msgspec.msgpack.encode(settings))
    return process


def main() -> int:
    """Work on one upload."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    parent, org_id, upload_id = sys.argv[1:4]
    exit_with_parent(int(parent))
    os.nice(NICENESS)
    settings = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Settings)
    logging.config.dictConfig({"version": 1, **logging_config(settings.log_level)})
    try:
        store = open_store(settings.for_imports)
        try:
            carry_out(store, int(org_id), upload_id, system_clock)
        finally:
            store.close()
    except StoreError as error:
        log.warning("an import stopped: %s", error.message)
        return 1
    except Exception as fault:  # noqa: BLE001 - a bug: logged, and told by the upload's state when it comes again
        log.error("an import failed: %s", masked("".join(traceback.format_exception(fault))))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
