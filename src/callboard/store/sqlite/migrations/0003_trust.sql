-- What trust in the numbers rests on: when something last came, what verifications found, and which calls live.

ALTER TABLE outcome ADD COLUMN last_received_at INTEGER;

-- Every verification, and how much drift it found of each organization (a JSON object by id).
CREATE TABLE verification (
    id INTEGER PRIMARY KEY,
    finished_at INTEGER NOT NULL,
    deep INTEGER NOT NULL CHECK (deep IN (0, 1)),
    repaired INTEGER NOT NULL,
    drift TEXT NOT NULL
);

-- Calls that have not ended: few at any time, and gone from here when they end.
CREATE INDEX call_live ON call (org_id, space_id, call_status, creation_time)
    WHERE void = 0 AND call_status IN ('ringing', 'in_progress');
CREATE INDEX call_by_task ON call (org_id, space_id, task_id) WHERE void = 0 AND task_id IS NOT NULL;
