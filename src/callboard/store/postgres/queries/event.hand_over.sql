-- An event that now belongs to the next batch that brought it.
UPDATE event
SET batch_no = ?, received_at = ?, source = ?
WHERE org_id = ? AND item_no = ? AND withdrawn = 0 AND body = ?
RETURNING seq
