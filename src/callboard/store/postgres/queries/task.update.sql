-- Tasks as they are now, one organization's.
UPDATE task AS it
SET {assigned.new}
FROM unnest(:c2::BIGINT[], {arrays}) AS new (no, {columns})
WHERE it.org_id = :v1 AND it.no = new.no
