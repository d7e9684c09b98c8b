-- How many they are.
SELECT count(*)
FROM task
WHERE
    org_id = :org_id AND space_id = :space_id AND status = :status AND waiting_since < :before AND void = 0
