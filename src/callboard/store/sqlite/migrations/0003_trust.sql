-- For the reports on trust and attention: when events were last received, what verifications found, live calls.

ALTER TABLE outcome ADD COLUMN last_received_at INTEGER;

-- Every verification, with the drift it found in each organization (a JSON object by id).
CREATE TABLE verification (
    id INTEGER PRIMARY KEY,
    finished_at INTEGER NOT NULL,
    deep INTEGER NOT NULL CHECK (deep IN (0, 1)),
    repaired INTEGER NOT NULL,
    drift TEXT NOT NULL
);

-- Live calls: few at any time, and no longer in this partial index when they end.
CREATE INDEX call_live ON call (org_id, space_id, call_status, creation_time)
    WHERE void = 0 AND call_status IN ('ringing', 'in_progress');
CREATE INDEX call_by_task ON call (org_id, space_id, task_id) WHERE void = 0 AND task_id IS NOT NULL;
