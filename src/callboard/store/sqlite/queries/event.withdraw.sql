-- The mark that an item's events of a batch count no more.
UPDATE event INDEXED BY event_by_item
SET withdrawn = 1, checksum = ~checksum
WHERE org_id = ? AND item_no = ? AND batch_no = ? AND withdrawn = 0
