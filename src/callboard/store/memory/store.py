"""The memory store, whole."""

from __future__ import annotations

from callboard.store.interface import Store
from callboard.store.memory.care import Care
from callboard.store.memory.directory import Directory
from callboard.store.memory.imports import Imports
from callboard.store.memory.intake import Intake
from callboard.store.memory.lists import Lists
from callboard.store.memory.overdue import Lateness
from callboard.store.memory.sums import ReportSums


class MemoryStore(Directory, Intake, Imports, Lists, ReportSums, Lateness, Care):
    """Every promise of `Store` but durability: what it holds goes with the process."""


_IS_A_STORE: type[Store] = MemoryStore
