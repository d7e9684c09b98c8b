-- What a commit did to the counters, under the finest key.
INSERT INTO delta (org_id, {columns})
VALUES (?, {places})
