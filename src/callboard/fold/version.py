"""The version of the fold's rules, which a store keeps beside its rows."""

from __future__ import annotations

FOLD_VERSION = 6
"""Raise it with every change that makes a different row from the same events. On upgrade, a store of a lower
version folds every row again from its events before it answers requests (`store/sql/refold.py`).

1: the rules before versions were stored; a store without a version has these.
2: end and creation of a call, contradicting times, since when a task waits, failure reasons.
3: the source of a call, of which the order of arrival decides nothing.
4: the same where an event came by an import too, and does not count there.
5: of creations that are known only roughly the earliest, and lengths that are.
6: a correction keeps the end that was stated beside a length that is known only roughly.
"""
