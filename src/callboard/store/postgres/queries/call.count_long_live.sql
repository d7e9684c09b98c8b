-- How many they are.
SELECT count(*)
FROM call
WHERE
    org_id = :org_id AND space_id = :space_id AND call_status = :status AND creation_time < :before
    AND void = 0 AND call_status IN ('ringing', 'in_progress')
