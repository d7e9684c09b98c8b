"""The store in plain dicts: the model that property tests compare others with. Nothing outlives it."""

from tests.model.store import MemoryStore

__all__ = ["MemoryStore"]
