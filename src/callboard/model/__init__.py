"""The types of the domain: events, calls, tasks, runs, spaces, organizations, tokens, totals. No I/O."""
