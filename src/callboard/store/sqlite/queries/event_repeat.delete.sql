-- A batch that is withdrawn did not send events of this item again.
DELETE FROM event_repeat
WHERE org_id = ? AND item_no = ? AND batch_no = ?
