-- New calls.
INSERT INTO call (org_id, no, space_id, {columns})
SELECT held.org_id, new.* -- Citus
FROM organization_clock AS held -- Citus
CROSS JOIN unnest(:c2::BIGINT[], :c3::BIGINT[], {arrays}) AS new -- Citus
SELECT * FROM unnest(:c1::BIGINT[], :c2::BIGINT[], :c3::BIGINT[], {arrays}) AS new -- one server
WHERE held.org_id = :v1 -- Citus
