-- The events in a range of the log that have no checksum yet.
SELECT withdrawn, seq, space_id, item_no, batch_no, received_at, event_key, source, body
FROM event
WHERE org_id = :org_id AND seq >= :from_seq AND seq < :to_seq AND checksum IS NULL
ORDER BY seq
