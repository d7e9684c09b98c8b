-- The event of an item with this body, with all columns that its checksum covers.
SELECT checksum, withdrawn, seq, space_id, item_no, batch_no, received_at, event_key, source, body
FROM event INDEXED BY event_by_item
WHERE org_id = :org_id AND item_no = :item_no AND withdrawn = 0 AND body = :body
