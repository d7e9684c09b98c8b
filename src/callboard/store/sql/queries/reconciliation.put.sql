-- Keep how far a reconciliation has come.
INSERT INTO reconciliation (org_id, hook_id, state)
VALUES (:org_id, :hook_id, :state)
ON CONFLICT (org_id, hook_id) DO UPDATE
SET state = excluded.state
