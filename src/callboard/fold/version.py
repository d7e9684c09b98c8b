"""Which rules the rows of a store follow."""

from __future__ import annotations

FOLD_VERSION = 2
"""Raised by every change that makes another row of the same events. A store whose rows follow a lower number
has them folded anew before it answers anything (`store/sql/refold.py`).

1: the rules before numbers were kept; a store that names no number follows these.
2: where a call ends and when it was made; contradicting times; since when a task waits, and failure reasons.
"""
