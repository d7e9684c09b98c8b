-- A covering index with all columns that reports read of a space's calls: without it each row would be looked up, and
-- rows lie in order of arrival, so nearly each on another page.

DROP INDEX call_by_space_time;
CREATE INDEX call_by_space_time ON call (
    org_id, space_id, creation_time, call_status, call_type, end_reason, agent, answered_by, start_time, duration_ms
) WHERE void = 0;

-- The calls of an organization by time, with the status: the edges of a period are then one range of this index, in
-- place of one in each space.
DROP INDEX call_by_time;
CREATE INDEX call_by_time ON call (org_id, creation_time, space_id, call_status) WHERE void = 0;
