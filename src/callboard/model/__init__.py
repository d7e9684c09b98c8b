"""The nouns: events, calls, tasks, runs, spaces, organizations, tokens, totals. Pure types, no I/O."""
