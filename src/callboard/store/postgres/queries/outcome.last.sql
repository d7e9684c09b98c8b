-- When an event of these spaces was last received.
SELECT max(last_received_at)
FROM outcome
WHERE org_id = :org_id AND space_id = ANY (:spaces::BIGINT[])
