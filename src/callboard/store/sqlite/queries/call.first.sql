-- The earliest creation time among the calls of these spaces (a JSON array of ids). One index lookup for each
-- space, in place of a scan over all its rows.
SELECT min((
    SELECT min(creation_time)
    FROM call INDEXED BY call_by_space_time
    WHERE org_id = :org_id AND space_id = wanted.value AND void = 0
))
FROM json_each(:spaces) AS wanted
