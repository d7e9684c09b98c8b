-- A call does not have this id any more.
DELETE FROM call_link
WHERE org_id = ? AND space_id = ? AND kind = ? AND value = ? AND no = ?
