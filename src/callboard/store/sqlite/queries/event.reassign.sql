-- Transfer an event to another batch that sent it as well, with the time and source of that batch.
UPDATE event INDEXED BY event_by_item
SET batch_no = ?, received_at = ?, source = ?
WHERE org_id = ? AND item_no = ? AND withdrawn = 0 AND body = ?
RETURNING seq
