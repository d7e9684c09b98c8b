-- All that reports read of a call beside the calls of its space around it: they look into the index alone, where
-- they would have looked up each row, on a page of its own.

DROP INDEX call_by_space_time;
CREATE INDEX call_by_space_time ON call (
    org_id, space_id, creation_time, call_status, call_type, end_reason, agent, answered_by, start_time, duration_ms
) WHERE void = 0;

-- An organization's calls of a time by status, for the edges of its periods: side by side, whichever space's.
DROP INDEX call_by_time;
CREATE INDEX call_by_time ON call (org_id, creation_time, space_id, call_status) WHERE void = 0;
