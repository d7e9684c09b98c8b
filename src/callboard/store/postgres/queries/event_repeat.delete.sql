-- A batch that is withdrawn did not send events of these items again.
DELETE FROM event_repeat
-- OFFSET 0: see `statements.py`.
USING (
    SELECT :v1::BIGINT AS org_id, each_of.*
    FROM unnest(:c2::BIGINT[], :c3::BIGINT[]) AS each_of (item_no, batch_no)
    OFFSET 0
) AS gone
WHERE
    event_repeat.org_id = gone.org_id AND event_repeat.item_no = gone.item_no AND event_repeat.batch_no = gone.batch_no
    AND event_repeat.org_id = :v1 -- Citus
