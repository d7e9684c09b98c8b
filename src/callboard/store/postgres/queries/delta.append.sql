-- What a commit did to the counters, under the finest key; one organization's.
INSERT INTO delta (org_id, {columns})
SELECT held.org_id, new.*
FROM organization_clock AS held
CROSS JOIN unnest({arrays}) AS new
WHERE held.org_id = :v1
