"""The model as a whole: a store of plain dicts, for tests alone."""

from __future__ import annotations

from callboard.store.interface import Store
from tests.model.care import Care
from tests.model.directory import Directory
from tests.model.imports import Imports
from tests.model.intake import Intake
from tests.model.lists import Lists
from tests.model.overdue import Lateness
from tests.model.sums import ReportSums


class MemoryStore(Directory, Intake, Imports, Lists, ReportSums, Lateness, Care):
    """Every promise of `Store` but durability: what it holds goes with the process."""


_IS_A_STORE: type[Store] = MemoryStore
