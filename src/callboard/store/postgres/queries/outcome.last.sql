-- When something was last received of spaces.
SELECT max(last_received_at)
FROM outcome
WHERE org_id = :org_id AND space_id = ANY (:spaces::BIGINT[])
