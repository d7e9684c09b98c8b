"""The in-memory store: the model that tests compare the real stores with."""

from __future__ import annotations

from callboard.store.interface import Store
from tests.model.directory import Directory
from tests.model.hooks import Hooks
from tests.model.imports import Imports
from tests.model.intake import Intake
from tests.model.lists import Lists
from tests.model.maintenance import Maintenance
from tests.model.overdue import OverdueItems
from tests.model.sums import ReportSums
from tests.model.uploads import Uploads


class MemoryStore(Directory, Intake, Imports, Uploads, Hooks, Lists, ReportSums, OverdueItems, Maintenance):
    """Implements `Store` without durability."""


_IS_A_STORE: type[Store] = MemoryStore
