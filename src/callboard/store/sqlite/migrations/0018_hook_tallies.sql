-- What came to hooks, by outcome and reason; and the words that their platforms' tables lack.

CREATE TABLE hook_tally (
    org_id INTEGER NOT NULL,
    hook_id INTEGER NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT NOT NULL,
    word TEXT NOT NULL,
    times INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (org_id, hook_id, outcome, reason, word)
) WITHOUT ROWID;
