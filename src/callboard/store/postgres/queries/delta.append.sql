-- What a commit did to the counters, under the finest key.
INSERT INTO delta (org_id, {columns})
SELECT held.org_id, new.* -- Citus
FROM organization_clock AS held -- Citus
CROSS JOIN unnest({arrays}) AS new -- Citus
SELECT * FROM unnest(:c1::BIGINT[], {arrays}) AS new -- one server
WHERE held.org_id = :v1 -- Citus
