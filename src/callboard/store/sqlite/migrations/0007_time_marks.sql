-- Bits on a call's times: 1 creation inferred, 2 end inferred, 4 the times contradict each other, 8 the time to
-- answer is unknown although start and creation are there.

ALTER TABLE call ADD COLUMN time_marks INTEGER NOT NULL DEFAULT 0;

-- Reports read the time to answer, so their covering index needs the marks too.
DROP INDEX call_by_space_time;
CREATE INDEX call_by_space_time ON call (
    org_id, space_id, creation_time, call_status, call_type, end_reason, agent, answered_by, start_time, duration_ms,
    time_marks
) WHERE void = 0;

-- Calls whose times contradict each other: few, so lists and counts of them read this partial index.
CREATE INDEX call_contradicting ON call (org_id, space_id, creation_time) WHERE void = 0 AND (time_marks & 4) <> 0;
