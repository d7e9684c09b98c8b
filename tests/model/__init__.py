"""An in-memory store of plain dicts: the model that property tests compare the real stores with."""

from tests.model.store import MemoryStore

__all__ = ["MemoryStore"]
