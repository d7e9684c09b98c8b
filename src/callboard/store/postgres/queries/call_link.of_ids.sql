-- Which calls have these ids.
SELECT link.space_id, link.kind, link.value, link.no
-- OFFSET 0: see `statements.py`.
FROM (
    SELECT :org_id::BIGINT AS org_id, each_of.*
    FROM unnest(:wanted_0::BIGINT[], :wanted_1::TEXT[], :wanted_2::TEXT[], :wanted_3::BIGINT[])
        AS each_of (space_id, kind, value, no)
    OFFSET 0
) AS wanted
CROSS JOIN LATERAL (
    SELECT *
    FROM call_link AS link
    WHERE
        link.org_id = wanted.org_id AND link.space_id = wanted.space_id AND link.kind = wanted.kind
        AND link.value = wanted.value AND link.no = wanted.no
        AND link.org_id = :org_id -- Citus
    OFFSET 0
) AS link
