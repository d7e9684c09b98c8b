"""IN: bytes become events that are validated, normalised and written together.

`compression` → `parse` (`wire`, `items`, `explain`) → `normalise` (`texts`, `instants`, `documents`)
→ `group_commit`, which waits `in_turn`. `sources` reads files of records into the same events.
"""
