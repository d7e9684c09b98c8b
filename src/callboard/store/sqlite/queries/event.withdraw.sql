-- Mark a batch's events of an item as withdrawn. The complement is the checksum of a withdrawn event: made in
-- place, without reading the body.
UPDATE event INDEXED BY event_by_item
SET withdrawn = 1, checksum = ~checksum
WHERE org_id = ? AND item_no = ? AND batch_no = ? AND withdrawn = 0
