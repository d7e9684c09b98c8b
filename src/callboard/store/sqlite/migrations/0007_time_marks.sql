-- What is to be known of a call's times: which of them nobody stated (1 creation, 2 end), whether they contradict
-- each other (4), whether the time to answer is unknown though start and creation are there (8).

ALTER TABLE call ADD COLUMN time_marks INTEGER NOT NULL DEFAULT 0;

-- Reports read the time to answer, so the index that they look into alone holds the marks too.
DROP INDEX call_by_space_time;
CREATE INDEX call_by_space_time ON call (
    org_id, space_id, creation_time, call_status, call_type, end_reason, agent, answered_by, start_time, duration_ms,
    time_marks
) WHERE void = 0;

-- Calls whose times contradict each other: few, listed and counted as they are.
CREATE INDEX call_contradicting ON call (org_id, space_id, creation_time) WHERE void = 0 AND (time_marks & 4) <> 0;
