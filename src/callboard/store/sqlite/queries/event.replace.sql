-- Mark an event of an item as withdrawn: a later import replaces it. The complement is the checksum of a withdrawn event.
UPDATE event INDEXED BY event_by_item
SET withdrawn = 1, checksum = ~checksum
WHERE org_id = ? AND item_no = ? AND batch_no = ? AND withdrawn = 0 AND body = ?
