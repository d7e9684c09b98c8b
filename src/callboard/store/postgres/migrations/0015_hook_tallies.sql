-- What came to hooks, by outcome and reason; and the words that their platforms' tables lack.

CREATE TABLE hook_tally (
    org_id BIGINT NOT NULL,
    hook_id BIGINT NOT NULL,
    outcome TEXT COLLATE "C" NOT NULL,
    reason TEXT COLLATE "C" NOT NULL,
    word TEXT COLLATE "C" NOT NULL,
    times BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    PRIMARY KEY (org_id, hook_id, outcome, reason, word)
);
