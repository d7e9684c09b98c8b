-- Calls do not have these ids any more.
DELETE FROM call_link
-- OFFSET 0: see `statements.py`.
USING (
    SELECT :v1::BIGINT AS org_id, each_of.*
    FROM unnest(:c2::BIGINT[], :c3::TEXT[], :c4::TEXT[], :c5::BIGINT[]) AS each_of (space_id, kind, value, no)
    OFFSET 0
) AS gone
WHERE
    call_link.org_id = gone.org_id AND call_link.space_id = gone.space_id AND call_link.kind = gone.kind
    AND call_link.value = gone.value AND call_link.no = gone.no
    AND call_link.org_id = :v1 -- Citus
