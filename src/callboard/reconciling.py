"""The process that looks for lost ends beside a server, once.

Started with one argument, the pid of the server; its settings come on standard input. It ends by itself; on
SIGTERM after the page that it is at, and it is killed when the server dies. What it had not done, the next
one does.
"""

from __future__ import annotations

import logging.config
import os
import signal
import sys
import threading
import traceback
from collections.abc import Sequence
from typing import Final

import msgspec

from callboard.clock import SECOND, Micros, system_clock
from callboard.errors import CallboardError
from callboard.http.masking import logging_config, masked
from callboard.ingest.lost_ends.claiming import claimed, last_finished
from callboard.ingest.lost_ends.reconciling import Reconciler, Wish
from callboard.ingest.lost_ends.tally import Tally
from callboard.ingest.parent_death import exit_with_parent
from callboard.model.directory import Space
from callboard.query.secret_box import SecretBox
from callboard.settings import Settings
from callboard.store.hooks import Hook
from callboard.store.interface import Store
from callboard.store.open import open_store

NICENESS: Final = 5
"""Requests go first where both want the processor."""
DUE_SHARE: Final = 0.9
"""A reconciliation is due again after this share of the interval: another machine may just have done it."""

log = logging.getLogger("callboard.reconcile")


def reconciler(store: Store, settings: Settings, stop: threading.Event) -> Reconciler:
    """What reconciles spaces of a store, until it is told to stop."""
    box = SecretBox(settings)

    def open_secrets(hook: Hook) -> dict[str, str]:
        return box.open(hook.secrets[0].sealed) if hook.secrets else {}

    return Reconciler(store, settings, open_secrets, system_clock, stop.wait)


def is_due(finished_at: Micros | None, settings: Settings, now: Micros) -> bool:
    """Whether it is time for the next, given when the last one ended. One that ended in the future was timed
    by a clock that was ahead.
    """
    since = now - int(DUE_SHARE * settings.reconcile_every * SECOND)
    return finished_at is None or not since < finished_at <= now


def _reconcile_all(store: Store, settings: Settings, stop: threading.Event) -> None:
    worker = reconciler(store, settings, stop)
    after = settings.give_up_after * SECOND or None
    for owner in store.organizations():
        if stop.is_set() or not is_due(last_finished(store, owner.id), settings, system_clock()):
            continue
        with claimed(store, owner.id, system_clock) as is_ours:
            if is_ours:
                spaces: Sequence[Space] = store.spaces(owner.id)
                tally = worker.run(spaces, Wish(give_up_after=after), lambda _: lambda _: None)
                _tell(owner.domain_handle, tally)


def _tell(handle: str, tally: Tally) -> None:
    for each in tally.hooks:
        if each.fault is not None:
            log.warning("hook %d: %s was not asked to the end: %s", each.hook_id, each.platform, each.fault)
        for note in each.notes:
            log.warning("hook %d: %s: %s", each.hook_id, each.platform, note)
        if each.left_out:
            log.info(
                "hook %d: %d calls left out that no delivery named (pull_only)", each.hook_id, each.left_out
            )
    if tally.healed or tally.missing or tally.given_up:
        log.info(
            "%s: healed %d, missing %d, given up %d, still open %d",
            handle, tally.healed, tally.missing, tally.given_up, tally.still_open,
        )  # fmt: skip


def main() -> int:
    """Reconcile every organization that is due."""
    stop = threading.Event()
    for each in (signal.SIGINT, signal.SIGHUP):
        signal.signal(each, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    exit_with_parent(int(sys.argv[1]))
    os.nice(NICENESS)
    settings = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Settings)
    logging.config.dictConfig({"version": 1, **logging_config(settings.log_level)})
    try:
        store = open_store(settings)
        try:
            _reconcile_all(store, settings, stop)
        finally:
            store.close()
    except CallboardError as error:
        log.warning("a reconciliation stopped: %s", error.message)
        return 1
    except Exception as fault:  # noqa: BLE001 - a bug: logged, and tried again the next time
        log.error("a reconciliation failed: %s", masked("".join(traceback.format_exception(fault))))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
