-- The events of a range of items that are not withdrawn, with all columns that their checksums cover.
SELECT checksum, withdrawn, seq, space_id, item_no, batch_no, received_at, event_key, source, body
FROM event INDEXED BY event_by_item
WHERE org_id = :org_id AND item_no >= :begin AND item_no < :end AND withdrawn = 0
ORDER BY item_no, seq
