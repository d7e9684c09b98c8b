-- New calls, one organization's.
INSERT INTO call (org_id, no, space_id, {columns})
SELECT held.org_id, new.*
FROM organization_clock AS held
CROSS JOIN unnest(:c2::BIGINT[], :c3::BIGINT[], {arrays}) AS new
WHERE held.org_id = :v1
