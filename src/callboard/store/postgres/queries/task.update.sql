-- Tasks as they are now, one organization's.
UPDATE task AS it
SET {assigned.new}
-- OFFSET 0: see `statements.py`.
FROM (
    SELECT :v1::BIGINT AS org_id, each_of.*
    FROM unnest(:c2::BIGINT[], {arrays}) AS each_of (no, {columns})
    OFFSET 0
) AS new
WHERE it.org_id = new.org_id AND it.no = new.no
    AND it.org_id = :v1 -- Citus
