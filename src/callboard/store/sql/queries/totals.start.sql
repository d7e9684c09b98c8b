-- Zero totals of a new space: it must be in `totals` before the first commit updates it.
INSERT INTO totals (org_id, space_id, version)
VALUES (:org_id, :space_id, :version)
