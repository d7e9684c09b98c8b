-- A batch that is withdrawn did not send events of these items again.
DELETE FROM event_repeat
USING unnest(:c2::BIGINT[], :c3::BIGINT[]) AS gone (item_no, batch_no)
WHERE
    event_repeat.org_id = :v1 AND event_repeat.item_no = gone.item_no AND event_repeat.batch_no = gone.batch_no
